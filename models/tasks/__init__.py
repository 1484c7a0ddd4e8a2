"""The tasks of the lab in display order."""

from data.language import Text, UserError, quoted
from models.experiment import Experiment
from models.tasks.base import Task
from models.tasks.boston import BOSTON
from models.tasks.fashion_mnist import FASHION_MNIST
from models.tasks.mnist import MNIST
from models.tasks.reviews import REVIEWS

TASKS: tuple[Task, ...] = (BOSTON, MNIST, FASHION_MNIST, REVIEWS)


def task_named(name: str) -> Task:
    """Return the task of this name; raises ``UserError`` listing the names when there is none."""
    for task in TASKS:
        if task.name == name:
            return task
    raise _unknown("과제", "task", name, [task.name for task in TASKS])


def presets() -> dict[str, Experiment]:
    """Return every preset experiment of every task by its name."""
    return {name: preset for task in TASKS for name, preset in task.presets.items()}


def preset_named(name: str) -> Experiment:
    """Return the preset of this name; raises ``UserError`` listing the names when there is none."""
    if name in presets():
        return presets()[name]
    raise _unknown("프리셋", "preset", name, list(presets()))


def _unknown(ko: str, en: str, name: str, names: list[str]) -> UserError:
    listed = ", ".join(names)
    return UserError(
        Text(
            f"{quoted(name)}(이)라는 {ko}은(는) 없습니다. 다음 중에서 고르세요: {listed}.",
            f"There is no {en} called {quoted(name)}. Choose one of: {listed}.",
        )
    )
