"""How a run ends: the weights it keeps, and what is said of them."""

from pathlib import Path

from data.language import Text, UserError
from models.events import Diagnosis, End, Kept, State
from models.network.origin import origin
from models.network.weights import read_network
from models.training.diagnosis import diagnose, divergence, gather_evidence
from models.training.end_messages import why
from models.training.run import Run


def end_of(run: Run, state: State) -> End:
    """Settle the weights, judge them on the test rows, and say how it ended."""
    if state not in (State.INTERRUPTED, State.PAUSED):
        run.points.close()
    run.points.report(run.emit, now=True)
    if state is not State.DIVERGED:
        run.live_view.show(now=True)
    run.saved.files.write_record(run.recorder.record, now=True)
    run.saved.files.write_path(run.path.found())
    checkpoint = _save(run, state)
    kept = _keep(run)
    weights, found = run.saved.weights, run.divergence.found
    return End(
        state,
        error=why(state, found),
        test=run.setup.test(weights) if state is State.DONE else None,
        update=found.update if found else None,
        best_epoch=run.progress.best.epoch or None,
        seconds=run.progress.seconds,
        checkpoint=checkpoint,
        diagnoses=_diagnoses(run),
        kept=None if kept == run.progress.epoch else run.setup.kept(weights, kept),
        origin=origin(run.setup.prepared, weights) if state is State.DONE else None,
    )


def failed_end(run: Run, error: Text, folder: Path | None) -> End:
    """Return the end of a run whose folder takes no files."""
    kept = _kept_on_disk(run, folder)
    return End(State.FAILED, error=error, seconds=run.progress.seconds, kept=kept)


def _save(run: Run, state: State) -> int | None:
    """Write what the run can go on from; returns the checkpoint's update, if there is one."""
    if state is not State.DIVERGED:
        return run.saved.end()
    run.saved.files.write_best()
    return None


def _keep(run: Run) -> int:
    """Write the weights that the run keeps; returns the epoch that they are of."""
    best, epoch = run.progress.best, run.progress.epoch
    if run.setup.experiment.early_stopping is not None and best.weights:
        run.saved.keep_best()
        epoch = best.epoch
    run.saved.files.save(run.saved.weights, epoch)
    return epoch


def _kept_on_disk(run: Run, folder: Path | None) -> Kept | None:
    """Return what the folder holds where the last epoch's weights could not be written."""
    epoch = run.saved.files.kept_epoch
    if folder is None or epoch is None or epoch == run.progress.epoch:
        return None
    try:
        network = read_network(folder)
    except UserError:
        return None
    layers = zip(network.kernels, network.biases, strict=True)
    return run.setup.kept([array for layer in layers for array in layer], epoch)


def _diagnoses(run: Run) -> tuple[Diagnosis, ...]:
    """Return what is wrong with how this run learns, as far as its figures show it."""
    setup, progress, network = run.setup, run.progress, run.network
    if run.divergence.found:
        rate = network.learning_rate
        return (divergence(setup.task, setup.experiment, run.divergence.found, rate),)
    if progress.first_loss is None:
        return ()
    last = progress.newest_loss if progress.epoch_loss is None else progress.epoch_loss
    evidence = gather_evidence(
        setup.network(network.weights()),
        setup.prepared.x_val,
        setup.prepared.y_val,
        start=run.divergence.initial,
        losses=(progress.first_loss, last),
        learning_rate=network.learning_rate,
    )
    return diagnose(setup.task, setup.experiment, evidence)
