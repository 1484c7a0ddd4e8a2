"""The lecture's lessons become notebooks that run from top to bottom."""

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from data.dataset_file import dataset_bytes
from models.keras_code.lesson_notebook import lesson_notebook
from models.keras_code.program import judged
from models.lessons.lesson import Lesson
from models.tasks import built_in
from tests.models.keras_code.golden import LESSONS
from tests.models.keras_code.test_program import quick


def made(lesson: Lesson, language: str = "ko", reached: float | None = None) -> str:
    task = built_in(lesson.task)
    name = task.head.metric_name if task.head.is_classifier else "mse"
    figures = {} if reached is None else {name: reached}
    known = {run.name: judged(task, figures, 1_000) for run in lesson.runs} if figures else None
    return lesson_notebook(lesson, task, task.load, language, known)


def read(source: str) -> nbformat.NotebookNode:
    found = nbformat.reads(source, as_version=4)
    nbformat.validate(found)
    return found


def short(lesson: Lesson) -> Lesson:
    """Return the lesson with an epoch for each run."""
    task = built_in(lesson.task)
    runs = (replace(run, experiment=quick(task, run.experiment)) for run in lesson.runs)
    return replace(lesson, runs=tuple(runs))


def executed(lesson: Lesson, folder: Path) -> nbformat.NotebookNode:
    task = built_in(lesson.task)
    file = folder / f"{task.name}.npz"
    file.write_bytes(dataset_bytes(task.load(lesson.runs[0].experiment), {})[0])
    told = read(made(short(lesson), reached=0.9))
    told.cells = [cell for cell in told.cells if cell.id != "install"]
    NotebookClient(told, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return told


def test_the_lecture_has_six() -> None:
    assert len(LESSONS) == 6


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", LESSONS)
def test_every_step_and_every_run_of_a_lesson_is_told(name: str, language: str) -> None:
    lesson = LESSONS[name]
    cells = read(made(lesson, language)).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    told = [*lesson.steps, *lesson.trained]
    assert all(getattr(each.title, language) in text for each in told)
    assert all(getattr(step.text, language).strip() in text for step in lesson.steps)
    questions = [step.question.text for step in lesson.steps if step.question]
    assert all(getattr(question, language) in text for question in questions)
    assert len({cell.id for cell in cells}) == len(cells)
    fits = [cell for cell in cells if "model.fit(" in cell.source]
    assert len(fits) == len(lesson.trained)


def test_rows_are_read_once_for_all_runs() -> None:
    cells = read(made(LESSONS["housing-adam"])).cells
    assert sum("np.load(" in cell.source for cell in cells) == 1
    assert sum("model = keras.Sequential" in cell.source for cell in cells) == 3


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "name",
    [
        name if name == "housing-sgd" else pytest.param(name, marks=pytest.mark.soak)
        for name in LESSONS
    ],
)
def test_the_notebook_of_a_lesson_runs_to_its_end(name: str, tmp_path: Path) -> None:
    lesson = LESSONS[name]
    cells = executed(lesson, tmp_path).cells
    printed = [
        cell.outputs[-1].text
        for cell in cells
        if cell.id.endswith("-compare") or (cell.id.endswith("-results"))
    ]
    compared = [text for text in printed if text.startswith(("as in the lab", "differs by"))]
    assert len(compared) == len(lesson.trained)
    table = printed[-1]
    assert all(run.title.ko in table for run in lesson.trained)
