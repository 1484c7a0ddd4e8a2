"""Spaces for text that was typed without, as far as an analyser cannot bear that.

Java's analysers take more and more time for a run of syllables, or give it up. A cut in the middle
of a word makes another word of it (재미없다 becomes 재미 없다), so a run that is too long is cut
where Kiwi, which reads any length in no time, finds that words begin.
"""

import functools
import re
from collections.abc import Callable
from typing import Any

_HANGUL = "[가-힣ㄱ-ㅣ]"


@functools.cache
def kiwi() -> Any:
    """Load Kiwi into this process, once (a second, 300 MB)."""
    from kiwipiepy import Kiwi

    return Kiwi(num_workers=1)


def spacer(longest_run: int) -> Callable[[str], str]:
    """Return a function that puts spaces into runs of more than ``longest_run`` letters of Hangul.

    It changes nothing else, and loads Kiwi only when it meets such a run. What is still too long
    with a space before every word is no Korean, and is cut after every ``longest_run`` letters.
    """
    too_long = re.compile(f"{_HANGUL}{{{longest_run + 1},}}")
    hard = re.compile(f"({_HANGUL}{{{longest_run}}})(?={_HANGUL})")
    return lambda text: too_long.sub(lambda run: hard.sub(r"\1 ", _spaced(run[0])), text)


def _spaced(run: str) -> str:
    """Put a space before every word of a run, or none if Kiwi would change its letters."""
    spaced = str(kiwi().space(run))
    return spaced if spaced.replace(" ", "") == run else run
