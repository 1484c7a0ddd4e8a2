"""One training run, epoch by epoch: its parts, and the order in which they work.

What each part does is its own: ``chunks`` runs batches, ``progress`` counts them, ``divergence``
looks at their losses, ``saved`` writes what the run can go on from.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from data.dataset import Array
from models.events import Epoch, Snapshot, Started, State
from models.network.fingerprint import fingerprint
from models.network.snapshot import example_row, take_snapshot
from models.network.weight_path import PathRecorder
from models.training.batches import BatchRunner, permutation
from models.training.build import KerasNetwork, build_model
from models.training.chunks import Chunks
from models.training.divergence import DivergenceWatch
from models.training.epoch_recorder import EpochRecorder
from models.training.live_view import Emit, LiveView
from models.training.pacing import Pacing
from models.training.points import Points
from models.training.progress import Progress
from models.training.resume import SavedState
from models.training.run_files import RunFiles
from models.training.setup import Setup
from models.training.tensorflow_import import tf


@dataclass(frozen=True, slots=True)
class Run:
    """The parts of one training run in progress; ``Pacing`` paces it.

    ``example`` is the validation row that is followed through the network, (inputs,) as it sees it.
    """

    setup: Setup
    emit: Emit
    network: KerasNetwork
    progress: Progress
    points: Points
    chunks: Chunks
    divergence: DivergenceWatch
    saved: SavedState
    recorder: EpochRecorder
    path: PathRecorder
    live_view: LiveView
    example: Array

    @classmethod
    def begin(
        cls, setup: Setup, emit: Emit, folder: Path | None, *, keeps_path: bool = False
    ) -> Self:
        """Return a run before its first update; ``keeps_path`` keeps the weights on its way."""
        experiment = setup.experiment
        model = build_model(experiment, setup.task)
        runner = BatchRunner(model, setup.task, setup.prepared, experiment)
        network = KerasNetwork(model, experiment.optimizer.learning_rate)
        progress, points = Progress(setup.summary), Points(setup.summary.updates)
        divergence = DivergenceWatch(setup, network, runner, progress)
        example = example_row(setup.network(divergence.initial), setup.prepared.x_val)
        target = float(setup.prepared.y_val[0])

        def picture() -> Snapshot:
            now = setup.network(network.weights())
            return take_snapshot(now, example, target, progress.update)

        live_view = LiveView(emit, picture, experiment.optimizer)
        files = RunFiles(folder, emit)
        return cls(
            setup,
            emit,
            network,
            progress,
            points,
            Chunks(setup.task, runner, live_view, emit),
            divergence,
            SavedState(network, progress, points, files),
            EpochRecorder(setup, files),
            PathRecorder(divergence.initial, is_kept=keeps_path),
            live_view,
            example,
        )

    def started(self) -> Started:
        """Describe the run in its folder, and return the event that begins it."""
        experiment, summary, task = self.setup.experiment, self.setup.summary, self.setup.task
        self.saved.files.describe(experiment, self.setup.prepared, self.example)
        return Started(
            parameters=self.network.parameters,
            rows=summary.rows,
            updates_per_epoch=summary.updates_per_epoch,
            epochs=experiment.epochs,
            metric=task.head.metric_name,
            epoch=self.progress.epoch,
            update=self.progress.update,
            threads=self.setup.threads,
            initial=fingerprint(self.divergence.initial),
        )

    # Training --------------------------------------------------------------------------------

    def all_epochs(self, pacing: Pacing) -> State:
        """Train epoch by epoch; returns why it ended."""
        while self.progress.epoch < self.setup.experiment.epochs:
            state = self._rest_of_epoch(pacing)
            if state is not None:
                return state
            if self._is_out_of_patience():
                break
        return State.DONE

    def _rest_of_epoch(self, pacing: Pacing) -> State | None:
        """Train the batches of an epoch that are left, and validate; a state if the run ends."""
        began, progress, summary = time.monotonic(), self.progress, self.setup.summary
        seed, others = self.setup.experiment.seed, pacing.others_seconds
        order = tf.constant(permutation(seed, progress.epoch + 1, summary.rows))
        while progress.batches < summary.updates_per_epoch:
            left = min(self.chunks.size, summary.updates_per_epoch - progress.batches)
            granted = pacing.next(progress.update, left)
            if isinstance(granted, State):
                return granted
            self._one_chunk(order, granted, slowly=granted == 1 and pacing.is_slow_motion)
            if pacing.is_watched:
                self.points.close()
            self.points.report(self.emit)
            if self.divergence.found is not None:
                return State.DIVERGED
            self.live_view.show(now=pacing.is_slow_motion)
        waited = pacing.others_seconds - others
        progress.began += waited
        return self._end_of_epoch(began + waited, order)

    def _one_chunk(self, order: Any, batches: int, *, slowly: bool) -> None:
        """Run the next batches of an epoch; a loss that is no number ends it there."""
        self.divergence.before_batches()
        if slowly:
            trained = self.chunks.one_slowly(order, self.progress)
        else:
            trained = self.chunks.at_full_speed(order, self.progress, batches)
        self.live_view.add(trained, self.progress.update + 1, self.network.learning_rate)
        finite = self.divergence.after_batches(order, trained.losses)
        self.points.add(trained.losses[:finite], trained.metrics[:finite])
        self.progress.add(trained.losses, trained.metrics)

    def _end_of_epoch(self, began: float, order: Any) -> State | None:
        weights = self.network.weights()
        penalty = self.setup.penalty(weights)
        answers = self.setup.validation_answers(weights)
        val_loss, val_metric = self.setup.validate(weights, penalty, answers)
        self.divergence.after_validation(val_loss)
        if self.divergence.found is not None:
            return State.DIVERGED
        loss, metric = self.progress.end_epoch()
        self.saved.keep(weights, val_loss)
        self.recorder.add(self.progress.epoch, weights, answers)
        self.path.add(self.progress.epoch, weights)
        seconds = round(time.monotonic() - began, 4)
        checkpoint = self.saved.end_epoch()
        epoch, best = self.progress.epoch, self.progress.best.epoch
        told = (epoch, loss, metric, val_loss, val_metric, seconds, best, checkpoint, penalty)
        self.emit(Epoch(*told, order=fingerprint([order.numpy()])))
        self.divergence.after_epoch(order, loss)
        return State.DIVERGED if self.divergence.found is not None else None

    def _is_out_of_patience(self) -> bool:
        patience = self.setup.experiment.early_stopping
        return patience is not None and self.progress.epoch - self.progress.best.epoch >= patience

    # What the pacing asks for ----------------------------------------------------------------

    def settle(self) -> None:
        """Report every point and save the weights: a pause begins."""
        self.points.report(self.emit, now=True)
        self.live_view.show(now=True)
        self.saved.pause()

    def tune(self, learning_rate: float) -> None:
        """Train with another learning rate from now on."""
        self.network.tune(learning_rate)

    def watch(self, weight: tuple[int, int, int] | None) -> None:
        """Show the network and this weight of it from now on, or nothing."""
        self.live_view.watch(weight)
