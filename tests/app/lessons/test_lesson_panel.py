"""Every lesson is walked to its end with real runs, and what goes wrong becomes a sentence."""

import time
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from app.lessons.lesson_runs import AT_A_TIME
from app.session import services
from app.session.i18n import texts
from app.session.lesson_progress import BUNDLED
from data.language import Text, UserError
from models.events import ENDED, State
from models.experiment import Layer
from models.lessons.catalogue import load_lessons
from models.lessons.figures import RUN_FIGURES, SUMMARY_FIGURES, run_figures
from models.lessons.lesson import Kind, Lesson, Question
from models.runs.run import Run
from models.tasks import BUILT_IN

LESSONS, _ = load_lessons([BUNDLED])
REHEARSED = {"mnist": 2_000, "fashion_mnist": 2_000}
"""Rows to train on in the default suite, where all of them take half a minute."""


def page(train_size: int | None = None) -> None:
    import streamlit as st

    from app.lessons.lesson_panel import lesson_panel
    from app.session import state
    from app.training.starting import try_to_start

    state.adopt_address()
    form = state.draft(state.task())
    st.button("form", key="form-train", on_click=try_to_start, args=(form,))
    guessing = lesson_panel(state.task(), form, train_size)
    st.caption(f"guessing: {guessing}")
    state.number_page()


def open_panel(
    task: str, language: str = "ko", train_size: int | None = None, owner: str | None = None
) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60, kwargs={"train_size": train_size})
    app.query_params["task"], app.query_params["lang"] = task, language
    if owner:
        app.session_state["owner"] = owner
    return app.run()


def take_up(app: AppTest, lesson: Lesson) -> None:
    app.selectbox[0].set_value(lesson.name).run()


def shown(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.error, app.warning)
    html = [element.body for element in app.get("html")]
    return "\n".join([*(unescape(each.value) for kind in kinds for each in kind), *html])


def say(text: Text, language: str) -> str:
    return text.en if language == "en" else text.ko


def is_enabled(app: AppTest, key: str) -> bool:
    return not app.button(key=key).disabled


def keep_guess(app: AppTest) -> float | str:
    """Guess what nobody finds by accident; return a choice's words, or the number."""
    guess: float | str
    if app.radio:
        guess = app.radio[0].options[0]
        app.radio[0].set_value(guess)
    else:
        guess = 12_345
        app.text_input[0].set_value(str(guess))
    form_button(app).click().run()
    return guess


def form_button(app: AppTest) -> Button:
    words = {texts(language)["lesson.guess"] for language in ("ko", "en")}
    return next(button for button in app.button if button.label in words)


def train(app: AppTest, lesson: Lesson, name: str) -> None:
    """Train a run of the lesson's step to its end, with each of its seeds."""
    app.button(key=f"lesson-run-{name}").click().run()
    assert not app.exception and not app.error
    wait_for_all(app)
    assert f"lesson-run-{name}" not in {button.key for button in app.button}


def wait_for_all(app: AppTest) -> None:
    """Look on until no run of the owner is under way and none waits for a place."""
    deadline = time.monotonic() + 500
    while True:
        over = runs_over(app)
        app.run()
        if runs_over(app) == len(runs(app)) and not has_button(app, "lesson-stop"):
            break
        while runs_over(app) == over < len(runs(app)):  # the page would say the same again
            assert time.monotonic() < deadline
            time.sleep(0.05)
    app.run()


def runs(app: AppTest) -> list[Run]:
    return services.services().store.runs(app.session_state["owner"], limit=-1)


def runs_over(app: AppTest) -> int:
    return sum(run.state in ENDED for run in runs(app))


def has_button(app: AppTest, key: str) -> bool:
    return key in {button.key for button in app.button}


def guess_in_words(question: Question, guess: float | str, language: str) -> str:
    """Return a guess as the page shows it."""
    if isinstance(guess, str):
        return guess
    return texts(language)[f"lesson.value_{question.answer}"].format(value=guess)


