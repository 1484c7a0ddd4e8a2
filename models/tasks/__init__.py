"""The tasks that come with the lab, in display order."""

from data.language import Text, UserError, quoted
from models.experiment import Experiment
from models.tasks.base import Task
from models.tasks.boston import BOSTON
from models.tasks.fashion_mnist import FASHION_MNIST
from models.tasks.mnist import MNIST
from models.tasks.reviews import REVIEWS

BUILT_IN: tuple[Task, ...] = (BOSTON, MNIST, FASHION_MNIST, REVIEWS)


def built_in(name: str) -> Task:
    """Return the task of this name; raises ``UserError`` listing the names when there is none."""
    for task in BUILT_IN:
        if task.name == name:
            return task
    raise no_such_task(name, [task.name for task in BUILT_IN])


def no_such_task(name: str, names: list[str]) -> UserError:
    """Return the error that there is no task of this name, which lists those that there are."""
    return _unknown("과제", "task", name, names)


def presets() -> dict[str, Experiment]:
    """Return every preset experiment of every task by its name."""
    return {name: preset for task in BUILT_IN for name, preset in task.presets.items()}


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
