"""The runs of everybody: one SQLite file, and one folder a run for its weights.

The server process is the only writer. An event is numbered, written and told to whoever watches
the run, in that order, so that a page can take up the thread at any number. When the disk is full
training goes on: what cannot be written is kept in memory and tried again with the next event.
"""

import json
import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from data.text import Text, UserError
from models.events import (
    ENDED,
    Batches,
    Continued,
    End,
    Epoch,
    Event,
    History,
    Paused,
    Rewound,
    Started,
    State,
    fold,
    from_json,
    state_after,
    to_json,
)
from models.experiment import Experiment
from models.weights import WEIGHTS

SCHEMA_VERSION = 2
SECONDS_OF_BUSY_WAITING = 5.0

Subscriber = Callable[[int, str], None]
"""Receives (number, JSON line) in the writing thread; it must return at once."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, task TEXT NOT NULL,
    experiment TEXT NOT NULL, state TEXT NOT NULL, created REAL NOT NULL, started REAL, ended REAL,
    epoch INTEGER NOT NULL, val_loss REAL, val_metric REAL, best_epoch INTEGER, test TEXT,
    events INTEGER NOT NULL, updates INTEGER NOT NULL DEFAULT 0, checkpoint INTEGER,
    stretch INTEGER NOT NULL DEFAULT 0, name TEXT NOT NULL DEFAULT '', deleted REAL
);
CREATE INDEX IF NOT EXISTS runs_by_owner ON runs (owner, task, number);
CREATE TABLE IF NOT EXISTS events (
    run TEXT NOT NULL, n INTEGER NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (run, n)
) WITHOUT ROWID;
PRAGMA user_version = 2;
"""

_FROM_1_TO_2 = """
ALTER TABLE runs ADD COLUMN updates INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN checkpoint INTEGER;
ALTER TABLE runs ADD COLUMN stretch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN deleted REAL;
PRAGMA user_version = 2;
"""

