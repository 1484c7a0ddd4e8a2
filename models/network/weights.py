"""The files a run leaves: ``weights.npz`` and ``network.json``.

Weights are plain arrays and everything else is JSON: reading them runs no code of anybody's.
"""

import json
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from data.dataset import Array
from data.file_readers.array_files import OVERHEAD, DamagedArrays, Shape, open_arrays
from data.file_readers.json_document import parse_json
from data.file_readers.plain_file import MissingFile
from data.file_readers.text_file import read_text
from data.language import Text, UserError, quoted
from data.tables.scaling import Scaling
from data.text.vocabulary import Vocabulary
from models.experiment import Experiment
from models.inputs.kinds import input_of
from models.inputs.summary import LayerSummary, dense_layers
from models.tasks.base import Task
from models.tasks.catalogue import task_of

WEIGHTS = "weights.npz"
NETWORK = "network.json"
MAX_DESCRIPTION_BYTES = 2**24
"""The 20,000 words of the largest vocabulary take half a megabyte."""
LARGEST_INPUT = 1_000.0
"""Of the numbers of an example as they are stored: pixels reach 255, Boston's taxes 711."""


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
    """A network as NumPy sees it: ``kernels[i]`` is (inputs, units), ``biases[i]`` is (units,)."""

    experiment: Experiment
    task: Task
    scaling: Scaling
    kernels: tuple[Array, ...]
    biases: tuple[Array, ...]
    vocabulary: Vocabulary | None = None

    @property
    def activations(self) -> tuple[str, ...]:
        """The activation of every Dense layer, the output layer last."""
        hidden = tuple(layer.activation for layer in self.experiment.layers)
        return (*hidden, self.task.head.activation)


