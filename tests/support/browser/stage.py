"""A component of the lab on a page without Streamlit: mounted as Streamlit does it, with the very
data that its Python command would send. What is played on it are the gallery's runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import patch

from playwright.sync_api import Page

from app.server.scripts import widget_modules
from app.widgets.shared import assets
from tests.support.browser.context import OpenContext
from tests.support.browser.lesson import PATIENCE

LOOKS = """
  body { margin: 1rem; background: #fff; font-family: sans-serif;
    --st-font: sans-serif; --st-text-color: #1b2430; --st-background-color: #ffffff;
    --st-secondary-background-color: #f2f5f8; --st-primary-color: #0072b2;
    --st-border-color: #d5dce3; --st-border-color-light: #e6eaf0; --st-base-radius: 0.5rem; }
"""
MOUNT = """async ({ address, html, css, isolated, data }) => {
  const place = document.createElement("div");
  document.body.replaceChildren(place);
  const parentElement = isolated ? place.attachShadow({ mode: "open" }) : place;
  const [skeleton, style] = [document.createElement("div"), document.createElement("style")];
  skeleton.innerHTML = html;
  style.textContent = css;
  parentElement.append(skeleton, style);
  const { default: draw } = await import(address);
  const told = (window.told = []);
  const tell = (name, value) => told.push([name, value]);
  window.show = (data) => draw({ data, parentElement, setStateValue: tell, setTriggerValue: tell });
  window.leave = window.show(data);
}"""
"""What Streamlit does with a component; ``told`` holds what the component sends to Python."""


def data_of(module: ModuleType, draw: Callable[[], object]) -> dict[str, Any]:
    """Return the data with which ``draw`` mounts the component of a module."""
    mounted: list[dict[str, Any]] = []

    class Nothing:
        def __getattr__(self, name: str) -> None:
            return None

    def mount(**said: Any) -> Nothing:
        mounted.append(said["data"])
        return Nothing()

    with patch.object(module, "_mount", mount):
        draw()
    return mounted[-1]


def mount(page: Page, module: ModuleType, data: dict[str, Any], *, isolated: bool) -> None:
    """Mount the component of a module on the page, instead of what was there."""
    name = module.__name__.rpartition(".")[2]
    parts = {
        "address": f"/{widget_modules.address(assets.module(name))}",
        "html": module._HTML,
        "css": assets.styles(getattr(module, "STYLED_AS", name), isolated),
    }
    page.evaluate(MOUNT, {**parts, "isolated": isolated, "data": data})


EMPTY = """() => {
  window.leave?.();
  sessionStorage.clear();
  document.body.replaceChildren();
}"""


class Stage:
    """Pages that are empty until something is mounted; who comes next finds scripts read."""

    def __init__(self, url: str, context: OpenContext) -> None:
        self._url, self._context = url, context
        self._idle: list[Page] = []
        self._errors: list[str] = []

    @contextmanager
    def pages(self) -> Iterator[Callable[..., Page]]:
        """Open empty pages of some size; at the end none of them may have logged an error."""
        opened: list[Page] = []

        def open_page(width: int = 1280, height: int = 900) -> Page:
            page = self._idle.pop() if self._idle else self._new_page()
            opened.append(page)
            page.set_viewport_size({"width": width, "height": height})
            return page

        yield open_page
        for page in opened:
            page.mouse.move(0, 0)
            page.evaluate(EMPTY)
        self._idle += opened
        errors, self._errors[:] = list(self._errors), []
        assert errors == []

    def _new_page(self) -> Page:
        page = self._context().new_page()
        page.on("console", lambda said: said.type == "error" and self._errors.append(said.text))
        page.on("pageerror", lambda error: self._errors.append(str(error)))
        page.set_default_timeout(PATIENCE)
        page.goto(self._url)
        page.add_style_tag(content=LOOKS)
        return page
