"""``python -m models`` as a person or a script meets it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.language import quoted
from data.pictures.photo import center_digit
from models.__main__ import main
from models.download.archive import KERAS_MODEL, PREDICT
from models.network.weights import NETWORK, WEIGHTS
from models.tasks import built_in, preset_named, presets
from models.training.tensorflow_import import LEVEL
from tests.support.drawing import seven

ROOT = Path(__file__).parents[2]
QUICK = ["--set", "epochs=2"]


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must be refused; return its one sentence."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and len(captured.err.strip().splitlines()) == 1
    return captured.err


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    assert main(["train", "housing-sgd", *QUICK, "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("digits")
    settings = ["--set", "train_size=10000", "--set", 'layers=[{"units":64}]']
    assert main(["train", "mnist", *QUICK, *settings, "--out", str(folder)]) == 0
    return folder


def test_presets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(json.loads(output(capsys, "presets", "--json"))) == set(presets())
    assert "housing-sgd" in output(capsys, "presets")


def test_the_summary_shows_the_arithmetic(capsys: pytest.CaptureFixture[str]) -> None:
    lines = output(capsys, "summary", "housing-sgd")
    assert "13 × 64 + 64 = 896" in lines and "5,121" in lines and "last batch 20" in lines
    values = json.loads(output(capsys, "summary", "housing-sgd", "--json"))
    assert (values["parameters"], values["updates_per_epoch"], values["last_batch"]) == (
        5121,
        7,
        20,
    )


def test_training_prints_one_event_a_line_and_the_test_figures_last() -> None:
    command = [sys.executable, "-m", "models", "train", "housing-sgd", *QUICK, "--json"]
    usual = {name: value for name, value in os.environ.items() if name != LEVEL}
    done = subprocess.run(command, env=usual, capture_output=True, text=True, check=True)
    assert done.stderr == ""  # nothing of TensorFlow's own
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[0]["kind"] == "started"
    assert events[-1]["kind"] == "end" and events[-1]["state"] == "done"
    assert set(events[-1]["test"]) == {"loss", "mse", "mae"}


def test_training_prints_a_line_an_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    lines = output(capsys, "train", "housing-sgd", *QUICK)
    assert "5,121 parameters" in lines and "epoch   2/2" in lines and "mse" in lines


def test_training_on_a_terminal_moves_a_bar_and_then_prints_the_epoch_over_it() -> None:
    pty = pytest.importorskip("pty", reason="pseudo-terminals exist on POSIX systems only")
    command = [sys.executable, "-m", "models", "train", "housing-sgd", "--set", "epochs=1"]
    terminal, its_end = pty.openpty()
    every_message = {**os.environ, LEVEL: "0"}
    done = subprocess.run(
        command, cwd=ROOT, env=every_message, stdout=its_end, stderr=subprocess.PIPE, check=True
    )
    assert b"oneDNN" in done.stderr  # TensorFlow's own, as it was asked for
    shown = os.read(terminal, 10_000).decode()
    os.close(its_end)
    os.close(terminal)
    assert f"\r[{'#' * 30}] 7/7 loss " in shown and "\r\033[Kepoch   1/1  loss " in shown


@pytest.mark.parametrize("name", [NETWORK, WEIGHTS, KERAS_MODEL, PREDICT])
def test_a_folder_where_a_file_cannot_be_written_is_refused_before_training(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).mkdir()
    assert quoted(tmp_path) in refusal(capsys, "train", "housing-sgd", "--out", str(tmp_path))


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file become larger than so many bytes, as on a disk that is nearly full."""
    resource = pytest.importorskip("resource", reason="only POSIX limits the size of files")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_disk_that_fills_up_while_training_is_a_sentence_and_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with largest_file(5_000):
        status = main(["train", "housing-sgd", *QUICK, "--out", str(tmp_path)])
    said = capsys.readouterr()
    assert status == 2 and said.out.splitlines()[-1].startswith("failed")
    assert str(tmp_path) in said.err.splitlines()[-1] and "Traceback" not in said.err


def test_a_disk_without_room_for_the_keras_model_is_a_sentence_and_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with largest_file(27_000):
        status = main(["train", "housing-sgd", *QUICK, "--out", str(tmp_path)])
    said = capsys.readouterr()
    assert status == 2 and (tmp_path / WEIGHTS).exists()
    assert str(tmp_path) in said.err.splitlines()[-1] and "Traceback" not in said.err
    assert {path.suffix for path in tmp_path.iterdir()} <= {"", ".json", ".npz"}


def test_a_run_that_replaces_another_and_diverges_at_once_leaves_no_weights_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output(capsys, "train", "housing-sgd", *QUICK, "--out", str(tmp_path))
    left = {WEIGHTS, KERAS_MODEL, PREDICT, "checkpoints"}
    assert left <= {path.name for path in tmp_path.iterdir()}
    raw = ["--set", "standardize=false", "--set", "optimizer.learning_rate=1"]
    assert main(["train", "housing-sgd", *raw, "--out", str(tmp_path), "--replace"]) == 1
    capsys.readouterr()
    assert "no trained weights" in refusal(capsys, "evaluate", str(tmp_path))
    assert not left & {path.name for path in tmp_path.iterdir()}


