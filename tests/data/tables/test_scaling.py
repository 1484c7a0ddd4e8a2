import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.tables import boston
from data.tables.scaling import Scaling, identity, pixel_scaling, standardization

FIGURES = st.floats(-1e30, 1e30)
DIVISORS = FIGURES.filter(lambda figure: abs(figure) > 1e-30)
SCALINGS = st.lists(st.tuples(FIGURES, DIVISORS), min_size=1, max_size=20).map(
    lambda pairs: Scaling(tuple(a for a, _ in pairs), tuple(b for _, b in pairs))
)


def test_standardized_training_columns_have_mean_0_and_deviation_1() -> None:
    x_train = boston.load().x_train
    scaled = standardization(x_train).apply(x_train)
    assert scaled.dtype == np.float32
    assert np.allclose(scaled.mean(axis=0, dtype=np.float64), 0, atol=1e-5)
    assert np.allclose(scaled.std(axis=0, dtype=np.float64), 1, atol=1e-5)


def test_other_rows_are_scaled_by_the_figures_of_the_training_rows() -> None:
    scaling = standardization(np.array([[0.0, 10.0], [2.0, 30.0]]))
    assert scaling == Scaling((1.0, 20.0), (1.0, 10.0))
    assert scaling.apply(np.array([[5.0, 0.0]])).tolist() == [[4.0, -2.0]]


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e-40, 7.0])
def test_a_constant_column_becomes_0(constant: float) -> None:
    x_train = np.full((7, 1), constant, dtype=np.float32)
    scaling = standardization(x_train)
    assert scaling.divisor == (1.0,)
    assert np.abs(scaling.apply(x_train)).max() < 1e-6


def test_a_single_row_can_be_standardized() -> None:
    assert standardization(np.ones((1, 3))).divisor == (1.0, 1.0, 1.0)


def test_pixels_go_from_0_to_1_in_float32() -> None:
    grey = np.arange(256, dtype=np.uint8).reshape(1, -1)
    scaled = pixel_scaling().apply(grey)
    assert scaled.dtype == np.float32
    assert np.array_equal(scaled, grey.astype(np.float32) / np.float32(255))


def test_identity_changes_nothing_but_the_dtype() -> None:
    x = np.array([[1, 2], [3, 4]], dtype=np.int64)
    assert identity().apply(x).dtype == np.float32
    assert np.array_equal(identity().apply(x), x)


def test_scaling_leaves_its_input_alone() -> None:
    x = np.ones((2, 2), dtype=np.float32)
    Scaling((1.0,), (2.0,)).apply(x)
    assert np.array_equal(x, np.ones((2, 2)))


@given(SCALINGS)
def test_json_gives_the_same_scaling_back(scaling: Scaling) -> None:
    assert Scaling.from_dict(json.loads(json.dumps(scaling.to_dict()))) == scaling


JUNK: list[Any] = [
    None,
    [],
    {},
    {"offset": [0]},
    {"offset": [0], "divisor": [1], "more": []},
    {"offset": [], "divisor": []},
    {"offset": [0, 1], "divisor": [1]},
    {"offset": 0, "divisor": 1},
    {"offset": "0", "divisor": "1"},
    {"offset": ["0"], "divisor": ["1"]},
    {"offset": [True], "divisor": [True]},
    {"offset": [None], "divisor": [1]},
    {"offset": [math.nan], "divisor": [1]},
    {"offset": [0], "divisor": [math.nan]},
    {"offset": [0], "divisor": [math.inf]},
    {"offset": [10**400], "divisor": [1]},
    {"offset": [1e300], "divisor": [1]},
    {"offset": [0], "divisor": [0]},
    {"offset": [0], "divisor": [1e-60]},
]


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: repr(junk)[:50])
def test_junk_is_no_scaling(junk: Any) -> None:
    with pytest.raises(ValueError, match=r"scaling|offset"):
        Scaling.from_dict(junk)
