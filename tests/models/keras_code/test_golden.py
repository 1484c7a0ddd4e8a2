"""What a change does to programs and notebooks shows in review."""

import pytest

from tests.models.keras_code.golden import FOLDER, files

FILES = files()


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_as_it_was_looked_at(name: str) -> None:
    """If the change is meant, run ``python -m tests.models.keras_code.golden``, and read it."""
    assert FILES[name] == (FOLDER / name).read_text(encoding="utf-8")
