"""``python -m models``: the same experiments, training and predictions without a browser."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.dataset import Array
from data.korean import TOKENIZERS, Morpheme, analyse
from data.reviews import Reviews, load_reviews, read_labelled
from data.text import Text, UserError
from data.vocabulary import Encoded
from models.events import Batches, End, Epoch, Event, Started, State, to_json
from models.experiment import Experiment, Reading
from models.summary import Summary, summarize
from models.tasks import TASKS, preset_named, presets, task_named
from models.tasks.base import InputKind
from models.tasks.reviews import CLASSES

if TYPE_CHECKING:
    from models.explanation import Explanation
    from models.preparation import Rows
    from models.weights import TrainedNetwork

Answer = tuple[dict[str, Any], str]
"""What a command found: as JSON values, and as lines for a person."""

_WITHOUT_JAVA = "kiwi"
_KNOWS_NOTHING = Text(
    "아는 낱말이 하나도 없어 네트워크는 0만 봅니다. 답은 편향에서만 나옵니다.",
    "No word is known: the network sees only zeros, and its answer comes from its biases alone.",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status (2 with a sentence on stderr for bad input)."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except UserError as error:
        print(error.text, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models", description=__doc__)
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
    folder = _folder(options.out)
    from models.training import train  # seconds of import that other commands do not need

    report = _JsonLines() if options.json else _Progress()
    try:
        train(experiment, report, lambda: False, folder)
    except KeyboardInterrupt:
        report(End(State.STOPPED))
        return 130
    return 0 if report.state is State.DONE else 1


class _JsonLines:
    """Prints one event a line."""

    state = State.RUNNING

    def __call__(self, event: Event) -> None:
        print(json.dumps(to_json(event), ensure_ascii=False), flush=True)
        if isinstance(event, End):
            self.state = event.state


class _Progress:
    """Prints a line that moves on a terminal, and one line an epoch elsewhere."""

    state = State.RUNNING
    started: Started

    def __call__(self, event: Event) -> None:
        match event:
            case Started():
                self.started = event
                print(f"{event.parameters:,} parameters, {event.updates_per_epoch:,} updates/epoch")
            case Batches() if sys.stdout.isatty():
                update, loss, _ = event.points[-1]
                total = self.started.updates_per_epoch * self.started.epochs
                filled = 30 * update // total
                print(f"\r[{'#' * filled:30}] {update:,}/{total:,} loss {loss:.4f} ", end="")
            case Epoch():
                self.print_epoch(event)
            case End():
                self.print_end(event)

    def print_epoch(self, event: Epoch) -> None:
        name, lead = self.started.metric, "\r\033[K" if sys.stdout.isatty() else ""
        print(
            f"{lead}epoch {event.epoch:3}/{self.started.epochs}  "
            f"loss {event.loss:.4f}  {name} {event.metric:.4f}  "
            f"val_loss {event.val_loss:.4f}  val_{name} {event.val_metric:.4f}  "
            f"{event.seconds:.2f} s"
        )

    def print_end(self, event: End) -> None:
        self.state = event.state
        test = "  ".join(f"{name} {value:.4f}" for name, value in (event.test or {}).items())
        print(f"{event.state}  {test}")
        if event.error:
            print(event.error, file=sys.stderr)


def _predict(options: argparse.Namespace) -> int:
    from models.weights import read_network

    network = read_network(options.folder)
    if options.text is not None:
        values, lines = _text_answer(network, options.text)
    elif options.image:
        values, lines = _image_answer(network, options.image)
    else:
        values, lines = _row_answer(network, options.row)
    return _print(options, values, lines)


def _image_answer(network: "TrainedNetwork", path: Path) -> Answer:
    from data.images import center_digit, fit_frame, read_picture
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


def _row_answer(network: "TrainedNetwork", row: str) -> Answer:
    from models.prediction import predict_one, require_kind, row_of

    require_kind(network, InputKind.TABLE)
    features = network.task.load(network.experiment).features
    price = predict_one(network, row_of(_json(row, "--row"), features)).value
    return {"value": price}, f"{price:.2f}"


def _text_answer(network: "TrainedNetwork", text: str) -> Answer:
    from models.explanation import explain_review
    from models.prediction import require_kind

    require_kind(network, InputKind.TEXT)
    explanation = explain_review(network, _morphemes(_reading(network).tokenizer, text))
    return _review_values(explanation), _review_lines(explanation, _reading(network))


def _morphemes(tokenizer: str, text: str) -> list[Morpheme]:
    """Cut a review as the network's training rows were cut, or, without Java, nearly so."""
    try:
        return analyse(tokenizer, text)
    except UserError as error:
        if not TOKENIZERS[tokenizer].needs_java:
            raise
        print(error.text, file=sys.stderr)
        print(_instead(tokenizer), file=sys.stderr)
        return analyse(_WITHOUT_JAVA, text)


def _review_values(found: "Explanation") -> dict[str, Any]:
    winner = int(found.probabilities.argmax())
    return {
        "morphemes": [[morpheme.text, morpheme.tag] for morpheme in found.morphemes],
        "words": [
            {
                "text": word.text,
                "index": word.index,
                "rank": word.rank,
                "contribution": word.contribution,
            }
            for word in found.words
        ],
        "unknown": _unknown(found),
        "indices": list(found.indices),
        "logits": found.z.tolist(),
        "probabilities": found.probabilities.tolist(),
        "class": winner,
        "label": asdict(CLASSES[winner]),
    }


