"""Both command lines take anything: a table of inputs and right answers, and any JSON at all.

Each wrong input is one short sentence in two languages on stderr and status 2. Everything runs in
this process, where importing TensorFlow is paid once.
"""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.__main__ import main as data_main
from data.command_line import PIPE_CLOSED, REFUSED
from data.language import UserError, printable
from data.particles import _FORMS
from data.text.reviews import HEADER
from models.__main__ import main
from models.experiment import Experiment
from models.network.weights import NETWORK, WEIGHTS, read_network, write_weights
from models.settings import changed, read_experiment
from models.tasks import preset_named, presets

ROOT = Path(__file__).parents[2]
Main = Callable[[Sequence[str] | None], int]
HOUSE, CRITIC = "<house>", "<critic>"
RUDE = "빨강\x1b[31m\r\n\u202e\u200b"
BOOK = "책" * 200_000
SOUND = preset_named("housing-sgd").to_dict()
LONGEST_SENTENCES = 1_200
"""Characters of a refusal in both languages; most of them list what may be chosen."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the folders of a network on houses and of one on reviews."""
    folders = {name: tmp_path_factory.mktemp("run") / "it" for name in (HOUSE, CRITIC)}
    few = ["--set", "epochs=1", "--set", "train_size=200"]
    kiwi = ["--set", "reading.tokenizer=kiwi", "--set", "reading.vocabulary_size=100"]
    assert main(["train", "housing-sgd", *few, "--out", str(folders[HOUSE])]) == 0
    assert main(["train", "sentiment", *few, *kiwi, "--out", str(folders[CRITIC])]) == 0
    return folders


UNDECIDED = re.compile("[가-힣a-zA-Z0-9]['\"]?(" + "|".join(map(re.escape, _FORMS)) + ")")
"""Both forms of a particle, where the word before it can be read."""


def check(sentence: str) -> None:
    """Hold a refusal, in both languages, to what every sentence of the lab is."""
    assert sentence == printable(sentence) and len(sentence) <= LONGEST_SENTENCES
    assert "/" in sentence and "Traceback" not in sentence
    korean = sentence.partition(" / ")[0]
    assert re.search("[가-힣]", korean)
    assert not UNDECIDED.search(korean)


def refusal(capsys: pytest.CaptureFixture[str], main: Main, arguments: Sequence[str]) -> str:
    capsys.readouterr()
    assert main(arguments) == REFUSED
    said = capsys.readouterr()
    assert said.out == ""
    (sentence,) = said.err.splitlines()
    check(sentence)
    return sentence


