"""Every page in every state goes on after a change of language, whatever is touched next."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.form.typed_numbers import read_number
from app.session import services
from app.session.lesson_progress import BUNDLED
from app.session.navigation import HOME, PREDICT, RUNS, TRAIN
from models.events import State
from models.tasks import BUILT_IN, preset_named
from tests.support.browser_labels import BrowserLabels
from tests.support.pages import open_page
from tests.support.polling import until

pytestmark = pytest.mark.usefixtures("home")

TASK_NAMES = [task.name for task in BUILT_IN]
LESSONS = sorted(path.stem for path in BUNDLED.glob("*.toml"))


@pytest.fixture(autouse=True)
def labels(monkeypatch: pytest.MonkeyPatch) -> BrowserLabels:
    return BrowserLabels(monkeypatch)


def speak(app: AppTest, language: str) -> None:
    app.button_group(key="language-switch").set_value(language).run()
    assert app.query_params["lang"] == language
    is_well(app)


def is_well(app: AppTest) -> None:
    assert not app.exception, [each.value for each in app.exception]
    assert not app.error, [each.value for each in app.error]


def touch_everything(app: AppTest) -> None:
    """Choose something else in every control: choices one after the other, numbers together."""
    for kind in ("toggle", "selectbox", "radio"):
        for key in keys(app, kind):
            touch(app, kind, key)
    for kind in ("select_slider", "slider", "text_input"):
        for key in keys(app, kind):
            move(one(app, kind, key))
        app.run()
        is_well(app)


def keys(app: AppTest, kind: str) -> list[str]:
    """Return the keys of what a person sees and can change.

    A lesson has a test of its own. Left out is what must fit the others: the training rows, which
    have to be more than those of a batch, and the weight, which has to be there.
    """
    found = [each.key for each in app.get(kind) if each.key and not each.disabled]
    left = re.compile(r"page-number|lesson-|name-|\w+\.(train_size|weight)")
    return [key for key in found if not left.match(key)]


def one(app: AppTest, kind: str, key: str) -> Any:
    return next((each for each in app.get(kind) if each.key == key), None)


def touch(app: AppTest, kind: str, key: str) -> None:
    """Choose something else in a choice or a switch, and go back to what it was."""
    control = one(app, kind, key)
    if control is None:  # another optimizer or tokenizer has other fields
        return
    if len(getattr(control, "options", (1, 2))) == 1:  # Predict before a run: there is no other
        return
    before = control.value
    move(control)
    app.run()
    is_well(app)
    control = one(app, kind, key)
    if control is not None:
        assert control.value != before, key
        control.set_value(before).run()
        is_well(app)
        assert one(app, kind, key).value == before, key


def move(control: Any) -> None:
    """Give a control another value."""
    if control.type == "toggle":
        control.set_value(not control.value)
    elif control.type == "slider":
        control.set_value(control.min if control.value != control.min else control.max)
    elif control.type == "text_input":
        values = ("0.4", "0.3") if "." in control.proto.placeholder else ("100", "200")
        control.set_value(values[control.value == values[0]])
    else:
        now = control.format_func(control.value)
        label = next(option for option in control.options if option != now)
        control.set_value(read_number(label, "") if control.type == "select_slider" else label)


def talk(app: AppTest) -> None:
    """Touch everything in one language after the other."""
    for language in ("en", "ko"):
        speak(app, language)
        touch_everything(app)


def owner_of(app: AppTest) -> str:
    return str(app.session_state["owner"])


def started(app: AppTest, **changes: Any) -> str:
    """Train the task of a page with some settings changed; return the run's id."""
    draft = app.session_state["held"].drafts[app.query_params.get("task", "mnist")]
    app.session_state["held"].drafts[draft.task] = draft.changed(**changes)
    app.run()
    app.button(key="start").click().run()
    is_well(app)
    return str(app.query_params["run"])


def is_over(run_id: str) -> bool:
    return services.services().store.get(run_id).is_over


