"""Data sets of somebody's own, one of each kind of input."""

from dataclasses import replace

from data.dataset import Dataset
from data.language import UserError
from models.experiment import Experiment
from models.tasks.base import Task
from tests.support.new_tasks.data.pictures import glyphs
from tests.support.new_tasks.data.tables import apples
from tests.support.new_tasks.data.text import mail

OWN_DATA: dict[str, Dataset] = {
    name: replace(load(), name=f"own-{name}")
    for name, load in (("apples", apples.load), ("glyphs", glyphs.load), ("mail", mail.load))
}
"""Regression on a table, pictures of 12 x 20 pixels, and texts that are cut at spaces."""


def quick(task: Task) -> Experiment:
    """Return the task's usual experiment for a single epoch, with few words where it has words."""
    reading = task.default.reading
    words = reading and replace(reading, vocabulary_size=100)
    return task.default.changed(epochs=1, reading=words)


def refusal(ask, *arguments: object) -> str:
    """Return the English sentence with which something is refused."""
    try:
        ask(*arguments)
    except UserError as error:
        return error.text.en
    raise AssertionError("it was not refused")
