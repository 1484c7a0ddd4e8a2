"""Starts the lab as a person does, with Streamlit's own command."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Server:
    """A running lab: its address, its home folder and its process."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]


def start_server(home: Path, base: str = "", **variables: str) -> Server:
    """Start the lab on a free port with its own home, below the path ``base``; wait for an answer.

    With Streamlit's own command, and from a folder that has nothing to do with the lab.
    """
    port = free_port()
    streamlit = Path(sys.executable).with_name("streamlit")
    command = [streamlit, "run", ROOT / "app/main.py", "--server.port", str(port)]
    command += ["--server.baseUrlPath", base] if base else []
    environment = {**os.environ, "FNN_LAB_HOME": str(home), **variables}
    process = subprocess.Popen(command, cwd=home, env=environment)
    url = f"http://127.0.0.1:{port}{base}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()
            return Server(url, home, process)
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise RuntimeError("the lab did not start")


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """Start the lab, and end it afterwards."""
    server = start_server(home)
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait(20)
