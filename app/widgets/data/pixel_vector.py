"""A picture as the numbers it is, and as the one column of numbers that a network is given."""

from collections.abc import Sequence

from app.widgets.shared import assets

LABELS = ("grid", "vector", "hint", "cell", "play")

_HTML = """
<div class="pixel-vector">
  <div class="scroll"><div class="grid" role="application" tabindex="0"></div></div>
  <div class="beside">
    <button type="button" class="play"></button>
    <p class="readout" aria-live="polite"></p>
    <div class="column">
      <canvas role="img" width="1"></canvas>
      <div class="band"></div>
      <ol class="window" aria-hidden="true"></ol>
    </div>
  </div>
</div>
"""

_mount = assets.component("pixel_vector", _HTML)


def pixel_vector(image: Sequence[Sequence[int]], labels: dict[str, str], *, key: str) -> None:
    """Show rows of whole numbers 0 (black) to 255 (white), and beside them one below the other.

    The pixel under the pointer, or the one that arrow keys go to, is marked in both; rows, columns
    and indices count from 0: index = columns x row + column. A button lays the picture out row by
    row. ``labels`` holds ``LABELS``.
    """
    rows = [[int(value) for value in row] for row in image]
    _mount(key=key, data={"image": rows, "labels": assets.pick(labels, LABELS)})
