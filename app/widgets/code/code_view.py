"""Code in lines, some of them marked, with a button that copies all of it."""

from collections.abc import Sequence

from app.widgets.shared import assets

LABELS = ("label", "copy", "copied", "marked")

_HTML = """<section>
  <button type="button" class="copy"></button>
  <span class="told" role="status"></span>
  <pre tabindex="0"><code></code></pre>
</section>"""

_mount = assets.component("code_view", _HTML)


def code_view(
    lines: Sequence[str], labels: dict[str, str], *, marked: Sequence[int] = (), key: str
) -> None:
    """Show lines of code; those with the numbers ``marked``, from 0, stand out.

    The first marked line is brought into view when the marks change. ``labels`` holds ``LABELS``.
    """
    data = {"lines": lines, "marked": marked, "labels": assets.pick(labels, LABELS)}
    _mount(key=key, data=data)
