"""A lesson: a guided sequence of looking, guessing, running and comparing."""

from dataclasses import dataclass
from enum import StrEnum

from data.language import Text
from models.experiment import RANGES, Experiment

SEEDS = (1, 3, 5)
"""How many seeds a lesson may train each run with: of an odd number one is in the middle."""


class Kind(StrEnum):
    """What a step is for."""

    LOOK = "look"
    GUESS = "guess"
    RUN = "run"
    COMPARE = "compare"


@dataclass(frozen=True, slots=True)
class LessonRun:
    """An experiment of a lesson; ``code`` is how Keras is told so, empty where nobody asks."""

    name: str
    title: Text
    experiment: Experiment
    code: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What a learner guesses: a figure of the run ``run``, or which run is the winner.

    ``answer`` names the figure, see ``models.lessons.figures``. ``choices`` are numbers to choose
    from; empty where any number may be typed.
    """

    text: Text
    answer: str
    run: str
    choices: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``question`` belongs to a guess, ``runs`` to a run, ``figures`` to a comparison."""

    kind: Kind
    title: Text
    text: Text
    question: Question | None = None
    runs: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lesson:
    """A guided sequence on one task; ``name`` is its file's name without the ending.

    Every run is trained once with each of ``seeds`` seeds.
    """

    name: str
    title: Text
    task: str
    runs: tuple[LessonRun, ...]
    steps: tuple[Step, ...]
    seeds: int = 1

    def run(self, name: str) -> LessonRun:
        """Return the run of this name, which must exist."""
        return next(run for run in self.runs if run.name == name)

    def experiments(self, name: str) -> tuple[Experiment, ...]:
        """Return what is trained for a run: its experiment as it is, then with the next seeds."""
        first = self.run(name).experiment
        seeds = int(RANGES["seed"][1]) + 1
        return tuple(
            first.changed(seed=(first.seed + number) % seeds) for number in range(self.seeds)
        )

    @property
    def trained(self) -> tuple[LessonRun, ...]:
        """The runs that some step trains."""
        names = {name for step in self.steps for name in step.runs}
        return tuple(run for run in self.runs if run.name in names)
