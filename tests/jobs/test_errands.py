"""Errands: real ``python -m data`` commands that run, fail, stop and go on."""

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from models.jobs.errands import Command, Errand, Errands, ErrandState

LONG: Command = ("tokenize", "--tokenizer", "kiwi", "nsmc")
"""Takes some seconds: these reviews' morphemes do not ship with the lab."""


@pytest.fixture
def errands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Errands]:
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path))
    monkeypatch.setenv("FNN_LAB_DATA", str(tmp_path))
    for name, rows in (("ratings_train.txt", 5_000), ("ratings_test.txt", 500)):
        lines = [
            f"{row}\t{row}번째로 본 영화인데 아주 재미있었다\t{row % 2}" for row in range(rows)
        ]
        text = "\n".join(["id\tdocument\tlabel", *lines, ""])
        (tmp_path / name).write_text(text, encoding="utf-8")
    running = Errands()
    yield running
    running.close()


def ended(errands: Errands, command: Command, seconds: float = 60) -> Errand:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        errand = errands.look(command)
        if errand and errand.state is not ErrandState.RUNNING:
            return errand
        time.sleep(0.05)
    raise AssertionError(f"{command} did not end: {errands.look(command)}")


def test_what_was_never_started_is_nothing(errands: Errands) -> None:
    assert errands.look(("fetch", "nsmc")) is None


def test_a_failed_errand_keeps_its_sentence(errands: Errands) -> None:
    errands.start(("fetch", "nothing"))
    errand = ended(errands, ("fetch", "nothing"))
    assert errand.state is ErrandState.FAILED and errand.error
    assert errand.error.en.startswith("There is no") and "nsmc" in errand.error.ko


def test_an_errand_stops_soon_and_goes_on_and_tells_its_progress_to_the_end(
    errands: Errands,
) -> None:
    errands.start(LONG)
    time.sleep(2)
    errands.stop(LONG)
    assert ended(errands, LONG, 10).state is ErrandState.STOPPED
    errands.start(LONG)
    errand = ended(errands, LONG, 120)
    assert errand.state is ErrandState.DONE and errand.done == errand.total > 2_000


def test_starting_twice_runs_one_process(errands: Errands) -> None:
    errands.start(LONG)
    errands.start(LONG)
    time.sleep(1)
    mine = [p for p in psutil.Process().children() if "tokenize" in p.cmdline()]
    assert len(mine) == 1


def test_closing_leaves_no_process_behind(errands: Errands) -> None:
    errands.start(LONG)
    time.sleep(1)
    processes = psutil.Process().children(recursive=True)
    errands.close()
    _gone, alive = psutil.wait_procs(processes, timeout=10)
    assert [p for p in alive if "tokenize" in p.cmdline()] == []
