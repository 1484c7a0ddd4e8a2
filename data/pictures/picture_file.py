"""From a picture file of any kind that people have to grey values.

A phone's photo has 12 to 108 million pixels of which a network sees 784, so a JPEG is decoded at an
eighth of its size and everything else is made smaller as soon as it is decoded.
"""

import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence

from data.dataset import Array
from data.file_readers.plain_file import read_bytes, too_large
from data.language import Text, UserError
from data.pictures.ground import LEAST_CONTRAST

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
"""Formats that are pictures and nothing else: PIL would start Ghostscript for an EPS file."""
MAX_BYTES = 50 * 2**20
MAX_PIXELS = 40_000_000
"""Of a picture that must be decoded whole: a page of A4 scanned at 600 dots an inch has 35 million,
and takes 4 bytes a pixel."""
MAX_PHOTO_PIXELS = 120_000_000
"""Of a JPEG that can be decoded row by row at a reduced size, as cameras write it."""
MAX_SIDE = 1024
"""Larger pictures are shrunk to it: 28 pixels are wanted, and a photo takes 50 times the memory."""
MAX_FRAMES = 200
"""Frames that are looked at for ink."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture upright, by its EXIF orientation (tag 0x0112); 1 is upright."""
_ORIENTATION = 0x0112
_DEPTHS = (8, 10, 12, 14, 16, 24, 31)
"""Bits of a grey value that scanners and cameras know; a file may keep 12 of them in 16."""
_SHARE_OF_A_CARD = 0.7
"""The share of its box that paper around a digit fills at least; a digit's strokes fill less."""

_HEIC_STARTS = tuple(b"ftyp" + kind for kind in (b"heic", b"heix", b"hevc", b"mif1", b"msf1"))
_HEIC = Text(
    "HEIC 사진은 읽을 수 없습니다. 휴대전화의 카메라 설정에서 형식을 '높은 호환성'으로 바꾸거나 "
    "JPEG으로 저장해서 올려 주세요.",
    "HEIC photos cannot be read. Set your phone's camera to the format 'Most Compatible', or save "
    "the photo as JPEG.",
)

Image.MAX_IMAGE_PIXELS = None  # The size is looked at here, and a JPEG may have more.


def read_picture(source: Path | str | bytes) -> Array:
    """Read a picture file as grey values: (height, width) uint8, from black to white.

    Of several frames the first with ink on it is taken, turned upright, and shrunk to ``MAX_SIDE``.
    What is transparent gets the colour that ink stands out from, or that of the paper. Raises
    ``UserError`` when the file cannot be read, is no whole picture in one of ``FORMATS``, or is
    larger than ``MAX_BYTES``, ``MAX_PHOTO_PIXELS`` or ``MAX_PIXELS``, which is known before
    decoding.
    """
    content = source if isinstance(source, bytes) else read_bytes(Path(source), MAX_BYTES)
    if len(content) > MAX_BYTES:
        raise UserError(too_large(MAX_BYTES))
    if content[4:12] in _HEIC_STARTS:
        raise UserError(_HEIC)
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        _check_size(image, content)
        return _first_with_ink(image)
    except UserError:
        raise
    except Exception as error:
        # A broken file makes PIL's decoders raise nearly anything, not only OSError.
        raise _not_a_picture() from error


def _check_size(image: Image.Image, content: bytes) -> None:
    """Refuse a picture by the size in its header."""
    is_photo = image.format in ("JPEG", "MPO") and _is_sequential(image, content)
    most = MAX_PHOTO_PIXELS if is_photo else MAX_PIXELS
    if image.width * image.height > most:
        raise _too_many_pixels(image.width * image.height)


def _is_sequential(image: Image.Image, content: bytes) -> bool:
    """Say whether a JPEG holds its pixels row by row, all colours together.

    Otherwise (it is progressive, or has a scan for each colour) libjpeg keeps the whole of it in
    memory, 2 bytes a pixel and colour, however small it is wanted.
    """
    place = 2
    while content[place] == 0xFF and content[place + 1] != 0xDA:
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    colours = content[place + 4]
    return "progressive" not in image.info and colours == len(image.getbands())


def _first_with_ink(image: Image.Image) -> Array:
    """Return the first frame that is not blank as grey values, or the first of all."""
    first = None
    for frame in _frames(image):
        grey = _upright(_ground_filled(_reduced(frame)), frame)
        if np.ptp(grey) >= LEAST_CONTRAST:
            return grey
        first = grey if first is None else first
    if first is None:
        raise ValueError("no frame")
    return first


def _frames(image: Image.Image) -> Iterator[Image.Image]:
    """Yield the frames one after the other, together not many more pixels than ``MAX_PIXELS``."""
    pixels = 0
    for frame in islice(ImageSequence.Iterator(image), MAX_FRAMES):
        yield frame
        pixels += frame.width * frame.height
        if pixels > MAX_PIXELS:
            return


