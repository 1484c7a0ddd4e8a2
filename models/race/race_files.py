"""What the runs of a race have left in their folders, for the drawing of their paths."""

from collections.abc import Sequence
from pathlib import Path

from data.language import UserError
from models.experiment import Experiment
from models.inputs.preparation import prepare
from models.inputs.summary import dense_layers
from models.network.weight_path import WeightPath, read_path
from models.network.weights import read_network
from models.race.surface_path import (
    NO_NUMBERS,
    NO_PATH,
    OTHER_SHAPES,
    SurfacePaths,
    rows_for_surface,
    surface_paths,
)
from models.tasks.base import Task


def surface_of(
    task: Task, runs: Sequence[tuple[Experiment, Path]], first: int, second: int
) -> SurfacePaths:
    """Return the surface of two runs, with the paths of all that have the first one's shape.

    ``runs`` are (experiment, folder) in the order of the race. Raises ``UserError`` with one
    sentence where there is no such surface.
    """
    experiment, folder = runs[first]
    shape = _shape(experiment)
    if shape != _shape(runs[second][0]):
        raise UserError(OTHER_SHAPES)
    order = [first, second, *(n for n in range(len(runs)) if n not in (first, second))]
    weights = sum(layer.parameters for layer in dense_layers(task, experiment))
    paths: list[tuple[int, WeightPath]] = []
    for number in order:
        if _shape(runs[number][0]) != shape:
            continue
        path = read_path(runs[number][1], weights)
        if path is not None and len(path.epochs) > 1:
            paths.append((number, path))
        elif number in (first, second):
            raise UserError(NO_PATH if path is None else NO_NUMBERS)
    prepared = prepare(task, experiment, task.load(experiment))
    rows = rows_for_surface(prepared.x_train, prepared.y_train)
    starts = paths[0][1].points[0]
    shown = [each for each in paths if each[0] in (first, second) or _begins(each[1], starts)]
    return surface_paths(read_network(folder), shown, *rows)


def _begins(path: WeightPath, start: object) -> bool:
    """Say whether a path begins at these weights."""
    return bool((path.points[0] == start).all())


def _shape(experiment: Experiment) -> object:
    """Return what decides where weights lie in a network, and what it computes with them."""
    layers = [(layer.units, layer.activation) for layer in experiment.layers]
    return layers, experiment.reading
