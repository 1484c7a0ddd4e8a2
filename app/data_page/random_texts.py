"""Some training texts with the vectors that a network is given for them."""

from html import escape
from urllib.parse import quote

import numpy as np
import streamlit as st

from app.data_page.download import Row, csv_button
from app.data_page.tokens import Tokens
from app.session import state
from app.session.i18n import say, t
from app.wording.data_words import words_of
from data.dataset import Array, Dataset
from data.text.vocabulary import encode
from models.tasks.base import Task

TEXTS = 4
LONGEST = 300
"""Characters of a text that are shown."""


def random_texts(task: Task, dataset: Dataset, tokens: Tokens) -> None:
    """Draw some texts, the indices of their words, and the cells of their vectors."""
    names = words_of(dataset)
    st.markdown(f"#### {t('data.vectors', **names)}")
    place = state.Kept(f"texts-{task.name}", 0)
    count = len(tokens.train)
    chosen = np.random.default_rng(place.get()).choice(count, min(TEXTS, count), replace=False)
    rows: list[Row] = []
    for row in chosen.tolist():
        indices = np.sort(encode(tokens.train, tokens.vocabulary, slice(row, row + 1)).row(0))
        text, label = str(dataset.x_train[row]), say(dataset.classes[int(dataset.y_train[row])])
        st.html(_text(text, label, indices, tokens))
        rows.append([row + 1, label, text, " ".join(f"#{index}" for index in indices)])
    st.button(t("data.other_texts", **names), on_click=place.set, args=(place.get() + 1,))
    heads = [t(f"data.column_{name}") for name in ("number", "class", "text", "indices")]
    csv_button(task, "vectors", heads, lambda: rows)


def _text(text: str, label: str, indices: Array, tokens: Tokens) -> str:
    """Return a text as HTML, with its vector as a strip of as many cells as there are words."""
    size = tokens.reading.vocabulary_size
    words = " ".join(
        f"<span>{escape(tokens.vocabulary.words[index])}<small>#{index}</small></span>"
        for index in indices.tolist()
    )
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    cells = t("data.cells", size=size, ones=len(indices))
    lines = "".join(f"M{index} 0v20" for index in indices.tolist())
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {size} 20' "
        f"preserveAspectRatio='none'><path d='{lines}' stroke='#0072B2' "
        f"stroke-width='{max(1, size // 250)}'/></svg>"
    )
    picture = quote(svg, safe=" /='")
    return (
        f'<div class="fl-text"><p>{escape(shown)} <em>{escape(label)}</em></p>'
        f'<p class="fl-words">{words}</p><img alt="{escape(cells)}" '
        f'src="data:image/svg+xml,{picture}"><p><small>{escape(cells)}</small></p></div>'
    )
