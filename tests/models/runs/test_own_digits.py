"""An owner's own test set: what is kept, for whom, and how well a network reads it."""

from pathlib import Path

import numpy as np
import pytest

from data.dataset import Array
from data.language import UserError
from models.network.prediction import predict_one
from models.runs import own_digits
from models.runs.own_digits import FILE, keep_digit
from models.tasks import built_in
from models.trained.shipped import shipped


def picture(seed: int) -> Array:
    return np.random.default_rng(seed).integers(0, 256, (28, 28), dtype=np.uint8)


def kept(folder: Path, owner: str = "a", task: str = "mnist") -> own_digits.OwnDigits:
    return own_digits.own_digits(folder, owner, task)


def test_drawings_are_kept_in_order_for_their_owner_and_task(tmp_path: Path) -> None:
    keep_digit(tmp_path, "a", "mnist", picture(1), 7)
    keep_digit(tmp_path, "a", "mnist", picture(2), 3)
    keep_digit(tmp_path, "b", "mnist", picture(3), 1)
    keep_digit(tmp_path, "a", "letters", picture(4), 0)
    found = kept(tmp_path)
    np.testing.assert_array_equal(found.pictures, [picture(1), picture(2)])
    assert found.labels.tolist() == [7, 3]
    assert kept(tmp_path, "b").labels.tolist() == [1]


def test_a_drawing_kept_again_has_its_last_label(tmp_path: Path) -> None:
    keep_digit(tmp_path, "a", "mnist", picture(1), 7)
    keep_digit(tmp_path, "a", "mnist", picture(1), 9)
    assert kept(tmp_path).labels.tolist() == [9]


def test_what_is_removed_is_that_of_one_owner_and_task(tmp_path: Path) -> None:
    for seed, (owner, task) in enumerate([("a", "mnist"), ("a", "letters"), ("b", "mnist")]):
        keep_digit(tmp_path, owner, task, picture(seed), 1)
    own_digits.remove_digits(tmp_path, "a", "mnist")
    left = [len(kept(tmp_path, *who).labels) for who in (("a",), ("a", "letters"), ("b",))]
    assert left == [0, 1, 1]


def test_its_accuracy_is_the_share_that_one_by_one_is_read_rightly(tmp_path: Path) -> None:
    found = shipped(built_in("mnist"))
    assert found is not None
    network = found.read()
    assert kept(tmp_path).accuracy(network) is None
    for seed in range(8):
        keep_digit(tmp_path, "a", "mnist", picture(seed), seed % 2)
    own = [predict_one(network, picture(seed)).winner for seed in range(8)]
    share = own.count(own[0]) / 8
    for seed in range(8):
        keep_digit(tmp_path, "a", "mnist", picture(seed), own[0])
    assert kept(tmp_path).accuracy(network) == pytest.approx(share)
    keep_digit(tmp_path, "a", "mnist", picture(0), (own[0] + 1) % 10)
    assert kept(tmp_path).accuracy(network) == pytest.approx(share - 1 / 8)


def test_one_drawing_too_many_is_refused_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_digits, "MOST", 2)
    for seed in range(2):
        keep_digit(tmp_path, "a", "mnist", picture(seed), 0)
    with pytest.raises(UserError):
        keep_digit(tmp_path, "a", "mnist", picture(2), 0)
    assert len(kept(tmp_path).labels) == 2


def test_a_damaged_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 100)
    with pytest.raises(UserError, match="damaged"):
        kept(tmp_path)
