"""Registers the lab's own browser components from the files of ``app/widgets``.

A component is three files of one name: ``.py`` (what Python calls), ``.js`` and ``.css`` (what runs
in the page). The ``.js`` is an ES module that the browser fetches from the lab's own route with
what it imports; Streamlit is only handed the line that does so. No file holds a word that a person
can read: those arrive as labels, so that one script serves every language.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from app.server.scripts import widget_modules

_BASE = Path(__file__).with_name("base.css")
"""What every component begins with whose styles are its own."""
_LOADER = """
const linked = new URL("{address}", document.baseURI).href;
export default async (component) => {{
  const place = component.parentElement;
  const turn = (place.turn = (place.turn ?? 0) + 1);
  const {{ default: views }} = await import(linked);
  return turn === place.turn ? views["{name}"].default(component) : undefined;
}};
"""
"""A call whose module came only after a later call began is left out: its data is older."""


def component(
    name: str, html: str, *, isolate_styles: bool = True, styled_as: str = ""
) -> ComponentRenderer:
    """Register the module ``name.js`` and ``name.css`` with this skeleton; return its command.

    It may be ``styled_as`` another component, whose styles it takes instead of its own.

    Browsers shall not translate a component: what its script writes all the time, figures and
    symbols, stays what it is.
    """
    html = re.sub(r"\A\s*<(\w+)", r'<\1 translate="no"', html)
    return st.components.v2.component(
        f"fnn_lab_{name}",
        html=html,
        css=styles(styled_as or name, isolate_styles),
        js=_loader(module(name)),
        isolate_styles=isolate_styles,
    )


def _loader(name: str) -> str:
    address = widget_modules.address(widget_modules.linked_with(name))
    return _LOADER.format(address=address, name=name)


def script(name: str) -> Path:
    """Return the file ``name.js``, whichever folder of components has it."""
    return widget_modules.modules()[module(name)]


@cache
def module(name: str) -> str:
    """Return the module ``name.js`` by its address in the folder of components."""
    (found,) = (each for each in widget_modules.modules() if Path(each).stem == name)
    return found


def styles(name: str, isolate_styles: bool) -> str | None:
    """Return the styles of ``name.css``, if there is one, with what all of them begin with."""
    own = script(name).with_suffix(".css")
    parts = [_BASE, own] if isolate_styles else [own]
    if not own.exists():
        return None
    return "".join(path.read_text(encoding="utf-8") for path in parts)


def pick(labels: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Return exactly the labels that a component reads.

    Raises ``KeyError`` naming the first one that is missing, before anything is drawn without it.
    """
    return {name: labels[name] for name in names}
