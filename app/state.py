"""The only reader and writer of the session, the cookies and the address bar.

A page asks here which language, task, experiment and run it is about; nothing else touches
``st.session_state``. What must survive a reload (language, task, run) stands in the address.
"""

import secrets
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.owner import COOKIE, is_owner
from app.tab_memory import TabMemory
from data.text import Text
from models.experiment import Experiment
from models.tasks import TASKS, task_named
from models.tasks.base import Task

LANGUAGE = "lang"
TASK = "task"
RUN = "run"
_KNOWN = {
    LANGUAGE: ("ko", "en"),
    TASK: ("mnist", *(task.name for task in TASKS)),
}
"""Every value of what the address remembers; the first one is the default."""

_HELD = ("drafts", "versions", "runs", "kept")
"""What a tab takes along from a session that has expired to the one that follows."""

_tabs = TabMemory()


def adopt_tab() -> str | None:
    """Go on with what this tab held in a session before this one; to be called on every run.

    Returns the name of the session before this one when nothing is known of it any more.
    """
    context = get_script_run_ctx()
    session = context.session_id if context else ""
    if "lost_session" not in st.session_state:
        before = _session_before()
        held = _tabs.held(owner(), before) if before else None
        st.session_state.update(held or {})
        st.session_state["lost_session"] = before if held is None else None
    _tabs.keep(owner(), session, {name: st.session_state.setdefault(name, {}) for name in _HELD})
    lost: str | None = st.session_state["lost_session"]
    return lost


def _session_before() -> str | None:
    """Return the session that Streamlit's page had before, which it names when it connects."""
    named = st.context.headers.get("Sec-WebSocket-Protocol", "").split(",")
    return named[2].strip() or None if len(named) == 3 else None


def adopt_address() -> None:
    """Take language and task from the address where it names them, else write them into it.

    To be called first on every run: a link or the browser's Back button changes the address only.
    """
    for name, known in _KNOWN.items():
        asked = st.query_params.get(name)
        if asked in known:
            st.session_state[name] = asked
        else:
            st.query_params[name] = st.session_state.setdefault(name, known[0])
    _adopt_run(st.query_params.get(RUN))


def _adopt_run(asked: str | None) -> None:
    """Let a link that names a run win over the run that this session showed last."""
    if asked and asked != st.session_state.get("asked"):
        st.session_state.setdefault("runs", {})[st.session_state[TASK]] = asked
    st.session_state["asked"] = asked


def switch(name: str) -> dict[str, Any]:
    """Return the arguments that tie a control to ``LANGUAGE`` or ``TASK``."""
    key = f"{name}-switch"
    st.session_state[key] = st.session_state[name]

    def turn() -> None:
        st.query_params[name] = st.session_state[name] = st.session_state[key]

    return {"key": key, "on_change": turn}


def turn_to(task_name: str) -> None:
    """Choose a task; to be called by the callback of another control than its switch."""
    st.query_params[TASK] = st.session_state[TASK] = task_name


def language() -> str:
    """Return "ko" or "en"."""
    return str(st.session_state.get(LANGUAGE, "ko"))


def owner() -> str:
    """Return whose runs these are: the browser's cookie, or this session where there is none."""
    cookie = st.context.cookies.get(COOKIE)
    if isinstance(cookie, str) and is_owner(cookie):
        return cookie
    return str(st.session_state.setdefault("owner", secrets.token_urlsafe(24)))


def task() -> Task:
    """Return the chosen task."""
    return task_named(st.session_state[TASK])


def address(task_name: str) -> dict[str, str]:
    """Return the query parameters that open a page about this task in this language."""
    return {LANGUAGE: language(), TASK: task_name}


def draft(task: Task) -> Experiment:
    """Return the experiment being put together for a task; the lecture's own at first."""
    drafts: dict[str, Experiment] = st.session_state.setdefault("drafts", {})
    return drafts.setdefault(task.name, task.default)


def edit(experiment: Experiment) -> None:
    """Keep what the form says now."""
    st.session_state.setdefault("drafts", {})[experiment.task] = experiment


def replace_draft(experiment: Experiment) -> None:
    """Put another experiment into the form: its fields are drawn anew with these values."""
    edit(experiment)
    versions: dict[str, int] = st.session_state.setdefault("versions", {})
    versions[experiment.task] = form_version(experiment.task) + 1


def form_version(task_name: str) -> int:
    """Return a number that changes when the form must be drawn anew."""
    versions: dict[str, int] = st.session_state.setdefault("versions", {})
    return versions.get(task_name, 0)


def run_id(task_name: str) -> str | None:
    """Return the run on show for a task: this session's, or the one in the address."""
    runs: dict[str, str] = st.session_state.setdefault("runs", {})
    return runs.get(task_name) or st.query_params.get(RUN)


def show_run(task_name: str, run: str | None) -> None:
    """Remember the run on show for a task, here and in the address."""
    if run is None:
        st.query_params.pop(RUN, None)
        return
    st.session_state.setdefault("runs", {})[task_name] = run
    st.session_state["asked"] = run
    if st.query_params.get(RUN) != run:
        st.query_params[RUN] = run


def chosen(key: str, default: Any = None) -> Any:
    """Return what a control of this key says now, for the callback of its change.

    ``default`` is what it says when the browser has not told of it yet.
    """
    return st.session_state.get(key, default)


def show(key: str, value: Any) -> None:
    """Let the control of this key, which is yet to be drawn, show a value."""
    st.session_state[key] = value


def refuse(text: Text) -> None:
    """Remember why the last click was refused, to be said on the next run of the page."""
    st.session_state["refusal"] = text


def take_refusal() -> Text | None:
    """Return what ``refuse`` remembered, once."""
    return st.session_state.pop("refusal", None)


def keep(name: str, value: Any) -> None:
    """Remember a value of a page (a drawing, a chosen picture) while the session lasts."""
    st.session_state.setdefault("kept", {})[name] = value


def kept(name: str, default: Any = None) -> Any:
    """Return what ``keep`` remembered."""
    return st.session_state.setdefault("kept", {}).get(name, default)
