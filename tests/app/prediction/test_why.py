"""Predict says why: shares whose sum is shown beside what it must be, for every kind of input."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.session.i18n import texts
from app.session.navigation import PREDICT
from models.tasks import BUILT_IN
from models.tasks.base import Task
from tests.support.pages import open_page, shown

ASKED = [task for task in BUILT_IN if task.texts is None]


def why(app: AppTest, language: str, key: str) -> re.Match[str]:
    """Return the sentence with the sum of the shares and the difference that it must be."""
    sentence = re.escape(texts(language)[key])
    for name in ("total", "end", "start", "difference"):
        sentence = sentence.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>[−0-9.e+()]+)")
    found = re.search(sentence, shown(app))
    assert found, shown(app)
    return found


def number(text: str) -> float:
    return float(text.strip("()").replace("−", "-"))


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("task", ASKED, ids=lambda task: task.name)
def test_the_shares_that_are_shown_add_up(task: Task, language: str, home: Path) -> None:
    address = {"row": "3"} if task.drawable else {}
    app = open_page(PREDICT, task=task.name, lang=language, **address)
    assert not app.exception
    found = why(app, language, "why.sum" if task.head.is_classifier else "why.sum_value")
    total, end, start = (number(found[name]) for name in ("total", "end", "start"))
    assert total == pytest.approx(number(found["difference"]), rel=1e-3)
    assert total == pytest.approx(end - start, rel=1e-2, abs=1e-3 * (abs(end) + abs(start)))
    assert texts(language)["why.check_note"] in shown(app)
