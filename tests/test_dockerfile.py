"""What can be held of the Dockerfile where there is no Docker: its lines, and that they work."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.ports import free_port

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


def instructions(name: str) -> list[str]:
    return re.findall(rf"^\s*{name}\s+(.*)$", DOCKERFILE, flags=re.MULTILINE)


def copied() -> list[str]:
    return [source for line in instructions("COPY") for source in line.split()[:-1]]


def test_every_copied_source_exists() -> None:
    assert copied() and all((ROOT / source).exists() for source in copied())


def test_dependencies_stand_in_a_layer_before_the_code() -> None:
    install = DOCKERFILE.index("pip install")
    assert DOCKERFILE.index("COPY requirements.txt") < install < DOCKERFILE.index("COPY app")


def test_it_runs_as_another_user_than_root() -> None:
    user = instructions("USER")[-1]
    assert user not in ("root", "0")
    assert f"useradd --create-home {user}" in DOCKERFILE


def test_the_home_folder_is_a_volume() -> None:
    assert f"FNN_LAB_HOME={instructions('VOLUME')[0]}" in DOCKERFILE


def test_health_is_asked_where_streamlit_answers() -> None:
    assert "/_stcore/health" in instructions("HEALTHCHECK")[0]


def test_nothing_is_copied_that_git_does_not_keep() -> None:
    """Only tracked files reach the image: no secret, no run, no download."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied())
    names = [p.name for source in copied() for p in (ROOT / source).rglob("*") if p.is_file()]
    secret = re.compile(r"^\.env|secrets\.toml$|\.pem$|\.key$|\.sqlite3")
    assert [name for name in names if secret.search(name)] == []


def test_the_command_starts_the_app_in_a_clean_environment(tmp_path: Path) -> None:
    for source in copied():
        target = tmp_path / source
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, target)
    port = free_port()
    command = json.loads(instructions("CMD")[-1])
    command = [sys.executable if word == "python" else word for word in command]
    command = [
        re.sub(r"0\.0\.0\.0", "127.0.0.1", word).replace("8501", str(port)) for word in command
    ]
    environment = {
        "FNN_LAB_HOME": str(tmp_path / "home"),
        "PATH": os.defpath,
        "HOME": str(tmp_path),
    }
    server = subprocess.Popen(command, cwd=tmp_path, env=environment)
    try:
        assert answers(f"http://127.0.0.1:{port}/_stcore/health") == "ok"
    finally:
        server.terminate()
        server.wait(20)


def answers(url: str, seconds: float = 60) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2) as response:
                return str(response.read().decode())
        except OSError:
            time.sleep(0.2)
    return "no answer"
