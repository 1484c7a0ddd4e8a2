import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from data.language import UserError
from data.pictures.photo import center_digit
from data.pictures.picture_file import FORMATS, MAX_BYTES, MAX_SIDE, read_picture
from tests.support.drawing import encoded, likeness, seven

SEVEN = encoded(seven())
HALF = ("png", "jpeg", "tiff")
ROOT = Path(__file__).parents[3]
UPRIGHT = np.asarray(seven())


def test_a_path_and_its_bytes_are_read_alike(tmp_path: Path) -> None:
    (tmp_path / "7.png").write_bytes(SEVEN)
    for source in (tmp_path / "7.png", str(tmp_path / "7.png"), SEVEN):
        assert np.array_equal(read_picture(source), np.asarray(seven()))


def test_light_paper_stays_light() -> None:
    on_paper = seven(ground=255, ink=0)
    assert np.array_equal(read_picture(encoded(on_paper)), np.asarray(on_paper))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16", "CMYK"])
def test_every_kind_of_pixel_becomes_the_same_grey(mode: str) -> None:
    grey = seven(ground=255, ink=0)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    else:
        image = grey.convert(mode)
    picture = read_picture(encoded(image, "JPEG" if mode == "CMYK" else "PNG"))
    assert picture.dtype == np.uint8
    assert likeness(picture, np.asarray(grey)) > 0.99


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_read(format: str) -> None:
    assert likeness(read_picture(encoded(seven(), format)), np.asarray(seven())) > 0.99


def test_black_ink_on_nothing_is_black_ink_on_white() -> None:
    ink = seven()
    black = Image.new("L", ink.size)
    transparent = Image.merge("RGBA", [black, black, black, ink])
    assert np.array_equal(read_picture(encoded(transparent)), np.invert(np.asarray(ink)))


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
        encoded(seven(), "TIFF")[:500],
        encoded(seven(), "ICO"),
    ],
    ids=["nothing", "text", "eps", "svg", "signature", *(f"half a {each}" for each in HALF), "ico"],
)
def test_what_is_no_whole_picture_is_a_sentence(content: bytes) -> None:
    assert "cannot be read as a picture" in refusal(content)


@pytest.mark.parametrize("kind", [b"heic", b"mif1"])
def test_a_heic_photo_is_told_as_one(kind: bytes) -> None:
    assert "HEIC photos cannot be read" in refusal(b"\x00\x00\x00\x18ftyp" + kind + b"\0" * 99)


@pytest.mark.parametrize("size", [(0, 0), (0, 9), (9, 0)])
def test_a_picture_without_pixels_is_a_sentence(size: tuple[int, int]) -> None:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))
    body = _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")
    assert "cannot be read as a picture" in refusal(b"\x89PNG\r\n\x1a\n" + header + body)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize("side", [6_325, 10_000, 13_000, 60_000])
def test_a_picture_of_too_many_pixels_is_refused_by_its_header(side: int) -> None:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    # No pixel follows the header: whoever decoded first would find the file cut short.
    bomb = b"\x89PNG\r\n\x1a\n" + header + _chunk(b"IDAT", b"") + _chunk(b"IEND", b"")
    assert f"({side**2 / 1e6:,.0f} megapixels)" in refusal(bomb)


def test_a_file_of_too_many_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(SEVEN + bytes(MAX_BYTES))
    assert "at most 50 MB" in refusal(path)
    assert "at most 50 MB" in refusal(path.read_bytes())


def test_what_is_no_file_is_told_as_what_it_is(tmp_path: Path) -> None:
    assert "There is no such file" in refusal(tmp_path / "no.png")
    assert "It is a folder" in refusal(tmp_path)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(FORMATS),
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


def ink(alpha: int = 255) -> Image.Image:
    """Return how opaque each pixel of a 7 is that was written on nothing."""
    return seven(ink=alpha)


def coloured(red: int, green: int, blue: int, alpha: int = 255) -> Image.Image:
    """Return a 7 in a colour on a transparent ground."""
    bands = [Image.new("L", ink().size, value) for value in (red, green, blue)]
    return Image.merge("RGBA", [*bands, ink(alpha)])


def card(paper: int, digit: int) -> Image.Image:
    """Return a 7 on a card of paper whose surroundings are transparent."""
    page, opaque = Image.new("LA", (200, 240)), Image.new("L", (120, 160), 255)
    page.paste(Image.merge("LA", [seven(ground=paper, ink=digit), opaque]), (40, 40))
    return page


def palette(transparent: bool) -> bytes:
    """Return a 7 of colour 1 on colour 0, which may stand for nothing."""
    image = seven().point(lambda value: value > 127 and 1).convert("L")
    pixels = Image.frombytes("P", image.size, image.tobytes())
    pixels.putpalette([255, 255, 255, 20, 40, 120] if not transparent else [0, 0, 0, 250, 250, 90])
    return encoded(pixels, **({"transparency": 0} if transparent else {}))


