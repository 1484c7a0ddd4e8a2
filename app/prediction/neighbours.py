"""The training rows nearest to an example: by the network's last hidden layer and by its inputs."""

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from app.prediction.comparison import compared, training_rows
from app.session.i18n import say, t
from app.session.markdown import plain
from app.wording import data_words
from data.dataset import Array, Dataset
from data.file_readers.array_files import give_back
from data.language import UserError
from data.text.vocabulary import Encoded
from models.familiarity.comparison import Compared
from models.familiarity.nearest import Nearest
from models.familiarity.strangeness import STRANGE
from models.inputs.preparation import Rows
from models.network.weights import TrainedNetwork

SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True, slots=True)
class _Look:
    """How rows are shown: what they are called, and what draws one as HTML, with its label.

    ``style`` names the list of them, and ``by_inputs`` says how their inputs are compared.
    """

    rows: str
    drawn: Callable[[Any, str], str]
    style: str
    by_inputs: str = ""


def picture_neighbours(network: TrainedNetwork, dataset: Dataset, picture: Array) -> None:
    """Draw the training pictures nearest to one of (height, width) uint8."""
    look = _Look(t("near.pictures"), _picture, "fl-near-pictures", t("near.by_pixels"))
    _neighbours(network, dataset, picture.reshape(1, -1), look)
    give_back(dataset.x_train)  # of the few that were drawn the system has fetched many more


def table_neighbours(network: TrainedNetwork, dataset: Dataset, row: Array) -> None:
    """Draw the training rows nearest to one of a table, (columns,), and how strange it is."""

    def numbers(values: Array, label: str) -> str:
        pairs = zip(dataset.features, values.tolist(), strict=True)
        return _words(" · ".join(f"{feature.name} {value:.4g}" for feature, value in pairs), label)

    look = _Look(_rows(dataset), numbers, "fl-near-rows", t("near.by_variables"))
    _strangeness(_neighbours(network, dataset, row[None], look), look)


def text_neighbours(network: TrainedNetwork, dataset: Dataset, indices: Sequence[int]) -> None:
    """Draw the training texts nearest to one with these words, and how strange it is."""
    words = np.array(indices, np.int32)
    example = Encoded(words, np.array([0, len(words)], np.int64))
    look = _Look(_rows(dataset), _words, "fl-near-rows")
    _strangeness(_neighbours(network, dataset, example, look), look)


def _rows(dataset: Dataset) -> str:
    return data_words.words_of(dataset)["rows"]


def _neighbours(
    network: TrainedNetwork, dataset: Dataset, example: Rows, look: _Look
) -> Compared | None:
    """Draw the rows nearest to one example, as it is stored; return what was found.

    As long as nothing is, that is said, and the page is drawn anew by itself.
    """
    with st.container(key="near"):
        st.markdown(f"#### {t('near.title', rows=look.rows)}")
        try:
            found = compared(network, dataset, example)
        except UserError as error:
            st.caption(plain(say(error.text)))
            return None
        if found is None:
            st.fragment(_wait, run_every=SECONDS_BETWEEN_LOOKS)(network, dataset, look.rows)
        else:
            _lists(network, dataset, found, look)
    return found


def _wait(network: TrainedNetwork, dataset: Dataset, rows: str) -> None:
    """Say that the training rows are gone through; draw the page anew when that is over."""
    try:
        is_over = training_rows(network, dataset) is not None
    except UserError:
        is_over = True
    if is_over:
        st.rerun()
    st.caption(t("near.preparing", rows=rows))


def _lists(network: TrainedNetwork, dataset: Dataset, found: Compared, look: _Look) -> None:
    """Draw the lists side by side, and what their distances are."""
    units = len(network.kernels[-1])
    lists = ((t("near.by_layer", units=units), found.by_layer), (look.by_inputs, found.by_inputs))
    shown = [(title, nearest) for title, nearest in lists if nearest is not None]
    for place, (title, nearest) in zip(st.columns(len(shown), gap="large"), shown, strict=True):
        place.markdown(f"**{title}**")
        place.html(_list(dataset, nearest, title, look))
    st.caption(t("near.note", count=f"{found.rows:,}", rows=look.rows))


def _list(dataset: Dataset, nearest: Nearest, title: str, look: _Look) -> str:
    items = []
    for row, distance in zip(nearest.rows.tolist(), nearest.distances.tolist(), strict=True):
        answer = _answer(dataset, dataset.y_train[row])
        words = {"label": answer, "distance": _figure(distance), "number": f"{row + 1:,}"}
        drawn = look.drawn(dataset.x_train[row], t("near.row_label", **words))
        told = escape(t("near.distance", **words))
        items.append(f"<li>{drawn}<b>{escape(answer)}</b> <small>{told}</small></li>")
    return f'<ol class="{look.style}" aria-label="{escape(title)}">{"".join(items)}</ol>'


def _answer(dataset: Dataset, answer: float) -> str:
    """Return the true answer of a row."""
    if dataset.classes:
        return say(dataset.classes[int(answer)])
    value = data_words.told(float(answer), dataset)
    return t("near.answer", value=value, **data_words.words_of(dataset))


def _figure(distance: float) -> str:
    return f"{distance:,.0f}" if distance >= 100 else f"{distance:.3g}"


def _picture(picture: Array, label: str) -> str:
    from PIL import Image  # few need it

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    content = base64.b64encode(file.getvalue()).decode()
    return f'<img alt="{escape(label)}" src="data:image/png;base64,{content}">'


def _words(text: str, label: str) -> str:
    return f'<span title="{escape(label)}">{escape(str(text))}</span>'


def _strangeness(found: Compared | None, look: _Look) -> None:
    """Say how strange an example is, if that is known."""
    if found is None or found.strangeness is None:
        return
    words = {"strange": 100 * found.strangeness, "limit": 100 * STRANGE, "rows": look.rows}
    if found.strangeness < STRANGE:
        st.caption(t("near.seen", **words))
    else:
        note = escape(t("near.unseen", **words))
        st.html(f'<p class="fl-notice fl-warning" role="status">{note}</p>')
