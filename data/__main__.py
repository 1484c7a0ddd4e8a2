"""``python -m data``: prepare a room's data without a browser."""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TextIO

from data.command_line import Parser, json_line, readable, run, say
from data.language import Text, UserError
from data.sources import SOURCES, downloads, fetch, source_named
from data.text.analysers import TOKENIZERS
from data.text.bundled_morphemes import SHIPPED, write_bundled
from data.text.reviews import CORPORA, Reviews, load_reviews, read_labelled, skipped_rows
from data.text.shards import make_shard
from data.text.tokens import SHARD_ROWS, TokenizedCorpus, tokenize_corpus

HEAD_START = 20_000
"""Training rows analysed before the test rows, so that training can start on them."""

_STRAGGLERS = 4 * SHARD_ROWS
"""Rows done beyond those wanted before the work is stopped: parts are finished out of order."""

_BAR = 30
_STOPPED = Text(
    "멈췄습니다. 끝난 부분은 저장되어 있으니 같은 명령을 다시 실행하면 이어서 합니다.",
    "Stopped. What was done is kept: the same command goes on from there.",
)

Command = Callable[[argparse.Namespace], int]
Report = Callable[[int, int], None]
"""Is told how much is done of how much."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status (2 with a sentence on stderr for bad input)."""
    return run(_parser(), arguments)


