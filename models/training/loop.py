"""Training an experiment from its first event to its last: what everybody calls.

The data lies in memory as tensors and ``models.training.batches`` runs a chunk of batches in one
call. Chunks are sized to about a tenth of a second, so that between two of them there is time to
report, to listen to what is asked (``models.training.pacing``), and to look whether the loss is
still a number. ``models.training.run`` puts these together.

Importing this module configures TensorFlow but computes nothing, so a fork server may hold it.
"""

import logging
from contextlib import suppress
from pathlib import Path

from models.control import Control, Limits
from models.events import State
from models.experiment import Experiment
from models.tasks.catalogue import task_of
from models.training.baselines import known_baselines, late_baselines
from models.training.end_messages import cannot_write
from models.training.live_view import Emit
from models.training.pacing import Ask, Pacing
from models.training.run import Run
from models.training.run_end import end_of, failed_end
from models.training.setup import Setup
from models.training.tensorflow_import import tf

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
"""Rewriting the graph takes 50 ms a run and makes these small graphs no faster."""

_log = logging.getLogger(__name__)


def use_threads(threads: int) -> None:
    """Let this process train with so many threads, unless it has computed something already."""
    with suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(threads)


def train(
    experiment: Experiment,
    emit: Emit,
    ask: Ask = Control,
    folder: Path | None = None,
    *,
    after: int | None = None,
    limits: Limits | None = None,
    keeps_path: bool = False,
) -> None:
    """Train an experiment, telling ``emit`` everything; the last event is always one ``End``.

    ``ask`` is asked between chunks how to go on. ``folder`` receives ``network.json`` at the start,
    ``weights.npz`` at every epoch's end (at most ten times a second) and a checkpoint (at most one
    in two seconds, and at every end); ``epochs.npz`` holds what it said of the same test rows after
    every epoch; with ``keeps_path``, ``path.npz`` holds the weights of some epochs in the end.
    ``after`` an update, the run goes on from the newest checkpoint up to there, as if
    it had never stopped.

    Raises ``UserError`` when the experiment cannot be trained, before any event but
    ``Preparing``. A folder that cannot be written at the start or at the end ends the run as
    ``failed`` with a sentence; in between, training goes on.
    """
    threads = int(tf.config.threading.get_intra_op_parallelism_threads())
    setup = Setup.of(task_of(experiment, folder), experiment, threads, emit)
    run = Run.begin(setup, emit, folder, keeps_path=keeps_path)
    pacing = Pacing(ask, emit, run, limits or Limits())
    try:
        if after is not None:
            assert folder is not None
            run.saved.go_on_after(folder, after)
            run.recorder.go_on_after(folder, run.progress.epoch)
            run.path.go_on_after(folder, run.progress.epoch)
        _train(run, pacing, ask)
    except OSError as error:
        told = cannot_write(folder, error)
        _log.warning("%s", told)
        emit(failed_end(run, told, folder))


def _train(run: Run, pacing: Pacing, ask: Ask) -> None:
    """Train a run to its end; raises ``OSError`` when its folder takes no files."""
    run.emit(run.started())
    run.emit(known_baselines(run.setup))
    state = run.all_epochs(pacing)
    late = late_baselines(run.setup, ask) if state is State.DONE else None
    if late is not None:
        run.emit(late)
    run.emit(end_of(run, state))
