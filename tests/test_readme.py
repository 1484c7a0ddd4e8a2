"""The README tells the truth about names: files, folders, commands and presets exist."""

import re
from pathlib import Path

import pytest
from PIL import Image

from models.__main__ import main
from models.tasks import TASKS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_it_opens_with_a_picture_that_exists() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert README.splitlines()[2].startswith("![") and len(pictures) >= 2
    assert all((ROOT / picture).stat().st_size > 10_000 for picture in pictures)


def test_its_animation_moves_and_is_quickly_loaded() -> None:
    (animation,) = re.findall(r"!\[[^\]]+\]\(([^)]+\.webp)\)", README)
    with Image.open(ROOT / animation) as picture:
        assert getattr(picture, "n_frames", 1) > 1
    assert (ROOT / animation).stat().st_size <= 3_000_000


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"`((?:app|data|models|tests)/[\w/.]*)`", README)))
)
def test_a_file_or_folder_it_names_exists(name: str) -> None:
    assert (ROOT / name).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`?make (\w+)", README)) - {"are"}))
def test_a_make_target_it_names_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"python -m models (\w+)", README))))
def test_a_command_it_names_exists(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0


def test_the_row_counts_in_its_table_are_those_of_the_data() -> None:
    for task in TASKS:
        dataset = task.load()
        assert f"{len(dataset.x_train):,} + {len(dataset.x_test):,}" in README
