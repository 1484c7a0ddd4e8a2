"""Printing: what every page looks like on A4.

Components measure their drawings in the pixels of the screen. Before a page is printed, a script
holds each at its width and, where paper is narrower, makes it smaller as a whole.
"""

from app.widgets.shared import assets

_mount = assets.component("paper", "<span hidden></span>", isolate_styles=False)


def paper() -> None:
    """Let the page be printed whole, in dark ink on white."""
    _mount(key="paper")
