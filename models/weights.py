"""The files a run leaves: ``weights.npz`` and ``network.json``.

Weights are plain arrays and everything else is JSON: reading them runs no code of anybody's.
"""

import json
import os
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data.dataset import Array
from data.scaling import Scaling
from data.text import Text, UserError
from data.vocabulary import Vocabulary
from models.experiment import Experiment
from models.summary import dense_layers
from models.tasks import task_named
from models.tasks.base import InputKind, Task

WEIGHTS = "weights.npz"
NETWORK = "network.json"


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
    names = [f"{kind}_{layer}" for layer in range(len(arrays) // 2) for kind in ("kernel", "bias")]

    def save(path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, **dict(zip(names, arrays, strict=True)))

    write_aside(folder / WEIGHTS, save)


def read_network(folder: Path) -> TrainedNetwork:
    """Read what a run left in ``folder``.

    Raises ``UserError`` when the folder holds no finished epoch yet, or files that do not fit.
    """
    experiment, scaling, vocabulary = _read_description(folder)
    task = task_named(experiment.task)
    _check_vocabulary(folder, task, experiment, vocabulary)
    layers = dense_layers(task, experiment)
    try:
        with (folder / WEIGHTS).open("rb") as file:
            arrays = np.load(file, allow_pickle=False)
            kernels = tuple(arrays[f"kernel_{i}"] for i in range(len(layers)))
            biases = tuple(arrays[f"bias_{i}"] for i in range(len(layers)))
    except FileNotFoundError:
        raise _no_weights(folder) from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        raise _damaged(folder / WEIGHTS) from None
    shapes = [((layer.inputs, layer.units), (layer.units,)) for layer in layers]
    found = [(kernel.shape, bias.shape) for kernel, bias in zip(kernels, biases, strict=True)]
    if found != shapes:
        raise _damaged(folder / WEIGHTS)
    return TrainedNetwork(experiment, task, scaling, kernels, biases, vocabulary)


def _read_description(folder: Path) -> tuple[Experiment, Scaling, Vocabulary | None]:
    try:
        content: Any = json.loads((folder / NETWORK).read_text(encoding="utf-8"))
        return (
            Experiment.from_dict(content["experiment"]),
            Scaling.from_dict(content["scaling"]),
            _read_words(content.get("vocabulary")),
        )
    except (FileNotFoundError, NotADirectoryError):
        raise _no_weights(folder) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise _damaged(folder / NETWORK) from None


def _read_words(words: Any) -> Vocabulary | None:
    if words is None:
        return None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise TypeError("words are a list of texts")
    return Vocabulary(tuple(words))


def _check_vocabulary(
    folder: Path, task: Task, experiment: Experiment, vocabulary: Vocabulary | None
) -> None:
    """Refuse words that are missing, too many, or belong to a task that reads none."""
    reads = task.kind is InputKind.TEXT
    fits = vocabulary is None or 0 < len(vocabulary) <= task.inputs(experiment)
    if reads is (vocabulary is None) or not fits:
        raise _damaged(folder / NETWORK)


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
            f"{folder}에는 학습된 가중치가 없습니다. 한 에폭 이상 학습한 폴더를 지정하세요.",
            f"{folder} holds no trained weights yet. Name a run folder with at least one epoch.",
        )
    )


def _damaged(path: Path) -> UserError:
    return UserError(
        Text(
            f"{path} 파일이 손상되었거나 다른 네트워크의 것입니다. 다시 학습해 주세요.",
            f"{path} is damaged or belongs to another network. Please train again.",
        )
    )
