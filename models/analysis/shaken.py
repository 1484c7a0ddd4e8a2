"""Pictures, texts and rows that are changed a little, to see how much of it a network bears.

Every change has a strength from none to much, and says the same for the same seed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from data.dataset import Array, Feature
from data.language import Text
from data.text.vocabulary import Encoded
from models.network.evaluation import evaluate
from models.network.weights import TrainedNetwork


@dataclass(frozen=True, slots=True)
class Shake:
    """A change of rows: ``apply`` takes them as they are stored, and a strength.

    Those are pictures, (rows, height, width) uint8, rows of a table, or documents.
    """

    name: str
    title: Text
    unit: Text
    strengths: tuple[float, ...]
    apply: Callable[[Any, float], Any]


def shifted(pictures: Array, pixels: float) -> Array:
    """Move pictures to the right and down by whole pixels; what leaves is lost."""
    by = min(round(pixels), *pictures.shape[1:])
    moved = np.zeros_like(pictures)
    moved[:, by:, by:] = pictures[:, : pictures.shape[1] - by, : pictures.shape[2] - by]
    return moved


def rotated(pictures: Array, degrees: float) -> Array:
    """Turn pictures to the left about their centre, with bilinear interpolation."""
    from scipy.ndimage import rotate

    turned: Array = rotate(
        pictures, degrees, axes=(2, 1), reshape=False, order=1, mode="constant", cval=0
    )
    return turned


def noisy(pictures: Array, deviation: float, seed: int = 0) -> Array:
    """Add normal noise of so many grey values to every pixel; grey values stay within 0-255."""
    noise = np.random.default_rng(seed).standard_normal(pictures.shape, np.float32)
    found: Array = np.rint(pictures + deviation * noise).clip(0, 255).astype(np.uint8)
    return found


def inverted(pictures: Array, share: float) -> Array:
    """Mix pictures with their negatives: 0 leaves them, 1 turns white into black."""
    grey = pictures.astype(np.float32)
    found: Array = np.rint(grey * (1 - share) + (255 - grey) * share).astype(np.uint8)
    return found


def thickened(pictures: Array, pixels: float) -> Array:
    """Make strokes wider by so many pixels on every side, or thinner where it is negative."""
    from scipy.ndimage import grey_dilation, grey_erosion

    side = 2 * round(abs(pixels)) + 1
    change = grey_dilation if pixels > 0 else grey_erosion
    changed: Array = change(pictures, size=(1, side, side))
    return changed


SHAKES = (
    Shake("shift", Text("옮기기", "Shift"), Text("픽셀", "pixels"), (0, 1, 2, 3, 4, 6, 8), shifted),
    Shake(
        "rotation",
        Text("돌리기", "Rotation"),
        Text("도", "degrees"),
        (0, 10, 20, 30, 45, 60, 90),
        rotated,
    ),
    Shake(
        "noise",
        Text("잡음", "Noise"),
        Text("밝기", "grey values"),
        (0, 20, 40, 60, 90, 120, 160),
        noisy,
    ),
    Shake(
        "inversion",
        Text("뒤집은 밝기", "Inversion"),
        Text("비율", "share"),
        (0, 0.2, 0.4, 0.5, 0.6, 0.8, 1),
        inverted,
    ),
    Shake("strokes", Text("획 굵기", "Strokes"), Text("픽셀", "pixels"), (-1, 0, 1, 2), thickened),
)
"""What can be done to pictures, each with the strengths that its curve is drawn at."""


def with_words_dropped(documents: Encoded, share: float, seed: int = 0) -> Encoded:
    """Leave out a share of the words of every document, chosen at random."""
    kept = np.random.default_rng(seed).random(len(documents.ids)) >= share
    before = np.concatenate([[0], np.cumsum(kept)])
    return Encoded(documents.ids[kept], before[documents.offsets].astype(np.int64))


def with_noise(rows: Array, column: int, deviations: float, seed: int = 0) -> Array:
    """Add normal noise to one column of a table, in standard deviations of that column."""
    noise = np.random.default_rng(seed).normal(0, 1, len(rows))
    changed = rows.astype(np.float32).copy()
    changed[:, column] += (deviations * rows[:, column].std() * noise).astype(np.float32)
    return changed


WORDS_DROPPED = Shake(
    "words",
    Text("단어 빼기", "Words left out"),
    Text("비율", "share"),
    (0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9),
    with_words_dropped,
)
"""What can be done to documents."""


def noises(features: Sequence[Feature]) -> tuple[Shake, ...]:
    """Return what can be done to the rows of a table: noise in one of its columns."""
    return tuple(
        Shake(
            f"noise-{column}",
            Text(f"{feature.name}에 잡음", f"Noise in {feature.name}"),
            Text("표준편차", "standard deviations"),
            (0, 0.25, 0.5, 0.75, 1, 1.5, 2),
            partial(_noisy_column, column),
        )
        for column, feature in enumerate(features)
    )


def _noisy_column(column: int, rows: Array, deviations: float) -> Array:
    return with_noise(rows, column, deviations)


def error_when_shaken(
    network: TrainedNetwork, shake: Shake, strength: float, rows: Any, y: Array
) -> float:
    """Return the share of right answers, or the mean absolute error, to changed rows."""
    changed = shake.apply(rows, strength)
    asked = changed if isinstance(changed, Encoded) else changed.reshape(len(changed), -1)
    return evaluate(network, asked, y)[network.task.head.metric_name]
