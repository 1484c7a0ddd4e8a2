"""A run as a ZIP: ``run.json``, ``weights.npz``, ``history.csv`` and a ``README.md`` for a person.

Whoever imports one trusts none of it. Names, places and sizes are checked in the archive's
directory, then the small text files are read, each with a bound of its own; the weights are copied
to a file, whose headers have to be those of the network that ``run.json`` tells of, before any of
their numbers is read. Nothing is unpickled, and no code of anybody's runs.
"""

import io
import json
import tempfile
import zipfile
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, BinaryIO

from data.file_readers.zip_file import DamagedArchive, check_members, check_places, open_zip
from data.language import Text, UserError
from models.bundles import description as run_json
from models.bundles import errors, history_table
from models.bundles.description import Description, described, read_description, write_description
from models.bundles.history_table import HistoryTable, Point, read_table, write_table
from models.events import Baselines, Batches, Event
from models.experiment import MAX_PARAMETERS
from models.inputs.summary import dense_layers
from models.network.fingerprint import fingerprint, short
from models.network.weights import NETWORK, WEIGHTS, TrainedNetwork, read_network
from models.runs.run import Run
from models.runs.store import RunStore
from models.tasks.base import Task
from models.tasks.catalogue import OWN_DATA, task_of

RUN = "run.json"
HISTORY = "history.csv"
README = "README.md"
MAX_FILE_BYTES = 20 * 2**20
"""Of the whole bundle; the largest network there may be takes 20,000,000 bytes."""

_LARGEST = {
    RUN: run_json.MAX_BYTES,
    WEIGHTS: 4 * MAX_PARAMETERS + 2**16,
    HISTORY: history_table.MAX_BYTES,
    README: 2**16,
}
"""Bytes of each file when it is unpacked."""
_POINTS_AT_ONCE = 1_000
"""Points of one event."""
_PIECE = 2**16
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What zipfile raises where a file of an archive is damaged."""


def export_run(store: RunStore, run: Run, title: str) -> bytes:
    """Return the bundle of a run that is over and has weights; ``title`` is what it is called.

    Raises ``UserError`` for a run that is under way, and like ``read_network``.
    """
    history, folder = store.history(run.id), store.folder(run.id)
    if not run.is_over or history.started is None or history.end is None:
        raise errors.not_over()
    network = read_network(folder)
    values = json.loads((folder / NETWORK).read_bytes())
    told = described(run.name, values, history, weights_fingerprint(network))
    files = {
        README: _readme(title, told),
        RUN: write_description(told),
        HISTORY: write_table(history.points, history.epochs),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        # Random digits hardly shrink, and weights that are all alike would look like a bomb.
        archive.write(folder / WEIGHTS, WEIGHTS, zipfile.ZIP_STORED)
    return file.getvalue()


def weights_fingerprint(network: TrainedNetwork) -> str:
    """Return the fingerprint of a network's weights: kernel, bias, kernel, bias, ..."""
    pairs = zip(network.kernels, network.biases, strict=True)
    return fingerprint(array for pair in pairs for array in pair)


def import_run(store: RunStore, owner: str, file: BinaryIO) -> Run:
    """Add the run of a bundle to those of an owner, with the owner's quota.

    Raises ``BadBundle`` for what is none, and ``UserError`` like ``RunStore.create``.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told, table = unpack(file, folder, store, owner)
        (folder / OWN_DATA).unlink(missing_ok=True)  # the store gives it to the run
        return store.add_ended(owner, told.experiment, _events(told, table), folder, told.name)


def unpack(
    file: BinaryIO, folder: Path, store: RunStore | None = None, owner: str = ""
) -> tuple[Description, HistoryTable]:
    """Check a bundle and leave ``network.json`` and weights in an empty folder.

    Own data that the run is about is that of an owner in the store. Raises ``BadBundle``.
    """
    try:
        with open_zip(file) as archive:
            _check_files(archive)
            told = read_description(_content(archive, RUN))
            _content(archive, README)
            with archive.open(HISTORY) as lines:
                table = read_table(lines)
            task = _task(told, folder, store, owner)
            _check_run(told, table, task)
            (folder / NETWORK).write_text(
                json.dumps(told.network, ensure_ascii=False), encoding="utf-8"
            )
            with archive.open(WEIGHTS) as packed, (folder / WEIGHTS).open("wb") as copy:
                _copy(packed, copy)
    except (DamagedArchive, *_BROKEN):
        raise errors.no_bundle() from None
    _check_weights(told, folder)
    return told, table


def _check_files(archive: zipfile.ZipFile) -> None:
    """Raise ``BadBundle`` unless exactly the files of a bundle are there, none too large."""
    members = archive.infolist()
    for info in members:
        if info.filename not in _LARGEST or info.orig_filename != info.filename:
            raise errors.other_files(info.filename)
        if info.file_size > _LARGEST[info.filename]:
            raise errors.too_large(info.filename, _LARGEST[info.filename])
    check_members(members, sum(_LARGEST.values()))
    check_places(archive)
    for name in _LARGEST:
        if name not in archive.namelist():
            raise errors.missing_file(name)


def _content(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a small file of an archive, whose checksum is right."""
    with archive.open(name) as file:
        content = file.read(_LARGEST[name] + 1)
        _drain(file)
    if len(content) != archive.getinfo(name).file_size:
        raise DamagedArchive("cut short")
    return content


