"""``predict.py``: how a downloaded network is asked elsewhere, in about ten lines of Keras.

It takes what a person has - the numbers of a table's row, a picture, a review - and prints the
answer that the lab's pages give.
"""

import inspect
from pathlib import Path
from string import Template

from data.text.analysers import stems
from models.experiment import TextSettings
from models.network.weights import TrainedNetwork
from models.tasks.base import InputKind, Task
from models.tasks.reviews import CLASSES

_SCRIPTS = Path(__file__).parent
_EXAMPLE_REVIEW = "줄거리는 좋았지만 연기는 엉망이었다"

_ROOTS_AND_ENDINGS = f"""from collections.abc import Iterable

from kiwipiepy import Kiwi


{inspect.getsource(stems)}"""

_JAVA = "konlpy  (needs Java; Colab has one)"


def predict_script(network: TrainedNetwork) -> str:
    """Return the text of ``predict.py``, which finds ``model.keras`` beside itself."""
    match network.task.kind:
        case InputKind.TABLE:
            return _for_tables(network)
        case InputKind.IMAGE:
            return _for_pictures(network)
        case InputKind.TEXT:
            return _for_reviews(network)


def _for_tables(network: TrainedNetwork) -> str:
    data = network.task.load(network.experiment)
    return _filled(
        "table",
        network.task,
        columns=" ".join(feature.name for feature in data.features),
        example=" ".join(f"{number:g}" for number in data.x_test[0].tolist()),
    )


def _for_pictures(network: TrainedNetwork) -> str:
    classes = network.task.load(network.experiment).classes
    return _filled(
        "picture",
        network.task,
        classes=[name.en for name in classes],
        shape=network.task.input_shape,
    )


def _for_reviews(network: TrainedNetwork) -> str:
    """Return the script for the network's analyser, with the answers of ``data.text.analysers``."""
    name = (network.experiment.reading or TextSettings()).tokenizer
    engine = name.capitalize()
    analyser, morphemes = f"from konlpy.tag import {engine}", f"{engine}().morphs(review)"
    if name == "okt":
        morphemes = "Okt().morphs(review, norm=True, stem=True)"
    if name == "kiwi":
        analyser = _ROOTS_AND_ENDINGS
        tokens = "((token.form, token.tag) for token in Kiwi().tokenize(review))"
        morphemes = f"[word for word, _ in stems{tokens}]"
    return _filled(
        "review",
        network.task,
        packages="kiwipiepy" if name == "kiwi" else _JAVA,
        example=_EXAMPLE_REVIEW,
        analyser=analyser,
        morphemes=morphemes,
        classes=[name.en for name in CLASSES],
        inputs=len(network.kernels[0]),
    )


def _filled(name: str, task: Task, **words: object) -> str:
    """Fill the placeholders of ``predict_{name}.py.txt``; the lab itself never runs it."""
    script = Template((_SCRIPTS / f"predict_{name}.py.txt").read_text(encoding="utf-8"))
    return script.substitute(about=f"{task.sentence.ko}\n{task.sentence.en}\n", **words)
