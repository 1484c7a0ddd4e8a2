"""From a data set to the rows that train, validate and test, and the scaling they share."""

from dataclasses import dataclass

import numpy as np

from data.dataset import Array, Dataset
from data.tables.scaling import Scaling
from data.text.vocabulary import Encoded, Vocabulary
from models.experiment import Experiment
from models.inputs.kind import Report, unheard
from models.inputs.kinds import input_of
from models.inputs.summary import split_rows
from models.tasks.base import Task

Rows = Array | Encoded
"""(rows, inputs) numbers as they are stored, or the vocabulary indices of every document."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows as they are stored, in their own dtype; ``scaling`` makes numbers float32.

    Images stay uint8 and documents stay indices until a batch is drawn: a fraction of the memory,
    and no slower. ``vocabulary`` holds the words behind the indices, None where there are none.
    """

    x_train: Rows
    y_train: Array
    x_val: Rows
    y_val: Array
    x_test: Rows
    y_test: Array
    scaling: Scaling
    vocabulary: Vocabulary | None = None


def prepare(
    task: Task, experiment: Experiment, dataset: Dataset, report: Report = unheard
) -> Prepared:
    """Cut and scale a data set for an experiment.

    The first ``train_size`` rows are used and the last ``validation_share`` of them validate, as
    Keras' ``validation_split`` does; with a share of 0 the test rows validate. The scaling is
    fitted on the rows that train. ``report`` hears how far that is where it takes long. Raises
    ``UserError`` like ``split_rows``, and like ``prepare_documents`` for text.
    """
    found = input_of(task).rows(experiment, dataset, report)
    rows, validation = split_rows(experiment, len(dataset.x_train))
    y_test = dataset.y_test[: len(found.test)]
    return Prepared(
        x_train=found.train,
        y_train=dataset.y_train[:rows],
        x_val=found.held_back if validation else found.test,
        y_val=dataset.y_train[rows : rows + validation] if validation else y_test,
        x_test=found.test,
        y_test=y_test,
        scaling=found.scaling,
        vocabulary=found.vocabulary,
    )


def dense(scaling: Scaling, rows: Rows, inputs: int) -> Array:
    """Return rows as the network sees them, (rows, inputs) float32.

    Documents become multi-hot vectors: 150,000 of 1,000 words take 600 MB, which is why nothing in
    the lab trains on them like this. Others, with which it is compared, need it.
    """
    if not isinstance(rows, Encoded):
        return scaling.apply(rows)
    found = np.zeros((len(rows), inputs), np.float32)
    found[np.repeat(np.arange(len(rows)), np.diff(rows.offsets)), rows.ids] = 1
    return found
