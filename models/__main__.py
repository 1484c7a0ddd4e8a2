"""``python -m models``: the same experiments, training and predictions without a browser."""

import argparse
import logging
import math
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.command_line import Parser, json_line, path_argument, readable, run, say
from data.cores import usable_cores
from data.dataset import Array
from data.file_readers.json_document import parse_json
from data.file_readers.plain_file import open_file
from data.language import Text, UserError, quoted
from data.text.reviews import read_labelled, skipped_rows
from models.console import JsonLines, Preparation, Progress
from models.download.archive import leave_portable_files
from models.events import End, State
from models.experiment import TextSettings
from models.fresh_folder import fresh_folder
from models.inputs.summary import Summary, summarize
from models.network.weights import TrainedNetwork, read_network
from models.settings import changed, read_experiment
from models.tasks import BUILT_IN, presets
from models.tasks.catalogue import task_of
from models.training.end_messages import cannot_write
from models.training.threads import threads_worth

if TYPE_CHECKING:
    from models.inputs.preparation import Rows
    from models.network.prediction import Prediction

MOST_SLOTS = 1_000

Answer = tuple[dict[str, Any], str]
"""What a command found: as JSON values, and as lines for a person."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status (2 with a sentence on stderr for bad input)."""
    return run(_parser(), arguments)


def _parser() -> Parser:
    parser = Parser(prog="python -m models", description=__doc__)
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
    sub.add_argument("--out", type=path_argument, metavar="DIR", help="folder for the run")
    sub.add_argument("--replace", action="store_true", help="remove the run that --out holds")
    sub = command("predict", _predict, "ask a trained network")
    sub.add_argument("folder", type=path_argument, metavar="RUN_DIR")
    question = sub.add_mutually_exclusive_group(required=True)
    question.add_argument("--image", type=path_argument, metavar="FILE")
    question.add_argument("--row", metavar="JSON")
    question.add_argument("--text", metavar="REVIEW")
    sub.add_argument(
        "--save-input",
        type=path_argument,
        metavar="OUT.png",
        help="write the picture that was judged, as the network saw it",
    )
    sub = command("evaluate", _evaluate, "judge a trained network on the test rows")
    sub.add_argument("folder", type=path_argument, metavar="RUN_DIR")
    sub.add_argument(
        "--data", type=path_argument, metavar="FILE.tsv", help="other reviews, in NSMC's format"
    )
    sub = command("import", _import, "make a run's folder of a bundle from another server")
    sub.add_argument("bundle", type=path_argument, metavar="BUNDLE.zip")
    sub.add_argument("--out", type=path_argument, metavar="DIR", required=True)
    sub.add_argument("--replace", action="store_true", help="remove the run that --out holds")
    sub = command("bench", _bench, "measure the training loop against Keras and scikit-learn")
    sub.add_argument("--quick", action="store_true", help="fewer repetitions")
    sub = command("worker", _worker, "lend this machine to a cluster (Dask)")
    sub.add_argument("address", metavar="tcp://HOST:PORT", help="where the scheduler is")
    sub.add_argument("--slots", type=_slots, metavar="N", help="runs at a time (default: cores)")
    return parser


def _presets(options: argparse.Namespace) -> int:
    found = {name: experiment.to_dict() for name, experiment in presets().items()}
    titles = {name: task.title for task in BUILT_IN for name in task.presets}
    lines = [f"{name:16} {readable(titles[name])}" for name in found]
    return _print(options, found, "\n".join(lines))


def _summary(options: argparse.Namespace) -> int:
    experiment = read_experiment(options.experiment)
    task = task_of(experiment)
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
    task = task_of(experiment)
    summarize(task, experiment, task.load(experiment))  # refused before an old run is removed
    folder = None if options.out is None else fresh_folder(options.out, options.replace)
    from models.training.loop import train, use_threads  # seconds of import, not needed elsewhere

    use_threads(threads_worth(task, experiment, usable_cores()))
    report = JsonLines() if options.json else Progress()
    logging.getLogger("models").addHandler(logging.NullHandler())  # the last event says it all
    try:
        train(experiment, report, folder=folder)
    except KeyboardInterrupt:
        report(End(State.STOPPED))
        return 130
    if folder and report.state is State.DONE:
        _make_portable(folder)
    return {State.DONE: 0, State.FAILED: 2}.get(report.state, 1)


def _make_portable(folder: Path) -> None:
    """Write what asks the network elsewhere; raises ``UserError`` where there is no room for it."""
    try:
        leave_portable_files(folder)
    except OSError as error:
        raise UserError(cannot_write(folder, error)) from None


def _predict(options: argparse.Namespace) -> int:
    from models.network.walkthrough import follow_review

    if options.save_input and not options.image:
        raise UserError(
            Text(
                "--save-input은 --image와 함께 씁니다. 그림 파일을 주세요.",
                "--save-input goes with --image. Give a picture file.",
            )
        )
    network = read_network(options.folder)
    if options.text is not None:
        values, lines = follow_review(network, options.text)
    elif options.image:
        values, lines = _image_answer(network, options.image, options.save_input)
    else:
        values, lines = _row_answer(network, options.row)
    return _print(options, values, lines)


