"""Pictures: a wall by class, one large with its numbers, what a class has in common."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import streamlit as st

from app.data_page.colour_figure import colour_figure
from app.data_page.download import Row, csv_button
from app.session import state
from app.session.i18n import both, group, say, t
from app.session.markdown import plain
from app.session.remembered import remembered
from app.widgets.data.pixel_vector import pixel_vector
from app.widgets.pictures.picture_grid import picture_grid
from data.dataset import Dataset
from models.analysis.pictures import (
    MOST_COMPARED,
    class_counts,
    class_means,
    nearest_pair,
    rows_of,
)
from models.tasks.base import Task

MOST_PICTURES = 80
"""Of the wall, shared by the classes."""
MOST_OF_A_CLASS = 8
MEAN_WIDTH = 84


def image_figures(task: Task, dataset: Dataset) -> None:
    """Draw the figures of pictures; those that have no classes are all of one."""
    dataset = dataset if dataset.classes else _of_one_class(dataset)
    wall, large = st.columns([4, 7], gap="large")
    with wall:
        row = _wall(task, dataset)
    with large:
        _numbers(task, dataset, row)
        _means(task, dataset)
        _nearest_pair(task, dataset)
    colour_figure(task)


def _of_one_class(dataset: Dataset) -> Dataset:
    parts = (dataset.y_train, dataset.y_test)
    y_train, y_test = (np.zeros(len(each), np.uint8) for each in parts)
    return replace(dataset, classes=(both("data.all_pictures"),), y_train=y_train, y_test=y_test)


def _names(dataset: Dataset) -> list[str]:
    return [say(name) for name in dataset.classes]


def _wall(task: Task, dataset: Dataset) -> int:
    """Draw the first pictures of every class, with its counts; return the row of the chosen one."""
    st.markdown(f"#### {t('data.wall')}")
    names = _names(dataset)
    train, test = (class_counts(y, len(names)) for y in (dataset.y_train, dataset.y_test))
    most = max(1, min(MOST_OF_A_CLASS, MOST_PICTURES // len(names)))
    found = [rows_of(dataset.y_train, number, most) for number in range(len(names))]
    titles = [
        t("data.class_rows", name=name, train=train[number], test=test[number])
        for number, name in enumerate(names)
    ]
    rows = np.concatenate(found)
    key = f"wall-{task.name}"
    place = state.Kept(f"picture-of-{task.name}", 0)
    groups = [(title, len(rows)) for title, rows in zip(titles, found, strict=True)]
    labels = group("data.wall_grid")
    first = min(place.get(), len(rows) - 1)
    images = dataset.x_train[rows]
    chosen = picture_grid(images, selected=first, labels=labels, key=key, groups=groups) or 0
    place.set(chosen)
    missing = [name for name, count in zip(names, test, strict=True) if not count]
    if missing:
        st.warning(t("data.no_test_rows", classes=plain(", ".join(missing))))
    counts = list(zip(names, train, test, strict=True))
    csv_button(task, "classes", [t(f"data.column_{x}") for x in ("class", *_PARTS)], lambda: counts)
    return int(rows[chosen])


_PARTS = ("train", "test")


def _numbers(task: Task, dataset: Dataset, row: int) -> None:
    """Draw one picture as numbers and as the column that the network is given."""
    image = dataset.x_train[row]
    height, width = image.shape
    sizes = {"height": height, "width": width, "cells": height * width}
    name = plain(_names(dataset)[int(dataset.y_train[row])])
    st.markdown(f"#### {t('data.numbers', name=name, number=row + 1, **sizes)}")
    labels = group("data.pixel_vector", **sizes)
    pixel_vector(image.tolist(), labels, key=f"numbers-{task.name}")
    heads = [t("data.column_row"), *map(str, range(width))]
    lines = [[number, *line] for number, line in enumerate(image.tolist())]
    with st.container(horizontal=True, key="csv-of-numbers"):
        csv_button(task, "pixels", heads, lambda: lines)
        columns = [t(f"data.column_{name}") for name in ("index", "row", "column", "value")]
        vector = [
            [index, *divmod(index, width), value]
            for index, value in enumerate(image.ravel().tolist())
        ]
        csv_button(task, "vector", columns, lambda: vector)


def _means(task: Task, dataset: Dataset) -> None:
    st.markdown(f"#### {t('data.means')}")
    names = _names(dataset)
    found = remembered(
        task,
        dataset,
        "means",
        lambda: class_means(dataset.x_train, dataset.y_train, len(names)),
    )
    shown = [(name, mean) for name, mean in zip(names, found, strict=True) if mean is not None]
    st.image(
        [np.round(mean).astype(np.uint8) for _, mean in shown],
        caption=[name for name, _ in shown],
        alt=[t("data.mean_label", name=name) for name, _ in shown],
        width=MEAN_WIDTH,
    )
    st.caption(t("data.means_note"))
    size = found[0].size if found[0] is not None else dataset.x_train[0].size

    def rows() -> Iterable[Row]:
        for name, mean in shown:
            yield [name, *np.round(mean.ravel(), 4).tolist()]

    csv_button(task, "means", [t("data.column_class"), *map(str, range(size))], rows)


def _nearest_pair(task: Task, dataset: Dataset) -> None:
    """Draw the two training pictures of different classes that differ least."""
    st.markdown(f"#### {t('data.pair')}")
    x, y = dataset.x_train[:MOST_COMPARED], dataset.y_train[:MOST_COMPARED]
    pair = remembered(task, dataset, "pair", lambda: nearest_pair(x, y))
    if pair is None:
        st.info(t("data.one_class"))
        return
    names = _names(dataset)
    found = [(row, names[int(y[row])], x[row]) for row in (pair.first, pair.second)]
    captions = [t("data.pair_caption", name=name, number=row + 1) for row, name, _ in found]
    st.image(
        [image for *_, image in found],
        caption=captions,
        alt=captions,
        width=2 * MEAN_WIDTH,
    )
    most = 255 * np.sqrt(x[0].size)
    st.caption(t("data.pair_note", distance=pair.distance, rows=len(x), most=most))
    rows: list[Row] = [[name, row + 1, pair.distance] for row, name, _ in found]
    heads = [t(f"data.column_{name}") for name in ("class", "number", "distance")]
    csv_button(task, "pair", heads, lambda: rows)
