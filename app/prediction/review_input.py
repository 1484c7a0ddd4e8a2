"""Type a review and follow it through the network, step by step, to the verdict."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from app.prediction.judge import Judge
from app.prediction.neighbours import text_neighbours
from app.prediction.reasons.why import Example, why
from app.prediction.sentence_parts import sentence_parts
from app.session import state
from app.session.i18n import group, say, t
from app.session.services import services
from app.widgets.review.review_box import Answer, Pick, Question, Truth, review_box
from app.wording import data_words
from data.dataset import Array, Dataset
from data.language import UserError
from data.text.analysers import MAX_LENGTH, clean, is_cut
from data.text.analysers import group as group_of
from data.text.tokenizer_service import Analysis
from data.text.vocabulary import Vocabulary
from models.experiment import TextSettings
from models.inputs.text import text_options
from models.network.explanation import POSITIVE, Explanation, explain_review
from models.network.weights import TrainedNetwork
from models.tasks.base import Task


@dataclass(frozen=True, slots=True)
class Review:
    """What is asked about, and the test row it came from, if it came from one."""

    question: Question
    row: int | None = None


def review_input(network: TrainedNetwork, dataset: Dataset) -> Judge | None:
    """Draw the box and the answer; return what asks others about the same review.

    The first time it stands there at once, without an answer, and asks by itself: the analyser's
    first answer takes seconds.
    """
    task, options = network.task, text_options(network.task)
    kept = _kept(task)
    review = kept.get()
    question = review.question if review else Question(options.examples[0])
    answer, error = None, None
    if review is None:
        services().tokenizer.warm(_text_settings(network).tokenizer)
        kept.set(Review(question))
    else:
        try:
            answer = _answer(network, dataset, review)
        except UserError as refusal:
            error = say(refusal.text)
    review_box(
        question,
        answer,
        _labels(task, dataset),
        error=error,
        must_ask=review is None,
        examples=options.examples,
        on_question=partial(_take_question, task),
        on_pick=partial(_take_pick, task, dataset),
        key=f"review-box-{task.name}",
    )
    if answer is not None and network.vocabulary:
        text_neighbours(network, dataset, answer.indices)
        _why(network, dataset, answer, network.vocabulary)
    return _asking(review.question) if review is not None and answer is not None else None


def _asking(question: Question) -> Judge:
    """Return what asks networks about a review, each through its own analyser and words."""

    def answer(network: TrainedNetwork) -> Array:
        tokenizer, sentence = _text_settings(network).tokenizer, clean(question.text)
        found = services().tokenizer.analyse(tokenizer, sentence)
        return explain_review(network, found.morphemes, frozenset(question.off)).probabilities

    return answer


def _why(network: TrainedNetwork, dataset: Dataset, answer: Answer, vocabulary: Vocabulary) -> None:
    """Draw what every word adds to the verdict, beside a text without words."""
    row = np.zeros(network.task.inputs(network.experiment), np.float32)
    row[answer.indices] = 1
    example = Example(row, np.zeros_like(row), vocabulary.words, t("why.baseline_no_words"))
    why(network, dataset, example, POSITIVE if answer.probability >= 0.5 else 1 - POSITIVE)


def _kept(task: Task) -> state.Kept[Review | None]:
    return state.Kept(f"review-{task.name}", None)


def _labels(task: Task, dataset: Dataset) -> dict[str, str]:
    """Return the words of the box; those that are about the texts are the task's own."""
    options = text_options(task)
    negative, positive = map(say, options.classes)
    words = data_words.words_of(dataset)
    question = say(task.question) if task.question else t("predict.row", **words)
    return {
        **group("review", negative=negative, positive=positive, **words),
        "text": question,
        "placeholder": say(options.placeholder),
        "examples": say(options.examples_title),
    }


def _take_question(task: Task, question: Question) -> None:
    review = _kept(task).get()
    if review is not None and question.revision == review.question.revision:
        _kept(task).set(replace(review, question=question))


def _take_pick(task: Task, dataset: Dataset, pick: Pick) -> None:
    before = _kept(task).get()
    if before is None:
        return
    row = int(np.random.default_rng().integers(len(dataset.x_test))) if pick == "random" else None
    examples = text_options(task).examples
    text = examples[int(pick)] if row is None else str(dataset.x_test[row])
    revision, held = before.question.revision + 1, before.question.vocabulary
    _kept(task).set(Review(Question(text, revision=revision, vocabulary=held), row))


def show_review(task: Task, dataset: Dataset, row: int) -> None:
    """Ask about a test row."""
    before = _kept(task).get()
    revision = before.question.revision + 1 if before else 1
    held = before.question.vocabulary if before else ""
    question = Question(str(dataset.x_test[row]), revision=revision, vocabulary=held)
    _kept(task).set(Review(question, row))


def _text_settings(network: TrainedNetwork) -> TextSettings:
    return network.experiment.reading or TextSettings()


def _answer(network: TrainedNetwork, dataset: Dataset, review: Review) -> Answer | None:
    """Return every step for the review, None when there is nothing to read in it.

    Raises ``UserError`` when no analyser can answer.
    """
    sentence = clean(review.question.text)
    if not sentence:
        return None
    analysis = services().tokenizer.analyse(_text_settings(network).tokenizer, sentence)
    found = explain_review(network, analysis.morphemes, frozenset(review.question.off))
    vocabulary = network.vocabulary or Vocabulary(())
    known = {word.text for word in found.words}
    return Answer(
        sentence=sentence_parts(sentence, analysis.morphemes, known),
        morphemes=[(m.text, m.tag, group_of(analysis.tokenizer, m.tag)) for m in found.morphemes],
        words=[(w.text, w.index, w.rank, w.is_on, w.contribution) for w in found.words],
        unknown=list(found.unknown),
        indices=list(found.indices),
        size=_text_settings(network).vocabulary_size,
        vocabulary=vocabulary.digest,
        names=_names(vocabulary, review.question),
        hidden=_hidden(network, found),
        z=[float(z) for z in found.z],
        probability=float(found.probabilities[POSITIVE]),
        classes=[say(name) for name in dataset.classes],
        truth=_truth(dataset, review, int(found.probabilities.argmax())),
        instead=_instead(analysis),
        cut=_cut(dataset) if is_cut(review.question.text) else None,
    )


def _cut(dataset: Dataset) -> str:
    return t("review.cut", most=MAX_LENGTH, **data_words.words_of(dataset))


def _names(vocabulary: Vocabulary, question: Question) -> list[str] | None:
    """Return the words behind the indices unless the browser has them: they may take 200 KB."""
    return None if question.vocabulary == vocabulary.digest else list(vocabulary.words)


def _hidden(network: TrainedNetwork, found: Explanation) -> list[tuple[str, list[float]]]:
    """Return (activation, outputs to three significant digits) of every hidden layer."""
    layers = zip(network.activations, found.hidden, strict=False)  # the output layer is not hidden
    return [(name, [float(f"{a:.3g}") for a in outputs]) for name, outputs in layers]


def _truth(dataset: Dataset, review: Review, winner: int) -> Truth | None:
    """Return the true label of a test review of this corpus as long as nobody has changed it."""
    if review.row is None or review.row >= len(dataset.x_test):
        return None
    if str(dataset.x_test[review.row]) != review.question.text:
        return None
    label = int(dataset.y_test[review.row])
    return Truth(label=say(dataset.classes[label]), is_right=label == winner)


def _instead(analysis: Analysis) -> str | None:
    if analysis.instead is None:
        return None
    return t("review.instead", reason=say(analysis.instead))
