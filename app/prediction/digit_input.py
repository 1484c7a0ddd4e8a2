"""Write a digit by hand and see the pixels that the network sees and what it makes of them."""

import hashlib
from typing import Any

import numpy as np
import streamlit as st

from app.prediction.own_test_set import own_test_set
from app.prediction.photo_input import given_as, photo_input
from app.prediction.picture_input import picture_input, pixel_labels, why_picture
from app.prediction.probabilities import probability_items
from app.session import state
from app.session.i18n import group, say, t
from app.session.markdown import plain
from app.widgets.pictures.bars import bars
from app.widgets.pictures.digit_steps import Steps, digit_steps
from app.widgets.pictures.pen import Strokes, pen
from app.widgets.pictures.pixels import pixels
from data.dataset import Dataset
from data.language import Text, UserError
from data.pictures.images import fit_frame
from data.pictures.strokes import parse_strokes
from models.network.drawn_digit import DrawnDigit, follow_drawing, follow_picture
from models.network.prediction import Prediction
from models.network.weights import TrainedNetwork

GIVEN = ("write", "pick", "photo")
"""A digit of one's own, or a test picture for whoever cannot or will not write, or a photo."""


def digit_input(network: TrainedNetwork, dataset: Dataset) -> None:
    """Draw the choice of how a digit is given, and what the network makes of it."""
    given = given_as(network.task, GIVEN, t("predict.given"))
    if given == "pick":
        picture_input(network, dataset)
    elif given == "photo":
        _photographed_digit(network, dataset)
    else:
        _written_digit(network, dataset)


def _written_digit(network: TrainedNetwork, dataset: Dataset) -> None:
    """Draw the pen, the picture and the probabilities."""
    writing, seen, answer = st.columns([4, 3.2, 4], gap="large")
    with writing:
        st.markdown(f"#### {t('predict.write_here')}")
        verdict = st.container(key="verdict")
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
    with verdict:
        st.markdown(_verdict(dataset, prediction, refusal))
    with answer:
        st.markdown(f"#### {t('predict.probabilities')}")
        items, winner = probability_items(dataset, prediction)
        labels = group("bars")
        bars(items, labels=labels, highlight=winner, version=version, key="probabilities")
    steps = None if drawing is None else _steps(network, dataset, drawing, str(version))
    digit_steps(steps, group("digit_steps"), key="digit-steps")
    if drawing is not None:
        why_picture(network, dataset, drawing.seen, drawing.winner)
        own_test_set(network, dataset, drawing.seen, drawing.winner)


def _photographed_digit(network: TrainedNetwork, dataset: Dataset) -> None:
    """Draw the choice of a photo and the way of the digit in it."""
    reading = photo_input(network, dataset)
    if reading is None or reading.seen is None:
        return
    written, fitted = fit_frame(reading.step("mark")), np.pad(reading.step("boxed"), 4)
    digit = follow_picture(network, reading.seen, written=written, fitted=fitted)
    steps = _steps(network, dataset, digit, hashlib.sha256(digit.seen.tobytes()).hexdigest()[:16])
    digit_steps(steps, group("digit_steps"), key="digit-steps")
    why_picture(network, dataset, digit.seen, digit.winner)
    own_test_set(network, dataset, digit.seen, digit.winner)


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


def _steps(network: TrainedNetwork, dataset: Dataset, drawing: DrawnDigit, version: str) -> Steps:
    """Return the steps as the browser is sent them."""
    layers = zip(network.activations, drawing.hidden, strict=False)  # the output is not hidden
    return {
        "written": drawing.written.tolist(),
        "fitted": None if drawing.fitted is None else drawing.fitted.tolist(),
        "seen": drawing.seen.tolist(),
        "hidden": [(name, outputs.tolist()) for name, outputs in layers],
        "z": drawing.z.tolist(),
        "probabilities": drawing.probabilities.tolist(),
        "classes": [say(label) for label in dataset.classes],
        "version": version,
    }


def _verdict(dataset: Dataset, prediction: Prediction | None, refusal: Text | None) -> str:
    if prediction is None:
        return plain(say(refusal)) if refusal else t("predict.draw_first")
    share = 100 * float(prediction.answer[prediction.winner])
    label = plain(say(dataset.classes[prediction.winner]))
    return f"**{t('predict.verdict', label=label, share=share)}**"