def test_a_refused_experiment_leaves_an_earlier_run_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / WEIGHTS).write_bytes(b"an earlier run")
    options = ["--set", "batch_size=405", "--out", str(tmp_path), "--replace"]
    assert "405" in refusal(capsys, "train", "housing-sgd", *options)
    assert (tmp_path / WEIGHTS).read_bytes() == b"an earlier run"


def test_a_file_may_hold_the_experiment(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(preset_named("housing-adam").to_dict()))
    changes = ["--set", "optimizer.learning_rate=0.01", "--set", "optimizer.beta_1=0.8"]
    assert "done" in output(capsys, "train", str(path), *QUICK, *changes)


def test_a_price_is_predicted_for_a_row(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = json.dumps(built_in("boston").load().x_test[0].tolist())
    value = json.loads(output(capsys, "predict", str(house), "--row", row, "--json"))["value"]
    assert -50 < value < 100


def test_a_digit_is_predicted_for_a_picture(
    digits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = built_in("mnist").load()
    digit = dataset.x_test[0]
    Image.fromarray(np.asarray(digit)).save(tmp_path / "seven.png")
    found = output(capsys, "predict", str(digits), "--image", str(tmp_path / "seven.png"), "--json")
    values = json.loads(found)
    assert values["class"] == dataset.y_test[0] == 7
    assert sum(values["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_the_picture_that_was_judged_is_written(
    digits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seven(ground=255, ink=0).save(tmp_path / "paper.png")
    kept = tmp_path / "seen"  # a PNG whatever its name
    asked = "predict", str(digits), "--image", str(tmp_path / "paper.png"), "--save-input"
    output(capsys, *asked, str(kept))
    seen = Image.open(kept)
    assert seen.format == "PNG" and seen.mode == "L" and seen.size == (28, 28)
    assert np.array_equal(np.asarray(seen), center_digit(np.asarray(seven())))
    assert "cannot be written" in refusal(capsys, *asked, str(tmp_path / "no" / "seen.png"))
    assert "--image" in refusal(capsys, "predict", str(digits), "--row", "1", *asked[-1:], "x.png")


def test_evaluation_gives_the_figures_of_the_last_event(
    digits: Path, house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    test = json.loads(output(capsys, "evaluate", str(digits), "--json"))["test"]
    assert set(test) == {"loss", "accuracy"} and test["accuracy"] > 0.85
    assert set(json.loads(output(capsys, "evaluate", str(house), "--json"))["test"]) == {
        "loss",
        "mse",
        "mae",
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "COMMAND"),
        (["fly"], "fly"),
        (["train"], "PRESET"),
        (["predict", "/nowhere"], "--row"),
        (["summary", "nothing"], "nothing"),
        (["summary", "missing.json"], "missing.json"),
        (["train", "housing-sgd", "--set", "epochs"], "KEY=VALUE"),
        (["train", "housing-sgd", "--set", "epochs=many"], "epochs"),
        (["train", "housing-sgd", "--set", "task=chess"], "chess"),
        (["train", "housing-sgd", "--set", "batch_size=405"], "405"),
        (["train", "mnist", "--set", 'layers=[{"units":1000000000}]'], "units"),
        (["train", "mnist", "--set", "train_size=0"], "train_size"),
        (["train", "mnist", "--set", "optimizer.learning_rate=NaN"], "learning_rate"),
        (["train", "mnist", "--set", f"l2={10**400}"], "l2"),
        (["train", "housing-sgd", "--out", "/dev/null/x"], "/dev/null/x"),
        (["predict", "/nowhere", "--row", "[]"], "/nowhere"),
        (["evaluate", "/nowhere"], "/nowhere"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in refusal(capsys, *arguments)


def test_a_file_that_is_not_json_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "broken.json"
    path.write_text("{'task': ")
    assert "broken.json" in refusal(capsys, "summary", str(path))


def test_pictures_and_rows_go_to_their_own_networks(
    house: Path, digits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "not.png").write_bytes(b"hello")
    assert "PNG" in refusal(capsys, "predict", str(digits), "--image", str(tmp_path / "not.png"))
    Image.new("L", (28, 28)).save(tmp_path / "black.png")
    assert "Housing" in refusal(
        capsys, "predict", str(house), "--image", str(tmp_path / "black.png")
    )
    assert "13" in refusal(capsys, "predict", str(house), "--row", "[1, 2]")
    assert "--row" in refusal(capsys, "predict", str(house), "--row", "1, 2]")
    for number in ("1e300", "1" + 400 * "0", "3e38"):
        row = f"[{', '.join([number] * 13)}]"
        assert "number" in refusal(capsys, "predict", str(house), "--row", row)
