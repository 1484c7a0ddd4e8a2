"""The morphemes that ship with the bundled reviews: the right ones, or none."""

import json
import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from data.files import BUNDLED
from data.text import bundled_morphemes
from data.text.analysers import VERSION
from data.text.bundled_morphemes import SHIPPED, has_shipped, write_bundled
from data.text.bundled_morphemes import bundled_morphemes as morphemes_of
from data.text.reviews import load_reviews
from data.text.tokens import TokenizedCorpus, load_tokens, rows_done, tokenize_corpus

ROOT = Path(__file__).parents[3]
TRAIN, TEST = load_reviews("bundled")
CUT_ANEW = """
import json, sys
from data.text.analysers import batch_analyzer, clean
texts = [clean(text) for text in json.load(sys.stdin)]
print(json.dumps([[word for word, _ in row] for row in batch_analyzer(sys.argv[1])(texts)]))
"""


@pytest.fixture
def own_bundle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A copy of what ships, to be damaged."""
    for path in BUNDLED.glob("morphemes-*.txt"):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(bundled_morphemes, "BUNDLED", tmp_path)
    return tmp_path


def words(corpus: TokenizedCorpus) -> list[list[str]]:
    return [[corpus.tokens[token] for token in corpus.row(row)] for row in range(len(corpus))]


def cut_anew(tokenizer: str, documents: tuple[str, ...]) -> list[list[str]]:
    """Ask the analyser in a process of its own, past every cache."""
    done = subprocess.run(
        [sys.executable, "-c", CUT_ANEW, tokenizer],
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    rows: list[list[str]] = json.loads(done.stdout)
    return rows


@pytest.mark.parametrize("tokenizer", SHIPPED)
def test_what_shipped_is_what_the_analyser_says(tokenizer: str) -> None:
    documents = TRAIN.documents + TEST.documents
    shipped = [morphemes_of(part.digest, tokenizer) for part in (TRAIN, TEST)]
    assert [*(shipped[0] or []), *(shipped[1] or [])] == cut_anew(tokenizer, documents)


@pytest.mark.parametrize("tokenizer", SHIPPED)
def test_the_bundled_reviews_are_analysed_from_the_start(own_home: Path, tokenizer: str) -> None:
    heard: list[tuple[int, int]] = []
    for part in (TRAIN, TEST):
        rows = len(part.documents)
        assert rows_done(part.digest, tokenizer, rows) == rows
        corpus = tokenize_corpus(
            part.documents, part.digest, tokenizer, lambda *done: heard.append(done), lambda: True
        )
        loaded = load_tokens(part.digest, tokenizer)
        assert corpus.complete and loaded is not None
        assert words(corpus) == words(loaded) == morphemes_of(part.digest, tokenizer)
    assert heard == [(2_080, 2_080), (520, 520)]
    assert list(own_home.rglob("*.npy")) == []


def test_other_reviews_analysers_and_versions_have_shipped_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert morphemes_of("0" * 64, "okt") is None
    assert morphemes_of(TEST.digest, "komoran") is None
    monkeypatch.setattr("data.text.analysers.VERSION", VERSION + 1)
    assert morphemes_of(TEST.digest, "okt") is None and not has_shipped(TEST.digest, "okt")
    assert load_tokens(TEST.digest, "kiwi") is None


@pytest.mark.parametrize("damage", ["a word", "cut short", "empty", "no first line"])
def test_a_damaged_file_is_not_believed(
    own_bundle: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    (path,) = own_bundle.glob(f"morphemes-{TEST.digest[:16]}-kiwi-*.txt")
    whole = path.read_bytes()
    first, _, rest = whole.partition(b"\n")
    contents = {
        "a word": whole.replace("재미없다".encode(), "재미있다".encode(), 1),
        "cut short": whole[: len(whole) // 2],
        "empty": b"",
        "no first line": rest,
    }
    assert contents[damage] != whole and len(first) == 64
    path.write_bytes(contents[damage])
    with caplog.at_level(logging.WARNING, "data.text.bundled_morphemes"):
        assert load_tokens(TEST.digest, "kiwi") is None
    assert str(path) in caplog.text
    made = tokenize_corpus(
        TEST.documents, TEST.digest, "kiwi", lambda done, total: None, lambda: False, workers=1
    )
    path.write_bytes(whole)
    assert words(made) == morphemes_of(TEST.digest, "kiwi")


def test_what_is_written_replaces_older_versions(own_bundle: Path) -> None:
    stale = own_bundle / f"morphemes-{TEST.digest[:16]}-okt-konlpy0.5-v1.txt"
    stale.write_text("old")
    rows = [["영화", "좋다"], [], ["."]]
    path = write_bundled(TEST.digest, "okt", rows)
    assert morphemes_of(TEST.digest, "okt") == rows
    assert [*own_bundle.glob(f"morphemes-{TEST.digest[:16]}-okt-*")] == [path]
    assert [*own_bundle.glob("*.part")] == []
