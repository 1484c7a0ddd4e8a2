"""Notebooks are valid, run from top to bottom, and as exercises wait for the students' lines."""

import ast
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from data.dataset_file import dataset_bytes
from data.language import Text
from models.experiment import Experiment
from models.keras_code.network import Style
from models.keras_code.notebook import notebook
from models.keras_code.program import Judged, program
from models.keras_code.script import script
from models.tasks import BUILT_IN
from models.tasks.base import Task
from tests.models.keras_code.test_program import PRESETS, quick

BOSTON = BUILT_IN[0]


def read(source: str) -> nbformat.NotebookNode:
    read = nbformat.reads(source, as_version=4)
    nbformat.validate(read)
    return read


def made(task: Task, experiment: Experiment, language: str = "ko", **options: Any) -> str:
    reached = Judged(0.9, 100, is_share=task.head.is_classifier)
    cells = program(experiment, task, task.load(experiment), reached=reached)
    return notebook(cells, task.title, language, **options)


@pytest.mark.parametrize(
    "name",
    [
        name if name == "housing-adam" else pytest.param(name, marks=pytest.mark.soak)
        for name in PRESETS
    ],
)
@pytest.mark.parametrize("is_exercise", [True, False])
def test_a_notebook_runs_to_its_end(name: str, is_exercise: bool, tmp_path: Path) -> None:
    task, preset = PRESETS[name]
    experiment = quick(task, preset)
    file = tmp_path / f"{task.name}.npz"
    file.write_bytes(dataset_bytes(task.load(experiment), {})[0])
    told = read(made(task, experiment, is_exercise=is_exercise))
    told.cells = [cell for cell in told.cells if cell.id != "install"]
    NotebookClient(told, timeout=170, resources={"metadata": {"path": str(tmp_path)}}).execute()
    last = told.cells[-1].outputs[-1]
    assert last.text.startswith(("as in the lab", "differs by"))


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", PRESETS)
def test_a_notebook_holds_the_script_s_lines(name: str, language: str, style: Style) -> None:
    """So that whoever runs the one has run the other."""
    task, experiment = PRESETS[name]
    cells = program(experiment, task, task.load(experiment), style)
    told = read(notebook(cells, task.title, language)).cells
    code = "\n".join(
        cell.source for cell in told if cell.cell_type == "code" and cell.id != "install"
    )
    assert ast.dump(ast.parse(code)) == ast.dump(ast.parse(script(cells, "ko")))


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", PRESETS)
def test_every_cell_of_code_has_a_sentence_above_it(name: str, language: str) -> None:
    cells = read(made(*PRESETS[name], language)).cells
    codes = [place for place, cell in enumerate(cells) if cell.cell_type == "code"]
    ours = [place for place in codes if cells[place].id != "install"]
    assert len(ours) >= 10
    assert all(cells[place - 1].cell_type == "markdown" for place in ours)
    assert all(cells[place - 1].source.strip() for place in ours)
    assert len({cell.id for cell in cells}) == len(cells)


def test_an_exercise_marks_the_solution_and_gives_a_point_for_it() -> None:
    cells = {cell.id: cell for cell in read(made(BOSTON, BOSTON.default, is_exercise=True)).cells}
    solution, check = cells["network"], cells["network-check"]
    assert "### BEGIN SOLUTION" in solution.source and "### END SOLUTION" in solution.source
    assert solution.metadata.nbgrader.solution and not solution.metadata.nbgrader.locked
    assert check.metadata.nbgrader.grade and check.metadata.nbgrader.points == 1
    assert check.source == "assert model.count_params() == 5121"


def test_a_check_notices_a_network_that_is_not_the_one_asked_for() -> None:
    cells = json.loads(made(BOSTON, BOSTON.default, is_exercise=True))["cells"]
    check = next("".join(cell["source"]) for cell in cells if cell["id"] == "network-check")

    class Smaller:
        def count_params(self) -> int:
            return 65

    with pytest.raises(AssertionError):
        exec(check, {"model": Smaller()})


def test_a_title_is_one_line_that_shows_what_it_says() -> None:
    cells = program(BOSTON.default, BOSTON, BOSTON.load())
    title = Text("a\n# <b>*x*</b> `y`", "t")
    first = read(notebook(cells, title, "ko")).cells[0].source
    assert first == "# a \\# \\<b\\>\\*x\\*\\</b\\> \\`y\\`"
