"""``python -m data`` as a teacher meets it. Nothing here needs a network."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.__main__ import _Progress, main
from data.sources import NSMC

ROOT = Path(__file__).parents[2]


@pytest.fixture
def dead_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut this machine off: every request goes to a port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "data", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_without_a_name_it_lists_what_can_be_fetched(own_home: Path) -> None:
    done = run("fetch")
    assert done.returncode == 0 and done.stderr == ""
    assert "nsmc" in done.stdout and "19.5 MB" in done.stdout and "CC0" in done.stdout
    assert "not fetched" in done.stdout and not own_home.exists()


def test_what_is_there_is_listed_with_its_folder(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in NSMC.files:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        file.path.write_bytes(b"x" * file.bytes)
    assert main(["fetch"]) == 0
    assert f"in {own_home / 'downloads'}" in capsys.readouterr().out


def test_an_unknown_name_is_one_sentence_and_status_2() -> None:
    done = run("fetch", "imdb")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'imdb'" in done.stderr and "nsmc" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_process_that_asks_gets_the_sentence_in_both_languages_apart() -> None:
    done = run("fetch", "imdb", "--json")
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert done.stderr.strip() == f"{error['ko']} / {error['en']}" and "'imdb'" in error["en"]


def test_without_a_network_it_is_one_sentence_and_status_2(
    own_home: Path, dead_proxy: None
) -> None:
    done = run("fetch", "nsmc")
    assert (done.returncode, done.stdout) == (2, "")
    assert "raw.githubusercontent.com" in done.stderr and "try again" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list((own_home / "downloads").iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["fly"], ["tokenize", "x", "--tokenizer", "mecab"]])
def test_what_is_no_command_is_one_sentence_that_names_the_help(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 1
    assert "python -m data" in said.err and "--help" in said.err


def test_progress_off_a_terminal_is_a_line_a_second_and_the_last_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress = _Progress()
    began = time.monotonic()
    for done in range(0, 2_000_001, 1000):
        progress(done, 2_000_000)
    progress.close()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "  0 %  0.0 / 2.0 MB" and lines[-1] == "100 %  2.0 / 2.0 MB"
    assert len(lines) <= 2 + (time.monotonic() - began)


def test_progress_on_a_terminal_is_a_bar_that_moves() -> None:
    pty = pytest.importorskip("pty", reason="pseudo-terminals exist on POSIX systems only")
    program = (
        "from data.__main__ import _Progress\n"
        "progress = _Progress()\n"
        "for done in (0, 500, 505, 1000): progress(done, 1000)\n"
        "progress.close()\n"
    )
    terminal, its_end = pty.openpty()
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=its_end, check=True)
    shown = os.read(terminal, 10_000).decode()
    os.close(its_end)
    os.close(terminal)
    assert shown.count("\r[") == 3 and "#" * 15 + " " in shown and "#" * 30 + "]" in shown
    assert shown.endswith("100 %  0.0 / 0.0 MB \r\n")
