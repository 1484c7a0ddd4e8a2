"""A photo of one's own: every step from it to what the network sees, and what it makes of that."""

import hashlib

import numpy as np
import streamlit as st

from app.form.choice import choice
from app.form.file_choice import picture_file
from app.prediction.judge import Judge, asking
from app.prediction.picture_input import given_way, picture_input, pixel_labels, why_picture
from app.prediction.picture_steps import READ, picture_steps
from app.prediction.picture_verdict import picture_verdict
from app.prediction.probabilities import probability_items
from app.session.i18n import group, say, t
from app.session.markdown import plain
from app.widgets.pictures.bars import bars
from app.widgets.pictures.pixels import pixels
from data.dataset import Array, Dataset
from data.language import UserError
from data.pictures.reading import PhotoReading, Step
from models.inputs.image import read_photo
from models.network.drawn_digit import follow_picture
from models.network.prediction import predict_one
from models.network.weights import TrainedNetwork
from models.tasks.base import Task

GIVEN = ("pick", "photo")
"""A test picture, or a photo of one's own."""
STEP_WIDTH = 168
"""Pixels of a step's picture on the page."""


def image_input(network: TrainedNetwork, dataset: Dataset) -> Judge | None:
    """Draw the choice of how a picture is given, and what the network makes of it.

    Returns what asks other networks about the same picture.
    """
    if given_as(network.task, GIVEN, t("predict.given_picture")) == "pick":
        return picture_input(network, dataset)
    reading = photo_input(network, dataset)
    if reading is None or reading.seen is None:
        return None
    way = follow_picture(network, reading.seen, written=reading.seen, fitted=None)
    version = hashlib.sha256(reading.seen.tobytes()).hexdigest()[:16]
    picture_steps(network, dataset, way, version, READ)
    why_picture(network, dataset, reading.seen, way.winner)
    return asking(reading.seen)


def given_as(task: Task, ways: tuple[str, ...], label: str) -> str:
    """Draw the choice of how an example is given; return which of the ways it is."""
    labels = {way: t(f"predict.given_{way}") for way in ways}
    chosen = given_way(task)
    given = chosen.get() if chosen.get() in ways else ways[0]
    choice(
        st.segmented_control,
        label,
        labels,
        given,
        "given",
        chosen.set,
        required=True,
        label_visibility="collapsed",
    )
    return given


def photo_input(network: TrainedNetwork, dataset: Dataset) -> PhotoReading | None:
    """Draw the choice of a photo, its steps and the answer; return them, None until it is read."""
    giving, seen, answer = st.columns([4, 3.2, 4], gap="large")
    with giving:
        st.markdown(f"#### {t('photo.title')}")
        verdict_place = st.container(key="verdict")
        content = picture_file(t("photo.file"), "photo-file")
        st.caption(t("photo.hint"))
    reading, sentence = _read(network.task, content)
    found = None if reading is None else reading.seen
    prediction = None if found is None else predict_one(network, found)
    with seen:
        st.markdown(f"#### {t('predict.sees')}")
        shape = network.task.input_shape
        rows = None if found is None else found.tolist()
        pixels(rows, pixel_labels(network.task), size=(shape[0], shape[1]), key="seen")
    with answer:
        st.markdown(f"#### {t('predict.probabilities')}")
        items, winner = probability_items(dataset, prediction)
        bars(items, labels=group("bars"), highlight=winner, key="probabilities")
    with verdict_place:
        if found is None or prediction is None:
            st.markdown(plain(sentence))
        else:
            picture_verdict(network, dataset, found, prediction.answer)
    if reading is not None:
        _steps(reading.steps)
    return reading


def _read(task: Task, content: bytes | None) -> tuple[PhotoReading | None, str]:
    """Return the way of a file's picture to the network, and what to say where there is none."""
    from data.pictures.picture_file import read_picture  # with Pillow, which few need

    if content is None:
        return None, t("photo.first")
    try:
        reading = read_photo(task, read_picture(content))
    except UserError as error:
        return None, say(error.text)
    return reading, say(reading.refusal) if reading.refusal else ""


def _steps(steps: tuple[Step, ...]) -> None:
    """Draw the steps in a row, as many as fit beside one another, numbered."""
    st.markdown(f"#### {t('photo.steps')}")
    with st.container(horizontal=True, key="photo-steps"):
        for number, step in enumerate(steps, 1):
            name = t(f"photo.step_{step.name}")
            st.image(
                _enlarged(step.picture),
                caption=f"{number}. {name}",
                width=STEP_WIDTH,
                output_format="PNG",
                alt=name,
            )


def _enlarged(picture: Array) -> Array:
    """Return a picture whose pixels can be told apart when it is shown."""
    times = max(1, STEP_WIDTH // max(picture.shape))
    return np.kron(picture, np.ones((times, times), np.uint8))
