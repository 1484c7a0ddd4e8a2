"""Bundles for tests: a good one, and what somebody may have made of it."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from data.dataset import Array
from data.tables.scaling import identity
from models.bundles.bundle import HISTORY, README, RUN, export_run
from models.events import Baseline, Baselines, Batches, End, Epoch, Started, State, Tuned
from models.experiment import Experiment
from models.inputs.summary import dense_layers
from models.network.weights import WEIGHTS, write_description, write_weights
from models.runs.run import Run
from models.runs.store import RunStore
from models.tasks import preset_named
from models.tasks.catalogue import task_of

EXPERIMENT = preset_named("housing-sgd").changed(epochs=2, seed=5)
NAMES = (README, RUN, HISTORY, WEIGHTS)


def arrays(experiment: Experiment, folder: Path | None = None) -> list[Array]:
    """Return weights of the right shapes."""
    draw = np.random.default_rng(0)
    layers = dense_layers(task_of(experiment, folder), experiment)
    shapes = [shape for each in layers for shape in ((each.inputs, each.units), (each.units,))]
    return [draw.normal(size=shape).astype(np.float32) for shape in shapes]


def ended_run(store: RunStore, owner: str, experiment: Experiment = EXPERIMENT) -> Run:
    """Add a run that has trained two epochs of seven updates, with all that it may have said."""
    run = store.create(owner, experiment)
    folder = store.folder(run.id)
    write_description(folder, experiment, identity())
    write_weights(folder, arrays(experiment, folder))
    layers = dense_layers(task_of(experiment, folder), experiment)
    parameters = sum(each.parameters for each in layers)
    store.append(run.id, Started(parameters, 404, 7, 2, "mae"))
    store.append(run.id, Tuned(3, 0.01))
    for epoch in (1, 2):
        updates = range(7 * epoch - 6, 7 * epoch + 1)
        store.append(run.id, Batches(tuple((u, 10 / u, 1 / u) for u in updates)))
        store.append(run.id, Epoch(epoch, 3.0, 1.0, 4.0 / epoch, 1.5, 0.1, epoch))
    store.append(run.id, Baselines((Baseline("mean", 84.0, 6.5, 0.01, 0.0),)))
    test = {"loss": 9.0, "mse": 9.0, "mae": 2.25}
    store.append(run.id, End(State.DONE, test=test, update=14, best_epoch=2, seconds=3.25))
    return store.rename(run.id, owner, "mine")


def parts(bundle: bytes) -> dict[str, bytes]:
    """Return the files of a bundle by name."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP of files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_part(bundle: bytes, name: str, content: bytes) -> bytes:
    """Return a bundle with another content of a file."""
    return packed({**parts(bundle), name: content})


def with_run(bundle: bytes, change: Callable[[Any], object]) -> bytes:
    """Return a bundle whose ``run.json`` somebody has changed."""
    values = json.loads(parts(bundle)[RUN])
    change(values)
    return with_part(bundle, RUN, json.dumps(values).encode())


def npz(named: Mapping[str, bytes]) -> bytes:
    """Return an ``.npz`` file of these files, whatever they are."""
    return packed({f"{name}.npy": content for name, content in named.items()}, zipfile.ZIP_STORED)


def npy(array: Any, *, allow_pickle: bool = False) -> bytes:
    """Return an ``.npy`` file."""
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asanyarray(array), allow_pickle=allow_pickle)
    return file.getvalue()


def good_bundle(folder: Path) -> bytes:
    """Return the bundle of ``ended_run``."""
    store = RunStore(folder)
    try:
        return export_run(store, ended_run(store, "ada"), "mine")
    finally:
        store.close()