def _drain(file: IO[bytes]) -> None:
    """Read what is left of a file, at whose end its checksum is compared."""
    while file.read(_PIECE):
        pass


def _copy(packed: IO[bytes], file: IO[bytes]) -> None:
    while piece := packed.read(_PIECE):
        file.write(piece)


def _task(told: Description, folder: Path, store: RunStore | None, owner: str) -> Task:
    """Return the task of a run, and put the own data that it is about into the folder."""
    experiment = told.experiment
    try:
        if experiment.data is not None:
            if store is None:
                raise errors.own_data_missing()
            store.catalogue.give_data(owner, experiment, folder)
        return task_of(experiment, folder)
    except UserError as error:
        if experiment.data is not None:
            raise errors.own_data_missing() from None
        raise errors.bad_part(RUN, error.text) from None


def _check_run(told: Description, table: HistoryTable, task: Task) -> None:
    """Raise ``BadBundle`` where the parts of a bundle do not belong to one run of the task."""
    try:
        layers = dense_layers(task, told.experiment)
    except UserError as error:
        raise errors.bad_part(RUN, error.text) from None
    started, metric = told.started, task.head.metric_name
    if (started.parameters, started.metric) != (sum(each.parameters for each in layers), metric):
        raise errors.bad_run("started")
    names = {"loss", metric} | (set() if task.head.is_classifier else {"mse"})
    if told.end.test is not None and not set(told.end.test) <= names:
        raise errors.bad_run("test")
    if table.epochs and table.epochs[-1].epoch > told.experiment.epochs:
        raise errors.bad_run("epochs")


def _check_weights(told: Description, folder: Path) -> None:
    try:
        network = read_network(folder)
    except UserError:
        raise errors.bad_weights() from None
    if weights_fingerprint(network) != told.fingerprint:
        raise errors.other_weights()


def _events(told: Description, table: HistoryTable) -> Iterator[Event]:
    """Yield what the run said, in an order in which it may have said it."""
    yield told.started
    yield from told.tunings
    updates, place = [update for update, _, _ in table.points], 0
    for epoch in table.epochs:
        reached = bisect_right(updates, epoch.epoch * told.started.updates_per_epoch)
        yield from _batches(table.points[place:reached])
        place = max(place, reached)
        yield epoch
    yield from _batches(table.points[place:])
    if told.baselines:
        yield Baselines(told.baselines)
    yield told.end


def _batches(points: Sequence[Point]) -> Iterator[Batches]:
    for first in range(0, len(points), _POINTS_AT_ONCE):
        yield Batches(tuple(points[first : first + _POINTS_AT_ONCE]))


def _readme(title: str, told: Description) -> str:
    """Return what a person reads who opens the bundle."""
    lines = _README.format(
        title=" ".join(title.split()),
        task=told.experiment.task,
        fingerprint=short(told.fingerprint),
    )
    return f"# {lines.ko}\n---\n\n{lines.en}"


_README = Text(
    """{title}

FNN Lab에서 학습한 실행 하나입니다. 다른 FNN Lab의 내 실행 페이지에서 이 ZIP 파일을 그대로 가져오면
그래프, 분석, 예측을 이어서 볼 수 있습니다.

| 파일 | 내용 |
|---|---|
| `run.json` | 설정, 입력의 표준화, 결과 |
| `weights.npz` | 가중치와 편향(float32), `numpy.load`로 읽습니다 |
| `history.csv` | 업데이트와 에폭마다의 손실과 지표 |

과제: `{task}`, 가중치의 지문: `{fingerprint}`

""",
    """{title}

One run of FNN Lab. Import this ZIP file as it is on the page My runs of another FNN Lab to see its
curves, analysis and predictions there.

| file | content |
|---|---|
| `run.json` | settings, scaling of the inputs, results |
| `weights.npz` | weights and biases (float32), for `numpy.load` |
| `history.csv` | loss and metric of updates and epochs |

Task: `{task}`, fingerprint of the weights: `{fingerprint}`
""",
)
