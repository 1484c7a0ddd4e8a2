"""The modules of the components: found, whole, kept for ever below one address."""

from pathlib import Path

import brotli
import pytest
from starlette.applications import Starlette

from app.server.base_path import below
from app.server.scripts import widget_modules
from app.server.scripts.widget_modules import LINKED, address, linked_with, modules, scripts
from app.server.static_files import FOR_EVER
from tests.app.server.test_static_files import ask

ROUTES = Starlette(routes=below("/lab", [widget_modules.route()]))


@pytest.mark.parametrize("linked", LINKED)
def test_every_component_is_part_of_one_linked_module(linked: str) -> None:
    components = [name for name, script in scripts().items() if "export default" in script]
    answer = ask(ROUTES, f"/lab/{address(linked)}").body.decode()
    for name in components:
        assert (f'modules["{name}"] = ' in answer) == (linked_with(name) == linked)


@pytest.mark.parametrize("name", ["chart/live_chart.js", "train.js"])
def test_a_module_is_sent_small_and_kept_for_ever(name: str) -> None:
    path = f"/lab/{address(name)}"
    answer = ask(ROUTES, path, accept_encoding="br")
    assert (answer.status, answer.headers["cache-control"]) == (200, FOR_EVER)
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["content-type"].startswith("text/javascript")
    plain = ask(ROUTES, path)
    assert brotli.decompress(answer.body) == plain.body
    assert scripts()["chart/live_chart.js"].partition("\nimport")[0] in plain.body.decode()
    assert len(answer.body) < len(plain.body) / 2


@pytest.mark.parametrize("name", ["chart/none.js", "../main.py", "chart/live_chart.py", ""])
def test_nothing_else_is_sent(name: str) -> None:
    assert ask(ROUTES, f"/lab/{address(name)}").status == 404


def test_another_content_has_another_address(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "one.js").write_text("export const one = 1;", encoding="utf-8")
    monkeypatch.setattr(widget_modules, "FOLDER", tmp_path)
    addresses = set()
    for _ in range(2):
        forget()
        addresses.add(address("one.js"))
        (tmp_path / "one.js").write_text("export const one = 2;", encoding="utf-8")
    forget()
    assert len(addresses) == 2


def forget() -> None:
    for each in (modules, scripts, widget_modules.folder_address):
        each.cache_clear()
