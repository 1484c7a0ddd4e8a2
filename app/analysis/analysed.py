"""What the Analyze page is about: a network, the test rows, and what it says of them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.prediction.network_choice import READY, Answering, network_of, run_now
from app.session.i18n import both, say, t
from app.session.remembered import content_of
from app.session.services import memory
from app.wording import run_words
from data.dataset import Dataset
from data.language import UserError
from models.analysis.judged import Judged, judged_now, judged_then, record_of, rows_of_test
from models.inputs.preparation import Rows
from models.network.epoch_record import EpochRecord
from models.network.weights import WEIGHTS, TrainedNetwork
from models.runs.run import Run
from models.tasks.base import Task


@dataclass(frozen=True)
class Analysed:
    """A network by its run's ``name``, with its data; ``run`` is None where it came with the lab.

    ``written`` is when its weights were written (nanoseconds).
    """

    name: str
    folder: Path
    network: TrainedNetwork
    dataset: Dataset
    run: Run | None
    written: int

    @property
    def task(self) -> Task:
        return self.network.task

    @property
    def id(self) -> str:
        """The id of the run, or ``READY``."""
        return self.run.id if self.run else READY

    @cached_property
    def rows(self) -> Rows:
        """All test rows as the network is given them."""
        key = (self.folder, content_of(self.task, self.dataset))
        return memory().test_rows.get(key, lambda: rows_of_test(self.network, self.dataset))

    @cached_property
    def record(self) -> EpochRecord:
        """What was recorded of the epochs that the run stands after; nothing of other networks."""
        if self.run is None:
            return EpochRecord()
        return record_of(self.network, self.folder, len(self.rows)).until(self.run.epoch)

    def now(self) -> Judged:
        """Return what the network says of all test rows."""
        key = (self.folder, self.written, content_of(self.task, self.dataset))
        return memory().judged.get(
            key, lambda: judged_now(self.network, self.rows, self.dataset.y_test)
        )

    def after(self, epoch: int | None) -> Judged:
        """Return what it said after an epoch; of all test rows now where that is None."""
        answers = None if epoch is None else self.record.answers.get(epoch)
        if answers is None:
            return self.now()
        return judged_then(self.task, answers, self.dataset.y_test[: len(self.rows)])


def analysed(task: Task, answering: Answering) -> Analysed:
    """Return a network with its data as they are now.

    Raises ``UserError`` where the run has been deleted, or its files are gone or damaged.
    """
    run, network = run_now(answering), network_of(answering)
    try:
        written = (answering.folder / WEIGHTS).stat().st_mtime_ns
    except OSError:
        raise UserError(both("run.gone")) from None
    dataset = network.task.load(answering.experiment)
    name = run_words.name(run) if run else _ready_name(task, answering)
    return Analysed(name, answering.folder, network, dataset, run, written)


def _ready_name(task: Task, answering: Answering) -> str:
    """Return what the network that came with the lab is called."""
    titles = [each.title for each in task.settings if each.experiment == answering.experiment]
    what = " ".join(map(say, [task.title, *titles]))
    return t("analyze.ready", what=what)
