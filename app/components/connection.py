"""Says what is wrong with the page's connection, and that it is being made anew."""

from app.components import assets

LABELS = ("lost", "over", "reload", "waiting", "back", "unsent", "anew")

_HTML = """
<div class="fl-connection" role="status" aria-live="polite" data-state="fine">
  <p></p><button type="button" hidden></button>
</div>
"""

_mount = assets.component("connection", _HTML)


def connection(labels: dict[str, str], *, is_anew: bool, key: str) -> None:
    """Watch Streamlit's connection; to be drawn on every page. ``labels`` holds ``LABELS``.

    ``is_anew`` says that the server has forgotten what this tab had put together.
    """
    data = {"labels": assets.pick(labels, LABELS), "anew": is_anew}
    _mount(key=key, data=data)
