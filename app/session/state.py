"""The only reader and writer of the session, the cookies and the address bar.

A page asks here which language, task, experiment and run it is about; nothing else touches
``st.session_state``. What must survive a reload (language, task, run) stands in the address.
"""

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode, urljoin

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.session.late_messages import PageNumbers
from app.session.owner import COOKIE, address_of, is_owner
from app.session.services import catalogue, memory
from app.session.tab_memory import Held
from data.language import Text, UserError
from models.experiment import Experiment
from models.sharing.class_link import broken, is_locked_text
from models.tasks.base import Task

LANGUAGE = "lang"
TASK = "task"
RUN = "run"
ROW = "row"
RUNS = "runs"
SHARE = "share"
_ONCE = (RUN, ROW, "settings", "hide", "lock", "lesson")
"""What an address says once: see ``newly_named``."""
_LANGUAGES = ("ko", "en")
_FIRST_TASK = "mnist"

T = TypeVar("T")
_PAGE = "page-number"
_ABSENT = object()


def adopt_tab() -> str | None:
    """Go on with what this tab held in a session before this one; to be called on every run.

    Returns the name of the session before this one when nothing is known of it any more.
    """
    context = get_script_run_ctx()
    session = context.session_id if context else ""
    if "lost_session" not in st.session_state:
        before = _session_before()
        held = memory().tabs.held(owner(), before) if before else None
        st.session_state["held"] = held or Held()
        st.session_state["lost_session"] = before if held is None else None
    memory().tabs.keep(owner(), session, _held())
    lost: str | None = st.session_state["lost_session"]
    return lost


def _held() -> Held:
    """Return what this tab takes along to the session that follows when this one has expired."""
    held: Held = st.session_state.setdefault("held", Held())
    return held


def _session_before() -> str | None:
    """Return the session that Streamlit's page had before, which it names when it connects."""
    named = st.context.headers.get("Sec-WebSocket-Protocol", "").split(",")
    return named[2].strip() or None if len(named) == 3 else None


def adopt_address() -> None:
    """Take language and task from the address where it names them, else write them into it.

    To be called first on every run: a link or the browser's Back button changes the address only.
    A click that was under way when the address changed still comes from the old one.
    """
    known_tasks = (_FIRST_TASK, *(task.name for task in tasks()))
    for name, known in ((LANGUAGE, _LANGUAGES), (TASK, known_tasks)):
        _adopt(name, known)
    for name in _ONCE:
        if name not in st.query_params:
            st.session_state.pop(f"named-{name}", None)
    asked = st.query_params.get(RUN)
    if not _is_old_address(RUN, asked):
        _adopt_run(asked)


def _adopt(name: str, known: tuple[str, ...]) -> None:
    """Take one of the ``known`` values from the address, or write it; the first is the default."""
    asked = st.query_params.get(name)
    if asked in known and not _is_old_address(name, asked):
        st.session_state[name] = asked
        return
    value = st.session_state.setdefault(name, known[0])
    if value not in known:  # an own task that has been removed
        value = st.session_state[name] = known[0]
    if asked is not None or value != known[0]:  # an address that says nothing means the first
        _write_address(name, value)


def _adopt_run(asked: str | None) -> None:
    """Let a link that names a run win over the run that this session showed last."""
    if asked and asked != st.session_state.get("asked"):
        _held().runs[st.session_state[TASK]] = asked
    st.session_state["asked"] = asked


def _is_old_address(name: str, asked: str | None) -> bool:
    return _pages().is_repeated(f"?{name}", asked)


def _write_address(name: str, value: str | None) -> None:
    now = st.query_params.get(name)
    if now == value:
        return
    _pages().change(f"?{name}", now)
    if value is None:
        st.query_params.pop(name)
    else:
        st.query_params[name] = value


def change_language(language: str) -> None:
    """Choose a language; to be called by a callback."""
    _change(LANGUAGE, language)


def change_task(task_name: str) -> None:
    """Choose a task; to be called by a callback."""
    _change(TASK, task_name)


def _change(name: str, value: str) -> None:
    st.session_state[name] = value
    _write_address(name, value)


