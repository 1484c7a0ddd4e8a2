"""Which words a network gets to know, which reviews judge it, and what a large corpus needs."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.language import UserError
from data.text.reviews import HEADER, load_reviews
from data.text.tokens import ROWS_IN_MEMORY, tokenize_corpus
from data.text.vocabulary import STOP_WORDS, Encoded, Vocabulary
from models.experiment import Experiment, TextSettings
from models.inputs.documents import encode_documents, prepare_documents
from models.inputs.kind import Report, StoredRows, unheard
from models.inputs.preparation import prepare
from models.tasks import preset_named
from models.tasks.reviews import REVIEWS

Write = Callable[[list[str], list[str]], None]

ROOT = Path(__file__).parents[3]
KIWI = preset_named("sentiment").changed(
    batch_size=1, reading=TextSettings("nsmc", "kiwi", vocabulary_size=100)
)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return what writes training and test documents as the corpus NSMC, in a clean home."""
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FNN_LAB_DATA", str(tmp_path))

    def write(train: list[str], test: list[str]) -> None:
        for name, documents in (("ratings_train.txt", train), ("ratings_test.txt", test)):
            rows = (f"{row}\t{document}\t{row % 2}" for row, document in enumerate(documents))
            (tmp_path / name).write_text("\n".join([HEADER, *rows]), encoding="utf-8")

    return write


def prepared_rows(experiment: Experiment, report: Report = unheard) -> StoredRows:
    return prepare_documents(experiment, REVIEWS.load(experiment), report)


def words(encoded: Encoded, row: int, vocabulary: Vocabulary) -> set[str]:
    return {vocabulary.words[index] for index in encoded.row(row)}


def test_the_vocabulary_comes_from_the_rows_that_train_only(write: Write) -> None:
    write(["좋은 영화"] * 9 + ["기린 기린 기린"] * 3 + ["낙타"] * 4, ["코끼리 코끼리 영화"])
    prepared = prepared_rows(KIWI.changed(train_size=12, validation_share=0.25))
    assert set(prepared.vocabulary.words) == {"좋다", "영화"}
    assert words(prepared.test, 0, prepared.vocabulary) == {"영화"}
    assert prepared.held_back.ids.size == 0


def test_the_last_share_of_the_training_rows_validates(write: Write) -> None:
    write(["좋은 영화", "영화 음악", "배우 연기", "음악 영화"], ["영화"])
    prepared = prepared_rows(KIWI.changed(validation_share=0.5))
    assert tuple(map(len, (prepared.train, prepared.held_back, prepared.test))) == (2, 2, 1)
    assert words(prepared.held_back, 0, prepared.vocabulary) == set()
    assert words(prepared.held_back, 1, prepared.vocabulary) == {"음악", "영화"}


def test_with_nothing_held_back_the_test_rows_validate(write: Write) -> None:
    write(["좋은 영화", "나쁜 영화"], ["영화", "좋은 음악", "연기"])
    prepared = prepare(REVIEWS, KIWI, REVIEWS.load(KIWI))
    assert isinstance(prepared.x_val, Encoded) and isinstance(prepared.x_test, Encoded)
    assert (len(prepared.x_train), len(prepared.x_val)) == (2, 3)
    np.testing.assert_array_equal(prepared.x_val.ids, prepared.x_test.ids)
    assert len(prepared.y_val) == 3


def test_particles_and_punctuation_can_be_left_out(write: Write) -> None:
    write(["영화는 좋다.", "영화가 좋다!"], ["영화"])
    kept = prepared_rows(KIWI).vocabulary.words
    left = prepared_rows(KIWI.changed(reading=TextSettings("nsmc", "kiwi", 100, stop_words=True)))
    assert {"는", "가", ".", "!"} <= set(kept)
    assert set(left.vocabulary.words) == set(kept) - STOP_WORDS


def test_whoever_waits_for_the_morphemes_hears_how_far_they_are(write: Write) -> None:
    write(["좋은 영화"] * 700, ["나쁜 영화"] * 300)
    heard: list[tuple[int, int]] = []
    prepared_rows(KIWI, lambda *told: heard.append(told))
    assert heard == [(done, 1_000) for done in (0, 500, 700, 700, 1_000)]
    prepared_rows(KIWI, lambda *told: heard.append(told))
    assert len(heard) == 5  # they are there by now


def large(write: Write) -> None:
    some = ["좋은 영화", "나쁜 영화", "배우 연기", "음악 최고"]
    write([some[row % 4] for row in range(ROWS_IN_MEMORY + 1)], ["영화"])


def test_a_large_corpus_that_nobody_analysed_yet_says_so(write: Write) -> None:
    large(write)
    with pytest.raises(UserError, match=r"0 rows are ready but 5,001 are needed.*fewer"):
        prepared_rows(KIWI)


def test_the_first_rows_of_a_large_corpus_can_train_while_the_others_wait(write: Write) -> None:
    large(write)
    train, _ = load_reviews("nsmc")
    rows = [0]

    def progress(done: int, total: int) -> None:
        rows[0] = done

    tokenize_corpus(
        train.documents, train.digest, "kiwi", progress, lambda: rows[0] >= 1_000, workers=1
    )
    assert len(prepared_rows(KIWI.changed(train_size=1_000)).train) == 1_000
    with pytest.raises(UserError, match="1,000 rows are ready but 1,001"):
        prepared_rows(KIWI.changed(train_size=1_001))


def test_other_reviews_are_encoded_in_the_words_that_the_network_knows(write: Write) -> None:
    known = Vocabulary(("영화", "좋다"))
    encoded = encode_documents(["좋은 영화, 좋은 음악", "음악", "좋다"], "0" * 64, "kiwi", known)
    assert [encoded.row(row).tolist() for row in range(3)] == [[1, 0], [], [1]]


def test_an_experiment_without_a_reading_reads_the_bundled_corpus() -> None:
    plain: Experiment = preset_named("sentiment").changed(reading=None)
    assert len(prepared_rows(plain).vocabulary) == TextSettings().vocabulary_size


ROOM = """
import os
import numpy as np
from data.text.analysers import analyse
from models.jobs.local.job import limit_memory
from models.jobs.quotas import Quotas
limit_memory(Quotas().limits.megabytes)
found = analyse("okt", "좋은 영화")
room = np.empty(1_500 * 2**20, np.uint8)
print(*(morpheme.text for morpheme in found), flush=True)
os._exit(0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory can be limited on Linux only")
def test_java_leaves_room_for_training_in_the_memory_that_a_run_may_have() -> None:
    done = subprocess.run([sys.executable, "-c", ROOM], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("좋다 영화\n", 0), done.stderr
