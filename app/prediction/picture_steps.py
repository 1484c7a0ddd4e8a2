"""A picture's way through a network in eight steps, as the browser is sent them."""

from app.session.i18n import group, say
from app.widgets.pictures.picture_steps import Steps, show_steps
from data.dataset import Dataset
from models.network.drawn_digit import DrawnDigit
from models.network.weights import TrainedNetwork

DRAWN, PICKED, READ = "drawn_steps", "picked_steps", "read_steps"
"""The words of the first steps: a drawing, a picture of the data, a picture read from a photo."""


def picture_steps(
    network: TrainedNetwork, dataset: Dataset, way: DrawnDigit | None, version: str, words: str
) -> None:
    """Show the steps of a picture, or what makes them appear for None, in one of those words."""
    height, width = network.task.input_shape
    labels = group("picture_steps", height=height, width=width, inputs=height * width)
    steps = None if way is None else _steps(network, dataset, way, version)
    show_steps(steps, labels | group(words), key="picture-steps")


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
