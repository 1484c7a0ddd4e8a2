"""What the components of the page need in order to follow a run while it trains."""

from typing import Any, NotRequired, TypedDict

from app.server.scripts import widget_modules
from app.session import state
from app.session.services import services
from models.events import Batches, End, to_json
from models.runs.store import Run

_FRESH: state.Kept[str | None] = state.Kept("fresh-run", None)
"""The run that was just started, as long as nothing of it has been watched."""
_WORKER = widget_modules.address("shared/run_worker.js")


class LiveRun(TypedDict):
    """A run to show: its id, the address of its events, whether it is still going.

    ``worker`` is the address of the script that hears runs for all tabs; without it, a page hears
    its runs itself. ``place`` is its place in the queue, None (or left out) once it has a worker;
    ``events`` is the number of its last event. ``told`` are the events of a run that the
    browser may not ask for: what a page shows of it ends with the page.
    """

    run: str
    url: str
    live: bool
    worker: NotRequired[str]
    place: NotRequired[int | None]
    events: NotRequired[int]
    told: NotRequired[list[dict[str, Any]]]


def live_run(run: Run) -> LiveRun:
    """Return what ``run_stream.js`` follows a run by.

    A run that this session has just started is live until it has been watched to its end or left,
    even if it is over before the page is drawn: half a second of training is shown over four.
    """
    is_fresh = _FRESH.get() == run.id
    if not is_fresh:
        leave_show()
    return {
        "run": run.id,
        "url": state.own_address(f"api/runs/{run.id}/events"),
        "worker": _WORKER,
        "live": is_fresh or not run.is_over,
        "place": services().scheduler.position(run.id),
        "events": 0 if is_fresh else run.events,
    }


def told_run(run: Run) -> LiveRun:
    """Return what the curves of a run of somebody else are drawn by, as far as it has come.

    Raises ``UserError`` like ``RunStore.history``.
    """
    history = services().store.history(run.id)
    begun = () if history.started is None else (history.started, Batches(history.points))
    told = [to_json(event) for event in (*begun, *history.epochs)]
    if history.end is not None:  # which names the machine
        told.append({"kind": End.kind})
    return {"run": run.id, "url": "", "live": False, "told": told}


def expect_show(run_id: str) -> None:
    """Remember a run that was just started: nothing of it has been watched yet."""
    _FRESH.set(run_id)


def end_show(run_id: str) -> None:
    """Remember that a run has been watched to its end, or to a pause."""
    if _FRESH.get() == run_id:
        _FRESH.set(None)


def leave_show() -> None:
    """Remember that the page of the curves was left: who comes back sees what there is at once."""
    _FRESH.set(None)


def race_run(run: Run, replay: int) -> LiveRun:
    """Return what a run of a race is followed by: as fast as it trains, or slowly in a ``replay``.

    Replays are counted from 1; each is followed anew.
    """
    return {
        "run": f"{run.id}~{replay}" if replay else run.id,
        "url": state.own_address(f"api/runs/{run.id}/events"),
        "worker": _WORKER,
        "live": replay > 0,
        "place": services().scheduler.position(run.id),
        "events": 0 if replay else run.events,
    }
