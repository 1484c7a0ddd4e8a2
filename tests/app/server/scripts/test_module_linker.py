"""Linked modules do what they do apart, and the lab's keep to the forms that can be linked."""

import re

import pytest

from app.server.scripts.module_linker import EXPORT, IMPORT, exported, imported, in_order, linked
from app.server.scripts.widget_modules import scripts

SMALL = {
    "a/one.js": """// One.

import { two, Two } from "../b/two.js";

const SIDE = 1; // another SIDE than two's

export function one() {
  return SIDE + two() + new Two().side;
}

export default (more) => one() + more;
""",
    "b/two.js": """export const [two, three] = [() => SIDE, 3];

const SIDE = 20;

export class Two {
  side = 300;
}
""",
}


def test_each_comes_once_and_after_what_it_imports() -> None:
    assert in_order(["a/one.js", "b/two.js"], SMALL) == ["b/two.js", "a/one.js"]


def test_names_are_a_modules_own_and_what_is_exported_is_handed_on() -> None:
    script = linked(["a/one.js"], SMALL)
    assert script.count("const SIDE") == 2 and script.count("export") == 1
    assert 'const { two, Two } = modules["b/two.js"];' in script
    assert "return { two, three, Two };" in script
    assert "return { one, default: standard };" in script


@pytest.mark.parametrize("name", scripts())
def test_every_module_of_the_lab_can_be_linked(name: str) -> None:
    script = scripts()[name]
    lines = re.findall(r"^(?:import|export)\b.*", script, re.MULTILINE)
    assert len(lines) == len(IMPORT.findall(script)) + len(EXPORT.findall(script))
    assert not re.search(r"\bimport\.meta\b|^await |\bimport\(", script, re.MULTILINE)
    for names, where in zip(
        (names for names, _ in IMPORT.findall(script)), imported(name, script), strict=True
    ):
        assert set(names.split(", ")) <= set(exported(scripts()[where]))
