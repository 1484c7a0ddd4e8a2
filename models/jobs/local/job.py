"""What a worker process does: train one experiment and report every event.

This module is light on purpose. The trainer imports it to name the function that it sends to a
worker, and must not carry TensorFlow itself; the worker imports ``models.training.loop`` when it
runs.
"""

import gc
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from queue import Queue
from typing import Any

from data.language import Text, UserError
from data.parent_process import end_with_parent
from models.control import Control, Limits
from models.events import (
    TRANSIENT,
    End,
    Event,
    OfRun,
    Preparing,
    Started,
    State,
    TransientLine,
    to_json,
    to_line,
)
from models.experiment import Experiment, Layer, Optimizer
from models.jobs.local.race_job import Racer, train_in_turn

SECONDS_BETWEEN_LOOKS = 0.02

_PRELOADED = "tensorflow" in sys.modules
"""Whether TensorFlow came with the fork: the fork server imports it before it imports this."""

_REHEARSAL = Experiment("boston", (Layer(8),), Optimizer(), epochs=1, batch_size=64)

Emit = Callable[[Event], None]

_OUT_OF_MEMORY = Text(
    "이 실행에 허락된 메모리가 모자라 멈추었습니다. "
    "층을 줄이거나 배치 크기를 낮추어 다시 학습하세요.",
    "The run needs more memory than it may have. Train again with smaller layers or batches.",
)
_INTERNAL = Text(
    "내부 오류로 학습을 마치지 못했습니다. 다시 시도하고, 되풀이되면 서버 로그와 함께 알려 주세요.",
    "An internal error ended the training. Please try again; if it happens again, report it "
    "with the server's log.",
)


def run_job(
    run_id: str,
    experiment: Mapping[str, Any],
    folder: str,
    events: Queue[tuple[str, dict[str, Any], float]],
    controls: Mapping[str, dict[str, Any]],
    after: int | None = None,
    limits: Mapping[str, Any] | None = None,
    others: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Train one experiment in this process, putting what it says on ``events``.

    That is (run id, event as JSON values, when it arose in seconds since 1970). The run goes on
    from its checkpoint ``after`` an update, follows what ``controls`` holds under its id, and keeps
    to ``limits``. Whatever goes wrong becomes an ``End``. The ``others`` train in turn with it, and
    what they say is put there as ``OfRun``; its own ``End`` comes when all are over.
    """
    # The pool's own handler waits for the running TensorFlow call; the default one does not.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def emit(event: Event) -> None:
        events.put((run_id, to_json(_as_told(event)), time.time()))

    def emit_of(other: str) -> Emit:
        return lambda event: emit(OfRun(other, to_json(_as_told(event))))

    def work() -> None:
        limit_memory(allowed.megabytes)
        if ask().stop:
            emit(End(State.STOPPED))
        elif others:
            rest = [
                Racer(each["experiment"], each["folder"], each["after"], emit_of(each["run"]))
                for each in others
            ]
            racers = [Racer(experiment, folder, after, emit), *rest]
            train_in_turn(racers, ask, allowed, _guarded)
        else:
            _train(experiment, folder, emit, ask, after, allowed)

    allowed = Limits(**(limits or {}))
    ask = ControlOf(run_id, controls)
    _guarded(emit, work)


def _as_told(event: Event) -> Event:
    """Return an event as it leaves the worker."""
    if isinstance(event, Started):
        return replace(event, preloaded=_PRELOADED)
    if isinstance(event, TRANSIENT) and not isinstance(event, Preparing):
        return TransientLine(event.kind, to_line(event))
    return event


def _guarded(emit: Emit, work: Callable[[], None]) -> None:
    """Do something; whatever goes wrong becomes an ``End``."""
    try:
        work()
    except UserError as error:
        emit(End(State.FAILED, error=error.text))
    except Exception as error:
        traceback.print_exc()
        emit(End(State.FAILED, error=_OUT_OF_MEMORY if _wants_memory(error) else _INTERNAL))


def prepare_worker(threads: int = 1) -> None:
    """Make a worker ready before its job comes: it trains something tiny and throws it away.

    It trains with so many ``threads`` from then on.

    What TensorFlow and Keras do only once in a process is then done. It halves the time from the
    job to its first batch (MNIST: 0.8 s to 0.4 s) and costs an idle worker some memory. What is
    there then stays: it is frozen, for one full garbage collection would take 0.1 s of a run.
    """
    end_with_parent()
    try:
        from models.training.loop import train, use_threads

        use_threads(threads)
        train(_REHEARSAL, lambda event: None)
        gc.freeze()
    except Exception:  # whatever is wrong, the job itself will meet it and say so
        traceback.print_exc()


def _train(
    experiment: Mapping[str, Any],
    folder: str,
    emit: Emit,
    ask: "ControlOf",
    after: int | None,
    limits: Limits,
) -> None:
    chosen = Experiment.from_dict(experiment)
    from models.training.loop import train

    train(chosen, emit, ask, Path(folder), after=after, limits=limits)


class ControlOf:
    """Looks up what is asked of one run, but not more often than it costs nothing."""

    def __init__(self, run_id: str, controls: Mapping[str, dict[str, Any]]) -> None:
        self._run_id, self._controls = run_id, controls
        self._control, self._looked = Control(), float("-inf")

    def __call__(self) -> Control:
        now = time.monotonic()
        if now - self._looked >= SECONDS_BETWEEN_LOOKS:
            self._control = Control.from_dict(self._controls.get(self._run_id, {}))
            self._looked = now
        return self._control


def _wants_memory(error: Exception) -> bool:
    """Say whether Python or TensorFlow (which is not imported here) was refused memory."""
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"


def limit_memory(megabytes: int | None) -> None:
    """Let this process ask for no more address space than it has now and ``megabytes`` more."""
    if megabytes is None or sys.platform != "linux":
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    allowed = pages * resource.getpagesize() + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
