"""The documents tell the truth: what they name exists, and what a user can set is documented."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest

import data.__main__
import models.__main__
from models.sharing.class_link import LOCKS, PARTS
from models.tasks import presets
from tests.support.documents import (
    DOCUMENTS,
    ROOT,
    anchors,
    blocks,
    codes,
    first_cells,
    named,
    read,
    sections,
)
from tests.test_architecture import MAY_IMPORT, MOST_FILES, VALUES

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE))
COMMAND_LINES = {"data": data.__main__.main, "models": models.__main__.main}
COMMANDS = ROOT / "models/README.md"
PAGES = ROOT / "app/README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
SETTINGS = ROOT / "app/server/README.md"
CLUSTER = ROOT / "models/jobs/cluster/README.md"
VARIABLE = re.compile(r"\bFNN_LAB(?:_[A-Z]+)+\b")

every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=named)


def commands_of(path: Path) -> list[str]:
    """Return what a document shows as commands: whole code blocks and words between backticks."""
    return [*blocks(path), *codes(path)]


Help = Callable[..., str]


@pytest.fixture
def help_of(capsys: pytest.CaptureFixture[str]) -> Help:
    """Return what ``--help`` prints for a module's command line, or for one command of it."""

    def printed(module: str, *command: str) -> str:
        with pytest.raises(SystemExit) as ended:
            COMMAND_LINES[module]([*command, "--help"])
        assert ended.value.code == 0
        return capsys.readouterr().out

    return printed


def variables(text: str) -> set[str]:
    return set(VARIABLE.findall(text))


def variables_of_the_code() -> set[str]:
    return {
        name
        for folder in ("app", "data", "models", "tests")
        for path in (ROOT / folder).rglob("*.py")
        for name in variables(path.read_text(encoding="utf-8"))
    }


@every_document
def test_a_link_points_to_a_file_and_a_heading_that_exist(path: Path) -> None:
    links = [link for section in sections(path) for link in section.links]
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        file, _, heading = unquote(link).partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists() and target.is_relative_to(ROOT), link
        assert not heading or heading in anchors(target), link


@every_document
def test_a_file_or_folder_it_names_exists(path: Path) -> None:
    named_files = [name for name in codes(path) if re.match(r"(app|data|models|tests)/", name)]
    named_files = [name for name in named_files if re.fullmatch(r"[\w/.-]+", name)]
    assert [name for name in named_files if not (ROOT / name).exists()] == []


@every_document
def test_a_make_target_it_names_exists(path: Path) -> None:
    lines = "\n".join(commands_of(path))
    targets = set(re.findall(r"^make ([a-z][a-z-]*)", lines, re.MULTILINE))
    assert targets <= TARGETS


@every_document
def test_a_module_or_command_it_names_exists(path: Path, help_of: Help) -> None:
    for module, command in re.findall(
        r"python -m ((?:app|data|models|tests)[\w.]*)(?: ([a-z]+))?", "\n".join(commands_of(path))
    ):
        file = ROOT / module.replace(".", "/")
        assert file.with_suffix(".py").exists() or (file / "__main__.py").exists(), module
        if command:
            help_of(module, command)


@every_document
def test_a_variable_it_names_is_read_by_the_code(path: Path) -> None:
    assert variables(read(path)) <= variables_of_the_code()


def test_every_environment_variable_is_documented_in_one_table() -> None:
    documented = [name for path in (SETTINGS, CLUSTER) for name in first_cells(path)]
    assert sorted(filter(VARIABLE.fullmatch, documented)) == sorted(variables_of_the_code())


def test_every_preset_is_documented() -> None:
    table = read(COMMANDS).partition("### Presets")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE) == list(presets())


@pytest.mark.parametrize("module", COMMAND_LINES)
def test_every_command_and_option_is_documented(module: str, help_of: Help) -> None:
    rows = dict(re.findall(rf"^\| `python -m {module} (\w+)` (.*)$", read(COMMANDS), re.MULTILINE))
    commands = re.findall(r"^    (\w+) ", help_of(module), re.MULTILINE)
    assert commands and list(rows) == commands
    for command, row in rows.items():
        options = set(re.findall(r"--[a-z-]+", help_of(module, command))) - {"--help"}
        assert set(re.findall(r"`(--[a-z-]+)`", row)) == options, command


@pytest.mark.parametrize(("word", "names"), [("hide", PARTS), ("lock", LOCKS)])
def test_what_a_class_link_can_name_is_documented(word: str, names: dict[str, object]) -> None:
    table = read(PAGES).partition(f"| `{word}=` |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE) == list(names)


def test_every_make_target_is_documented() -> None:
    documented = re.findall(r"`make ([a-z-]+)`", read(CONTRIBUTING))
    assert set(documented) == TARGETS


def test_the_import_rules_are_those_that_are_tested() -> None:
    rules = read(CONTRIBUTING).partition("## Import rules")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", rules, re.MULTILINE)
    assert {folder: re.findall("`([^`]+)`", others) for folder, others in rows} == {
        folder: others.split() for folder, others in MAY_IMPORT.items()
    }
    assert all(f"`{name}`" in rules for name in VALUES) and f"at most {MOST_FILES} files" in rules
