"""From the parsed TOML of a lesson file to a ``Lesson``, noting every mistake on the way.

A part with a mistake (the heading, a run, a step) is left out and the next part is read, so that a
teacher sees all of them at once.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, TypeVar

from data.language import Text, UserError
from models.experiment import Experiment
from models.inputs.summary import dense_layers
from models.lessons import mistakes as mistakes
from models.lessons.figures import RUN_FIGURES, WINNER, answers, run_figures
from models.lessons.lesson import SEEDS, Kind, Lesson, LessonRun, Question, Step
from models.lessons.mistakes import Mistake
from models.tasks import BUILT_IN, built_in, preset_named, presets
from models.tasks.base import Task
from models.toml_lines import Path

LANGUAGES = ("ko", "en")
_FIELDS = {
    Kind.LOOK: (),
    Kind.GUESS: ("question", "answer", "run", "choices"),
    Kind.RUN: ("runs",),
    Kind.COMPARE: ("figures",),
}
"""What a step of each kind has beside kind, title and text; run and choices may be left out."""

_TEXT = Text("글", "a text")
_LIST = Text("목록", "a list")
_TABLE = Text("표(table)", "a table")
_NUMBER = Text("정수", "a whole number")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the file and where it stands. Every method raises ``Mistake``."""

    values: dict[str, Any]
    place: Path

    def mistake(self, name: str, reason: Text) -> Mistake:
        return Mistake((*self.place, name), reason)

    def check(self, *known: str) -> None:
        """Refuse fields that are not known."""
        for name in self.values:
            if name not in known:
                raise self.mistake(name, mistakes.unknown_field(name, known))

    def get(self, name: str, kind: type[T], words: Text) -> T:
        """Return a field, which must be there and of this kind."""
        if name not in self.values:
            raise Mistake(self.place, mistakes.missing(name))
        value = self.values[name]
        if not isinstance(value, kind):
            raise self.mistake(name, mistakes.wrong_kind(name, words))
        return value

    def string(self, name: str) -> str:
        return self.get(name, str, _TEXT)

    def one_of(self, name: str, what: Text, known: Sequence[str]) -> str:
        value = self.string(name)
        if value not in known:
            raise self.mistake(name, mistakes.unknown(what, value, tuple(known)))
        return value

    def some_of(self, name: str, what: Text, known: Sequence[str]) -> tuple[str, ...]:
        values = self.get(name, list, _LIST)
        if not values:
            raise self.mistake(name, mistakes.wrong_kind(name, _LIST))
        for value in values:
            if value not in known:
                raise self.mistake(name, mistakes.unknown(what, value, tuple(known)))
        return tuple(values)

    def table(self, name: str) -> "_Table":
        return _Table(self.get(name, dict, _TABLE), (*self.place, name))

    def text(self, name: str) -> Text:
        """Return a sentence in both languages."""
        table = self.table(name)
        table.check(*LANGUAGES)
        for language in LANGUAGES:
            value = table.values.get(language)
            if not isinstance(value, str) or not value.strip():
                raise table.mistake(language, mistakes.untranslated(name, language))
        return Text(table.values["ko"].strip(), table.values["en"].strip())


def parse_lesson(
    name: str, values: dict[str, Any], changes: dict[str, Any]
) -> tuple[Lesson | None, list[Mistake]]:
    """Return the lesson, or None with every mistake; ``changes`` apply to every experiment."""
    wrong: list[Mistake] = []
    file = _Table(values, ())
    heading = _attempt(partial(_heading, file), wrong)
    if heading is None:
        return None, wrong
    task, title, seeds = heading
    read = [
        _attempt(partial(_run, task, _Table(run, ("runs", key)), changes), wrong)
        for key, run in file.values["runs"].items()
    ]
    runs = tuple(run for run in read if run)
    names = tuple(file.values["runs"])
    steps = [
        _attempt(partial(_step, task, names, _Table(step, ("steps", str(number)))), wrong)
        for number, step in enumerate(file.values["steps"])
    ]
    if wrong:
        return None, wrong
    lesson = Lesson(name, title, task.name, runs, tuple(step for step in steps if step), seeds)
    return lesson, _unanswerable(lesson)


def _attempt(read: Callable[[], T], wrong: list[Mistake]) -> T | None:
    """Return what ``read`` returns; a mistake is noted instead."""
    try:
        return read()
    except Mistake as mistake:
        wrong.append(mistake)
        return None


def _heading(file: _Table) -> tuple[Task, Text, int]:
    file.check("task", "title", "seeds", "runs", "steps")
    names = [task.name for task in BUILT_IN]
    task = built_in(file.one_of("task", Text("과제", "task"), names))
    for name, kind, words in (("runs", dict, _TABLE), ("steps", list, _LIST)):
        if not file.get(name, kind, words):
            raise file.mistake(name, mistakes.missing(name))
        parts = file.values[name]
        for key, part in parts.items() if kind is dict else enumerate(parts):
            if not isinstance(part, dict):
                raise Mistake((name, str(key)), mistakes.wrong_kind(f"{name}.{key}", _TABLE))
    return task, file.text("title"), _seeds(file)


