"""What a run writes to go on from later, and how it does."""

from pathlib import Path

from data.dataset import Array
from models.network.checkpoint import Checkpoint, read_best, read_checkpoint
from models.training.build import KerasNetwork
from models.training.points import Points
from models.training.progress import BestEpoch, Progress
from models.training.run_files import RunFiles


class SavedState:
    """The saved side of a run: its checkpoints and the weights that its folder shall hold.

    ``weights`` are the newest that make sense: those of the last epoch, or of a pause or end since
    then; of the best epoch once that is what the run keeps. Empty before the first of them.
    """

    def __init__(
        self, network: KerasNetwork, progress: Progress, points: Points, files: RunFiles
    ) -> None:
        self._network, self._progress = network, progress
        self._points, self.files = points, files
        self.weights: list[Array] = []

    def checkpoint(self, weights: list[Array] | None = None) -> Checkpoint:
        """Return everything that the run needs to go on from here; ``weights`` if just read."""
        position = self._progress.position(self._points.waiting)
        found = weights or self._network.weights()
        return Checkpoint(position, tuple(found), tuple(self._network.state()))

    def keep(self, weights: list[Array], val_loss: float) -> None:
        """Keep the weights of the epoch that has ended, as the best ones if they are."""
        self.weights = weights
        if val_loss < self._progress.best.loss:
            self._progress.best = BestEpoch(val_loss, self._progress.epoch, weights)
            self.files.note_best(lambda: self.checkpoint(weights))

    def end_epoch(self) -> int | None:
        """Write what was kept if it is time for it; returns the update of a new checkpoint."""
        weights, epoch = self.weights, self._progress.epoch
        return self.files.end_epoch(weights, epoch, lambda: self.checkpoint(weights))

    def pause(self) -> None:
        """Save the weights as they are, if the folder takes them."""
        self.weights = self._network.weights()
        self.files.save_if_possible(self.weights, self._progress.epoch)

    def end(self) -> int | None:
        """Keep the weights as they are; returns the update of the checkpoint that says so."""
        self.weights = self._network.weights()
        return self.files.write(self.checkpoint)

    def keep_best(self) -> None:
        """Keep the best epoch's weights instead of the newest, in the network too."""
        self.weights = self._progress.best.weights
        self._network.set_weights(self.weights)

    def go_on_after(self, folder: Path, update: int) -> None:
        """Take up the run where its newest checkpoint left it; without one it begins anew.

        Checkpoints of after ``update`` are not looked at.
        """
        found = read_checkpoint(folder, update)
        if found is None or not self._fits(found):
            return
        position = found.position
        self._network.set_weights(found.weights)
        self._network.set_state(found.state)
        self._progress.go_on_from(position)
        self._points.go_on_from(position.update, position.waiting)
        best = read_best(folder)
        if best is not None and self._fits(best) and position.best_loss is not None:
            weights = list(best.weights)
            self._progress.best = BestEpoch(position.best_loss, position.best_epoch, weights)
        self.weights, self.files.kept_epoch = list(found.weights), position.epoch

    def _fits(self, checkpoint: Checkpoint) -> bool:
        return self._network.fits(checkpoint.weights, checkpoint.state)
