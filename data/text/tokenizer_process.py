"""``python -m data.text.tokenizer_process``: the one process that analyses what is typed on the
pages.

A JVM and its dictionaries weigh hundreds of megabytes, so the server holds none: it asks here, one
JSON line a question, and gets one JSON line an answer. Each tokenizer answers in a thread of its
own: nobody waits while another one loads. The end of stdin ends the process.
"""

import json
import logging
import os
import sys
import threading
from queue import SimpleQueue
from typing import Any, TextIO

from data.language import Text, UserError
from data.text.analysers import analyse

_BROKEN = Text(
    "이 문장을 분석하지 못했습니다. 문장을 조금 바꾸어 보세요.",
    "This sentence could not be analysed. Please change it a little.",
)
_speaking = threading.Lock()

Questions = SimpleQueue[dict[str, Any]]


def main() -> None:
    """Answer until stdin ends. Answers leave on a copy of fd 1; stray prints go to stderr."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    desks: dict[str, Questions] = {}
    for line in sys.stdin:
        question = json.loads(line)
        tokenizer = question["tokenizer"]
        if tokenizer not in desks:
            desks[tokenizer] = _open_desk(out)
        desks[tokenizer].put(question)
    os._exit(0)  # a JVM's threads would hold the process


def _open_desk(out: TextIO) -> Questions:
    """Start a thread that answers whatever is put into the queue, in turn."""
    questions: Questions = SimpleQueue()

    def answer() -> None:
        while True:
            _tell(out, _answer(questions.get()))

    threading.Thread(target=answer, daemon=True).start()
    return questions


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    try:
        found = analyse(question["tokenizer"], question["text"])
        return {"id": question["id"], "morphemes": [[m.text, m.tag] for m in found]}
    except UserError as error:
        text = error.text
    except Exception:
        logging.getLogger(__name__).exception("analysing with %s", question["tokenizer"])
        text = _BROKEN
    return {"id": question["id"], "error": {"ko": text.ko, "en": text.en}}


def _tell(out: TextIO, answer: dict[str, Any]) -> None:
    with _speaking:
        print(json.dumps(answer, ensure_ascii=False), file=out)


if __name__ == "__main__":
    main()
