"""Photos of digits on paper: read as they were written, or refused with the true reason."""

import os
from pathlib import Path

import numpy as np
import pytest

from data.dataset import Array
from data.language import UserError
from data.pictures.mnist import load_mnist
from data.pictures.photo import PhotoReading, center_digit, read_digit, read_whole
from data.pictures.picture_file import read_picture
from models.network.forward import predict
from models.trained.shipped import FOLDER, read_network
from tests.support.photos import KINDS, Scene, photo, varied

PHOTOS = 3
STEPS = ["photo", "ground", "ink", "mark", "boxed", "centred"]


def answer(picture: Array) -> int:
    return int(predict(read_network(FOLDER / "mnist"), picture.reshape(1, -1)).argmax())


def surely_read(count: int) -> list[tuple[Array, int]]:
    """Return test digits that the network reads as they are: a photo of them is no harder."""
    pictures, labels = load_mnist().x_test[:400], load_mnist().y_test[:400]
    shares = predict(read_network(FOLDER / "mnist"), pictures.reshape(400, -1))
    sure = np.flatnonzero((shares.argmax(axis=1) == labels) & (shares.max(axis=1) > 0.999))
    return [(pictures[index], int(labels[index])) for index in sure[:count]]


def reading(digits: list[Array], scene: Scene, seed: int = 0) -> PhotoReading:
    return read_digit(read_picture(photo(digits, scene, np.random.default_rng(seed))))


def refusal(digits: list[Array], scene: Scene) -> str:
    found = reading(digits, scene)
    assert found.seen is None and found.refusal is not None
    with pytest.raises(UserError):
        found.picture()
    assert [step.name for step in found.steps] == STEPS[:3]
    return found.refusal.en


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_of_every_kind_is_read(kind: str) -> None:
    random = np.random.default_rng(12)
    right = 0
    for digit, label in surely_read(PHOTOS):
        content = photo([digit], varied(KINDS[kind], random), random)
        found = read_digit(read_picture(content))
        right += found.seen is not None and answer(found.seen) == label
    assert right >= PHOTOS - 1


def test_every_step_is_kept() -> None:
    digit = surely_read(1)[0][0]
    found = reading([digit], KINDS["dark desk"])
    assert [step.name for step in found.steps] == STEPS
    assert found.step("boxed").shape == (20, 20)
    assert np.array_equal(found.step("centred"), found.picture())
    ink, ground = found.step("ink"), found.step("ground")
    assert (ink > 0).mean() < 0.1 and np.percentile(ground, 60) > 180  # the sheet


@pytest.mark.parametrize("ruling", [None, "squared"])
@pytest.mark.parametrize("desk", [None, "dark", "light"])
def test_an_empty_sheet_is_told_as_one(desk: str | None, ruling: str | None) -> None:
    assert "the picture is empty" in refusal([], Scene(desk=desk, ruling=ruling, tilt=5))


@pytest.mark.parametrize("kind", ["even light", "hard shadow", "squared paper", "blackboard"])
def test_two_digits_are_told_as_such(kind: str) -> None:
    (one, _), (other, _) = surely_read(2)
    scene = Scene(
        ink="white" if kind == "blackboard" else "blue",
        size=0.25,
        desk=KINDS[kind].desk,
        shadow=KINDS[kind].shadow,
        ruling=KINDS[kind].ruling,
    )
    assert "several marks" in refusal([one, other], scene)


def test_a_digit_that_runs_out_of_the_photo_is_told_as_such() -> None:
    digit = surely_read(1)[0][0]
    grey = read_picture(photo([digit], Scene(shadow="soft", size=0.6), np.random.default_rng(0)))
    rows = np.flatnonzero(read_digit(grey).step("mark").any(axis=1)) * len(grey) // 384
    found = read_digit(grey[: int(rows.mean())])
    assert found.refusal is not None and "runs out of the photo" in found.refusal.en


def test_a_photo_in_the_dark_is_told_as_one() -> None:
    grain = np.random.default_rng(0).normal(12, 4, (600, 800)).clip(0, 255).astype(np.uint8)
    found = read_digit(grain)
    assert found.refusal is not None and "too dark" in found.refusal.en


def test_a_picture_for_another_frame_is_made_bright_on_black() -> None:
    page = np.full((60, 90), 240, dtype=np.uint8)
    page[20:40, 30:60] = 10
    seen = read_whole(page, (12, 18)).picture()
    assert seen.shape == (12, 18) and seen[6, 9] > 200 and seen[0, 0] < 40


def test_photos_that_were_taken_elsewhere_are_read_or_refused_for_a_reason() -> None:
    named = os.environ.get("FNN_LAB_TEST_DATA")
    folder = Path(named or ".").parent / "cases" / "images"
    if not named or not folder.is_dir():
        pytest.skip("FNN_LAB_TEST_DATA has no folder cases/images beside it")
    for path in sorted(folder.glob("photo-*")):
        assert answer(center_digit(read_picture(path))) == 7, path.name
