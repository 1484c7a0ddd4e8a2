"""Everything can be typed instead of slid, and what cannot be is answered with a sentence."""

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox, SelectSlider, TextInput

from app.session import services
from app.session.i18n import texts
from app.session.navigation import TRAIN
from models.experiment import Experiment, TextSettings
from tests.support.pages import open_page
from tests.support.polling import until

pytestmark = pytest.mark.usefixtures("home")


def draft(app: AppTest) -> Experiment:
    experiment: Experiment = app.session_state["held"].drafts["boston"]
    return experiment


def now(app: AppTest, name: str) -> Any:
    found = draft(app)
    owner = found.optimizer if name == "learning_rate" else found
    value = getattr(owner, name)
    return 404 if value is None else value  # all rows


def field(app: AppTest, name: str) -> TextInput:
    return app.text_input(key=f"boston.{name}.typed")


def slider(app: AppTest, name: str) -> SelectSlider[Any]:
    return app.select_slider(key=f"boston.{name}")


def typed(app: AppTest, name: str, value: Any) -> AppTest:
    return field(app, name).set_value(str(value)).run()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("epochs", 7), ("batch_size", 100), ("train_size", 333)),
        *(("learning_rate", 0.0123), ("validation_share", 0.123)),
    ],
)
def test_a_typed_value_moves_the_slider_and_the_experiment(name: str, value: Any) -> None:
    app = typed(open_page(TRAIN, task="boston"), name, value)
    assert not app.exception and not app.error
    assert now(app, name) == value == slider(app, name).value
    assert field(app, name).value == str(value)


def test_a_slider_moves_the_field_even_after_something_was_typed() -> None:
    app = typed(open_page(TRAIN, task="boston"), "epochs", 7)
    slider(app, "epochs").set_value(20).run()
    assert field(app, "epochs").value == "20" and draft(app).epochs == 20
    app = typed(app, "epochs", 9)
    assert slider(app, "epochs").value == 9 == draft(app).epochs


def late(app: AppTest, page: str) -> None:
    """Let the next click come from a browser that has seen no page after ``page``."""
    app.text_input(key="page-number").set_value(page)


def test_a_browser_that_is_behind_does_not_take_a_typed_value_back() -> None:
    """Two fields are typed one after the other, the second before the page of the first is seen."""
    app = open_page(TRAIN, task="boston")
    page = app.text_input(key="page-number").value
    typed(app, "epochs", 7)
    slider(app, "epochs").set_value(80)  # as it still stands there
    late(app, page)
    typed(app, "batch_size", 100)
    assert (draft(app).epochs, draft(app).batch_size) == (7, 100)
    assert slider(app, "epochs").value == 7 and field(app, "epochs").value == "7"


def test_a_browser_that_is_behind_does_not_move_a_slider_back() -> None:
    app = open_page(TRAIN, task="boston")
    page = app.text_input(key="page-number").value
    slider(app, "epochs").set_value(20).run()
    slider(app, "epochs").set_value(30)
    late(app, page)
    typed(app, "epochs", 80)  # what the field held before the slider's first move
    assert slider(app, "epochs").value == 30 == draft(app).epochs
    assert field(app, "epochs").value == "30"


def test_a_browser_that_has_seen_the_page_may_go_back_to_what_was() -> None:
    app = typed(open_page(TRAIN, task="boston"), "epochs", 7)
    slider(app, "epochs").set_value(80).run()
    assert draft(app).epochs == 80 and field(app, "epochs").value == "80"


def test_a_field_that_nobody_changed_is_not_sent_anew() -> None:
    """What the browser is told of, it shows, whatever is being typed there."""
    app = typed(open_page(TRAIN, task="boston"), "epochs", 7)
    told = [field.key for field in app.text_input if field.proto.set_value]
    assert told == ["page-number"]