def _review_lines(found: "Explanation", reading: Reading) -> str:
    winner = int(found.probabilities.argmax())
    steps = {
        "morphemes": " ".join(f"{m.text}/{m.tag}" for m in found.morphemes),
        "vocabulary": _joined(f"{w.text} (index {w.index}, rank {w.rank})" for w in found.words),
        "not in it": _joined(_unknown(found)),
        "indices": _joined(map(str, found.indices)),
        "vector": _vector_line(found, reading.vocabulary_size),
        "z1, z2": "{:.4f}, {:.4f}".format(*found.z),
        "softmax": _softmax_line(found),
        "verdict": f"{CLASSES[winner]}  {found.probabilities[winner]:.1%}",
    }
    lines = [f"{name:12} {line}" for name, line in steps.items()]
    return "\n".join([*lines, *_contribution_lines(found)])


def _vector_line(found: "Explanation", size: int) -> str:
    line = f"{len(found.indices):,} of {size:,} cells are 1 (one-hot encoding, or multi-hot)"
    return line if found.indices else f"{line}. {_KNOWS_NOTHING}"


def _softmax_line(found: "Explanation") -> str:
    z1, z2 = found.z.tolist()
    total = f"(e^{z1:.2f} + e^{z2:.2f})"
    negative, positive = found.probabilities.tolist()
    return (
        f"P(y=0) = e^{z1:.2f} / {total} = {negative:.4f}, "
        f"P(y=1) = e^{z2:.2f} / {total} = {positive:.4f}"
    )


def _contribution_lines(found: "Explanation") -> list[str]:
    """Tell of every word how much it adds to P(y=1), the strongest first."""
    ranked = sorted(found.words, key=lambda word: -abs(word.contribution))
    return [
        f"{'P(y=1) by' if not i else '':12} {word.contribution:+.4f}  {word.text}"
        for i, word in enumerate(ranked)
    ]


def _unknown(found: "Explanation") -> list[str]:
    known = {word.text for word in found.words}
    return [text for text in dict.fromkeys(m.text for m in found.morphemes) if text not in known]


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(parts) or "-"


def _evaluate(options: argparse.Namespace) -> int:
    from models.evaluation import evaluate
    from models.weights import read_network

    network = read_network(options.folder)
    rows, labels = _test_rows(network, options.data)
    test = evaluate(network, rows, labels)
    lines = "\n".join(f"{name:10} {value:.4f}" for name, value in test.items())
    return _print(options, {"test": test}, lines)


def _test_rows(network: "TrainedNetwork", path: Path | None) -> tuple["Rows", Array]:
    """Return the rows to judge a network on: those of its task, or those in a file."""
    from models.prediction import require_kind

    if path is not None:
        require_kind(network, InputKind.TEXT)
        reviews = read_labelled(path)
        return _encoded(network, reviews), reviews.labels
    if network.task.kind is InputKind.TEXT:
        _, reviews = load_reviews(_reading(network).corpus)
        return _encoded(network, reviews), reviews.labels
    dataset = network.task.load(network.experiment)
    return dataset.x_test.reshape(len(dataset.x_test), -1), dataset.y_test


def _encoded(network: "TrainedNetwork", reviews: Reviews) -> Encoded:
    """Return reviews as indices of the network's own words, which may not be today's."""
    from models.documents import encode_documents

    assert network.vocabulary is not None
    tokenizer = _reading(network).tokenizer
    return encode_documents(reviews.documents, reviews.digest, tokenizer, network.vocabulary)


def _reading(network: "TrainedNetwork") -> Reading:
    return network.experiment.reading or Reading()


def _bench(options: argparse.Namespace) -> int:
    from models.bench import measure

    measure(quick=options.quick, as_json=options.json)
    return 0


def read_experiment(name: str) -> Experiment:
    """Return a preset, or the experiment in a JSON file when the name ends in ``.json``.

    Raises ``UserError`` when there is no such preset or file, or the file holds no experiment.
    """
    if not name.endswith(".json"):
        return preset_named(name)
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UserError(
            Text(
                f"{name} 파일을 읽을 수 없습니다. 경로와 권한을 확인하세요.",
                f"The file {name} cannot be read. Check its path and permissions.",
            )
        ) from None
    return Experiment.from_dict(_json(text, name))


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


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise UserError(
            Text(
                f"{name}의 내용은 올바른 JSON이 아닙니다. 쉼표와 따옴표를 확인하세요.",
                f"{name} is not valid JSON. Check its commas and quotes.",
            )
        ) from None


def _instead(tokenizer: str) -> Text:
    return Text(
        f"'{tokenizer}' 대신 Java가 필요 없는 '{_WITHOUT_JAVA}'로 나눕니다. "
        "훈련 때와 다르게 나뉜 낱말은 네트워크가 모를 수 있습니다.",
        f"'{_WITHOUT_JAVA}', which needs no Java, is used instead of '{tokenizer}'. "
        "Words that it cuts differently than in training may be unknown to the network.",
    )


def _folder(out: Path | None) -> Path | None:
    if out is None:
        return None
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            Text(
                f"{out} 폴더를 만들 수 없습니다({error.strerror}). 다른 곳을 --out으로 지정하세요.",
                f"The folder {out} cannot be made ({error.strerror}). Name another with --out.",
            )
        ) from None
    return out


def _print(options: argparse.Namespace, values: dict[str, Any], lines: str) -> int:
    print(json.dumps(values, ensure_ascii=False) if options.json else lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
