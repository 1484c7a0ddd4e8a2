"""Reviews in NSMC's format, and where each corpus is read from."""

import hashlib
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.language import UserError
from data.sources import NSMC
from data.text import reviews
from data.text.reviews import (
    CORPORA,
    HEADER,
    Reviews,
    corpus_named,
    is_available,
    load_reviews,
    parse,
    read_labelled,
)


def content(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def pairs(found: Reviews) -> list[tuple[str, int]]:
    return list(zip(found.documents, found.labels.tolist(), strict=True))


GOOD = content("1\t재밌다\t1", "2\t지루하다\t0")


def test_documents_and_labels_are_read_in_order() -> None:
    found = parse(GOOD, "ratings.txt")
    assert pairs(found) == [("재밌다", 1), ("지루하다", 0)]
    assert found.labels.dtype == np.uint8 and not found.labels.flags.writeable
    assert (found.name, found.skipped) == ("ratings.txt", 0)
    assert found.digest == hashlib.sha256(GOOD).hexdigest()


@pytest.mark.parametrize(
    "document", ['"', '"quoted', 'a "quote" in it', "'", '""', "\\", "\\t", " x", "#", "NaN", "0"]
)
def test_quotes_and_other_marks_are_ordinary_characters(document: str) -> None:
    found = parse(content(f"1\t{document}\t1", "2\tnext\t0"), "file")
    assert pairs(found) == [(document, 1), ("next", 0)]


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x00"])
def test_only_line_feeds_end_a_row(mark: str) -> None:
    assert pairs(parse(content(f"1\ta{mark}b\t1"), "file")) == [(f"a{mark}b", 1)]


@pytest.mark.parametrize(
    "row",
    [
        "alone",
        "\t\t",
        "1\t\t1",
        "1\t  \t1",
        "1\tno label",
        "1\tempty label\t",
        "1\ttwo\t2",
        "1\tminus\t-1",
        "1\tspace\t 1",
        "1\tfloat\t1.0",
        "1\tword\tpositive",
        "1\ttab\tin it\t1",
    ],
)
def test_a_broken_row_is_skipped_and_counted(row: str) -> None:
    found = parse(content("1\tkept\t1", row, "2\tkept too\t0"), "file")
    assert pairs(found) == [("kept", 1), ("kept too", 0)]
    assert found.skipped == 1


def test_empty_lines_are_not_rows() -> None:
    found = parse(content("", "1\tkept\t1", "", ""), "file")
    assert pairs(found) == [("kept", 1)] and found.skipped == 0


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    windows = b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n")
    found = parse(windows, "file")
    assert pairs(found) == pairs(parse(GOOD, "file")) and found.skipped == 0
    assert found.digest == hashlib.sha256(windows).hexdigest()


@pytest.mark.parametrize(
    "damaged",
    {
        "empty": b"",
        "only a header": content(),
        "no usable row": content("1\t\t1", "2\tx\t7"),
        "no header": content("2\tx\t0", header="1\tx\t1"),
        "other header": content("x\t1", header="document\tlabel"),
        "commas": content("1,x,1", header="id,document,label"),
    }.items(),
    ids=lambda item: item[0],
)
def test_another_format_is_refused_by_name_with_the_columns(damaged: tuple[str, bytes]) -> None:
    with pytest.raises(UserError) as error:
        parse(damaged[1], "my reviews.tsv")
    for sentence in (error.value.text.ko, error.value.text.en):
        assert "'my reviews.tsv'" in sentence and "id, document" in sentence and "label" in sentence


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp949"])
def test_reviews_are_read_as_notepad_excel_and_powershell_save_them(encoding: str) -> None:
    assert pairs(parse(GOOD.decode().encode(encoding), "file")) == pairs(parse(GOOD, "file"))


def test_what_is_no_text_is_told_as_such() -> None:
    with pytest.raises(UserError, match=r"'my reviews\.tsv': It is a binary file"):
        parse(b"\x89PNG\r\n\x1a\n\x00\x00", "my reviews.tsv")


DOCUMENTS = st.text(st.characters(exclude_characters="\t\n\r", exclude_categories=["Cs"]))


@given(st.lists(st.tuples(DOCUMENTS.filter(str.strip), st.sampled_from([0, 1])), min_size=1))
def test_what_is_written_is_read_back(rows: list[tuple[str, int]]) -> None:
    lines = [f"{number}\t{document}\t{label}" for number, (document, label) in enumerate(rows)]
    found = parse(content(*lines), "file")
    assert pairs(found) == rows and found.skipped == 0


@given(st.binary())
def test_any_bytes_are_reviews_or_a_sentence(garbage: bytes) -> None:
    for damaged in (garbage, HEADER.encode() + b"\n" + garbage):
        try:
            assert len(parse(damaged, "file").documents) > 0
        except UserError as error:
            assert "'file'" in error.text.en


def test_a_file_of_ones_own_is_read_and_a_missing_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.tsv").write_bytes(GOOD)
    assert pairs(read_labelled(tmp_path / "own.tsv")) == [("재밌다", 1), ("지루하다", 0)]
    for path, reason in ((tmp_path / "absent.tsv", "no such file"), (tmp_path, "is a folder")):
        with pytest.raises(UserError, match=reason):
            read_labelled(path)


@pytest.mark.skipif(sys.platform == "win32", reason="needs /dev/zero")
def test_a_device_without_end_is_told_at_once() -> None:
    with pytest.raises(UserError, match="a pipe or a device"):
        read_labelled(Path("/dev/zero"))


def test_150_000_reviews_are_read_within_a_second() -> None:
    rows = [f"{number}\t어제 본 영화는 줄거리는 좋았지만 지루했다 {number}\t{number % 2}"
            for number in range(150_000)]  # fmt: skip
    large = content(*rows)
    began = time.process_time()
    found = parse(large, "file")
    assert time.process_time() - began < 1
    assert len(found.documents) == 150_000 and found.labels.sum() == 75_000


@pytest.fixture
def own_nsmc(data_folder: Path) -> Path:
    (data_folder / "ratings_train.txt").write_bytes(GOOD)
    (data_folder / "ratings_test.txt").write_bytes(content("3\tok\t1"))
    return data_folder


def test_nsmc_in_the_data_folder_comes_first_and_may_hold_other_rows(own_nsmc: Path) -> None:
    assert is_available("nsmc")
    train, test = load_reviews("nsmc")
    assert (train.name, train.documents, test.documents) == (
        "nsmc",
        ("재밌다", "지루하다"),
        ("ok",),
    )
    assert train.digest == hashlib.sha256(GOOD).hexdigest()


def test_the_same_files_give_the_same_reviews_and_changed_ones_are_read_anew(
    own_nsmc: Path,
) -> None:
    train, _ = load_reviews("nsmc")
    assert load_reviews("nsmc")[0] is train
    changed = own_nsmc / "ratings_train.txt"
    modified = changed.stat().st_mtime_ns
    changed.write_bytes(GOOD.replace("재밌다".encode(), "별로다".encode()))
    os.utime(changed, ns=(modified + 10**9, modified + 10**9))
    assert load_reviews("nsmc")[0].documents == ("별로다", "지루하다")


def test_training_and_test_rows_never_come_from_different_folders(
    own_nsmc: Path, own_home: Path
) -> None:
    (own_nsmc / "ratings_test.txt").unlink()
    (own_home / "downloads").mkdir(parents=True)
    (own_home / "downloads/ratings_test.txt").write_bytes(GOOD)
    assert not is_available("nsmc")
    with pytest.raises(UserError) as error:
        load_reviews("nsmc")
    assert str(own_nsmc / "ratings_test.txt") in error.value.text.en


def test_absent_nsmc_says_where_to_get_it(own_home: Path) -> None:
    assert not is_available("nsmc")
    with pytest.raises(UserError) as error:
        load_reviews("nsmc")
    for sentence in (error.value.text.ko, error.value.text.en):
        assert str(own_home / "downloads/ratings_train.txt") in sentence
        assert "python -m data fetch nsmc" in sentence and "FNN_LAB_DATA" in sentence


def test_a_download_that_was_changed_is_refused_by_name(own_home: Path) -> None:
    for file in NSMC.files:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        file.path.write_bytes(b"x" * file.bytes)
    assert is_available("nsmc")  # Which looks at sizes only, as the full files would take long.
    with pytest.raises(UserError) as error:
        load_reviews("nsmc")
    assert str(own_home / "downloads/ratings_train.txt") in error.value.text.en
    assert "damaged" in error.value.text.en and "fetch nsmc" in error.value.text.en


def test_a_half_download_is_not_available(own_home: Path) -> None:
    NSMC.files[0].path.parent.mkdir(parents=True)
    for file in NSMC.files:
        file.path.write_bytes(GOOD)
    assert not is_available("nsmc")


def test_the_bundled_corpus_is_always_there_and_its_parts_have_digests_of_their_own() -> None:
    assert is_available("bundled")
    train, test = load_reviews("bundled")
    assert load_reviews("bundled")[0] is train
    assert train.name == test.name == "bundled"
    assert len(train.documents) == 4 * len(test.documents) == len(train.labels)
    assert len({train.digest, test.digest, reviews._BUNDLED_SHA256}) == 3
    with pytest.raises(ValueError, match="read-only"):
        train.labels[0] = 0


def test_a_single_row_cannot_be_parted_into_training_and_test(data_folder: Path) -> None:
    (data_folder / "reviews.tsv").write_bytes(content("1\talone\t1"))
    with pytest.raises(UserError, match=r"reviews\.tsv"):
        load_reviews("bundled")


def test_the_corpora_have_names_of_their_own_and_an_unknown_one_is_refused_with_them() -> None:
    assert [corpus.name for corpus in CORPORA] == ["bundled", "nsmc"]
    for corpus in CORPORA:
        assert corpus_named(corpus.name) is corpus
        assert all([corpus.title.ko, corpus.title.en, corpus.source.ko, corpus.source.en])
    for call in (load_reviews, is_available):
        with pytest.raises(UserError, match=r"called 'imdb'.*bundled, nsmc"):
            call("imdb")


def test_the_real_corpus_is_read_whole() -> None:
    folder = os.environ.get("FNN_LAB_TEST_DATA")
    if not folder:
        pytest.skip("FNN_LAB_TEST_DATA names no folder with NSMC's files")
    for name, rows in (("ratings_train.txt", 150_000), ("ratings_test.txt", 50_000)):
        found = read_labelled(Path(folder) / name)
        assert len(found.documents) + found.skipped == rows and found.skipped < 10
        assert abs(found.labels.mean() - 0.5) < 0.01
