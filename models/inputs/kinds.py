"""Which kind of input a task has: the one place that knows all of them."""

from models.inputs.image import Image
from models.inputs.kind import Input
from models.inputs.table import Table
from models.inputs.text import Document
from models.tasks.base import InputKind, Task

_KINDS: dict[InputKind, Input] = {
    InputKind.TABLE: Table(),
    InputKind.IMAGE: Image(),
    InputKind.TEXT: Document(),
}


def input_of(task: Task) -> Input:
    """Return what follows from the kind of a task's input."""
    return _KINDS[task.kind]
