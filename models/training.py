"""The training loop: Keras network, optimizer and loss, chunk by chunk.

The data lies in memory as tensors and ``models.batches`` runs a chunk of batches in one call.
Chunks are sized to about a tenth of a second, so that between two of them there is time to report,
to listen to what is wished (``models.conductor``), and to look whether the loss is still a number.

Importing this module configures TensorFlow but computes nothing, so a fork server may hold it.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from data.dataset import Array
from data.text import Text
from models.batches import batch_runner, permutation
from models.checkpoint import (
    Checkpoint,
    Position,
    read_best,
    read_checkpoint,
    write_best,
    write_checkpoint,
)
from models.conductor import Ask, Conductor
from models.evaluation import evaluate
from models.events import End, Epoch, Event, Started, State
from models.experiment import Experiment
from models.network import build_model
from models.points import Points
from models.preparation import Prepared, Rows, prepare
from models.summary import summarize
from models.tasks import task_named
from models.tasks.base import Task
from models.weights import KERAS_MODEL, TrainedNetwork, write_description, write_weights
from models.wish import Limits, Wish

SECONDS_PER_CHUNK = 0.1
SECONDS_PER_SAVE = 0.1
"""Epochs that are shorter share a write: renaming over a file takes the disk 2 ms."""
SECONDS_PER_CHECKPOINT = 2.0
FIRST_CHUNK = 4
"""Batches in the first call: few, so that the first point of the curve comes at once."""

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
"""Rewriting the graph takes 50 ms a run and makes these small graphs no faster."""

Emit = Callable[[Event], None]
_log = logging.getLogger(__name__)


def train(
    experiment: Experiment,
    emit: Emit,
    ask: Ask = Wish,
    folder: Path | None = None,
    *,
    after: int | None = None,
    limits: Limits | None = None,
) -> None:
    """Train an experiment, telling ``emit`` everything; the last event is always one ``End``.

    ``ask`` is asked between chunks how to go on. ``folder`` receives ``network.json`` at the start,
    ``weights.npz`` at every epoch's end (at most ten times a second), a checkpoint (at most one in
    two seconds, and at every end) and ``model.keras`` at the end. ``after`` an update, the run goes
    on from the newest checkpoint up to there, as if it had never stopped.

    Raises ``UserError`` when the experiment cannot be trained, before any event. A folder that
    cannot be written at the start or at the end ends the run as ``failed`` with a sentence; in
    between, training goes on.
    """
    run = _Run.begin(experiment, emit, folder)
    conductor = Conductor(ask, emit, run, limits or Limits())
    try:
        if after is not None:
            run.go_on_after(after)
        emit(run.started())
        state = run.all_epochs(conductor)
        emit(run.end(state))
    except OSError as error:
        _log.exception("run folder %s", folder)
        emit(End(State.FAILED, error=_cannot_write(folder, error), seconds=run.seconds))


@dataclass
class _Run:
    """One training run in progress: the network, its data on the device, and where it stands."""

    experiment: Experiment
    emit: Emit
    task: Task
    prepared: Prepared
    model: keras.Sequential
    folder: Path | None
    run_batches: Callable[..., tuple[tf.Tensor, tf.Tensor]]
    points: Points
    rows: int
    updates: int
    updates_per_epoch: int
    began: float = field(default_factory=time.monotonic)
    seconds_before: float = 0.0
    epoch: int = 0
    """Epochs that are finished."""
    batches: int = 0
    """Batches of the next epoch that are done, and loss and metric summed over their rows."""
    sums: Array = field(default_factory=lambda: np.zeros(2))
    chunk: int = FIRST_CHUNK
    diverged_at: int | None = None
    best: tuple[float, int, list[Array]] = (np.inf, 0, [])
    new_best: Checkpoint | None = None
    """The best epoch's checkpoint, until it is written."""
    latest: list[Array] = field(default_factory=list)
    saved: float = -np.inf
    checked: float = field(default_factory=time.monotonic)

    @classmethod
    def begin(cls, experiment: Experiment, emit: Emit, folder: Path | None) -> "_Run":
        task = task_named(experiment.task)
        dataset = task.load(experiment)
        summary = summarize(task, experiment, dataset)
        prepared = prepare(task, experiment, dataset)
        model = build_model(experiment, task)
        return cls(
            experiment=experiment,
            emit=emit,
            task=task,
            prepared=prepared,
            model=model,
            folder=folder,
            run_batches=batch_runner(model, task, prepared, experiment.batch_size),
            points=Points(summary.updates),
            rows=summary.rows,
            updates=summary.updates,
            updates_per_epoch=summary.updates_per_epoch,
        )

    @property
    def seconds(self) -> float:
        return round(self.seconds_before + time.monotonic() - self.began, 3)

    @property
    def update(self) -> int:
        return self.epoch * self.updates_per_epoch + self.batches

    def started(self) -> Started:
        if self.folder:
            prepared = self.prepared
            write_description(self.folder, self.experiment, prepared.scaling, prepared.vocabulary)
        return Started(
            parameters=self.model.count_params(),
            rows=self.rows,
            updates_per_epoch=self.updates_per_epoch,
            epochs=self.experiment.epochs,
            metric=self.task.head.metric_name,
            epoch=self.epoch,
            update=self.update,
        )

    # Training --------------------------------------------------------------------------------

    def all_epochs(self, conductor: Conductor) -> State:
        """Train epoch by epoch; returns why it ended."""
        while self.epoch < self.experiment.epochs:
            state = self.rest_of_epoch(conductor)
            if state is not None:
                return state
            if self.is_out_of_patience():
                break
        return State.DONE

    def rest_of_epoch(self, conductor: Conductor) -> State | None:
        """Train the batches of an epoch that are left, and validate; a state if the run ends."""
        began = time.monotonic()
        order = tf.constant(permutation(self.experiment.seed, self.epoch + 1, self.rows))
        while self.batches < self.updates_per_epoch:
            left = min(self.chunk, self.updates_per_epoch - self.batches)
            granted = conductor.next(self.update, left)
            if isinstance(granted, State):
                return granted
            self.one_chunk(order, granted)
            if conductor.is_watched:
                self.points.close()
            self.points.report(self.emit)
            if self.diverged_at is not None:
                return State.DIVERGED
        return self.end_of_epoch(began)

    def one_chunk(self, order: tf.Tensor, batches: int) -> None:
        """Run the next batches of an epoch; a loss that is no number ends it there."""
        began, first, last = time.monotonic(), self.batches, self.batches + batches
        losses, metrics = (t.numpy() for t in self.run_batches(order, first, last))
        self.adapt_chunk(batches, time.monotonic() - began)
        finite = int(np.argmin(np.append(np.isfinite(losses), False)))
        if finite < len(losses):
            self.diverged_at = self.update + finite + 1
        self.points.add(losses[:finite], metrics[:finite])
        starts = np.arange(first, last) * self.experiment.batch_size
        sizes = np.minimum(starts + self.experiment.batch_size, self.rows) - starts
        self.sums += np.array([losses @ sizes, metrics @ sizes])
        self.batches = last

    def adapt_chunk(self, batches: int, seconds: float) -> None:
        fitting = batches * SECONDS_PER_CHUNK / max(seconds, 1e-4)
        self.chunk = int(np.clip(fitting, 1, 4 * self.chunk))

    def end_of_epoch(self, began: float) -> State | None:
        arrays = self.weights()
        val_loss, val_metric = self.validate(arrays)
        if not np.isfinite(val_loss):
            self.diverged_at = self.update
            return State.DIVERGED
        loss, metric = (self.sums / self.rows).tolist()
        self.epoch, self.batches, self.sums = self.epoch + 1, 0, np.zeros(2)
        self.latest = arrays
        if val_loss < self.best[0]:
            self.best = (val_loss, self.epoch, arrays)
            self.new_best = self.checkpoint() if self.folder else None
        seconds = round(time.monotonic() - began, 4)
        checkpoint = self.save_now_and_then()
        self.emit(
            Epoch(self.epoch, loss, metric, val_loss, val_metric, seconds, self.best[1], checkpoint)
        )
        return None

    def validate(self, arrays: list[Array]) -> tuple[float, float]:
        """Return loss (L2 penalty included, as in Keras) and metric on the validation rows."""
        figures = self.judge(arrays, self.prepared.x_val, self.prepared.y_val)
        squares = sum(float((kernel**2).sum()) for kernel in arrays[:-2:2])
        loss = figures["loss"] + self.experiment.l2 * squares
        return loss, figures[self.task.head.metric_name]

    def judge(self, arrays: list[Array], x: Rows, y: Array) -> dict[str, float]:
        """Evaluate the network with these arrays, in NumPy: there is nothing to compile then."""
        kernels, biases = tuple(arrays[::2]), tuple(arrays[1::2])
        scaling = self.prepared.scaling
        network = TrainedNetwork(self.experiment, self.task, scaling, kernels, biases)
        with np.errstate(all="ignore"):
            return evaluate(network, x, y)

    def is_out_of_patience(self) -> bool:
        patience = self.experiment.early_stopping
        return patience is not None and self.epoch - self.best[1] >= patience

    def end(self, state: State) -> End:
        """Settle the weights, judge them on the test rows, and say how it ended."""
        if state not in (State.INTERRUPTED, State.PAUSED):
            self.points.close()
        self.points.report(self.emit, now=True)
        checkpoint = None
        if state is State.DIVERGED:
            self.write_best()
        else:
            self.latest = self.weights()
            checkpoint = self.write_checkpoint()
        if self.experiment.early_stopping is not None and self.best[2]:
            self.keep_best()
        self.save()
        return End(
            state,
            error=_why(state, self.diverged_at),
            test=self.test() if state is State.DONE else None,
            update=self.diverged_at,
            best_epoch=self.best[1] or None,
            seconds=self.seconds,
            checkpoint=checkpoint,
        )

    def test(self) -> dict[str, float]:
        if self.folder:
            self.model.save(self.folder / KERAS_MODEL)
        return self.judge(self.latest, self.prepared.x_test, self.prepared.y_test)

    # What the conductor asks for ---------------------------------------------------------------

    def settle(self) -> None:
        """Report every point and save the weights: a pause begins."""
        self.points.report(self.emit, now=True)
        self.latest = self.weights()
        self.try_to(self.save)

    def tune(self, learning_rate: float) -> None:
        """Train with another learning rate from now on."""
        self.model.optimizer.learning_rate.assign(learning_rate)

    # Files -------------------------------------------------------------------------------------

    def weights(self) -> list[Array]:
        """The network's arrays now: kernel, bias, kernel, bias, ..."""
        return [variable.value.numpy() for variable in self.model.trainable_variables]

    def state_variables(self) -> list[keras.Variable]:
        """Every variable that is no weight: the optimizer's, and the seeds of dropout."""
        return [*self.model.non_trainable_variables, *self.model.optimizer.variables]

    def keep_best(self) -> None:
        self.latest = self.best[2]
        _assign(self.model.trainable_variables, self.latest)

    def save(self) -> None:
        if self.folder and self.latest:
            write_weights(self.folder, self.latest)
        self.saved = time.monotonic()

    def save_now_and_then(self) -> int | None:
        """Write weights and checkpoint if it is time for them; returns the latter's update."""
        now = time.monotonic()
        if now - self.saved >= SECONDS_PER_SAVE:
            self.try_to(self.save)
        if now - self.checked >= SECONDS_PER_CHECKPOINT:
            return self.write_checkpoint()
        return None

    def checkpoint(self) -> Checkpoint:
        """Return everything that the run needs to go on from here."""
        position = Position(
            epoch=self.epoch,
            batches=self.batches,
            update=self.update,
            sums=(float(self.sums[0]), float(self.sums[1])),
            waiting=self.points.waiting,
            best_loss=self.best[0] if self.best[1] else None,
            best_epoch=self.best[1],
            seconds=self.seconds,
        )
        state = tuple(variable.value.numpy() for variable in self.state_variables())
        return Checkpoint(position, tuple(self.weights()), state)

    def write_checkpoint(self) -> int | None:
        """Write a checkpoint; returns its update, None where there is no folder or no space."""
        if self.folder is None:
            return None
        self.checked = time.monotonic()
        folder, checkpoint = self.folder, self.checkpoint()
        self.write_best()
        is_written = self.try_to(lambda: write_checkpoint(folder, checkpoint))
        return self.update if is_written else None

    def write_best(self) -> None:
        """Write the best epoch's checkpoint if it is a new one."""
        folder, best = self.folder, self.new_best
        if folder and best and self.try_to(lambda: write_best(folder, best)):
            self.new_best = None

    def try_to(self, write: Callable[[], None]) -> bool:
        """Write something that training can go on without; says whether that worked."""
        try:
            write()
        except OSError as error:
            _log.warning("nothing can be written to %s: %s", self.folder, error)
            return False
        return True

    def go_on_after(self, update: int) -> None:
        """Take up the run where its newest checkpoint left it; without one it begins anew."""
        assert self.folder is not None
        found = read_checkpoint(self.folder, update)
        if found is None:
            return
        position = found.position
        _assign(self.model.trainable_variables, found.weights)
        _assign(self.state_variables(), found.state)
        self.epoch, self.batches = position.epoch, position.batches
        self.sums, self.seconds_before = np.array(position.sums), position.seconds
        self.points = Points(self.updates, position.update, position.waiting)
        best = read_best(self.folder)
        if best is not None and position.best_loss is not None:
            self.best = (position.best_loss, position.best_epoch, list(best.weights))
        self.latest = list(found.weights)


