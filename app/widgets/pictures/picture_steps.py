"""A picture's way through the network in eight numbered steps."""

from collections.abc import Sequence
from typing import TypedDict

from app.widgets.shared import assets

STEPS = ("written", "fitted", "centred", "numbers", "vector", "hidden", "softmax", "verdict")
LABELS = (
    "label",
    "empty",
    "not_moved",
    "cell",
    "vector_hint",
    "layer",
    "unit",
    "layer_hint",
    "no_hidden",
    "sorted",
    "term",
    "sum",
    "share",
    "verdict",
    *(f"{kind}_{step}" for step in STEPS for kind in ("step", "note")),
)

_HTML = '<div class="frame"><ol class="steps"></ol></div>'

_mount = assets.component("picture_steps", _HTML)

Picture = Sequence[Sequence[int]]


class Steps(TypedDict):
    """Pictures of whole numbers 0 to 255 and what every layer makes of the last one.

    ``fitted`` is None where the drawing is not moved. ``hidden`` is (activation, outputs) a layer.
    """

    written: Picture
    fitted: Picture | None
    seen: Picture
    hidden: list[tuple[str, list[float]]]
    z: list[float]
    probabilities: list[float]
    classes: list[str]
    version: str


def show_steps(steps: Steps | None, labels: dict[str, str], *, key: str) -> None:
    """Show the eight steps, or the sentence ``empty`` for None.

    Pointing at a cell of the vector or of a layer, or at a term of the softmax, says what it is; a
    term lights up its sum z and its part of the denominator. ``labels`` holds ``LABELS``.
    """
    _mount(key=key, data={"steps": steps, "names": STEPS, "labels": assets.pick(labels, LABELS)})
