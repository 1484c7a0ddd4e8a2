"""Reviews on the command line: tokenise, train, predict, evaluate, and every refusal."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from data.__main__ import HEAD_START, _tokenize_corpus
from data.__main__ import main as data_main
from data.language import quoted
from data.text.reviews import HEADER, load_reviews
from data.text.tokens import load_tokens
from models.__main__ import main
from models.network.weights import NETWORK, WEIGHTS, read_network
from models.settings import changed
from models.tasks import preset_named

ROOT = Path(__file__).parents[2]
KIWI = ["--set", "reading.tokenizer=kiwi", "--set", "reading.vocabulary_size=300"]
SHORT = [*KIWI, "--set", "epochs=2"]
MANY = 4_000
"""Reviews that take longer than it takes to stop their analysis."""
LECTURE = "어제 본 영화는 줄거리는 좋았지만, 주인공인 아무개의 연기는 엉망이었다"


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(arguments) == 0
    return capsys.readouterr().out


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must be refused; return its one sentence."""
    capsys.readouterr()
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and len(captured.err.strip().splitlines()) == 1
    return captured.err


def tsv(path: Path, *rows: tuple[str, object]) -> Path:
    lines = (f"{number}\t{document}\t{label}" for number, (document, label) in enumerate(rows))
    path.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def critic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("critic")
    assert main(["train", "sentiment", *SHORT, "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    assert main(["train", "housing-sgd", "--set", "epochs=1", "--out", str(folder)]) == 0
    return folder


def test_a_review_is_followed_step_by_step(
    critic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(output(capsys, "predict", str(critic), "--text", LECTURE, "--json"))
    assert set(found) == {
        *("sentence", "tokenizer", "morphemes", "words", "unknown", "indices", "size"),
        *("hidden", "logits", "probabilities", "class", "label"),
    }
    network = read_network(critic)
    vocabulary = network.vocabulary
    assert (found["sentence"], found["tokenizer"]) == (LECTURE, "kiwi")
    assert vocabulary and ["영화", "NNG"] in found["morphemes"]
    cut = dict.fromkeys(text for text, _ in found["morphemes"])
    unknown = [text for text in cut if vocabulary.index(text) is None]
    assert found["unknown"] == [{"text": text, "why": "outside"} for text in unknown]
    assert [word["text"] for word in found["words"]] == [t for t in cut if t in vocabulary.words]
    assert all(vocabulary.words[word["index"]] == word["text"] for word in found["words"])
    assert [word["rank"] - 1 for word in found["words"]] == found["indices"]
    lit = np.zeros(found["size"])
    lit[found["indices"]] = 1
    first, second = (np.array(layer["outputs"]) for layer in found["hidden"])
    assert [layer["activation"] for layer in found["hidden"]] == ["relu", "relu"]
    assert first == pytest.approx(
        np.maximum(lit @ network.kernels[0] + network.biases[0], 0), abs=1e-5
    )
    sums = second @ network.kernels[2] + network.biases[2]
    assert found["logits"] == pytest.approx(sums.tolist(), abs=1e-4)
    powers = np.exp(found["logits"])
    assert found["probabilities"] == pytest.approx(powers / powers.sum(), abs=1e-6)
    assert found["class"] == int(np.argmax(found["probabilities"]))
    assert found["label"] in ({"ko": "부정", "en": "negative"}, {"ko": "긍정", "en": "positive"})


def test_the_steps_are_told_in_the_lectures_words(
    critic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(output(capsys, "predict", str(critic), "--text", LECTURE, "--json"))
    lines = output(capsys, "predict", str(critic), "--text", LECTURE)
    shown = dict(re.findall(r"^(\S.*?)  +(.*)$", lines, re.MULTILINE))
    assert "영화/NNG" in shown["morphemes"]
    word = found["words"][0]
    assert f"{word['text']} (index {word['index']}, rank {word['rank']})" in shown["vocabulary"]
    assert (shown["sentence"], shown["tokenizer"]) == (LECTURE, "kiwi")
    unknown = [each["text"] for each in found["unknown"]]
    assert re.findall(r"(\S+) \([^)]*not frequent enough\)", shown["not in it"]) == unknown
    outputs = ", ".join(f"{output:.3g}" for output in found["hidden"][1]["outputs"])
    assert shown["hidden 2"] == f"relu [{outputs}]"
    assert shown["indices"] == ", ".join(map(str, found["indices"]))
    assert shown["vector"].startswith(f"{len(found['indices'])} of 300 cells") and (
        "one-hot" in shown["vector"] and "multi-hot" in shown["vector"]
    )
    assert shown["z1, z2"] == "{:.4f}, {:.4f}".format(*found["logits"])
    assert f"= {found['probabilities'][1]:.4f}" in shown["softmax"] and "e^" in shown["softmax"]
    assert found["label"]["ko"] in shown["verdict"] and "%" in shown["verdict"]
    strongest = max(found["words"], key=lambda word: abs(word["contribution"]))
    assert shown["P(y=1) by"].split() == [f"{strongest['contribution']:+.4f}", strongest["text"]]


def test_particles_that_were_left_out_are_told_apart_from_rare_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ["--set", "epochs=1", "--set", "train_size=300", "--set", "reading.stop_words=true"]
    output(capsys, "train", "sentiment", *KIWI, *few, "--out", str(tmp_path))
    found = json.loads(output(capsys, "predict", str(tmp_path), "--text", "영화는 기린", "--json"))
    assert found["unknown"] == [
        {"text": "는", "why": "left_out"},
        {"text": "기린", "why": "outside"},
    ]
    assert "particle or punctuation" in output(capsys, "predict", str(tmp_path), "--text", "영화는")


def test_a_review_that_is_too_long_is_read_in_part_and_stderr_says_so(
    critic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for text, is_long in (("좋은 영화 " * 400, True), ("좋은 영화", False)):
        assert main(["predict", str(critic), "--text", text, "--json"]) == 0
        said = capsys.readouterr()
        assert len(json.loads(said.out)["sentence"]) <= 2_000
        assert ("first 2,000 characters" in said.err) is is_long


@pytest.mark.parametrize(
    "text", ["", "   ", "🙂🎬", "hello world", "\x00\x01", "ㅏㅣ", "좋" * 10**6]
)
def test_whatever_is_asked_has_an_answer(
    text: str, critic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(output(capsys, "predict", str(critic), "--text", text, "--json"))
    assert sum(found["probabilities"]) == pytest.approx(1, abs=1e-6)


def test_a_review_without_a_known_word_is_told_what_the_network_sees(
    critic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = output(capsys, "predict", str(critic), "--text", "🙂 hello")
    assert "아는 낱말이 하나도 없어" in lines and "only zeros" in lines
    assert "only zeros" not in output(capsys, "predict", str(critic), "--text", "좋은 영화")


def test_evaluation_gives_the_figures_of_the_end_of_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trained = output(capsys, "train", "sentiment", *SHORT, "--json", "--out", str(tmp_path))
    end = json.loads(trained.splitlines()[-1])
    test = json.loads(output(capsys, "evaluate", str(tmp_path), "--json"))["test"]
    assert test == pytest.approx(end["test"], abs=1e-6) and test["accuracy"] > 0.7


def test_any_file_of_reviews_can_be_judged(
    critic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, test = load_reviews("bundled")
    wrong = tsv(tmp_path / "wrong.tsv", *zip(test.documents, 1 - test.labels, strict=True))
    known = json.loads(output(capsys, "evaluate", str(critic), "--json"))["test"]
    found = json.loads(output(capsys, "evaluate", str(critic), "--data", str(wrong), "--json"))[
        "test"
    ]
    assert found["accuracy"] == pytest.approx(1 - known["accuracy"])
    assert found["loss"] > known["loss"]


def test_broken_rows_of_a_file_are_counted_not_hidden(
    critic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tsv(tmp_path / "few.tsv", ("좋은 영화", 1), ("", 1), ("나쁜 영화", 7), ("별로", 0))
    assert main(["evaluate", str(critic), "--data", str(path), "--json"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert (set(found), found["rows"], found["skipped"]) == ({"test", "rows", "skipped"}, 2, 2)
    assert "2 rows" in said.err and "few.tsv" in said.err
    whole = json.loads(output(capsys, "evaluate", str(critic), "--json"))
    assert (whole["rows"], whole["skipped"]) == (520, 0)


def test_broken_rows_of_a_corpus_are_counted_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FNN_LAB_DATA", str(tmp_path))
    tsv(tmp_path / "ratings_train.txt", *[("좋은 영화", 1), ("별로", 0)] * 100)
    tsv(tmp_path / "ratings_test.txt", ("좋은 영화", 1), ("나쁜 영화", 7), ("별로", 0))
    few = ["--set", "reading.corpus=nsmc", "--set", "epochs=1"]
    output(capsys, "train", "sentiment", *KIWI, *few, "--out", str(tmp_path / "run"))
    found = json.loads(output(capsys, "evaluate", str(tmp_path / "run"), "--json"))
    assert (found["rows"], found["skipped"]) == (2, 1)


def test_a_network_is_judged_by_the_words_it_was_trained_with(
    critic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = json.loads(output(capsys, "evaluate", str(critic), "--json"))["test"]
    description = json.loads((critic / NETWORK).read_text(encoding="utf-8"))
    description["vocabulary"].reverse()
    (tmp_path / NETWORK).write_text(json.dumps(description), encoding="utf-8")
    (tmp_path / WEIGHTS).write_bytes((critic / WEIGHTS).read_bytes())
    shuffled = json.loads(output(capsys, "evaluate", str(tmp_path), "--json"))["test"]
    assert shuffled["accuracy"] < known["accuracy"] - 0.05


@pytest.mark.parametrize("words", [None, [], ["영화"] * 301, "영화", [1, 2], {"영화": 1}])
def test_a_network_whose_words_do_not_fit_is_called_damaged(
    words: object, critic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    description = json.loads((critic / NETWORK).read_text(encoding="utf-8"))
    description["vocabulary"] = words
    (tmp_path / NETWORK).write_text(json.dumps(description), encoding="utf-8")
    (tmp_path / WEIGHTS).write_bytes((critic / WEIGHTS).read_bytes())
    assert quoted(tmp_path / NETWORK) in refusal(capsys, "predict", str(tmp_path), "--text", "영화")


@pytest.mark.parametrize(
    "content",
    [b"", b"id\tdocument\n1\tgood", b"id,document,label\n", f"{HEADER}\n1\tx\t2".encode(), b"\xff"],
)
def test_a_file_of_another_format_is_named(
    content: bytes, critic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other.tsv").write_bytes(content)
    path = str(tmp_path / "other.tsv")
    assert "other.tsv" in refusal(capsys, "evaluate", str(critic), "--data", path)
    assert data_main(["tokenize", path, "--tokenizer", "kiwi"]) == 2
    assert "other.tsv" in capsys.readouterr().err


def test_reviews_go_to_a_network_that_reads_them(
    critic: Path, house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tsv(tmp_path / "few.tsv", ("좋다", 1))
    assert "Housing" in refusal(capsys, "predict", str(house), "--text", "좋다")
    assert "Housing" in refusal(capsys, "evaluate", str(house), "--data", str(path))
    assert "Reviews" in refusal(capsys, "predict", str(critic), "--row", "[1]")
    assert "absent.tsv" in refusal(capsys, "evaluate", str(critic), "--data", "absent.tsv")


def test_any_nested_field_can_be_set() -> None:
    settings = ["reading.vocabulary_size=5000", "reading.stop_words=true", "optimizer.rho=0.8"]
    experiment = changed(preset_named("sentiment"), settings)
    assert experiment.reading and experiment.reading.vocabulary_size == 5_000
    assert experiment.reading.stop_words and experiment.optimizer.rho == 0.8
    assert changed(preset_named("sentiment"), ["reading=null"]).reading is None


@pytest.mark.parametrize(
    ("preset", "setting", "words"),
    [
        ("sentiment", "reading.vocabulary_size=5", "100 to 20,000"),
        ("sentiment", "reading.corpus=imdb", "imdb"),
        ("sentiment", "reading.tokenizer=mecab", "mecab"),
        ("sentiment", "reading.size=5", "'size'"),
        ("sentiment", "task.name=5", "task.name"),
        ("housing-sgd", "reading.vocabulary_size=5000", "reading.vocabulary_size"),
    ],
)
def test_a_setting_that_makes_no_sense_is_one_sentence(
    preset: str, setting: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in refusal(capsys, "train", preset, "--set", setting)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def no_java(folder: Path) -> dict[str, str]:
    """Return the environment in which Java is found and does not start."""
    library = folder / "lib" / "server" / "libjvm.so"
    library.parent.mkdir(parents=True)
    library.write_bytes(b"this is no Java")
    return {"JAVA_HOME": str(folder)}


def test_without_java_kiwi_reads_the_review_and_stderr_says_so(
    critic: Path, tmp_path: Path
) -> None:
    description = json.loads((critic / NETWORK).read_text(encoding="utf-8"))
    description["experiment"]["reading"]["tokenizer"] = "okt"
    (tmp_path / NETWORK).write_text(json.dumps(description), encoding="utf-8")
    (tmp_path / WEIGHTS).write_bytes((critic / WEIGHTS).read_bytes())
    java = no_java(tmp_path / "java")
    done = run("models", "predict", str(tmp_path), "--text", "좋은 영화", "--json", **java)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["tokenizer"] == "kiwi"
    assert [text for text, _ in found["morphemes"]] == ["좋다", "영화"]
    assert "JAVA_HOME" in done.stderr and "'kiwi'" in done.stderr and "'okt'" in done.stderr


def test_tokenising_without_java_is_one_sentence_and_status_2(tmp_path: Path) -> None:
    path = tsv(tmp_path / "few.tsv", ("좋은 영화", 1))
    home = str(tmp_path / "home")
    done = run("data", "tokenize", str(path), FNN_LAB_HOME=home, **no_java(tmp_path / "java"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "Kiwi" in done.stderr.splitlines()[-1]


def test_a_file_is_printed_one_line_a_review(tmp_path: Path) -> None:
    path = tsv(tmp_path / "few.tsv", ("좋은 영화ㅋㅋㅋㅋㅋ", 1), ("", 0), ("나쁘지 않아", 1))
    home = str(tmp_path / "home")
    done = run("data", "tokenize", str(path), FNN_LAB_HOME=home)
    assert done.returncode == 0
    assert done.stdout.splitlines() == ["좋다 영화 ㅋㅋㅋ", "나쁘다 않다"]
    assert "1 row " in done.stderr and "few.tsv" in done.stderr


def test_a_file_as_json_is_progress_and_then_lists(tmp_path: Path) -> None:
    path = tsv(tmp_path / "few.tsv", ("좋은 영화", 1), ("영화", 1))
    home = str(tmp_path / "home")
    done = run("data", "tokenize", str(path), "--tokenizer=kiwi", "--json", FNN_LAB_HOME=home)
    *progress, first, second = map(json.loads, done.stdout.splitlines())
    assert progress[-1] == {"done": 2, "total": 2}
    assert (first, second) == ({"morphemes": ["좋다", "영화"]}, {"morphemes": ["영화"]})


def test_a_reader_that_has_had_enough_is_no_error(tmp_path: Path) -> None:
    path = tsv(tmp_path / "many.tsv", *[("좋은 영화 " * 100, 1)] * 500)
    command = f"{sys.executable} -m data tokenize {path} --tokenizer kiwi | head -1"
    environment = {**os.environ, "FNN_LAB_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.stdout.startswith("좋다 영화") and "Traceback" not in done.stderr


@pytest.fixture
def one_core() -> Iterator[None]:
    """Leave one core to the processes that are started, so that there is one worker."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    yield
    os.sched_setaffinity(0, allowed)


@pytest.fixture
def nsmc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_core: None) -> None:
    """Write many long training reviews and 20 test reviews as the corpus NSMC."""
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FNN_LAB_DATA", str(tmp_path))
    tsv(tmp_path / "ratings_train.txt", *((f"{n}번째 좋은 영화 " * 9, 1) for n in range(MANY)))
    tsv(tmp_path / "ratings_test.txt", *[("영화", 1)] * 20)


def stopped(number: signal.Signals) -> tuple[int, float, str]:
    """Tokenise in a process, stop it half-way; return its status, how long it took, its stderr."""
    command = [sys.executable, "-m", "data", "tokenize", "nsmc", "--tokenizer", "kiwi", "--json"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stderr
        while (said := json.loads(process.stdout.readline()))["done"] <= 20:
            assert said["total"] == MANY + 20
        began = time.monotonic()
        process.send_signal(number)
        status = process.wait(10)
        return status, time.monotonic() - began, process.stderr.read()


def test_a_corpus_that_a_server_stops_is_gone_on_with(nsmc: None) -> None:
    status, seconds, said = stopped(signal.SIGTERM)
    assert status == 143 and seconds < 2 and "same command goes on" in said
    train, test = load_reviews("nsmc")
    kept, tested = load_tokens(train.digest, "kiwi"), load_tokens(test.digest, "kiwi")
    assert tested and tested.complete
    assert kept and not kept.complete and 500 <= len(kept) < MANY
    assert data_main(["tokenize", "nsmc", "--tokenizer", "kiwi"]) == 0
    finished = load_tokens(train.digest, "kiwi")
    assert finished and finished.complete and len(finished) == MANY


def test_a_corpus_that_a_person_stops_keeps_what_was_done(nsmc: None) -> None:
    status, seconds, said = stopped(signal.SIGINT)
    assert status == 130 and seconds < 2
    assert "same command goes on" in said and "Traceback" not in said
    kept = load_tokens(load_reviews("nsmc")[0].digest, "kiwi")
    assert kept and not kept.complete


def test_the_first_training_rows_and_all_test_rows_are_done_before_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_core: None
) -> None:
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FNN_LAB_DATA", str(tmp_path))
    rows = HEAD_START + 4_000
    tsv(tmp_path / "ratings_train.txt", *((f"{n % 9} 영화", n % 2) for n in range(rows)))
    tsv(tmp_path / "ratings_test.txt", *[("좋다", 1)] * 30)
    train, test = load_reviews("nsmc")
    when_tested: list[int] = []

    def report(done: int, total: int) -> None:
        assert total == rows + 30
        found = load_tokens(test.digest, "kiwi")
        if found and found.complete and not when_tested:
            trained = load_tokens(train.digest, "kiwi")
            when_tested.append(len(trained) if trained else 0)

    _tokenize_corpus("nsmc", "kiwi", report)
    assert HEAD_START <= when_tested[0] < rows
    finished = load_tokens(train.digest, "kiwi")
    assert finished and finished.complete