def stand_beside_their_results(
    app: AppTest,
    waiting: dict[str, tuple[Question, str]],
    figures: tuple[str, ...],
    language: str,
) -> None:
    """Every guess that had to wait for training has one real result, that of the table."""
    assert texts(language)["lesson.later"].rpartition("**")[2] not in shown(app)
    for title, (question, guess) in waiting.items():
        (line,) = [line for line in shown(app).splitlines() if line.startswith(f"{title} — ")]
        start, _, end = texts(language)["lesson.result"].partition("{guess}")
        told, _, real = line.removeprefix(f"{title} — {start}").partition(end.partition("{")[0])
        real = real.partition("**")[0]
        assert told == guess and real not in ("", texts(language)["lesson.nothing"])
        if question.answer in figures:
            assert f"<td translate=no>{real}" in shown(app)


def train_all(app: AppTest, names: tuple[str, ...], train_size: int | None) -> AppTest:
    """Start all runs of a step at once and come back; return the page on which they are over."""
    for name in names:
        assert not is_enabled(app, "lesson-next")
        app.button(key=f"lesson-run-{name}").click().run()
        assert not app.exception and not app.error
    assert sum(not run.is_over for run in runs(app)) <= AT_A_TIME
    language, owner = app.query_params["lang"], app.session_state["owner"]
    again = open_panel(app.query_params["task"], language, train_size, owner)
    wait_for_all(again)
    assert not any(has_button(again, f"lesson-run-{name}") for name in names)
    return again


def walk(app: AppTest, lesson: Lesson, language: str, train_size: int | None = None) -> AppTest:
    """Do every step of a lesson and claim what each of them has to show; return its last page."""
    waiting: dict[str, tuple[Question, str]] = {}
    for number, step in enumerate(lesson.steps, 1):
        assert not app.exception and not app.error
        assert f"{number}/{len(lesson.steps)}" in shown(app)
        assert say(step.title, language) in shown(app) and say(step.text, language) in shown(app)
        if step.question:
            assert not is_enabled(app, "lesson-next")
            guess = guess_in_words(step.question, keep_guess(app), language)
            known = step.question.answer in SUMMARY_FIGURES
            sentence = texts(language)["lesson.result" if known else "lesson.later"]
            assert sentence.partition("**")[0] in shown(app) and f"**{guess}**" in shown(app)
            if not known:
                waiting[say(step.title, language)] = (step.question, guess)
        if step.runs:
            app = train_all(app, step.runs, train_size)
            assert is_enabled(app, "lesson-next")
        if step.kind is Kind.COMPARE:
            assert "<td translate=no>" in shown(app) and "<figure class=fl-overlay" in shown(app)
            assert f"<td translate=no>{texts(language)['lesson.nothing']}</td>" not in shown(app)
            stand_beside_their_results(app, waiting, step.figures, language)
        if number < len(lesson.steps):
            app.button(key="lesson-next").click().run()
    return app


TRAP = "실제 **SGD 객체**"
"""What the lesson of the string comes to."""


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_lesson_can_be_walked_to_its_end(lesson: Lesson, home: Path) -> None:
    language = "en" if lesson.name == "housing-adam" else "ko"
    train_size = REHEARSED.get(lesson.task)
    app = open_panel(lesson.task, language, train_size)
    take_up(app, lesson)
    app = walk(app, lesson, language, train_size)
    assert len(runs(app)) == len(lesson.trained) * lesson.seeds
    assert {run.experiment.seed for run in runs(app)} == set(range(lesson.seeds))
    assert (TRAP in shown(app)) == (lesson.name == "housing-sgd")
    app.button(key="lesson-again").click().run()
    assert f"1/{len(lesson.steps)}" in shown(app)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_a_lesson_on_pictures_can_be_walked_with_all_of_them(name: str, home: Path) -> None:
    lesson = next(lesson for lesson in LESSONS if lesson.name == name)
    app = open_panel(lesson.task)
    take_up(app, lesson)
    walk(app, lesson, "ko")


