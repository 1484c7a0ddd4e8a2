"""README is short, true to the folders and the data, and says the same in both languages."""

import ast
import re
from pathlib import Path

import pytest
from PIL import Image

from models.tasks import BUILT_IN
from tests.support.documents import ROOT, Section, blocks, read, sections

ENGLISH, KOREAN = ROOT / "README.md", ROOT / "README.ko.md"
PACKAGES = ("data", "models", "app", "tests")
MOST_LINES = 225
LARGEST_PICTURE = 400_000
LARGEST_ANIMATION = 3_000_000
NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")

both = pytest.mark.parametrize("path", [ENGLISH, KOREAN], ids=["en", "ko"])


def pictures(path: Path) -> list[str]:
    links = [link for section in sections(path) for link in section.links]
    return [link for link in links if link.endswith((".png", ".webp"))]


def tree(path: Path) -> dict[str, str]:
    """Return the rule of each folder in the tree that a README draws."""
    (drawn,) = filter(is_tree, blocks(path))
    rules, package = dict[str, str](), ""
    for indent, name, rule in re.findall(r"^( *)(\w+)/ +(.+)$", drawn, re.MULTILINE):
        package = package if indent else name
        rules[f"{package}/{name}" if indent else name] = rule
    assert len(rules) == len(drawn.splitlines())
    return rules


def is_tree(block: str) -> bool:
    return block.startswith("data/  ")


def commands(block: str) -> list[str]:
    """Return the lines of a code block without their comments."""
    return [re.sub(r"\s+#.*", "", line) for line in block.splitlines()]


def is_package(folder: Path) -> bool:
    return (folder / "__init__.py").exists()


def rule_of(folder: Path) -> str:
    """Return the first line of a package's docstring."""
    module = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
    return (ast.get_docstring(module) or "").partition("\n")[0].replace("``", "")


def test_it_can_be_read_in_two_minutes() -> None:
    assert len(read(ENGLISH).splitlines()) <= MOST_LINES


@both
def test_it_opens_with_a_picture_and_every_page_has_one(path: Path) -> None:
    first, *_ = pictures(path)
    assert read(path).splitlines()[2].startswith("![") and first in read(path).splitlines()[2]
    pages = [section for section in sections(path) if section.level == 3]
    assert len(pages) == len(list((ROOT / "app/views").glob("[!_]*.py")))
    assert all(any(link.endswith(".png") for link in page.links) for page in pages)


@both
def test_its_pictures_are_pictures_and_quickly_loaded(path: Path) -> None:
    for name in pictures(path):
        limit = LARGEST_ANIMATION if name.endswith(".webp") else LARGEST_PICTURE
        assert 10_000 < (ROOT / name).stat().st_size <= limit, name


@both
def test_its_animation_moves(path: Path) -> None:
    (animation,) = [name for name in pictures(path) if name.endswith(".webp")]
    with Image.open(ROOT / animation) as picture:
        assert getattr(picture, "n_frames", 1) > 1


@both
def test_the_row_counts_in_its_table_are_those_of_the_data(path: Path) -> None:
    for task in BUILT_IN:
        dataset = task.load()
        assert f"{len(dataset.x_train):,} + {len(dataset.x_test):,}" in read(path)


@both
def test_its_tree_has_every_folder_in_its_order(path: Path) -> None:
    folders = [
        folder.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for folder in [ROOT / package, *sorted((ROOT / package).iterdir())]
        if folder.is_dir() and folder.name[0] not in "._"
    ]
    assert list(tree(path)) == folders


def test_the_rule_of_a_folder_is_that_of_its_package() -> None:
    packages = {name: rule for name, rule in tree(ENGLISH).items() if is_package(ROOT / name)}
    assert {name: rule_of(ROOT / name) for name in packages} == packages


def test_both_languages_have_the_same_headings() -> None:
    levels = [[section.level for section in sections(path)] for path in (ENGLISH, KOREAN)]
    assert levels[0] == levels[1] and len(levels[0]) > 8


SECTIONS = list(zip(sections(ENGLISH), sections(KOREAN), strict=False))
every_section = pytest.mark.parametrize(
    ("english", "korean"), SECTIONS, ids=[section.title for section, _ in SECTIONS]
)
"""Each by itself, so that the order is the same as well."""


@every_section
def test_both_languages_have_the_same_links_and_pictures(english: Section, korean: Section) -> None:
    other = {KOREAN.name: ENGLISH.name}
    assert [other.get(link, link) for link in english.links] == list(korean.links)


@every_section
def test_both_languages_have_the_same_figures(english: Section, korean: Section) -> None:
    assert sorted(NUMBER.findall(english.words)) == sorted(NUMBER.findall(korean.words))


@every_section
def test_both_languages_have_the_same_commands_and_names(english: Section, korean: Section) -> None:
    assert sorted(english.codes) == sorted(korean.codes)
    for one, other in zip(english.blocks, korean.blocks, strict=True):
        assert is_tree(one) or commands(one) == commands(other)


@every_section
def test_each_is_in_its_language(english: Section, korean: Section) -> None:
    pieces = [piece for piece in korean.words.splitlines() if not re.search("[가-힣]|/", piece)]
    assert [piece for piece in pieces if len(re.findall("[A-Za-z]{3,}", piece)) > 3] == []
    assert not re.search("[가-힣]", english.words.replace("한국어 설명서", ""))
