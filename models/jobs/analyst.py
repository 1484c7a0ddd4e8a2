"""``python -m models.jobs.analyst``: the one process that analyses what is typed on the pages.

A JVM and its dictionaries weigh hundreds of megabytes, so the server holds none: it asks here, one
JSON line a question, and gets one JSON line an answer. The end of stdin ends the process.
"""

import json
import logging
import os
import sys
from typing import Any, TextIO

from data.korean import analyse
from data.text import Text, UserError

_BROKEN = Text(
    "이 문장을 분석하지 못했습니다. 문장을 조금 바꾸어 보세요.",
    "This sentence could not be analysed. Please change it a little.",
)


def main() -> None:
    """Answer until stdin ends. Answers leave on a copy of fd 1; stray prints go to stderr."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    for line in sys.stdin:
        _tell(out, _answer(json.loads(line)))
    os._exit(0)  # a JVM's threads would hold the process


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
    print(json.dumps(answer, ensure_ascii=False), file=out)


if __name__ == "__main__":
    main()
