"""``predict.py``: how a downloaded network is asked elsewhere, in about ten lines of Keras.

It takes what a person has - the numbers of a table's row, a picture, a review - and prints the
answer that the lab's pages give.
"""

from pathlib import Path
from string import Template

from models.inputs.kinds import input_of
from models.network.weights import TrainedNetwork

_SCRIPTS = Path(__file__).parent


def predict_script(network: TrainedNetwork) -> str:
    """Return the text of ``predict.py``, which finds ``model.keras`` beside itself.

    It is ``predict_{kind}.py.txt`` with its placeholders filled; the lab itself never runs it.
    """
    task = network.task
    kind, about = input_of(task), f"{task.sentence.ko}\n{task.sentence.en}\n"
    script = (_SCRIPTS / f"predict_{kind.script}.py.txt").read_text(encoding="utf-8")
    return Template(script).substitute(about=about, **kind.script_words(task, network.experiment))
