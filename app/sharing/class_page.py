"""The page that makes a link for a class: what it opens, hides and keeps, and its QR code."""

import io
from html import escape
from urllib.parse import quote

import segno
import streamlit as st

from app.form.choice import choice
from app.form.task_choice import task_choice
from app.session import lesson_progress, state
from app.session.failures import tell
from app.session.i18n import LANGUAGES, say, t
from app.session.markdown import plain
from data.language import UserError
from models.sharing.class_link import HIDE, LESSON, LOCK, LOCKS, PARTS
from models.sharing.link import SETTINGS, write_settings
from models.tasks.base import Task

FORM, NO_LESSON = "form", "none"
_START: state.Kept[str] = state.Kept("class-start", FORM)
_LANGUAGE: state.Kept[str] = state.Kept("class-language", "ko")
_LESSON: state.Kept[str] = state.Kept("class-lesson", NO_LESSON)


def class_page() -> None:
    """Draw the choices on the left and the link with its code on the right."""
    task = task_choice()
    choices, result = st.columns([2, 3], gap="large")
    with choices:
        parts = _choices(task)
    with result:
        if parts is not None:
            _link(state.page_address("train", parts))


def _choices(task: Task) -> dict[str, str] | None:
    """Draw the choices; return the parts of the address, None where there can be none."""
    presets = {preset.name: plain(say(preset.title)) for preset in task.settings}
    starts = {FORM: t("sharing.start_form"), **presets}
    start = _START.get() if _START.get() in starts else FORM
    choice(st.selectbox, t("sharing.start"), starts, start, "class-start", _START.set)
    lessons = {one.name: say(one.title) for one in lesson_progress.shelf()[0]}
    titles = {NO_LESSON: t("lesson.off"), **lessons}
    lesson = _LESSON.get() if _LESSON.get() in titles else NO_LESSON
    choice(st.selectbox, t("sharing.lesson"), titles, lesson, "class-lesson", _LESSON.set)
    language = _LANGUAGE.get()
    choice(
        st.segmented_control,
        t("nav.language"),
        LANGUAGES,
        language,
        "class-language",
        _LANGUAGE.set,
        required=True,
    )
    hidden = _names("hide", {name: say(part.title) for name, part in PARTS.items()})
    locked = _names("lock", {name: say(title) for name, title in LOCKS.items()})
    experiment = state.draft(task) if start == FORM else task.presets[start]
    parts = {state.LANGUAGE: language, state.TASK: task.name}
    if lesson != NO_LESSON:
        parts[LESSON] = lesson
    elif experiment.data is not None:
        st.caption(t("sharing.own_data"))
    else:
        try:
            parts[SETTINGS] = write_settings(task, experiment)
        except UserError as error:
            tell(error.text)
            return None
    named = {HIDE: ",".join(hidden), LOCK: ",".join(locked)}
    return parts | {name: value for name, value in named.items() if value}


def _names(kind: str, titles: dict[str, str]) -> list[str]:
    return st.multiselect(
        t(f"sharing.{kind}"),
        list(titles),
        format_func=titles.__getitem__,
        key=f"class-{kind}",
        placeholder=t("sharing.nothing"),
    )


def _link(address: str) -> None:
    st.code(address, language=None, wrap_lines=True)
    code = segno.make(address, error="l", micro=False)
    svg, png = io.BytesIO(), io.BytesIO()
    code.save(svg, kind="svg", border=4, scale=8, light="#ffffff")
    code.save(png, kind="png", border=4, scale=16)
    source, label = quote(svg.getvalue().decode()), escape(t("sharing.code_label"))
    st.html(f"<img class=fl-qr alt='{label}' src='data:image/svg+xml,{source}'>")
    with st.container(horizontal=True):
        for name, content, mime in (
            ("svg", svg.getvalue(), "image/svg+xml"),
            ("png", png.getvalue(), "image/png"),
        ):
            st.download_button(
                t("sharing.code_file", kind=name.upper()),
                content,
                f"fnn-lab-class.{name}",
                mime,
                on_click="ignore",
                key=f"qr-{name}",
            )
    if st.toggle(t("sharing.preview"), key="class-preview"):
        st.iframe(address, height=720)
