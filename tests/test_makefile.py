"""The Makefile makes an environment out of little, and again when what it holds has changed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAKE = shutil.which("make") or ""

pytestmark = pytest.mark.skipif(not MAKE, reason="there is no make here")


GOOD = f'exec {sys.executable} "$@"'
BROKEN = "echo no such version >&2; exit 127"
"""What a launcher of versions such as pyenv's does for one that is not installed."""


def make(
    folder: Path, *arguments: str, python: str = sys.executable, **environment: str
) -> subprocess.CompletedProcess[str]:
    command = [MAKE, *([f"PYTHON={python}"] if python else []), "UV=false", *arguments]
    alone = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        command, cwd=folder, env=alone | environment, capture_output=True, text=True
    )


def version(number: str) -> str:
    """Return the script of a Python of another version, which runs what it is given."""
    pretended = f"import sys; sys.version_info = ({number}, 0); exec(sys.argv[1])"
    return f"exec {sys.executable} -c '{pretended}' \"$2\""


def only(folder: Path, pythons: dict[str, str]) -> str:
    """Return a PATH with these programs, given as shell scripts, and none of the machine's."""
    tools = folder / "tools"
    tools.mkdir()
    (tools / "touch").symlink_to(str(shutil.which("touch")))
    for name, script in pythons.items():
        (tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (tools / name).chmod(0o755)
    return str(tools)


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


@pytest.mark.parametrize(
    ("pythons", "chosen"),
    [
        ({"python3": GOOD}, "python3"),
        ({"python3": version("3, 14"), "python3.12": version("3, 12")}, "python3.12"),
        ({"python3": version("3, 10"), "python3.13": BROKEN, "python3.11": GOOD}, "python3.11"),
        ({"python3": version("3, 14"), "python3.13": version("3, 13")}, "python3.13"),
        ({"python3": version("3, 14"), "python3.14": version("3, 14")}, ""),
        ({}, ""),
    ],
)
def test_it_looks_for_a_python_that_tensorflow_comes_for(
    pythons: dict[str, str], chosen: str, clone: Path
) -> None:
    question = ["--eval=which:; @echo '$(PYTHON)';", "which"]
    done = make(clone, *question, python="", PATH=only(clone, pythons))
    assert (done.stdout.strip(), done.returncode) == (chosen, 0)


@pytest.mark.parametrize("named", ["", "python3", "/nowhere/python3.12"])
def test_without_a_suitable_python_it_says_which_before_anything_is_made(
    named: str, clone: Path
) -> None:
    path = only(clone, {"python3": version("3, 14")})
    done = make(clone, ".venv/installed", python=named, PATH=path)
    assert done.returncode == 2 and not (clone / ".venv").exists()
    (sentence,) = done.stdout.splitlines()
    assert "Python 3.11, 3.12 or 3.13 is needed" in sentence and "make PYTHON=" in sentence


def test_an_environment_of_a_python_without_tensorflow_is_made_again(clone: Path) -> None:
    old = clone / ".venv/bin/python"
    old.parent.mkdir(parents=True)
    old.write_text(f"#!/bin/sh\n{version('3, 14')}\n")
    old.chmod(0o755)
    done = make(clone, ".venv/installed", python="", PATH=only(clone, {"python3": GOOD}))
    assert done.returncode == 0, done.stderr
    assert "making .venv with python3\n" in done.stdout and old.is_symlink()


def test_documents_and_makefile_name_the_same_versions() -> None:
    english, korean = "Python 3.11, 3.12 or 3.13", "Python 3.11, 3.12, 3.13 중 하나"
    for name in ("README.md", "CONTRIBUTING.md", "Makefile"):
        assert english in (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.ko.md", "Makefile"):
        assert korean in (ROOT / name).read_text(encoding="utf-8")


def test_continuous_integration_calls_the_same_targets_on_every_version() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    (versions,) = re.findall(r"python-version: \[(.*)\]", workflow)
    (lowest, below) = re.findall(r"\((3, \d+)\)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    numbers = range(int(lowest[3:]), int(below[3:]))
    assert versions == ", ".join(f'"3.{number}"' for number in numbers)
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    targets = ["make check", "make test"]
    assert re.findall(r"^ +- run: (make .*)$", workflow, re.MULTILINE) == targets
    assert re.findall(r"^make .*$", script, re.MULTILINE) == targets
