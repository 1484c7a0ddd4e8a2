"""A program as a notebook for Jupyter and Colab, also as an exercise that nbgrader can mark."""

import json
from collections.abc import Sequence
from typing import Any

from data.language import Text
from models.keras_code.cell import Cell
from models.keras_code.script import packages

NotebookCell = dict[str, Any]
"""A cell as the notebook format keeps it."""

_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_BUILT_IN = ("keras", "tensorflow", "matplotlib", "numpy", "pandas")
"""What Colab has already."""
_YOURS = Text("여기에 코드를 쓰세요.", "Write your code here.")


def notebook(
    cells: Sequence[Cell], title: Text, language: str, *, is_exercise: bool = False
) -> str:
    """Return an ``.ipynb`` file without outputs: a sentence above every cell of code.

    Of an exercise, nbgrader's marks surround what students write, and its checks follow.
    """
    told = [heading(getattr(title, language)), *installing(cells)]
    for cell in cells:
        told += told_and_code(cell, language, is_exercise=is_exercise)
    return document(told)


def document(cells: Sequence[NotebookCell]) -> str:
    """Return the file of these cells."""
    made = {
        "cells": cells,
        "metadata": {"kernelspec": _KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def heading(title: str) -> NotebookCell:
    """Return the title's cell; the title shows what it says, whatever it holds."""
    return markdown("title", f"# {_line(title)}")


def installing(cells: Sequence[Cell]) -> list[NotebookCell]:
    """Return the cell that installs what a program needs and Colab lacks; none if it has all."""
    extra = [name for name in packages(cells) if not name.startswith(_BUILT_IN)]
    return [_code("install", f"%pip install -q {' '.join(extra)}")] if extra else []


def told_and_code(cell: Cell, language: str, *, is_exercise: bool = False) -> list[NotebookCell]:
    """Return what a cell is for and its code; of an exercise, also what checks the solution."""
    said = markdown(f"{cell.name}-text", getattr(cell.prose, language))
    if not (is_exercise and cell.check):
        return [said, _code(cell.name, cell.code)]
    yours = getattr(_YOURS, language)
    marked = f"# {yours}\n### BEGIN SOLUTION\n{cell.code}\n### END SOLUTION"
    name = f"{cell.name}-check"
    return [
        said,
        _code(cell.name, marked, _grader(cell.name, is_solution=True)),
        _code(name, cell.check, _grader(name, is_solution=False)),
    ]


def markdown(name: str, text: str) -> NotebookCell:
    """Return a cell of text; ``name`` is unique in the notebook."""
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": _lines(text)}


def _code(name: str, code: str, metadata: dict[str, Any] | None = None) -> NotebookCell:
    ran: dict[str, Any] = {"execution_count": None, "outputs": []}
    made = {"cell_type": "code", "id": name, "metadata": metadata or {}, "source": _lines(code)}
    return made | ran


def _lines(text: str) -> list[str]:
    """Return a cell's text as the format keeps it: a list of lines with their ends."""
    return text.splitlines(keepends=True)


def _grader(name: str, *, is_solution: bool) -> dict[str, Any]:
    """Return the metadata of nbgrader's schema 3: a cell to fill in, or one that gives a point."""
    marks = {
        "grade": not is_solution,
        "grade_id": name,
        "locked": not is_solution,
        "schema_version": 3,
        "solution": is_solution,
        "task": False,
    }
    return {"nbgrader": marks if is_solution else {**marks, "points": 1}}


def _line(text: str) -> str:
    """Return a title as one line of Markdown that shows what it says."""
    special = "\\`*_[]<>#$!"
    line = " ".join(text.split())
    return "".join(f"\\{each}" if each in special else each for each in line)
