"""What every pixel adds to an answer, as a picture: blue speaks for it, orange against it."""

import base64
import io
from html import escape

import numpy as np
import streamlit as st

from data.dataset import Array

FOR, AGAINST = np.array([0, 114, 178]), np.array([230, 159, 0])
WIDTH = 280


def share_picture(shares: Array, label: str) -> None:
    """Draw shares, (height, width); the strongest has its full colour, 0 is transparent."""
    content = base64.b64encode(png(shares)).decode()
    height = round(WIDTH * shares.shape[0] / shares.shape[1])
    st.html(
        f'<img class="fl-shares" width="{WIDTH}" height="{height}" alt="{escape(label)}" '
        f'src="data:image/png;base64,{content}">'
    )


def png(shares: Array) -> bytes:
    """Return the picture as a PNG file with one pixel a share."""
    from PIL import Image

    strength = np.abs(shares) / max(float(np.abs(shares).max()), 1e-12)
    colours = np.where((shares > 0)[..., None], FOR, AGAINST)
    pixels = np.concatenate([colours, (255 * strength)[..., None]], axis=2).round()
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8), "RGBA").save(file, "PNG")
    return file.getvalue()