def deep(bits: int, dtype: str, format: str = "PNG", light: bool = True, share: float = 1) -> bytes:
    """Return a scan of so many bits of grey, or a share of them, in numbers of a larger kind."""
    values = np.asarray(seven(ground=255, ink=0) if light else seven()).astype(np.float64)
    values *= share * (2**bits - 1) / 255
    return encoded(Image.fromarray(values.astype(dtype)), format)


def colours_of_12_bits() -> bytes:
    """Return a PNG in colour with 16 bits a band, of which a scanner used 12."""
    grey = np.asarray(seven(ground=255, ink=0)).astype(">u2") * 16
    rows = b"".join(b"\x00" + np.repeat(row[:, None], 3, axis=1).tobytes() for row in grey)
    header = struct.pack(">IIBBBBB", grey.shape[1], grey.shape[0], 16, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)


def frames(format: str, *images: Image.Image, **options: Any) -> bytes:
    return encoded(images[0], format, save_all=True, append_images=images[1:], **options)


def held(orientation: int, format: str) -> bytes:
    """Return a 7 as a camera stores it that was held in some way."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    image = seven() if stored is None else seven().transpose(stored)
    return encoded(image, format, exif=exif, quality=95)


BLANK, WHITE = Image.new("L", (120, 160)), Image.new("L", (120, 160), 255)
OFF_WHITE, NOTHING = Image.new("L", (120, 160), 250), Image.new("RGBA", (120, 160))
ON_PAPER = seven(ground=255, ink=0)
SEVENS = {
    "black ink on nothing": encoded(coloured(0, 0, 0)),
    "white ink on nothing": encoded(coloured(255, 255, 255)),
    "yellow ink on nothing": encoded(coloured(255, 230, 0)),
    "blue ink on nothing": encoded(coloured(0, 0, 200)),
    "middle grey ink on nothing": encoded(coloured(128, 128, 128)),
    "faint white ink on nothing": encoded(coloured(255, 255, 255, alpha=90)),
    "white ink on nothing, as WebP": encoded(coloured(255, 255, 255), "WEBP", lossless=True),
    "white ink on nothing, LA": encoded(coloured(255, 255, 255).convert("LA")),
    "black on a white card": encoded(card(255, 0)),
    "white on a black card": encoded(card(0, 255)),
    "a palette": palette(transparent=False),
    "a palette with a colour for nothing": palette(transparent=True),
    "a GIF with a colour for nothing": encoded(coloured(255, 255, 255), "GIF"),
    "a bit a pixel": encoded(ON_PAPER.convert("1")),
    "a bit a pixel, as TIFF": encoded(ON_PAPER.convert("1"), "TIFF", compression="group4"),
    "8 bits in 16": deep(8, "u2"),
    "12 bits in 16": deep(12, "u2"),
    "12 bits in 16, light on dark": deep(12, "u2", light=False),
    "16 bits": deep(16, "u2"),
    "12 bits in 16, as TIFF": deep(12, "u2", format="TIFF"),
    "12 bits in 32, as TIFF": deep(12, "i4", format="TIFF"),
    "31 bits, as TIFF": deep(31, "i4", format="TIFF"),
    "floats to 1, as TIFF": deep(1, "f4", format="TIFF"),
    "floats to 255, as TIFF": deep(8, "f4", format="TIFF"),
    "floats to 65535, as TIFF": deep(16, "f4", format="TIFF"),
    "colours of 12 bits in 16": colours_of_12_bits(),
    "CMYK, as TIFF": encoded(ON_PAPER.convert("CMYK"), "TIFF"),
    "LAB, as TIFF": encoded(Image.merge("LAB", [ON_PAPER, BLANK, BLANK]), "TIFF"),
    "a GIF whose first frame is blank": frames("GIF", BLANK, seven()),
    "a GIF whose first two frames are white": frames("GIF", WHITE, OFF_WHITE, ON_PAPER),
    "a WebP whose first frame is blank": frames("WEBP", BLANK, seven(), lossless=True),
    "an APNG whose first frame is blank": frames("PNG", BLANK, seven()),
    "an APNG whose first frame is nothing": frames("PNG", NOTHING, coloured(255, 255, 255)),
    "a TIFF whose first page is blank": frames("TIFF", WHITE, ON_PAPER),
    "a progressive JPEG": encoded(seven(), "JPEG", progressive=True, quality=95),
    "a dim photo of paper": encoded(
        ON_PAPER.point(lambda grey: 20 + grey // 3), "JPEG", quality=95
    ),
    "a dim scan of 12 bits": deep(12, "u2", share=0.4),
    "chalk on a board": encoded(seven(ground=140, ink=250), "JPEG", quality=95),
    **{f"held {way}, JPEG": held(way, "JPEG") for way in range(1, 9)},
    **{f"held {way}, PNG": held(way, "PNG") for way in range(1, 9)},
    **{f"held {way}, TIFF": held(way, "TIFF") for way in range(1, 9)},
    **{f"held {way}, WebP": held(way, "WEBP") for way in range(1, 9)},
}
"""Files that are all the same digit, upright."""


@pytest.mark.parametrize("name", SEVENS)
def test_the_digit_is_read_from_every_kind_of_file_that_people_have(name: str) -> None:
    digit = center_digit(read_picture(SEVENS[name]))
    assert likeness(digit, center_digit(UPRIGHT)) > 0.95


@pytest.mark.parametrize(
    "content",
    [
        encoded(coloured(0, 0, 0, alpha=0)),
        encoded(Image.new("RGBA", (50, 50), (255, 255, 255, 0))),
        frames("GIF", BLANK, BLANK.point(lambda _: 3)),
        encoded(Image.fromarray(np.zeros((50, 50), "u2"))),
        encoded(Image.fromarray(np.full((50, 50), 4_000, "u2"))),
        encoded(Image.fromarray(np.full((50, 50), np.nan, "f4")), "TIFF"),
    ],
    ids=["nothing black", "nothing white", "two blank frames", "0 in 16 bits", "4000", "NaN"],
)
def test_a_picture_without_ink_stays_one(content: bytes) -> None:
    with pytest.raises(UserError, match="the picture is empty"):
        center_digit(read_picture(content))


def photo(width: int, height: int, **options: Any) -> bytes:
    """Return a large photo of a 7, in colour."""
    grey = seven(ground=255, ink=0).resize((width, height), Image.Resampling.NEAREST)
    return encoded(grey.convert("RGB"), "JPEG", quality=40, **options)


PEAK = """
import sys
import scipy.ndimage
from data.pictures.photo import center_digit
from data.pictures.picture_file import read_picture

