"""A predicted number, and where it lies among the answers of all rows."""

from html import escape

import numpy as np
import streamlit as st

from app.session.i18n import say, t
from app.session.markdown import plain
from app.wording import data_words
from data.dataset import Array, Dataset, Target

BINS = 25


def target_histogram(value: float, dataset: Dataset) -> None:
    """Draw a number, as the data stores its target, on the histogram of all there are."""
    answers = np.concatenate([dataset.y_train, dataset.y_test])
    raw = data_words.words_of(dataset)
    words = {name: plain(word) for name, word in raw.items()}
    told = data_words.told(value, dataset)
    st.markdown(f"### {t('predict.value', value=told, **words)}")
    share = float((answers < value).mean())
    st.markdown(t("predict.value_rank", share=100 * share, count=len(answers), **words))
    label = t("predict.value_chart", **raw)
    st.html(_histogram(value, answers, label[:1].upper() + label[1:], dataset.target))


def histogram_values(value: float, answers: Array) -> tuple[list[int], float, float, float]:
    """Return counts of ``BINS`` bins, both ends of the axis, the number's place on it (0-1).

    The axis begins at 0 where no answer is below it.
    """
    low, high = min(0.0, float(answers.min())), float(answers.max())
    step = 10.0 ** np.floor(np.log10(high - low or 1.0)) / 10
    ends = float(np.floor(low / step) * step), float(np.ceil(high / step) * step)
    counts, edges = np.histogram(answers, BINS, ends)
    low, high = float(edges[0]), float(edges[-1])
    return counts.tolist(), low, high, float(np.clip((value - low) / (high - low), 0, 1))


def _histogram(value: float, answers: Array, label: str, target: Target | None) -> str:
    counts, low, high, place = histogram_values(value, answers)
    bars = "".join(f"<i style='height:{100 * count / max(counts):.1f}%'></i>" for count in counts)
    axis = escape(say(target.axis_title)) if target else ""
    return (
        f"<figure class=fl-target translate=no role=img aria-label='{escape(label)}'>"
        f"<div class=fl-bins>{bars}<b style='left:{100 * place:.2f}%'></b></div>"
        f"<figcaption><span>{low:g}</span><span>{axis}</span><span>{high:g}</span>"
        "</figcaption></figure>"
    )
