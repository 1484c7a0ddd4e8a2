"""The whole Keras program of an experiment, cell by cell, as a student writes it at home.

What depends on the kind of the rows is in ``rows_{script}.py.txt``, one cell after each ``# %%``
line; the kind itself fills the placeholders, as it does for ``predict.py``.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from data.dataset import Dataset
from data.text.vocabulary import STOP_WORDS
from models.experiment import Experiment, TextSettings
from models.inputs.kinds import input_of
from models.inputs.summary import dense_layers, split_rows
from models.keras_code.cell import Cell
from models.keras_code.literals import LINE, call, literal
from models.keras_code.network import Style, compile_code, network_code, optimizer_class
from models.keras_code.prose import PROSE
from models.tasks.base import Task

_FOLDER = Path(__file__).parent
_MARK = re.compile(r"^# %% (\w+)\n", re.MULTILINE)

SPREAD = 0.08
"""Of a test loss from seed to seed, as a share of it: eight seeds of housing with SGD.

RMSprop has 0.06 and Adam 0.05. It is the standard deviation.
"""
DEVIATIONS = 3
"""How many standard deviations apart two runs may be that say the same."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The figure that a run reached on the test rows: its accuracy, or the mean squared error."""

    value: float
    rows: int
    is_share: bool

    @property
    def bound(self) -> float:
        """How far another seed's figure may be away.

        A share of ``rows`` answers varies as a binomial does; the difference of two has twice the
        variance.
        """
        if not self.is_share:
            return DEVIATIONS * SPREAD * math.sqrt(2) * self.value
        share = min(max(self.value, 1 / self.rows), 1 - 1 / self.rows)
        return DEVIATIONS * math.sqrt(2 * share * (1 - share) / self.rows)


def judged(task: Task, result: Mapping[str, float], rows: int) -> Judged:
    """Return the figure to compare with of what a run reached on its ``rows`` test rows."""
    name = task.head.metric_name if task.head.is_classifier else "mse"
    return Judged(float(result[name]), rows, task.head.is_classifier)


def program(
    experiment: Experiment,
    task: Task,
    dataset: Dataset,
    style: Style = Style.SEQUENTIAL,
    reached: Judged | None = None,
) -> tuple[Cell, ...]:
    """Return the cells that train the experiment; the last one compares with ``reached``.

    Raises ``UserError`` like ``split_rows``.
    """
    rows, held_back = split_rows(experiment, len(dataset.x_train))
    kind = input_of(task)
    cells = [
        ("imports", _imports(experiment, task)),
        ("load", _load(experiment, task, kind.has_words)),
        *_cut(experiment, rows, held_back),
        *_rows(experiment, task, bool(held_back)),
        ("network", _seeded(experiment, task, style)),
        ("summary", "model.summary()"),
        ("compile", compile_code(experiment, task)),
        ("fit", _fit(experiment, bool(held_back))),
        ("curves", _CURVES),
        (
            "evaluate",
            "loss, metric = model.evaluate(x_test, y_test, verbose=0)\nprint(loss, metric)",
        ),
        ("predict", _predict(task, dataset)),
    ]
    if reached is not None:
        cells.append(("compare", _compare(reached)))
    checks = _checks(experiment, task)
    return tuple(Cell(name, code, PROSE[name], checks.get(name, "")) for name, code in cells)


_CURVES = """for name, line in (("loss", "-"), ("val_loss", "--")):
    plt.plot(history.history[name], line, label=name)
plt.xlabel("epoch")
plt.legend()
plt.show()"""


def _checks(experiment: Experiment, task: Task) -> dict[str, str]:
    """Return by cell what must be true of what students wrote in its place."""
    parameters = sum(layer.parameters for layer in dense_layers(task, experiment))
    name = optimizer_class(experiment)
    return {
        "network": f"assert model.count_params() == {parameters}",
        "compile": f"assert isinstance(model.optimizer, keras.optimizers.{name})",
        "fit": f'assert len(history.history["loss"]) {"<=" if experiment.early_stopping else "=="}'
        f" {experiment.epochs}",
    }


def _imports(experiment: Experiment, task: Task) -> str:
    kind = input_of(task)
    words = kind.script_words(task, experiment)
    standard = ["from pathlib import Path"]
    if kind.has_words:
        standard = [
            "import json",
            "import re",
            "import unicodedata",
            "from collections import Counter",
        ]
        standard += ["from pathlib import Path"]
    others = ["import keras", "import matplotlib.pyplot as plt", "import numpy as np"]
    if _reads_nsmc(experiment):
        others.append("import pandas as pd")
    analyser = str(words.get("analyser", "")).strip()
    if "\n" not in analyser:
        others += [analyser] if analyser else []
        return "\n".join([*standard, "", *others])
    imports, _, helper = analyser.partition("\n\n\n")
    ours = [line for line in imports.splitlines() if line]
    return "\n".join([ours[0], *standard, "", *others, *ours[1:], "", "", helper])


def _reads_nsmc(experiment: Experiment) -> bool:
    return experiment.reading is not None and experiment.reading.corpus == "nsmc"


