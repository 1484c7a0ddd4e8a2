"""The Data page of texts: lengths, words by class, coverage, vectors and repeated rows."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.session.i18n import texts
from app.session.navigation import DATA
from data.text.tokens import load_tokens
from models.inputs.documents import digests_of, prepare_documents
from models.tasks import built_in
from tests.support.downloads import Downloads
from tests.support.new_tasks.walk import sent
from tests.support.own_data import OWN_DATA
from tests.support.pages import open_own_data, open_page, shown

REVIEWS = built_in("reviews").load()
MAIL = OWN_DATA["mail"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_reviews_are_shown_with_their_words(language: str, home: Path) -> None:
    app = open_page(DATA, task="reviews", lang=language)
    assert not app.exception and not app.error
    assert texts(language)["data.coverage"] in shown(app)
    assert "영화" in sent(app)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_own_texts_are_cut_at_their_spaces_and_shown(
    language: str, home: Path, files: Downloads
) -> None:
    app = open_own_data(DATA, MAIL, language)
    assert not app.exception and not app.error
    assert texts(language)["data.coverage"] in shown(app)
    _, *rows = files.rows("frequent")
    assert {row[0] for row in rows} == {getattr(name, language) for name in MAIL.classes}


def test_frequent_words_download_as_they_were_counted(home: Path, files: Downloads) -> None:
    open_page(DATA, task="reviews", lang="en")
    corpus = load_tokens(digests_of(REVIEWS)[0], "okt")
    assert corpus is not None
    counts = Counter(
        corpus.tokens[token]
        for row in np.flatnonzero(REVIEWS.y_train == 1).tolist()
        for token in corpus.row(row).tolist()
    )
    _, *rows = files.rows("frequent")
    positive = [(word, int(count)) for name, word, count, _ in rows if name == "positive"]
    assert positive and all(counts[word.lstrip("'")] == count for word, count in positive)


def test_vectors_are_those_that_train(home: Path, files: Downloads) -> None:
    open_page(DATA, task="reviews")
    stored = prepare_documents(built_in("reviews").default, REVIEWS)
    _, *rows = files.rows("vectors")
    assert len(rows) == 4
    for number, _, text, indices in rows:
        row = int(number) - 1
        assert text.lstrip("'") == REVIEWS.x_train[row].lstrip("'")
        assert indices.split() == [f"#{i}" for i in sorted(stored.train.row(row).tolist())]


def test_other_texts_are_shown_when_asked(home: Path, files: Downloads) -> None:
    app = open_page(DATA, task="reviews", lang="en")
    before = files.rows("vectors")
    next(each for each in app.button if each.label.startswith("Show other")).click().run()
    assert not app.exception and files.rows("vectors") != before


def test_the_chosen_number_of_words_is_among_those_compared(home: Path, files: Downloads) -> None:
    open_page(DATA, task="reviews")
    _, *rows = files.rows("coverage")
    assert [int(row[0]) for row in rows] == [100, 200, 500, 1000, 2000, 5000, 10000, 20000]
    shares = np.array([[float(cell) for cell in row[1:]] for row in rows])
    assert (np.diff(shares, axis=0) >= 0).all() and shares[-1] == pytest.approx([1, 1, 1])


def test_repeated_rows_are_told(home: Path) -> None:
    twice = MAIL.x_test.copy()
    twice[0] = MAIL.x_train[0]
    train = set(MAIL.x_train.tolist())
    count = sum(text in train for text in twice.tolist())
    app = open_own_data(DATA, replace(MAIL, x_test=twice), "en")
    assert f"**{count}**" in shown(app) and count > 0


def test_texts_that_nobody_has_analysed_are_still_measured(home: Path, files: Downloads) -> None:
    data = replace(MAIL, x_train=np.array([f"{text} !" for text in MAIL.x_train], object))
    app = open_own_data(DATA, data, "en", tokenizer="kkma")
    assert not app.exception and not app.error
    assert any("Train page" in info.value for info in app.info)
    assert "lengths" in files.names() and "coverage" not in files.names()