def step_with(lesson_name: str, answer: str) -> AppTest:
    """Return the panel at the first question after ``answer``."""
    lesson = next(lesson for lesson in LESSONS if lesson.name == lesson_name)
    app = open_panel(lesson.task)
    take_up(app, lesson)
    for step in lesson.steps:
        if step.question and step.question.answer == answer:
            return app
        if step.question:
            keep_guess(app)
        app.button(key="lesson-next").click().run()
    raise AssertionError(answer)


@pytest.mark.parametrize(
    ("lesson", "answer", "real"),
    [
        ("housing-sgd", "parameters", "5,121"),
        ("housing-sgd", "updates_per_epoch", "7"),
        ("housing-rmsprop", "total_updates", "560"),
        ("housing-adam", "last_batch", "20"),
        ("mnist", "parameters", "407,050"),
        ("mnist", "updates_per_epoch", "469"),
        ("sentiment", "parameters", "68,354"),
        ("sentiment", "updates_per_epoch", "33"),
    ],
)
def test_a_guess_stands_beside_the_figure_of_the_real_network(
    lesson: str, answer: str, real: str, home: Path
) -> None:
    app = step_with(lesson, answer)
    app.text_input[0].set_value("6,000")
    form_button(app).click().run()
    assert f"내 예상 **6,000** · 실제 **{real}**" in shown(app)
    app.button(key="lesson-back").click().run()
    app.button(key="lesson-next").click().run()
    assert f"내 예상 **6,000** · 실제 **{real}**" in shown(app)


def test_an_exact_guess_is_praised_and_an_empty_one_is_asked_for_again(home: Path) -> None:
    app = step_with("housing-sgd", "parameters")
    form_button(app).click().run()
    assert texts("ko")["lesson.guess_first"] in shown(app) and not is_enabled(app, "lesson-next")
    app.text_input[0].set_value("5,121")
    form_button(app).click().run()
    assert texts("ko")["lesson.right"] in shown(app) and is_enabled(app, "lesson-next")


def test_a_reload_comes_back_to_the_step_and_its_guess(home: Path) -> None:
    app = step_with("housing-sgd", "parameters")
    app.text_input[0].set_value("6,000")
    form_button(app).click().run()
    again = open_panel("boston", owner=app.session_state["owner"])
    assert again.selectbox[0].value == "housing-sgd"
    assert "내 예상 **6,000** · 실제 **5,121**" in shown(again)
    assert is_enabled(again, "lesson-next")
    stranger = open_panel("boston", owner="another")
    assert texts("ko")["lesson.off_note"] in shown(stranger)


def test_the_trap_of_the_string_is_shown(home: Path) -> None:
    """That it trains worse is seen where the lesson is walked to its end."""
    lesson = next(lesson for lesson in LESSONS if lesson.name == "housing-sgd")
    configured, plain = (run.experiment.optimizer for run in lesson.trained)
    assert configured.arguments() == {"learning_rate": 0.001, "momentum": 0.9, "nesterov": True}
    assert plain.arguments() == {"learning_rate": 0.01, "momentum": 0.0, "nesterov": False}
    app = step_with("housing-sgd", "winner")
    assert [code.value for code in app.code] == [run.code for run in lesson.trained]
    assert "optimizer='sgd'" in app.code[1].value and "optimizer=sgd" in app.code[0].value


def test_a_lesson_of_another_task_turns_to_it_and_fills_the_form(home: Path) -> None:
    app = open_panel("mnist")
    assert len(app.selectbox[0].options) == 1 + len(LESSONS)
    take_up(app, next(lesson for lesson in LESSONS if lesson.name == "housing-adam"))
    assert app.query_params["task"] == "boston"
    assert app.session_state["held"].drafts["boston"].optimizer.name == "adam"
    assert app.selectbox[0].value == "housing-adam" and "1/5" in shown(app)
    app.selectbox[0].set_value("").run()
    assert texts("ko")["lesson.off_note"] in shown(app) and app.query_params["task"] == "boston"


