"""A program as one ``.py`` file that says itself what it needs (PEP 723)."""

from collections.abc import Sequence
from itertools import pairwise

from models.keras_code.cell import Cell

_PACKAGES = {
    "import keras": ("keras>=3.8", "tensorflow>=2.18"),
    "import matplotlib.pyplot as plt": ("matplotlib",),
    "import numpy as np": ("numpy",),
    "import pandas as pd": ("pandas",),
    "from konlpy.tag import": ("konlpy",),
    "from kiwipiepy import": ("kiwipiepy",),
}


def packages(cells: Sequence[Cell]) -> list[str]:
    """Return the packages that a program imports, as pip names them."""
    imports = cells[0].code
    return [name for line, names in _PACKAGES.items() if line in imports for name in names]


def script(cells: Sequence[Cell], language: str) -> str:
    """Return the file; ``uv run`` installs what it needs. A comment tells what each cell is for."""
    needs = "".join(f'#     "{name}",\n' for name in packages(cells))
    header = (
        f'# /// script\n# requires-python = ">=3.11"\n# dependencies = [\n{needs}# ]\n# ///\n\n'
    )
    return header + source(cells, language)


def source(cells: Sequence[Cell], language: str) -> str:
    """Return the program alone, for whoever has what it needs."""
    text = _code(cells[0], language)
    for before, cell in pairwise(cells):
        text += _gap(before.code, cell.code) + _code(cell, language)
    return text + "\n"


def _code(cell: Cell, language: str) -> str:
    said = getattr(cell.prose, language)
    return f"# {said}\n{cell.code}" if said else cell.code


def _gap(before: str, after: str) -> str:
    """Return the empty lines that a formatter wants: two beside a function."""
    is_beside = after.startswith("def ") or _ends_a_function(before)
    return "\n\n\n" if is_beside else "\n\n"


def _ends_a_function(code: str) -> bool:
    """Say whether the last lines of a cell, those that are indented, are a function's."""
    lines = code.splitlines()
    starts = [line for line in lines if line and not line.startswith((" ", ")", "]"))]
    return lines[-1].startswith(" ") and starts[-1].startswith("def ")
