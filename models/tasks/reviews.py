"""Korean movie reviews: the words of a review in, whether its writer liked the film out."""

import functools

import numpy as np

from data.dataset import Array, Dataset, Noun
from data.language import Text
from data.text.reviews import CORPORA, corpus_named, load_reviews
from models.experiment import Experiment, Layer, Optimizer, TextSettings
from models.tasks.base import InputKind, Preset, Task, TextOptions, classification

CLASSES = (Text("부정", "negative"), Text("긍정", "positive"))

_SENTIMENT = Experiment(
    task="reviews",
    layers=(Layer(64), Layer(64)),
    optimizer=Optimizer("rmsprop"),
    epochs=5,
    batch_size=64,
    reading=TextSettings("bundled", "okt", vocabulary_size=1_000),
)


EXAMPLES = (
    "어제 본 영화는 줄거리는 좋았지만, 주인공인 아무개의 연기는 엉망이었다",
    "재미없을 줄 알았는데 전혀 지루하지 않았다",
    "와 두 시간이 이렇게 길 수도 있구나, 덕분에 푹 잘 잤습니다",
    "음악과 영상은 최고인데 결말이 모든 걸 망쳤다",
    "ㅋㅋㅋㅋ 배꼽 빠지는 줄ㅋㅋ 간만에 제대로 웃음",
    "최고",
    "넘 잼있게 봤어욬ㅋ 또 보구싶네여",
    "돈이 아깝지 않은 영화를 찾는다면 이건 아니다",
    "배우들 연기 하나로 끝까지 끌고 가는 힘이 있다. 마지막 장면에서 눈물이 났다 ㅠㅠ",
    "이걸 명작이라고 추천한 친구와 연락을 끊었다",
)
"""Reviews to try a network on, each one hard in its own way; the first is the lecture's."""


def _load(experiment: Experiment) -> Dataset:
    corpus = (experiment.reading or TextSettings()).corpus
    train, test = load_reviews(corpus)
    return _dataset(corpus, (train.digest, test.digest))


@functools.lru_cache(maxsize=2)
def _dataset(name: str, digests: tuple[str, str]) -> Dataset:
    """Return a corpus as a data set; ``digests`` change with its files.

    A page asks for it many times, and 200,000 reviews take a hundredth of a second.
    """
    corpus = corpus_named(name)
    train, test = load_reviews(name)
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
        row=Noun(Text("리뷰", "review"), Text("리뷰", "reviews")),
        digests=digests,
        skipped=(train.skipped, test.skipped),
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
    settings=(
        Preset("sentiment", Text("작은 모음", "Small"), _SENTIMENT),
        Preset(
            "sentiment-nsmc",
            Text("NSMC", "NSMC"),
            _SENTIMENT.changed(
                batch_size=512, reading=TextSettings("nsmc", "okt", vocabulary_size=1_000)
            ),
        ),
    ),
    question=Text("영화 리뷰를 써 보세요", "Write a film review in Korean"),
    texts=TextOptions(
        tokenizers=("okt", "hannanum", "komoran", "kkma", "kiwi"),
        classes=CLASSES,
        examples=EXAMPLES,
        examples_title=Text("준비된 리뷰 열 개", "Ten prepared reviews"),
        placeholder=Text("예: 배우들 연기가 정말 좋았다", "For example: 배우들 연기가 정말 좋았다"),
        form_title=Text("리뷰 읽기", "Reading"),
        script_example="줄거리는 좋았지만 연기는 엉망이었다",
        corpora=tuple(corpus.name for corpus in CORPORA),
        stop_words=True,
    ),
)
