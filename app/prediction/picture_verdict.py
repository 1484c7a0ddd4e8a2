"""What a picture is taken for, and how far that is to be believed."""

from html import escape

import streamlit as st

from app.prediction.comparison import compared
from app.session.i18n import say, t
from app.session.markdown import plain
from data.dataset import Array, Dataset
from data.language import UserError
from data.pictures.no_digit import Shape
from models.familiarity.doubt import doubted_shape, is_doubtful
from models.familiarity.strangeness import STRANGE
from models.inputs.kinds import input_of
from models.network.weights import TrainedNetwork


def picture_verdict(
    network: TrainedNetwork, dataset: Dataset, picture: Array, answer: Array
) -> None:
    """Draw the class with the highest probability and how strange the picture is to the network.

    ``answer`` is (classes,) probabilities. Where the picture may be none of the classes, the
    verdict is a question.
    """
    winner = int(answer.argmax())
    words = {"label": plain(say(dataset.classes[winner])), "share": 100 * float(answer[winner])}
    strangeness = _strangeness(network, dataset, picture)
    shape = doubted_shape(network.task, picture, strangeness)
    if is_doubtful(shape, strangeness):
        st.markdown(f"**{t('near.question', **words)}**")
        note = _doubt(network, dataset, shape, strangeness)
        st.html(f'<p class="fl-notice fl-warning" role="status">{escape(note)}</p>')
        return
    st.markdown(f"**{t('predict.verdict', **words)}**")
    if strangeness is not None:
        limits = {"limit": 100 * STRANGE, "count": len(dataset.classes), "rows": _rows(network)}
        st.caption(t("near.familiar", strange=100 * strangeness, **limits))


def _strangeness(network: TrainedNetwork, dataset: Dataset, picture: Array) -> float | None:
    """Return it, None as long as it is not known; that it cannot be is said further below."""
    try:
        found = compared(network, dataset, picture.reshape(1, -1))
    except UserError:
        return None
    return found.strangeness if found else None


def _doubt(
    network: TrainedNetwork, dataset: Dataset, shape: Shape | None, strangeness: float | None
) -> str:
    """Say why the picture may be none of the classes, and what it may be."""
    guess = t(f"near.shape_{shape}") if shape else ""
    if strangeness is None or strangeness < STRANGE:
        return t("near.no_digit", guess=guess)
    words = {"limit": 100 * STRANGE, "count": len(dataset.classes), "rows": _rows(network)}
    told = t("near.strange", strange=100 * strangeness, **words)
    return f"{guess} {told}".strip()


def _rows(network: TrainedNetwork) -> str:
    is_digit = input_of(network.task).is_drawn(network.task)
    return t("near.digits" if is_digit else "near.pictures")
