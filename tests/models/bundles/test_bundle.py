"""Bundles: what one server exports another one imports, and nothing else."""

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.language import UserError
from data.tables.scaling import identity
from models.bundles import errors
from models.bundles.bundle import HISTORY, RUN, export_run, import_run
from models.bundles.history_table import read_table, write_table
from models.events import End, Epoch, Started, State
from models.experiment import Layer
from models.network.weights import WEIGHTS, read_network, write_description, write_weights
from models.runs.retention import Retention
from models.runs.run import Run
from models.runs.store import RunStore
from tests.support.bundle_memory import measure, written
from tests.support.bundles import (
    EXPERIMENT,
    arrays,
    ended_run,
    good_bundle,
    packed,
    parts,
    with_part,
)
from tests.support.hostile_bundles import HOSTILE
from tests.support.own_data import OWN_DATA, quick

MOST_SECONDS = 2.0
MOST_MEGABYTES = 50


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return good_bundle(tmp_path_factory.mktemp("elsewhere") / "runs")


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory, good: bytes) -> dict[str, Path]:
    return written(tmp_path_factory.mktemp("bundles"), good)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    store = RunStore(tmp_path / "runs")
    yield store
    store.close()


def test_a_run_is_the_same_on_the_other_server(store: RunStore, tmp_path: Path) -> None:
    there = RunStore(tmp_path / "there")
    run = ended_run(there, "ada")
    bundle = export_run(there, run, "mine")
    assert set(parts(bundle)) == {"README.md", "run.json", "history.csv", "weights.npz"}
    here = import_run(store, "ben", io.BytesIO(bundle))
    kept = ("experiment", "state", "name", "epoch", "val_loss", "val_metric", "test", "best_epoch")
    assert all(getattr(here, name) == getattr(run, name) for name in kept)
    assert store.history(here.id) == there.history(run.id)
    assert store.find(here.id, "ben") == here and store.runs("ada") == []
    mine, other = (read_network(s.folder(r.id)) for s, r in ((there, run), (store, here)))
    assert all(map(np.array_equal, mine.kernels, other.kernels))
    assert (mine.scaling, mine.biases[0].tolist()) == (other.scaling, other.biases[0].tolist())
    assert parts(export_run(store, here, "mine")) == parts(bundle)
    there.close()


def test_what_was_imported_is_still_there_after_a_restart(
    store: RunStore, tmp_path: Path, good: bytes
) -> None:
    run = import_run(store, "ben", io.BytesIO(good))
    history = store.history(run.id)
    store.close()
    again = RunStore(tmp_path / "runs")
    assert again.find(run.id, "ben") == run
    assert again.history(run.id) == history and not again.unreadable("ben")
    again.close()


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_bundle_is_refused_in_a_sentence(
    store: RunStore, tmp_path: Path, bundles: dict[str, Path], what: str
) -> None:
    began = time.perf_counter()
    with bundles[what].open("rb") as file, pytest.raises(errors.BadBundle) as refused:
        import_run(store, "ben", file)
    assert time.perf_counter() - began < MOST_SECONDS
    for sentence in (refused.value.text.ko, refused.value.text.en):
        assert 20 < len(sentence) < 600 and str(tmp_path) not in sentence
    assert store.runs("ben") == [] and not store.unreadable("ben")
    assert {path.name for path in (tmp_path / "runs").iterdir() if path.is_dir()} == set()


def test_there_are_many_kinds_of_them() -> None:
    assert len(HOSTILE) >= 25


def test_none_of_them_takes_much_memory_or_time(tmp_path: Path, bundles: dict[str, Path]) -> None:
    for name, (seconds, megabytes) in measure(tmp_path, bundles).items():
        assert seconds < MOST_SECONDS and megabytes < MOST_MEGABYTES, name


def test_an_import_is_a_new_run_of_its_owner(tmp_path: Path, good: bytes) -> None:
    """The oldest run goes for it, as for any other; the name is the owner's to change."""
    store = RunStore(tmp_path / "runs", Retention(runs_per_owner=2))
    first, *others = [import_run(store, "ben", io.BytesIO(good)) for _ in range(3)]
    assert [run.id for run in store.runs("ben")] == [run.id for run in reversed(others)]
    assert not store.folder(first.id).exists()
    assert store.rename(others[0].id, "ben", "other").name == "other"
    store.close()


