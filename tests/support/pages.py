"""Pages that are run without a browser."""

import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

from app.session import services
from app.session.navigation import ANALYZE, COMPARE, HOME, PREDICT, RACE, TRAIN
from data.dataset import Dataset
from models.events import ENDED
from models.experiment import Experiment

SCRIPT = Path(__file__).parents[2] / "app/dashboard.py"
PAGES = (HOME, TRAIN, PREDICT, ANALYZE, COMPARE, RACE)


def open_page(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(SCRIPT), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page != HOME:
        app.switch_page(page).run()
    return app


def open_own_data(
    page: str, dataset: Dataset, language: str = "ko", tokenizer: str = "spaces"
) -> AppTest:
    """Open a page about a data set of the visitor's own."""
    app = open_page(page, lang=language)
    owner = str(app.session_state["owner"])
    services.catalogue().add(owner, "직접 모은 것", dataset, tokenizer)
    app.query_params["task"] = dataset.name
    return app.run()


def shown(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.info, app.error, app.title)
    return "\n".join(element.value for kind in kinds for element in kind)


def trained(owner: str, experiment: Experiment) -> str:
    """Train an experiment for an owner to its end; return the run's id."""
    lab = services.services()
    run = lab.scheduler.submit(owner, experiment)
    deadline = time.monotonic() + 60
    while lab.store.find(run.id, owner).state not in ENDED:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return run.id
