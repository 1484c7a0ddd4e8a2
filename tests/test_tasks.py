"""A new task is a loader, a file and a word: some of every kind, in a copy of the lab.

The copy's pages, trainer and command line know nothing of the tasks but those.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from data.pictures.picture_file import read_picture
from tests.conftest import NewHome
from tests.support.new_tasks import HERE, ROOT, TASKS, copied_lab

pytestmark = pytest.mark.timeout(400)

LANGUAGES = ("ko", "en")
OF_OTHER_TASKS = re.compile(
    r"price|dollar|district|\bRM\b|(?<![\d.])784(?!\d)|28 × 28|digit|review(?![-_]box)|film"
    r"|집값|가격|달러|지역|리뷰|영화"
)
TITLES = re.compile("보스턴 집값|손글씨 숫자|영화 리뷰")
"""Of the lab's own tasks, among which every page lets one choose."""

SHOWN: dict[str, dict[str, dict[str, list[str]]]] = {
    "apples": {
        "ko": {
            "home": ["크기로 사과의 무게를 맞힙니다.", "너비 (cm), 무게 (그램)의 산점도"],
            "before": ["작은 망", "한 사과를 나타내는 변수가 3개", "값 하나(무게)를"],
            "train": ["MAE (그램)", "릿지 1, 라쏘는 훈련 정답 표준편차의 1 %"],
            "predict": ["예측 무게", "그램", "전체 사과의 무게 분포", "DAYS · 딴 뒤 지난 날"],
        },
        "en": {
            "home": ["From the size of an apple", "Scatter plot of width (cm) and weight (grams)"],
            "before": ["Small net", "3 variables describe an apple", "one value (the weight)"],
            "train": ["MAE (grams)", "ridge 1, lasso 1 % of the standard deviation"],
            "predict": ["Predicted weight", "of the 240 apples", "weight (grams)", "DAYS"],
        },
    },
    "fruit": {
        "ko": {
            "home": ["크기로 사과와 배를 가립니다.", "종류 번호"],
            "before": ["한 과일을 나타내는 변수가 2개", "분류할 종류가 2가지"],
            "train": ["정확도"],
            "predict": ["입니다 (", "종류마다의 확률", "시험 데이터에서 하나 가져오기"],
        },
        "en": {
            "home": ["Tells apples from pears", "number of the class"],
            "before": ["2 variables describe a fruit", "there are 2 classes"],
            "train": ["accuracy"],
            "predict": ["This is ", "pear", "Take one from the test data"],
        },
    },
    "glyphs": {
        "ko": {
            "home": ["무늬 50장"],
            "before": ["12 × 20 픽셀을 한 줄로 펼치면 240개", "픽셀 240개에 곱하는"],
            "train": ["정확도"],
            "predict": ["네트워크가 보는 12 × 20 픽셀 그림", "세로줄 셋"],
        },
        "en": {
            "home": ["50 marks"],
            "before": ["12 × 20 pixels laid out in one row make 240", "there are 4 classes"],
            "train": ["accuracy"],
            "predict": ["The 12 × 20 pixels that the network sees", "three columns"],
        },
    },
    "mail": {
        "ko": {
            "home": ["영어 메일이 스팸인지 알아냅니다.", "스팸"],
            "before": ["메일 읽기", "훈련 메일에 가장 자주 나오는", "띄어쓰기대로"],
            "train": ["정확도"],
            "predict": ["영어로 메일을 써 보세요", "준비된 메일 둘", "파란 실선은 스팸 쪽"],
        },
        "en": {
            "home": ["Is a message unwanted?", "unwanted"],
            "before": ["words of the training messages", "At its spaces"],
            "train": ["accuracy"],
            "predict": ["Write a message", "Any test message", "pushed towards unwanted"],
        },
    },
}
"""What each page has to say of each task."""

Walk = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied_lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture(scope="module")
def home(new_home: NewHome) -> Path:
    return new_home()