def _assign(variables: list[keras.Variable], arrays: Iterable[Array]) -> None:
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def _why(state: State, diverged_at: int | None) -> Text | None:
    """Return the sentence that explains an end which needs one."""
    if diverged_at is not None:
        return _diverged(diverged_at)
    return _SENTENCES.get(state)


_SENTENCES = {
    State.INTERRUPTED: Text(
        "서버가 멈추어 학습을 중단했습니다. "
        "여기까지의 상태를 저장했으니 이어서 학습할 수 있습니다.",
        "The server stopped and interrupted this run. It was saved and can be continued.",
    ),
    State.TIMEOUT: Text(
        "한 번에 학습할 수 있는 시간이 지나 멈추었습니다. "
        "여기까지의 상태를 저장했으니 이어서 학습할 수 있습니다.",
        "The time for one go is over. The run was saved and can be continued.",
    ),
}


def _diverged(update: int) -> Text:
    return Text(
        f"업데이트 {update:,}에서 손실이 숫자가 아니게 되었습니다(NaN 또는 무한대). "
        "학습률을 낮추거나 입력을 표준화해 보세요.",
        f"At update {update:,} the loss was no longer a number (NaN or infinite). "
        "Try a lower learning rate, or standardise the inputs.",
    )


def _cannot_write(folder: Path | None, error: OSError) -> Text:
    return Text(
        f"{folder}에 가중치를 쓸 수 없습니다({error.strerror}). "
        "공간을 비우거나 FNN_LAB_HOME을 다른 폴더로 바꿔 주세요.",
        f"The weights cannot be written to {folder} ({error.strerror}). "
        "Free some space or point FNN_LAB_HOME at another folder.",
    )