def test_a_run_that_is_refused_says_so_and_can_be_started_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise UserError(Text("자리가 없습니다.", "No room."))

    app = step_with("housing-rmsprop", "winner")
    keep_guess(app)
    app.button(key="lesson-next").click().run()
    with monkeypatch.context() as refusing:
        refusing.setattr(services.services().scheduler, "submit", refuse)
        app.button(key="lesson-run-sgd").click().run()
    assert app.error[0].value == "자리가 없습니다." and not is_enabled(app, "lesson-next")
    train(app, next(lesson for lesson in LESSONS if lesson.name == "housing-rmsprop"), "sgd")
    assert not app.error and "시험 MSE" in shown(app)


def test_a_run_that_is_live_says_so_and_a_stopped_one_can_be_trained_again(home: Path) -> None:
    app = step_with("mnist", "test_accuracy")
    keep_guess(app)
    app.button(key="lesson-next").click().run()
    app.button(key="lesson-run-mnist").click().run()
    assert "끝나면 다음으로" in shown(app) and not is_enabled(app, "lesson-next")
    # Its state is told by the curves, which hear of it; what is drawn once would grow old.
    assert not any(f"· {texts('ko')[f'state.{state}']}" in shown(app) for state in State)
    run_id, lab = str(app.query_params["run"]), services.services()
    lab.scheduler.stop(lab.store.get(run_id).owner, run_id)
    deadline = time.monotonic() + 60
    while lab.store.get(run_id).state not in ENDED:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    app.run()
    assert texts("ko")["state.stopped"] in shown(app)
    assert is_enabled(app, "lesson-next") and is_enabled(app, "lesson-run-mnist")


def change_form(app: AppTest, **changes: object) -> None:
    """Do what the page's form does when somebody changes it."""
    drafts = app.session_state["held"].drafts
    drafts["boston"] = drafts["boston"].changed(**changes)
    app.run()


def test_a_step_says_when_the_form_has_other_settings_and_one_click_goes_back(home: Path) -> None:
    app = step_with("housing-sgd", "parameters")
    told = texts("ko")["lesson.changed"]
    assert told not in shown(app)
    change_form(app, layers=(Layer(16),))
    app.text_input[0].set_value("5,121")
    form_button(app).click().run()
    assert "실제 **5,121**" in shown(app) and told in shown(app)
    app.button(key="lesson-restore").click().run()
    assert told not in shown(app)
    assert app.session_state["held"].drafts["boston"] == LESSONS[0].runs[0].experiment


def test_another_run_of_the_lesson_in_the_form_is_no_change_but_where_it_is_counted(
    home: Path,
) -> None:
    app, lesson = step_with("housing-sgd", "parameters"), LESSONS[0]
    app.session_state["held"].drafts["boston"] = lesson.run("string").experiment
    app.run()
    assert texts("ko")["lesson.changed"] in shown(app)  # the question is about the other one
    app.button(key="lesson-back").click().run()
    assert texts("ko")["lesson.changed"] not in shown(app)


def at_the_run(lesson: Lesson) -> AppTest:
    """Return the panel at the first step that trains."""
    app = open_panel(lesson.task)
    take_up(app, lesson)
    while not any(str(button.key).startswith("lesson-run-") for button in app.button):
        if not is_enabled(app, "lesson-next"):
            keep_guess(app)
        app.button(key="lesson-next").click().run()
    return app


def test_what_the_form_trains_counts_where_it_is_what_the_step_trains(home: Path) -> None:
    lesson = LESSONS[0]
    app = at_the_run(lesson)
    change_form(app, epochs=3)
    app.button(key="form-train").click().run()
    wait_for_all(app)
    assert "시드 3개" in app.button(key="lesson-run-configured").label  # it was another experiment
    change_form(app, epochs=80)
    app.button(key="form-train").click().run()
    wait_for_all(app)
    assert "시드 2개" in app.button(key="lesson-run-configured").label
    assert "시드 3개" in app.button(key="lesson-run-string").label
    train(app, lesson, "configured")
    store, owner = services.services().store, app.session_state["owner"]
    assert len(store.runs(owner)) == 1 + lesson.seeds  # the one of the form was not trained again


