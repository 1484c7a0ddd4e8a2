"""Small pictures to choose one from."""

import base64
import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.widgets.shared import assets

LABELS = ("label", "item")

_HTML = '<div class="pictures" role="group"></div>'

_mount = assets.component("picture_grid", _HTML)


def picture_grid(
    images: NDArray[np.uint8] | Sequence[NDArray[np.uint8]],
    *,
    selected: int | None,
    labels: dict[str, str],
    key: str,
    revision: int = 0,
    groups: Sequence[tuple[str, int]] = (),
) -> int | None:
    """Show (n, rows, columns) pictures, 0 black to 255 white; return the index of the chosen one.

    ``selected`` is the choice to begin with, for these images and this ``revision``; after that
    the person's own choice counts. ``groups`` are titles, each with how many of the pictures stand
    behind it. ``labels`` holds ``LABELS``.
    """
    pictures = np.ascontiguousarray(images, dtype=np.uint8)
    raw = pictures.tobytes()
    version = f"{hashlib.sha256(raw).hexdigest()[:16]}-{revision}"
    chosen = _chosen(st.session_state.get(key), version, len(images), selected)
    data = {
        "images": base64.b64encode(raw).decode("ascii"),
        "size": pictures.shape[1:],
        "selected": chosen,
        "version": version,
        "groups": [{"title": title, "count": count} for title, count in groups],
        "labels": assets.pick(labels, LABELS),
    }
    result = _mount(key=key, data=data, on_choice_change=lambda: None)
    return _chosen(result, version, len(images), chosen)


def _chosen(state: object, version: str, count: int, otherwise: int | None) -> int | None:
    choice = state.get("choice") if isinstance(state, Mapping) else None
    if not isinstance(choice, Mapping) or choice.get("version") != version:
        return otherwise
    index = choice.get("index")
    return index if isinstance(index, int) and 0 <= index < count else otherwise
