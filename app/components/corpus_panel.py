"""Which reviews are in use, how far they are analysed, and the errands that bring more."""

import streamlit as st

from app.i18n import say, t
from app.services import services
from data.reviews import corpus_named, is_available, load_reviews
from data.tokens import ROWS_IN_MEMORY, load_tokens
from models.experiment import Reading
from models.jobs.errands import Command, ErrandState

SECONDS_BETWEEN_LOOKS = 1.0


def corpus_panel(reading: Reading) -> None:
    """Draw the state of the chosen corpus; it looks again by itself while an errand runs."""
    corpus = corpus_named(reading.corpus)
    fetch: Command = ("fetch", corpus.name)
    tokenize: Command = ("tokenize", "--tokenizer", reading.tokenizer, corpus.name)
    errand = services().errands.look(tokenize if is_available(corpus.name) else fetch)
    running = errand is not None and errand.state is ErrandState.RUNNING
    look = SECONDS_BETWEEN_LOOKS if running else None
    st.fragment(_panel, run_every=look)(reading, fetch, tokenize, running)


def is_missing(reading: Reading | None) -> bool:
    """Return whether the corpus of a reading has yet to be fetched."""
    return reading is not None and not is_available(reading.corpus)


def _panel(reading: Reading, fetch: Command, tokenize: Command, was_running: bool) -> None:
    corpus = corpus_named(reading.corpus)
    if not is_available(corpus.name):
        st.info(t("corpus.missing", corpus=say(corpus.title)))
        still_running = _errand(fetch, t("corpus.fetch"), "MB", 1_000_000)
    else:
        still_running = _counts(reading, tokenize)
    if was_running and not still_running:
        st.rerun()


def _counts(reading: Reading, tokenize: Command) -> bool:
    train, test = load_reviews(reading.corpus)
    rows, held = len(train.documents), len(test.documents)
    title = say(corpus_named(reading.corpus).title)
    st.caption(t("corpus.in_use", corpus=title, train=rows, test=held))
    if train.skipped + test.skipped:
        st.caption(t("corpus.skipped", skipped=train.skipped + test.skipped))
    if rows <= ROWS_IN_MEMORY:
        return False
    tokens = load_tokens(train.digest, reading.tokenizer)
    done = 0 if tokens is None else len(tokens)
    if tokens is not None and tokens.complete:
        st.caption(t("corpus.ready", rows=done))
        return False
    st.caption(t("corpus.partly", done=done, rows=rows))
    return _errand(tokenize, t("corpus.tokenize"), t("corpus.reviews"), 1)


def _errand(command: Command, label: str, unit: str, scale: int) -> bool:
    """Draw the button or the progress of an errand; return whether it is running."""
    errands = services().errands
    errand = errands.look(command)
    name = "-".join(command)
    if errand is None or errand.state is not ErrandState.RUNNING:
        if errand and errand.state is ErrandState.FAILED:
            st.error(errand.error or t("error.unexpected"))
        st.button(label, key=f"start-{name}", on_click=errands.start, args=(command,))
        return False
    share = errand.done / errand.total if errand.total else 0.0
    progress = f"{errand.done // scale:,} / {errand.total // scale:,} {unit}"
    st.progress(min(share, 1.0), text=f"{label}: {progress}")
    st.button(t("corpus.stop"), key=f"stop-{name}", on_click=errands.stop, args=(command,))
    return True
