import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from data.dataset import Array
from data.images import BOX, MAX_BYTES, MAX_SIDE, center_digit, fit_frame, read_picture
from data.mnist import load_mnist
from data.text import UserError


def encoded(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    content = io.BytesIO()
    image.save(content, format, **options)
    return content.getvalue()


def seven(width: int = 120, height: int = 160, ground: int = 0, ink: int = 255) -> Image.Image:
    """Draw a 7, which looks different in every orientation."""
    image = Image.new("L", (width, height), ground)
    points = [(30, 30), (90, 30), (50, 130)]
    ImageDraw.Draw(image).line(points, fill=ink, width=10, joint="curve")
    return image


def centre_of_mass(picture: Array) -> tuple[float, float]:
    total, index = picture.sum(dtype=float), np.arange(28)
    return picture.sum(axis=1) @ index / total, picture.sum(axis=0) @ index / total


def likeness(one: Array, other: Array) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


SEVEN = encoded(seven())


def test_a_path_and_its_bytes_are_read_alike(tmp_path: Path) -> None:
    (tmp_path / "7.png").write_bytes(SEVEN)
    for source in (tmp_path / "7.png", str(tmp_path / "7.png"), SEVEN):
        assert np.array_equal(read_picture(source), np.asarray(seven()))


def test_ink_on_light_paper_is_inverted() -> None:
    on_paper = read_picture(encoded(seven(ground=255, ink=0)))
    assert np.array_equal(on_paper, np.asarray(seven()))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16", "CMYK"])
def test_every_kind_of_pixel_becomes_the_same_grey(mode: str) -> None:
    grey = seven(ground=255, ink=0)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    else:
        image = grey.convert(mode)
    picture = read_picture(encoded(image, "JPEG" if mode == "CMYK" else "PNG"))
    assert picture.dtype == np.uint8
    assert likeness(picture, np.asarray(seven())) > 0.99


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_every_format_is_read(format: str) -> None:
    assert likeness(read_picture(encoded(seven(), format)), np.asarray(seven())) > 0.99


def test_black_ink_on_nothing_is_black_ink_on_white() -> None:
    ink = seven()
    black = Image.new("L", ink.size)
    transparent = Image.merge("RGBA", [black, black, black, ink])
    assert np.array_equal(read_picture(encoded(transparent)), np.asarray(ink))


def test_a_photo_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = seven().transpose(Image.Transpose.ROTATE_90)
    picture = read_picture(encoded(sideways, "JPEG", exif=exif, quality=95))
    assert likeness(picture, np.asarray(seven())) > 0.99


def test_a_large_photo_is_shrunk() -> None:
    picture = read_picture(encoded(seven(4000, 3000), "JPEG"))
    assert picture.shape == (768, MAX_SIDE)


def refusal(source: bytes | Path) -> str:
    with pytest.raises(UserError) as error:
        read_picture(source)
    return error.value.text.en


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        SEVEN[:8],
        SEVEN[: len(SEVEN) // 2],
        encoded(seven(), "JPEG")[:500],
        encoded(seven(), "TIFF"),
    ],
    ids=["nothing", "text", "eps", "svg", "signature", "half a png", "half a jpeg", "tiff"],
)
def test_what_is_no_whole_picture_is_a_sentence(content: bytes) -> None:
    assert "cannot be read as a picture" in refusal(content)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize("side", [4_473, 10_000, 13_000, 60_000])
def test_a_picture_of_too_many_pixels_is_refused_by_its_header(side: int) -> None:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    # No pixel follows the header: whoever decoded first would find the file cut short.
    bomb = b"\x89PNG\r\n\x1a\n" + header + _chunk(b"IDAT", b"") + _chunk(b"IEND", b"")
    assert "at most 20 megapixels" in refusal(bomb)


