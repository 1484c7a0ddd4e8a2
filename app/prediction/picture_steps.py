"""A picture's way through a network in eight steps, as the browser is sent them."""

from app.session.i18n import group, say
from app.widgets.pictures.digit_steps import Steps, digit_steps
from data.dataset import Dataset
from models.network.drawn_digit import DrawnDigit
from models.network.weights import TrainedNetwork

PICKED = "picked_steps"
"""The words of the first steps where a picture was picked and nothing was drawn."""


def picture_steps(
    network: TrainedNetwork,
    dataset: Dataset,
    way: DrawnDigit | None,
    version: str,
    words: str | None = None,
) -> None:
    """Show the steps of a picture, or what makes them appear for None.

    ``words`` is the group of texts that replaces those of a drawing.
    """
    height, width = network.task.input_shape
    labels = group("digit_steps", height=height, width=width, inputs=height * width)
    if words is not None:
        labels |= group(words)
    steps = None if way is None else _steps(network, dataset, way, version)
    digit_steps(steps, labels, key="digit-steps")


def _steps(network: TrainedNetwork, dataset: Dataset, way: DrawnDigit, version: str) -> Steps:
    layers = zip(network.activations, way.hidden, strict=False)  # the output is not hidden
    return {
        "written": way.written.tolist(),
        "fitted": None if way.fitted is None else way.fitted.tolist(),
        "seen": way.seen.tolist(),
        "hidden": [(name, outputs.tolist()) for name, outputs in layers],
        "z": way.z.tolist(),
        "probabilities": way.probabilities.tolist(),
        "classes": [say(label) for label in dataset.classes],
        "version": version,
    }
