import hashlib
from pathlib import Path

import pytest

from data import files
from data.files import checksum, locate
from data.language import UserError

CONTENT = b"thirteen variables"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bundled"
    folder.mkdir()
    (folder / "table.csv").write_bytes(CONTENT)
    monkeypatch.setattr(files, "BUNDLED", folder)
    return folder


def test_a_whole_bundled_file_has_its_checksum(bundled: Path) -> None:
    assert checksum(locate("table.csv", SHA256)) == SHA256


def test_a_damaged_bundled_file_is_named_with_the_remedy(bundled: Path) -> None:
    (bundled / "table.csv").write_bytes(CONTENT[:-1])
    with pytest.raises(UserError) as error:
        checksum(locate("table.csv", SHA256))
    for sentence in (error.value.text.ko, error.value.text.en):
        assert str(bundled / "table.csv") in sentence
        assert "git checkout" in sentence


def test_a_missing_bundled_file_is_named_with_the_remedy(bundled: Path) -> None:
    (bundled / "table.csv").unlink()
    with pytest.raises(UserError, match=r"table\.csv' is missing or damaged.*git checkout"):
        locate("table.csv", SHA256)


def test_a_file_in_the_data_folder_comes_first_and_may_differ(
    bundled: Path, data_folder: Path
) -> None:
    (data_folder / "table.csv").write_bytes(b"other rows")
    file = locate("table.csv", SHA256)
    assert file.path == data_folder / "table.csv"
    assert checksum(file) == hashlib.sha256(b"other rows").hexdigest()


def test_without_the_file_in_the_data_folder_the_bundled_one_is_read(
    bundled: Path, data_folder: Path
) -> None:
    assert locate("table.csv", SHA256).path == bundled / "table.csv"


def test_a_data_folder_that_does_not_exist_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FNN_LAB_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(UserError, match=r"FNN_LAB_DATA names the folder '.*nowhere'"):
        locate("table.csv", SHA256)


def test_a_folder_in_the_place_of_a_file_is_a_sentence(bundled: Path, data_folder: Path) -> None:
    (data_folder / "table.csv").mkdir()
    with pytest.raises(UserError, match=r"table\.csv': It is a folder"):
        checksum(locate("table.csv", SHA256))


def test_the_readme_of_the_bundled_files_tells_their_true_sizes_and_checksums() -> None:
    readme = (files.BUNDLED / "README.md").read_text(encoding="utf-8")
    of_their_own = ("README.md", "morphemes-")  # a file of morphemes holds its checksum itself
    bundled = files.BUNDLED.iterdir()
    data_files = [path for path in bundled if not path.name.startswith(of_their_own)]
    assert len(data_files) == 4
    for path in data_files:
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        assert f"| `{path.name}` | {len(content):,} | `{digest}` |" in readme
