"""What the tests of the pages share."""

import gc

import pytest


@pytest.fixture(scope="module", autouse=True)
def garbage_stays_young() -> None:
    """Streamlit collects all garbage after every script run: as in the lab, of young objects only.

    See ``app.lifespan``; with all that tests import it takes longer than most pages.
    """
    gc.collect()
    gc.freeze()
