"""A colour picture as its red, its green and its blue: m x n x 3 numbers."""

from collections.abc import Iterable
from html import escape

import numpy as np
import streamlit as st

from app.data_page.download import Row, csv_button
from app.form.file_choice import picture_file
from app.session import failures
from app.session.i18n import t
from data.colour_picture import channels, drawn_colours, read_colours, shrunk
from data.dataset import Array
from data.language import UserError
from models.tasks.base import Task

ROWS = 12
"""Of the small copy whose numbers can be read."""
PARTS = ("red", "green", "blue")
_COLOURS = ("#D00000", "#008000", "#2040FF")


def colour_figure(task: Task) -> None:
    """Draw a picture in three parts, and the numbers of a small copy of it."""
    st.markdown(f"#### {t('data.colours')}")
    picture = _picture()
    height, width = picture.shape[:2]
    st.markdown(t("data.colour_sizes", height=height, width=width, numbers=picture.size))
    names = [t(f"data.{part}") for part in PARTS]
    captions = [t("data.whole"), *names]
    for place, image, caption in zip(
        st.columns(4), (picture, *channels(picture)), captions, strict=True
    ):
        place.image(image, caption=caption, width="stretch", alt=caption)
    small = shrunk(picture, ROWS)
    st.caption(t("data.colour_note", height=small.shape[0], width=small.shape[1]))
    for place, number in zip(st.columns(3), range(3), strict=True):
        place.html(numbers(small[..., number], names[number], _COLOURS[number]))

    def rows() -> Iterable[Row]:
        for row, column in np.ndindex(height, width):
            yield [row, column, *picture[row, column].tolist()]

    heads = [*(t(f"data.column_{name}") for name in ("row", "column")), *names]
    csv_button(task, "colours", heads, rows)


def _picture() -> Array:
    """Draw the choice of a file; return its colours, or those that the lab has drawn."""
    content = picture_file(t("data.colour_file"), "colour-file")
    if content is None:
        return drawn_colours()
    try:
        return read_colours(content)
    except UserError as error:
        failures.tell(error.text)
        return drawn_colours()


def numbers(part: Array, name: str, colour: str) -> str:
    """Return the (rows, columns) numbers of one colour as an HTML table in that colour."""
    lines = "".join(
        f"<tr>{''.join(_cell(value, colour) for value in line)}</tr>" for line in part.tolist()
    )
    return (
        f'<div class="fl-figures" tabindex="0"><table class="fl-channel">'
        f"<caption>{escape(name)}</caption><tbody>{lines}</tbody></table></div>"
    )


def _cell(value: int, colour: str) -> str:
    ground = f"color-mix(in srgb, {colour} {100 * value // 255}%, #000)"
    return f'<td style="background: {ground}">{value}</td>'
