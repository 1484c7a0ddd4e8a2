"""The downloads of a run that is over: its bundle and its report."""

from contextlib import suppress
from functools import partial

import streamlit as st

from app.carry.report import Guess, report
from app.lessons.lesson_result import guess_rows
from app.session import lesson_progress, state
from app.session.i18n import t
from app.session.networks import network_in
from app.session.services import services
from app.wording import run_words
from app.wording.file_names import file_name
from data.language import UserError
from models.bundles.bundle import export_run
from models.network.weights import WEIGHTS
from models.runs.run import Run


def checked_downloads(run: Run | None) -> None:
    """Draw the buttons of the run on show, nothing where its weights are gone or damaged."""
    if run is None or not run.is_over:
        return
    with suppress(UserError):  # which the page tells
        network_in(services().store.folder(run.id))
        run_downloads(run, "take")


def run_downloads(run: Run, key: str) -> None:
    """Draw the buttons that make the files when they are pressed; nothing without weights.

    ``key`` tells the buttons of a page apart. No weights are read before.
    """
    store = services().store
    if not run.is_over or not (store.folder(run.id) / WEIGHTS).exists():
        return
    title, when = run_words.name(run), run_words.created(run)
    with st.container(horizontal=True, key=key):
        st.download_button(
            t("carry.bundle"),
            data=partial(export_run, store, run, title),
            file_name=file_name(title, f" {t('carry.bundle_file')}.zip"),
            mime="application/zip",
            icon=":material/download:",
            help=t("carry.bundle_help"),
            on_click="ignore",
            key=f"{key}-bundle",
        )
        st.download_button(
            t("carry.report"),
            data=partial(report, run, title, when, _guesses(run), state.language()),
            file_name=file_name(title, ".html"),
            mime="text/html; charset=utf-8",
            icon=":material/notes:",
            help=t("carry.report_help"),
            on_click="ignore",
            key=f"{key}-report",
        )


def _guesses(run: Run) -> list[Guess]:
    """Return the guesses of the lesson that a run is part of."""
    lesson = lesson_progress.chosen(run.task)
    if lesson is None or run.id not in lesson_progress.progress(lesson).runs.values():
        return []
    return guess_rows(lesson)
