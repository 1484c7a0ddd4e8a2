"""The programs of all presets and the notebooks of all lessons, as they were when last looked at.

``python -m tests.models.keras_code.golden`` writes them anew; what it changes is to be read.
"""

from pathlib import Path

from models.keras_code.lesson_notebook import lesson_notebook
from models.keras_code.network import Style
from models.keras_code.program import Judged, program
from models.keras_code.script import script
from models.lessons.catalogue import load_lessons
from models.tasks import built_in
from tests.models.keras_code.test_program import PRESETS

FOLDER = Path(__file__).parent / "golden"
LESSONS = {
    lesson.name: lesson for lesson in load_lessons([Path(__file__).parents[3] / "app/lessons"])[0]
}
LANGUAGES = {Style.SEQUENTIAL: "ko", Style.FUNCTIONAL: "en"}


def files() -> dict[str, str]:
    """Return every golden file by its name."""
    programs = {
        f"{name}-{style}.py.txt": script(
            program(experiment, task, task.load(experiment), style, reached), language
        )
        for name, (task, experiment) in PRESETS.items()
        for reached in [Judged(0.9, 1_000, is_share=task.head.is_classifier)]
        for style, language in LANGUAGES.items()
    }
    notebooks = {
        f"{name}.ipynb.txt": lesson_notebook(lesson, task, task.load, "ko")
        for name, lesson in LESSONS.items()
        for task in [built_in(lesson.task)]
    }
    return programs | notebooks


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
