"""Where a network goes wrong: classes that it confuses, or numbers that it misses."""

from app.analysis.analysed import Analysed
from app.analysis.classes import class_answers
from app.analysis.numbers import number_answers
from app.analysis.own_drawings import own_drawings


def answers(one: Analysed, other: Analysed | None) -> None:
    """Draw what a network says of the test rows, beside another one if there is one."""
    draw = class_answers if one.task.head.is_classifier else number_answers
    draw(one, other)
    own_drawings(one, other)
