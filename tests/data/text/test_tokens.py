"""A corpus cut into morphemes by real processes, interrupted in every way there is."""

import logging
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.files import BUNDLED
from data.language import UserError
from data.text import tokens
from data.text.analysers import analyse
from data.text.tokens import (
    ROWS_IN_MEMORY,
    TokenizedCorpus,
    load_tokens,
    rows_done,
    tokenize_corpus,
)

ROOT = Path(__file__).parents[3]
DIGEST, ANOTHER = "0123456789abcdef" * 4, "e" * 64
QUICK = "spaces"
"""Is there at once in every process, where processes are tested and not what they say."""
SHARD_ROWS = 20
REVIEWS = [
    row.split("\t")[1]
    for row in (BUNDLED / "reviews.tsv").read_text(encoding="utf-8").split("\n")[1:111]
]
"""110 real rows: five whole shards and a half."""
MANY = [f"{text} {number}" for number in range(20) for text in REVIEWS]
"""So many that a job is still busy with them a second after its first shard."""

JOB = """
import sys
from data.text import tokens
from tests.data.text.test_tokens import DIGEST, MANY, REVIEWS, SHARD_ROWS

def main():
    tokens.SHARD_ROWS = SHARD_ROWS
    documents = MANY if sys.argv[2] == "many" else REVIEWS
    tokens.tokenize_corpus(documents, DIGEST, sys.argv[1], print_progress, lambda: False, 2)
    print("java" if "jpype" in sys.modules else "no java")

def print_progress(done, total):
    print(done, total, flush=True)

if __name__ == "__main__":
    main()
"""

row_texts = st.lists(st.text("가나다영화 최고!ㅋ\n", max_size=12), max_size=60)


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "SHARD_ROWS", SHARD_ROWS)


def never() -> bool:
    return False


def unheard(done: int, total: int) -> None:
    pass


def tokenize(
    documents: list[str] = REVIEWS,
    progress: Callable[[int, int], None] = unheard,
    stop: Callable[[], bool] = never,
    workers: int = 1,
    digest: str = DIGEST,
    tokenizer: str = "kiwi",
) -> TokenizedCorpus:
    """With Kiwi, which needs no Java; in this process unless told otherwise."""
    return tokenize_corpus(documents, digest, tokenizer, progress, stop, workers)


def words(corpus: TokenizedCorpus) -> list[list[str]]:
    return [[corpus.tokens[token] for token in corpus.row(i)] for i in range(len(corpus))]


def same(one: TokenizedCorpus, other: TokenizedCorpus) -> bool:
    arrays = np.array_equal(one.ids, other.ids) and np.array_equal(one.offsets, other.offsets)
    return arrays and one.tokens == other.tokens and one.complete == other.complete


def workers() -> list[psutil.Process]:
    """The spawned workers of this process, without multiprocessing's own helpers."""
    return [psutil.Process(child.pid) for child in multiprocessing.active_children()]


class StopAfter:
    """Notes the progress, and asks to stop once some rows are done."""

    def __init__(self, rows: int) -> None:
        self.rows, self.heard = rows, list[tuple[int, int]]()

    def progress(self, done: int, total: int) -> None:
        self.heard.append((done, total))

    def stop(self) -> bool:
        return self.heard[-1][0] >= self.rows


@pytest.fixture
def uninterrupted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> TokenizedCorpus:
    """The corpus as it is made in one go, in a home of its own."""
    with monkeypatch.context() as context:
        context.setenv("FNN_LAB_HOME", str(tmp_path / "another home"))
        return tokenize()


def test_every_row_holds_the_words_of_its_document(uninterrupted: TokenizedCorpus) -> None:
    expected = [[morpheme.text for morpheme in analyse("kiwi", text)] for text in REVIEWS]
    assert words(uninterrupted) == expected
    assert uninterrupted.complete and uninterrupted.done == len(REVIEWS)


def test_tokens_are_numbered_by_first_appearance(uninterrupted: TokenizedCorpus) -> None:
    first_seen = dict.fromkeys(uninterrupted.ids.tolist())
    assert list(first_seen) == list(range(len(uninterrupted.tokens)))


