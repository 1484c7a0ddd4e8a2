"""Which runs a visitor may compare: the one place that says so."""

from app.session import state
from app.session.services import services
from app.session.shared_runs import is_own, opened_runs
from models.runs.run import Run


def visible_runs() -> list[Run]:
    """Return every run that this visitor may see, newest first: own ones and shared ones."""
    shared = [run for run in opened_runs() if not is_own(run)]
    own = services().store.runs(state.owner(), limit=-1)
    return sorted([*own, *shared], key=lambda run: run.created, reverse=True) if shared else own
