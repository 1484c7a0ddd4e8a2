"""The training loop: Keras network, optimizer and loss, many batches to one TensorFlow call.

``model.fit`` comes back to Python for every batch, and pays again for every epoch. Here the data
lies in memory as tensors and one ``tf.function`` runs a whole chunk of batches of a seeded
permutation. Chunks are sized to about a tenth of a second, so that between two of them there is
time to report, to listen for a stop, and to look whether the loss is still a number. The
mathematics is Keras': with the same batch order, the weights equal those of ``model.fit``.

Importing this module configures TensorFlow but computes nothing, so a fork server may hold it.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from data.dataset import Array
from data.text import Text
from data.vocabulary import Encoded
from models.evaluation import evaluate
from models.events import Batches, End, Epoch, Event, Started, State
from models.experiment import Experiment
from models.network import build_model
from models.preparation import Prepared, Rows, prepare
from models.summary import summarize
from models.tasks import task_named
from models.tasks.base import Task
from models.weights import KERAS_MODEL, TrainedNetwork, write_description, write_weights

SECONDS_PER_CHUNK = 0.1
SECONDS_PER_REPORT = 0.1
SECONDS_PER_SAVE = 0.1
"""Epochs that are shorter share a write: renaming over a file takes the disk 2 ms."""
FIRST_CHUNK = 4
"""Batches in the first call: few, so that the first point of the curve comes at once."""
MAX_POINTS = 20_000
"""Points of one run. Where there are more updates, one point is the mean of several."""

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
"""Rewriting the graph takes 50 ms a run and makes these small graphs no faster."""

_METRICS = {
    "accuracy": keras.metrics.sparse_categorical_accuracy,
    "mae": keras.losses.mean_absolute_error,
}

Emit = Callable[[Event], None]
Stop = Callable[[], bool]


def train(experiment: Experiment, emit: Emit, stop: Stop, folder: Path | None = None) -> None:
    """Train an experiment, telling ``emit`` everything; the last event is always one ``End``.

    ``stop`` is asked between chunks. ``folder`` receives ``network.json`` at the start,
    ``weights.npz`` at every epoch's end (at most ten times a second) and ``model.keras`` at the
    end. Raises ``UserError`` when the experiment cannot be trained, before any event. A folder
    that cannot be written ends the run as ``failed`` with a sentence.
    """
    run = _Run.begin(experiment, folder)
    try:
        emit(run.started())
        state = run.all_epochs(emit, stop)
        run.points.report(emit, now=True)
        emit(run.end(state))
    except OSError as error:
        logging.getLogger(__name__).exception("run folder %s", folder)
        emit(End(State.FAILED, error=_cannot_write(folder, error), seconds=run.seconds))


class _Points:
    """Collects the points of single updates and hands them on at most ten times a second."""

    def __init__(self, updates: int) -> None:
        self._stride = -(-updates // MAX_POINTS)
        self._waiting: list[tuple[float, float]] = []
        self._points: list[tuple[int, float, float]] = []
        self._update = 0
        self._reported = -np.inf

    def add(self, losses: Array, metrics: Array) -> None:
        for pair in zip(losses.tolist(), metrics.tolist(), strict=True):
            self._update += 1
            self._waiting.append(pair)
            if len(self._waiting) == self._stride:
                self._close_stride()

    def _close_stride(self) -> None:
        loss, metric = np.mean(self._waiting, axis=0).tolist()
        self._points.append((self._update, loss, metric))
        self._waiting.clear()

    def report(self, emit: Emit, *, now: bool = False) -> None:
        if now and self._waiting:
            self._close_stride()
        if self._points and (now or time.monotonic() - self._reported >= SECONDS_PER_REPORT):
            emit(Batches(tuple(self._points)))
            self._points.clear()
            self._reported = time.monotonic()


@dataclass
class _Run:
    """One training run in progress: the network, its data on the device, and where it stands."""

    experiment: Experiment
    task: Task
    prepared: Prepared
    model: keras.Sequential
    folder: Path | None
    run_batches: Callable[..., tuple[tf.Tensor, tf.Tensor]]
    points: _Points
    rows: int
    updates_per_epoch: int
    began: float = field(default_factory=time.monotonic)
    chunk: int = FIRST_CHUNK
    diverged_at: int | None = None
    best: tuple[float, int, list[Array]] = (np.inf, 0, [])
    latest: list[Array] = field(default_factory=list)
    saved: float = -np.inf

    @classmethod
    def begin(cls, experiment: Experiment, folder: Path | None) -> "_Run":
        task = task_named(experiment.task)
        dataset = task.load(experiment)
        summary = summarize(task, experiment, dataset)
        prepared = prepare(task, experiment, dataset)
        model = build_model(experiment, task)
        return cls(
            experiment=experiment,
            task=task,
            prepared=prepared,
            model=model,
            folder=folder,
            run_batches=_batch_runner(model, task, prepared, experiment.batch_size),
            points=_Points(summary.updates),
            rows=summary.rows,
            updates_per_epoch=summary.updates_per_epoch,
        )

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.began, 3)

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
        )

    def all_epochs(self, emit: Emit, stop: Stop) -> State:
        """Train epoch by epoch; returns why it ended."""
        for number in range(1, self.experiment.epochs + 1):
            state = self.one_epoch(number, emit, stop)
            if state is not None:
                return state
            if self.is_out_of_patience(number):
                break
        return State.DONE

    def one_epoch(self, number: int, emit: Emit, stop: Stop) -> State | None:
        """Train one epoch and validate; returns a state if the run ends here."""
        began = time.monotonic()
        order = tf.constant(permutation(self.experiment.seed, number, self.rows))
        sums, first = np.zeros(2), 0
        while first < self.updates_per_epoch:
            if stop():
                return State.STOPPED
            last = min(first + self.chunk, self.updates_per_epoch)
            sums += self.one_chunk(order, number, first, last)
            self.points.report(emit)
            if self.diverged_at is not None:
                return State.DIVERGED
            first = last
        return self.end_of_epoch(number, sums / self.rows, began, emit)

    def one_chunk(self, order: tf.Tensor, number: int, first: int, last: int) -> Array:
        """Run batches [first, last) of an epoch; returns loss and metric summed over the rows."""
        began = time.monotonic()
        losses, metrics = (t.numpy() for t in self.run_batches(order, first, last))
        self.adapt_chunk(last - first, time.monotonic() - began)
        finite = int(np.argmin(np.append(np.isfinite(losses), False)))
        if finite < len(losses):
            self.diverged_at = (number - 1) * self.updates_per_epoch + first + finite + 1
        self.points.add(losses[:finite], metrics[:finite])
        starts = np.arange(first, last) * self.experiment.batch_size
        sizes = np.minimum(starts + self.experiment.batch_size, self.rows) - starts
        return np.array([losses @ sizes, metrics @ sizes])

    def adapt_chunk(self, batches: int, seconds: float) -> None:
        fitting = batches * SECONDS_PER_CHUNK / max(seconds, 1e-4)
        self.chunk = int(np.clip(fitting, 1, 4 * self.chunk))

    def end_of_epoch(self, number: int, means: Array, began: float, emit: Emit) -> State | None:
        arrays = self.weights()
        val_loss, val_metric = self.validate(arrays)
        if not np.isfinite(val_loss):
            self.diverged_at = number * self.updates_per_epoch
            return State.DIVERGED
        if val_loss < self.best[0]:
            self.best = (val_loss, number, arrays)
        self.latest = arrays
        if time.monotonic() - self.saved >= SECONDS_PER_SAVE:
            self.save()
        loss, metric = means.tolist()
        seconds = time.monotonic() - began
        emit(Epoch(number, loss, metric, val_loss, val_metric, round(seconds, 4), self.best[1]))
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

    def is_out_of_patience(self, number: int) -> bool:
        patience = self.experiment.early_stopping
        return patience is not None and number - self.best[1] >= patience

    def end(self, state: State) -> End:
        """Settle the weights, judge them on the test rows, and say how it ended."""
        if self.experiment.early_stopping is not None and self.best[2]:
            self.keep_best()
        elif state is State.STOPPED:
            self.latest = self.weights()
        self.save()
        return End(
            state,
            error=_diverged(self.diverged_at) if self.diverged_at else None,
            test=self.test() if state is State.DONE else None,
            update=self.diverged_at,
            best_epoch=self.best[1] or None,
            seconds=self.seconds,
        )

    def weights(self) -> list[Array]:
        """The network's arrays now: kernel, bias, kernel, bias, ..."""
        return [variable.value.numpy() for variable in self.model.trainable_variables]

    def keep_best(self) -> None:
        self.latest = self.best[2]
        for variable, array in zip(self.model.trainable_variables, self.latest, strict=True):
            variable.assign(array)

    def save(self) -> None:
        if self.folder and self.latest:
            write_weights(self.folder, self.latest)
        self.saved = time.monotonic()

    def test(self) -> dict[str, float]:
        if self.folder:
            self.model.save(self.folder / KERAS_MODEL)
        return self.judge(self.latest, self.prepared.x_test, self.prepared.y_test)


