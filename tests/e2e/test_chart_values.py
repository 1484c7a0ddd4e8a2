"""What a chart works out before it draws: plain numbers in, plain values out, in a browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from app.components import assets
from models.verdict import verdict
from tests.e2e.conftest import OpenContext
from tests.models.test_verdict import REAL, history

SCRIPTS = ("chart_verdict",)


@pytest.fixture(scope="module")
def page(shared_context: OpenContext) -> Iterator[Page]:
    page = shared_context().new_page()
    for name in SCRIPTS:
        page.add_script_tag(path=assets.FOLDER / f"{name}.js")
    yield page
    page.close()


def beginnings(real: dict[str, Any]) -> list[tuple[list[float], list[float]]]:
    """Return the losses of a run as they were after each of its epochs, at most a hundred times."""
    count = len(real["loss"])
    ends = sorted({*range(1, count + 1, -(-count // 100)), count})
    return [(real["loss"][:end], real["val_loss"][:end]) for end in ends]


@pytest.mark.parametrize("real", REAL, ids=lambda real: real["command"].split(" ", 4)[-1])
def test_the_chart_judges_a_run_as_the_page_does_after_every_epoch(
    page: Page, real: dict[str, Any]
) -> None:
    begun = beginnings(real)
    judged = [verdict(history(*losses)) for losses in begun]
    shaded = page.evaluate("begun => begun.map(losses => courseOf(...losses))", begun)
    assert shaded == [found and str(found.course) for found in judged]
    assert shaded[-1] == real["course"]
