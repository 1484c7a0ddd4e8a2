"""One real server and one real browser for all browser tests of the app."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.chromium import ARGUMENTS, executable
from tests.ports import free_port

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Server:
    """A running lab: its address, its home folder and its process."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]


def start_server(home: Path) -> Server:
    """Start the lab on a free port with its own home; wait until it answers."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app/main.py", "--server.port", str(port)]
    environment = {**os.environ, "FNN_LAB_HOME": str(home)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()
            return Server(url, home, process)
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise RuntimeError("the lab did not start")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start_server(tmp_path_factory.mktemp("home"))
    yield running
    running.process.terminate()
    running.process.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = executable()
        assert path, "no Chromium: run python -m tests.e2e.chromium"
        running = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A laptop's page, without the cookies of any other test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()
