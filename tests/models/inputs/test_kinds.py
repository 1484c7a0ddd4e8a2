"""What follows from the kind of an input holds for data of every shape."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.dataset import Dataset, Feature
from data.language import Text
from models.experiment import Experiment, TextSettings
from models.inputs.image import PICTURES
from models.inputs.kind import Mosaic, Quotes, Scatter, unheard
from models.inputs.kinds import input_of
from models.inputs.summary import has_weight
from models.inputs.table import ranges, telling_column
from models.inputs.text import LONGEST, QUOTES
from models.network.snapshot import shown_inputs
from models.tasks import BUILT_IN, built_in
from models.tasks.base import Task

every_task = pytest.mark.parametrize("task", BUILT_IN, ids=lambda task: task.name)
BOSTON, MNIST, REVIEWS = (built_in(name) for name in ("boston", "mnist", "reviews"))


def table(x: np.ndarray, y: np.ndarray) -> Dataset:
    """Return a table whose test rows are its training rows."""
    texts = Text("뜻", "meaning"), Text("단위", "unit")
    features = tuple(Feature(f"C{number}", *texts) for number in range(x.shape[1]))
    return replace(
        BOSTON.load(), x_train=x, y_train=y, x_test=x, y_test=y, features=features, target=None
    )


@every_task
def test_the_input_that_is_watched_by_default_is_there(task: Task) -> None:
    watched = input_of(task).watched(task, task.load())
    assert has_weight(task, task.default, (0, watched, 0))


@given(st.integers(1, 40), st.integers(1, 40))
def test_pictures_of_every_shape_have_a_pixel_to_watch_and_some_to_draw(
    height: int, width: int
) -> None:
    task = replace(MNIST, input_shape=(height, width))
    assert 0 <= input_of(task).watched(task, MNIST.load()) < height * width
    shown = shown_inputs(task, height * width)
    assert shown and len(set(shown)) == len(shown) and max(shown) < height * width


def test_what_tells_most_about_a_price_is_the_number_of_rooms() -> None:
    data = BOSTON.load()
    assert data.features[telling_column(data)].name == "RM"


def test_a_rising_column_comes_before_one_that_falls_as_clearly() -> None:
    random, rows = np.random.default_rng(0), np.arange(200, dtype=np.float32)
    noise = random.normal(0, 30, (3, 200)).astype(np.float32)
    x = np.stack([noise[0], -rows + noise[1], rows + noise[2]], axis=1)
    assert telling_column(table(x, rows)) == 2
    assert telling_column(table(x[:, :2], rows)) == 1


@given(st.integers(1, 6), st.integers(2, 30), st.integers(0, 2**32 - 1))
def test_every_table_has_a_column_to_watch_and_a_range_to_set_it_in(
    columns: int, rows: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    x = (random.integers(-2, 3, (rows, columns)) * 10.0 ** random.integers(-3, 4)).astype("float32")
    data = table(x, random.integers(0, 2, rows).astype(np.float32))
    assert 0 <= telling_column(data) < columns
    for found in ranges(data):
        assert found.low < found.high and found.low <= found.middle <= found.high


def test_the_numbers_of_a_table_reach_from_small_to_large_ones() -> None:
    low, high = input_of(BOSTON).span(BOSTON.load())
    assert (round(low, 5), high) == (0.00632, 711)


@every_task
def test_the_data_can_be_shown_at_a_glance(task: Task) -> None:
    found = input_of(task).picture(task, task.load())
    if isinstance(found, Quotes):
        assert len(found.rows) == QUOTES and all(text for text, _ in found.rows)
        return
    assert found.label.ko and found.label.en and "{" not in found.label.ko + found.label.en
    if isinstance(found, Mosaic):
        assert len(found.images) == PICTURES
    if isinstance(found, Scatter):
        assert len(found.x) == len(found.y) == 506
        assert (found.x_title.en, found.y_title.en) == ("average rooms", "price (1,000 USD)")


def test_a_table_without_words_of_its_own_is_described_by_its_axes() -> None:
    data = table(np.arange(8, dtype=np.float32).reshape(4, 2), np.arange(4, dtype=np.float32))
    task = replace(BOSTON, picture=None)
    found = input_of(task).picture(task, data)
    assert isinstance(found, Scatter)
    assert found.label.en == "Scatter plot of meaning (unit) and number of the class"


def test_long_texts_are_quoted_in_part() -> None:
    rows = np.array(["a" * 500, "b" * 400], dtype=object)
    data = replace(REVIEWS.load(), x_train=rows, y_train=np.array([0, 1]))
    found = input_of(REVIEWS).picture(REVIEWS, data)
    assert isinstance(found, Quotes)
    assert [len(text) for text, _ in found.rows] == [2 * LONGEST + 1] * 2


@every_task
def test_only_numbers_of_a_table_are_standardized_and_only_texts_are_read(task: Task) -> None:
    settings = input_of(task).own_settings
    assert ("reading" in settings) == (task.default.reading is not None)
    assert ("standardize" in settings) == (task is BOSTON)


@every_task
def test_a_network_is_judged_on_its_test_rows_as_it_was_trained(task: Task) -> None:
    experiment: Experiment = task.default
    if experiment.reading:
        experiment = experiment.changed(reading=TextSettings("bundled", "kiwi"))
    data, kind = task.load(experiment), input_of(task)
    prepared = kind.rows(experiment, data, unheard)
    judged = kind.test_rows(experiment, data, prepared.vocabulary, unheard)
    assert len(judged) == len(prepared.test) == len(data.y_test)
    if isinstance(judged, np.ndarray):
        np.testing.assert_array_equal(judged[:50], prepared.test[:50])
