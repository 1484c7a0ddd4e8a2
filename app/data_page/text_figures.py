"""Texts: how long they are, their words by class, what K words keep, and some as vectors."""

import numpy as np
import streamlit as st

from app.data_page.coverage import coverage_figure
from app.data_page.download import Row, csv_button
from app.data_page.frequent_words import frequent_words_figure
from app.data_page.html_table import html_table
from app.data_page.plots import histogram_plot
from app.data_page.random_texts import random_texts
from app.data_page.tokens import Tokens, tokens_of
from app.session.i18n import t
from app.session.remembered import remembered
from app.wording.data_words import words_of
from data.dataset import Array, Dataset
from models.analysis.documents import characters, duplicates, words
from models.analysis.histograms import Histogram, histogram
from models.tasks.base import Task


def text_figures(task: Task, dataset: Dataset) -> None:
    """Draw the figures of texts; those of words once the texts have been analysed."""
    tokens = tokens_of(task, dataset)
    _duplicates(task, dataset)
    left, right = st.columns(2, gap="large")
    with left:
        _lengths(task, dataset, tokens)
    if tokens is None:
        with right:
            st.info(t("data.no_tokens", **words_of(dataset)))
        return
    with right:
        frequent_words_figure(task, dataset, tokens)
    left, right = st.columns(2, gap="large")
    with left:
        coverage_figure(task, dataset, tokens)
    with right:
        random_texts(task, dataset, tokens)


def _duplicates(task: Task, dataset: Dataset) -> None:
    train, test = dataset.x_train.tolist(), dataset.x_test.tolist()
    found = remembered(task, dataset, "duplicates", lambda: duplicates(train, test))
    counts = {"test": found.test, "tests": len(test), "train": found.train, "trains": len(train)}
    st.markdown(t("data.duplicates", **counts, **words_of(dataset)))


def _lengths(task: Task, dataset: Dataset, tokens: Tokens | None) -> None:
    st.markdown(f"#### {t('data.lengths', **words_of(dataset))}")
    parts = {"characters": (characters(dataset.x_train), characters(dataset.x_test))}
    if tokens:
        parts["tokens"] = (words(tokens.train), words(tokens.test))
    rows: list[Row] = []
    summary: list[Row] = []
    for name, (train, test) in parts.items():
        title = t(f"data.length_{name}")
        found = histogram(train, test)
        st.html(histogram_plot(found, title, t("data.length_label", name=title)))
        rows += _bins(title, found)
        summary += [
            _summary(title, part, each) for part, each in (("train", train), ("test", test))
        ]
    st.caption(t("data.bars_and_line"))
    heads = [t(f"data.column_{name}") for name in ("length", "low", "median", "high", "average")]
    st.html(html_table(heads, summary, t("data.lengths", **words_of(dataset))))
    names = ("length", "from", "to", "train", "test")
    csv_button(task, "lengths", [t(f"data.column_{name}") for name in names], lambda: rows)


def _bins(title: str, found: Histogram) -> list[Row]:
    columns = found.edges[:-1], found.edges[1:], found.train, found.test
    return [[title, *each] for each in zip(*columns, strict=True)]


def _summary(title: str, part: str, lengths: Array) -> Row:
    name = f"{title} · {t(f'data.column_{part}')}"
    if not len(lengths):
        return [name, None, None, None, None]
    middle = float(np.median(lengths))
    return [name, int(lengths.min()), middle, int(lengths.max()), round(float(lengths.mean()), 1)]
