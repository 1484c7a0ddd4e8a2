"""Korean movie reviews: the words of a review in, whether its writer liked the film out."""

import numpy as np

from data.dataset import Array, Dataset
from data.language import Text
from data.text.reviews import corpus_named, load_reviews
from models.experiment import Experiment, Layer, Optimizer, TextSettings
from models.tasks.base import InputKind, Task, classification

CLASSES = (Text("부정", "negative"), Text("긍정", "positive"))

_SENTIMENT = Experiment(
    task="reviews",
    layers=(Layer(64), Layer(64)),
    optimizer=Optimizer("rmsprop"),
    epochs=5,
    batch_size=64,
    reading=TextSettings("bundled", "okt", vocabulary_size=1_000),
)


def _load(experiment: Experiment) -> Dataset:
    corpus = corpus_named((experiment.reading or TextSettings()).corpus)
    train, test = load_reviews(corpus.name)
    return Dataset(
        name="reviews",
        x_train=_documents(train.documents),
        y_train=train.labels,
        x_test=_documents(test.documents),
        y_test=test.labels,
        features=(),
        classes=CLASSES,
        source=corpus.source,
        licence=corpus.licence,
    )


def _documents(documents: tuple[str, ...]) -> Array:
    return np.array(documents, dtype=object)


REVIEWS = Task(
    name="reviews",
    kind=InputKind.TEXT,
    title=Text("영화 리뷰", "Reviews"),
    sentence=Text(
        "한국어 영화 리뷰를 형태소로 잘라, 긍정인지 부정인지 알아냅니다.",
        "Korean film reviews, cut into morphemes: is the writer pleased or not?",
    ),
    input_shape=(),
    head=classification(2),
    loader=_load,
    presets={
        "sentiment": _SENTIMENT,
        "sentiment-nsmc": _SENTIMENT.changed(
            batch_size=512, reading=TextSettings("nsmc", "okt", vocabulary_size=1_000)
        ),
    },
)
