"""Mail: short messages in English, wanted and unwanted ones."""

import numpy as np

from data.dataset import Dataset, Noun
from data.language import Text

ROWS = 300
WANTED = "see you at noon|the report is ready|lunch on friday|thanks for the notes|call me later"
UNWANTED = "win a prize now|cheap loans today|claim your free gift|act now and save|free money now"


def load() -> Dataset:
    """Return 240 + 60 rows of one text each, 1 for an unwanted one."""
    random = np.random.default_rng(3)
    labels = random.integers(0, 2, ROWS).astype(np.uint8)
    kinds = WANTED.split("|"), UNWANTED.split("|")
    texts = [" ".join(random.choice(kinds[label], 2)) for label in labels]
    rows = np.array(texts, dtype=object)
    return Dataset(
        name="mail",
        x_train=rows[:240],
        y_train=labels[:240],
        x_test=rows[240:],
        y_test=labels[240:],
        features=(),
        classes=(Text("보통", "wanted"), Text("스팸", "unwanted")),
        source=Text("지어낸 글", "made up"),
        licence="CC0",
        row=Noun(Text("메일", "message"), Text("메일", "messages")),
    )
