"""Links on the pages: what they open, hide and lock, and what a reader of a shared run can do."""

import io
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from app.carry.report import report
from app.race.races import known_races, read_race
from app.session import lesson_progress, services
from app.session.i18n import texts
from app.session.navigation import CLASS_LINK, COMPARE, HOME, PREDICT, RUNS, SHARED, TRAIN
from data.language import UserError
from models.bundles.bundle import export_run, import_run
from models.events import End, Tuned, from_json, to_json
from models.network.fingerprint import fingerprint
from models.network.weights import read_network
from models.runs.run import Run
from models.sharing.class_link import LOCKS, PARTS
from models.sharing.link import result_of, write_settings
from models.sharing.share import Shares
from models.sweeps.plan import Axis, Plan
from models.tasks import built_in, preset_named
from tests.app.comparison.shown import component
from tests.support.pages import open_page, shown, trained

pytestmark = pytest.mark.usefixtures("home")
EN, BOSTON = texts("en"), built_in("boston")
SHORT = preset_named("housing-sgd").changed(epochs=2, seed=5)
ADA = secrets.token_urlsafe(24)


@pytest.fixture(autouse=True)
def owner(monkeypatch: pytest.MonkeyPatch) -> str:
    """The visitor of a test, who is not Ada."""
    token = secrets.token_urlsafe(24)
    monkeypatch.setattr("app.session.state.owner", lambda: token)
    return token


@pytest.fixture(scope="module")
def run(home: object) -> Run:
    """A run of Ada's that is done."""
    return services.services().store.get(trained(ADA, SHORT))


def result(run: Run) -> str:
    found = result_of(run, services.services().store.outline(run.id))
    assert found is not None
    return found.to_text()


def open_link(page: str = TRAIN, **query: str) -> AppTest:
    """Open a page by a link, as Streamlit does: the address comes with the page."""
    app = open_page(HOME, lang="en", task="boston")
    app.switch_page(page)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def everything(app: AppTest) -> str:
    said = [each.value for kind in (app.success, app.warning, app.error) for each in kind]
    return "\n".join([shown(app), *said, *(each.body for each in app.get("html"))])


def test_a_link_fills_the_form_and_its_run_has_the_same_weights(run: Run, owner: str) -> None:
    query = {"settings": write_settings(BOSTON, SHORT), "result": result(run)}
    app = open_link(**query)
    assert app.session_state["boston.epochs"] == 2
    short = result(run)[:8]
    assert EN["sharing.opened"].format(weights=short) in everything(app)
    trained(owner, SHORT)
    app.run()
    assert EN["sharing.same"].format(found=short) in everything(app)


def test_the_fingerprint_is_that_of_the_weights_in_the_folder_of_the_run(run: Run) -> None:
    lab = services.services()
    network, end = read_network(lab.store.folder(run.id)), lab.store.outline(run.id).end
    layers = zip(network.kernels, network.biases, strict=True)
    assert end is not None and end.origin is not None
    assert end.origin.weights == fingerprint(array for layer in layers for array in layer)


def test_a_run_without_a_fingerprint_or_with_another_rate_has_no_result(run: Run) -> None:
    history = services.services().store.outline(run.id)
    assert history.end is not None
    assert result_of(run, history) is not None
    older = from_json({**to_json(history.end), "origin": None})
    assert isinstance(older, End)
    assert result_of(run, replace(history, end=older)) is None
    assert result_of(run, replace(history, tunings=(Tuned(3, learning_rate=0.5),))) is None
    assert result_of(replace(run, test=None), history) is None


def test_what_differs_is_named(run: Run, owner: str) -> None:
    _, data, _, versions = result(run).split("-")
    other = f"{'0' * 16}-{data}-{'0' * 8}-{versions}"
    trained(owner, SHORT)
    app = open_link(settings=write_settings(BOSTON, SHORT), result=other)
    assert EN["sharing.differs_machine"] in everything(app)
    assert EN["sharing.differs_data"] not in everything(app)


@pytest.mark.parametrize("settings", ["housing-sgd~epochs:9999", "<script>x</script>", "~~~"])
def test_a_hostile_link_is_answered_with_a_sentence(settings: str) -> None:
    app = open_link(settings=settings)
    assert len(app.error) == 1 and not app.exception
    assert app.session_state["boston.epochs"] == BOSTON.default.epochs


def test_a_network_beyond_the_budget_is_shown_and_not_trained() -> None:
    layers = "_".join(["1024relu"] * 6)
    app = open_link(settings=f"housing-sgd~layers:{layers}")
    assert app.button(key="start").disabled
    assert EN["train.refused"] in everything(app)


@pytest.mark.parametrize("name", PARTS)
def test_every_part_can_be_hidden(name: str) -> None:
    app = open_link(hide=name)
    assert f"{PARTS[name].selector} {{ display: none" in everything(app)
    assert not app.error


def test_unknown_names_are_told_once_and_ignored() -> None:
    app = open_link(hide="presets,<b>x", lock="epochs,nothing")
    told = [each.value for each in app.error]
    assert len(told) == 1 and "nothing" in told[0]
    assert PARTS["presets"].selector in everything(app)
    assert not app.run().error


