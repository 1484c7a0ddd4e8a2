"""Tasks of every kind that the lab does not have, and a copy of the lab that has them.

A task is a loader in ``data``, a file in ``models/tasks`` and a word in its ``BUILT_IN``. The
folders ``data`` and ``models`` beside this file hold the loaders and files; ``copied_lab`` adds the
words.
"""

import shutil
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TASKS = ("apples", "fruit", "glyphs", "mail")


def copied_lab(folder: Path) -> Path:
    """Copy the lab into a folder and add the tasks to it; return the folder."""
    for name in ("app", "data", "models"):
        ignored = shutil.ignore_patterns("__pycache__", "bundled")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    (folder / "data/bundled").symlink_to(ROOT / "data/bundled", target_is_directory=True)
    for path in HERE.glob("*/*/*.py"):
        shutil.copy(path, folder / path.relative_to(HERE))
    _add_words(folder / "models/tasks/__init__.py")
    return folder


def _add_words(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    names = ", ".join(name.upper() for name in TASKS)
    imports = "".join(f"from models.tasks.{name} import {name.upper()}\n" for name in TASKS)
    anchor, end = "from models.tasks.base import Task\n", "REVIEWS)\n"
    assert source.count(anchor) == 1 and source.count(end) == 1
    source = source.replace(anchor, anchor + imports).replace(end, f"REVIEWS, {names})\n")
    path.write_text(source, encoding="utf-8")