def test_a_run_on_own_data_needs_the_same_data(store: RunStore, tmp_path: Path) -> None:
    there = RunStore(tmp_path / "there")
    task = there.catalogue.add("ada", "Apples", OWN_DATA["apples"])
    experiment = quick(task)
    run = there.create("ada", experiment)
    folder = there.folder(run.id)
    write_description(folder, experiment, identity())
    write_weights(folder, arrays(experiment, folder=folder))
    parameters = sum(array.size for array in arrays(experiment, folder=folder))
    there.append(run.id, Started(parameters, 9, 1, 1, task.head.metric_name))
    there.append(run.id, End(State.STOPPED))
    bundle = export_run(there, there.get(run.id), "apples")
    there.close()
    with pytest.raises(errors.BadBundle, match="own data"):
        import_run(store, "ben", io.BytesIO(bundle))
    assert store.runs("ben") == []
    store.catalogue.add("ben", "Apples", OWN_DATA["apples"])
    here = import_run(store, "ben", io.BytesIO(bundle))
    assert store.task_of(here).name == task.name
    other = replace(OWN_DATA["apples"], y_train=OWN_DATA["apples"].y_train + 1)
    store.catalogue.add("cyd", "Apples", other)
    with pytest.raises(errors.BadBundle, match="own data"):
        import_run(store, "cyd", io.BytesIO(bundle))


def test_a_run_under_way_is_not_exported(store: RunStore) -> None:
    run = store.create("ada", ended_run(store, "ada").experiment)
    with pytest.raises(UserError, match="not ended"):
        export_run(store, run, "mine")


def test_weights_that_are_all_alike_are_no_bomb(store: RunStore, tmp_path: Path) -> None:
    there = RunStore(tmp_path / "there")
    run = ended_run(there, "ada", EXPERIMENT.changed(layers=(Layer(1_000), Layer(1_000))))
    zeros = [np.zeros_like(array) for array in arrays(run.experiment)]
    write_weights(there.folder(run.id), zeros)
    here = import_run(store, "ben", io.BytesIO(export_run(there, run, "mine")))
    assert not read_network(store.folder(here.id)).kernels[1].any()
    there.close()


def test_a_bundle_that_was_packed_again_by_hand_is_taken(store: RunStore, good: bytes) -> None:
    again = packed(dict(reversed(parts(good).items())), zipfile.ZIP_STORED)
    assert import_run(store, "ben", io.BytesIO(again)).name == "mine"


numbers = st.floats(allow_infinity=False) | st.just(0.1)
points = st.dictionaries(st.integers(1, 10**9), st.tuples(numbers, numbers), max_size=30)
epochs = st.dictionaries(st.integers(1, 500), st.tuples(*[numbers] * 4), max_size=20)


@given(points, epochs, st.floats(0, 1e9))
def test_a_history_reads_back_bit_for_bit(points, epochs, seconds) -> None:
    curve = [(update, *points[update]) for update in sorted(points)]
    told = [Epoch(n, *epochs[n], seconds, n, penalty=seconds) for n in sorted(epochs)]
    table = read_table(io.BytesIO(write_table(curve, told).encode()))
    assert repr(table.points) == repr(tuple(curve))  # NaN is not equal to itself
    assert repr(table.epochs) == repr(tuple(told))


def test_a_history_that_a_spreadsheet_has_saved_is_read(good: bytes) -> None:
    text = parts(good)[HISTORY]
    again = read_table(io.BytesIO(text.replace(b"\n", b"\r\n")))
    assert again == read_table(io.BytesIO(text)) and len(again.points) == 14


changes = st.tuples(
    st.sampled_from((RUN, HISTORY, WEIGHTS)), st.integers(0, 10**6), st.binary(max_size=4)
)


@pytest.fixture
def imported(store: RunStore, good: bytes) -> Callable[[str, int, bytes], Run]:
    """What imports the bundle with a few bytes of one of its files changed."""

    def take(name: str, place: int, put: bytes) -> Run:
        content = bytearray(parts(good)[name])
        place %= len(content)
        content[place : place + len(put)] = put
        return import_run(store, "ben", io.BytesIO(with_part(good, name, bytes(content))))

    return take


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(changes)
def test_whatever_is_changed_is_imported_or_refused(store: RunStore, imported, change) -> None:
    """A change inside of a file: it is taken as it is, or refused in a sentence."""
    try:
        run = imported(*change)
    except errors.BadBundle:
        return
    assert store.find(run.id, "ben") == run and store.history(run.id).end