def test_a_finished_corpus_is_mapped_from_disk_and_read_only(own_home: Path) -> None:
    made = tokenize()
    loaded = load_tokens(DIGEST, "kiwi")
    assert loaded is not None and same(loaded, made)
    for array in (loaded.ids, loaded.offsets):
        assert isinstance(array.base, np.memmap)
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    names = sorted(path.name for path in own_home.rglob("*") if path.is_file())
    assert names == ["ids.npy", "offsets.npy", "tokens.txt"]


def test_a_finished_corpus_is_not_analysed_again() -> None:
    made = tokenize()
    heard = StopAfter(0)
    assert same(tokenize(progress=heard.progress, stop=lambda: True), made)
    assert heard.heard == [(len(REVIEWS), len(REVIEWS))]


def test_corpora_and_tokenizers_do_not_share_a_cache() -> None:
    tokenize()
    assert load_tokens("f" * 64, "kiwi") is None
    assert load_tokens(DIGEST, "okt") is None


def test_several_processes_make_what_one_makes() -> None:
    heard, alone = StopAfter(1_000), tokenize(digest=ANOTHER, tokenizer=QUICK)
    assert same(tokenize(progress=heard.progress, workers=2, tokenizer=QUICK), alone)
    assert heard.heard[0] == (0, 110) and heard.heard[-1] == (110, 110)
    assert heard.heard == sorted(heard.heard) and len(heard.heard) == 7
    assert workers() == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stopped_analysis_goes_on_where_it_was(workers: int) -> None:
    first, second = StopAfter(40), StopAfter(1_000)
    uninterrupted = tokenize(digest=ANOTHER, tokenizer=QUICK)
    begun = tokenize(progress=first.progress, stop=first.stop, workers=workers, tokenizer=QUICK)
    assert not begun.complete and len(begun) < len(REVIEWS)
    assert words(begun) == words(uninterrupted)[: len(begun)]
    resumed = tokenize(progress=second.progress, workers=workers, tokenizer=QUICK)
    assert same(resumed, uninterrupted)
    assert second.heard[0] == first.heard[-1] != (0, 110)


def test_the_first_rows_can_be_used_before_the_rest_is_done(
    uninterrupted: TokenizedCorpus,
) -> None:
    heard = StopAfter(60)
    tokenize(progress=heard.progress, stop=heard.stop)
    begun = load_tokens(DIGEST, "kiwi")
    assert begun is not None and begun.done == 60 and not begun.complete
    assert words(begun) == words(uninterrupted)[:60]


def test_a_gap_ends_the_rows_that_can_be_used(own_home: Path) -> None:
    heard = StopAfter(80)
    tokenize(progress=heard.progress, stop=heard.stop)
    next(own_home.rglob("000002.npz")).unlink()
    begun = load_tokens(DIGEST, "kiwi")
    assert begun is not None and begun.done == 40


def test_rows_are_counted_without_reading_a_shard(own_home: Path) -> None:
    rows = len(REVIEWS)
    assert rows_done(DIGEST, "kiwi", rows) == 0
    heard = StopAfter(80)
    tokenize(progress=heard.progress, stop=heard.stop)
    for shard in own_home.rglob("*.npz"):
        shard.write_bytes(b"")  # whoever opened it would not count it
    assert rows_done(DIGEST, "kiwi", rows) == 80
    assert rows_done(DIGEST, "kiwi", 70) == 70
    next(own_home.rglob("000002.npz")).unlink()
    assert rows_done(DIGEST, "kiwi", rows) == 40
    tokenize()
    assert rows_done(DIGEST, "kiwi", rows) == rows


def test_stopping_at_once_leaves_no_rows_and_no_processes() -> None:
    stopped = tokenize(stop=lambda: True, workers=2)
    assert len(stopped) == 0 and not stopped.complete
    assert workers() == [] and load_tokens(DIGEST, "kiwi") is None