def write_description(
    folder: Path, experiment: Experiment, scaling: Scaling, vocabulary: Vocabulary | None = None
) -> None:
    """Write ``network.json``: the experiment, and how an example becomes the network's input."""
    content = {
        "experiment": experiment.to_dict(),
        "scaling": scaling.to_dict(),
        "vocabulary": list(vocabulary.words) if vocabulary else None,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    write_aside(folder / NETWORK, lambda path: path.write_text(text, encoding="utf-8"))


def write_weights(folder: Path, arrays: Sequence[Array]) -> None:
    """Write the arrays [kernel, bias, kernel, bias, ...] aside and rename them into place."""

    def save(path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, **dict(zip(_names(arrays), arrays, strict=True)))

    write_aside(folder / WEIGHTS, save)


def _names(arrays: Sequence[object]) -> tuple[str, ...]:
    """Return what the arrays kernel, bias, kernel, bias, ... are called."""
    layers = range(len(arrays) // 2)
    return tuple(f"{kind}_{layer}" for layer in layers for kind in ("kernel", "bias"))


def read_network(folder: Path) -> TrainedNetwork:
    """Read what a run left in ``folder``, or what anybody put there in its place.

    Raises ``UserError`` when the folder holds no finished epoch yet, or files that do not fit each
    other, and before anything is allocated that is larger than the network's own arrays.
    """
    try:
        network = _read_description(folder / NETWORK)
        layers = dense_layers(network.task, network.experiment)
        arrays = _read_weights(folder / WEIGHTS, layers)
    except MissingFile:
        raise _no_weights(folder) from None
    if not _largest_sum(network.scaling, arrays) < float(np.finfo(np.float32).max):  # nor is NaN
        raise _not_usable(folder / WEIGHTS)
    return replace(network, kernels=arrays[::2], biases=arrays[1::2])


def _read_weights(path: Path, layers: Sequence[LayerSummary]) -> tuple[Array, ...]:
    """Return kernel, bias, kernel, bias, ... of the layers, float32."""
    shapes: list[Shape] = []
    for layer in layers:
        shapes += [(layer.inputs, layer.units), (layer.units,)]
    names = _names(shapes)
    size = sum(4 * math.prod(shape) + OVERHEAD for shape in shapes) + OVERHEAD
    try:
        with open_arrays(path, size) as file:
            headers = [file.header(name) for name in names]
            found = [(header.dtype, header.shape) for header in headers]
            if file.names != names or found != [(np.dtype("<f4"), shape) for shape in shapes]:
                raise _damaged(path)
            arrays = tuple(file.read(name) for name in names)
    except DamagedArrays:
        raise _damaged(path) from None
    return arrays


def _largest_sum(scaling: Scaling, arrays: Sequence[Array]) -> float:
    """Return what no unit's sum w·a + b can exceed for examples up to ``LARGEST_INPUT``.

    An activation is never larger than its sum, or than 1. NaN for weights that are no numbers.
    """
    figures = zip(scaling.offset, scaling.divisor, strict=True)
    largest = max((LARGEST_INPUT + abs(offset)) / abs(divisor) for offset, divisor in figures)
    with np.errstate(all="ignore"):
        for kernel, bias in zip(arrays[::2], arrays[1::2], strict=True):
            weights = np.abs(kernel).sum(axis=0, dtype=np.float64)
            largest = float(np.maximum((weights * largest + np.abs(bias)).max(), 1.0))
    return largest


def _read_description(path: Path) -> TrainedNetwork:
    """Return the network that the file describes, without weights yet."""
    values = parse_json(read_text(path, MAX_DESCRIPTION_BYTES), quoted(path))
    try:
        return _described(values, path.parent)
    except UserError as error:
        raise UserError(_within(path, error.text)) from None
    except ValueError:
        raise _damaged(path) from None


def _described(values: object, folder: Path) -> TrainedNetwork:
    """Build a network without weights; raises ``UserError`` or ``ValueError`` for what is none."""
    if not isinstance(values, dict) or not {"experiment", "scaling"} <= set(values):
        raise ValueError("a description has an experiment and a scaling")
    experiment = Experiment.from_dict(values["experiment"])
    task = task_of(experiment, folder)
    scaling = Scaling.from_dict(values["scaling"])
    vocabulary = _words(values.get("vocabulary"))
    inputs = dense_layers(task, experiment)[0].inputs
    if len(scaling.offset) not in (1, inputs):
        raise ValueError("scaling has one figure for all inputs or one for each")
    if input_of(task).has_words is (vocabulary is None):
        raise ValueError("words belong to a task that reads text")
    if vocabulary is not None and not 0 < len(vocabulary) <= inputs:
        raise ValueError("there are no words, or too many")
    return TrainedNetwork(experiment, task, scaling, (), (), vocabulary)


def _words(words: object) -> Vocabulary | None:
    if words is None:
        return None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError("words are a list of texts")
    if len(set(words)) < len(words):
        raise ValueError("every word has one index")
    return Vocabulary(tuple(words))


def write_aside(path: Path, write: Callable[[Path], object]) -> None:
    """Have ``write`` fill a file of another name, and rename that: what stands here is whole."""
    aside = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        write(aside)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _no_weights(folder: Path) -> UserError:
    return UserError(
        Text(
            f"{quoted(folder)}에는 학습된 가중치가 없습니다. 한 에폭 이상 학습한 폴더를 "
            "지정하세요.",
            f"{quoted(folder)} holds no trained weights yet. Name a run folder with at least one "
            "epoch.",
        )
    )


def _damaged(path: Path) -> UserError:
    return UserError(
        Text(
            f"{quoted(path)} 파일이 손상되었거나 다른 네트워크의 것입니다. 다시 학습해 주세요.",
            f"{quoted(path)} is damaged or belongs to another network. Please train again.",
        )
    )


def _not_usable(path: Path) -> UserError:
    return UserError(
        Text(
            f"{quoted(path)}에 숫자가 아니거나(NaN) 너무 큰 가중치가 있습니다. 다시 학습해 주세요.",
            f"{quoted(path)} holds weights that are no numbers (NaN) or too large. Please train "
            "again.",
        )
    )


def _within(path: Path, reason: Text) -> Text:
    return Text(f"{quoted(path)}: {reason.ko}", f"{quoted(path)}: {reason.en}")