@pytest.mark.parametrize(
    ("name", "value", "limit"),
    [
        ("learning_rate", 0.0, "1e-08"),
        ("learning_rate", 1e9, "100"),
        ("epochs", 0, "500"),
        ("epochs", 10**9, "500"),
        ("batch_size", -3, "1"),
        ("train_size", 0, "1"),
        ("validation_share", 0.51, "0.5"),
        ("validation_share", -0.1, "0.5"),
    ],
)
def test_what_cannot_be_is_a_sentence_and_the_field_goes_back(
    name: str, value: Any, limit: str
) -> None:
    app = open_page(TRAIN, task="boston", lang="en")
    before = draft(app)
    app = typed(app, name, value)
    assert not app.exception and draft(app) == before
    assert len(app.error) == 1 and name in app.error[0].value and limit in app.error[0].value
    assert slider(app, name).value == now(app, name)
    assert field(app, name).value == f"{now(app, name):g}"
    assert not app.run().error


def test_an_empty_field_is_called_empty_by_the_name_of_its_setting() -> None:
    app = typed(open_page(TRAIN, task="boston", lang="en"), "learning_rate", "")
    assert [each.value for each in app.error] == ["Learning rate is empty. Please type a number."]
    assert field(app, "learning_rate").value == "0.001" == str(now(app, "learning_rate"))


def test_a_dropout_rate_is_typed_for_its_own_layer() -> None:
    app = typed(open_page(TRAIN, task="boston", lang="en"), "layer.1.dropout", 0.33)
    assert [layer.dropout for layer in draft(app).layers] == [0.0, 0.33] and not app.error
    assert slider(app, "layer.1.dropout").value == 0.33
    assert field(app, "layer.1.dropout").value == "0.33"
    app = typed(app, "layer.1.dropout", 0.95)
    assert "dropout" in app.error[0].value and "0.9" in app.error[0].value
    assert [layer.dropout for layer in draft(app).layers] == [0.0, 0.33]
    assert slider(app, "layer.1.dropout").value == 0.33
    assert field(app, "layer.1.dropout").value == "0.33"


def test_a_vocabulary_size_is_typed() -> None:
    app = open_page(TRAIN, task="reviews", lang="en")
    app.toggle(key="reviews.stop_words").set_value(True).run()
    app.text_input(key="reviews.vocabulary_size.typed").set_value("1,234").run()
    reading = app.session_state["held"].drafts["reviews"].reading
    assert reading == TextSettings(vocabulary_size=1_234, stop_words=True) and not app.error
    assert app.select_slider(key="reviews.vocabulary_size").value == 1_234
    app.text_input(key="reviews.vocabulary_size.typed").set_value("99").run()
    assert "vocabulary_size" in app.error[0].value and "100 to 20,000" in app.error[0].value
    assert app.session_state["held"].drafts["reviews"].reading == reading


@pytest.mark.parametrize("units", [0, 5_000, 10**9])
def test_units_that_cannot_be_are_refused_too(units: int) -> None:
    app = open_page(TRAIN, task="boston", lang="en")
    app.text_input(key="boston.layer.0.units").set_value(str(units)).run()
    assert "units" in app.error[0].value and draft(app).layers[0].units == 64


def test_a_layer_of_one_unit_and_no_hidden_layer_at_all_are_networks() -> None:
    app = open_page(TRAIN, task="boston", lang="en")
    app.text_input(key="boston.layer.0.units").set_value("1").run()
    assert draft(app).layers[0].units == 1 and not app.error
    app.button(key="boston.layer.1.remove").click().run()
    app.button(key="boston.layer.0.remove").click().run()
    assert draft(app).layers == () and not app.error and not app.exception
    assert not app.button(key="start").disabled


def test_six_layers_of_1024_are_refused_by_the_budget_with_the_numbers() -> None:
    app = open_page(TRAIN, task="boston", lang="en")
    for _ in range(4):
        app.button(key="boston.add").click().run()
    for layer in range(6):
        app.text_input(key=f"boston.layer.{layer}.units").set_value("1024")
    app.run()
    assert not app.exception and app.button(key="start").disabled
    assert any("5,000,000" in error.value and "5,263,361" in error.value for error in app.error)


