"""The Markdown documents of the repository, parsed for tests that compare them with the code."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
FOLDERS = ("app", "data", "models", "tests", ".github")
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(path for name in FOLDERS for path in (ROOT / name).rglob("*.md"))]
)

_MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what follows it up to the next one; the title is empty before the first."""

    level: int
    title: str
    blocks: tuple[str, ...]
    """The code blocks, without their fences."""
    links: tuple[str, ...]
    """Targets of links and pictures."""
    codes: tuple[str, ...]
    """Words between backticks."""
    words: str
    """All text outside code, names of pictures included; a piece of a line on each line."""


def named(path: Path) -> str:
    """Return a document's path inside the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def sections(path: Path) -> tuple[Section, ...]:
    """Return the sections of a document in their order."""
    parts: list[list[Token]] = [[]]
    for token in _MARKDOWN.parse(read(path)):
        if token.type == "heading_open":
            parts.append([])
        parts[-1].append(token)
    return tuple(map(_section, parts))


def anchors(path: Path) -> set[str]:
    """Return the names by which GitHub lets a link point to a heading of this document."""
    return {_slug(section.title) for section in sections(path) if section.title}


def blocks(path: Path) -> list[str]:
    """Return every code block of a document."""
    return [block for section in sections(path) for block in section.blocks]


def codes(path: Path) -> list[str]:
    """Return every word between backticks in a document."""
    return [code for section in sections(path) for code in section.codes]


def first_cells(path: Path) -> list[str]:
    """Return the words between backticks that tables of a document begin their lines with."""
    return re.findall(r"^\| `([^`]+)` \|", read(path), re.MULTILINE)


def _section(tokens: list[Token]) -> Section:
    has_title = bool(tokens) and tokens[0].type == "heading_open"
    inline = [child for token in tokens for child in _inline(token)]
    links = [str(child.attrGet("href") or child.attrGet("src") or "") for child in inline]
    return Section(
        level=int(tokens[0].tag[1]) if has_title else 0,
        title=tokens[1].content if has_title else "",
        blocks=tuple(token.content for token in tokens if token.type == "fence"),
        links=tuple(link for link in links if link),
        codes=tuple(child.content for child in inline if child.type == "code_inline"),
        words="\n".join(child.content for child in inline if child.type in ("text", "image")),
    )


def _inline(token: Token) -> list[Token]:
    return token.children or []


def _slug(title: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", title.replace("`", "").lower())
    return kept.replace(" ", "-")
