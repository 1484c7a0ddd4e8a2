"""Says what is wrong with the page's connection, and that it is being made anew."""

from app.server.socket_limits import MOST_BYTES
from app.widgets.shared import assets

LABELS = ("lost", "over", "reload", "waiting", "back", "unsent", "anew", "long")

_HTML = """
<div class="fl-connection" role="status" aria-live="polite" data-state="fine">
  <p></p><button type="button" hidden></button>
</div>
"""

_mount = assets.component("connection", _HTML)


def connection(labels: dict[str, str], *, lost: str | None, key: str) -> None:
    """Watch Streamlit's connection; to be drawn on every page. ``labels`` holds ``LABELS``.

    ``lost`` names this tab's former session when the server has forgotten what it held: that is
    said once.
    """
    data = {"labels": assets.pick(labels, LABELS), "lost": lost, "most": MOST_BYTES}
    _mount(key=key, data=data)