def _load(experiment: Experiment, task: Task, has_words: bool) -> str:
    names = "x_train, y_train, x_test, y_test"
    of_text = "x_train, x_test = (json.loads(x.tobytes()) for x in (x_train, x_test))"
    stored = [
        "stored = np.load(FILE)",
        f"{names} = (",
        '    stored[name] for name in ("x_train", "y_train", "x_test", "y_test")',
        ")",
        *([of_text] if has_words else []),
    ]
    file = f"FILE = Path({literal(f'{task.name}.npz')})"
    elsewhere = _elsewhere(experiment, task)
    if not elsewhere:
        return "\n".join([file, *stored])
    indented = "\n".join(f"    {line}" for line in stored)
    others = "\n".join(f"    {line}" for line in elsewhere)
    return f"{file}\nif FILE.exists():\n{indented}\nelse:\n{others}"


def reads_file(experiment: Experiment, task: Task) -> bool:
    """Say whether the rows must lie in a file beside the program: nobody else has them."""
    return not _elsewhere(experiment, task)


def _elsewhere(experiment: Experiment, task: Task) -> list[str]:
    """Return the lines that get the same rows without the lab; none where nobody else has them."""
    if task.keras_dataset:
        start = "(x_train, y_train), (x_test, y_test) = "
        line = f"{start}keras.datasets.{task.keras_dataset}.load_data()"
        return (
            [line]
            if len(line) + 4 <= LINE
            else [
                f"{start}(",
                f"    keras.datasets.{task.keras_dataset}.load_data()",
                ")",
            ]
        )
    if not _reads_nsmc(experiment):
        return []
    read = 'pd.read_csv(f"ratings_{part}.txt", sep="\\t", quoting=3).dropna()'
    return [
        'parts = ("train", "test")',
        f"train, test = ({read} for part in parts)",
        "x_train, y_train = train.document.tolist(), train.label.to_numpy()",
        "x_test, y_test = test.document.tolist(), test.label.to_numpy()",
    ]


def _cut(experiment: Experiment, rows: int, held_back: int) -> list[tuple[str, str]]:
    lines = []
    if experiment.train_size is not None:
        used = rows + held_back
        lines.append(f"x_train, y_train = x_train[:{used}], y_train[:{used}]")
    if held_back:
        lines.append(f"rows = {rows}")
    return [("cut", "\n".join(lines))] if lines else []


def _rows(experiment: Experiment, task: Task, is_held_back: bool) -> list[tuple[str, str]]:
    """Return the cells that turn what was loaded into what the network is given."""
    kind = input_of(task)
    if not experiment.standardize and "standardize" in kind.own_settings:
        return []
    text = (_FOLDER / f"rows_{kind.script}.py.txt").read_text(encoding="utf-8")
    settings = experiment.reading or TextSettings()
    dropped = sorted(STOP_WORDS) if settings.stop_words else []
    words = {
        **kind.script_words(task, experiment),
        "learnt": "[:rows]" if is_held_back else "",
        "kept": " if word not in STOP" if dropped else "",
        "stop": f"STOP = set({literal(' '.join(dropped))}.split())\n" if dropped else "",
    }
    _, *found = _MARK.split(Template(text).safe_substitute(words))
    return list(zip(found[::2], (code.strip("\n") for code in found[1::2]), strict=True))


def _seeded(experiment: Experiment, task: Task, style: Style) -> str:
    seed = f"keras.utils.set_random_seed({experiment.seed})"
    return f"{seed}\n{network_code(experiment, task, style)}"


def _fit(experiment: Experiment, is_held_back: bool) -> str:
    train, validation = "x_train, y_train", "(x_test, y_test)"
    if is_held_back:
        train, validation = "x_train[:rows], y_train[:rows]", "(x_train[rows:], y_train[rows:])"
    arguments = [
        *train.split(", "),
        f"batch_size={experiment.batch_size}",
        f"epochs={experiment.epochs}",
        f"validation_data={validation}",
    ]
    stop = ""
    if experiment.early_stopping is not None:
        patience = f"patience={experiment.early_stopping}"
        stop = call(
            "stop = keras.callbacks.EarlyStopping(", [patience, "restore_best_weights=True"]
        )
        arguments.append("callbacks=[stop]")
        stop += "\n"
    return stop + call("history = model.fit(", arguments)


def _predict(task: Task, dataset: Dataset) -> str:
    lines = ["answer = model.predict(x_test[:1], verbose=0)[0]"]
    if task.head.is_classifier:
        names = [literal(name.en) for name in dataset.classes]
        lines += [call("CLASSES = [", names, "]"), "print(CLASSES[answer.argmax()], answer.max())"]
    else:
        lines.append("print(answer[0], y_test[0])")
    return "\n".join(lines)


def _compare(reached: Judged) -> str:
    squared = "((model.predict(x_test, verbose=0)[:, 0] - y_test) ** 2).mean()"
    return "\n".join(
        [
            f"reached = {'metric' if reached.is_share else squared}",
            f"IN_THE_LAB, BOUND = {reached.value:.6g}, {reached.bound:.2g}",
            "difference = reached - IN_THE_LAB",
            "is_same = abs(difference) <= BOUND",
            'print("as in the lab" if is_same else f"differs by {difference:+.4g}")',
        ]
    )
