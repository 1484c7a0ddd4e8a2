"""What can be held of the Dockerfile where there is no Docker: its lines, and that they work."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.support.ports import free_port

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


def is_sent(path: str) -> bool:
    """Say whether Docker sees a file of the clone: the last line that matches it decides."""
    parts = Path(path).parts
    ways = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    sent = True
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if any(matches(way, line.removeprefix("!")) for way in ways):
            sent = line.startswith("!")
    return sent


def matches(path: str, pattern: str) -> bool:
    names = pattern.removeprefix("**/").split("/")
    parts = path.split("/")
    if pattern.startswith("**/"):
        parts = parts[-len(names) :]
    return len(parts) == len(names) and all(map(fnmatchcase, parts, names))


def test_only_what_the_lab_needs_is_sent_to_docker() -> None:
    assert all(map(is_sent, [*copied(), "app/main.py", "app/.streamlit/config.toml"]))
    assert all(is_sent(f"data/bundled/{path.name}") for path in (ROOT / "data/bundled").iterdir())
    others = {path.name for path in ROOT.iterdir()} - {source.split("/")[0] for source in copied()}
    assert not any(map(is_sent, others))


@pytest.mark.parametrize(
    "name",
    [
        *(".env", ".env.local", ".streamlit/secrets.toml", "ca.key", "certs/key.pem"),
        *("runs.sqlite3", "runs.sqlite3-wal", "cache/x_train.npy", "ratings_train.txt.part"),
        *("__pycache__/main.cpython-311.pyc", "main.pyc"),
    ],
)
@pytest.mark.parametrize("folder", ["app", "models", "data", "data/bundled"])
def test_no_secret_no_run_and_no_cache_is_sent_to_docker(folder: str, name: str) -> None:
    assert not is_sent(f"{folder}/{name}")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image holds, in a folder of its own."""
    folder = tmp_path_factory.mktemp("image")
    paths = [path for source in copied() for path in [ROOT / source, *(ROOT / source).rglob("*")]]
    for path in paths:
        name = path.relative_to(ROOT)
        if path.is_file() and is_sent(name.as_posix()):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / name)
    return folder


def clean_environment(home: Path) -> dict[str, str]:
    return {"FNN_LAB_HOME": str(home / "lab"), "PATH": os.defpath, "HOME": str(home)}


def test_the_command_starts_the_app_in_a_clean_environment(image: Path, tmp_path: Path) -> None:
    port = free_port()
    command = json.loads(instructions("CMD")[-1])
    command = [sys.executable if word == "python" else word for word in command]
    command = [
        re.sub(r"0\.0\.0\.0", "127.0.0.1", word).replace("8501", str(port)) for word in command
    ]
    server = subprocess.Popen(command, cwd=image, env=clean_environment(tmp_path))
    try:
        assert answers(f"http://127.0.0.1:{port}/_stcore/health") == "ok"
    finally:
        server.terminate()
        server.wait(20)


FIRST_PAGE = """
from pathlib import Path

from streamlit.testing.v1 import AppTest

from app.session import services

try:
    page = AppTest.from_file(str(Path("app/dashboard.py").resolve()), default_timeout=120).run()
    print([element.value for element in [*page.exception, *page.error]], len(page.title))
finally:
    services.close()
"""


def test_its_first_page_is_whole_in_a_clean_environment(image: Path, tmp_path: Path) -> None:
    """The server answers that it is healthy before any page has run."""
    command = [sys.executable, "-c", FIRST_PAGE]
    done = subprocess.run(
        command, cwd=image, env=clean_environment(tmp_path), capture_output=True, text=True
    )
    assert done.stdout.strip() == "[] 1", done.stderr


def answers(url: str, seconds: float = 60) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2) as response:
                return str(response.read().decode())
        except OSError:
            time.sleep(0.2)
    return "no answer"