def language() -> str:
    """Return "ko" or "en"."""
    return str(st.session_state.get(LANGUAGE, "ko"))


def owner() -> str:
    """Return whose runs these are: the browser's cookie, or this session where there is none."""
    cookie = st.context.cookies.get(COOKIE)
    if is_owner(cookie):
        return cookie
    return str(st.session_state.setdefault("owner", secrets.token_urlsafe(24)))


def has_cookie() -> bool:
    """Say whether the browser has kept its cookie, so that it will find its runs again."""
    return is_owner(st.context.cookies.get(COOKIE))


def own_address(address: str) -> str:
    """Return where the browser asks for something below ``api/`` that is this owner's."""
    return address if has_cookie() else address_of(owner(), address)


def task(name: str | None = None) -> Task:
    """Return the task of this name, or the chosen one; raises ``UserError`` like the catalogue."""
    return catalogue().task(name or st.session_state[TASK], owner())


def tasks() -> tuple[Task, ...]:
    """Return the tasks that this owner can choose from."""
    return catalogue().tasks_of(owner())


def address(task_name: str) -> dict[str, str]:
    """Return the query parameters that open a page about this task in this language."""
    return {LANGUAGE: language(), TASK: task_name}


def draft(task: Task) -> Experiment:
    """Return the experiment being put together for a task; the lecture's own at first."""
    drafts = _held().drafts
    draft = drafts.setdefault(task.name, task.default)
    if draft.data != task.default.data:  # the data of this name is another since
        draft = drafts[task.name] = draft.changed(data=task.default.data)
    return draft


def replace_draft(experiment: Experiment) -> None:
    """Keep what the form of a task shows from now on; what would break a lock is refused."""
    try:
        check_locks(experiment)
    except UserError as error:
        refuse(error.text)
        return
    give_draft(experiment)


def give_draft(experiment: Experiment) -> None:
    """Let the form of a task show what a link or a lesson gives it, whatever is locked."""
    _held().drafts[experiment.task] = experiment


def check_locks(experiment: Experiment) -> None:
    """Raise ``UserError`` where an experiment has another value of a locked setting."""
    found = broken(locks(), draft(task(experiment.task)), experiment)
    if found:
        raise UserError(is_locked_text(found))


def check_unlocked(name: str) -> None:
    """Raise ``UserError`` where a setting is locked."""
    if name in locks():
        raise UserError(is_locked_text((name,)))


def locks() -> tuple[str, ...]:
    """Return the settings that the link of a class has locked."""
    found: tuple[str, ...] = _held().kept.get("locks", ())
    return found


def lock(names: tuple[str, ...]) -> None:
    """Lock these settings, and no others, while this tab is open."""
    _held().kept["locks"] = names


def run_id(task_name: str) -> str | None:
    """Return the run on show for a task: this session's, or the one in the address."""
    return _held().runs.get(task_name) or st.query_params.get(RUN)


def run_in_address() -> str | None:
    """Return the run that the address names, whoever's it is."""
    return st.query_params.get(RUN)


def from_address(name: str) -> str | None:
    """Return what the address says under a name, None where it does not."""
    return st.query_params.get(name)


def page_address(page: str, parts: dict[str, str]) -> str:
    """Return the whole address of a page of this lab, as somebody else's browser opens it."""
    return f"{urljoin(st.context.url or '', page)}?{urlencode(parts, safe=':~,')}"


def newly_named(name: str) -> str | None:
    """Return what the address says of one of ``_ONCE`` when it says so first, else None.

    What a person chooses on the page afterwards counts, though the address still says it.
    """
    asked = st.query_params.get(name)
    seen = st.session_state.get(f"named-{name}")
    st.session_state[f"named-{name}"] = asked
    return None if asked == seen else asked


def say_again(name: str, text: str) -> None:
    """Write into the address what it has said of one of ``_ONCE`` before; that is nothing new."""
    _write_address(name, text)
    st.session_state[f"named-{name}"] = text


def show_run(task_name: str, run: str | None) -> None:
    """Remember the run on show for a task, here and in the address."""
    _write_address(RUN, run)
    if run is not None:
        _held().runs[task_name] = run
        st.session_state["asked"] = run


