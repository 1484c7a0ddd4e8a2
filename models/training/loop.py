"""The training loop: Keras network, optimizer and loss, chunk by chunk.

The data lies in memory as tensors and ``models.training.batches`` runs a chunk of batches in one
call. Chunks are sized to about a tenth of a second, so that between two of them there is time to
report, to listen to what is asked (``models.training.pacing``), and to look whether the loss is
still a number.

Importing this module configures TensorFlow but computes nothing, so a fork server may hold it.
"""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from data.dataset import Array
from data.language import UserError
from models.control import Control, Limits
from models.events import (
    Baseline,
    Baselines,
    Diagnosis,
    End,
    Epoch,
    Event,
    Kept,
    Preparing,
    Snapshot,
    Started,
    State,
)
from models.experiment import Experiment
from models.inputs.preparation import Prepared, Rows, prepare
from models.inputs.summary import summarize
from models.network.checkpoint import Checkpoint, Position, read_best, read_checkpoint
from models.network.evaluation import evaluate
from models.network.snapshot import example_row, take_snapshot
from models.network.weights import TrainedNetwork, read_network
from models.tasks import task_named
from models.tasks.base import Task
from models.training.baselines import (
    remember,
    remembered,
    simple_baselines,
    without_hidden_layers,
)
from models.training.batches import BatchRunner, Trained, permutation
from models.training.build import build_model
from models.training.diagnosis import EXPLODED, Divergence, diagnose, divergence, gather_evidence
from models.training.divergence import DivergenceRecorder
from models.training.end_messages import cannot_write, why
from models.training.live_picture import LiveView
from models.training.live_view import close_up
from models.training.pacing import Ask, Pacing
from models.training.points import Points
from models.training.run_files import RunFiles
from models.training.tensorflow_import import keras, tf

SECONDS_PER_CHUNK = 0.1
SECONDS_FOR_BASELINE = 15.0
"""A network without hidden layers that takes longer is given up: nobody waits for it."""
EPOCHS_TO_END = 2
"""In a row, with a loss far above where it began: one alone may be a start that is overcome."""
FIRST_CHUNK = 4
"""Batches in the first call: few, so that the first point of the curve comes at once."""

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
"""Rewriting the graph takes 50 ms a run and makes these small graphs no faster."""

Emit = Callable[[Event], None]
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
) -> None:
    """Train an experiment, telling ``emit`` everything; the last event is always one ``End``.

    ``ask`` is asked between chunks how to go on. ``folder`` receives ``network.json`` at the start,
    ``weights.npz`` at every epoch's end (at most ten times a second) and a checkpoint (at most one
    in two seconds, and at every end). ``after`` an update, the run goes on from the newest
    checkpoint up to there, as if it had never stopped.

    Raises ``UserError`` when the experiment cannot be trained, before any event but
    ``Preparing``. A folder that cannot be written at the start or at the end ends the run as
    ``failed`` with a sentence; in between, training goes on.
    """
    run = _Run.begin(experiment, emit, folder)
    pacing = Pacing(ask, emit, run, limits or Limits())
    try:
        if after is not None:
            run.go_on_after(after)
        emit(run.started())
        emit(run.baselines())
        state = run.all_epochs(pacing)
        if state is State.DONE:
            run.train_without_hidden_layers(ask)
        emit(run.end(state))
    except OSError as error:
        told = cannot_write(folder, error)
        _log.warning("%s", told)
        emit(End(State.FAILED, error=told, seconds=run.seconds, kept=run.kept_on_disk()))


