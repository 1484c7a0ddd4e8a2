"""The choices that only text has: corpus, tokenizer, how many words, which words."""

import streamlit as st

from app.i18n import say, t
from data.korean import TOKENIZERS
from data.reviews import CORPORA
from models.experiment import Reading

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
    size = st.select_slider(
        t("reading.vocabulary_size"),
        sorted({*VOCABULARY_SIZES, reading.vocabulary_size}),
        reading.vocabulary_size,
        format_func=lambda words: f"{words:,}",
        help=t("reading.vocabulary_size_help"),
        key=f"{prefix}.vocabulary_size",
    )
    label, help = t("reading.stop_words"), t("reading.stop_words_help")
    stop_words = st.toggle(label, reading.stop_words, help=help, key=f"{prefix}.stop_words")
    return Reading(corpus, tokenizer, size, stop_words)
