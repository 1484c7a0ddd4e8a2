"""Which runs a visitor may compare: the one place that says so."""

from app.session import state
from app.session.services import services
from models.runs.run import Run


def visible_runs() -> list[Run]:
    """Return every run that this visitor may see, newest first."""
    return services().store.runs(state.owner(), limit=-1)
