import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from data.dataset import Array
from data.language import UserError
from data.pictures.images import BOX, fit_frame
from data.pictures.mnist import load_mnist
from data.pictures.photo import center_digit
from tests.support.drawing import likeness, seven


def centre_of_mass(picture: Array) -> tuple[float, float]:
    total, index = picture.sum(dtype=float), np.arange(28)
    return picture.sum(axis=1) @ index / total, picture.sum(axis=0) @ index / total


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
    # Whole pixels may put the same digit a pixel aside.
    asides = [np.roll(picture, aside, axis=0) for aside in (-1, 0, 1)]
    assert max(likeness(each, center_digit(np.asarray(seven()))) for each in asides) > 0.95


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
    with pytest.raises(UserError, match="the picture is empty"):
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


@pytest.mark.parametrize("angle", [0, 30, 90, 200])
@pytest.mark.parametrize("light", [0.3, 0.6])
def test_a_shadow_with_a_hard_edge_across_the_paper_is_not_ink(angle: int, light: float) -> None:
    paper = np.asarray(seven(240, 240, ground=235, ink=20)).astype(np.float32)
    towards = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    along = np.indices(paper.shape)[0] * towards[0] + np.indices(paper.shape)[1] * towards[1]
    shaded = np.where(along > np.median(along), paper, paper * light)
    picture = center_digit(np.invert(shaded.astype(np.uint8)))
    assert likeness(picture, center_digit(np.asarray(seven(240, 240)))) > 0.9
