"""A lesson as a notebook: its steps as text, the programs of its runs, and what they reached."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from data.dataset import Dataset
from data.language import Text
from models.experiment import Experiment
from models.keras_code.cell import Cell
from models.keras_code.literals import literal
from models.keras_code.notebook import (
    NotebookCell,
    document,
    heading,
    installing,
    markdown,
    told_and_code,
)
from models.keras_code.program import Judged, program
from models.lessons.lesson import Lesson, LessonRun, Step
from models.tasks.base import Task

_NETWORK = "network"
"""The cell where a program begins that reads what another one has read."""
_GUESS = Text(
    "짐작을 여기에 적어 두고, 아래에서 실행한 결과와 비교하세요.",
    "Write your guess here, and compare it with what you get below.",
)
_RESULT = Text("결과를 모아 둡니다.", "The result is kept for the comparison.")
_COMPARISON = Text(
    "시험 데이터에서 나온 결과를 나란히 봅니다.", "What the runs reached on the test rows."
)


def lesson_notebook(
    lesson: Lesson,
    task: Task,
    load: Callable[[Experiment], Dataset],
    language: str,
    reached: Mapping[str, Judged] | None = None,
) -> str:
    """Return the ``.ipynb`` file of a lesson in "ko" or "en", without outputs.

    ``load`` gives the rows of an experiment. ``reached`` holds by a run's name the figure that it
    reached in the lab, to be compared with. Raises ``UserError`` like ``program`` and ``load``.
    """
    programs = {
        run.name: program(
            run.experiment,
            task,
            load(run.experiment),
            reached=(reached or {}).get(run.name),
        )
        for run in lesson.trained
    }
    told: list[NotebookCell] = []
    trained: list[str] = []
    for number, step in enumerate(lesson.steps, 1):
        told.append(_step(number, step, language))
        for name in step.runs:
            if name in trained:
                continue  # an earlier step has it
            before = programs[trained[-1]] if trained else ()
            told += _run(lesson, lesson.run(name), programs[name], before, language)
            trained.append(name)
        if step.figures:
            told += told_and_code(_comparison(number), language)
    every = [cell for each in programs.values() for cell in each]
    first = replace(every[0], code="\n".join(cell.code for cell in every))
    return document([heading(getattr(lesson.title, language)), *installing([first]), *told])


def _step(number: int, step: Step, language: str) -> NotebookCell:
    title = getattr(step.title, language).strip()
    text = getattr(step.text, language).strip()
    parts = [f"## {number}. {title}", text]
    if step.question:
        parts += [f"**{getattr(step.question.text, language)}**", getattr(_GUESS, language)]
    return markdown(f"step-{number}", "\n\n".join(parts))


def _run(
    lesson: Lesson,
    run: LessonRun,
    cells: tuple[Cell, ...],
    before: tuple[Cell, ...],
    language: str,
) -> list[NotebookCell]:
    """Return a run's cells, without those that only read the rows of the run before once more."""
    place = lesson.runs.index(run) + 1
    start = _start(cells) if before and _reading(cells) == _reading(before) else 0
    head = f"### {getattr(run.title, language)}"
    if run.code:
        head += f"\n\n```python\n{run.code.strip()}\n```"
    told = [markdown(f"run-{place}", head)]
    for cell in cells[start:]:
        told += told_and_code(replace(cell, name=f"run-{place}-{cell.name}"), language)
    title = literal(getattr(run.title, language))
    kept = "" if before else "results = {}\n"
    result = Cell(f"run-{place}-result", f"{kept}results[{title}] = loss, metric", _RESULT)
    return told + told_and_code(result, language)


def _start(cells: tuple[Cell, ...]) -> int:
    return [cell.name for cell in cells].index(_NETWORK)


def _reading(cells: tuple[Cell, ...]) -> list[str]:
    return [cell.code for cell in cells[: _start(cells)]]


def _comparison(number: int) -> Cell:
    code = (
        "for name, (loss, metric) in results.items():\n"
        '    print(f"{name}: loss {loss:.4f}, metric {metric:.4f}")'
    )
    return Cell(f"step-{number}-results", code, _COMPARISON)
