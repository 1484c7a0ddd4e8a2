"""Type a review and follow it through the network, step by step, to the verdict."""

from dataclasses import dataclass, replace

import numpy as np

from app.prediction.prepared_reviews import PREPARED
from app.prediction.sentence_parts import sentence_parts
from app.session import state
from app.session.i18n import group, say, t
from app.session.services import services
from app.widgets.review.review_box import Answer, Pick, Question, Truth, review_box
from data.dataset import Dataset
from data.language import UserError
from data.text.analysers import MAX_LENGTH, clean, is_cut
from data.text.analysers import group as group_of
from data.text.tokenizer_service import Analysis
from data.text.vocabulary import Vocabulary
from models.experiment import TextSettings
from models.network.explanation import POSITIVE, Explanation, explain_review
from models.network.weights import TrainedNetwork


@dataclass(frozen=True, slots=True)
class Review:
    """What is asked about, and the test row it came from, if it came from one."""

    question: Question
    row: int | None = None


def review_input(network: TrainedNetwork, dataset: Dataset) -> None:
    """Draw the box and the answer.

    The first time it stands there at once, without an answer, and asks by itself: the analyser's
    first answer takes seconds.
    """
    review: Review | None = state.kept("review")
    question = review.question if review else Question(PREPARED[0])
    answer, error = None, None
    if review is None:
        services().tokenizer.warm(_text_settings(network).tokenizer)
        state.keep("review", Review(question))
    else:
        try:
            answer = _answer(network, dataset, review)
        except UserError as refusal:
            error = say(refusal.text)
    review_box(
        question,
        answer,
        group("review"),
        error=error,
        must_ask=review is None,
        examples=PREPARED,
        on_question=_take_question,
        on_pick=lambda pick: _take_pick(pick, dataset),
        key="review-box",
    )


def _take_question(question: Question) -> None:
    review: Review = state.kept("review")
    if question.revision == review.question.revision:
        state.keep("review", replace(review, question=question))


def _take_pick(pick: Pick, dataset: Dataset) -> None:
    before: Review = state.kept("review")
    row = int(np.random.default_rng().integers(len(dataset.x_test))) if pick == "random" else None
    text = PREPARED[int(pick)] if row is None else str(dataset.x_test[row])
    revision, held = before.question.revision + 1, before.question.vocabulary
    state.keep("review", Review(Question(text, revision=revision, vocabulary=held), row))


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
        cut=t("review.cut", most=MAX_LENGTH) if is_cut(review.question.text) else None,
    )


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
