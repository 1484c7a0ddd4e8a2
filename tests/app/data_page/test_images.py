"""The Data page of pictures: counts, numbers, the vector, means and the nearest pair."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.session.i18n import texts
from app.session.navigation import DATA
from data.colour_picture import drawn_colours
from data.dataset import Target
from data.language import Text
from models.tasks import built_in
from tests.support.downloads import Downloads
from tests.support.own_data import OWN_DATA
from tests.support.pages import open_own_data, open_page, shown

GLYPHS = OWN_DATA["glyphs"]


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("task", ["mnist", "fashion_mnist"])
def test_the_pictures_of_the_lab_are_shown(
    task: str, language: str, home: Path, files: Downloads
) -> None:
    app = open_page(DATA, task=task, lang=language)
    assert not app.exception and not app.error
    assert texts(language)["data.means_note"] in shown(app)
    data = built_in(task).load()
    _, *counts = files.rows("classes")
    found = [[int(cell) for cell in row[1:]] for row in counts]
    both = [np.unique(y, return_counts=True)[1] for y in (data.y_train, data.y_test)]
    assert found == np.stack(both, axis=1).tolist()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_own_pictures_of_another_size_are_shown(
    language: str, home: Path, files: Downloads
) -> None:
    app = open_own_data(DATA, GLYPHS, language)
    assert not app.exception and not app.error
    assert "12 × 20 = 240" in shown(app)
    _, *vector = files.rows("vector")
    assert [int(index) for index, *_ in vector] == list(range(240))
    assert all(int(i) == 20 * int(row) + int(column) for i, row, column, _ in vector)


def test_the_numbers_are_those_of_the_picture_row_by_row(home: Path, files: Downloads) -> None:
    open_page(DATA, task="mnist")
    data = built_in("mnist").load()
    image = data.x_train[np.flatnonzero(data.y_train == 0)[0]]
    _, *rows = files.rows("pixels")
    assert [[int(cell) for cell in row[1:]] for row in rows] == image.tolist()
    _, *vector = files.rows("vector")
    assert [int(cell) for *_, cell in vector] == image.reshape(784).tolist()


def test_means_download_as_numpy_has_them(home: Path, files: Downloads) -> None:
    open_page(DATA, task="mnist")
    data = built_in("mnist").load()
    _, *rows = files.rows("means")
    sevens = data.x_train[data.y_train == 7].reshape(-1, 784)
    found = np.array([float(cell) for cell in rows[7][1:]])
    np.testing.assert_allclose(found, sevens.mean(axis=0), atol=1e-4)


def test_a_class_without_test_rows_is_told(home: Path) -> None:
    kept = GLYPHS.y_test != 2
    data = replace(GLYPHS, x_test=GLYPHS.x_test[kept], y_test=GLYPHS.y_test[kept])
    app = open_own_data(DATA, data, "en")
    assert not app.exception and not app.error
    assert GLYPHS.classes[2].en in app.warning[0].value


def test_pictures_of_one_class_have_no_pair(home: Path) -> None:
    app = open_own_data(DATA, replace(GLYPHS, y_train=np.zeros_like(GLYPHS.y_train)), "en")
    assert not app.exception and not app.error
    assert texts("en")["data.one_class"] in shown(app)


def test_a_colour_picture_is_split_into_three_layers(home: Path, files: Downloads) -> None:
    app = open_page(DATA, task="mnist", lang="en")
    picture = drawn_colours()
    height, width = picture.shape[:2]
    assert f"{height} × {width} × 3 = **{3 * height * width:,}" in shown(app)
    _, *rows = files.rows("colours")
    found = np.array([[int(cell) for cell in row[2:]] for row in rows])
    assert (found.reshape(picture.shape) == picture).all()


def test_a_photograph_of_ones_own_is_split_and_a_broken_one_is_told(
    home: Path, files: Downloads
) -> None:
    app = open_page(DATA, task="mnist", lang="en")
    photo = np.random.default_rng(2).integers(0, 256, (20, 30, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(photo).save(file, "PNG")
    uploader = app.file_uploader[0]
    uploader.upload("photo.png", file.getvalue(), "image/png").run()
    assert not app.exception and not app.error
    _, *rows = files.rows("colours")
    assert [[int(cell) for cell in row[2:]] for row in rows] == photo.reshape(-1, 3).tolist()
    app.file_uploader[0].upload("photo.png", file.getvalue()[:90], "image/png").run()
    assert not app.exception and "picture" in app.error[0].value


def test_pictures_with_a_number_for_an_answer_are_shown_as_one_group(
    home: Path, files: Downloads
) -> None:
    target = Target(Text("무게", "weight"), Text("그램", "grams"))
    y_train, y_test = (np.arange(len(y), dtype=np.float32) for y in (GLYPHS.y_train, GLYPHS.y_test))
    data = replace(GLYPHS, classes=(), target=target, y_train=y_train, y_test=y_test)
    app = open_own_data(DATA, data, "en")
    assert not app.exception and not app.error
    _, *rows = files.rows("classes")
    assert rows == [["All pictures", str(len(y_train)), str(len(y_test))]]
