"""An owner's own test set: drawings that were kept with the digit that they really are.

They lie in one SQLite file beside the runs. Every call opens it for itself, so any thread may call.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.dataset import Array
from data.language import Text, UserError
from models.network.forward import predict
from models.network.weights import TrainedNetwork
from models.runs.database import SECONDS_OF_BUSY_WAITING, explained

FILE = "drawings.sqlite"
MOST = 1_000
"""Drawings of one owner and task."""
SIZE = 28

_SCHEMA = """CREATE TABLE IF NOT EXISTS drawings (
    owner TEXT NOT NULL, task TEXT NOT NULL, picture BLOB NOT NULL, label INTEGER NOT NULL,
    kept REAL NOT NULL, PRIMARY KEY (owner, task, picture)
) WITHOUT ROWID"""
_OF_OWNER = "FROM drawings WHERE owner = ? AND task = ?"


@dataclass(frozen=True, slots=True)
class OwnDigits:
    """Kept drawings in the order kept: (rows, 28, 28) uint8, and (rows,) what they really are."""

    pictures: Array
    labels: Array

    def answers(self, network: TrainedNetwork) -> Array:
        """Return the probabilities that a network answers with, (rows, classes)."""
        return predict(network, self.pictures.reshape(len(self.pictures), SIZE * SIZE))

    def accuracy(self, network: TrainedNetwork) -> float | None:
        """Return the share of them that a network reads rightly, 0 to 1; None of no drawings."""
        if not len(self.labels):
            return None
        return float((self.answers(network).argmax(axis=1) == self.labels).mean())


def keep_digit(folder: Path, owner: str, task: str, picture: Array, label: int) -> None:
    """Keep a drawing, (28, 28) uint8; one that is there already gets the new label.

    Raises ``UserError`` beyond ``MOST`` drawings and where the file cannot be written.
    """
    row = owner, task, picture.astype(np.uint8).tobytes(), label, time.time()
    with _database(folder) as database, database:
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT OR REPLACE INTO drawings VALUES (?, ?, ?, ?, ?)", row)
        (count,) = database.execute(f"SELECT count(*) {_OF_OWNER}", (owner, task)).fetchone()
        if count > MOST:
            raise _too_many()


def own_digits(folder: Path, owner: str, task: str) -> OwnDigits:
    """Return the drawings that an owner has kept; raises ``UserError`` for a damaged file."""
    order = f"SELECT picture, label {_OF_OWNER} ORDER BY kept"
    with _database(folder) as database:
        rows = database.execute(order, (owner, task)).fetchall()
    pictures = np.frombuffer(b"".join(picture for picture, _ in rows), np.uint8)
    labels = np.array([label for _, label in rows], np.int64)
    return OwnDigits(pictures.reshape(len(rows), SIZE, SIZE), labels)


def remove_digits(folder: Path, owner: str, task: str) -> None:
    """Remove all drawings of an owner and task; raises ``UserError`` where the file cannot be."""
    with _database(folder) as database:
        database.execute(f"DELETE {_OF_OWNER}", (owner, task))


@contextmanager
def _database(folder: Path) -> Iterator[sqlite3.Connection]:
    file = folder / FILE
    with explained(file):
        folder.mkdir(parents=True, exist_ok=True)
        opened = sqlite3.connect(file, SECONDS_OF_BUSY_WAITING, isolation_level=None)
        with closing(opened) as database:
            database.execute(_SCHEMA)
            yield database


def _too_many() -> UserError:
    return UserError(
        Text(
            f"시험 그림은 {MOST:,}장까지 모을 수 있습니다. 이 그림은 모으지 않았습니다.",
            f"At most {MOST:,} drawings can be kept for testing. This one has not been kept.",
        )
    )
