"""The choice of a file, in the language of the page."""

from collections.abc import Callable, Sequence

import streamlit as st

from app.session.i18n import t

PICTURES = ("image/*", ".heic", ".heif")
"""A phone offers its camera for these; browsers do not take a HEIC file for a picture."""
_BUTTON = 'section button[data-testid="stBaseButton-secondary"]'
_LOOK = f"""<style>
.st-key-%(key)s [data-testid="stFileUploaderDropzoneInstructions"] {{ display: none; }}
.st-key-%(key)s {_BUTTON}, .st-key-%(key)s {_BUTTON} * {{ font-size: 0; }}
.st-key-%(key)s {_BUTTON} :is(svg, [data-testid="stIconMaterial"]) {{ display: none; }}
.st-key-%(key)s {_BUTTON}::after {{ content: "%(words)s"; font-size: 1rem; }}
</style>"""
"""Streamlit writes English into its uploader, whatever the language of the page."""


def picture_file(label: str, key: str) -> bytes | None:
    """Draw the choice of a picture; return its content, None until there is one."""
    return file_choice(label, key, PICTURES, t("file_choice.picture"))


def file_choice(
    label: str,
    key: str,
    types: Sequence[str],
    button: str,
    on_change: Callable[[], None] | None = None,
) -> bytes | None:
    """Draw the choice of a file of these ``types``; return its content, None until there is one.

    ``button`` is what its button says. The file itself is known under ``chosen_key``.
    """
    words = button.replace("\\", "").replace('"', "")
    st.html(_LOOK % {"key": key, "words": words})
    with st.container(key=key, width=320):
        file = st.file_uploader(label, type=list(types), key=chosen_key(key), on_change=on_change)
    return None if file is None else file.getvalue()


def chosen_key(key: str) -> str:
    """Return the key of the control inside a choice of this key."""
    return f"{key}-chosen"
