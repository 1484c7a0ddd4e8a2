"""Names and values of settings, as every page but the form writes them."""

from app.session.i18n import say, t
from app.session.services import task_of
from models.comparison.settings import Setting
from models.runs.run import Run

NONE = "—"
_OWN = ("task", "data", "layers", "left_out")
_READING = ("corpus", "tokenizer", "vocabulary_size", "stop_words")
"""Settings that no form names, and those of the form that is about texts."""


def setting_name(name: str) -> str:
    """Return what a setting is called."""
    where = "compare.setting" if name in _OWN else "reading" if name in _READING else "form"
    return t(f"{where}_{name}" if name in _OWN else f"{where}.{name}")


def setting(name: str, value: Setting, run: Run) -> str:
    """Return the value of a setting of a run."""
    if name == "task":
        return say(task_of(run).title)
    if name == "layers" and value == "":
        return t("run.no_hidden")
    if name == "train_size" and value is None:
        return t("compare.all_rows")
    if value is None:
        return NONE
    if isinstance(value, bool):
        return t("compare.yes" if value else "compare.no")
    return (
        f"{value:g}" if isinstance(value, float) else f"{value:,}" if _counts(value) else str(value)
    )


def _counts(value: Setting) -> bool:
    return isinstance(value, int) and value >= 10_000
