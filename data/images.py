"""From a picture file to the 28 x 28 pixels that a network trained on MNIST knows.

MNIST's digits were cut out, scaled to a box of 20 x 20 pixels and placed with their centre of mass
in the centre (http://yann.lecun.com/exdb/mnist/). A network has seen nothing else, so a picture
from elsewhere must be made the same way.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from data.dataset import Array
from data.text import Text, UserError, quoted

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
"""Formats that are pictures and nothing else: PIL would start Ghostscript for an EPS file."""
MAX_BYTES = 20 * 2**20
MAX_PIXELS = 20_000_000
MAX_SIDE = 1024
"""Larger pictures are shrunk to it: 28 pixels are wanted, and a photo takes 50 times the memory."""
BOX = 20
"""MNIST's digits fill a box of 20 x 20 pixels."""

_CENTRE = 14  # The pixel that holds the centre of mass of MNIST's own pictures.
_FAINTEST_INK = 12
_LEAST_CONTRAST = 32
_SMALLEST_SIDE = 4
_SMALLEST_SHARE = 0.02


def read_picture(source: Path | str | bytes) -> Array:
    """Read a picture file as grey values: (height, width) uint8, ink bright on a dark ground.

    The first frame is taken, turned upright, shrunk to ``MAX_SIDE`` and its transparency put on
    white; a picture with a light border is inverted. Raises ``UserError`` when the file cannot be
    read, is no whole picture in one of ``FORMATS``, or is larger than ``MAX_BYTES`` or
    ``MAX_PIXELS``, which is known before decoding.
    """
    content = source if isinstance(source, bytes) else _content(Path(source))
    if len(content) > MAX_BYTES:
        raise _too_large(Text(f"{MAX_BYTES >> 20} MB", f"{MAX_BYTES >> 20} MB"))
    grey = _grey(_decoded(content))
    is_light = np.median(_border(grey)) > 127
    return np.invert(grey) if is_light else grey


def center_digit(grey: Array) -> Array:
    """Cut out, scale and centre a digit as MNIST's were: any (height, width) -> (28, 28) uint8.

    Raises ``UserError`` when no ink stands out from the ground, or too little of it to be a digit.
    """
    digit = _scaled(_cropped(_without_ground(grey)))
    top, left = _place(digit.sum(axis=1)), _place(digit.sum(axis=0))
    picture = np.zeros((28, 28), dtype=np.uint8)
    picture[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return picture


def fit_frame(grey: Array) -> Array:
    """Return a picture as (28, 28) uint8 with nothing moved: made square, then made smaller."""
    frame = ImageOps.pad(Image.fromarray(grey), (28, 28), Image.Resampling.BILINEAR, color=0)
    return np.asarray(frame)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise UserError(
            Text(
                f"그림 파일 {quoted(path)}을(를) 열 수 없습니다. 경로와 권한을 확인해 주세요.",
                f"The picture file {quoted(path)} cannot be opened. Check its path and "
                "permissions.",
            )
        ) from error


def _decoded(content: bytes) -> Image.Image:
    """Decode the first frame, upright; the size in the header is checked before the pixels."""
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        if image.width * image.height <= MAX_PIXELS:
            ImageOps.exif_transpose(image, in_place=True)
            return image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pass
    except Exception as error:
        # A broken file makes PIL's decoders raise nearly anything, not only OSError.
        raise _not_a_picture() from error
    millions = MAX_PIXELS // 10**6
    raise _too_large(Text(f"{millions * 100:,}만 픽셀", f"{millions} megapixels"))


def _grey(image: Image.Image) -> Array:
    """Return (height, width) uint8: shrunk, transparency on white, 16-bit greys brought down."""
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image) // 256).astype(np.uint8))
    image = image.convert("RGBA" if image.has_transparency_data else "L")
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image)
        image = white.convert("L")
    return np.asarray(image)


def _border(grey: Array) -> Array:
    return np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])


def _without_ground(grey: Array) -> Array:
    """Take away the paper, as the border shows it, and stretch what is left to 0-255 float32."""
    border = _border(grey).astype(np.float32)
    ground = np.median(border)
    grain = np.percentile(np.abs(border - ground), 90)
    ink = grey.astype(np.float32) - ground
    ink[ink < max(_FAINTEST_INK, min(2 * grain, ink.max() / 2))] = 0
    if ink.max() < _LEAST_CONTRAST:
        raise UserError(
            Text("그림이 비어 있습니다. 숫자를 써 주세요.", "The drawing is empty: write a digit.")
        )
    ink *= 255 / ink.max()
    return ink


def _cropped(ink: Array) -> Array:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if max(cut.shape) < max(_SMALLEST_SIDE, _SMALLEST_SHARE * max(ink.shape)):
        raise UserError(
            Text(
                "그림이 너무 작습니다. 숫자를 더 크게 써 주세요.",
                "The drawing is too small to read: write the digit larger.",
            )
        )
    return cut


def _scaled(ink: Array) -> Array:
    """Scale the longer side to ``BOX`` pixels; a thin line that faded is made bright again."""
    scale = BOX / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    image = Image.fromarray(ink).resize((width, height), Image.Resampling.BILINEAR)
    small: Array = np.asarray(image)
    bright: Array = np.rint(small * (255 / small.max())).astype(np.uint8)
    return bright


def _place(profile: Array) -> int:
    """Return where a digit starts whose ink along one side, by pixel, is ``profile``."""
    centre = (profile @ np.arange(len(profile))) / profile.sum()
    return int(np.clip(round(_CENTRE - centre), 0, 28 - len(profile)))


def _not_a_picture() -> UserError:
    formats = ", ".join(FORMATS)
    return UserError(
        Text(
            f"그림으로 읽을 수 없는 파일입니다. 온전한 {formats} 파일을 골라 주세요.",
            f"The file cannot be read as a picture. Choose a whole {formats} file.",
        )
    )


def _too_large(limit: Text) -> UserError:
    return UserError(
        Text(
            f"그림이 너무 큽니다. {limit.ko}까지 쓸 수 있습니다. 줄여서 다시 올려 주세요.",
            f"The picture is too large: at most {limit.en}. Make it smaller and try again.",
        )
    )
