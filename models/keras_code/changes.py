"""Which lines of a program the last change has touched."""

from collections.abc import Sequence
from difflib import SequenceMatcher


def changed_lines(before: Sequence[str], after: Sequence[str]) -> list[int]:
    """Return the numbers of the lines of ``after``, from 0, that differ from ``before``.

    Where lines are gone, the one that follows them is named.

    >>> changed_lines(["a", "b", "c"], ["a", "x", "c"])
    [1]
    >>> changed_lines(["a", "b", "c"], ["a", "c"])
    [1]
    """
    found: list[int] = []
    for what, _, _, first, last in SequenceMatcher(None, before, after, False).get_opcodes():
        if what == "delete":
            found += [min(first, len(after) - 1)] if after else []
        elif what != "equal":
            found += range(first, last)
    return found
