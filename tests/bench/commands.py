"""How soon a run obeys: stop in every state, every other command, and a worker that is killed.

``python -m tests.bench.commands`` trains with a real worker, without a browser. A time is counted
from the command to the event that says it has been done, as the store sees it, and looked for
every hundredth of a second.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from models.bench.machine import machine
from models.events import State
from models.experiment import Experiment, Layer, Optimizer
from tests.bench.measured import tell
from tests.support.lab import LONG, OWNER, SHORT, Lab, open_lab, trainers, workers
from tests.support.polling import until

ROUNDS = 5
SECONDS_OF_PATIENCE = 60
COMMAND_BAR, LOSS_BAR = "<= 0.3", "<= 2"

LONG_UPDATES_PER_EPOCH = 404
LARGE = Experiment(
    "mnist",
    (Layer(1024), Layer(1024), Layer(1024), Layer(1024), Layer(640)),
    Optimizer("rmsprop", learning_rate=0.001),
    epochs=5,
    batch_size=64,
    train_size=300,
)
"""Nearly as many parameters as a network may have; its validation loss is lowest before the end."""

Seconds = float


def begun(lab: Lab) -> str:
    """Start a run that takes most of a minute; return its id when it trains."""
    run_id = lab.submit(LONG)
    until(lambda: lab.is_training(run_id), SECONDS_OF_PATIENCE)
    return run_id


def paused(lab: Lab) -> str:
    run_id = begun(lab)
    lab.scheduler.pause(OWNER, run_id)
    reach(lab, run_id, State.PAUSED)
    return run_id


def reach(lab: Lab, run_id: str, state: State) -> Seconds:
    return until(lambda: lab.run(run_id).state is state, SECONDS_OF_PATIENCE)


def stop_queued(lab: Lab) -> Seconds:
    ahead, waiting = begun(lab), lab.submit(LONG)
    seconds = lab.seconds_to_stop(waiting)
    lab.seconds_to_stop(ahead)
    return seconds


def stop_submitted(lab: Lab) -> Seconds:
    return lab.seconds_to_stop(lab.submit(LONG))


def stop_started(lab: Lab) -> Seconds:
    run_id = lab.submit(LONG)
    reach(lab, run_id, State.RUNNING)
    return lab.seconds_to_stop(run_id)


def stop_running(lab: Lab) -> Seconds:
    return lab.seconds_to_stop(begun(lab))


def stop_paused(lab: Lab) -> Seconds:
    return lab.seconds_to_stop(paused(lab))


def pause(lab: Lab) -> Seconds:
    run_id = begun(lab)
    lab.scheduler.pause(OWNER, run_id)
    seconds = reach(lab, run_id, State.PAUSED)
    lab.seconds_to_stop(run_id)
    return seconds


def resume(lab: Lab) -> Seconds:
    run_id = paused(lab)
    lab.scheduler.resume(OWNER, run_id)
    seconds = reach(lab, run_id, State.RUNNING)
    lab.seconds_to_stop(run_id)
    return seconds


def step(lab: Lab) -> Seconds:
    run_id = paused(lab)
    next_update = lab.run(run_id).updates + 1
    lab.scheduler.step(OWNER, run_id, next_update)
    seconds = until(lambda: lab.run(run_id).updates == next_update, SECONDS_OF_PATIENCE)
    lab.seconds_to_stop(run_id)
    return seconds


def step_epoch(lab: Lab) -> Seconds:
    """Return the seconds until the epoch that was asked for is under way."""
    run_id = paused(lab)
    before = lab.run(run_id).updates
    lab.scheduler.step(OWNER, run_id, before + LONG_UPDATES_PER_EPOCH)
    seconds = until(lambda: lab.run(run_id).updates > before, SECONDS_OF_PATIENCE)
    lab.seconds_to_stop(run_id)
    return seconds


def done(lab: Lab, experiment: Experiment) -> str:
    run_id = lab.submit(experiment)
    reach(lab, run_id, State.DONE)
    return run_id


def train_on(lab: Lab) -> Seconds:
    """Return the seconds until a run that had ended trains again."""
    run_id = done(lab, SHORT)
    lab.scheduler.train_on(OWNER, run_id, LONG.epochs - SHORT.epochs)
    seconds = reach(lab, run_id, State.RUNNING)
    lab.seconds_to_stop(run_id)
    return seconds


def rewind(lab: Lab) -> Seconds:
    run_id = done(lab, LARGE)
    best, began = lab.run(run_id).best_epoch, time.perf_counter()
    lab.scheduler.rewind(OWNER, run_id)  # comes back when it is done
    assert lab.run(run_id).epoch == best
    return time.perf_counter() - began


def set_tempo(lab: Lab) -> Seconds:
    run_id = begun(lab)
    lab.scheduler.set_tempo(OWNER, run_id, 100.0)
    return tuned(lab, run_id)


def set_learning_rate(lab: Lab) -> Seconds:
    run_id = begun(lab)
    lab.scheduler.set_learning_rate(OWNER, run_id, 1e-5)
    return tuned(lab, run_id)


def tuned(lab: Lab, run_id: str) -> Seconds:
    seconds = until(lambda: lab.store.outline(run_id).tunings, SECONDS_OF_PATIENCE)
    lab.seconds_to_stop(run_id)
    return seconds


def kill_worker(lab: Lab) -> Seconds:
    run_id = begun(lab)
    for worker in workers(trainers()[0]):
        worker.kill()
    return reach(lab, run_id, State.LOST)


MEASURED: tuple[tuple[str, Callable[[Lab], Seconds], str], ...] = (
    ("stop a run that waits", stop_queued, COMMAND_BAR),
    ("stop a run that was just submitted", stop_submitted, COMMAND_BAR),
    ("stop a run that has just started", stop_started, COMMAND_BAR),
    ("stop a run that trains", stop_running, COMMAND_BAR),
    ("stop a run that is paused", stop_paused, COMMAND_BAR),
    ("pause", pause, COMMAND_BAR),
    ("resume", resume, COMMAND_BAR),
    ("one update more", step, COMMAND_BAR),
    ("one epoch more", step_epoch, COMMAND_BAR),
    ("train on after the end", train_on, COMMAND_BAR),
    ("back to the best epoch, 4.6 million parameters", rewind, COMMAND_BAR),
    ("another tempo", set_tempo, COMMAND_BAR),
    ("another learning rate", set_learning_rate, COMMAND_BAR),
    ("kill -9 of a worker to lost", kill_worker, LOSS_BAR),
)


def main() -> None:
    print(f"machine: {machine()}")
    with tempfile.TemporaryDirectory() as folder, open_lab(Path(folder), slots=1) as lab:
        for name, measure, bar in MEASURED:
            times = [measure(lab) for _ in range(ROUNDS)]
            tell(f"{name}, median (s)", statistics.median(times), bar, max(times))


if __name__ == "__main__":
    main()