def peak():
    status = open("/proc/self/status").read()
    return int(status.split("VmHWM:")[1].split()[0])

before = peak()
center_digit(read_picture(sys.argv[1]))
print((peak() - before) // 1024)
"""
"""Prints how many megabytes the process needed more than at its start, in resident memory."""


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux' unit of memory")
@pytest.mark.parametrize(
    ("content", "most_megabytes"),
    [
        (lambda: photo(6_000, 8_000), 60),
        (lambda: encoded(seven().resize((6_000, 6_600)), "PNG", compress_level=1), 120),
    ],
    ids=["a photo of 48 megapixels", "a PNG of 40 megapixels"],
)
def test_a_large_picture_is_read_in_little_memory(
    content: Any, most_megabytes: int, tmp_path: Path
) -> None:
    (tmp_path / "large").write_bytes(content())
    command = [sys.executable, "-c", PEAK, str(tmp_path / "large")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) < most_megabytes


def larger_in_its_header(content: bytes, width: int, height: int) -> bytes:
    """Return a JPEG whose header tells of another size."""
    place = next(content.index(mark) for mark in (b"\xff\xc0", b"\xff\xc2") if mark in content)
    return content[: place + 5] + struct.pack(">HH", height, width) + content[place + 9 :]


def is_too_large(content: bytes) -> bool:
    """Say whether a picture is refused for its size, and not for what follows its header."""
    try:
        read_picture(content)
    except UserError as error:
        return "megapixels" in error.text.en
    return False


@pytest.mark.parametrize(
    ("width", "height", "progressive", "too_large"),
    [
        (12_000, 9_000, False, False),
        (12_000, 10_001, False, True),
        (65_535, 65_535, False, True),
        (8_000, 5_000, True, False),
        (8_000, 5_001, True, True),
    ],
)
def test_a_photo_may_be_larger_than_what_must_be_decoded_whole(
    width: int, height: int, progressive: bool, too_large: bool
) -> None:
    content = larger_in_its_header(photo(64, 64, progressive=progressive), width, height)
    assert is_too_large(content) is too_large


def test_a_jpeg_with_a_scan_for_each_colour_counts_as_one_that_is_decoded_whole() -> None:
    content = larger_in_its_header(photo(64, 64), 8_000, 6_000)
    scan = content.index(b"\xff\xda")
    one_colour = content[: scan + 4] + b"\x01" + content[scan + 5 :]
    assert is_too_large(one_colour) and not is_too_large(content)


def test_the_sentence_says_what_size_is_still_read() -> None:
    told = refusal(larger_in_its_header(photo(64, 64), 20_000, 10_000))
    assert "(200 megapixels)" in told and "120 megapixels" in told and "JPEG 40" in told
