"""The most frequent words of the training texts of each class."""

from functools import partial

import streamlit as st

from app.data_page.download import Row, csv_button
from app.data_page.html_table import NONE, html_table
from app.data_page.tokens import Tokens
from app.form.control import control
from app.session import state
from app.session.i18n import say, t
from app.session.markdown import plain
from app.session.remembered import remembered
from app.wording.data_words import words_of
from data.dataset import Dataset
from data.text.vocabulary import STOP_WORDS
from models.analysis.documents import frequent_words
from models.tasks.base import Task

MOST_SHOWN = 15
MOST_KEPT = 200
"""Words of each class that the CSV holds."""


def frequent_words_figure(task: Task, dataset: Dataset, tokens: Tokens) -> None:
    """Draw a table a class: words, how often they stand, and their index in the vocabulary."""
    st.markdown(f"#### {t('data.frequent')}")
    kept: state.Kept[bool] = state.Kept(f"particles-{task.name}", True)
    st.toggle(t("data.no_particles"), **control(f"particles-{task.name}", kept.get(), kept.set))
    left_out = STOP_WORDS if kept.get() else frozenset[str]()
    heads = [t(f"data.column_{name}") for name in ("word", "count", "index")]
    rows: list[Row] = []
    places = st.columns(len(dataset.classes))
    for number, (place, name) in enumerate(zip(places, map(say, dataset.classes), strict=True)):
        key = "frequent", number, kept.get(), tokens.reading.tokenizer, len(tokens.train)
        count = partial(frequent_words, tokens.train, dataset.y_train, number, MOST_KEPT, left_out)
        found = remembered(task, dataset, key, count)
        indices = [tokens.vocabulary.index(word) for word, _ in found]
        rows += [[name, *pair, index] for pair, index in zip(found, indices, strict=True)]
        shown = [
            [word, f"{times:,}", NONE if index is None else f"#{index:,}"]
            for (word, times), index in zip(found[:MOST_SHOWN], indices, strict=False)
        ]
        with place:
            st.markdown(f"**{plain(name)}**")
            st.html(html_table(heads, shown, name))
    st.caption(t("data.frequent_note", **words_of(dataset)))
    csv_button(task, "frequent", [t("data.column_class"), *heads], lambda: rows)