def _reduced(frame: Image.Image) -> Image.Image:
    """Return a frame as grey values, L or LA, of ``MAX_SIDE`` at most."""
    frame.draft("L", (MAX_SIDE, MAX_SIDE))
    is_deep = ";16" in str(getattr(frame, "tile", None))
    image = _plain_mode(frame)
    image = image.reduce(_factor(image))
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    image = image.convert("LA" if image.has_transparency_data else "L")
    return _brightened(image) if is_deep else image


def _plain_mode(frame: Image.Image) -> Image.Image:
    """Return a frame in a mode that can be made smaller: palettes and deep greys cannot."""
    if frame.mode in ("I", "F"):
        return Image.fromarray(_eight_bits(np.asarray(frame.reduce(_factor(frame)))))
    if frame.mode.startswith("I;16"):
        return Image.fromarray(_eight_bits(np.asarray(frame)))
    if frame.mode in ("1", "P", "PA") or "transparency" in frame.info:
        return frame.convert("RGBA" if frame.has_transparency_data else "L")
    return frame.getchannel("L") if frame.mode == "LAB" else frame


def _factor(image: Image.Image) -> int:
    """Return by what a picture is made smaller at once, pixels of a square becoming one."""
    return max(1, max(image.size) // (2 * MAX_SIDE))


def _eight_bits(values: Array) -> Array:
    """Bring deep greys down to uint8: as many bits as the largest needs become eight.

    Floats are taken as they are where one is larger than 1, else as shares of white.
    """
    if values.dtype.kind == "f":
        values = np.nan_to_num(values, posinf=0, neginf=0).clip(0, 2**31 - 1)
        values = (values * 255 if values.max() <= 1 else values).astype(np.int64)
    elif values.dtype.kind == "i":
        values = values.clip(min=0)
    eight: Array = (values >> (_depth(int(values.max()), _DEPTHS) - 8)).astype(np.uint8)
    return eight


def _brightened(image: Image.Image) -> Image.Image:
    """Undo what PIL does to colours of 16 bits: it keeps the upper 8, of which 12 bits use 4."""
    bands = [np.asarray(band) for band in image.split()]
    bits = _depth(int(bands[0].max()), (2, 4, 6, 8))
    bright = (bands[0].astype(np.uint16) * 255 // (2**bits - 1)).astype(np.uint8)
    return Image.merge(image.mode, [Image.fromarray(band) for band in (bright, *bands[1:])])


def _depth(largest: int, depths: tuple[int, ...]) -> int:
    """Return the smallest depth, in bits, that a value fits into."""
    return next(bits for bits in depths if largest < 2**bits)


def _ground_filled(image: Image.Image) -> Array:
    """Return (height, width) uint8 with a ground where the picture is transparent.

    Paper around a digit goes on where it ends. Ink on nothing gets the ground, black or white, that
    all of it stands out from: a notes app in dark mode saves white ink.
    """
    if image.mode == "L":
        return np.asarray(image)
    grey, alpha = (np.asarray(band) for band in image.split())
    if not alpha.any():
        return np.zeros_like(grey)
    is_opaque = alpha >= 0.9 * alpha.max()
    ink = grey[is_opaque]
    if np.ptp(ink) >= 3 * LEAST_CONTRAST and _share_of_box(is_opaque) >= _SHARE_OF_A_CARD:
        is_white = np.median(ink) > 127
    else:
        is_white = np.percentile(ink, 10) <= 255 - np.percentile(ink, 90)
    share = alpha / 255
    filled: Array = np.rint(grey * share + 255 * is_white * (1 - share)).astype(np.uint8)
    return filled


def _share_of_box(mask: Array) -> float:
    """Return which share of the box around a mask it fills."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return float(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].mean())


def _upright(grey: Array, frame: Image.Image) -> Array:
    """Turn a picture as its EXIF data say that the camera was held."""
    turn = _UPRIGHT.get(frame.getexif().get(_ORIENTATION, 1))
    return grey if turn is None else np.asarray(Image.fromarray(grey).transpose(turn))


def _not_a_picture() -> UserError:
    formats = ", ".join(FORMATS)
    return UserError(
        Text(
            f"그림으로 읽을 수 없는 파일입니다. 온전한 {formats} 파일을 골라 주세요.",
            f"The file cannot be read as a picture. Choose a whole {formats} file.",
        )
    )


def _too_many_pixels(pixels: int) -> UserError:
    found, photo, other = (
        (f"{count // 10_000:,}만", f"{count / 10**6:,.0f}")
        for count in (pixels, MAX_PHOTO_PIXELS, MAX_PIXELS)
    )
    return UserError(
        Text(
            f"그림이 너무 큽니다({found[0]} 픽셀). JPEG 사진은 {photo[0]}, 다른 그림과 "
            f"프로그레시브 JPEG은 {other[0]} 픽셀까지 읽습니다. 줄여서 다시 시도하세요.",
            f"The picture is too large ({found[1]} megapixels): a JPEG photo may have "
            f"{photo[1]} megapixels, any other picture and a progressive JPEG {other[1]}. "
            "Make it smaller and try again.",
        )
    )