def _seeds(file: _Table) -> int:
    if "seeds" not in file.values:
        return 1
    seeds = file.get("seeds", int, _NUMBER)
    if seeds not in SEEDS:
        known = tuple(map(str, SEEDS))
        raise file.mistake(
            "seeds", mistakes.unknown(Text("시드 수", "number of seeds"), seeds, known)
        )
    return seeds


def _run(task: Task, table: _Table, changes: dict[str, Any]) -> LessonRun:
    table.check("title", "preset", "set", "code")
    preset = table.one_of("preset", Text("프리셋", "preset"), tuple(presets()))
    if preset not in task.presets:
        raise table.mistake("preset", mistakes.other_task(preset, task.name))
    values = preset_named(preset).to_dict()
    chosen = _changes(table) if "set" in table.values else {}
    try:
        experiment = Experiment.from_dict({**_merged(values, chosen), **changes})
        dense_layers(task, experiment)  # refuses a network that is too large
    except UserError as error:
        raise Mistake(_blamed(chosen, error.text, (*table.place, "set")), error.text) from None
    code = table.string("code").strip() if "code" in table.values else ""
    return LessonRun(table.place[-1], table.text("title"), experiment, code)


def _changes(table: _Table) -> dict[str, Any]:
    """Return what a run changes of its preset: any field but the task, which is the lesson's."""
    changes = table.table("set")
    changes.check(*(field.name for field in fields(Experiment) if field.name != "task"))
    return changes.values


def _merged(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return ``values`` with changes; a table changes only what it names of a table."""
    merged = dict(values)
    for key, new in changes.items():
        old = values.get(key)
        both = isinstance(old, dict) and isinstance(new, dict)
        merged[key] = _merged(old, new) if both else new  # type: ignore[arg-type]
    return merged


def _blamed(changes: dict[str, Any], reason: Text, place: Path) -> Path:
    """Return the changed key that a refusal speaks of, or else the first one."""
    words = set(re.findall(r"\w+", reason.en))
    keys = list(_keys(changes, ()))
    named = [key for key in keys if words & set(key)]
    return (*place, *next(iter(named or keys), ()))


def _keys(changes: dict[str, Any], place: Path) -> Iterator[Path]:
    for name, value in changes.items():
        if isinstance(value, dict):
            yield from _keys(value, (*place, name))
        else:
            yield (*place, name)


def _step(task: Task, runs: tuple[str, ...], table: _Table) -> Step:
    kind = Kind(table.one_of("kind", Text("단계 종류", "kind of step"), tuple(Kind)))
    table.check("kind", "title", "text", *_FIELDS[kind])
    title, text = table.text("title"), table.text("text")
    if kind is Kind.GUESS:
        return Step(kind, title, text, question=_question(task, runs, table))
    if kind is Kind.RUN:
        return Step(kind, title, text, runs=table.some_of("runs", Text("실행", "run"), runs))
    if kind is Kind.COMPARE:
        known = run_figures(task)
        return Step(
            kind, title, text, figures=table.some_of("figures", Text("값", "figure"), known)
        )
    return Step(kind, title, text)


def _question(task: Task, runs: tuple[str, ...], table: _Table) -> Question:
    answer = table.one_of("answer", Text("값", "figure"), answers(task))
    run = table.one_of("run", Text("실행", "run"), runs) if "run" in table.values else runs[0]
    return Question(table.text("question"), answer, run, _choices(answer, table))


def _choices(answer: str, table: _Table) -> tuple[float, ...]:
    if "choices" not in table.values:
        return ()
    if answer == WINNER or (answer in RUN_FIGURES and RUN_FIGURES[answer].choices):
        raise table.mistake("choices", mistakes.own_choices(answer))
    choices = table.get("choices", list, _LIST)
    numbers = [each for each in choices if isinstance(each, int | float)]
    if len(numbers) < max(2, len(choices)):
        kind = Text("숫자 둘 이상의 목록", "a list of two or more numbers")
        raise table.mistake("choices", mistakes.wrong_kind("choices", kind))
    return tuple(numbers)


def _unanswerable(lesson: Lesson) -> list[Mistake]:
    """Return a mistake for every step that waits for a run which no step trains."""
    trained = {run.name for run in lesson.trained}
    wrong = []
    for number, step in enumerate(lesson.steps):
        place, asked = ("steps", str(number)), step.question
        if asked and asked.answer == WINNER and len(trained) < 2:
            wrong.append(Mistake((*place, "answer"), mistakes.nothing_to_compare()))
        if asked and asked.answer in RUN_FIGURES and asked.run not in trained:
            wrong.append(Mistake((*place, "answer"), mistakes.never_trained(asked.answer)))
        if step.figures and not trained:
            wrong.append(Mistake((*place, "figures"), mistakes.never_trained(step.figures[0])))
    return wrong
