"""Every lesson there is: those that come with the lab and those that a teacher adds.

A lesson is data, one TOML file. A mistake in a file is named with its line, and every other lesson
still loads. No file holds an answer: it names a figure of ``models.lessons.figures``.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from data.file_readers.plain_file import UnreadableFile
from data.file_readers.text_file import read_text
from models.lessons.file import parse_lesson
from models.lessons.lesson import Lesson
from models.lessons.mistakes import Problem
from models.tasks import BUILT_IN, built_in
from models.toml_document import NotToml, parse_toml
from models.toml_lines import key_lines, line_of

MAX_BYTES = 2**20
"""Of a lesson file; the longest that ships has 5 KB."""


def load_lessons(
    folders: Iterable[Path], train_size: int | None = None
) -> tuple[tuple[Lesson, ...], tuple[Problem, ...]]:
    """Read every ``.toml`` file in the folders: the lessons in display order, and what is wrong.

    A folder that does not exist is empty. A later folder's lesson replaces an earlier one of the
    same name. With ``train_size`` every experiment trains on so many rows only, to rehearse a
    lesson in a few seconds.
    """
    changes = {} if train_size is None else {"train_size": train_size}
    lessons: dict[str, Lesson] = {}
    problems: list[Problem] = []
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            lesson, wrong = read_lesson(path, changes)
            problems += wrong
            if lesson:
                lessons[lesson.name] = lesson
    return tuple(sorted(lessons.values(), key=_order)), tuple(problems)


def read_lesson(path: Path, changes: dict[str, Any]) -> tuple[Lesson | None, list[Problem]]:
    """Return the lesson in a file, or None with what is wrong with the file."""
    try:
        source = read_text(path, MAX_BYTES)
        values = parse_toml(source)
    except (UnreadableFile, NotToml) as error:
        return None, [Problem(path.name, error.line, error.reason)]
    lesson, wrong = parse_lesson(path.stem, values, changes)
    lines = key_lines(source)
    problems = [Problem(path.name, line_of(each.place, lines), each.reason) for each in wrong]
    return None if wrong else lesson, problems


def _order(lesson: Lesson) -> tuple[int, int, str]:
    """Sort lessons as the tasks are sorted, and within one as its presets are."""
    presets = list(built_in(lesson.task).presets.values())
    first = lesson.runs[0].experiment.changed(train_size=None)
    place = presets.index(first) if first in presets else len(presets)
    return [task.name for task in BUILT_IN].index(lesson.task), place, lesson.name
