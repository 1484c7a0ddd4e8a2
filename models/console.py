"""How a training run is told on a terminal: one JSON line an event, or lines for a person."""

import sys

from data.command_line import json_line, readable, say
from data.language import Text
from models.events import Batches, End, Epoch, Event, Preparing, Started, State, to_json

_PREPARING = Text("형태소 분석 {done:,} / {total:,}", "Morphemes of {done:,} / {total:,} reviews")


class Preparation:
    """Shows on stderr how many reviews are cut into morphemes, if there are any to be cut."""

    has_begun = False

    def __call__(self, done: int, total: int) -> None:
        self.has_begun = self.has_begun or done < total
        if not self.has_begun:
            return
        line = readable(_PREPARING.format(done=done, total=total), sys.stderr)
        if not sys.stderr.isatty():
            print(line, file=sys.stderr)
            return
        end = "\n" if done == total else ""
        print(f"\r[{'#' * (30 * done // total):30}] {line} ", end=end, file=sys.stderr, flush=True)


class JsonLines:
    """Prints one event a line."""

    state = State.RUNNING

    def __call__(self, event: Event) -> None:
        print(json_line(to_json(event)), flush=True)
        if isinstance(event, End):
            self.state = event.state
            _tell_error(event)


class Progress:
    """Prints a line that moves on a terminal, and one line an epoch elsewhere."""

    state = State.RUNNING
    started: Started

    def __init__(self) -> None:
        self.preparation = Preparation()

    def __call__(self, event: Event) -> None:
        match event:
            case Preparing():
                self.preparation(event.done, event.total)
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
        _tell_error(event)


def _tell_error(event: End) -> None:
    if event.error:
        say(event.error)