def test_a_run_from_before_the_lesson_does_not_count(home: Path) -> None:
    app = open_panel("boston")
    app.button(key="form-train").click().run()
    wait_for_all(app)
    again = open_panel("boston", owner=app.session_state["owner"])
    take_up(again, LESSONS[0])
    while not has_button(again, "lesson-run-configured"):
        if not is_enabled(again, "lesson-next"):
            keep_guess(again)
        again.button(key="lesson-next").click().run()
    assert "시드 3개" in again.button(key="lesson-run-configured").label


def test_a_series_that_is_stopped_starts_no_more(home: Path) -> None:
    lesson = LESSONS[0]
    app, store = at_the_run(lesson), services.services().store
    app.button(key="lesson-run-configured").click().run()
    app.button(key="lesson-run-string").click().run()
    if has_button(app, "lesson-stop"):  # else it is over already
        app.button(key="lesson-stop").click().run()
    wait_for_all(app)
    assert len(store.runs(app.session_state["owner"])) <= 6
    for run in lesson.trained:  # and what was stopped can be trained again
        if has_button(app, f"lesson-run-{run.name}"):
            train(app, lesson, run.name)
    assert is_enabled(app, "lesson-next")


def test_a_guess_is_open_until_it_is_made(home: Path) -> None:
    app = step_with("housing-sgd", "parameters")
    assert "guessing: True" in shown(app) and texts("ko")["lesson.hidden"] in shown(app)
    keep_guess(app)
    assert "guessing: False" in shown(app) and texts("ko")["lesson.hidden"] not in shown(app)


def test_a_teachers_text_is_shown_as_it_was_written(
    home: Path, request: pytest.FixtureRequest
) -> None:
    folder = home / "lessons"
    folder.mkdir(parents=True)
    request.addfinalizer(lambda: (folder / "written.toml").unlink() or folder.rmdir())
    good = (BUNDLED / "housing-adam.toml").read_text(encoding="utf-8")
    written = good.replace("**Adam**은", "5~10, 64~128, $1~$2, **(Adam)**은")
    (folder / "written.toml").write_text(written, encoding="utf-8")
    app = open_panel("boston")
    app.selectbox[0].set_value("written").run()
    (text,) = [each.value for each in app.markdown if "5" in each.value and "10" in each.value]
    assert "~" not in text and "$" not in text and "**(Adam)**&#51008;" in text


def test_a_teachers_file_with_a_mistake_is_named_and_the_others_load(
    home: Path, request: pytest.FixtureRequest
) -> None:
    folder = home / "lessons"
    folder.mkdir(parents=True)
    request.addfinalizer(lambda: [path.unlink() for path in folder.iterdir()] and folder.rmdir())
    good = (BUNDLED / "housing-adam.toml").read_text(encoding="utf-8")
    (folder / "mine.toml").write_text(good, encoding="utf-8")
    wrong = good.replace('"last_batch"', '"last_batches"')
    (folder / "wrong.toml").write_text(wrong, encoding="utf-8")
    line = wrong[: wrong.index("last_batches")].count("\n") + 1
    app = open_panel("boston", "en")
    assert len(app.warning) == 1
    assert app.warning[0].value.startswith(f"Lesson file wrong.toml, line {line}: ")
    assert len(app.selectbox[0].options) == 1 + len(LESSONS) + 1
    app.selectbox[0].set_value("mine").run()
    assert "1/5" in shown(app)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_figure_has_its_words(language: str) -> None:
    known = texts(language)
    for task in BUILT_IN:
        assert all(f"lesson.figure_{name}" in known for name in run_figures(task))
    numbers = [*SUMMARY_FIGURES, *(n for n, each in RUN_FIGURES.items() if not each.choices)]
    assert all(f"lesson.value_{name}" in known for name in numbers)
    assert all(f"lesson.loss_{loss}" in known for loss in RUN_FIGURES["lower_loss"].choices)
