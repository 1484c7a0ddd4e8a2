"""The race on show: its runs, what they have told, and what its variants are called."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from app.form.experiment_form import optimizer_name
from app.session import state
from app.session.i18n import t
from app.session.services import services
from app.wording.run_words import outline
from data.language import UserError
from models.events import History
from models.experiment import Experiment
from models.race.variants import check, differing, reseeded, written
from models.runs.store import Run
from models.tasks.base import Task

_STARTED = "start race"


@dataclass(frozen=True)
class Race:
    """A race as it stands: ``names`` name only what differs, in the order of ``runs``."""

    id: str
    runs: tuple[Run, ...]
    histories: tuple[History, ...]
    names: tuple[str, ...]

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        return tuple(run.experiment for run in self.runs)

    @property
    def is_over(self) -> bool:
        return all(run.is_over for run in self.runs)

    @property
    def under_way(self) -> tuple[Run, ...]:
        return tuple(run for run in self.runs if not run.is_over)


def read_race(race: str) -> Race:
    """Return a race of this owner as it stands; raises ``UserError`` where a run is gone."""
    runs = _runs(race)
    histories = tuple(map(outline, runs))
    return Race(race, runs, histories, variant_names([run.experiment for run in runs]))


def _runs(race: str) -> tuple[Run, ...]:
    store, owner = services().store, state.owner()
    return tuple(store.find(run_id, owner) for run_id in store.races.runs(race))


def known_races(task: Task) -> dict[str, tuple[Run, ...]]:
    """Return the runs of this owner's races of a task that can be read, by race, newest first."""
    found = {}
    for race in services().store.races.of_owner(state.owner(), task.name):
        with suppress(UserError):
            found[race] = _runs(race)
    return found


def listed_races(task: Task, on_show: str | None) -> dict[str, tuple[Run, ...]]:
    """Return the races that a person may choose from: not the repeats of one with other seeds.

    The oldest race of the same variants says which seed is not a repeat; the one ``on_show`` stays.
    """
    known = known_races(task)
    seeds = {_but_seed(runs): runs[0].experiment.seed for runs in known.values()}
    return {
        race: runs
        for race, runs in known.items()
        if race == on_show or runs[0].experiment.seed == seeds[_but_seed(runs)]
    }


def _but_seed(runs: Sequence[Run]) -> tuple[Experiment, ...]:
    """Return what the repeats of a race have in common; a race over seeds has no repeats."""
    variants = [run.experiment for run in runs]
    return tuple(variants) if "seed" in differing(variants) else reseeded(variants, 0)


def variant_names(variants: Sequence[Experiment]) -> tuple[str, ...]:
    """Return what variants are called: the settings that differ, or numbers where none does."""
    kinds = differing(variants)
    if not kinds:
        return tuple(t("race.variant", number=n) for n in range(1, len(variants) + 1))
    return tuple(" · ".join(_word(each, kind) for kind in kinds) for each in variants)


def _word(experiment: Experiment, kind: str) -> str:
    value = written(experiment, kind)
    if kind == "optimizer":
        return optimizer_name(value)
    if kind == "layers" and value == "0":
        return t("run.no_hidden")
    return t(f"race.word_{kind}", value=value)


def shown(task: Task) -> state.Kept[str | None]:
    """Return which race of a task is on show."""
    return state.Kept(f"race-{task.name}", None)


def start_race(task: Task, variants: Sequence[Experiment]) -> None:
    """Start a race and show it; why that cannot be is said on the page."""
    try:
        check(variants)
        deed = (_STARTED, tuple(variants))
        race = state.unseen(deed)
        if not race:
            race = services().scheduler.submit_race(state.owner(), variants)[0].id
            state.note(deed, race)
        shown(task).set(race)
    except UserError as error:
        state.refuse(error.text)


def repeats(task: Task, race: Race, seeds: int) -> list[Race]:
    """Return the races that are this one with other seeds, the newest of each seed, by seed.

    A race over seeds has none.
    """
    if "seed" in differing(race.experiments):
        return []
    wanted = {
        reseeded(race.experiments, seed): seed for seed in other_seeds(race.experiments, seeds)
    }
    found: dict[int, str] = {}
    for other, runs in known_races(task).items():
        seed = wanted.get(tuple(run.experiment for run in runs))
        if seed is not None:
            found.setdefault(seed, other)
    return [read_race(found[seed]) for seed in sorted(found)]


def other_seeds(variants: Sequence[Experiment], seeds: int) -> list[int]:
    """Return the seeds of the repeats of a race, which has one of ``seeds`` itself."""
    return [variants[0].seed + more for more in range(1, seeds)]


def start_repeats(task: Task, race: Race, seeds: int) -> None:
    """Start the repeats of a race that there are not yet, as many as the owner's quota takes."""
    done = {each.experiments[0].seed for each in repeats(task, race, seeds)}
    try:
        for seed in other_seeds(race.experiments, seeds):
            if seed not in done:
                variants = reseeded(race.experiments, seed)
                services().scheduler.submit_race(state.owner(), variants)
    except UserError as error:
        state.refuse(error.text)
