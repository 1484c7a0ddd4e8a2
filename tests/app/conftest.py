"""What the tests of the pages share."""

import gc
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

from app.session import services
from tests.conftest import NewHome
from tests.support.warm import warm_backend


@pytest.fixture(scope="module", autouse=True)
def garbage_stays_young() -> None:
    """Streamlit collects all garbage after every script run: as in the lab, of young objects only.

    See ``app.server.lifespan``; with all that tests import it takes longer than most pages.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def main_stays_main() -> Iterator[None]:
    """A page becomes the main module, which the processes of later tests would import."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="package", autouse=True)
def packages_are_searched_once() -> Iterator[None]:
    """Every AppTest searches what is installed for components, which takes as long as its page."""
    search = manifest_scanner.scan_component_manifests
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(search))
        yield


@pytest.fixture(scope="package", autouse=True)
def trainers_stay_warm() -> Iterator[None]:
    """Who trains for one test trains for the next one too: a start takes longer than most tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.session.services.LocalBackend", warm_backend)
        yield


@pytest.fixture(scope="module")
def home(new_home: NewHome) -> Iterator[Path]:
    """One home and one scheduler for a file: every test is a session, and so an owner, anew."""
    folder = new_home()
    services.close()
    with pytest.MonkeyPatch.context() as context:
        context.setenv("FNN_LAB_HOME", str(folder))
        yield folder
        services.close()
