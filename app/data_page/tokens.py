"""The words of a task's texts, as far as they have been analysed."""

from dataclasses import dataclass, replace
from functools import partial

from app.form.tokenizer_fallback import tokenizer_for
from app.session import state
from app.session.remembered import remembered
from data.dataset import Array, Dataset
from data.text.analysers import TOKENIZERS
from data.text.tokens import (
    ROWS_IN_MEMORY,
    TokenizedCorpus,
    load_tokens,
    rows_done,
    tokenize_corpus,
)
from data.text.vocabulary import STOP_WORDS, Vocabulary, build_vocabulary
from models.experiment import TextSettings
from models.inputs.documents import digests_of
from models.inputs.kind import unheard
from models.tasks.base import Task


@dataclass(frozen=True, slots=True)
class Tokens:
    """Training and test texts as words, and the ``vocabulary`` of the chosen settings.

    ``ranked`` holds every word of the training texts that may be kept, in the same order.
    """

    train: TokenizedCorpus
    test: TokenizedCorpus
    reading: TextSettings
    ranked: Vocabulary
    vocabulary: Vocabulary


def tokens_of(task: Task, dataset: Dataset) -> Tokens | None:
    """Return the words of a data set for the settings that are chosen on Train.

    None where they have yet to be analysed, which is not done while a page is drawn: only small
    data is, where no analyser is needed for it.
    """
    reading = state.draft(task).reading or TextSettings()
    tokenizer = tokenizer_for(reading.tokenizer)
    digests = digests_of(dataset)
    train = _analysed(task, dataset, dataset.x_train, digests[0], tokenizer)
    test = _analysed(task, dataset, dataset.x_test, digests[1], tokenizer)
    if train is None or test is None:
        return None
    ranked = _ranked(task, dataset, train, replace(reading, tokenizer=tokenizer))
    vocabulary = Vocabulary(ranked.words[: reading.vocabulary_size])
    return Tokens(train, test, reading, ranked, vocabulary)


def _analysed(
    task: Task, dataset: Dataset, documents: Array, digest: str, tokenizer: str
) -> TokenizedCorpus | None:
    key = "tokens", digest, tokenizer, rows_done(digest, tokenizer, len(documents))
    found = remembered(task, dataset, key, partial(load_tokens, digest, tokenizer))
    needs_analyser = bool(TOKENIZERS[tokenizer].package)
    if found is not None or needs_analyser or len(documents) > ROWS_IN_MEMORY:
        return found
    texts = documents.tolist()
    return tokenize_corpus(texts, digest, tokenizer, unheard, lambda: False, workers=1)


def _ranked(
    task: Task, dataset: Dataset, train: TokenizedCorpus, reading: TextSettings
) -> Vocabulary:
    stop = STOP_WORDS if reading.stop_words else frozenset[str]()
    key = "ranked", reading.tokenizer, len(train), reading.stop_words
    make = partial(build_vocabulary, train, len(train), len(train.tokens), stop)
    return remembered(task, dataset, key, make)
