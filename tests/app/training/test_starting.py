"""One click is one run, the page and its address name the same one, and no edit is lost."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from app.session import lesson_progress, services
from app.session.i18n import texts
from app.session.lesson_progress import BUNDLED
from app.session.navigation import TRAIN
from models.events import State
from models.experiment import Experiment
from models.lessons.catalogue import load_lessons
from models.runs.run import Run
from models.tasks import preset_named
from tests.support.pages import open_page, shown
from tests.support.polling import until

pytestmark = pytest.mark.usefixtures("home")
LONG = preset_named("housing-adam").changed(epochs=500, batch_size=1)


@pytest.fixture
def app() -> Iterator[AppTest]:
    """A page of a form that asks for a long run; whatever it starts is stopped with the test."""
    page = open_page(TRAIN, lang="en", task="boston")
    page.session_state["held"].drafts["boston"] = LONG
    yield page.run()
    for run in runs(page):
        if not run.is_over:
            services.services().scheduler.stop(run.owner, run.id)


def runs(app: AppTest) -> list[Run]:
    return services.services().store.runs(str(app.session_state["owner"]))


def draft(app: AppTest) -> Experiment:
    experiment: Experiment = app.session_state["held"].drafts["boston"]
    return experiment


def page_number(app: AppTest) -> str:
    return str(app.text_input(key="page-number").value)


def see_nothing_since(app: AppTest, page: str) -> None:
    """Let the next click come from a browser that has seen no page after ``page``."""
    app.text_input(key="page-number").set_value(page)


def named_by_the_page(app: AppTest) -> str:
    """Return the run that the chart of the page follows."""
    data = [str(element.proto) for element in app.get("bidi_component")]
    (run,) = {found for each in data for found in re.findall(r"/api/runs/([\w-]+)/events", each)}
    return run


def test_clicks_before_the_run_is_seen_are_one_click(app: AppTest) -> None:
    page = page_number(app)
    app.button(key="start").click().run()
    (run,) = runs(app)
    for _ in range(4):  # from the page that still had the button
        app.button(key="start").proto.disabled = False
        see_nothing_since(app, page)
        app.button(key="start").click().run()
    assert [each.id for each in runs(app)] == [run.id] and not app.error
    assert app.query_params["run"] == run.id == named_by_the_page(app)


def test_a_click_after_the_run_was_seen_makes_another_one(app: AppTest) -> None:
    for count in (1, 2):
        app.button(key="start").click().run()
        assert len(runs(app)) == count and not app.error
        app.button(key="stop").click().run()
        until(lambda: runs(app)[0].is_over, 60)
        app.run()


def test_a_late_click_does_not_take_the_page_back_to_the_run_of_its_address(app: AppTest) -> None:
    app.button(key="start").click().run()
    first = str(app.query_params["run"])
    app.button(key="stop").click().run()
    until(lambda: runs(app)[0].is_over, 60)
    app.run()
    page = page_number(app)
    app.button(key="start").click().run()
    second = str(app.query_params["run"])
    assert second != first
    app.query_params["run"] = first  # the address that the browser still had
    see_nothing_since(app, page)
    app.toggle(key="boston.adam.amsgrad").set_value(True).run()
    assert app.query_params["run"] == second == named_by_the_page(app)
    app.query_params["run"] = first  # and now a link that names it
    app.run()
    assert app.query_params["run"] == first == named_by_the_page(app)


def test_a_late_click_does_not_turn_the_language_back(app: AppTest) -> None:
    page = page_number(app)
    app.button_group(key="language-switch").set_value("ko").run()
    app.query_params["lang"] = "en"
    see_nothing_since(app, page)
    app.toggle(key="boston.adam.amsgrad").set_value(True).run()
    assert app.query_params["lang"] == "ko" and texts("ko")["train.network"] in shown(app)


@pytest.mark.parametrize("weights", ["same", "new"])
def test_starting_over_keeps_what_was_changed_in_the_form(app: AppTest, weights: str) -> None:
    app.button(key="start").click().run()
    assert texts("en")["tools.form_stays"] not in shown(app)
    app.text_input(key="boston.epochs.typed").set_value("7").run()
    assert texts("en")["tools.form_stays"] in shown(app)
    app.button(key=f"tools-{weights}_weights").click().run()
    assert not app.error and draft(app) == LONG.changed(epochs=7)
    assert app.text_input(key="boston.epochs.typed").value == "7"
    newest, oldest = runs(app)
    assert newest.experiment == LONG.changed(seed=int(weights == "new"))
    until(lambda: services.services().store.get(oldest.id).state is State.STOPPED, 60)


def test_starting_over_with_new_weights_shows_their_seed_in_an_unchanged_form(
    app: AppTest,
) -> None:
    app.button(key="start").click().run()
    app.button(key="tools-new_weights").click().run()
    assert draft(app) == LONG.changed(seed=1)
    assert app.text_input(key="boston.seed").value == "1"


def test_at_the_end_of_a_lesson_one_way_to_start_over_is_open(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = str(app.session_state["owner"])
    monkeypatch.setattr("app.session.state.owner", lambda: owner)
    app.button(key="start").click().run()
    assert not reset(app).disabled
    (lesson,) = [each for each in load_lessons((BUNDLED,))[0] if each.name == "housing-sgd"]
    app.selectbox(key="lesson-choice-boston").set_value(lesson.name).run()
    ways = []
    for step in range(len(lesson.steps)):
        lesson_progress.move(lesson, step)
        app.run()
        tools = [] if lesson_progress.is_guessing(lesson) else [reset(app)]  # a guess hides them
        again = [button for button in app.button if button.key == "lesson-again"]
        ways.append(len(again) + sum(not tool.disabled for tool in tools))
    assert max(ways) == 1 and ways[-1] == 1 and again
    assert texts("en")["lesson.again"] in reset(app).help


def reset(app: AppTest) -> Any:
    """Return Streamlit's own word for what opens the ways to start a run over."""
    label = texts("en")["tools.reset"]
    (found,) = [block for block in popovers(app.main) if block.label == label]
    return found


def popovers(block: Any) -> Iterator[Any]:
    for child in getattr(block, "children", {}).values():
        if isinstance(child, Block) and child.type == "popover":
            yield child.proto.popover
        yield from popovers(child)
