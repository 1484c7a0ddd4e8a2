"""From reviews to the rows of a network: tokens, the vocabulary of the training rows, indices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from data.language import Text, UserError
from data.text.reviews import Reviews, load_reviews
from data.text.tokens import ROWS_IN_MEMORY, TokenizedCorpus, load_tokens, tokenize_corpus
from data.text.vocabulary import STOP_WORDS, Encoded, Vocabulary, build_vocabulary, encode
from models.experiment import Experiment, TextSettings
from models.inputs.summary import split_rows

MIN_TEST_ROWS = 1_000
"""Test rows that must have been analysed before a large corpus can be trained on."""


Report = Callable[[int, int], None]
"""Is told how many reviews are cut into morphemes, of how many."""


def unheard(done: int, total: int) -> None:
    """Tell nobody: the ``Report`` of whoever does not wait."""


@dataclass(frozen=True, slots=True)
class PreparedDocuments:
    """Encoded reviews, their labels, and the words behind the indices."""

    train: Encoded
    validation: Encoded
    test: Encoded
    test_rows: int
    vocabulary: Vocabulary


def prepare_documents(experiment: Experiment, report: Report = unheard) -> PreparedDocuments:
    """Read, tokenise and encode the corpus of an experiment.

    A small corpus is tokenised here, which ``report`` hears of; a large one must have been
    tokenised before, at least its first rows. Raises ``UserError`` when it has not, or when
    there is no such corpus.
    """
    reading = experiment.reading or TextSettings()
    train, test = load_reviews(reading.corpus)
    rows, validation = split_rows(experiment, len(train.documents))
    total = len(train.documents) + len(test.documents)
    tokens = _tokens(
        train, reading.tokenizer, rows + validation, lambda done, _: report(done, total)
    )
    test_tokens = _tokens(
        test,
        reading.tokenizer,
        min(MIN_TEST_ROWS, len(test.documents)),
        lambda done, _: report(len(train.documents) + done, total),
    )
    stop = STOP_WORDS if reading.stop_words else frozenset[str]()
    vocabulary = build_vocabulary(tokens, rows, reading.vocabulary_size, stop)
    encoded_test = encode(test_tokens, vocabulary, slice(0, len(test_tokens)))
    held_back = encode(tokens, vocabulary, slice(rows, rows + validation))
    return PreparedDocuments(
        train=encode(tokens, vocabulary, slice(0, rows)),
        validation=held_back if validation else encoded_test,
        test=encoded_test,
        test_rows=len(test_tokens),
        vocabulary=vocabulary,
    )


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


def _tokens(reviews: Reviews, tokenizer: str, needed: int, report: Report) -> TokenizedCorpus:
    tokens = load_tokens(reviews.digest, tokenizer)
    if tokens is not None and (tokens.complete or len(tokens) >= needed):
        return tokens
    if len(reviews.documents) <= ROWS_IN_MEMORY:
        return tokenize_corpus(
            reviews.documents,
            reviews.digest,
            tokenizer,
            report,
            lambda: False,
            workers=1,
        )
    raise _not_yet(reviews.name, tokenizer, 0 if tokens is None else len(tokens), needed)


def _not_yet(corpus: str, tokenizer: str, done: int, needed: int) -> UserError:
    command = f"python -m data tokenize {corpus} --tokenizer {tokenizer}"
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
