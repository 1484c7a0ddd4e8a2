"""Which reviews are in use, how far they are analysed, and the errands that bring more."""

import streamlit as st

from app.i18n import say, t
from app.markdown import plain
from app.services import services
from app.stand_in import tokenizer_for
from data.reviews import corpus_named, is_available, load_reviews
from data.text import UserError
from data.tokens import ROWS_IN_MEMORY, rows_done
from models.experiment import Reading
from models.jobs.errands import Command, ErrandState

SECONDS_BETWEEN_LOOKS = 1.0


def corpus_panel(reading: Reading) -> None:
    """Draw the state of the chosen corpus, and whether its tokenizer can start.

    It looks again by itself while an errand runs and until the tokenizer has been tried.
    """
    services().morphemes.warm(reading.tokenizer)
    is_waiting = _is_waiting(reading)
    look = SECONDS_BETWEEN_LOOKS if is_waiting else None
    st.fragment(_panel, run_every=look)(reading, is_waiting)


def is_missing(reading: Reading | None) -> bool:
    """Return whether the corpus of a reading has yet to be fetched."""
    return reading is not None and not is_available(reading.corpus)


def _is_waiting(reading: Reading) -> bool:
    """Say whether something will change on the panel without anybody's click."""
    errand = services().errands.look(_next_errand(reading))
    is_running = errand is not None and errand.state is ErrandState.RUNNING
    return is_running or not services().morphemes.is_tried(reading.tokenizer)


def _next_errand(reading: Reading) -> Command:
    if is_missing(reading):
        return "fetch", reading.corpus
    return "tokenize", "--tokenizer", tokenizer_for(reading.tokenizer), reading.corpus


def _panel(reading: Reading, was_waiting: bool) -> None:
    if refusal := services().morphemes.refusal(reading.tokenizer):
        st.warning(t("corpus.stand_in", reason=plain(say(refusal))))
    if is_missing(reading):
        st.info(t("corpus.missing", corpus=plain(say(corpus_named(reading.corpus).title))))
        _errand(_next_errand(reading), t("corpus.fetch"), "MB", 1_000_000)
    else:
        _counts(reading)
    if was_waiting and not _is_waiting(reading):
        st.rerun()


def _counts(reading: Reading) -> None:
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
    _errand(_next_errand(reading), t("corpus.tokenize"), t("corpus.reviews"), 1)


def _errand(command: Command, label: str, unit: str, scale: int) -> None:
    """Draw the button or the progress of an errand."""
    errands = services().errands
    errand = errands.look(command)
    name = "-".join(command)
    if errand is None or errand.state is not ErrandState.RUNNING:
        if errand and errand.state is ErrandState.FAILED:
            st.error(plain(say(errand.error)) if errand.error else t("error.unexpected"))
        st.button(label, key=f"start-{name}", on_click=errands.start, args=(command,))
        return
    share = errand.done / errand.total if errand.total else 0.0
    progress = f"{errand.done // scale:,} / {errand.total // scale:,} {unit}"
    st.progress(min(share, 1.0), text=f"{label}: {progress}")
    st.button(t("corpus.stop"), key=f"stop-{name}", on_click=errands.stop, args=(command,))
