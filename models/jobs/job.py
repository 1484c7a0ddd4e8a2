"""What a worker process does: train one experiment and report every event.

This module is light on purpose. The trainer imports it to name the function that it sends to a
worker, and must not carry TensorFlow itself; the worker imports ``models.training`` when it runs.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from queue import Queue
from typing import Any

from data.text import Text, UserError
from models.events import End, Event, Started, State, to_json
from models.experiment import Experiment, Layer, Optimizer

SECONDS_BETWEEN_LOOKS = 0.02

_PRELOADED = "tensorflow" in sys.modules
"""Whether TensorFlow came with the fork: the fork server imports it before it imports this."""

_REHEARSAL = Experiment("boston", (Layer(8),), Optimizer(), epochs=1, batch_size=64)

_INTERNAL = Text(
    "내부 오류로 학습을 마치지 못했습니다. 다시 시도하고, 되풀이되면 서버 로그와 함께 알려 주세요.",
    "An internal error ended the training. Please try again; if it happens again, report it "
    "with the server's log.",
)


def run_job(
    run_id: str,
    experiment: Mapping[str, Any],
    folder: str,
    events: Queue[tuple[str, dict[str, Any]]],
    stops: Mapping[str, bool],
) -> None:
    """Train one experiment in this process, putting (run id, event as JSON values) on ``events``.

    The run ends early once ``stops`` holds its id. Whatever goes wrong becomes an ``End``.
    """
    # The pool's own handler waits for the running TensorFlow call; the default one does not.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def emit(event: Event) -> None:
        if isinstance(event, Started):
            event = replace(event, preloaded=_PRELOADED)
        events.put((run_id, to_json(event)))

    try:
        _train(experiment, folder, emit, _StopFlag(run_id, stops))
    except UserError as error:
        emit(End(State.FAILED, error=error.text))
    except Exception:
        traceback.print_exc()
        emit(End(State.FAILED, error=_INTERNAL))


def prepare_worker() -> None:
    """Make a worker ready before its job comes: it trains something tiny and throws it away.

    What TensorFlow and Keras do only once in a process is then done. It halves the time from the
    job to its first batch (MNIST: 0.8 s to 0.4 s) and costs an idle worker some memory.
    """
    end_with_parent()
    try:
        from models.training import train

        train(_REHEARSAL, lambda event: None, lambda: False)
    except Exception:  # whatever is wrong, the job itself will meet it and say so
        traceback.print_exc()


def end_with_parent() -> None:
    """End this process when the one that started it is gone, however that died."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _train(experiment: Mapping[str, Any], folder: str, emit: Any, stop: "_StopFlag") -> None:
    if stop():
        emit(End(State.STOPPED))
        return
    chosen = Experiment.from_dict(experiment)
    from models.training import train

    train(chosen, emit, stop, Path(folder))


class _StopFlag:
    """Asks the shared ``stops`` whether to stop, but not more often than it costs nothing."""

    def __init__(self, run_id: str, stops: Mapping[str, bool]) -> None:
        self._run_id, self._stops = run_id, stops
        self._stopped, self._looked = False, float("-inf")

    def __call__(self) -> bool:
        now = time.monotonic()
        if now - self._looked >= SECONDS_BETWEEN_LOOKS:
            self._stopped = self._stops.get(self._run_id, False)
            self._looked = now
        return self._stopped
