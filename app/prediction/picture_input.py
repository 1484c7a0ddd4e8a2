"""Pick a test picture and see what the network takes it for."""

import numpy as np
import streamlit as st

from app.prediction.judge import Judge, asking
from app.prediction.neighbours import picture_neighbours
from app.prediction.picture_steps import PICKED, picture_steps
from app.prediction.picture_verdict import picture_verdict
from app.prediction.probabilities import probability_items
from app.prediction.reasons.why import Example, why
from app.session import state
from app.session.i18n import group, say, t
from app.session.markdown import plain
from app.widgets.pictures.bars import bars
from app.widgets.pictures.picture_grid import picture_grid
from app.widgets.pictures.pixels import pixels
from data.dataset import Array, Dataset
from models.network.drawn_digit import follow_picture
from models.network.prediction import Prediction, predict_one
from models.network.weights import TrainedNetwork
from models.tasks.base import Task

PICTURES = 24


def picture_input(network: TrainedNetwork, dataset: Dataset) -> Judge:
    """Draw a choice of test pictures, the chosen one, and the network's answer beside its label.

    Returns what asks other networks about the picture.
    """
    picking, seen, answer = st.columns([4, 3.2, 4], gap="large")
    with picking:
        st.markdown(f"#### {t('predict.pick')}")
        verdict_place = st.container(key="verdict")
        page = _page(dataset).get()
        shown = _indices(dataset, page, _asked(dataset).get())
        grid = group("grid")
        images = [dataset.x_test[index] for index in shown]
        key = f"grid-{dataset.name}-{page}"
        chosen = picture_grid(images, selected=0, labels=grid, key=key) or 0
        if len(dataset.x_test) > PICTURES:
            st.button(t("predict.other_pictures"), on_click=_turn, args=(dataset, page + 1))
    index = shown[min(chosen, len(shown) - 1)]
    picture, truth = dataset.x_test[index], int(dataset.y_test[index])
    with seen:
        st.markdown(f"#### {t('predict.sees')}")
        size = picture.shape[0], picture.shape[1]
        pixels(picture.tolist(), pixel_labels(network.task), size=size, key="seen")
    prediction = predict_one(network, picture)
    with answer:
        st.markdown(f"#### {t('predict.probabilities')}")
        items, winner = probability_items(dataset, prediction)
        bars(items, labels=group("bars"), highlight=winner, key="probabilities")
    way = follow_picture(network, picture, written=picture, fitted=None)
    picture_steps(network, dataset, way, str(index), PICKED)
    why_picture(network, dataset, picture, prediction.winner)
    with verdict_place:  # how strange the picture is takes longer than all of the rest
        picture_verdict(network, dataset, picture, prediction.answer)
        _truth(dataset, prediction, truth)
    return asking(picture)


def why_picture(network: TrainedNetwork, dataset: Dataset, picture: Array, unit: int) -> None:
    """Draw the training pictures nearest to one, and the reasons for what it is taken for.

    The reasons are those beside a black picture.
    """
    near = st.container()
    row = network.scaling.apply(picture.reshape(1, -1))[0]
    black = network.scaling.apply(np.zeros((1, row.size), np.uint8))[0]
    why(network, dataset, Example(row, black, (), t("why.baseline_black")), unit)
    with near:  # it takes longer
        picture_neighbours(network, dataset, picture)


def pixel_labels(task: Task) -> dict[str, str]:
    """Return the words of a picture that a network sees."""
    return group("pixels", shape=" × ".join(map(str, task.input_shape)))


def show_picture(task: Task, dataset: Dataset, row: int) -> None:
    """Begin with a test picture, also where one could be drawn."""
    given_way(task).set("pick")
    begin_with(dataset, row)


def begin_with(dataset: Dataset, row: int) -> None:
    """Let this test picture stand first, and be chosen."""
    _asked(dataset).set(row)


def given_way(task: Task) -> state.Kept[str]:
    """How an example is given where there are several ways: "write", "pick", "photo" or "own"."""
    return state.Kept(f"given-{task.name}", "write")


def _page(dataset: Dataset) -> state.Kept[int]:
    return state.Kept(f"picture-page-{dataset.name}", 0)


def _asked(dataset: Dataset) -> state.Kept[int | None]:
    """The test picture that stands first, where somebody came for it."""
    return state.Kept(f"picture-asked-{dataset.name}", None)


def _turn(dataset: Dataset, page: int) -> None:
    _page(dataset).set(page)
    _asked(dataset).set(None)


def _indices(dataset: Dataset, page: int, first: int | None) -> list[int]:
    """Return the test rows of a page of pictures, the same for the same page."""
    rows = len(dataset.x_test)
    chosen = np.random.default_rng(page).choice(rows, min(PICTURES, rows), replace=False)
    others = [int(index) for index in chosen if index != first]
    return others if first is None else [first, *others][:PICTURES]


def _truth(dataset: Dataset, prediction: Prediction, truth: int) -> None:
    judged = t("predict.right" if prediction.winner == truth else "predict.wrong")
    st.markdown(f"{t('predict.truth', label=plain(say(dataset.classes[truth])))} {judged}")
