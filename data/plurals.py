"""English nouns that stand after a number: one of them is no plural."""

import re

_NOUNS = (
    "batches|documents|epochs|examples|hidden layers|layers|minutes|morphemes|numbers|parameters|"
    "pictures|reviews|rows|runs|seconds|units|updates|variables|weights|words|workers"
)
_ONE = re.compile(rf"(?<![\w.,])(1 (?:training |validation |test )?)({_NOUNS})\b")


def with_singulars(sentence: str) -> str:
    """Return an English sentence in which one run is called a run.

    >>> with_singulars("1 runs, 21 runs, 0.1 seconds and 1 test rows in 1 batches")
    '1 run, 21 runs, 0.1 seconds and 1 test row in 1 batch'
    """
    return _ONE.sub(lambda found: found[1] + re.sub("(?<=ch)es$|s$", "", found[2]), sentence)