def permutation(seed: int, epoch: int, rows: int) -> Array:
    """Return the order of the training rows in an epoch, the same for the same seed and epoch."""
    return np.random.default_rng([seed, epoch]).permutation(rows).astype(np.int32)


Draw = Callable[[tf.Tensor], tf.Tensor]
"""Turns row numbers, (batch,), into those rows, (batch, inputs) float32."""


def _drawer(model: Any, prepared: Prepared) -> Draw:
    if isinstance(prepared.x_train, Encoded):
        return _multi_hot_drawer(prepared.x_train, model.input_shape[-1])
    x_train = tf.constant(prepared.x_train)
    offset = tf.constant(prepared.scaling.offset, tf.float32)
    divisor = tf.constant(prepared.scaling.divisor, tf.float32)
    return lambda chosen: (tf.cast(tf.gather(x_train, chosen), tf.float32) - offset) / divisor


def _multi_hot_drawer(documents: Encoded, size: int) -> Draw:
    """Documents as 0/1 vectors of the vocabulary's size, made for one batch at a time."""
    ids, offsets = tf.constant(documents.ids), tf.constant(documents.offsets)

    def draw(chosen: tf.Tensor) -> tf.Tensor:
        words = tf.ragged.range(tf.gather(offsets, chosen), tf.gather(offsets, chosen + 1))
        columns = tf.cast(tf.gather(ids, words.flat_values), tf.int64)
        cells = tf.stack([words.value_rowids(), columns], axis=1)
        shape = tf.stack([tf.size(chosen, tf.int64), size])
        return tf.scatter_nd(cells, tf.ones_like(columns, tf.float32), shape)

    return draw


