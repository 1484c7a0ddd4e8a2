"""What the command lines of the lab share: how arguments are read and how a command ends.

A mistake is one sentence on stderr and status 2, whatever was given and wherever the output goes: a
pipe that nobody reads any more, a full disk, a terminal without Korean.
"""

import argparse
import errno
import io
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

from data.language import LONGEST_QUOTE, Text, UserError, printable

REFUSED, STOPPED, PIPE_CLOSED = 2, 130, 141
"""Statuses: bad input; Ctrl-C and a closed pipe as shells count them."""

_LONG_WORDS = re.compile(rf"\S{{{LONGEST_QUOTE + 1},}}")
_LONGEST_COMPLAINT = 300


class Parser(argparse.ArgumentParser):
    """Tells a mistake in one sentence, and takes whatever follows an option as its value."""

    def error(self, message: str) -> NoReturn:
        """Raise ``UserError`` with argparse's complaint, without what is too long to be read."""
        told = _LONG_WORDS.sub(lambda word: f"{word[0][:LONGEST_QUOTE]}…", printable(message))
        told = told if len(told) <= _LONGEST_COMPLAINT else f"{told[:_LONGEST_COMPLAINT]}…"
        raise UserError(
            Text(
                f"명령을 알 수 없습니다({told}). 쓰는 법은 {self.prog} --help로 볼 수 있습니다.",
                f"This command cannot be understood ({told}). {self.prog} --help explains it.",
            )
        )

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as argparse does, but for values that begin with a dash, such as ``--text -1``."""
        given = sys.argv[1:] if args is None else args
        return super().parse_known_args(self._joined(given), namespace)

    def _joined(self, given: Sequence[str]) -> list[str]:
        """Write ``--text VALUE`` as ``--text=VALUE``, unless the value is an option itself."""
        joined: list[str] = []
        for argument in given:
            if joined and self._wants_value(joined[-1]) and not self._is_option(argument):
                joined[-1] += f"={argument}"
            else:
                joined.append(argument)
        for argument in joined:
            if argument.endswith("=--") and self._wants_value(argument[:-3]):
                self.error(f"argument {argument[:-3]}: -- is no value")  # argparse drops it
        return joined

    def _is_option(self, argument: str) -> bool:
        return argument in self._option_string_actions

    def _wants_value(self, argument: str) -> bool:
        return self._is_option(argument) and self._option_string_actions[argument].nargs is None


def path_argument(given: str) -> Path:
    """Return a path, for ``type=`` of an argument.

    Raises ``UserError`` for an empty one, as an unset variable of a shell gives it: it would be the
    current folder.
    """
    if not given:
        raise UserError(
            Text(
                "경로가 비어 있습니다. 경로를 적거나, 지금 폴더라면 .을 적어 주세요.",
                "A path is empty. Write one, or . for the current folder.",
            )
        )
    return Path(given)


def run(parser: Parser, arguments: Sequence[str] | None) -> int:
    """Run the command that the arguments name, and return its exit status.

    Each command's parser sets ``run``, a function of the options that returns a status.
    """
    _prepare_output()
    try:
        return _status(parser, arguments)
    except BrokenPipeError:  # Whoever read the output, such as head, has had enough.
        _discard_output()
        return PIPE_CLOSED
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _discard_output()
        say(_no_space())
        return REFUSED


def _status(parser: Parser, arguments: Sequence[str] | None) -> int:
    try:
        options = parser.parse_args(arguments)
        return int(options.run(options))
    except UserError as error:
        say(error.text)
        return REFUSED
    except KeyboardInterrupt:
        return STOPPED
    finally:
        sys.stdout.flush()  # here, where it is known what to do when that fails


def say(text: Text) -> None:
    """Print a sentence to stderr."""
    print(readable(text, sys.stderr), file=sys.stderr, flush=True)


def readable(text: Text, stream: TextIO | None = None) -> str:
    """Return a sentence in both languages, or in English where ``stream`` (stdout) lacks Korean."""
    try:
        "한글".encode((stream or sys.stdout).encoding or "utf-8")
    except UnicodeEncodeError:
        return text.en
    return str(text)


def json_line(values: Any) -> str:
    """Return values as JSON, with escapes where stdout has not every character."""
    encoding = (sys.stdout.encoding or "utf-8").lower()
    return json.dumps(values, ensure_ascii=not encoding.startswith("utf"))


def _prepare_output() -> None:
    """Show characters that an output lacks as escapes; an output that is closed takes nothing."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, io.StringIO())
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _discard_output() -> None:
    """Drop what could not be written, so that Python does not try again when it ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _no_space() -> Text:
    return Text(
        "디스크가 가득 차서 출력을 쓸 수 없습니다. 공간을 비우고 다시 실행해 주세요.",
        "The disk is full: the output cannot be written. Free some space and run this again.",
    )
