"""Registers the lab's own browser components from the files of ``app/widgets``.

A component is three files of one name: ``.py`` (what Python calls), ``.js`` and ``.css`` (what runs
in the page). No file holds a word that a person can read: those arrive as labels, so that one
script serves every language.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_SCRIPTS = {path.stem: path for path in Path(__file__).parents[1].rglob("*.js")}

RUN_STREAM = ("run_source", "shared_source", "run_stream")
"""The scripts by which a component follows a run."""


def component(
    name: str, html: str, *, shared: tuple[str, ...] = (), isolate_styles: bool = True
) -> ComponentRenderer:
    """Register ``name.js`` and ``name.css`` with this skeleton; return the mounting command.

    ``shared`` names scripts that stand, in this order, in front of the component's own: one module
    with it, so that their top-level names are its own too. Browsers shall not translate a
    component: what its script writes all the time, figures and symbols, stays what it is.
    """
    looks = script(name).with_suffix(".css")
    css = looks.read_text(encoding="utf-8") if looks.exists() else None
    html = re.sub(r"\A\s*<(\w+)", r'<\1 translate="no"', html)
    return st.components.v2.component(
        f"fnn_lab_{name}",
        html=html,
        css=css,
        js=joined(*shared, name),
        isolate_styles=isolate_styles,
    )


def script(name: str) -> Path:
    """Return the file ``name.js``, whichever folder of components has it."""
    return _SCRIPTS[name]


def joined(*names: str) -> str:
    """Return scripts as one."""
    return "\n".join(script(name).read_text(encoding="utf-8") for name in names)


def pick(labels: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Return exactly the labels that a component reads.

    Raises ``KeyError`` naming the first one that is missing, before anything is drawn without it.
    """
    return {name: labels[name] for name in names}
