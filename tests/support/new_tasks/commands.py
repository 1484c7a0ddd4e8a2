"""Runs commands of ``python -m models`` in a copy of the lab, which is the current folder.

Takes a JSON list of their arguments from standard input and runs them one after the other, in one
process, so that TensorFlow is imported once. Prints a JSON list of what each of them said.
"""

import contextlib
import io
import json
import os
import sys

sys.path.insert(0, os.getcwd())

from models.__main__ import main


def said(arguments: list[str]) -> str:
    """Return what a command printed; raises ``SystemExit`` with its status when it fails."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = main(arguments)
    if status:
        sys.exit(status)
    return printed.getvalue()


if __name__ == "__main__":
    print(json.dumps([said(arguments) for arguments in json.load(sys.stdin)]))
