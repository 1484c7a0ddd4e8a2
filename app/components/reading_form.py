"""The choices that only text has: corpus, tokenizer, how many words, which words."""

from dataclasses import replace

import streamlit as st

from app import state
from app.components.number_field import choice_slider
from app.i18n import say, t
from data.korean import TOKENIZERS
from data.reviews import CORPORA
from models.experiment import Experiment, Reading

VOCABULARY_SIZES = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000]


def reading_form(reading: Reading, prefix: str) -> Reading:
    """Draw the fields of a reading; return what they say now."""
    st.markdown(f"#### {t('reading.title')}")
    titles = {corpus.name: say(corpus.title) for corpus in CORPORA}
    corpus = st.selectbox(
        t("reading.corpus"),
        list(titles),
        index=list(titles).index(reading.corpus),
        format_func=titles.__getitem__,
        help=t("reading.corpus_help"),
        key=f"{prefix}.corpus",
        on_change=_suit_batch,
        args=(f"{prefix}.corpus",),
    )
    names = {name: say(tokenizer.title) for name, tokenizer in TOKENIZERS.items()}
    tokenizer = st.selectbox(
        t("reading.tokenizer"),
        list(names),
        index=list(names).index(reading.tokenizer),
        format_func=names.__getitem__,
        help=t("reading.tokenizer_help"),
        key=f"{prefix}.tokenizer",
    )
    size = choice_slider(
        "vocabulary_size",
        reading.vocabulary_size,
        VOCABULARY_SIZES,
        f"{prefix}.vocabulary_size",
        _with_vocabulary,
        task_name=state.task().name,
        section="reading",
    )
    label, help = t("reading.stop_words"), t("reading.stop_words_help")
    stop_words = st.toggle(label, reading.stop_words, help=help, key=f"{prefix}.stop_words")
    return Reading(corpus, tokenizer, size, stop_words)


def _with_vocabulary(experiment: Experiment, size: int) -> Experiment:
    reading = replace(experiment.reading or Reading(), vocabulary_size=size)
    return experiment.changed(reading=reading)


def _suit_batch(corpus_key: str) -> None:
    """Turn a batch size that nobody has changed to the one of the new corpus's preset."""
    task, corpus = state.task(), state.chosen(corpus_key)
    draft = state.draft(task)
    reading = draft.reading or Reading()
    usual = {
        preset.reading.corpus: preset.batch_size
        for preset in task.presets.values()
        if preset.reading
    }
    if draft.batch_size == usual[reading.corpus]:
        reading = replace(reading, corpus=corpus)
        state.replace_draft(draft.changed(reading=reading, batch_size=usual[corpus]))
