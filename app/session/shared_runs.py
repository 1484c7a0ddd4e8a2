"""The runs that others have shared with this tab: for reading, as one's own are, and no more."""

from app.session import state
from app.session.services import services
from data.language import UserError
from models.network.weights import WEIGHTS
from models.runs.run import Run
from models.sharing.share import Shares

MOST_OPENED = 20
_TOKENS: state.Kept[tuple[str, ...]] = state.Kept("opened-shares", ())


def shares() -> Shares:
    """Return the shares of this lab."""
    return Shares(services().store)


def open_share(token: str) -> Run:
    """Return the run of a link and remember the link while this tab is open.

    Raises ``UserError`` like ``Shares.run``.
    """
    run = shares().run(token)
    others = [each for each in _TOKENS.get() if each != token]
    _TOKENS.set((token, *others)[:MOST_OPENED])
    return run


def opened_runs(task_name: str | None = None) -> list[Run]:
    """Return the runs that were shared with this tab and still are, the last opened first."""
    found = []
    for token in _TOKENS.get():
        try:
            run = shares().run(token)
        except UserError:
            continue
        if task_name in (None, run.task):
            found.append(run)
    return found


def opened_with_weights(task_name: str) -> list[Run]:
    """Return those of a task that have learnt something."""
    return [r for r in opened_runs(task_name) if (services().store.folder(r.id) / WEIGHTS).exists()]


def is_own(run: Run) -> bool:
    """Say whether this visitor may change a run, and need not be let in by a link to read it."""
    return run.owner == state.owner()


def readable(run_id: str) -> Run:
    """Return a run that this visitor may read: an own one, or one that is shared with this tab.

    Raises ``UserError`` like ``RunStore.find`` for any other.
    """
    shared = next((run for run in opened_runs() if run.id == run_id), None)
    return shared or services().store.find(run_id, state.owner())


def adopt_share() -> None:
    """Open the share that the address names, if it is one; its own page says where it is not."""
    token = state.from_address(state.SHARE)
    if token:
        try:
            open_share(token)
        except UserError:
            return