def _parser() -> Parser:
    parser = Parser(prog="python -m data", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add_command in COMMANDS:
        add_command(commands)
    return parser


def _add_fetch(commands: Any) -> None:
    sub = commands.add_parser("fetch", help="download a corpus, or list what can be downloaded")
    sub.add_argument("name", nargs="?", metavar="NAME")
    sub.add_argument("--json", action="store_true", help="print progress as JSON lines")
    sub.set_defaults(run=partial(_telling_json, _fetch))


def _add_tokenize(commands: Any) -> None:
    names = "|".join(corpus.name for corpus in CORPORA)
    sub = commands.add_parser(
        "tokenize", help="cut a corpus, or a file in its format, into morphemes"
    )
    sub.add_argument("source", metavar=f"{names}|FILE")
    sub.add_argument("--tokenizer", choices=TOKENIZERS, default=next(iter(TOKENIZERS)))
    sub.add_argument("--json", action="store_true", help="print progress as JSON lines")
    sub.set_defaults(run=partial(_telling_json, _tokenize))


def _add_bundle(commands: Any) -> None:
    sub = commands.add_parser(
        "bundle", help="write the morphemes that ship with the bundled reviews (for maintainers)"
    )
    sub.set_defaults(run=_bundle)


COMMANDS = (_add_fetch, _add_tokenize, _add_bundle)
"""Each adds the parser of one command, which knows the function to run."""


def _telling_json(command: Command, options: argparse.Namespace) -> int:
    """Run a command that tells a process which asked for JSON its refusal as well."""
    try:
        return command(options)
    except UserError as error:
        if options.json:
            print(json_line({"error": asdict(error.text)}))
        raise


def _fetch(options: argparse.Namespace) -> int:
    if options.name is None:
        return _list_sources()
    source = source_named(options.name)
    progress = _JsonProgress() if options.json else _Progress()
    try:
        fetch(source, progress)
    finally:
        progress.close()
    for file in source.files:
        print(file.path)
    return 0


def _list_sources() -> int:
    for source in SOURCES:
        there, absent = Text("있음", f"in {downloads()}"), Text("없음", "not fetched")
        state, title = map(readable, (there if source.is_fetched else absent, source.title))
        size = f"{source.bytes / 1e6:.1f} MB"
        print(f"{source.name:8} {size:>8}  {source.licence}  {title}  [{state}]")
    return 0


def _tokenize(options: argparse.Namespace) -> int:
    is_corpus = options.source in [corpus.name for corpus in CORPORA]
    out = sys.stdout if is_corpus else sys.stderr
    progress = _JsonProgress() if options.json else _Progress("", 1, out)
    try:
        if is_corpus:
            _tokenize_corpus(options.source, options.tokenizer, progress)
            return 0
        tokens = _tokenize_file(Path(options.source), options.tokenizer, progress)
    except (KeyboardInterrupt, SystemExit):
        say(_STOPPED)
        raise
    finally:
        progress.close()
    _print_morphemes(tokens, options.json)
    return 0


def _bundle(_: argparse.Namespace) -> int:
    """Cut the bundled reviews in this process, whatever has shipped, and write what ships now."""
    for tokenizer in SHIPPED:
        for reviews in load_reviews("bundled"):
            shard = make_shard(reviews.documents, tokenizer)
            assert shard is not None  # nobody stops it
            print(write_bundled(reviews.digest, tokenizer, shard.rows()))
    return 0


def _tokenize_corpus(name: str, tokenizer: str, report: Report) -> None:
    """Analyse a corpus in an order that lets training start long before the end."""
    train, test = load_reviews(name)
    rows = {"train": 0, "test": 0}
    total = len(train.documents) + len(test.documents)

    def progress(part: str, done: int) -> None:
        rows[part] = done
        report(sum(rows.values()), total)

    enough = HEAD_START
    while enough < len(train.documents):
        enough += _STRAGGLERS
        found = _analyse(train, tokenizer, lambda done, _: progress("train", done), enough)
        if len(found) >= HEAD_START:
            break
    _analyse(test, tokenizer, lambda done, _: progress("test", done))
    _analyse(train, tokenizer, lambda done, _: progress("train", done))


def _tokenize_file(path: Path, tokenizer: str, report: Report) -> TokenizedCorpus:
    reviews = read_labelled(path)
    if reviews.skipped:
        say(skipped_rows(reviews))
    return _analyse(reviews, tokenizer, report)


def _analyse(
    reviews: Reviews, tokenizer: str, report: Report, enough: int | None = None
) -> TokenizedCorpus:
    """Analyse reviews on all cores, until ``enough`` rows are done if that is given."""
    rows = 0

    def progress(done: int, total: int) -> None:
        nonlocal rows
        rows = done
        report(done, total)

    def stop() -> bool:
        return enough is not None and rows >= enough

    return tokenize_corpus(reviews.documents, reviews.digest, tokenizer, progress, stop)


def _print_morphemes(tokens: TokenizedCorpus, as_json: bool) -> None:
    for row in range(len(tokens)):
        words = [tokens.tokens[token] for token in tokens.row(row)]
        print(json_line({"morphemes": words}) if as_json else " ".join(words))


class _JsonProgress:
    """Prints ``{"done": n, "total": n}`` at most twice a second, for a process that reads it."""

    def __init__(self) -> None:
        self.printed = float("-inf")

    def __call__(self, done: int, total: int) -> None:
        if done == total or time.monotonic() - self.printed >= 0.5:
            self.printed = time.monotonic()
            print(json_line({"done": done, "total": total}), flush=True)

    def close(self) -> None:
        """Nothing is left open on the line."""


class _Progress:
    """Prints a bar that moves on a terminal, and a line a percent, once a second, elsewhere."""

    def __init__(self, unit: str = " MB", scale: float = 1e6, out: TextIO | None = None) -> None:
        self.unit, self.scale, self.out = unit, scale, out or sys.stdout
        self.is_terminal = self.out.isatty()
        self.percent, self.printed = -1, float("-inf")

    def __call__(self, done: int, total: int) -> None:
        percent, now = 100 * done // total, time.monotonic()
        is_due = self.is_terminal or done == total or now - self.printed >= 1
        if percent == self.percent or not is_due:
            return
        self.percent, self.printed = percent, now
        line = f"{percent:3d} %  {self.amount(done)} / {self.amount(total)}{self.unit}"
        if self.is_terminal:
            bar = "#" * (_BAR * percent // 100)
            print(f"\r[{bar:{_BAR}}] {line} ", end="", file=self.out, flush=True)
        else:
            print(line, file=self.out, flush=True)

    def amount(self, figure: int) -> str:
        return f"{figure:,}" if self.scale == 1 else f"{figure / self.scale:.1f}"

    def close(self) -> None:
        if self.is_terminal and self.percent >= 0:
            print(file=self.out)


def _end(signal_number: int, _: object) -> NoReturn:
    """End as Ctrl-C does, so that half files and the processes of the work go away."""
    raise SystemExit(128 + signal_number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main())
