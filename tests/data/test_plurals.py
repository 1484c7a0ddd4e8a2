"""One of a thing is not called by its plural."""

import pytest

from data.language import Text
from data.plurals import with_singulars


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1 runs. At most 50 are kept.", "1 run. At most 50 are kept."),
        ("1 updates per epoch: 1 × 404 rows", "1 update per epoch: 1 × 404 rows"),
        ("11 epochs, 1,001 rows, 0.1 seconds", "11 epochs, 1,001 rows, 0.1 seconds"),
        ("1 validation rows and 1 batches", "1 validation row and 1 batch"),
        ("layer1 units", "layer1 units"),
    ],
)
def test_what_stands_after_one_is_singular(written: str, said: str) -> None:
    assert with_singulars(written) == said


def test_a_sentence_in_both_languages_counts_in_english() -> None:
    assert Text("{n}개", "{n} runs").format(n=1).en == "1 run"
