"""From documents to the rows of a network: tokens, the vocabulary of the training rows, indices."""

import hashlib
from collections.abc import Iterable, Sequence

from data.dataset import Dataset
from data.language import Text, UserError
from data.tables.scaling import identity
from data.text.tokens import ROWS_IN_MEMORY, TokenizedCorpus, load_tokens, tokenize_corpus
from data.text.vocabulary import STOP_WORDS, Encoded, Vocabulary, build_vocabulary, encode
from models.experiment import OWN_CORPUS, Experiment, TextSettings
from models.inputs.kind import Report, StoredRows, unheard
from models.inputs.summary import split_rows

MIN_TEST_ROWS = 1_000
"""Test rows that must have been analysed before a large corpus can be trained on."""


def prepare_documents(
    experiment: Experiment, dataset: Dataset, report: Report = unheard
) -> StoredRows:
    """Tokenise and encode the documents of an experiment.

    A small corpus is tokenised here, which ``report`` hears of, like a task's own documents; a
    large one must have been tokenised before, at least its first rows, and the test rows are those
    that have been. Raises ``UserError`` when it has not.
    """
    reading = experiment.reading or TextSettings()
    train, test = dataset.x_train.tolist(), dataset.x_test.tolist()
    digest, test_digest = digests_of(dataset)
    rows, validation = split_rows(experiment, len(train))
    total = len(train) + len(test)
    tokens = _tokens(train, digest, reading, rows + validation, lambda done, _: report(done, total))
    test_tokens = _tokens(
        test,
        test_digest,
        reading,
        min(MIN_TEST_ROWS, len(test)),
        lambda done, _: report(len(train) + done, total),
    )
    stop = STOP_WORDS if reading.stop_words else frozenset[str]()
    vocabulary = build_vocabulary(tokens, rows, reading.vocabulary_size, stop)
    return StoredRows(
        train=encode(tokens, vocabulary, slice(0, rows)),
        held_back=encode(tokens, vocabulary, slice(rows, rows + validation)),
        test=encode(test_tokens, vocabulary, slice(0, len(test_tokens))),
        scaling=identity(),
        vocabulary=vocabulary,
    )


def digests_of(dataset: Dataset) -> tuple[str, str]:
    """Return what identifies the training and the test documents, 64 hexadecimal digits each."""
    return dataset.digests or (_digest(dataset.x_train), _digest(dataset.x_test))


def _digest(documents: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(documents).encode()).hexdigest()


def encode_documents(
    documents: Sequence[str],
    digest: str,
    tokenizer: str,
    vocabulary: Vocabulary,
    report: Report = unheard,
) -> Encoded:
    """Tokenise any reviews (kept under ``digest``) and return their vocabulary indices."""
    tokens = tokenize_corpus(documents, digest, tokenizer, report, lambda: False)
    return encode(tokens, vocabulary, slice(0, len(tokens)))


def _tokens(
    documents: Sequence[str], digest: str, reading: TextSettings, needed: int, report: Report
) -> TokenizedCorpus:
    tokens = load_tokens(digest, reading.tokenizer)
    if tokens is not None and (tokens.complete or len(tokens) >= needed):
        return tokens
    if len(documents) <= ROWS_IN_MEMORY or reading.corpus == OWN_CORPUS:
        return tokenize_corpus(
            documents, digest, reading.tokenizer, report, lambda: False, workers=1
        )
    raise _not_yet(reading, 0 if tokens is None else len(tokens), needed)


def _not_yet(reading: TextSettings, done: int, needed: int) -> UserError:
    command = f"python -m data tokenize {reading.corpus} --tokenizer {reading.tokenizer}"
    return UserError(
        Text(
            f"형태소 분석이 {done:,}행까지만 끝났는데 {needed:,}행이 필요합니다. 학습 페이지의 "
            f"단추나 '{command}'(으)로 분석하거나(하고 있다면 기다리거나), 훈련 데이터 수를 "
            "줄여 주세요.",
            f"Morphemes of {done:,} rows are ready but {needed:,} are needed. Analyse more with "
            f"the button on the Train page or '{command}' (or wait where that is under way), or "
            "choose fewer training rows.",
        )
    )
