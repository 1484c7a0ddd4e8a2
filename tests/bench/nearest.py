"""How long Predict looks for the training pictures nearest to what was drawn.

``python -m tests.bench.nearest`` asks MNIST's network about test pictures: both searches through
60,000 rows and the share of test digits that are less strange, as the page does after every stroke.
"""

import statistics
import time

from threadpoolctl import threadpool_limits

from models.bench.machine import machine
from models.familiarity.comparison import TrainingRows
from models.tasks import built_in
from models.trained.shipped import shipped
from tests.bench.measured import tell

PICTURES = 40


def main() -> None:
    """Measure the preparation of a network, and the searches that follow."""
    print(f"machine: {machine()}")
    threadpool_limits(1)  # as in the server
    found = shipped(built_in("mnist"))
    assert found
    network = found.read()
    dataset = network.task.load(network.experiment)
    began = time.perf_counter()
    rows = TrainingRows.of(network, dataset)
    tell("a network asked of its 60,000 training rows (s)", time.perf_counter() - began, "")
    waits = []
    for picture in dataset.x_test[:PICTURES]:
        began = time.perf_counter()
        rows.compare(picture.reshape(1, -1))
        waits.append(1000 * (time.perf_counter() - began))
    tell("nearest five, both searches, median (ms)", statistics.median(waits), "<= 150", max(waits))


if __name__ == "__main__":
    main()
