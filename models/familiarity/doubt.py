"""Whether a picture may be none of the classes that a network knows, and what it is instead."""

from data.dataset import Array
from data.pictures.no_digit import Shape, certain_shape, likely_shape
from models.familiarity.strangeness import STRANGE
from models.inputs.kinds import input_of
from models.tasks.base import Task


def doubted_shape(task: Task, picture: Array, strangeness: float | None) -> Shape | None:
    """Return what a picture, (height, width) uint8, shows instead of the digit that is asked for.

    What is strange is called what it most likely is, everything else only what it certainly is.
    None for pictures of other things.
    """
    if not input_of(task).is_drawn(task):
        return None
    is_strange = strangeness is not None and strangeness >= STRANGE
    return likely_shape(picture) if is_strange else certain_shape(picture)


def is_doubtful(shape: Shape | None, strangeness: float | None) -> bool:
    """Say whether a picture may be none of the classes; ``strangeness`` is None if not known."""
    return shape is not None or (strangeness is not None and strangeness >= STRANGE)