def test_a_killed_worker_costs_nothing_but_time(
    uninterrupted: TokenizedCorpus, caplog: pytest.LogCaptureFixture
) -> None:
    def kill_the_first(done: int, total: int) -> None:
        if done == SHARD_ROWS:
            workers()[0].kill()

    with caplog.at_level(logging.WARNING, "data.text.shards"):
        assert same(tokenize(progress=kill_the_first, workers=2), uninterrupted)
    assert "ended by itself" in caplog.text


def test_workers_that_keep_dying_are_given_up() -> None:
    def kill_all() -> bool:
        for worker in workers():
            worker.kill()
        return False

    with pytest.raises(UserError, match=r"'kiwi'.*3 times"):
        tokenize(stop=kill_all, workers=2)
    assert workers() == []


def test_an_error_of_the_listener_ends_the_workers() -> None:
    def fail(done: int, total: int) -> None:
        if done:
            raise RuntimeError("the page is gone")

    with pytest.raises(RuntimeError, match="the page is gone"):
        tokenize(MANY, progress=fail, workers=2, tokenizer=QUICK)
    assert workers() == []


def start_job(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    script = tmp_path / "job.py"
    script.write_text(JOB, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(script), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def children_at_work(job: subprocess.Popen[str]) -> list[psutil.Process]:
    """Wait until a job has its first shard and return the processes it started."""
    assert job.stdout is not None
    assert job.stdout.readline() == f"0 {len(MANY)}\n"
    assert job.stdout.readline() == f"{SHARD_ROWS} {len(MANY)}\n"
    children = psutil.Process(job.pid).children(recursive=True)
    assert len(children) >= 2
    return children


def test_a_killed_job_leaves_its_shards_and_no_processes(tmp_path: Path) -> None:
    with start_job(tmp_path, "kiwi", "many") as job:
        children = children_at_work(job)
        job.kill()
    assert psutil.wait_procs(children, timeout=10)[1] == []
    heard = StopAfter(len(MANY))
    resumed = tokenize(MANY, progress=heard.progress)
    assert SHARD_ROWS <= heard.heard[0][0] < len(MANY)
    assert same(resumed, tokenize(MANY, digest=ANOTHER))


def ignores_ctrl_c(process: psutil.Process) -> bool:
    status = Path(f"/proc/{process.pid}/status").read_text()
    ignored = re.search(r"^SigIgn:\s*(\w+)", status, re.MULTILINE)
    return bool(ignored and int(ignored[1], 16) >> signal.SIGINT - 1 & 1)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks at signals as Linux has")
def test_ctrl_c_ends_a_job_with_one_traceback_only(tmp_path: Path) -> None:
    with start_job(tmp_path, "hannanum", "many") as job:
        children = children_at_work(job)
        while not all(map(ignores_ctrl_c, children)):  # one of them may still be starting
            time.sleep(0.05)
        for process in [*children, psutil.Process(job.pid)]:
            process.send_signal(signal.SIGINT)
        errors = job.communicate(timeout=60)[1]
    assert errors.count("Traceback") == 1 and errors.endswith("KeyboardInterrupt\n")
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_java_runs_in_the_workers_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_TOOL_OPTIONS")  # of which Java says that it has read them
    with start_job(tmp_path, "hannanum", "few") as job:
        output, errors = job.communicate(timeout=90)
    assert output.splitlines()[-2:] == ["110 110", "no java"]
    assert errors == ""
    corpus = load_tokens(DIGEST, "hannanum")
    assert corpus is not None and corpus.complete


@pytest.mark.parametrize("length", [0, 10, 200, 1_000])
def test_a_damaged_shard_is_made_again(
    uninterrupted: TokenizedCorpus, own_home: Path, length: int
) -> None:
    heard = StopAfter(60)
    tokenize(progress=heard.progress, stop=heard.stop)
    damaged = next(own_home.rglob("000001.npz"))
    damaged.write_bytes(damaged.read_bytes()[:length])
    again = StopAfter(1_000)
    assert same(tokenize(progress=again.progress), uninterrupted)
    assert again.heard[0] == (40, 110)


@pytest.mark.parametrize("name", ["ids.npy", "offsets.npy", "tokens.txt"])
@pytest.mark.parametrize("length", [0, 20, 140])
def test_a_damaged_corpus_is_made_again(
    uninterrupted: TokenizedCorpus, own_home: Path, name: str, length: int
) -> None:
    tokenize()
    damaged = next(own_home.rglob(name))
    whole = damaged.read_bytes()
    # Unlinked, not cut: arrays that are still mapped must not lose their pages.
    damaged.unlink()
    damaged.write_bytes(whole[:length])
    assert load_tokens(DIGEST, "kiwi") is None
    assert same(tokenize(), uninterrupted)
    loaded = load_tokens(DIGEST, "kiwi")
    assert loaded is not None and same(loaded, uninterrupted)


@pytest.fixture
def no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name a home that cannot be written, not even by root."""
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "file" / "home"))
    return tmp_path / "file"


def test_a_small_corpus_needs_no_disk(
    uninterrupted: TokenizedCorpus, no_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "data.text.tokens"):
        assert same(tokenize(), uninterrupted)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert str(no_home) in caplog.text


def test_a_large_corpus_that_cannot_be_written_is_refused(no_home: Path) -> None:
    with pytest.raises(UserError, match=r"FNN_LAB_HOME.*/.*cannot be saved") as caught:
        tokenize(["좋다"] * (ROWS_IN_MEMORY + 1))
    assert str(no_home) in caught.value.text.en


def test_a_disk_that_fills_up_leaves_a_small_corpus_in_memory(
    own_home: Path, tmp_path: Path
) -> None:
    pytest.importorskip("resource", reason="file sizes can be limited on POSIX systems only")
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))"
    script = tmp_path / "full.py"
    script.write_text(f"{limit}\n{JOB.replace('lambda: False, 2', 'lambda: False, 1')}")
    command = [sys.executable, str(script), QUICK, "few"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.splitlines()[-2:] == ["110 110", "no java"]
    assert done.stderr.count("stay in memory") == 1 and "Traceback" not in done.stderr
    assert list(own_home.rglob("*.part")) == [] and load_tokens(DIGEST, QUICK) is None
    assert same(tokenize(tokenizer=QUICK), tokenize(digest=ANOTHER, tokenizer=QUICK))


def test_an_unknown_tokenizer_is_named() -> None:
    with pytest.raises(UserError, match="'mecab'"):
        tokenize_corpus(REVIEWS, DIGEST, "mecab", unheard, never)


def test_a_worker_without_java_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    library = tmp_path / "lib" / "server" / "libjvm.so"
    library.parent.mkdir(parents=True)
    library.write_bytes(b"not a library")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UserError, match="Kiwi"):
        tokenize_corpus(REVIEWS, DIGEST, "okt", unheard, never, workers=2)
    assert workers() == []


def test_no_documents_make_an_empty_corpus() -> None:
    corpus = tokenize([])
    assert corpus.complete and len(corpus) == 0 and corpus.tokens == ()


@given(documents=row_texts, rows=st.integers(-5, 70))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_documents_come_back_as_their_words(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    documents: list[str],
    rows: int,
) -> None:
    with monkeypatch.context() as context:
        context.setenv("FNN_LAB_HOME", str(tmp_path_factory.mktemp("home")))
        corpus = tokenize(documents)
    expected = [[morpheme.text for morpheme in analyse("kiwi", text)] for text in documents]
    assert words(corpus) == expected and corpus.complete
    first = corpus.prefix(rows)
    assert words(first) == expected[: max(rows, 0)]
    assert first.complete == (max(rows, 0) >= len(documents))


@pytest.mark.parametrize("index", [-1, 110])
def test_there_is_no_row_outside(uninterrupted: TokenizedCorpus, index: int) -> None:
    with pytest.raises(IndexError, match=f"row {index} of 110"):
        uninterrupted.row(index)


def test_a_corpus_of_a_hundred_thousand_rows_opens_in_no_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two seconds are allowed; it takes some milliseconds."""
    monkeypatch.setattr(tokens, "SHARD_ROWS", 20_000)
    tokenize((REVIEWS * 1_000)[:100_000])
    started = time.perf_counter()
    corpus = load_tokens(DIGEST, "kiwi")
    assert time.perf_counter() - started < 2
    assert corpus is not None and len(corpus) == 100_000
