"""Texts: one cell for each of the most frequent words, 1 where the word occurs."""

import inspect

from data.dataset import Dataset
from data.text.analysers import TOKENIZERS, stems
from data.text.vocabulary import Encoded, Vocabulary
from models.experiment import Experiment, TextSettings
from models.inputs.documents import digests_of, encode_documents, prepare_documents
from models.inputs.kind import Quotes, Report, StoredRows
from models.tasks.base import Task, TextOptions

QUOTES = 5
SHORTEST, LONGEST = 12, 30
"""Characters of the texts that are quoted, where there are such."""

_KIWI = """from collections.abc import Iterable

from kiwipiepy import Kiwi


"""
_JAVA = "konlpy  (needs Java; Colab has one)"


class Document:
    """Rows of one ``str`` each; the network is given the indices of its words."""

    option = "text"
    own_settings = frozenset({"reading"})
    has_words = True
    script = "review"

    def script_words(self, task: Task, experiment: Experiment) -> dict[str, object]:
        """Return what cuts a text as the network's analyser does, with its answers."""
        options = text_options(task)
        tokenizer = (experiment.reading or TextSettings()).tokenizer
        packages, analyser, morphemes = _analysis(tokenizer)
        return {
            "packages": packages,
            "analyser": analyser,
            "morphemes": morphemes,
            "example": options.script_example,
            "classes": [name.en for name in options.classes],
            "inputs": task.inputs(experiment),
        }

    def rows(self, experiment: Experiment, dataset: Dataset, report: Report) -> StoredRows:
        return prepare_documents(experiment, dataset, report)

    def test_rows(
        self,
        experiment: Experiment,
        dataset: Dataset,
        vocabulary: Vocabulary | None,
        report: Report,
    ) -> Encoded:
        tokenizer = (experiment.reading or TextSettings()).tokenizer
        words = vocabulary or Vocabulary(())
        digest = digests_of(dataset)[1]
        return encode_documents(dataset.x_test.tolist(), digest, tokenizer, words, report)

    def names(self, dataset: Dataset) -> tuple[str, ...]:
        return ()

    def grid(self, task: Task) -> None:
        return None

    def watched(self, task: Task, dataset: Dataset) -> int:
        """Return the most frequent word."""
        return 0

    def span(self, dataset: Dataset) -> tuple[float, float]:
        return 1.0, 1.0

    def picture(self, task: Task, dataset: Dataset) -> Quotes:
        rows = [i for i, text in enumerate(dataset.x_train) if SHORTEST <= len(text) <= LONGEST]
        chosen = (rows or range(len(dataset.x_train)))[:QUOTES]
        return Quotes(tuple((_quote(dataset.x_train[i]), int(dataset.y_train[i])) for i in chosen))

    def is_drawn(self, task: Task) -> bool:
        return False


def text_options(task: Task) -> TextOptions:
    """Return what a task on texts offers; raises ``ValueError`` for a task that has none."""
    if task.texts is None:
        raise ValueError(f"the task {task.name} reads no text")
    return task.texts


def _quote(text: str) -> str:
    return text if len(text) <= 2 * LONGEST else f"{text[: 2 * LONGEST]}…"


def _analysis(tokenizer: str) -> tuple[str, str, str]:
    """Return a tokenizer's packages, what imports it, and what cuts ``review`` with it."""
    engine = tokenizer.capitalize()
    if tokenizer == "okt":
        cut = "Okt().morphs(review, norm=True, stem=True)"
        return _JAVA, "from konlpy.tag import Okt", cut
    if tokenizer == "kiwi":
        tokens = "((token.form, token.tag) for token in Kiwi().tokenize(review))"
        return "kiwipiepy", _KIWI + inspect.getsource(stems), f"[word for word, _ in stems{tokens}]"
    if TOKENIZERS[tokenizer].needs_java:
        return _JAVA, f"from konlpy.tag import {engine}", f"{engine}().morphs(review)"
    return "keras", "", "review.split()"