def compared() -> list[str]:
    """Return the runs that are compared: those that the address names, else those chosen last.

    The address may name anything; who asks for the runs finds out which of them there are.
    """
    asked = st.query_params.get(RUNS)
    if asked is not None and not _is_old_address(RUNS, asked):
        _COMPARED.set(asked.split(_BETWEEN_RUNS))
    elif asked is None and (held := _COMPARED.get()):
        _write_address(RUNS, _BETWEEN_RUNS.join(held))
    return _COMPARED.get()


def compare(run_ids: list[str]) -> None:
    """Choose the runs that are compared; to be called by a callback."""
    _COMPARED.set(run_ids)
    _write_address(RUNS, _BETWEEN_RUNS.join(run_ids) or None)


def chosen(key: str, default: Any = None) -> Any:
    """Return what a control of this key says now, for the callback of its change.

    ``default`` is what it says when the browser has not told of it yet.
    """
    return st.session_state.get(key, default)


def show(key: str, value: Any, looks: Any = None) -> None:
    """Let the control of this key, which is yet to be drawn, show a value.

    The browser is told only of another value than it said itself: what is being typed elsewhere
    stays. ``looks`` is what the value is shown as, which the browser is told of when it changes.
    """
    shown = st.session_state.setdefault("looks", {})
    now = st.session_state.get(key, _ABSENT)
    if now is _ABSENT or now != value or shown.get(key) != looks:
        if now is not _ABSENT:
            _pages().change(key, now)
        st.session_state[key] = value
    shown[key] = looks


def leave_page() -> None:
    """Let the controls of the page that is opened next tell the browser what they show.

    To be called before the server itself opens a page: a control of the same key there would be
    taken for the one here, which the browser knows the value of.
    """
    st.session_state.pop("looks", None)


def is_repeated(key: str) -> bool:
    """Say whether the browser has not seen yet what the control of this key was changed to.

    What it says of the control is then what stood there before, and nobody's choice.
    """
    return _pages().is_repeated(key, st.session_state.get(key))


def unseen(deed: object) -> str | None:
    """Return what ``note`` was told of the same click, if the browser has not seen it yet."""
    return _pages().unseen(deed)


def note(deed: object, result: str) -> None:
    """Remember what a click came to until the browser has seen it."""
    _pages().note(deed, result)


def number_page() -> None:
    """Give the page that ends here a number, which the browser sends back with every click."""
    pages = _pages()
    pages.drawn += 1
    st.session_state[_PAGE] = str(pages.drawn)
    st.text_input(_PAGE, key=_PAGE, label_visibility="collapsed")


def _pages() -> PageNumbers:
    pages: PageNumbers = st.session_state.setdefault("pages", PageNumbers())
    seen = str(st.session_state.get(_PAGE, pages.drawn))
    pages.seen = int(seen) if seen.isdecimal() else pages.drawn
    return pages


class Place(StrEnum):
    """Where on a page it is said why a click was refused."""

    PAGE = "page"
    LINK = "link"
    LESSON_RUNS = "lesson-runs"
    LESSON_GUESS = "lesson-guess"
    IMPORT = "import"


def refuse(text: Text, place: Place = Place.PAGE) -> None:
    """Remember why the last click was refused, to be said there on the next run of the page."""
    _refusals()[place] = text


def take_refusal(place: Place = Place.PAGE) -> Text | None:
    """Return what ``refuse`` remembered for a place, once."""
    return _refusals().pop(place, None)


def _refusals() -> dict[Place, Text]:
    refusals: dict[Place, Text] = st.session_state.setdefault("refusals", {})
    return refusals


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A value of a page (a chosen weight, a drawing) that is remembered while the session lasts.

    Each has a ``name`` of its own; until it is set it is the ``default``.
    """

    name: str
    default: T

    def get(self) -> T:
        found: T = _held().kept.get(self.name, self.default)
        return found

    def set(self, value: T) -> None:
        _held().kept[self.name] = value


_BETWEEN_RUNS = "."
"""Stands in no run's id."""
_COMPARED: Kept[list[str]] = Kept("compared", [])
