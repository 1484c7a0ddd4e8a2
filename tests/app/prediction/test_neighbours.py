"""Predict shows the training rows nearest to what it is asked, and what is like none of them."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.prediction import comparison
from app.session import services
from app.session.i18n import texts
from app.session.navigation import PREDICT
from models.network.comparison import TrainingRows
from models.network.evaluation import rows_at
from models.network.nearest import last_hidden
from models.tasks import built_in
from models.tasks.base import Task
from models.trained.shipped import shipped
from tests.support.pages import open_page, shown

ROW = 3


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def ready(app: AppTest, language: str = "en") -> AppTest:
    """Run a page until the training rows have been gone through."""
    waiting = texts(language)["near.preparing"].split("{rows}")[-1]
    deadline = time.monotonic() + 60
    while waiting in shown(app):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    return app


@pytest.mark.parametrize("task", ["boston", "mnist", "fashion_mnist", "reviews"])
def test_x(task, home: Path) -> None:
    app = open_page(PREDICT, task=task, lang="en", row="3")
    assert not app.exception
    t = time.time()
    ready(app)
    app.run()
    ready(app)
    print(time.time() - t, shown(app), html(app)[:3000])
