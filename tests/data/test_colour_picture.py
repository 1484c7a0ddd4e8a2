"""Colour pictures: every kind of file becomes numbers that Pillow reads too, or a sentence."""

import io

import numpy as np
import pytest
from PIL import Image

from data.colour_picture import (
    MAX_SIDE,
    channels,
    drawn_colours,
    read_colours,
    shrunk,
)
from data.language import UserError


def saved(image: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def test_a_small_picture_keeps_every_number() -> None:
    picture = drawn_colours()
    assert (read_colours(saved(Image.fromarray(picture))) == picture).all()


def test_the_parts_are_the_picture_again() -> None:
    picture = drawn_colours()
    parts = channels(picture)
    assert (sum(part.astype(int) for part in parts) == picture).all()
    for number, part in enumerate(parts):
        assert (part[..., number] == picture[..., number]).all()
        assert not np.delete(part, number, axis=2).any()


def test_a_shrunk_picture_has_the_means_of_its_areas() -> None:
    picture = drawn_colours()
    found = shrunk(picture, 12)
    means = picture.reshape(12, 10, 16, 10, 3).mean(axis=(1, 3))
    assert found.shape == (12, 16, 3) and np.abs(found - means).max() <= 1
    assert shrunk(picture[:1, :1], 12).shape == (1, 1, 3)


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "CMYK", "1", "I;16"])
def test_every_mode_becomes_red_green_and_blue(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.full((9, 7), 40_000, np.uint16))
    else:
        image = Image.new("RGB", (7, 9), (200, 200, 200)).convert(mode)
    kind = "TIFF" if mode == "CMYK" else "PNG"
    found = read_colours(saved(image, kind))
    assert found.shape == (9, 7, 3)
    if mode not in ("1", "P"):
        assert found == pytest.approx(156 if mode == "I;16" else 200, abs=2)


def test_what_is_transparent_is_white_and_a_photo_stands_upright_and_is_small() -> None:
    clear = Image.new("RGBA", (4, 4), (10, 20, 30, 0))
    assert (read_colours(saved(clear)) == 255).all()
    tall = Image.new("RGB", (900, 300), "red")
    exif = Image.Exif()
    exif[0x0112] = 6
    found = read_colours(saved(tall, "JPEG", exif=exif))
    assert found.shape[0] > found.shape[1] and max(found.shape) == MAX_SIDE


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x00\x00\x00\x18ftypheic" + b"\0" * 99])
def test_what_is_no_picture_is_a_sentence(content: bytes) -> None:
    with pytest.raises(UserError, match="HEIC"):
        read_colours(content)


def test_a_picture_that_is_cut_off_or_too_large_is_a_sentence() -> None:
    whole = saved(Image.fromarray(drawn_colours()))
    with pytest.raises(UserError):
        read_colours(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="too large"):
        read_colours(saved(Image.new("1", (8_000, 6_000))))
