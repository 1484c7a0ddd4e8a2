"""My runs takes a bundle from another server."""

import secrets

import pytest

from app.session import services
from app.session.i18n import texts
from app.session.navigation import ANALYZE, PREDICT, RUNS, TRAIN
from tests.support.bundles import good_bundle
from tests.support.pages import open_page

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return good_bundle(tmp_path_factory.mktemp("elsewhere") / "runs")


@pytest.fixture(autouse=True)
def owner(monkeypatch: pytest.MonkeyPatch) -> str:
    token = secrets.token_urlsafe(24)
    monkeypatch.setattr("app.session.state.owner", lambda: token)
    return token


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_bundle_becomes_a_run_that_every_page_works_with(
    owner: str, good: bytes, language: str
) -> None:
    app = open_page(RUNS, lang=language)
    (uploader,) = app.get("file_uploader")
    assert uploader.proto.label == texts(language)["carry.import_file"]
    uploader.upload("mine.zip", good, "application/zip").run()
    (run,) = services.services().store.runs(owner)
    assert run.name == "mine" and run.epoch == 2
    told = texts(language)["carry.imported"].format(name="mine")
    assert any(told in each.body for each in app.get("html"))
    for page in (TRAIN, PREDICT, ANALYZE):
        opened = open_page(page, lang=language, task="boston", run=run.id)
        assert not opened.exception and not opened.error
