"""Samples of the data with what a network said of them: pictures or texts, each a button."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from app.widgets.shared import assets
from data.dataset import Array

LABELS = ("label", "open")

_HTML = '<div class="samples" role="group"></div>'

_mount = assets.component("sample_list", _HTML)


@dataclass(frozen=True, slots=True)
class Sample:
    """A test row: what was said of it, a note, and whether it is right, if it is either.

    It is a ``picture``, (height, width) uint8, or a ``text``.
    """

    row: int
    said: str
    note: str = ""
    is_right: bool | None = None
    picture: Array | None = None
    text: str = ""


def sample_list(
    samples: Sequence[Sample],
    labels: dict[str, str],
    *,
    on_open: Callable[[int], None],
    key: str,
) -> None:
    """Show samples; the row of one that is opened arrives in ``on_open``.

    ``labels`` holds ``LABELS``.
    """

    def opened() -> None:
        said = st.session_state.get(key)
        row = said.get("open") if isinstance(said, Mapping) else None
        if row in [sample.row for sample in samples]:
            on_open(int(row))

    pictures = [sample.picture for sample in samples if sample.picture is not None]
    raw = np.ascontiguousarray(pictures, np.uint8).tobytes()
    data = {
        "samples": [
            {"row": s.row, "said": s.said, "note": s.note, "right": s.is_right, "text": s.text}
            for s in samples
        ],
        "pictures": base64.b64encode(raw).decode("ascii"),
        "size": list(pictures[0].shape) if pictures else None,
        "labels": assets.pick(labels, LABELS),
    }
    _mount(key=key, data=data, on_open_change=opened)