def run(lab: Path, home: Path, *command: str, given: str = "") -> str:
    environment = {**os.environ, "FNN_LAB_HOME": str(home), "PYTHONPATH": str(lab)}
    environment.pop("FNN_LAB_DATA", None)
    done = subprocess.run(
        [sys.executable, *command],
        cwd=lab,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    return done.stdout


@pytest.fixture(scope="module")
def walked(lab: Path, home: Path) -> Walk:
    lines = run(lab, home, str(HERE / "walk.py"), *TASKS).splitlines()
    found = [json.loads(line.removeprefix("walked ")) for line in lines if line[:7] == "walked "]
    return {(each["task"], each["language"]): each for each in found}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", TASKS)
def test_a_new_task_is_drawn_trained_and_asked(task: str, language: str, walked: Walk) -> None:
    found = walked[task, language]
    assert found["errors"] == [] and found["state"] == "done"
    pages = {**found["sent"], "before": found["before"]}
    for page, expected in SHOWN[task][language].items():
        assert [words for words in expected if words not in pages[page]] == [], page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", TASKS)
def test_nothing_is_said_of_other_tasks(task: str, language: str, walked: Walk) -> None:
    page = TITLES.sub("", walked[task, language]["sent"]["predict"])
    assert OF_OTHER_TASKS.findall(page) == []


def drawn_row(home: Path) -> Path:
    """Leave a picture of a row in the lab's home, twice as large as the network's."""
    path = home / "row.png"
    grey = np.zeros((24, 40), np.uint8)
    grey[10:14] = 255
    Image.fromarray(grey).save(path)
    assert read_picture(path).shape == (24, 40)
    return path


Answers = dict[tuple[str, ...], dict[str, Any]]


@pytest.fixture(scope="module")
def answers(lab: Path, home: Path) -> Answers:
    """Return what the command line says of networks it has trained, by command and task."""
    own = {task: str(home / f"own-{task}") for task in TASKS}
    training = [["train", f"{task}-small", "--out", folder] for task, folder in own.items()]
    asked = {("evaluate", task): ["evaluate", folder] for task, folder in own.items()}
    for task, *question in (
        ("apples", "--row", '{"WIDTH": 7, "HEIGHT": 6.5, "DAYS": 3}'),
        ("fruit", "--row", "[7, 10]"),
        ("glyphs", "--image", str(drawn_row(home))),
        ("mail", "--text", "claim your free prize, Peter"),
    ):
        asked["predict", task] = ["predict", own[task], *question]
    commands = [*training, *([*command, "--json"] for command in asked.values())]
    told = json.loads(run(lab, home, str(HERE / "commands.py"), given=json.dumps(commands)))
    found = map(json.loads, told[len(training) :])
    return dict(zip(asked, found, strict=True))


@pytest.mark.parametrize("task", TASKS)
def test_the_command_line_judges_a_new_task(task: str, answers: Answers) -> None:
    told = answers["evaluate", task]
    rows = {"apples": 40, "fruit": 40, "glyphs": 80, "mail": 60}[task]
    assert told["rows"] == rows and np.isfinite(told["test"]["loss"])


def test_the_command_line_predicts_a_row(answers: Answers) -> None:
    assert np.isfinite(answers["predict", "apples"]["value"])
    found = answers["predict", "fruit"]
    assert len(found["probabilities"]) == 2 and found["label"]["en"] in ("apple", "pear")


def test_the_command_line_predicts_a_picture(answers: Answers) -> None:
    found = answers["predict", "glyphs"]
    assert len(found["probabilities"]) == 4 and found["label"]["en"]


def test_the_command_line_predicts_a_text(answers: Answers) -> None:
    found = answers["predict", "mail"]
    assert [word["text"] for word in found["words"]] == ["claim", "your", "free"]
    assert found["label"]["en"] in ("wanted", "unwanted")
    assert ["prize,", "outside"] in [list(each.values()) for each in found["unknown"]]


def test_the_copy_differs_from_the_lab_by_the_loaders_the_files_and_the_words(lab: Path) -> None:
    def files(root: Path) -> dict[str, bytes]:
        folders = ("app", "data", "models")
        return {
            str(path.relative_to(root)): path.read_bytes()
            for folder in folders
            for path in (root / folder).rglob("*.py")
        }

    ours, theirs = files(ROOT), files(lab)
    different = {name for name in theirs if ours.get(name) != theirs[name]}
    own = {str(path.relative_to(HERE)) for path in HERE.glob("*/*/*.py")}
    assert different == own | {"models/tasks/__init__.py"} and set(ours) <= set(theirs)
