"""The choices that only text has: corpus, tokenizer, how many words, which words."""

from collections.abc import Callable

import streamlit as st

from app.form.choice import choice
from app.form.control import control
from app.form.number_field import Take, choice_slider
from app.session import state
from app.session.i18n import say, t
from app.session.markdown import plain
from app.wording import data_words
from data.text.analysers import TOKENIZERS
from data.text.reviews import corpus_named
from models.experiment import TextSettings
from models.inputs.text import text_options
from models.tasks.base import Task

VOCABULARY_SIZES = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000]


def text_settings_form(task: Task, reading: TextSettings, taker: Callable[[str], Take]) -> None:
    """Draw the fields of a reading; ``taker`` returns what keeps another value of a named one."""
    options, prefix = text_options(task), task.name
    st.markdown(f"#### {plain(say(options.form_title))}")
    corpora = {name: say(corpus_named(name).title) for name in options.corpora}
    tokenizers = {name: say(TOKENIZERS[name].title) for name in options.tokenizers}
    for name, titles in (("corpus", corpora), ("tokenizer", tokenizers)):
        if not titles:
            continue
        label, help = t(f"reading.{name}"), t(f"reading.{name}_help")
        key, now = f"{prefix}.{name}", getattr(reading, name)
        off = "reading" in state.locks()
        choice(st.selectbox, label, titles, now, key, taker(name), help=help, disabled=off)
    choice_slider(
        t("reading.vocabulary_size"),
        reading.vocabulary_size,
        VOCABULARY_SIZES,
        f"{prefix}.vocabulary_size",
        taker("vocabulary_size"),
        help=t("reading.vocabulary_size_help", **data_words.words(task)),
        disabled="reading" in state.locks(),
    )
    if options.stop_words:
        st.toggle(
            t("reading.stop_words"),
            help=t("reading.stop_words_help"),
            disabled="reading" in state.locks(),
            **control(f"{prefix}.stop_words", reading.stop_words, taker("stop_words")),
        )