def test_a_file_of_too_many_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(SEVEN + bytes(MAX_BYTES))
    assert "at most 20 MB" in refusal(path)
    assert "at most 20 MB" in refusal(path.read_bytes())


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "no.png", tmp_path):
        assert f"'{path}' cannot be opened" in refusal(path)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "WEBP"]),
    st.integers(0, 10**6),
    st.binary(min_size=1, max_size=6),
)
def test_whatever_bytes_are_damaged_the_answer_is_a_picture_or_a_sentence(
    format: str, place: int, junk: bytes
) -> None:
    content = bytearray(encoded(seven(), format))
    place %= len(content)
    content[place : place + len(junk)] = junk
    try:
        assert read_picture(bytes(content)).dtype == np.uint8
    except UserError as error:
        assert error.text.ko


@pytest.mark.parametrize("size", [(120, 160), (300, 200), (1000, 1000)])
def test_a_digit_fills_the_box_with_its_centre_of_mass_in_the_centre(
    size: tuple[int, int],
) -> None:
    picture = center_digit(np.asarray(seven(*size)))
    assert picture.shape == (28, 28) and picture.dtype == np.uint8 and picture.max() == 255
    rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == BOX
    assert np.allclose(centre_of_mass(picture), 14, atol=0.51)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 300), st.integers(0, 300))
def test_place_does_not_matter(left: int, top: int) -> None:
    page = Image.new("L", (430, 470))
    page.paste(seven(), (left, top))
    assert np.array_equal(center_digit(np.asarray(page)), center_digit(np.asarray(seven())))


@pytest.mark.parametrize("scale", [0.5, 1.5, 2, 5])
def test_size_hardly_matters(scale: float) -> None:
    digit = seven().resize((int(120 * scale), int(160 * scale)))
    # Whole pixels, as in MNIST, may put the same digit half a pixel aside.
    assert likeness(center_digit(np.asarray(digit)), center_digit(np.asarray(seven()))) > 0.9


def test_grainy_paper_is_not_ink() -> None:
    grain = np.random.default_rng(0).normal(0, 8, (160, 120))
    shade = np.linspace(0, 30, 120)
    paper = np.clip(np.asarray(seven(ground=60, ink=200)) + grain + shade, 0, 255)
    picture = center_digit(paper.astype(np.uint8))
    assert likeness(picture, center_digit(np.asarray(seven()))) > 0.95


def test_a_digit_that_runs_along_the_border_is_kept() -> None:
    ring = np.zeros((100, 100), dtype=np.uint8)
    ring[:, :12] = 255
    assert center_digit(ring).sum() > 0


def test_mnists_own_pictures_come_out_as_they_went_in() -> None:
    pictures = load_mnist().x_test[:300]
    same = [likeness(center_digit(picture), picture) for picture in pictures]
    assert np.median(same) > 0.999
    assert np.quantile(same, 0.02) > 0.9


@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (280, 280)])
@pytest.mark.parametrize("level", [0, 100, 255])
def test_a_picture_without_ink_is_a_sentence(shape: tuple[int, int], level: int) -> None:
    with pytest.raises(UserError, match="The drawing is empty: write a digit"):
        center_digit(np.full(shape, level, dtype=np.uint8))


@pytest.mark.parametrize("side", [28, 280])
def test_a_single_pixel_is_too_small_for_a_digit(side: int) -> None:
    picture = np.zeros((side, side), dtype=np.uint8)
    picture[side // 2, side // 2] = 255
    with pytest.raises(UserError, match="too small"):
        center_digit(picture)


def test_a_picture_that_has_the_frames_size_is_not_moved() -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 255, (28, 28), dtype=np.uint8)
    np.testing.assert_array_equal(fit_frame(picture), picture)


def test_a_wide_picture_is_fitted_whole_between_two_dark_bands() -> None:
    fitted = fit_frame(np.full((100, 200), 200, np.uint8))
    assert fitted.shape == (28, 28)
    assert (fitted[:7] == 0).all() and (fitted[10:18] == 200).all() and (fitted[-7:] == 0).all()