@pytest.mark.parametrize("task", TASK_NAMES)
def test_before_a_run_every_page_goes_on_in_another_language(task: str) -> None:
    app = open_page(HOME, lang="ko", task=task)
    for page in (HOME, PREDICT, RUNS, TRAIN):
        app.switch_page(page).run()
        talk(app)


@pytest.fixture
def slow() -> Iterator[AppTest]:
    """The page of a run that does one update a second, and stops with the test."""
    app = open_page(TRAIN, lang="ko", task="boston")
    adam = preset_named("housing-adam").optimizer  # SGD would diverge with batches this small
    run_id = started(app, epochs=500, batch_size=1, optimizer=adam)
    lab = services.services()
    lab.scheduler.set_tempo(owner_of(app), run_id, 1.0)
    until(lambda: lab.store.history(run_id).started is not None, 60)
    yield app.run()
    lab.scheduler.stop(owner_of(app), run_id)


def test_while_a_run_learns_every_page_goes_on_in_another_language(slow: AppTest) -> None:
    assert slow.selectbox(key=tempo(slow)).value == "one"
    for page in (TRAIN, RUNS, HOME):
        slow.switch_page(page).run()
        talk(slow)
    slow.switch_page(TRAIN).run()
    assert slow.selectbox(key=tempo(slow)).value == "one"


def tempo(app: AppTest) -> str:
    return f"tempo-{app.query_params['run']}-0"


def test_while_a_run_is_paused_every_control_goes_on_in_another_language(slow: AppTest) -> None:
    run_id = str(slow.query_params["run"])
    slow.button(key="tools-pause").click().run()
    until(lambda: services.services().store.get(run_id).state is State.PAUSED, 60)
    slow.run()
    assert {"tools-resume", "tools-step_update"} <= {button.key for button in slow.button}
    talk(slow)
    slow.button(key="tools-step_update").click().run()
    is_well(slow)


@pytest.mark.parametrize(
    ("task", "changes"),
    [
        ("boston", {"epochs": 2}),
        ("mnist", {"epochs": 1, "train_size": 500}),
        ("reviews", {"epochs": 1, "train_size": 200}),
    ],
)
def test_after_two_runs_train_and_predict_go_on_in_another_language(
    task: str, changes: dict[str, Any]
) -> None:
    app = open_page(TRAIN, lang="ko", task=task)
    runs = [started(app, seed=seed, **changes) for seed in waits(range(2), app)]
    talk(app)
    app.switch_page(PREDICT).run()
    box = app.selectbox(key=f"run-of-{task}")
    assert box.value == runs[1] and len(box.options) == 3  # and the one trained in advance
    box.set_value(runs[0]).run()
    for language in ("en", "ko"):
        speak(app, language)
        assert app.selectbox(key=f"run-of-{task}").value == runs[0]
    talk(app)
    assert app.selectbox(key=f"run-of-{task}").value == runs[0]


def waits(seeds: range, app: AppTest) -> Iterator[int]:
    """Yield seeds; what is started with each is over before the next one."""
    for seed in seeds:
        yield seed
        run_id = str(app.query_params["run"])
        until(lambda run_id=run_id: is_over(run_id), 120)
        app.run()


def test_a_lesson_goes_on_in_another_language_and_stays_open() -> None:
    app = open_page(TRAIN, lang="ko", task="boston")
    key = "lesson-choice-boston"
    name = next(name for name in LESSONS if name.startswith("housing"))
    app.selectbox(key=key).set_value(name).run()
    for language in ("en", "ko", "en"):
        speak(app, language)
        app.toggle(key="boston.standardize").set_value(False).run()
        is_well(app)
        assert app.selectbox(key=key).value == name
        app.button(key="lesson-next").click().run()
        is_well(app)
        app.button(key="lesson-back").click().run()
        is_well(app)
    other = next(each for each in LESSONS if each not in (name, "sentiment"))
    app.selectbox(key=key).set_value(other).run()
    is_well(app)
    assert app.selectbox(key=f"lesson-choice-{app.query_params['task']}").value == other
