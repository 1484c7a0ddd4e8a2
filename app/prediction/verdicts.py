"""Which network answers, by name, date and figure; of two networks also what both of them say."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st

from app.session.i18n import say, t
from app.wording import data_words
from data.dataset import Array, Dataset

LIKELIEST = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the network of a ``line`` says, or None while nothing is asked."""

    line: str
    answer: Array | None


def verdicts(dataset: Dataset, found: Sequence[Verdict]) -> None:
    """Draw the line of each network; of several, their verdicts beside each other."""
    if len(found) == 1:
        st.html(_name(t("predict.answers", line=found[0].line)))
        return
    classes = _likeliest(dataset, found)
    cards = "".join(
        f"<section>{_name(each.line)}{_said(dataset, each, classes)}</section>" for each in found
    )
    st.html(f'<div class="fl-verdicts" role="group">{cards}</div>')


def _name(line: str) -> str:
    return f'<p class="fl-run-name">{escape(line)}</p>'


def _likeliest(dataset: Dataset, found: Sequence[Verdict]) -> list[int]:
    """Return the classes that are among the likeliest of any of the networks, in their order."""
    answers = [each.answer for each in found if each.answer is not None]
    if not dataset.classes:
        return []
    return sorted({int(each) for answer in answers for each in np.argsort(-answer)[:LIKELIEST]})


def _said(dataset: Dataset, verdict: Verdict, classes: list[int]) -> str:
    answer = verdict.answer
    if answer is None:
        return ""
    if not dataset.classes:
        value = data_words.told(float(answer[0]), dataset)
        return f"<b>{escape(t('predict.value', value=value, **data_words.words_of(dataset)))}</b>"
    winner = int(answer.argmax())
    label = say(dataset.classes[winner])
    said = t("predict.verdict", label=label, share=100 * float(answer[winner]))
    rows = "".join(_bar(say(dataset.classes[each]), float(answer[each])) for each in classes)
    return f"<b>{escape(said)}</b><ul>{rows}</ul>"


def _bar(label: str, share: float) -> str:
    return (
        f"<li><span>{escape(label)}</span><i style='--share: {100 * share:.1f}%'></i>"
        f"<span>{100 * share:.1f} %</span></li>"
    )