MODELS: list[tuple[list[str], str]] = [
    ([RUDE], r"\x1b[31m"),
    ([BOOK], "책…"),
    ([BOOK, " ".join(["책"] * 9_999)], "책…"),
    (["summary", RUDE], r"'빨강\x1b[31m\r\n\u202e\u200b'"),
    (["summary", f"{RUDE}.json"], r"\x1b[31m\r\n\u202e\u200b.json'"),
    (["summary", "\udcff.json"], r"'\udcff.json'"),
    (["summary", "\0.json"], r"'\x00.json'"),
    (["summary", BOOK], "책…'"),
    (["summary", f"{BOOK}.json"], "'…책"),
    (["summary", ""], "''"),
    (["train", "mnist", RUDE], r"\x1b"),
    (["train", "mnist", "--set", f"layers={'[' * 100_000}"], "deeper"),
    (["train", "mnist", "--set", f"layers={'[' * 50}{']' * 50}"], "deeper"),
    (["train", "mnist", "--set", 'layers=[{"units":8,"units":9}]'], "'units' stands there twice"),
    (["train", "mnist", "--set", 'layers=[{"units":8}'], "not valid JSON"),
    (["train", "mnist", "--set", "layers=[NaN]"], "'NaN'"),
    (["train", "mnist", "--set", "layers={}"], "layers: {} cannot be used. It must be a list"),
    (["train", "mnist", "--set", f"{RUDE}=1"], r"'빨강\x1b[31m\r\n\u202e\u200b'"),
    (["train", "mnist", "--set", f"{BOOK}=1"], "책…'"),
    (["train", "mnist", "--set", BOOK], "책…'"),
    (["train", "mnist", "--set", "=1"], "''"),
    (["train", "mnist", "--set", f"epochs={RUDE}"], "정수여야"),
    (["train", "mnist", "--set", f"epochs={BOOK}"], "정수여야"),
    (["train", "mnist", "--set", "epochs=" + "9" * 10_000], "not a number"),
    (["train", "mnist", "--set", "layers=3"], "목록이어야"),
    (["train", "mnist", "--set", "optimizer=adam"], "객체(JSON object)여야"),
    (["train", "mnist", "--set", "optimizer.name=[1]"], "[1]은"),
    (["train", "mnist", "--set", "task=chess"], "'chess'라는 과제는"),
    (["train", "mnist", "--set", 'task={"a":1}'], "{'a': 1}"),
    (["train", "mnist", "--set", "reading=5"], "reading"),
    (["train", "mnist", "--out", ""], "empty"),
    (["train", "mnist", "--out"], "--out"),
    (["train", "mnist", "--out", "--json"], "--out"),
    (["train", "mnist", "--out", "/dev/null/x"], "'/dev/null/x'"),
    (["train", "mnist", "--out", HOUSE], "--replace"),
    (["train", "mnist", "--replace", "--out", "/proc/nowhere"], "'/proc/nowhere'"),
    (["train", "housing-sgd", "--set", "optimizer.name=adam", "--set", "optimizer.momentum=0.5"],
     "adam has no setting 'momentum'"),
    (["predict", "", "--row", "1"], "empty"),
    (["predict", HOUSE, "--row", f"[{'[' * 5_000}"], "deeper"),
    (["predict", HOUSE, "--row", '{"RM": 6, "RM": 7}'], "'RM' stands there twice"),
    (["predict", HOUSE, "--row", "-1,2"], "13 numbers"),
    (["predict", HOUSE, "--row", "-1,2;3"], "--row"),
    (["predict", HOUSE, "--row", BOOK], "--row"),
    (["predict", HOUSE, "--text", "-재미없다"], "learnt 'Housing'"),
    (["predict", HOUSE, "--image", RUDE], "learnt 'Housing'"),
    (["predict", HOUSE, "--image", ""], "empty"),
    (["predict", HOUSE, "--text", "좋다", "--row", "1"], "--row"),
    (["predict", HOUSE, "--text"], "--text"),
    (["predict", HOUSE, "--text", "--"], "--text"),
    (["predict", HOUSE, "--text=--"], "--text"),
    (["evaluate", RUDE], r"\x1b[31m"),
    (["evaluate", CRITIC, "--data", ""], "empty"),
    (["evaluate", CRITIC, "--data", RUDE], r"\x1b[31m"),
    (["evaluate", CRITIC, "--data", f"-{BOOK}"], "책'"),
    (["worker", RUDE], r"\x1b[31m"),
    (["worker", "tcp://localhost:1", "--slots", RUDE], r"'빨강\x1b[31m"),
    (["worker", "tcp://localhost:1", "--slots", "9" * 9_999], "9…'"),
    (["worker", "tcp://localhost:1", "--slots", "-1"], "'-1'"),
]  # fmt: skip

DATA: list[tuple[list[str], str]] = [
    ([], "--help"),
    ([RUDE], r"\x1b[31m"),
    (["fetch", RUDE], r"'빨강\x1b[31m\r\n\u202e\u200b'라는 자료는"),
    (["fetch", BOOK], "책…'"),
    (["fetch", "nsmc", "--fly"], "--fly"),
    (["tokenize"], "FILE"),
    (["tokenize", RUDE], r"\x1b[31m"),
    (["tokenize", BOOK], "책'"),
    (["tokenize", "/dev/zero"], "'/dev/zero'"),
    (["tokenize", "bundled", "--tokenizer", RUDE], r"\x1b[31m"),
    (["tokenize", "bundled", "--tokenizer", BOOK], "책…"),
    (["tokenize", "bundled", "--tokenizer", "-x"], "-x"),
]


def shortened(value: object) -> str:
    return str(value.__module__) if callable(value) else printable(str(value))[:60]


