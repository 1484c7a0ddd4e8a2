"""Colour pictures as (height, width, 3) numbers: one that the lab draws itself, or a file."""

import io

import numpy as np
from PIL import Image, ImageOps

from data.dataset import Array
from data.language import Text, UserError
from data.pictures.picture_file import FORMATS, MAX_BYTES, MAX_PHOTO_PIXELS, MAX_PIXELS

MAX_SIDE = 256
"""Pixels of the longer side: enough for the eye, and 200,000 numbers at most."""
HEIGHT, WIDTH = 120, 160


def read_colours(content: bytes) -> Array:
    """Return a picture file upright as (height, width, 3) uint8, red first, on a white ground.

    It is shrunk until its longer side has at most ``MAX_SIDE`` pixels; of several frames the first
    is taken. Raises ``UserError`` when it is no whole picture in one of ``FORMATS``, or too large,
    which is known before it is decoded.
    """
    if len(content) > MAX_BYTES:
        raise UserError(_TOO_LARGE)
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        is_reduced = image.format == "JPEG"
        if image.width * image.height > (MAX_PHOTO_PIXELS if is_reduced else MAX_PIXELS):
            raise UserError(_TOO_LARGE)
        upright = ImageOps.exif_transpose(_small(image)).convert("RGBA")
        paper = Image.new("RGBA", upright.size, "white")
        found: Array = np.asarray(Image.alpha_composite(paper, upright).convert("RGB"))
    except UserError:
        raise
    except Exception as error:  # a broken file makes PIL's decoders raise nearly anything
        raise UserError(_NO_PICTURE) from error
    return found


def _small(image: Image.Image) -> Image.Image:
    """Return a picture of at most ``MAX_SIDE``; a JPEG is decoded at a part of its size for it.

    Grey values of 16 bits become those of 8, which Pillow would cut off at 255.
    """
    if image.mode.startswith("I"):
        grey = np.asarray(image).astype(np.float64) / 257
        image = Image.fromarray(grey.clip(0, 255).round().astype(np.uint8))
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    return image


def drawn_colours() -> Array:
    """Return a picture of a red house on green grass below a blue sky and a yellow sun."""
    down, across = np.mgrid[0:HEIGHT, 0:WIDTH]
    picture = np.empty((HEIGHT, WIDTH, 3), np.float64)
    light = down[..., None] / HEIGHT
    picture[:] = (1 - light) * (70, 140, 230) + light * (190, 225, 255)
    picture[(down - 26) ** 2 + (across - 128) ** 2 < 15**2] = (255, 210, 40)
    hill = down > 88 + 7 * np.sin(across / 22)
    picture[hill] = (60, 160, 70)
    picture[(abs(across - 62) < 30) & (down > 58) & (down < 102)] = (205, 60, 45)
    roof = (down > 34) & (down <= 58) & (abs(across - 62) < 1.55 * (down - 34))
    picture[roof] = (110, 50, 40)
    picture[(abs(across - 62) < 7) & (down > 78) & (down < 102)] = (90, 60, 35)
    picture[(abs(abs(across - 62) - 19) < 6) & (abs(down - 71) < 6)] = (235, 240, 250)
    return picture.round().astype(np.uint8)


def shrunk(picture: Array, height: int) -> Array:
    """Return (height, width, 3) uint8 of at most this height, each pixel the mean of an area."""
    height = min(height, len(picture))
    width = max(1, round(picture.shape[1] * height / len(picture)))
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BOX))


def channels(picture: Array) -> tuple[Array, Array, Array]:
    """Return the red, the green and the blue of a picture, each as a picture of that colour."""
    red, green, blue = (np.zeros_like(picture) for _ in range(3))
    for number, part in enumerate((red, green, blue)):
        part[..., number] = picture[..., number]
    return red, green, blue


_NO_PICTURE = Text(
    "그림으로 읽을 수 없는 파일입니다. PNG나 JPEG 그림을 골라 주세요. 휴대전화의 HEIC 사진은 "
    "JPEG로 바꾸면 됩니다.",
    "This file cannot be read as a picture. Choose a PNG or a JPEG; a phone's HEIC photo can be "
    "converted to JPEG.",
)
_TOO_LARGE = Text(
    f"그림이 너무 큽니다. 4,000만 화소(JPEG는 1억 2,000만), {MAX_BYTES >> 20} MB까지 읽습니다. "
    "줄여서 다시 골라 주세요.",
    f"The picture is too large. At most 40 million pixels (a JPEG 120 million) and "
    f"{MAX_BYTES >> 20} MB are read. Make it smaller and choose it again.",
)
