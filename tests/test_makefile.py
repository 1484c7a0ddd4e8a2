"""The Makefile makes an environment out of little, and again when what it holds has changed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["make", f"PYTHON={sys.executable}", "UV=false", *arguments]
    alone = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The Makefile with requirements that ask for nothing, so that no network is needed."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for path in ROOT.glob("requirements*.txt"):
        (tmp_path / path.name).write_text("# nothing\n")
    return tmp_path


def test_an_environment_that_was_left_without_pip_is_made_again(clone: Path) -> None:
    """Debian without python3-venv leaves such a one behind."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", clone / ".venv"], check=True)
    done = make(clone, ".venv/installed")
    assert done.returncode == 0, done.stderr
    assert (clone / ".venv/installed").exists()
    pip = [clone / ".venv/bin/python", "-m", "pip", "--version"]
    assert subprocess.run(pip, capture_output=True).returncode == 0


@pytest.mark.parametrize("name", ["", "-dev", "-cluster"])
def test_changed_requirements_are_installed_again(name: str, clone: Path) -> None:
    (clone / ".venv").mkdir()
    (clone / ".venv/installed").touch()
    (clone / ".venv/installed-dev").touch()
    assert make(clone, "--question", ".venv/installed-dev").returncode == 0
    changed = f"--what-if=requirements{name}.txt"
    assert make(clone, "--question", changed, ".venv/installed-dev").returncode == 1
