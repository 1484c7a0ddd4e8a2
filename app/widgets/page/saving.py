"""Every chart and every table of a page as a file: PNG and SVG, or CSV.

One list at the end of the page holds them all, so that no chart and no table has to bring buttons
of its own, and whatever a page shows later is in it too.
"""

from app.widgets.shared import assets

LABELS = ("title", "none", "chart", "table", "failed")

_HTML = """<details>
  <summary></summary>
  <p role="status" hidden></p>
  <ul></ul>
</details>"""

_mount = assets.component("saving", _HTML)


def saving(labels: dict[str, str], *, key: str) -> None:
    """Draw the list, folded at first; ``labels`` holds ``LABELS``."""
    _mount(key=key, data={"labels": assets.pick(labels, LABELS)})
