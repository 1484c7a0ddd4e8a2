"""Which reviews are in use, how far they are analysed, and the commands that bring more."""

import streamlit as st

from app.form.tokenizer_fallback import tokenizer_for
from app.session.i18n import say, t
from app.session.markdown import plain
from app.session.services import services
from data.background import Command, CommandState
from data.language import UserError
from data.text.reviews import corpus_named, is_available, load_reviews
from data.text.tokens import ROWS_IN_MEMORY, rows_done
from models.experiment import OWN_CORPUS, TextSettings

SECONDS_BETWEEN_LOOKS = 1.0


def corpus_panel(reading: TextSettings) -> None:
    """Draw the state of the chosen corpus, and whether its tokenizer can start.

    It looks again by itself while a command runs and until the tokenizer has been tried.
    """
    services().tokenizer.warm(reading.tokenizer)
    is_waiting = _is_waiting(reading)
    look = SECONDS_BETWEEN_LOOKS if is_waiting else None
    st.fragment(_panel, run_every=look)(reading, is_waiting)


def is_missing(reading: TextSettings | None) -> bool:
    """Return whether the corpus of a reading has yet to be fetched."""
    if reading is None or reading.corpus == OWN_CORPUS:
        return False
    return not is_available(reading.corpus)


def _is_waiting(reading: TextSettings) -> bool:
    """Say whether something will change on the panel without anybody's click."""
    progress = services().commands.look(_next_command(reading))
    is_running = progress is not None and progress.state is CommandState.RUNNING
    return is_running or not services().tokenizer.is_tried(reading.tokenizer)


def _next_command(reading: TextSettings) -> Command:
    if is_missing(reading):
        return "fetch", reading.corpus
    return "tokenize", "--tokenizer", tokenizer_for(reading.tokenizer), reading.corpus


def _panel(reading: TextSettings, was_waiting: bool) -> None:
    if refusal := services().tokenizer.refusal(reading.tokenizer):
        st.warning(t("corpus.tokenizer_fallback", reason=plain(say(refusal))))
    if is_missing(reading):
        st.info(t("corpus.missing", corpus=plain(say(corpus_named(reading.corpus).title))))
        _command_progress(_next_command(reading), t("corpus.fetch"), "MB", 1_000_000)
    else:
        _counts(reading)
    if was_waiting and not _is_waiting(reading):
        st.rerun()


def _counts(reading: TextSettings) -> None:
    if reading.corpus == OWN_CORPUS:  # nobody chose it, and it is read as it is needed
        return
    try:
        train, test = load_reviews(reading.corpus)
    except UserError:  # the page says it above
        return
    rows, held = len(train.documents), len(test.documents)
    title = plain(say(corpus_named(reading.corpus).title))
    st.caption(t("corpus.in_use", corpus=title, train=rows, test=held))
    if train.skipped + test.skipped:
        st.caption(t("corpus.skipped", skipped=train.skipped + test.skipped))
    if rows <= ROWS_IN_MEMORY:
        return
    done = rows_done(train.digest, tokenizer_for(reading.tokenizer), rows)
    if done == rows:
        st.caption(t("corpus.ready", rows=done))
        return
    st.caption(t("corpus.partly", done=done, rows=rows))
    _command_progress(_next_command(reading), t("corpus.tokenize"), t("corpus.reviews"), 1)


def _command_progress(command: Command, label: str, unit: str, scale: int) -> None:
    """Draw the button or the progress of a command."""
    commands = services().commands
    progress = commands.look(command)
    name = "-".join(command)
    if progress is None or progress.state is not CommandState.RUNNING:
        if progress and progress.state is CommandState.FAILED:
            st.error(plain(say(progress.error)) if progress.error else t("error.unexpected"))
        st.button(label, key=f"start-{name}", on_click=commands.start, args=(command,))
        return
    share = progress.done / progress.total if progress.total else 0.0
    told = f"{progress.done // scale:,} / {progress.total // scale:,} {unit}"
    st.progress(min(share, 1.0), text=f"{label}: {told}")
    st.button(t("corpus.stop"), key=f"stop-{name}", on_click=commands.stop, args=(command,))
