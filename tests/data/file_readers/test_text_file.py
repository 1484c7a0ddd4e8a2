import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.file_readers.plain_file import UnreadableFile
from data.file_readers.text_file import decode, read_text

KOREAN = '제목 = "첫 수업"  # 손실이 줄어드나요?\r\n가각힣 = 5\r\n'
ENGLISH = '{"task": "mnist", "epochs": 5}\n'

MARKED = ["utf-8-sig", "utf-16", "utf-32"]
UNMARKED = ["utf-8", "utf-16-le", "utf-16-be", "cp949"]


@pytest.mark.parametrize("encoding", [*MARKED, *UNMARKED])
@pytest.mark.parametrize("text", [KOREAN, ENGLISH, "a\n", ENGLISH * 9_999, f"{KOREAN}\ttab\f"])
def test_a_text_is_read_however_a_program_saved_it(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "x") == text


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-8"])
def test_a_byte_order_mark_is_passed_over_in_either_order(mark: str) -> None:
    assert decode(f"\ufeff{KOREAN}".encode(mark), "x") == KOREAN


TYPED = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]))


@given(TYPED, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_any_text_in_an_encoding_that_is_told_is_read_as_it_was(text: str, encoding: str) -> None:
    if encoding == "utf-8" and text.startswith("\ufeff"):
        return
    assert decode(text.encode(encoding), "x") == text


HANGUL = st.text(
    st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3) | st.sampled_from(" .,!?\n")
)


@given(HANGUL)
def test_any_korean_text_in_cp949_is_read_as_it_was(text: str) -> None:
    # A few bytes may be UTF-8 by accident; a whole sentence is not.
    text = f"어제 본 영화는 재미있었다. {text}"
    assert decode(text.encode("cp949"), "x") == text


@given(HANGUL.filter(lambda text: len(text) > 3), st.integers(0, 10**6))
def test_damaged_utf_8_does_not_pass_for_cp949(text: str, place: int) -> None:
    content = bytearray(f"어제 본 영화는 재미있었다. {text}".encode())
    content[place % len(content)] = 0xFF
    with pytest.raises(UnreadableFile):
        decode(bytes(content), "x")


def test_a_zero_among_letters_is_a_character_like_any_other() -> None:
    assert decode("재밌다\0 정말\n".encode(), "x") == "재밌다\0 정말\n"


def refused(content: bytes) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as error:
        decode(content, "mine.toml")
    assert "mine.toml" in error.value.text.ko and "mine.toml" in error.value.text.en
    return error.value


@pytest.mark.parametrize(
    "content",
    [
        bytes(1),
        bytes(1_000),
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"PK\x03\x04\x14\x00\x00\x00\x08\x00",
        zlib.compress(KOREAN.encode() * 99),
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\x00\x01",
        b"\x7fELF\x02\x01\x01\x00" + bytes(8) + b"\x03\x00>\x00",
    ],
)
def test_what_is_no_text_is_told_as_binary(content: bytes) -> None:
    assert "It is a binary file" in refused(content).text.en


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'title = "caf\xe9"\n', 1),
        (b'task = "boston"\ntitle = "caf\xe9"\n', 2),
        ("좋은 영화\n나쁜 영화\n".encode()[:-3], 2),
        ("재밌다\n".encode() * 3 + b"\xff\n", 4),
        (b"\xef\xbb\xbfone\n\xff", 2),
    ],
)
def test_the_line_of_what_cannot_be_read_is_named(content: bytes, line: int) -> None:
    error = refused(content)
    assert error.line == line and f"line {line}: " in error.text.en
    assert "UTF-8" in error.reason.ko


@given(st.binary())
def test_any_bytes_are_text_or_a_sentence(content: bytes) -> None:
    try:
        assert isinstance(decode(content, "x"), str)
    except UnreadableFile as error:
        assert error.text.ko and error.text.en


def test_a_large_file_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("1234567890", encoding="utf-8")
    assert read_text(tmp_path / "x", 10) == "1234567890"
    with pytest.raises(UnreadableFile, match="too large"):
        read_text(tmp_path / "x", 9)
