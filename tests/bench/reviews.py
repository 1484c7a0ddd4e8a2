"""How well and how fast the lab reads real reviews, against dense vectors and a plain loop.

``python -m tests.bench.reviews`` needs NSMC's two files in the folder ``FNN_LAB_TEST_DATA``. It
trains on the bundled corpus and judges that network on all real test reviews. ``--full`` also
analyses all of NSMC anew (minutes, and it needs the machine for itself), trains the lecture's
network on it, and lets Keras' ``fit`` train the same on dense vectors.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.reviews import load_reviews
from data.tokens import load_tokens
from models.documents import encode_documents
from models.evaluation import evaluate
from models.experiment import Experiment, Reading
from models.tasks import preset_named
from models.weights import TrainedNetwork, read_network

ROOT = Path(__file__).parents[2]
NSMC = preset_named("sentiment-nsmc")
PLAIN_LOOP = """
import json, sys, time
from data.java import start_jvm
start_jvm()
from konlpy.tag import Okt
okt, documents = Okt(), json.load(sys.stdin)
began = time.perf_counter()
for document in documents:
    okt.morphs(document, norm=True, stem=True)
print(time.perf_counter() - began)
"""


@dataclass(frozen=True, slots=True)
class Finished:
    """What a process said, one JSON value a line, and the most memory it ever held."""

    said: list[Any]
    peak_megabytes: float


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reviews", description=__doc__)
    parser.add_argument("--full", action="store_true", help="everything on all of NSMC")
    parser.add_argument("--keep", action="store_true", help="use the morphemes that are on disk")
    options = parser.parse_args(arguments)
    folder = os.environ.get("FNN_LAB_TEST_DATA")
    if not folder:
        print("skipped: FNN_LAB_TEST_DATA does not name a folder with NSMC's ratings_*.txt")
        return 0
    os.environ["FNN_LAB_DATA"] = folder
    if not options.full:
        _bundled_to_real()
        return 0
    with tempfile.TemporaryDirectory() as home:
        if not options.keep:
            os.environ["FNN_LAB_HOME"] = home
            _tokenizing()
        _bundled_to_real()
        _accuracies()
        _epoch_against_dense()
        _memory_of_many_words()
    return 0


def _figure(name: str, value: float, bar: str = "") -> None:
    print(f"{name:66} {value:10.4f}   {bar}", flush=True)


def _bundled_to_real() -> None:
    network, own = _trained(preset_named("sentiment"))
    _, real = load_reviews("nsmc")
    assert network.vocabulary
    rows = encode_documents(real.documents, real.digest, "okt", network.vocabulary)
    reached = evaluate(network, rows, real.labels)["accuracy"]
    _figure("bundled corpus -> its own test reviews, accuracy", own["accuracy"])
    _figure(f"bundled corpus -> {len(rows):,} real reviews, accuracy", reached, ">= 0.70")


def _tokenizing() -> None:
    train, test = load_reviews("nsmc")
    documents = [*train.documents, *test.documents]
    plain = _run(["-c", PLAIN_LOOP], json.dumps(documents)).said[0]
    began = time.perf_counter()
    _run(["-m", "data", "tokenize", "nsmc", "--json"])
    lab = time.perf_counter() - began
    began = time.perf_counter()
    load_tokens(train.digest, "okt"), load_tokens(test.digest, "okt")
    _figure(f"Okt, {len(documents):,} reviews, plain loop (s)", plain)
    _figure(f"Okt, {len(documents):,} reviews, lab (s)", lab)
    _figure("Okt, plain loop / lab", plain / lab, ">= 1.7")
    _figure("Okt, a second start from the cache (s)", time.perf_counter() - began, "<= 2")


def _accuracies() -> None:
    for words, rows, bar in ((1_000, None, 0.825), (5_000, None, 0.85), (1_000, 20_000, 0.80)):
        experiment = NSMC.changed(train_size=rows, reading=Reading("nsmc", "okt", words))
        shown = f"{rows:,}" if rows else "all"
        name = f"NSMC, {words:,} words, {shown} training reviews, accuracy"
        _figure(name, _trained(experiment)[1]["accuracy"], f">= {bar}")


def _epoch_against_dense() -> None:
    """Let both train in turns, each in a process of its own on one thread."""
    experiment = NSMC.changed(epochs=4)
    request = json.dumps({"rival": "fit_epoch", "experiment": experiment.to_dict()})
    lab: list[float] = []
    dense: list[float] = []
    for _ in range(2):
        run = _train(experiment)
        epochs = [event["seconds"] for event in run.said if event["kind"] == "epoch"]
        lab.append(statistics.median(epochs[1:]))
        rival = _run(["-m", "models.rivals", "1"], request + "\n")
        dense.append(rival.said[0])
    _figure("NSMC, 1,000 words, one epoch with validation, lab (s)", min(lab))
    _figure("NSMC, 1,000 words, one epoch with validation, dense fit (s)", min(dense))
    _figure("NSMC, 1,000 words, dense fit / lab", min(dense) / min(lab), ">= 1")
    idle = _run(["-c", "import models.training"]).peak_megabytes
    _figure("memory of a process that imported TensorFlow (MB)", idle)
    _figure("memory of the lab's process at most (MB)", run.peak_megabytes)
    _figure("memory of dense fit's process at most (MB)", rival.peak_megabytes)
    share = (run.peak_megabytes - idle) / (rival.peak_megabytes - idle)
    _figure("lab's memory / dense fit's, less TensorFlow's", share, "< 0.2")


def _memory_of_many_words() -> None:
    experiment = NSMC.changed(epochs=1, reading=Reading("nsmc", "okt", 10_000))
    peak = _train(experiment).peak_megabytes
    _figure("NSMC, 10,000 words, memory of the process at most (MB)", peak, "<= 1200")


def _trained(experiment: Experiment) -> tuple[TrainedNetwork, dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        end = _train(experiment, "--out", folder).said[-1]
        return read_network(Path(folder)), end["test"]


def _train(experiment: Experiment, *options: str) -> Finished:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(experiment.to_dict(), file)
        file.flush()
        return _run(["-m", "models", "train", file.name, "--json", *options])


def _run(arguments: Sequence[str], question: str = "") -> Finished:
    """Run Python, hand it a question, and read what it says until it ends."""
    one_thread = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=one_thread,
    )
    assert process.stdin and process.stdout
    with process.stdin, process.stdout:
        process.stdin.write(question)
        process.stdin.close()
        said = [json.loads(line) for line in process.stdout]
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return Finished(said, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    sys.exit(main())