# The learning rate of a run under way ----------------------------------------------------------


@pytest.fixture
def slow_run() -> Iterator[AppTest]:
    """The page of a run that does an update a second."""
    app = open_page(TRAIN, task="boston", lang="en")
    app.button(key="preset-housing-rmsprop").click().run()
    for name, value in (("epochs", 500), ("batch_size", 1)):  # not over before it is slow
        field(app, name).set_value(str(value)).run()
    app.button(key="start").click().run()
    run_id, lab = str(app.query_params["run"]), services.services()
    run = lab.store.get(run_id)
    owner = run.owner
    assert (run.experiment.epochs, run.experiment.batch_size) == (500, 1)
    lab.scheduler.set_tempo(owner, run_id, 1.0)
    until(lambda: lab.scheduler.has_worker(run_id), 60)
    yield app.run()
    lab.scheduler.stop(owner, run_id)


def rate_field(app: AppTest) -> Selectbox:
    return app.selectbox(key=f"rate-{app.query_params['run']}-0")


def typed_rate(app: AppTest, entered: str) -> AppTest:
    """Type into the list: AppTest sends what is among its options, as text like a browser."""
    field = rate_field(app)
    field.options.append(entered)
    return field.set_value(entered).run()


def formulas(app: AppTest) -> str:
    return "\n".join(element.value for element in app.latex)


def asked_rate(app: AppTest) -> float | None:
    return services.services().scheduler.control_of(str(app.query_params["run"])).learning_rate


def test_any_learning_rate_can_be_typed_while_a_run_learns_and_the_formula_has_it(
    slow_run: AppTest,
) -> None:
    assert rate_field(slow_run).value == 0.001 and "0.001" in formulas(slow_run)
    app = typed_rate(slow_run, "0.0123")
    assert not app.exception and not app.error and asked_rate(app) == 0.0123
    assert rate_field(app).value == 0.0123
    assert "0.0123" in formulas(app) and "0.001" not in formulas(app)
    app = rate_field(app).set_value(0.05).run()
    assert asked_rate(app) == 0.05 == rate_field(app).value and "0.05" in formulas(app)
    assert asked_rate(typed_rate(app, "0,002")) == 0.002


@pytest.mark.parametrize(
    ("entered", "told"), [("quick", "'quick'"), ("1e9", "100"), ("0", "1e-08"), ("nan", "'nan'")]
)
def test_a_learning_rate_that_cannot_be_is_a_sentence_and_the_run_keeps_its_own(
    slow_run: AppTest, entered: str, told: str
) -> None:
    app = typed_rate(slow_run, entered)
    assert not app.exception and asked_rate(app) is None
    assert len(app.error) == 1
    assert "learning rate" in app.error[0].value.lower().replace("_", " ")
    assert told in app.error[0].value
    assert rate_field(app).value == 0.001
    assert not app.run().error


def test_the_formulas_of_a_form_with_another_optimizer_have_its_own_rate(slow_run: AppTest) -> None:
    app = typed_rate(slow_run, "0.0123")
    app = app.selectbox(key="boston.optimizer").set_value("adagrad").run()
    assert "0.0123" not in formulas(app) and "0.001" in formulas(app)


def test_while_a_run_learns_its_rate_is_set_in_one_place_only(slow_run: AppTest) -> None:
    assert slider(slow_run, "learning_rate").disabled and field(slow_run, "learning_rate").disabled
    assert texts("en")["form.rate_is_live"] in [each.value for each in slow_run.caption]
    assert not slider(slow_run, "epochs").disabled
    slow_run.button(key="stop").click().run()
    run_id = str(slow_run.query_params["run"])
    until(lambda: services.services().store.get(run_id).is_over, 60)
    app = slow_run.run()
    assert not slider(app, "learning_rate").disabled and not field(app, "learning_rate").disabled
    assert texts("en")["form.rate_is_live"] not in [each.value for each in app.caption]
