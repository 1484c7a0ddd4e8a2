"""The numbers that enter the network, as a picture whose every pixel can be read off."""

from collections.abc import Sequence

from app.widgets.shared import assets

LABELS = ("label", "empty", "hint", "cell")

_HTML = """
<div class="pixels">
  <div class="frame">
    <canvas tabindex="0" role="img"></canvas>
    <div class="cell" hidden></div>
    <p class="empty" hidden></p>
  </div>
  <p class="readout" aria-live="polite"></p>
</div>
"""

_mount = assets.component("pixels", _HTML)


def pixels(
    image: Sequence[Sequence[int]] | None,
    labels: dict[str, str],
    *,
    size: tuple[int, int] = (28, 28),
    key: str,
) -> None:
    """Show a picture of whole numbers 0 (black) to 255 (white); None shows an empty frame.

    ``size`` is its (rows, columns).
    Pointing at a pixel, tapping it or moving with the arrow keys names its row, column and value;
    rows and columns count from 1. ``labels`` holds ``LABELS``.
    """
    rows = None if image is None else [[int(value) for value in row] for row in image]
    _mount(key=key, data={"image": rows, "size": size, "labels": assets.pick(labels, LABELS)})