def test_a_locked_setting_is_refused_by_the_server_too() -> None:
    app = open_link(settings=write_settings(BOSTON, SHORT), lock=",".join(LOCKS))
    assert app.select_slider(key="boston.epochs").disabled
    assert app.selectbox(key="boston.optimizer").disabled
    app.button(key="preset-housing-adam").click().run()
    assert app.session_state["boston.epochs"] == 2
    assert len(app.error) == 1


def test_a_link_for_a_class_holds_on_a_page_that_is_loaded_again() -> None:
    link = {"settings": write_settings(BOSTON, SHORT), "hide": "presets", "lock": "epochs,seed"}
    left = open_link(**link)
    left.select_slider(key="boston.batch_size").set_value(64).run()
    for name in link:
        del left.query_params[name]
    left.switch_page(PREDICT).run()
    assert {name: left.query_params[name] for name in link} == link
    left.switch_page(TRAIN).run()
    assert left.session_state["boston.batch_size"] == 64  # what was chosen since is kept
    for task in ("boston", "mnist"):
        loaded = open_page(HOME, lang="en", **{**link, "task": task})
        loaded.switch_page(TRAIN)
        loaded.query_params["task"] = "boston"
        loaded.run()
        assert PARTS["presets"].selector in everything(loaded)
        assert loaded.select_slider(key="boston.epochs").disabled
        assert loaded.session_state["boston.epochs"] == 2 and not loaded.error


def test_what_is_not_locked_can_be_changed() -> None:
    app = open_link(settings=write_settings(BOSTON, SHORT), lock="seed")
    app.select_slider(key="boston.epochs").set_value(3).run()
    assert app.session_state["boston.epochs"] == 3 and not app.error


def test_a_link_takes_up_a_lesson() -> None:
    lesson = next(one for one in lesson_progress.shelf()[0] if one.task == "boston")
    app = open_link(lesson=lesson.name)
    assert app.selectbox(key="lesson-choice-boston").value == lesson.name


def test_a_reader_sees_a_shared_run_and_copies_its_settings(run: Run) -> None:
    token = Shares(services.services().store).share(run.id, ADA)
    app = open_link(SHARED, share=token)
    said = everything(app)
    assert EN["sharing.settings"] in said and "fl-overlay" in said and not app.error
    assert all(EN[f"form.{name}"] in said for name in ("optimizer", "batch_size", "seed"))
    assert "batch_size" not in said
    app.button(key="copy-settings").click().run()
    assert app.session_state["boston.epochs"] == 2
    app.switch_page(PREDICT).run()
    assert run.id in app.selectbox(key="run-of-boston").options or not app.exception


def test_compare_overlays_runs_that_are_shared_and_lets_nobody_write_on_them(
    run: Run, owner: str
) -> None:
    shares = Shares(services.services().store)
    token = shares.share(run.id, ADA)
    own = trained(owner, SHORT.changed(epochs=3))
    app = open_link(SHARED, share=token)
    app.switch_page(COMPARE)
    app.query_params["runs"] = f"{own}.{run.id}"
    app.run()
    rows = {row["run"]: row for row in component(app, "rows")["rows"]}
    assert rows[run.id]["read_only"] and not rows[own]["read_only"]
    assert EN["compare.shared"] in rows[run.id]["about"]
    mine, theirs = (line["runs"][0] for line in component(app, "lines")["lines"])
    assert mine["url"] and "told" not in mine
    assert theirs["run"] == run.id and not theirs["url"]
    kinds = [event["kind"] for event in theirs["told"]]
    assert kinds[0] == "started" and kinds[-1] == "end" and kinds.count("epoch") == 2
    shares.withdraw(run.id, ADA)
    app.run()
    assert run.id not in [row["run"] for row in component(app, "rows")["rows"]]
    assert EN["compare.gone"].format(count=1) in shown(app) and not app.error


def test_a_run_of_ones_own_that_is_shared_stands_in_compare_once(owner: str) -> None:
    own = trained(owner, SHORT)
    app = open_link(SHARED, share=Shares(services.services().store).share(own, owner))
    app.switch_page(COMPARE).run()
    rows = [row for row in component(app, "rows")["rows"] if row["run"] == own]
    assert len(rows) == 1 and not rows[0]["read_only"]


def test_a_withdrawn_run_is_one_clear_sentence(run: Run) -> None:
    shares = Shares(services.services().store)
    token = shares.share(run.id, ADA)
    app = open_link(SHARED, share=token)
    shares.withdraw(run.id, ADA)
    app.run()
    assert len(app.error) == 1 and "withdrawn" in app.error[0].value
    assert not app.exception


