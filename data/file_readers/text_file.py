"""Reading a text file as people's programs save it.

UTF-8 with or without a byte order mark; UTF-16 and UTF-32 with one, and UTF-16 without one where it
cannot be anything else (Windows' Notepad and PowerShell's ``>`` write it); and CP949, in which
Korean Windows programs save what they call ANSI.
"""

import codecs
import unicodedata
from pathlib import Path

from data.file_readers.plain_file import UnreadableFile, read_bytes
from data.language import Text

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NEVER_TYPED = frozenset({"Cc", "Cn", "Co", "Cs"})
"""Unicode categories: control characters, and characters that do not exist."""
_SPACES = frozenset("\t\n\r\f\v")
_ZEROS = 1 / 4
"""The share of zero bytes that no text in UTF-8 has; of English in UTF-16 it is a half."""
_SAMPLE = 100_000
"""Bytes or characters that an encoding is judged by."""


def read_text(path: Path, max_bytes: int) -> str:
    """Return the text of a file; raises ``UnreadableFile`` like ``read_bytes`` and ``decode``."""
    return decode(read_bytes(path, max_bytes), str(path))


def decode(content: bytes, name: str) -> str:
    """Return the text that the content of a file stands for, without its byte order mark.

    Raises ``UnreadableFile`` with ``name`` for content that is no text, or in an encoding that is
    not known; it names the line of the first such character then.
    """
    encoding = _marked(content) or _guessed(content)
    if encoding is None:
        raise UnreadableFile(name, _BINARY) if _is_binary(content) else _misread(content, name)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise _misread(content, name) from None


def _marked(content: bytes) -> str | None:
    return next((name for mark, name in _MARKS if content.startswith(mark)), None)


def _guessed(content: bytes) -> str | None:
    """Return the encoding of content without a mark, None where none is certain."""
    if content.count(0) < _ZEROS * len(content) and _decodes(content, "utf-8"):
        return "utf-8"
    if b"\0" in content:
        encoding = _utf_16_order(content)
        return encoding if _reads_as(content, encoding) else None
    is_korean = not _is_nearly_utf_8(content) and _reads_as(content, "cp949")
    return "cp949" if is_korean else None


def _utf_16_order(content: bytes) -> str:
    """Say which half of UTF-16's pairs is zero in most of them: that of spaces and digits."""
    sample = content[:_SAMPLE]
    return "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"


def _reads_as(content: bytes, encoding: str) -> bool:
    """Say whether content is text in an encoding: all of it decodes, to what people type."""
    if not _decodes(content, encoding):
        return False
    sample = set(content.decode(encoding)[:_SAMPLE]) - _SPACES
    return not any(unicodedata.category(character) in _NEVER_TYPED for character in sample)


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_nearly_utf_8(content: bytes) -> bool:
    """Say whether most bytes beyond ASCII are UTF-8: a damaged file must not pass for CP949."""
    beyond = sum(byte > 127 for byte in content[:_SAMPLE])
    kept = content[:_SAMPLE].decode("utf-8", "ignore")
    return sum(len(letter.encode()) for letter in kept if ord(letter) > 127) > beyond / 2


def _is_binary(content: bytes) -> bool:
    """Say whether content holds bytes that no text in any one-byte encoding has."""
    return any(byte < 32 and chr(byte) not in _SPACES for byte in set(content[:_SAMPLE]))


def _misread(content: bytes, name: str) -> UnreadableFile:
    """Name the first line with bytes that are not UTF-8, which most files are meant to be."""
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return UnreadableFile(name, _MISREAD, error.object.count(b"\n", 0, error.start) + 1)
    return UnreadableFile(name, _MISREAD)


_BINARY = Text(
    "글이 아니라 이진 파일입니다. 텍스트 파일을 골라 주세요.",
    "It is a binary file, not a text. Choose a text file.",
)
_MISREAD = Text(
    "UTF-8, UTF-16, CP949 어느 것으로도 읽히지 않는 글자가 있습니다. "
    "편집기에서 UTF-8로 저장하세요.",
    "It holds characters that are neither UTF-8 nor UTF-16 nor CP949. "
    "Save the file as UTF-8 in your editor.",
)
