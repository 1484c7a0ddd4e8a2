"""Marks the open page with the language that it is in, for screen readers and translators."""

from app.widgets.shared import assets

_mount = assets.component("language_mark", "<span hidden></span>")


def language_mark(language: str) -> None:
    """Let ``<html lang>`` say "ko" or "en"; nothing is drawn."""
    _mount(key="language-mark", data={"language": language}, height="content")