ACTS: dict[str, Callable[[services.Services, Run, str], object]] = {
    "stop": lambda lab, run, who: lab.scheduler.stop(who, run.id),
    "pause": lambda lab, run, who: lab.scheduler.pause(who, run.id),
    "resume": lambda lab, run, who: lab.scheduler.resume(who, run.id),
    "step": lambda lab, run, who: lab.scheduler.step(who, run.id, 1),
    "train_on": lambda lab, run, who: lab.scheduler.train_on(who, run.id, 10),
    "rewind": lambda lab, run, who: lab.scheduler.rewind(who, run.id),
    "tempo": lambda lab, run, who: lab.scheduler.set_tempo(who, run.id, 1.0),
    "rate": lambda lab, run, who: lab.scheduler.set_learning_rate(who, run.id, 1.0),
    "watch": lambda lab, run, who: lab.scheduler.watch(who, run.id, (0, 0, 0)),
    "rename": lambda lab, run, who: lab.store.rename(run.id, who, "mine"),
    "delete": lambda lab, run, who: lab.store.deletions.delete(run.id, who),
    "undelete": lambda lab, run, who: lab.store.deletions.undelete(run.id, who),
    "share": lambda lab, run, who: Shares(lab.store).share(run.id, who),
    "withdraw": lambda lab, run, who: Shares(lab.store).withdraw(run.id, who),
    "remark": lambda lab, run, who: lab.store.remarks.write(run.id, who, "mine", "my note"),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_reader_cannot_change_a_shared_run(act: str, run: Run, owner: str) -> None:
    lab = services.services()
    token = Shares(lab.store).share(run.id, ADA)
    open_link(SHARED, share=token)
    before = lab.store.get(run.id)
    with pytest.raises(UserError):
        ACTS[act](lab, run, owner)
    assert lab.store.get(run.id) == before
    assert Shares(lab.store).run(token) == before


def test_a_reader_steers_no_race_and_no_sweep_that_a_shared_run_is_part_of(owner: str) -> None:
    lab = services.services()
    race = [run.id for run in lab.scheduler.submit_race(ADA, [SHORT, SHORT.changed(seed=6)])]
    sweep = lab.sweeps.start(ADA, Plan(SHORT, (Axis("batch_size", (64, 128)),)))
    wait_until(lambda: all(lab.store.get(run).is_over for run in race))
    wait_until(lambda: lab.sweeps.find(ADA, sweep.id).is_over)
    swept = lab.sweeps.find(ADA, sweep.id).outcomes[0].run
    assert swept is not None
    for run in (race[0], swept):
        open_link(SHARED, share=Shares(lab.store).share(run, ADA))
    acts = (lab.sweeps.find, lab.sweeps.stop, lab.sweeps.remove)
    for refused in (lambda: read_race(race[0]), *(partial(act, owner, sweep.id) for act in acts)):
        with pytest.raises(UserError):
            refused()
    assert known_races(BOSTON) == {} and lab.sweeps.of(owner) == []
    assert lab.sweeps.find(ADA, sweep.id).outcomes[0].run == swept
    lab.sweeps.remove(ADA, sweep.id)


def test_what_a_reader_takes_home_is_the_readers_own(run: Run, owner: str) -> None:
    lab = services.services()
    token = Shares(lab.store).share(run.id, ADA)
    open_link(SHARED, share=token)
    read, before = Shares(lab.store).run(token), lab.store.get(run.id)
    taken = import_run(lab.store, owner, io.BytesIO(export_run(lab.store, read, "taken")))
    assert taken.id != run.id and lab.store.find(taken.id, owner).experiment == run.experiment
    assert EN["report.settings"] in report(read, "taken", "today", [], "en")
    assert ADA not in report(read, "taken", "today", [], "en")
    lab.store.deletions.delete(taken.id, owner)
    assert lab.store.get(run.id) == before and Shares(lab.store).run(token) == before


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_shared_run_is_none_of_the_readers_own(run: Run) -> None:
    token = Shares(services.services().store).share(run.id, ADA)
    for page in (TRAIN, RUNS):
        app = open_link(page, share=token, run=run.id)
        keys = [str(button.key) for button in app.button]
        assert not [key for key in keys if run.id in key] and "tools-train_on" not in keys


def test_the_owner_makes_and_withdraws_links_on_both_pages(owner: str) -> None:
    own = trained(owner, SHORT)
    app = open_link(TRAIN)
    app.button(key=f"share-{own}").click().run()
    token = Shares(services.services().store).token(own, owner)
    assert token and any(token in code.value for code in app.code)
    assert any("settings=housing-sgd~epochs:2~seed:5" in code.value for code in app.code)
    app = open_link(RUNS)
    app.button(key=f"links-{own}").click().run()
    app.button(key=f"withdraw-{own}").click().run()
    assert Shares(services.services().store).token(own, owner) is None


def test_the_page_for_a_class_makes_a_link_that_the_lab_reads() -> None:
    app = open_link(CLASS_LINK)
    app.multiselect(key="class-hide").set_value(["code", "why"]).run()
    app.multiselect(key="class-lock").set_value(["seed"]).run()
    address = app.code[0].value
    for part in ("task=boston", "settings=housing-sgd", "hide=why,code", "lock=seed"):
        assert part in address or (part == "hide=why,code" and "hide=code,why" in address)
    assert "fl-qr" in everything(app) and not app.exception
