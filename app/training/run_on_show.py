"""Which run a page is about: the one just started, the one in the address, or the newest."""

from app.session import state
from app.session.services import services
from data.language import UserError
from models.runs.store import Run
from models.tasks.base import Task


def run_on_show(task: Task) -> Run | None:
    """Return the run that the Train page shows for a task, None when there is none yet."""
    owner = state.owner()
    wanted = state.run_id(task.name)
    if wanted:
        try:
            run = services().store.find(wanted, owner)
        except UserError:
            run = None  # another browser's address: fall back to this browser's own runs
        if run and run.task == task.name:
            return run
    return next(iter(services().store.runs(owner, task.name, limit=1)), None)
