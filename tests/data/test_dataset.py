"""A target says itself in both languages, at an axis and in a sentence."""

import pytest

from data.dataset import Feature, Noun, Target
from data.language import Text

WEIGHT = Target(Text("무게", "weight"), Text("그램", "grams"))


def scaled(scale: float) -> Target:
    unit, symbol = Text("달러", "dollars"), Text("달러", "USD")
    return Target(Text("집값", "price"), unit, scale=scale, symbol=symbol)


@pytest.mark.parametrize(
    ("target", "stored", "axis"),
    [
        (WEIGHT, Text("그램", "grams"), Text("무게 (그램)", "weight (grams)")),
        (
            scaled(1_000),
            Text("천 달러", "thousand dollars"),
            Text("집값 (천 달러)", "price (1,000 USD)"),
        ),
        (
            scaled(1e6),
            Text("백만 달러", "million dollars"),
            Text("집값 (백만 달러)", "price (1,000,000 USD)"),
        ),
        (scaled(50), Text("50 달러", "50 dollars"), Text("집값 (50 달러)", "price (50 USD)")),
    ],
)
def test_a_target_is_told_in_its_unit(target: Target, stored: Text, axis: Text) -> None:
    assert (target.stored_unit, target.axis_title) == (stored, axis)


def test_an_axis_of_a_column_says_its_meaning_and_unit_or_its_short_title() -> None:
    rooms = Feature("RM", Text("평균 방 수", "rooms in a home"), Text("개", "rooms"))
    assert rooms.axis_title == Text("평균 방 수 (개)", "rooms in a home (rooms)")
    short = Feature("RM", rooms.meaning, rooms.unit, short_title=Text("방", "rooms"))
    assert short.axis_title == Text("방", "rooms")


@pytest.mark.parametrize(("word", "told"), [("apple", "an apple"), ("district", "a district")])
def test_a_noun_has_its_article(word: str, told: str) -> None:
    noun = Noun(Text("예", word), Text("예", f"{word}s"))
    assert noun.with_article == Text("예", told)