def _image_answer(network: TrainedNetwork, path: Path, kept: Path | None) -> Answer:
    """Return what a picture file is taken for; what was judged is written to ``kept``."""
    from models.inputs.image import framed
    from models.network.prediction import predict_one, require_option

    require_option(network, "image")
    seen = framed(network.task, path)
    if kept is not None:
        _write_picture(kept, seen)
    return _told(network, predict_one(network, seen))


def _write_picture(path: Path, grey: Array) -> None:
    """Write a picture as PNG, whatever the name; raises ``UserError`` where that is impossible."""
    from PIL import Image

    try:
        Image.fromarray(grey).save(path, "PNG")
    except OSError as error:
        raise UserError(
            Text(
                f"{quoted(path)}: 그림을 쓸 수 없습니다({error.strerror}). 다른 경로를 주세요.",
                f"{quoted(path)}: the picture cannot be written ({error.strerror}). Give another "
                "path.",
            )
        ) from None


def _row_answer(network: TrainedNetwork, row: str) -> Answer:
    from models.inputs.table import row_of
    from models.network.prediction import predict_one, require_option

    require_option(network, "row")
    features = network.task.load(network.experiment).features
    prediction = predict_one(network, row_of(_row(row), features))
    if not math.isfinite(prediction.value):
        raise UserError(
            Text(
                "--row의 숫자가 너무 커서 네트워크가 계산할 수 없습니다. 더 작은 값을 주세요.",
                "The numbers of --row are too large for the network to calculate with. "
                "Give smaller ones.",
            )
        )
    return _told(network, prediction)


def _told(network: TrainedNetwork, prediction: "Prediction") -> Answer:
    """Return the most probable class, or the number, that a network answers."""
    if not network.task.head.is_classifier:
        value = prediction.value
        return {"value": value}, f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3g}"
    label = network.task.load(network.experiment).classes[prediction.winner]
    values = {
        "class": prediction.winner,
        "label": asdict(label),
        "probabilities": prediction.answer.tolist(),
    }
    return values, f"{readable(label)}  {prediction.answer[prediction.winner]:.1%}"


def _row(given: str) -> Any:
    """Return the values of ``--row``: JSON, or numbers between commas without its brackets."""
    is_bare = not given.lstrip().startswith(("[", "{"))
    return parse_json(f"[{given}]" if is_bare else given, "--row")


def _evaluate(options: argparse.Namespace) -> int:
    from models.network.evaluation import evaluate

    network = read_network(options.folder)
    rows, labels, skipped = _test_rows(network, options.data)
    test = evaluate(network, rows, labels)
    lines = "\n".join(f"{name:10} {value:.4f}" for name, value in test.items())
    return _print(options, {"test": test, "rows": len(labels), "skipped": skipped}, lines)


def _test_rows(network: TrainedNetwork, path: Path | None) -> tuple["Rows", Array, int]:
    """Return the rows to judge a network on, and how many in their file were broken.

    The rows are those of the network's task, or those of the file, which says so on stderr.
    """
    from models.inputs.documents import encode_documents
    from models.inputs.kinds import input_of
    from models.network.prediction import require_option

    task, experiment, words = network.task, network.experiment, network.vocabulary
    if path is None:
        dataset = task.load(experiment)
        rows = input_of(task).test_rows(experiment, dataset, words, Preparation())
        return rows, dataset.y_test, dataset.skipped[1]
    require_option(network, "text")
    reviews = read_labelled(path)
    if reviews.skipped:
        say(skipped_rows(reviews))
    assert words is not None
    tokenizer = (experiment.reading or TextSettings()).tokenizer
    rows = encode_documents(reviews.documents, reviews.digest, tokenizer, words, Preparation())
    return rows, reviews.labels, reviews.skipped


def _import(options: argparse.Namespace) -> int:
    from models.bundles.bundle import MAX_FILE_BYTES, unpack

    with (
        open_file(options.bundle, MAX_FILE_BYTES) as file,
        tempfile.TemporaryDirectory() as checked,
    ):
        told, table = unpack(file, Path(checked))
        folder = fresh_folder(options.out, options.replace)
        for part in Path(checked).iterdir():
            shutil.move(part, folder / part.name)
    values = {"task": told.experiment.task, "epochs": len(table.epochs), "test": told.end.test}
    figures = "".join(f"\n{name:10} {value:.4f}" for name, value in (told.end.test or {}).items())
    return _print(options, values, f"{told.experiment.task}: {len(table.epochs)} epochs{figures}")


def _bench(options: argparse.Namespace) -> int:
    from models.bench.suite import measure

    measure(quick=options.quick, as_json=options.json)
    return 0


def _worker(options: argparse.Namespace) -> int:
    from models.jobs.cluster.worker import lend
    from models.jobs.quotas import slots_from_environment

    lend(options.address, options.slots or slots_from_environment())
    return 0


def _slots(given: str) -> int:
    """Return a number of slots; raises ``UserError`` when it is none."""
    if not re.fullmatch("0*[1-9][0-9]{0,3}", given) or int(given) > MOST_SLOTS:
        raise UserError(
            Text(
                f"--slots: {quoted(given)}은(는) 쓸 수 없습니다. 1~{MOST_SLOTS}의 정수를 적어 "
                "주세요.",
                f"--slots: {quoted(given)} cannot be used. Write a whole number from 1 to "
                f"{MOST_SLOTS}.",
            )
        )
    return int(given)


def _print(options: argparse.Namespace, values: dict[str, Any], lines: str) -> int:
    print(json_line(values) if options.json else lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
