"""What requirements.txt promises: everything the lab imports itself, each with two bounds."""

import re
import sys
from importlib.metadata import packages_distributions

from tests.test_architecture import ROOT, modules, packages

OWN = {"app", "data", "models"}
COME_ALONG = {"starlette": "streamlit"}
"""What a requirement brings and says so in its comment."""
ELSEWHERE = {"distributed"}
"""What only a cluster needs: requirements-cluster.txt."""


def lines() -> dict[str, str]:
    """Return the rest of each line, version and comment, by the name of the requirement."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    found = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {re.split(r"[<>=~!]", line)[0]: line for line in found}


def imported() -> set[str]:
    everything = set().union(*(packages(path) for name in OWN for path in modules(name)))
    return everything - set(sys.stdlib_module_names) - OWN - ELSEWHERE


def test_every_requirement_has_a_lower_and_an_upper_bound() -> None:
    assert [
        line for line in lines().values() if not re.match(r"[\w-]+>=[\d.]+,<[\d.]+", line)
    ] == []


def test_what_the_lab_imports_is_required_directly() -> None:
    distributions, required = packages_distributions(), lines()
    for name in sorted(imported()):
        if name in COME_ALONG:
            assert name in required[COME_ALONG[name]].partition("#")[2].lower()
        else:
            assert {each.lower() for each in distributions[name]} & set(required), name
