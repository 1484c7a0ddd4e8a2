"""A photo on the Predict page: read step by step, or one sentence that says why it is not."""

import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from app.session.i18n import texts
from app.session.navigation import PREDICT
from data.pictures.mnist import load_fashion_mnist, load_mnist
from tests.support.drawing import encoded, seven
from tests.support.pages import open_page, shown
from tests.support.photos import Scene, photo


def png_of(width: int, height: int) -> bytes:
    """Return a PNG that says to have this size, without a pixel."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = header, b"IDAT", b"IEND"
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each))
        for each in chunks
    )


def asked_for_a_photo(task: str, language: str = "en") -> AppTest:
    app = open_page(PREDICT, task=task, lang=language)
    app.segmented_control(key="given").set_value(texts(language)["predict.given_photo"])
    return app.run()


def given(app: AppTest, content: bytes, name: str = "photo.png") -> AppTest:
    app.file_uploader[0].upload(name, content, "image/png")
    return app.run()


def steps(app: AppTest, language: str = "en") -> list[str]:
    """Return the captions of the steps that are shown."""
    captions = [caption for image in app.image for caption in image.captions]
    return [caption.split(". ", 1)[1] for caption in captions]


def words(*names: str, language: str = "en") -> list[str]:
    return [texts(language)[f"photo.step_{name}"] for name in names]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_digit_on_paper_is_read_step_by_step(language: str, home: Path) -> None:
    app = asked_for_a_photo("mnist", language)
    assert texts(language)["photo.first"] in shown(app)
    digit = load_mnist().x_test[0]
    content = photo([digit], Scene(desk="dark"), np.random.default_rng(0))
    given(app, content)
    assert not app.exception and not app.error
    assert re.search(r"\b7(입니다)? \(\d", shown(app))
    expected = words("photo", "ground", "ink", "mark", "boxed", "centred", language=language)
    assert steps(app, language) == expected
    assert texts(language)["why.check_note"] in shown(app)


def test_where_no_digit_stands_out_the_steps_so_far_and_the_reason_are_shown(home: Path) -> None:
    app = given(asked_for_a_photo("mnist"), photo([], Scene(), np.random.default_rng(0)))
    assert not app.exception and "No digit stands out: the picture is empty" in shown(app)
    assert steps(app) == words("photo", "ground", "ink")
    assert texts("en")["why.check_note"] not in shown(app)


BROKEN = {
    "0 x 0": (png_of(0, 0), "cannot be read as a picture"),
    "a bomb": (png_of(60_000, 60_000), "megapixels"),
    "HEIC": (b"\x00\x00\x00\x18ftypheic" + b"\0" * 99, "HEIC photos cannot be read"),
    "text": ("이것은 글입니다".encode(), "cannot be read as a picture"),
    "cut short": (encoded(seven())[:90], "cannot be read as a picture"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_picture_is_one_sentence(name: str, home: Path) -> None:
    content, sentence = BROKEN[name]
    app = given(asked_for_a_photo("mnist"), content)
    assert not app.exception and sentence in shown(app)
    assert steps(app) == []


def test_a_garment_is_read_as_fashion_mnist_was_made(home: Path) -> None:
    data = load_fashion_mnist()
    boot = int(np.flatnonzero(data.y_test == 9)[0])
    large = Image.fromarray(np.invert(data.x_test[boot])).resize((420, 420))
    page = Image.new("L", (600, 500), 255)
    page.paste(large, (90, 40))
    app = given(asked_for_a_photo("fashion_mnist"), encoded(page))
    assert not app.exception and not app.error
    assert data.classes[9].en in shown(app)
    assert steps(app) == words("photo", "ground", "ink", "trimmed", "framed")