_INTERRUPTED = Text(
    "서버가 다시 시작되어 학습이 중단되었습니다. 저장된 곳부터 이어서 학습할 수 있습니다.",
    "The server was restarted and interrupted this run. It can go on from where it was saved.",
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """One row of the store. Times are seconds since 1970; ``events`` is the last event's number.

    ``epoch`` is the last finished epoch (0 before the first) and ``val_loss`` and ``val_metric``
    are its figures; ``test`` holds the final figures on the test rows by name. ``updates`` is the
    last update that was reported, ``checkpoint`` the one that the run can go on from. ``stretch``
    counts how often it was continued, ``name`` is its owner's word for it, and ``deleted`` is when
    it was deleted, as long as that can be undone.
    """

    id: str
    owner: str
    task: str
    experiment: Experiment
    state: State
    created: float
    started: float | None = None
    ended: float | None = None
    epoch: int = 0
    val_loss: float | None = None
    val_metric: float | None = None
    best_epoch: int | None = None
    test: dict[str, float] | None = None
    events: int = 0
    updates: int = 0
    checkpoint: int | None = None
    stretch: int = 0
    name: str = ""
    deleted: float | None = None

    @property
    def is_over(self) -> bool:
        return self.state in ENDED

    def after(self, event: Event) -> "Run":
        """Return the row as it stands after one more event."""
        run = replace(self, events=self.events + 1, state=state_after(self.state, event))
        match event:
            case Started():
                began = run.started if event.update else time.time()
                return replace(run, started=began, epoch=event.epoch, updates=event.update)
            case Batches():
                return replace(run, updates=event.points[-1][0])
            case Epoch():
                return replace(run._kept(event.checkpoint), **_figures(event))
            case Rewound():
                figures = _figures(event)
                return replace(run._kept(event.update), **figures, updates=event.update, test=None)
            case Paused():
                return replace(run._kept(event.checkpoint), updates=event.update)
            case Continued():
                experiment = run.experiment.changed(epochs=event.epochs)
                stretch = run.stretch + 1
                return replace(run, experiment=experiment, stretch=stretch, ended=None, test=None)
            case End():
                return replace(run._kept(event.checkpoint), ended=time.time(), test=event.test)
        return run

    def _kept(self, checkpoint: int | None) -> "Run":
        """Return the row with a newer checkpoint, if there is one."""
        return self if checkpoint is None else replace(self, checkpoint=checkpoint)


def _figures(event: Epoch | Rewound) -> dict[str, Any]:
    best = event.best_epoch if isinstance(event, Epoch) else event.epoch
    return {
        "epoch": event.epoch,
        "val_loss": event.val_loss,
        "val_metric": event.val_metric,
        "best_epoch": best,
    }


_COLUMNS = tuple(field.name for field in fields(Run))
_INSERT = (
    f"INSERT INTO runs ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{c}' for c in _COLUMNS)})"
)
_UPDATE = f"UPDATE runs SET {', '.join(f'{c} = :{c}' for c in _COLUMNS)} WHERE id = :id"
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM runs"


class RunStore:
    """Every run in ``folder``, which is made if need be. All methods may be called by any thread.

    Raises ``UserError`` when the folder cannot be written, when the database file is damaged, or
    when a newer version of the lab has written it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "runs.sqlite3"
        self._lock = threading.RLock()
        self._live: dict[str, Run] = {}
        self._unsaved: list[tuple[str, int, str]] = []
        self._subscribers: dict[str, list[Subscriber]] = {}
        with self._explained():
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = _open(self._file)

    def create(self, owner: str, experiment: Experiment) -> Run:
        """Add a queued run with an unguessable id and an empty folder.

        Raises ``UserError`` when the disk is full or read-only; nothing is left behind then.
        """
        run = Run(
            secrets.token_urlsafe(16), owner, experiment.task, experiment, State.QUEUED, time.time()
        )
        with self._lock, self._explained():
            self.folder(run.id).mkdir()
            try:
                with self._transaction() as connection:
                    connection.execute(_INSERT, _row(run))
            except sqlite3.Error:
                with suppress(OSError):
                    self.folder(run.id).rmdir()
                raise
            self._live[run.id] = run
        return run

    def append(self, run_id: str, event: Event) -> int:
        """Number an event, write it with the run's row, and tell the subscribers.

        Returns its number, or 0 when the run has ended already and the event is ignored, unless
        it continues or rewinds the run. A disk that cannot be written is logged, not raised.
        Raises ``UserError`` for an unknown run.
        """
        line = json.dumps(to_json(event), ensure_ascii=False, separators=(",", ":"))
        with self._lock:
            run = self._run(run_id)
            if run.is_over and not isinstance(event, Continued | Rewound):
                return 0
            run = self._live[run_id] = run.after(event)
            self._unsaved.append((run_id, run.events, line))
            self._save()
            self._notify(run_id, run.events, line)
        return run.events

    def events(self, run_id: str, after: int = 0) -> list[tuple[int, str]]:
        """Return (number, JSON line) of every event numbered above ``after``, in order."""
        sql = "SELECT n, payload FROM events WHERE run = ? AND n > ? ORDER BY n"
        with self._lock:
            saved = self._rows(sql, (run_id, after))
            kept = [(n, line) for run, n, line in self._unsaved if run == run_id and n > after]
        return [*saved, *kept]

    def history(self, run_id: str) -> History:
        """Return the run so far, folded from its events."""
        return fold(from_json(json.loads(line)) for _, line in self.events(run_id))

    def get(self, run_id: str) -> Run:
        """Return a run, whoever owns it; raises ``UserError`` for an unknown one."""
        with self._lock:
            return self._run(run_id)

    def find(self, run_id: str, owner: str) -> Run:
        """Return an owner's run; raises the same ``UserError`` for a foreign and an unknown one."""
        run = self.get(run_id)
        if not secrets.compare_digest(run.owner.encode(), owner.encode()):
            raise _no_such_run()
        return run

    def runs(self, owner: str, task: str | None = None, limit: int = 50) -> list[Run]:
        """Return an owner's runs, perhaps of one task only, newest first."""
        sql = f"{_SELECT} WHERE owner = ? AND ifnull(task = ?, 1) ORDER BY number DESC LIMIT ?"
        with self._lock:
            found = [_run_of(row) for row in self._rows(sql, (owner, task, limit))]
            return [self._live.get(run.id, run) for run in found]

    def latest_with_weights(self, owner: str, task: str) -> Run | None:
        """Return the newest run of a task, over or still training, that has finished an epoch."""
        runs = self.runs(owner, task, limit=-1)
        return next((run for run in runs if (self.folder(run.id) / WEIGHTS).exists()), None)

    def folder(self, run_id: str) -> Path:
        """Return the folder of a run's weights."""
        return self._folder / run_id

    def subscribe(self, run_id: str, subscriber: Subscriber) -> Callable[[], None]:
        """Tell ``subscriber`` every event from now on; returns the function that ends it."""
        with self._lock:
            self._subscribers.setdefault(run_id, []).append(subscriber)

        def unsubscribe() -> None:
            with self._lock:
                remaining = [s for s in self._subscribers.pop(run_id, []) if s is not subscriber]
                if remaining:
                    self._subscribers[run_id] = remaining

        return unsubscribe

    def interrupt_unfinished(self) -> list[Run]:
        """End what a server that is gone left queued or running. To be called at start.

        Returns every interrupted run, those that had been training first, then in the order in
        which they were created. A run that was paused with a worker stays paused.
        """
        sql = "SELECT id FROM runs WHERE state IN (?, ?)"
        with self._lock:
            for (run_id,) in self._rows(sql, (State.QUEUED, State.RUNNING)):
                self.append(run_id, End(State.INTERRUPTED, error=_INTERRUPTED))
            order = f"{_SELECT} WHERE state = ? ORDER BY started IS NULL, number"
            return [_run_of(row) for row in self._rows(order, (State.INTERRUPTED,))]

    def close(self) -> None:
        """Close the database file."""
        with self._lock:
            self._connection.close()

    def _run(self, run_id: str) -> Run:
        live = self._live.get(run_id)
        if live is not None:
            return live
        rows = self._rows(f"{_SELECT} WHERE id = ?", (run_id,))
        if not rows:
            raise _no_such_run()
        return _run_of(rows[0])

    def _rows(self, sql: str, values: Iterable[Any]) -> list[Any]:
        with self._explained():
            return self._connection.execute(sql, tuple(values)).fetchall()

    def _save(self) -> None:
        """Write all that is not yet written, in one transaction; on failure it stays in memory."""
        changed = {run_id for run_id, _, _ in self._unsaved}
        try:
            with self._transaction() as connection:
                connection.executemany("INSERT INTO events VALUES (?, ?, ?)", self._unsaved)
                connection.executemany(_UPDATE, [_row(self._live[run_id]) for run_id in changed])
        except sqlite3.Error as error:
            _log.error(
                "%d events cannot be written to %s: %s", len(self._unsaved), self._file, error
            )
            return
        self._unsaved.clear()
        for run_id in changed:
            if self._live[run_id].is_over:
                del self._live[run_id]

    def _notify(self, run_id: str, number: int, line: str) -> None:
        for subscriber in tuple(self._subscribers.get(run_id, ())):
            try:
                subscriber(number, line)
            except Exception:
                _log.exception("a subscriber of run %s failed", run_id)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connection as connection:  # commits, or rolls back when something is raised
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn the errors of the disk and of the database into sentences."""
        try:
            yield
        except sqlite3.ProgrammingError:
            raise
        except (OSError, sqlite3.OperationalError) as error:
            raise _cannot_write(self._folder, error) from error
        except sqlite3.DatabaseError as error:
            raise _damaged(self._file, error) from error


def _open(file: Path) -> sqlite3.Connection:
    """Open the database file, making its tables if it is new."""
    connection = sqlite3.connect(
        file, SECONDS_OF_BUSY_WAITING, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise _too_new(file)
        script = {0: _SCHEMA, 1: _FROM_1_TO_2}.get(version)
        if script:
            connection.executescript(f"BEGIN IMMEDIATE; {script} COMMIT;")
    except BaseException:
        connection.close()
        raise
    return connection


def _row(run: Run) -> dict[str, Any]:
    values = {name: getattr(run, name) for name in _COLUMNS}
    values["experiment"] = json.dumps(run.experiment.to_dict())
    values["test"] = None if run.test is None else json.dumps(run.test)
    return values


def _run_of(row: tuple[Any, ...]) -> Run:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["experiment"] = Experiment.from_dict(json.loads(values["experiment"]))
    values["state"] = State(values["state"])
    values["test"] = None if values["test"] is None else json.loads(values["test"])
    return Run(**values)


def _no_such_run() -> UserError:
    return UserError(
        Text(
            "그런 실행이 없습니다. 학습 페이지에서 새로 학습해 주세요.",
            "There is no such run. Please train a new one on the Train page.",
        )
    )


def _cannot_write(folder: Path, error: Exception) -> UserError:
    return UserError(
        Text(
            f"실행 기록을 {folder}에 쓸 수 없습니다({error}). 디스크 공간을 비우거나 환경 변수 "
            "FNN_LAB_HOME에 쓸 수 있는 다른 폴더를 지정하세요.",
            f"Runs cannot be written to {folder} ({error}). Free some space, or name another "
            "folder in the environment variable FNN_LAB_HOME.",
        )
    )


def _damaged(file: Path, error: Exception) -> UserError:
    return UserError(
        Text(
            f"실행 기록 파일 {file}이(가) 손상되었습니다({error}). "
            "이 파일을 다른 곳으로 옮기고 다시 시작하세요.",
            f"The file of runs {file} is damaged ({error}). Move it away and start again.",
        )
    )


def _too_new(file: Path) -> UserError:
    return UserError(
        Text(
            f"실행 기록 파일 {file}은(는) 더 새로운 버전의 FNN Lab이 만들었습니다. "
            "프로그램을 업데이트하거나 파일을 다른 곳으로 옮기세요.",
            f"The file of runs {file} was written by a newer version of FNN Lab. Update the "
            "program or move the file away.",
        )
    )
