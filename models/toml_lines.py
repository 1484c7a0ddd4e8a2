"""On which line of a TOML text a key stands, for sentences about a file that a person wrote.

``tomllib`` forgets where it found a value. This reads the text once more, only as far as needed:
headers of tables and keys at the beginning of a line. Keys inside ``{ ... }`` share the line of the
key that holds them.
"""

import re

Path = tuple[str, ...]
"""A key by the names that lead to it; an item of an array of tables is its number, from "0"."""

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=(.*)")
_QUOTES = ('"""', "'''")


def key_lines(source: str) -> dict[Path, int]:
    """Return the line, counted from 1, of every table and key of a TOML text.

    >>> key_lines('task = "mnist"\\n[[steps]]\\nkind = "run"')[("steps", "0", "kind")]
    3
    """
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    quote = ""
    for number, line in enumerate(source.splitlines(), 1):
        if quote:  # inside a text of several lines
            quote = "" if quote in line else quote
        elif header := _HEADER.match(line):
            table = _place(_names(header[2]), counts, is_item=header[1] == "[[")
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_names(key[1])), number)
            quote = next((quote for quote in _QUOTES if key[2].count(quote) == 1), "")
    return lines


def line_of(path: Path, lines: dict[Path, int]) -> int:
    """Return the line of a key, or else of what is nearest around it; 1 for nothing at all.

    >>> line_of(("steps", "0", "title", "ko"), {("steps", "0"): 7})
    7
    """
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _names(dotted: str) -> Path:
    return tuple(name.strip("\"'") for name in re.findall(_NAME, dotted))


def _place(names: Path, counts: dict[Path, int], *, is_item: bool) -> Path:
    """Return where a header leads: arrays on the way mean their last item so far."""
    place: Path = ()
    for name in names[:-1] if is_item else names:
        place = (*place, name)
        if place in counts:
            place = (*place, str(counts[place] - 1))
    if not is_item:
        return place
    array = (*place, names[-1])
    counts[array] = counts.get(array, 0) + 1
    return (*array, str(counts[array] - 1))