@pytest.mark.parametrize(
    ("command", "arguments", "words"),
    [*((main, *row) for row in MODELS), *((data_main, *row) for row in DATA)],
    ids=shortened,
)
def test_a_mistake_is_one_short_sentence_that_can_be_shown(
    command: Main,
    arguments: list[str],
    words: str,
    runs: dict[str, Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = [str(runs.get(argument, argument)) for argument in arguments]
    assert words in refusal(capsys, command, given)


ROW = ",".join(["-1", *map(str, range(2, 14))])


@pytest.mark.parametrize(
    "question",
    [
        (CRITIC, "--text", "-재미없다"),
        (CRITIC, "--text", "-h재미있다"),
        (CRITIC, "--text=--좋다"),
        (CRITIC, "--text", RUDE),
        (CRITIC, "--text", "\udcff 좋다"),
        (HOUSE, "--row", ROW),
        (HOUSE, "--row", f"[{ROW}]"),
        (HOUSE, "--row", f" [{ROW}] "),
    ],
    ids=shortened,
)
def test_a_value_may_begin_with_a_dash_and_hold_anything(
    question: tuple[str, ...], runs: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["predict", *(str(runs.get(argument, argument)) for argument in question)]
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)
    assert main(arguments) == 0
    assert all(line == printable(line) for line in capsys.readouterr().out.split("\n"))


@pytest.mark.parametrize(
    ("preset", "wanted", "optimizer"),
    [
        ("housing-sgd", ["optimizer.name=adam"], ("adam", 0.001, 0.0)),
        ("housing-sgd", ["optimizer.name=rmsprop"], ("rmsprop", 0.001, 0.0)),
        ("housing-sgd", ["optimizer.name=sgd"], ("sgd", 0.001, 0.9)),
        ("housing-sgd", ["optimizer.learning_rate=1", "optimizer.name=adam"], ("adam", 1, 0.0)),
        ("housing-sgd", ["optimizer.momentum=0.5", "optimizer.name=rmsprop"],
         ("rmsprop", 0.001, 0.5)),
        ("housing-sgd", ["optimizer.name=adam", "optimizer.name=sgd"], ("sgd", 0.001, 0.9)),
        ("mnist", ["optimizer.name=sgd", "optimizer.momentum=0.9"], ("sgd", 0.001, 0.9)),
    ],
)  # fmt: skip
def test_another_optimizer_brings_its_own_settings(
    preset: str, wanted: list[str], optimizer: tuple[str, float, float]
) -> None:
    found = changed(preset_named(preset), wanted).optimizer
    assert (found.name, found.learning_rate, found.momentum) == optimizer


def test_a_task_that_reads_brings_a_reading() -> None:
    wanted = ["reading.tokenizer=kiwi", "task=reviews"]
    reading = changed(preset_named("mnist"), wanted).reading
    assert reading and (reading.corpus, reading.tokenizer) == ("bundled", "kiwi")


def test_a_run_is_replaced_only_where_that_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine"
    train = ["train", "housing-sgd", "--set", "epochs=1", "--out", str(out)]
    assert main([*train, "--set", "seed=1"]) == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert "'--replace'" not in refusal(capsys, main, train)
    assert before == {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    (out / "notes.txt").write_text("mine")
    assert main([*train, "--replace"]) == 0
    assert read_network(out).experiment.seed == 0 and (out / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", [NETWORK, WEIGHTS, "model.keras", "example.npz", "checkpoints"])
def test_anything_that_a_run_leaves_counts_as_a_run(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).mkdir()
    sentence = refusal(capsys, main, ["train", "housing-sgd", "--out", str(tmp_path)])
    assert "holds another run" in sentence and (tmp_path / name).exists()


def test_weights_that_are_no_numbers_are_told_as_such(
    runs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = read_network(runs[HOUSE])
    pairs = zip(network.kernels, network.biases, strict=True)
    arrays = [np.array(array) for pair in pairs for array in pair]
    arrays[0][0, 0] = np.nan
    (tmp_path / NETWORK).write_bytes((runs[HOUSE] / NETWORK).read_bytes())
    write_weights(tmp_path, arrays)
    for arguments in (["predict", str(tmp_path), "--row", ROW], ["evaluate", str(tmp_path)]):
        sentence = refusal(capsys, main, arguments)
        assert "NaN" in sentence and WEIGHTS in sentence and "--row" not in sentence


def test_reviews_that_are_not_there_or_not_cut_name_the_command_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FNN_LAB_DATA", "")
    train = ["train", "sentiment-nsmc", "--set", "reading.tokenizer=kiwi"]
    assert "'python -m data fetch nsmc'" in refusal(capsys, main, train)
    monkeypatch.setenv("FNN_LAB_DATA", str(tmp_path))
    for name in ("ratings_train.txt", "ratings_test.txt"):
        rows = "".join(f"\n{number}\t좋다\t1" for number in range(6_000))
        (tmp_path / name).write_text(HEADER + rows, encoding="utf-8")
    assert main(train) == REFUSED
    assert "'python -m data tokenize nsmc --tokenizer kiwi'" in capsys.readouterr().err


class Output:
    """Stands in for stdout and stderr, with an encoding of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
        self.encoding = encoding
        self.buffers = {name: io.BytesIO() for name in ("stdout", "stderr")}
        for name, buffer in self.buffers.items():
            monkeypatch.setattr(sys, name, io.TextIOWrapper(buffer, encoding=encoding))

    def read(self, name: str) -> str:
        getattr(sys, name).flush()
        return self.buffers[name].getvalue().decode(self.encoding)


COMMANDS: list[tuple[Main, list[str]]] = [
    (main, ["presets"]),
    (main, ["presets", "--json"]),
    (main, ["summary", "housing-sgd"]),
    (main, ["train", "housing-sgd", "--set", "epochs=1"]),
    (main, ["train", "housing-sgd", "--set", "epochs=1", "--json"]),
    (main, ["predict", CRITIC, "--text", "재미없다 🙂"]),
    (main, ["predict", CRITIC, "--text", "재미없다 🙂", "--json"]),
    (main, ["evaluate", HOUSE]),
    (data_main, ["fetch"]),
    (data_main, ["tokenize", "<reviews>", "--tokenizer", "kiwi"]),
    (data_main, ["tokenize", "<reviews>", "--tokenizer", "kiwi", "--json"]),
]


@pytest.fixture
def places(runs: dict[str, Path], tmp_path: Path) -> dict[str, Path]:
    (tmp_path / "few.tsv").write_text(f"{HEADER}\n1\t좋은 영화\t1\n2\t\t0", encoding="utf-8")
    return {**runs, "<reviews>": tmp_path / "few.tsv"}


@pytest.mark.parametrize("encoding", ["cp1252", "cp949", "ascii", "utf-8"])
def test_every_command_speaks_to_a_terminal_that_lacks_letters(
    encoding: str, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    has_korean = encoding in ("cp949", "utf-8")
    for command, arguments in COMMANDS:
        output = Output(monkeypatch, encoding)
        assert command([str(places.get(argument, argument)) for argument in arguments]) == 0
        told = output.read("stdout")
        assert "Traceback" not in output.read("stderr")
        if "--json" in arguments:
            assert all(json.loads(line) for line in told.splitlines())
        elif not {"--text", "tokenize"} & set(arguments):  # these repeat Korean that was given
            assert "\\u" not in told
        output = Output(monkeypatch, encoding)
        assert command([RUDE]) == REFUSED
        assert ("알 수 없습니다" in output.read("stderr")) is has_korean
        assert "cannot be understood" in output.read("stderr")


def test_a_pipe_that_nobody_reads_ends_every_command_quietly(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for command, arguments in COMMANDS:
        reading, writing = os.pipe()
        os.close(reading)
        output = Output(monkeypatch, "utf-8")
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            monkeypatch.setattr(sys, "stdout", pipe)
            status = command([str(places.get(argument, argument)) for argument in arguments])
            assert status == PIPE_CLOSED, arguments
            assert "Traceback" not in output.read("stderr")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full disk at hand")
def test_a_full_disk_behind_the_output_is_a_sentence(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for command, arguments in COMMANDS:
        output = Output(monkeypatch, "utf-8")
        with Path("/dev/full").open("w", encoding="utf-8") as full:
            monkeypatch.setattr(sys, "stdout", full)
            status = command([str(places.get(argument, argument)) for argument in arguments])
            assert status == REFUSED, arguments
            check(output.read("stderr").splitlines()[-1])


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_an_output_that_is_closed_is_no_error(
    closed: str, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for command, arguments in COMMANDS:
        Output(monkeypatch, "utf-8")
        monkeypatch.setattr(sys, closed, None)  # as Python has it then
        assert command([str(places.get(argument, argument)) for argument in arguments]) == 0


def test_a_process_whose_reader_leaves_says_nothing_and_tells_so_by_its_status() -> None:
    """What Python itself does at its end is part of it."""
    command = f"{sys.executable} -m data fetch | head -0; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (f"{PIPE_CLOSED}\n", "")


KEYS = st.sampled_from([*SOUND, "name", "units", "learning_rate", "corpus", RUDE]) | st.text()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(BOOK),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Draw any JSON, a sound experiment with any JSON somewhere in it, or a text cut short."""
    values: Any = json.loads(json.dumps(SOUND))
    inside = draw(st.sampled_from([values, values["optimizer"], values["layers"][0]]))
    inside[draw(st.sampled_from(list(inside)) | KEYS)] = draw(JSON)
    text = json.dumps(draw(st.just(values) | JSON))
    return text if draw(st.booleans()) else text[: draw(st.integers(0, len(text)))]


@settings(
    max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(documents())
def test_any_json_in_a_file_is_an_experiment_or_a_sentence(tmp_path: Path, document: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(document, encoding="utf-8")
    try:
        assert isinstance(read_experiment(str(path)), Experiment)
    except UserError as error:
        check(str(error))


@settings(max_examples=300, deadline=None)
@given(KEYS | st.sampled_from(["optimizer.name", "reading.corpus"]), JSON, st.text())
def test_any_setting_is_an_experiment_or_a_sentence(key: str, value: Any, text: str) -> None:
    for setting in (f"{key}={json.dumps(value)}", f"{key}={text}", text):
        for preset in presets().values():
            try:
                assert isinstance(changed(preset, [setting]), Experiment)
            except UserError as error:
                check(str(error))
