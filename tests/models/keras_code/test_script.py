"""A script says what it needs in the form of PEP 723."""

import re
import tomllib

import pytest

from models.keras_code.network import Style
from tests.models.keras_code.test_program import PRESETS, text

HEADER = re.compile(r"(?m)^# /// script$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
"""The expression by which PEP 723 itself finds the header."""


@pytest.mark.parametrize("name", PRESETS)
def test_the_header_names_what_is_imported(name: str) -> None:
    task, experiment = PRESETS[name]
    made = text(experiment, task, Style.SEQUENTIAL)
    found = HEADER.search(made)
    assert found
    lines = (line.removeprefix("#").removeprefix(" ") for line in found["content"].splitlines())
    needs = tomllib.loads("\n".join(lines))
    named = {re.split("[>=]", each)[0] for each in needs["dependencies"]}
    imported = set(re.findall(r"^(?:import|from) (\w+)", made, re.MULTILINE))
    standard = {"pathlib", "json", "re", "unicodedata", "collections"}
    assert named == imported - standard | {"tensorflow"}
    assert needs["requires-python"] == ">=3.11"
