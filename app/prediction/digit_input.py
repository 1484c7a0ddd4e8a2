"""Write a digit by hand and see the pixels that the network sees and what it makes of them."""

import hashlib
from typing import Any

import numpy as np
import streamlit as st

from app.prediction.judge import Judge, asking
from app.prediction.own_test_set import as_test_rows, kept_drawings, own_test_set
from app.prediction.photo_input import given_as, photo_input
from app.prediction.picture_input import (
    begin_with,
    given_way,
    picture_input,
    pixel_labels,
    why_picture,
)
from app.prediction.picture_steps import DRAWN, picture_steps
from app.prediction.picture_verdict import picture_verdict
from app.prediction.probabilities import probability_items
from app.session import state
from app.session.i18n import group, say, t
from app.session.markdown import plain
from app.widgets.pictures.bars import bars
from app.widgets.pictures.pen import Strokes, pen
from app.widgets.pictures.pixels import pixels
from data.dataset import Dataset
from data.language import Text, UserError
from data.pictures.images import fit_frame
from data.pictures.strokes import parse_strokes
from models.network.drawn_digit import DrawnDigit, follow_drawing, follow_picture
from models.network.prediction import Prediction
from models.network.weights import TrainedNetwork
from models.tasks.base import Task

GIVEN = ("write", "pick", "photo")
"""A digit of one's own, or a test picture for whoever cannot or will not write, or a photo."""
OWN = "own"
"""One of the drawings that were kept, where there are some."""


def digit_input(network: TrainedNetwork, dataset: Dataset) -> Judge | None:
    """Draw the choice of how a digit is given, and what the network makes of it.

    Returns what asks other networks about the same picture.
    """
    own = _own_drawings(network, dataset)
    given = given_as(network.task, (*GIVEN, OWN) if own else GIVEN, t("predict.given"))
    if given == "pick":
        return picture_input(network, dataset)
    if given == "photo":
        return _photographed_digit(network, dataset)
    if given == OWN and own:
        return picture_input(network, own)
    return _written_digit(network, dataset)


def _own_drawings(network: TrainedNetwork, dataset: Dataset) -> Dataset | None:
    """Return the drawings that were kept as test rows; None of none, or where that is damaged."""
    try:
        kept = kept_drawings(network.task)
    except UserError:  # said where one can be kept
        return None
    return as_test_rows(dataset, kept) if len(kept.labels) else None


def show_drawing(task: Task, dataset: Dataset, number: int) -> None:
    """Begin with one of the drawings that were kept."""
    given_way(task).set(OWN)
    begin_with(as_test_rows(dataset, kept_drawings(task)), number)


def _written_digit(network: TrainedNetwork, dataset: Dataset) -> Judge | None:
    """Draw the pen, the picture and the probabilities."""
    writing, seen, answer = st.columns([4, 3.2, 4], gap="large")
    with writing:
        st.markdown(f"#### {t('predict.write_here')}")
        verdict_place = st.container(key="verdict")
        kept: state.Kept[Strokes] = state.Kept(f"strokes-{network.task.name}", [])
        strokes = pen(group("pen"), strokes=kept.get(), revision=0, key=f"pen-{kept.name}")
        kept.set(strokes)
    with seen:
        st.markdown(f"#### {t('predict.sees')}")
        picture_place = st.container()
        label, help = t("predict.centered"), t("predict.centered_help")
        centered = st.toggle(label, True, help=help, key="centered", persist_state="session")
        drawing, refusal = _follow(network, strokes, centered)
        with picture_place:
            shown = None if drawing is None else drawing.seen.tolist()
            pixels(shown, labels=pixel_labels(network.task), key="seen")
    prediction = None if drawing is None else Prediction(drawing.hidden, drawing.probabilities)
    version = sum(map(len, strokes))
    with answer:
        st.markdown(f"#### {t('predict.probabilities')}")
        items, winner = probability_items(dataset, prediction)
        labels = group("bars")
        bars(items, labels=labels, highlight=winner, version=version, key="probabilities")
    picture_steps(network, dataset, drawing, str(version), DRAWN)
    if drawing is not None:
        why_picture(network, dataset, drawing.seen, drawing.winner)
        own_test_set(network, dataset, drawing.seen)
    with verdict_place:  # how strange the drawing is takes longer than all of the rest
        if drawing is None:
            st.markdown(plain(say(refusal)) if refusal else t("predict.draw_first"))
        else:
            picture_verdict(network, dataset, drawing.seen, drawing.probabilities)
    return None if drawing is None else asking(drawing.seen)


def _photographed_digit(network: TrainedNetwork, dataset: Dataset) -> Judge | None:
    """Draw the choice of a photo and the way of the digit in it."""
    reading = photo_input(network, dataset)
    if reading is None or reading.seen is None:
        return None
    written, fitted = fit_frame(reading.step("mark")), np.pad(reading.step("boxed"), 4)
    digit = follow_picture(network, reading.seen, written=written, fitted=fitted)
    version = hashlib.sha256(digit.seen.tobytes()).hexdigest()[:16]
    picture_steps(network, dataset, digit, version, DRAWN)
    why_picture(network, dataset, digit.seen, digit.winner)
    own_test_set(network, dataset, digit.seen)
    return asking(digit.seen)


def _follow(
    network: TrainedNetwork, strokes: Any, centered: bool
) -> tuple[DrawnDigit | None, Text | None]:
    """Return the drawing's way through the network, or why there is none (nothing to follow)."""
    if not strokes:
        return None, None
    try:
        return follow_drawing(network, parse_strokes(strokes), centered), None
    except UserError as error:
        return None, error.text
