"""A prediction as the items that the probability bars show."""

from app.session.i18n import say
from app.widgets.pictures.bars import Bar
from data.dataset import Dataset
from models.network.prediction import Prediction


def probability_items(
    dataset: Dataset, prediction: Prediction | None
) -> tuple[list[Bar], int | None]:
    """Return one item a class, in class order, and the index of the most probable class."""
    if prediction is None:
        return [{"label": say(label), "value": 0.0} for label in dataset.classes], None
    pairs = zip(dataset.classes, prediction.answer.tolist(), strict=True)
    return [{"label": say(label), "value": value} for label, value in pairs], prediction.winner
