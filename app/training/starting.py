"""How every part of the Train page starts a run, and which weight of it is looked at closely."""

from app.form.tokenizer_fallback import readable
from app.session import state
from app.session.services import services, task_of
from app.widgets.shared.live_run import expect_show
from data.language import UserError
from models.control import Control
from models.experiment import Experiment
from models.inputs.kinds import input_of
from models.inputs.summary import has_weight
from models.runs.store import Run
from models.tasks.base import Task

Weight = tuple[int, int, int]
"""A Dense layer (0 is the first), one of its inputs (-1 is the bias), one of its units."""


def start(experiment: Experiment, deed: object = None) -> Run:
    """Submit an experiment for this browser's owner and show the run.

    Raises ``UserError`` where it breaks a lock, and like ``submit``.
    """
    state.check_locks(experiment)
    run = submit(experiment, deed)
    expect_show(run.id)
    state.show_run(experiment.task, run.id)
    return run


def submit(experiment: Experiment, deed: object = None) -> Run:
    """Submit an experiment for this browser's owner.


    A click that is repeated before the browser has seen its run makes no other one: the clicks are
    the same if they ask for the same experiment, or for the same ``deed`` where one is given.
    Raises ``UserError`` like ``Scheduler.submit`` and ``readable``.
    """
    experiment = readable(experiment)
    deed = deed or experiment
    if made := state.unseen(deed):
        return services().store.find(made, state.owner())
    watch = Control(watch=picked(state.task(experiment.task), experiment))
    run = services().scheduler.submit(state.owner(), experiment, watch)
    state.note(deed, run.id)
    return run


def try_to_start(experiment: Experiment) -> None:
    """Start a run; why that cannot be is said on the page."""
    try:
        start(experiment)
    except UserError as error:
        state.refuse(error.text)


def picked(task: Task, experiment: Experiment) -> Weight:
    """Return the weight that was picked last for a task, if this network has it."""
    weight = _picked(task.name).get()
    if weight is not None and has_weight(task, experiment, weight):
        return weight
    return 0, _telling_input(task, experiment), 0


def pick(experiment: Experiment, weight: Weight, run: Run | None) -> None:
    """Look at another weight from now on, of ``run`` too if it is that network and under way."""
    _picked(experiment.task).set(weight)
    if run is not None:
        _watch(run, weight)


def keep_watch(run: Run) -> None:
    """Let a run under way tell of the picked weight, whoever let it go on.

    A session that has picked none yet, as after a reload, takes the weight that the run tells of.
    """
    if run.is_over:
        return
    watched, own = services().scheduler.control_of(run.id).watch, _picked(run.task)
    if watched is not None and own.get() is None:
        own.set(watched)
    weight = picked(task_of(run), run.experiment)
    if weight != watched:
        _watch(run, weight)


def _watch(run: Run, weight: Weight) -> None:
    try:
        services().scheduler.watch(state.owner(), run.id, weight)
    except UserError as error:
        state.refuse(error.text)


def _picked(task_name: str) -> state.Kept[Weight | None]:
    return state.Kept(f"weight-{task_name}", None)


def _telling_input(task: Task, experiment: Experiment) -> int:
    """Return an input that changes from row to row; the first where the data is missing."""
    try:
        return input_of(task).watched(task, task.load(experiment))
    except UserError:
        return 0
