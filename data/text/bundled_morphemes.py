"""The morphemes of the bundled reviews, which ship with them.

Cutting 2,600 reviews takes ten seconds and a Java; a classroom's first run should wait for neither.
``python -m data bundle`` writes the files. A file's name says of which reviews it is, by which
analyser and as ``data.text.analysers`` reads; with anything else, the reviews are cut anew. In it:

    line 1      the sha256 of all that follows, in hexadecimal digits
    line 2 + i  the morphemes of review i, between tabs
"""

import hashlib
import logging
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from data.files import BUNDLED
from data.language import Text
from data.text.analysers import tokenizer as known

SHIPPED = ("okt", "kiwi")
"""The lecture's analyser, and the one that steps in where Java cannot start."""

_LOG = logging.getLogger(__name__)


def bundled_morphemes(digest: str, tokenizer: str) -> list[list[str]] | None:
    """Return the morphemes of every review known by ``digest``, or None where none have shipped.

    A file that is not as it was written counts as none, with a warning in the log.
    """
    path = _path(digest, tokenizer)
    try:
        sha256, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if hashlib.sha256(content).hexdigest().encode() != sha256:
        told = Text(
            f"{path} 파일이 손상되어 그 리뷰를 다시 형태소로 나눕니다.",
            f"{path} is damaged: its reviews are cut into morphemes anew.",
        )
        _LOG.warning("%s", told)
        return None
    rows = content.decode().split("\n")
    return [row.split("\t") if row else [] for row in rows]


def has_shipped(digest: str, tokenizer: str) -> bool:
    """Say whether there is a file for these reviews, without reading it."""
    return _path(digest, tokenizer).is_file()


def write_bundled(digest: str, tokenizer: str, rows: Iterable[Sequence[str]]) -> Path:
    """Write the file for the reviews known by ``digest`` in place of any other version of it."""
    content = "\n".join("\t".join(row) for row in rows).encode()
    path = _path(digest, tokenizer)
    for older in BUNDLED.glob(f"{_stem(digest)}-{tokenizer}-*.txt"):
        older.unlink()
    aside = path.with_suffix(".part")
    aside.write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
    os.replace(aside, path)
    return path


def _stem(digest: str) -> str:
    return f"morphemes-{digest[:16]}"


def _path(digest: str, tokenizer: str) -> Path:
    return BUNDLED / f"{_stem(digest)}-{known(tokenizer).fingerprint}.txt"