@dataclass
class _Run:
    """One training run in progress: the network, its data on the device, and where it stands."""

    experiment: Experiment
    emit: Emit
    task: Task
    prepared: Prepared
    model: keras.Sequential
    folder: Path | None
    runner: BatchRunner
    recorder: DivergenceRecorder
    points: Points
    initial: list[Array]
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
    rate: float = 0.0
    is_tuned: bool = False
    """Whether the learning rate was changed in mid-run."""
    first_loss: float | None = None
    newest_loss: float = np.inf
    last_loss: float | None = None
    too_high: int = 0
    """Epochs in a row whose loss was far above where it began."""
    divergence: Divergence | None = None
    best: tuple[float, int, list[Array]] = (np.inf, 0, [])
    latest: list[Array] = field(default_factory=list)
    live_view: LiveView = field(init=False)
    example: Array = field(init=False)
    """The validation row that is followed through the network, (inputs,) as it sees it."""
    files: RunFiles = field(init=False)

    def __post_init__(self) -> None:
        self.files = RunFiles(self.folder, self.emit)
        self.live_view = LiveView(self.emit, self.picture)
        self.example = example_row(self.network(self.initial), self.prepared.x_val)

    @classmethod
    def begin(
        cls,
        experiment: Experiment,
        emit: Emit,
        folder: Path | None,
        prepared: Prepared | None = None,
    ) -> "_Run":
        task = task_named(experiment.task)
        dataset = task.load(experiment)
        summary = summarize(task, experiment, dataset)
        prepared = prepared or prepare(
            task, experiment, dataset, lambda done, total: emit(Preparing(done, total))
        )
        model = build_model(experiment, task)
        runner = BatchRunner(model, task, prepared, experiment)
        variables = [*model.trainable_variables, *_state_variables(model)]
        return cls(
            experiment=experiment,
            emit=emit,
            task=task,
            prepared=prepared,
            model=model,
            folder=folder,
            runner=runner,
            recorder=DivergenceRecorder(variables, runner),
            points=Points(summary.updates),
            initial=_arrays(model),
            rate=experiment.optimizer.learning_rate,
            rows=summary.rows,
            updates=summary.updates,
            updates_per_epoch=summary.updates_per_epoch,
        )

    @property
    def seconds(self) -> float:
        return round(self.seconds_before + time.monotonic() - self.began, 3)

    @property
    def threads(self) -> int:
        return int(tf.config.threading.get_intra_op_parallelism_threads())

    @property
    def update(self) -> int:
        return self.epoch * self.updates_per_epoch + self.batches

    def started(self) -> Started:
        self.files.describe(self.experiment, self.prepared, self.example)
        return Started(
            parameters=self.model.count_params(),
            rows=self.rows,
            updates_per_epoch=self.updates_per_epoch,
            epochs=self.experiment.epochs,
            metric=self.task.head.metric_name,
            epoch=self.epoch,
            update=self.update,
            threads=self.threads,
        )

    # Training --------------------------------------------------------------------------------

    def all_epochs(self, pacing: Pacing) -> State:
        """Train epoch by epoch; returns why it ended."""
        while self.epoch < self.experiment.epochs:
            state = self.rest_of_epoch(pacing)
            if state is not None:
                return state
            if self.is_out_of_patience():
                break
        return State.DONE

    def rest_of_epoch(self, pacing: Pacing) -> State | None:
        """Train the batches of an epoch that are left, and validate; a state if the run ends."""
        began = time.monotonic()
        order = tf.constant(permutation(self.experiment.seed, self.epoch + 1, self.rows))
        while self.batches < self.updates_per_epoch:
            left = min(self.chunk, self.updates_per_epoch - self.batches)
            granted = pacing.next(self.update, left)
            if isinstance(granted, State):
                return granted
            self.one_chunk(order, granted, slowly=granted == 1 and pacing.is_slow_motion)
            if pacing.is_watched:
                self.points.close()
            self.points.report(self.emit)
            if self.divergence is not None:
                return State.DIVERGED
            self.live_view.show(now=pacing.is_slow_motion)
        return self.end_of_epoch(began, order)

    def one_chunk(self, order: tf.Tensor, batches: int, *, slowly: bool) -> None:
        """Run the next batches of an epoch; a loss that is no number ends it there."""
        first, last = self.batches, self.batches + batches
        if self.may_diverge:
            self.recorder.note(self.epoch, first)
        trained = self.one_slowly(order) if slowly else self.at_full_speed(order, first, last)
        losses, metrics = trained.losses, trained.metrics
        if self.first_loss is None:
            self.first_loss = float(losses[0])
        self.newest_loss = float(losses[-1])
        self.live_view.add(trained, self.update + 1, self.rate)
        finite = int(np.argmin(np.append(np.isfinite(losses), False)))
        if finite < len(losses):
            batch, update = first + finite, self.update + finite + 1
            self.divergence = self.recorder.explain(order, self.epoch, batch, update)
        self.points.add(losses[:finite], metrics[:finite])
        starts = np.arange(first, last) * self.experiment.batch_size
        sizes = np.minimum(starts + self.experiment.batch_size, self.rows) - starts
        self.sums += np.array([losses @ sizes, metrics @ sizes])
        self.batches = last

    def at_full_speed(self, order: tf.Tensor, first: int, last: int) -> Trained:
        """Train batches [first, last) in one call, and fit the next calls to the time it took."""
        began = time.monotonic()
        trained = self.runner.run(order, first, last, self.live_view.watched)
        fitting = (last - first) * SECONDS_PER_CHUNK / max(time.monotonic() - began, 1e-4)
        self.chunk = int(np.clip(fitting, 1, 4 * self.chunk))
        return trained

    def one_slowly(self, order: tf.Tensor) -> Trained:
        """Train one batch and show everything about it."""
        examined = self.runner.examine(order, self.batches, self.live_view.watched)
        if np.isfinite(examined.trained.losses).all():
            self.emit(close_up(self.task, examined, self.update + 1, self.batches + 1))
        return examined.trained

    @property
    def may_diverge(self) -> bool:
        """Whether the loss is young, tuned or above its start: else nobody needs to look back."""
        if self.epoch == 0 or self.is_tuned or self.first_loss is None:
            return True
        return self.newest_loss > self.first_loss

    def end_of_epoch(self, began: float, order: tf.Tensor) -> State | None:
        arrays = self.weights()
        penalty = self.penalty(arrays)
        val_loss, val_metric = self.validate(arrays, penalty)
        if not np.isfinite(val_loss):
            self.divergence = Divergence(self.update, self.batches)
            return State.DIVERGED
        loss, metric = (self.sums / self.rows).tolist()
        self.epoch, self.batches, self.sums = self.epoch + 1, 0, np.zeros(2)
        self.latest = arrays
        self.last_loss = loss
        if val_loss < self.best[0]:
            self.best = (val_loss, self.epoch, arrays)
            self.files.note_best(lambda: self.checkpoint(arrays))
        seconds = round(time.monotonic() - began, 4)
        checkpoint = self.files.end_epoch(arrays, self.epoch, lambda: self.checkpoint(arrays))
        told = (self.epoch, loss, metric, val_loss, val_metric, seconds, self.best[1], checkpoint)
        self.emit(Epoch(*told, penalty))
        return self.blown_up(order, loss)

    def blown_up(self, order: tf.Tensor, loss: float) -> State | None:
        """End a run whose loss is a number, but for two epochs far above where it began."""
        self.too_high = self.too_high + 1 if self.is_far_above_start(loss) else 0
        if self.too_high < EPOCHS_TO_END:
            return None
        last = self.updates_per_epoch - 1
        found = self.recorder.explain(order, self.epoch - 1, last, self.update)
        self.divergence = replace(found, first_loss=self.first_loss or 0.0, loss=loss)
        return State.DIVERGED

    def is_far_above_start(self, loss: float) -> bool:
        """Whether a loss is far above that of the first batch, and of the untrained network.

        The first batch may be a single row, which was met by chance.
        """
        if self.first_loss is None or loss <= EXPLODED * self.first_loss:
            return False
        untrained = self.judge(self.initial, self.prepared.x_val, self.prepared.y_val)
        return loss > EXPLODED * untrained["loss"]

    def penalty(self, arrays: list[Array]) -> float:
        """What L2 adds to the loss: Keras' sum over the kernels of the hidden layers."""
        return self.experiment.l2 * sum(float((kernel**2).sum()) for kernel in arrays[:-2:2])

    def validate(self, arrays: list[Array], penalty: float) -> tuple[float, float]:
        """Return loss (L2 penalty included, as in Keras) and metric on the validation rows."""
        figures = self.judge(arrays, self.prepared.x_val, self.prepared.y_val)
        return figures["loss"] + penalty, figures[self.task.head.metric_name]

    def judge(self, arrays: list[Array], x: Rows, y: Array) -> dict[str, float]:
        """Evaluate the network with these arrays, in NumPy: there is nothing to compile then."""
        with np.errstate(all="ignore"):
            return evaluate(self.network(arrays), x, y, self.threads)

    def network(self, arrays: list[Array]) -> TrainedNetwork:
        kernels, biases = tuple(arrays[::2]), tuple(arrays[1::2])
        return TrainedNetwork(self.experiment, self.task, self.prepared.scaling, kernels, biases)

    def is_out_of_patience(self) -> bool:
        patience = self.experiment.early_stopping
        return patience is not None and self.epoch - self.best[1] >= patience

    def end(self, state: State) -> End:
        """Settle the weights, judge them on the test rows, and say how it ended."""
        if state not in (State.INTERRUPTED, State.PAUSED):
            self.points.close()
        self.points.report(self.emit, now=True)
        if state is not State.DIVERGED:
            self.live_view.show(now=True)
        checkpoint = None
        if state is State.DIVERGED:
            self.files.write_best()
        else:
            self.latest = self.weights()
            checkpoint = self.files.write(self.checkpoint)
        kept = self.epoch
        if self.experiment.early_stopping is not None and self.best[2]:
            self.keep_best()
            kept = self.best[1]
        self.files.save(self.latest, kept)
        return End(
            state,
            error=why(state, self.divergence),
            test=self.test() if state is State.DONE else None,
            update=self.divergence.update if self.divergence else None,
            best_epoch=self.best[1] or None,
            seconds=self.seconds,
            checkpoint=checkpoint,
            diagnoses=self.diagnoses(),
            kept=None if kept == self.epoch else self.judged(self.latest, kept),
        )

    def judged(self, arrays: list[Array], epoch: int) -> Kept:
        """Return the figures of weights that are not the last epoch's."""
        return Kept(epoch, *self.validate(arrays, self.penalty(arrays)))

    def kept_on_disk(self) -> Kept | None:
        """Return what the folder holds where the last epoch's weights could not be written."""
        epoch = self.files.kept_epoch
        if self.folder is None or epoch is None or epoch == self.epoch:
            return None
        try:
            network = read_network(self.folder)
        except UserError:
            return None
        layers = zip(network.kernels, network.biases, strict=True)
        return self.judged([array for layer in layers for array in layer], epoch)

    def test(self) -> dict[str, float]:
        return self.judge(self.latest, self.prepared.x_test, self.prepared.y_test)

    # Beside the training -----------------------------------------------------------------------

    def picture(self) -> Snapshot:
        target = float(self.prepared.y_val[0])
        return take_snapshot(self.network(self.weights()), self.example, target, self.update)

    def baselines(self) -> Baselines:
        """Return what simpler models reach, as far as that is known at once."""
        known = simple_baselines(self.task, self.prepared)
        linear = without_hidden_layers(self.experiment) if self.task.head.is_classifier else None
        found = remembered(linear, self.prepared) if linear else None
        return Baselines((*known, found) if found else known)

    def train_without_hidden_layers(self, ask: Ask) -> None:
        """Train the network without hidden layers too, unless that is known or makes no sense."""
        linear = without_hidden_layers(self.experiment) if self.task.head.is_classifier else None
        if linear is None or remembered(linear, self.prepared):
            return
        epochs: list[Event] = []
        run = _Run.begin(linear, epochs.append, None, self.prepared)
        limits = Limits(working_seconds=SECONDS_FOR_BASELINE)
        pacing = Pacing(_only_end(ask), epochs.append, run, limits)
        if run.all_epochs(pacing) is not State.DONE:
            return
        last = next(event for event in reversed(epochs) if isinstance(event, Epoch))
        found = Baseline(
            "no_hidden", last.val_loss, last.val_metric, run.seconds, epochs=linear.epochs
        )
        remember(linear, self.prepared, found)
        self.emit(Baselines((*simple_baselines(self.task, self.prepared), found)))

    def diagnoses(self) -> tuple[Diagnosis, ...]:
        """Return what is wrong with how this run learns, as far as its figures show it."""
        if self.divergence:
            return (divergence(self.task, self.experiment, self.divergence, self.rate),)
        if self.first_loss is None:
            return ()
        last = self.newest_loss if self.last_loss is None else self.last_loss
        evidence = gather_evidence(
            self.network(self.weights()),
            self.prepared.x_val,
            self.prepared.y_val,
            start=self.initial,
            losses=(self.first_loss, last),
            learning_rate=self.rate,
        )
        return diagnose(self.task, self.experiment, evidence)

    # What the pacing asks for ---------------------------------------------------------------

    def settle(self) -> None:
        """Report every point and save the weights: a pause begins."""
        self.points.report(self.emit, now=True)
        self.live_view.show(now=True)
        self.latest = self.weights()
        self.files.save_if_possible(self.latest, self.epoch)

    def tune(self, learning_rate: float) -> None:
        """Train with another learning rate from now on."""
        self.model.optimizer.learning_rate.assign(learning_rate)
        self.rate, self.is_tuned = learning_rate, True

    def watch(self, weight: tuple[int, int, int] | None) -> None:
        """Show the network and this weight of it from now on, or nothing."""
        self.live_view.watch(weight)

    # Variables -----------------------------------------------------------------------------------

    def weights(self) -> list[Array]:
        """The network's arrays now: kernel, bias, kernel, bias, ..."""
        return _arrays(self.model)

    def keep_best(self) -> None:
        self.latest = self.best[2]
        _assign(self.model.trainable_variables, self.latest)

    def checkpoint(self, weights: list[Array] | None = None) -> Checkpoint:
        """Return everything that the run needs to go on from here; ``weights`` if just read."""
        position = Position(
            epoch=self.epoch,
            batches=self.batches,
            update=self.update,
            sums=(float(self.sums[0]), float(self.sums[1])),
            waiting=self.points.waiting,
            best_loss=self.best[0] if self.best[1] else None,
            best_epoch=self.best[1],
            seconds=self.seconds,
            first_loss=self.first_loss,
        )
        state = tuple(map(_array, _state_variables(self.model)))
        return Checkpoint(position, tuple(weights or self.weights()), state)

    def go_on_after(self, update: int) -> None:
        """Take up the run where its newest checkpoint left it; without one it begins anew."""
        assert self.folder is not None
        found = read_checkpoint(self.folder, update)
        if found is None or not self.fits(found):
            return
        position = found.position
        _assign(self.model.trainable_variables, found.weights)
        _assign(_state_variables(self.model), found.state)
        self.epoch, self.batches = position.epoch, position.batches
        self.sums, self.seconds_before = np.array(position.sums), position.seconds
        self.points = Points(self.updates, position.update, position.waiting)
        best = read_best(self.folder)
        if best is not None and self.fits(best) and position.best_loss is not None:
            self.best = (position.best_loss, position.best_epoch, list(best.weights))
        self.latest, self.files.kept_epoch = list(found.weights), self.epoch
        self.first_loss = np.inf if position.first_loss is None else position.first_loss

    def fits(self, checkpoint: Checkpoint) -> bool:
        """Whether the arrays of a checkpoint are those of this network and its optimizer."""
        pairs = (
            (self.model.trainable_variables, checkpoint.weights),
            (_state_variables(self.model), checkpoint.state),
        )
        return all([v.shape for v in ours] == [a.shape for a in theirs] for ours, theirs in pairs)


def _state_variables(model: keras.Sequential) -> list[keras.Variable]:
    """Every variable that is no weight: the optimizer's, and the seeds of dropout."""
    return [*model.non_trainable_variables, *model.optimizer.variables]


def _arrays(model: keras.Sequential) -> list[Array]:
    return [_array(variable) for variable in model.trainable_variables]


def _array(variable: keras.Variable) -> Array:
    """Read a variable with a single operation: ``variable.numpy()`` takes three times as long."""
    value = variable.value
    array: Array = tf.raw_ops.ReadVariableOp(resource=value.handle, dtype=value.dtype).numpy()
    return array


def _only_end(ask: Ask) -> Ask:
    """What is asked of a run, but for pauses, tempo and learning rate."""

    def asked() -> Control:
        control = ask()
        return Control(stop=control.stop, leave=control.leave)

    return asked


def _assign(variables: list[keras.Variable], arrays: Iterable[Array | tf.Tensor]) -> None:
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
