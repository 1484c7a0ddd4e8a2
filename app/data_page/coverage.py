"""What the K most frequent words keep of the training texts, with the chosen K marked."""

from functools import partial

import streamlit as st

from app.data_page.download import Row, csv_button
from app.data_page.html_table import html_table
from app.data_page.plots import share_plot
from app.data_page.tokens import Tokens
from app.session.i18n import t
from app.session.remembered import remembered
from app.wording.data_words import words_of
from data.dataset import Dataset
from models.analysis.documents import SIZES, coverage
from models.tasks.base import Task

SHARES = ("tokens", "whole", "some")


def coverage_figure(task: Task, dataset: Dataset, tokens: Tokens) -> None:
    """Draw the shares of words and of texts that each number of kept words leaves."""
    names, chosen = words_of(dataset), tokens.reading.vocabulary_size
    st.markdown(f"#### {t('data.coverage')}")
    sizes = sorted({*SIZES, chosen})
    key = "coverage", tokens.reading, len(tokens.train), len(tokens.ranked)
    found = remembered(task, dataset, key, partial(coverage, tokens.train, tokens.ranked, sizes))
    lines = [
        (t(f"data.share_{name}", **names), [getattr(each, name) for each in found])
        for name in SHARES
    ]
    label = t("data.coverage_label", chosen=chosen)
    st.html(share_plot(sizes, lines, chosen, t("data.coverage_axis"), label))
    heads = ["K", *(t(f"data.share_{name}", **names) for name in SHARES)]
    shown = [
        [f"{each.size:,}", *(f"{100 * getattr(each, name):.1f} %" for name in SHARES)]
        for each in found
    ]
    st.html(html_table(heads, shown, t("data.coverage"), marked=sizes.index(chosen)))
    st.caption(t("data.coverage_note", chosen=chosen, words=len(tokens.ranked), **names))
    rows: list[Row] = [[each.size, each.tokens, each.whole, each.some] for each in found]
    csv_button(task, "coverage", heads, lambda: rows)