def _batch_runner(
    model: Any, task: Task, prepared: Prepared, batch_size: int
) -> Callable[..., Any]:
    """Return the function that trains batches [first, last) of an order and gives their figures."""
    draw, y_train = _drawer(model, prepared), tf.constant(prepared.y_train[:, None])
    rows = len(prepared.y_train)
    metric = _METRICS[task.head.metric_name]
    weights, optimizer = model.trainable_variables, model.optimizer
    optimizer.build(weights)

    def one_batch(order: tf.Tensor, batch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        chosen = order[batch * batch_size : tf.minimum((batch + 1) * batch_size, rows)]
        x, y = draw(chosen), tf.gather(y_train, chosen)
        with tf.GradientTape() as tape:
            answer = model(x, training=True)
            loss = model.compute_loss(x=x, y=y, y_pred=answer)
        optimizer.apply(tape.gradient(loss, weights), weights)
        return loss, tf.reduce_mean(metric(y, answer))

    @tf.function(autograph=False)
    def run_batches(order: tf.Tensor, first: tf.Tensor, last: tf.Tensor) -> Any:
        def body(batch: tf.Tensor, losses: tf.TensorArray, metrics: tf.TensorArray) -> Any:
            loss, value = one_batch(order, batch)
            return batch + 1, losses.write(batch - first, loss), metrics.write(batch - first, value)

        empty = [tf.TensorArray(tf.float32, last - first) for _ in range(2)]
        _, losses, metrics = tf.while_loop(lambda batch, *_: batch < last, body, (first, *empty))
        return losses.stack(), metrics.stack()

    return lambda order, first, last: run_batches(order, tf.constant(first), tf.constant(last))


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
