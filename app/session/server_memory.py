"""What this server remembers while it runs: more than a session, less than a file."""

from dataclasses import dataclass, field
from typing import Any

from app.session.background import Background
from app.session.owner_memory import OwnerMemory
from app.session.owner_transfers import OwnerTransfers
from app.session.recent import Recent
from app.session.tab_memory import TabMemory
from data.dataset import Array
from data.text.vocabulary import Encoded
from models.analysis.judged import Judged
from models.events import History
from models.familiarity.comparison import Compared, TrainingRows
from models.network.weights import TrainedNetwork

_MOST_OF_TRAINING_ROWS = 2**26
"""Bytes: of MNIST's rows in a layer of 512 units, those of two networks."""


@dataclass(frozen=True)
class ServerMemory:
    """Lessons under way by owner, what each tab holds, and the links to other browsers.

    And what takes long to read or to ask again: trained networks, the histories of runs without
    points, figures of data sets, test rows as networks are given them, what networks say of them,
    and of changed ones, what networks make of their training rows, and examples beside these.
    """

    lessons: OwnerMemory = field(default_factory=OwnerMemory)
    tabs: TabMemory = field(default_factory=TabMemory)
    transfers: OwnerTransfers = field(default_factory=OwnerTransfers)
    networks: Recent[TrainedNetwork] = field(default_factory=lambda: Recent(8))
    test_rows: Recent[Array | Encoded] = field(default_factory=lambda: Recent(4))
    judged: Recent[Judged] = field(default_factory=lambda: Recent(8))
    shaken: Recent[tuple[float, ...]] = field(default_factory=lambda: Recent(64))
    training_rows: Background[TrainingRows] = field(
        default_factory=lambda: Background(_MOST_OF_TRAINING_ROWS, lambda rows: rows.nbytes)
    )
    compared: Recent[Compared] = field(default_factory=lambda: Recent(64))
    outlines: Recent[History] = field(default_factory=lambda: Recent(2_000))
    data_figures: Recent[Any] = field(default_factory=lambda: Recent(60))
