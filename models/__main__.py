"""``python -m models``: the same experiments, training and predictions without a browser."""

import argparse
import json
import logging
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, NoReturn

from data.cores import usable_cores
from data.dataset import Array
from data.json_document import parse_json
from data.reviews import Reviews, load_reviews, read_labelled, skipped_rows
from data.text import Text, UserError
from data.text_file import read_text
from data.vocabulary import Encoded
from models.checkpoint import clear_checkpoints
from models.console import JsonLines, Preparation, Progress
from models.events import End, State
from models.experiment import Experiment, Reading
from models.summary import Summary, summarize
from models.tasks import TASKS, preset_named, presets, task_named
from models.tasks.base import InputKind
from models.threads import threads_worth
from models.weights import KERAS_MODEL, NETWORK, WEIGHTS, TrainedNetwork, read_network

if TYPE_CHECKING:
    from models.preparation import Rows

MAX_EXPERIMENT_BYTES = 2**20
Answer = tuple[dict[str, Any], str]
"""What a command found: as JSON values, and as lines for a person."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status (2 with a sentence on stderr for bad input)."""
    try:
        options = _parser().parse_args(arguments)
        return int(options.run(options))
    except UserError as error:
        print(error.text, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


class _Parser(argparse.ArgumentParser):
    """Tells a mistake in one sentence, as every other one is told."""

    def error(self, message: str) -> NoReturn:
        raise UserError(
            Text(
                f"명령을 알 수 없습니다({message}). 쓰는 법은 {self.prog} --help로 볼 수 있습니다.",
                f"This command cannot be understood ({message}). {self.prog} --help explains it.",
            )
        )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m models", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], help: str) -> Any:
        sub = commands.add_parser(name, help=help)
        sub.set_defaults(run=run)
        sub.add_argument("--json", action="store_true", help="print JSON")
        return sub

    command("presets", _presets, "list the lecture's experiments")
    sub = command("summary", _summary, "parameters and updates of an experiment")
    sub.add_argument("experiment", metavar="PRESET|FILE.json")
    sub = command("train", _train, "train an experiment")
    sub.add_argument("experiment", metavar="PRESET|FILE.json")
    sub.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    sub.add_argument("--out", type=Path, metavar="DIR", help="folder for the weights")
    sub = command("predict", _predict, "ask a trained network")
    sub.add_argument("folder", type=Path, metavar="RUN_DIR")
    question = sub.add_mutually_exclusive_group(required=True)
    question.add_argument("--image", type=Path, metavar="FILE")
    question.add_argument("--row", metavar="JSON")
    question.add_argument("--text", metavar="REVIEW")
    sub = command("evaluate", _evaluate, "judge a trained network on the test rows")
    sub.add_argument("folder", type=Path, metavar="RUN_DIR")
    sub.add_argument(
        "--data", type=Path, metavar="FILE.tsv", help="other reviews, in NSMC's format"
    )
    sub = command("bench", _bench, "measure the training loop against Keras and scikit-learn")
    sub.add_argument("--quick", action="store_true", help="fewer repetitions")
    sub = command("worker", _worker, "lend this machine to a cluster (Dask)")
    sub.add_argument("address", metavar="tcp://HOST:PORT", help="where the scheduler is")
    sub.add_argument("--slots", type=_slots, metavar="N", help="runs at a time (default: cores)")
    return parser


def _presets(options: argparse.Namespace) -> int:
    found = {name: experiment.to_dict() for name, experiment in presets().items()}
    titles = {name: task.title for task in TASKS for name in task.presets}
    lines = [f"{name:16} {titles[name]}" for name in found]
    return _print(options, found, "\n".join(lines))


def _summary(options: argparse.Namespace) -> int:
    experiment = read_experiment(options.experiment)
    task = task_named(experiment.task)
    summary = summarize(task, experiment, task.load(experiment))
    return _print(options, _summary_values(summary), _summary_lines(summary))


def _summary_values(summary: Summary) -> dict[str, Any]:
    return {
        "layers": [
            {**asdict(layer), "parameters": layer.parameters, "arithmetic": layer.arithmetic}
            for layer in summary.layers
        ],
        "parameters": summary.parameters,
        "rows": summary.rows,
        "updates_per_epoch": summary.updates_per_epoch,
        "last_batch": summary.last_batch,
        "updates": summary.updates,
    }


def _summary_lines(summary: Summary) -> str:
    shape = " x ".join(map(str, summary.input_shape))
    lines = [f"{'input':10} {shape:>12}"]
    for number, layer in enumerate(summary.layers, 1):
        name = "output" if number == len(summary.layers) else f"hidden {number}"
        out = f"{layer.units} {layer.activation}"
        lines.append(f"{name:10} {out:>12}   {layer.arithmetic}")
    lines.append(f"{'total':10} {'':12}   {summary.parameters:,}")
    lines.append(
        f"{summary.rows:,} rows / {summary.batch_size:,} -> {summary.updates_per_epoch:,} updates "
        f"per epoch (last batch {summary.last_batch}), {summary.updates:,} updates in all"
    )
    return "\n".join(lines)


def _train(options: argparse.Namespace) -> int:
    experiment = changed(read_experiment(options.experiment), options.set)
    task = task_named(experiment.task)
    summarize(task, experiment, task.load(experiment))  # refused before an old run is removed
    folder = _fresh_folder(options.out)
    from models.training import train, use_threads  # seconds of import, not needed elsewhere

    use_threads(threads_worth(experiment, usable_cores()))
    report = JsonLines() if options.json else Progress()
    logging.getLogger("models").addHandler(logging.NullHandler())  # the last event says it all
    try:
        train(experiment, report, folder=folder)
    except KeyboardInterrupt:
        report(End(State.STOPPED))
        return 130
    return {State.DONE: 0, State.FAILED: 2}.get(report.state, 1)


def _predict(options: argparse.Namespace) -> int:
    from models.walkthrough import follow_review

    network = read_network(options.folder)
    if options.text is not None:
        values, lines = follow_review(network, options.text)
    elif options.image:
        values, lines = _image_answer(network, options.image)
    else:
        values, lines = _row_answer(network, options.row)
    return _print(options, values, lines)


def _image_answer(network: TrainedNetwork, path: Path) -> Answer:
    from data.images import center_digit, fit_frame
    from data.picture_file import read_picture
    from models.prediction import predict_one, require_kind

    require_kind(network, InputKind.IMAGE)
    shape = center_digit if network.task.drawable else fit_frame
    prediction = predict_one(network, shape(read_picture(path)))
    label = network.task.load(network.experiment).classes[prediction.winner]
    values = {
        "class": prediction.winner,
        "label": asdict(label),
        "probabilities": prediction.answer.tolist(),
    }
    return values, f"{label}  {prediction.answer[prediction.winner]:.1%}"


def _row_answer(network: TrainedNetwork, row: str) -> Answer:
    from models.prediction import predict_one, require_kind, row_of

    require_kind(network, InputKind.TABLE)
    features = network.task.load(network.experiment).features
    price = predict_one(network, row_of(parse_json(row, "--row"), features)).value
    if not math.isfinite(price):
        raise UserError(
            Text(
                "--row의 숫자가 너무 커서 네트워크가 계산할 수 없습니다. 더 작은 값을 주세요.",
                "The numbers of --row are too large for the network to calculate with. "
                "Give smaller ones.",
            )
        )
    return {"value": price}, f"{price:.2f}"


def _evaluate(options: argparse.Namespace) -> int:
    from models.evaluation import evaluate

    network = read_network(options.folder)
    rows, labels, skipped = _test_rows(network, options.data)
    test = evaluate(network, rows, labels)
    lines = "\n".join(f"{name:10} {value:.4f}" for name, value in test.items())
    return _print(options, {"test": test, "rows": len(labels), "skipped": skipped}, lines)


def _test_rows(network: TrainedNetwork, path: Path | None) -> tuple["Rows", Array, int]:
    """Return the rows to judge a network on, and how many in their file were broken.

    The rows are those of the network's task, or those of the file, which says so on stderr.
    """
    from models.prediction import require_kind

    if path is not None:
        require_kind(network, InputKind.TEXT)
        reviews = read_labelled(path)
        if reviews.skipped:
            print(skipped_rows(reviews), file=sys.stderr)
        return _encoded(network, reviews), reviews.labels, reviews.skipped
    if network.task.kind is InputKind.TEXT:
        _, reviews = load_reviews(_reading(network).corpus)
        return _encoded(network, reviews), reviews.labels, reviews.skipped
    dataset = network.task.load(network.experiment)
    return dataset.x_test.reshape(len(dataset.x_test), -1), dataset.y_test, 0


def _encoded(network: TrainedNetwork, reviews: Reviews) -> Encoded:
    """Return reviews as indices of the network's own words, which may not be today's."""
    from models.documents import encode_documents

    assert network.vocabulary is not None
    tokenizer = _reading(network).tokenizer
    return encode_documents(
        reviews.documents, reviews.digest, tokenizer, network.vocabulary, Preparation()
    )


def _reading(network: TrainedNetwork) -> Reading:
    return network.experiment.reading or Reading()


def _bench(options: argparse.Namespace) -> int:
    from models.bench import measure

    measure(quick=options.quick, as_json=options.json)
    return 0


def _worker(options: argparse.Namespace) -> int:
    from models.jobs.cluster_worker import lend
    from models.jobs.scheduler import slots_from_environment

    lend(options.address, options.slots or slots_from_environment())
    return 0


def _slots(given: str) -> int:
    """Return a number of slots; argparse turns the errors into a sentence."""
    slots = int(given)
    if not 1 <= slots <= 1_000:
        raise argparse.ArgumentTypeError("choose a whole number from 1 to 1000")
    return slots


def read_experiment(name: str) -> Experiment:
    """Return a preset, or the experiment in a JSON file when the name ends in ``.json``.

    Raises ``UserError`` when there is no such preset or file, or the file holds no experiment.
    """
    if not name.endswith(".json"):
        return preset_named(name)
    text = read_text(Path(name), MAX_EXPERIMENT_BYTES)
    return Experiment.from_dict(parse_json(text, name))


def changed(experiment: Experiment, settings: Sequence[str]) -> Experiment:
    """Return the experiment with ``KEY=VALUE`` settings applied.

    A key is a field ("epochs"), a field of a field ("optimizer.learning_rate",
    "reading.vocabulary_size") or "layers" with a JSON list. A value is JSON where it parses as
    JSON, text otherwise.
    """
    values = experiment.to_dict()
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals:
            raise UserError(
                Text(
                    f"--set {setting}: KEY=VALUE 꼴로 적어 주세요. 예: --set epochs=10",
                    f"--set {setting}: write KEY=VALUE, for example --set epochs=10",
                )
            )
        outer, _, inner = key.partition(".")
        if inner and isinstance(values.get(outer), dict):
            values[outer][inner] = _value(text)
        else:
            values[key] = _value(text)
    return Experiment.from_dict(values)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _fresh_folder(out: Path | None) -> Path | None:
    """Make a run folder, without what an earlier run may have left in it.

    Raises ``UserError`` when no file can be written there.
    """
    if out is None:
        return None
    try:
        out.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=out).close()
        for name in (NETWORK, WEIGHTS, KERAS_MODEL):
            (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            Text(
                f"{out} 폴더에 쓸 수 없습니다({error.strerror}). 다른 곳을 --out으로 지정하세요.",
                f"The folder {out} cannot be used ({error.strerror}). Name another with --out.",
            )
        ) from None
    clear_checkpoints(out)
    return out


def _print(options: argparse.Namespace, values: dict[str, Any], lines: str) -> int:
    print(json.dumps(values, ensure_ascii=False) if options.json else lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
