"""The choice of a picture file, in the language of the page."""

import streamlit as st

from app.session.i18n import t

TYPES = ("image/*", ".heic", ".heif")
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
    """Draw the choice of a file; return its content, None until there is one."""
    words = t("picture_file.choose").replace("\\", "").replace('"', "")
    st.html(_LOOK % {"key": key, "words": words})
    with st.container(key=key, width=320):
        file = st.file_uploader(label, type=list(TYPES), key=f"{key}-chosen")
    return None if file is None else file.getvalue()
