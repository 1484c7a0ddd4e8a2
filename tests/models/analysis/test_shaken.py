"""What is shaken changes as it says, and without strength not at all."""

import numpy as np
import pytest

from data.dataset import Array
from data.text.vocabulary import Encoded
from models.analysis.judged import rows_of_test
from models.analysis.shaken import (
    SHAKES,
    WORDS_DROPPED,
    Shake,
    error_when_shaken,
    inverted,
    noises,
    noisy,
    rotated,
    shifted,
    thickened,
    with_noise,
    with_words_dropped,
)
from models.tasks import built_in
from models.trained.shipped import shipped

PICTURES: Array = built_in("mnist").load().x_test[:40]


@pytest.mark.parametrize("shake", SHAKES, ids=lambda shake: shake.name)
def test_no_strength_changes_nothing_and_any_other_something(shake: Shake) -> None:
    assert 0 in shake.strengths and list(shake.strengths) == sorted(shake.strengths)
    assert np.array_equal(shake.apply(PICTURES, 0), PICTURES)
    for strength in [each for each in shake.strengths if each > 0]:
        found = shake.apply(PICTURES, strength)
        assert found.dtype == np.uint8 and found.shape == PICTURES.shape
        assert np.array_equal(found, shake.apply(PICTURES, strength))
        assert not np.array_equal(found, PICTURES)


def test_a_shift_is_by_whole_pixels_and_what_leaves_is_lost() -> None:
    found = shifted(PICTURES, 3)
    assert np.array_equal(found[:, 3:, 3:], PICTURES[:, :-3, :-3])
    assert not found[:, :3].any() and not found[:, :, :3].any()


@pytest.mark.parametrize("degrees", [90, 180])
def test_a_right_angle_is_numpys_turn(degrees: int) -> None:
    expected = np.rot90(PICTURES, degrees // 90, axes=(1, 2))
    assert np.abs(rotated(PICTURES, degrees).astype(int) - expected).max() <= 1


def test_a_picture_that_is_inverted_wholly_is_its_negative() -> None:
    assert np.array_equal(inverted(PICTURES, 1), 255 - PICTURES)
    assert np.array_equal(inverted(inverted(PICTURES, 1), 1), PICTURES)


def test_noise_has_the_deviation_that_it_says() -> None:
    grey = np.full((50, 28, 28), 128, np.uint8)
    apart = noisy(grey, 20).astype(float) - 128
    assert apart.std() == pytest.approx(20, rel=0.02) and abs(apart.mean()) < 0.5


def test_strokes_grow_and_shrink_by_a_pixel_on_every_side() -> None:
    dot = np.zeros((1, 9, 9), np.uint8)
    dot[0, 4, 4] = 200
    assert (thickened(dot, 1)[0, 3:6, 3:6] == 200).all() and thickened(dot, 1).sum() == 9 * 200
    assert not thickened(dot, -1).any()
    assert np.array_equal(thickened(thickened(dot, 2), -2), dot)


def test_a_share_of_the_words_is_dropped() -> None:
    random = np.random.default_rng(0)
    lengths = random.integers(0, 30, 500)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    documents = Encoded(random.integers(0, 1_000, offsets[-1]).astype(np.int32), offsets)
    found = with_words_dropped(documents, 0.3)
    assert len(found) == len(documents)
    assert len(found.ids) == pytest.approx(0.7 * len(documents.ids), rel=0.05)
    for number in range(len(documents)):
        own = documents.ids[offsets[number] : offsets[number + 1]].tolist()
        left = found.ids[found.offsets[number] : found.offsets[number + 1]].tolist()
        assert all(left.count(word) <= own.count(word) for word in left)
    assert np.array_equal(with_words_dropped(documents, 0).ids, documents.ids)
    assert len(with_words_dropped(documents, 1).ids) == 0


def test_one_column_gets_noise_in_its_own_deviations() -> None:
    rows = built_in("boston").load().x_train
    found = with_noise(rows, 5, 1.0)
    assert np.array_equal(np.delete(found, 5, axis=1), np.delete(rows, 5, axis=1))
    assert (found[:, 5] - rows[:, 5]).std() == pytest.approx(rows[:, 5].std(), rel=0.1)
    assert np.array_equal(with_noise(rows, 5, 0), rows)


def test_words_are_dropped_and_figures_are_measured_on_what_is_left() -> None:
    found = shipped(built_in("reviews"))
    assert found
    network = found.read()
    dataset = network.task.load(network.experiment)
    rows = rows_of_test(network, dataset)
    plain = error_when_shaken(network, WORDS_DROPPED, 0, rows, dataset.y_test)
    assert plain == pytest.approx(found.test["accuracy"])
    assert error_when_shaken(network, WORDS_DROPPED, 0.7, rows, dataset.y_test) < plain - 0.05


def test_noise_in_a_variable_changes_that_one_only() -> None:
    task = built_in("boston")
    dataset = task.load()
    shakes = noises(dataset.features)
    assert len(shakes) == 13 and len({shake.name for shake in shakes}) == 13
    changed = shakes[5].apply(dataset.x_test, 1)
    same = np.arange(13) != 5
    assert np.array_equal(changed[:, same], dataset.x_test[:, same])
    assert (changed[:, 5] - dataset.x_test[:, 5]).std() == pytest.approx(
        dataset.x_test[:, 5].std(), rel=0.2
    )


@pytest.mark.parametrize("size", [(3, 3), (12, 20)])
def test_small_pictures_leave_the_frame_whole(size: tuple[int, int]) -> None:
    assert not shifted(np.full((2, *size), 9, np.uint8), 12)[:, :3, :3].any()
