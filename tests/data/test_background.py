"""BackgroundCommands: real ``python -m data`` commands that run, fail, stop and go on."""

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from data.background import BackgroundCommands, Command, CommandState, Progress

LONG: Command = ("tokenize", "--tokenizer", "kiwi", "nsmc")
"""Takes some seconds: these reviews' morphemes do not ship with the lab."""


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BackgroundCommands]:
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path))
    monkeypatch.setenv("FNN_LAB_DATA", str(tmp_path))
    for name, rows in (("ratings_train.txt", 5_000), ("ratings_test.txt", 500)):
        lines = [
            f"{row}\t{row}번째로 본 영화인데 아주 재미있었다\t{row % 2}" for row in range(rows)
        ]
        text = "\n".join(["id\tdocument\tlabel", *lines, ""])
        (tmp_path / name).write_text(text, encoding="utf-8")
    running = BackgroundCommands()
    yield running
    running.close()


def ended(commands: BackgroundCommands, command: Command, seconds: float = 60) -> Progress:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        progress = commands.look(command)
        if progress and progress.state is not CommandState.RUNNING:
            return progress
        time.sleep(0.05)
    raise AssertionError(f"{command} did not end: {commands.look(command)}")


def test_what_was_never_started_is_nothing(commands: BackgroundCommands) -> None:
    assert commands.look(("fetch", "nsmc")) is None


def test_a_failed_command_keeps_its_sentence(commands: BackgroundCommands) -> None:
    commands.start(("fetch", "nothing"))
    progress = ended(commands, ("fetch", "nothing"))
    assert progress.state is CommandState.FAILED and progress.error
    assert progress.error.en.startswith("There is no") and "nsmc" in progress.error.ko


def test_a_command_stops_soon_and_goes_on_and_tells_its_progress_to_the_end(
    commands: BackgroundCommands,
) -> None:
    commands.start(LONG)
    time.sleep(0.5)
    commands.stop(LONG)
    assert ended(commands, LONG, 10).state is CommandState.STOPPED
    commands.start(LONG)
    progress = ended(commands, LONG, 120)
    assert progress.state is CommandState.DONE and progress.done == progress.total > 2_000


def test_starting_twice_runs_one_process(commands: BackgroundCommands) -> None:
    commands.start(LONG)
    commands.start(LONG)
    time.sleep(1)
    mine = [p for p in psutil.Process().children() if "tokenize" in p.cmdline()]
    assert len(mine) == 1


def test_closing_leaves_no_process_behind(commands: BackgroundCommands) -> None:
    commands.start(LONG)
    time.sleep(1)
    processes = psutil.Process().children(recursive=True)
    commands.close()
    _gone, alive = psutil.wait_procs(processes, timeout=10)
    assert [p for p in alive if "tokenize" in p.cmdline()] == []
