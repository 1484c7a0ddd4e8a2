"""A task on somebody's own data, made of that data: what is read off it, and what is usual.

Whoever brings the data writes in one language; what they wrote is said in both.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from data.dataset import Dataset
from data.dataset_file import DatasetFile, dataset_bytes
from data.language import Text, UserError, quoted
from data.text.analysers import TOKENIZERS
from models.experiment import OWN_CORPUS, Experiment, Layer, Optimizer, TextSettings
from models.tasks.base import (
    Head,
    InputKind,
    Preset,
    Task,
    TextOptions,
    classification,
    regression,
)

LONGEST_TITLE = 60
EXAMPLES = 5
_NAME = re.compile("own-[a-z0-9-]{1,40}")
"""No task that comes with the lab begins like this, today or later."""


def is_own_name(name: str) -> bool:
    """Say whether this may be the name of a task on somebody's own data."""
    return _NAME.fullmatch(name) is not None


def own_task_bytes(title: str, dataset: Dataset, tokenizer: str = "okt") -> tuple[bytes, str]:
    """Return the file of a task on a data set, which has its name, and the file's digest.

    Texts are cut by a ``tokenizer`` unless somebody chooses another. Raises ``UserError`` for a
    name that begins with anything but "own-", for a title that is empty or too long, for texts of
    more than two classes, and for too much data.
    """
    if not is_own_name(dataset.name):
        raise UserError(_BAD_NAME.format(name=quoted(dataset.name)))
    if not title.strip() or len(title) > LONGEST_TITLE:
        raise UserError(_BAD_TITLE.format(longest=LONGEST_TITLE))
    is_text = _kind(dataset) is InputKind.TEXT
    if is_text and len(dataset.classes) != 2:
        raise UserError(_TWO_CLASSES.format(classes=len(dataset.classes)))
    examples = dataset.x_test[:EXAMPLES].tolist() if is_text else []
    notes = {"title": title.strip(), "tokenizer": tokenizer, "examples": examples}
    return dataset_bytes(dataset, notes)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Loads the rows of a file, whatever the experiment."""

    file: DatasetFile

    def __call__(self, experiment: Experiment) -> Dataset:
        return self.file.load()


def own_task(file: DatasetFile) -> Task:
    """Return the task of a file; raises ``UserError`` where that is damaged."""
    about, notes = file.about()
    title, kind = Text(notes["title"], notes["title"]), _kind(about)
    head = classification(len(about.classes)) if about.classes else regression()
    usual = _usual(kind, about.name, notes["tokenizer"]).changed(data=file.digest)
    return Task(
        name=about.name,
        kind=kind,
        title=title,
        sentence=_sentence(about, head),
        input_shape=() if kind is InputKind.TEXT else about.x_train.shape[1:],
        head=head,
        loader=_Rows(file),
        settings=(Preset(f"{about.name}-usual", Text("기본", "Usual"), usual),),
        texts=_texts(notes["examples"], about) if kind is InputKind.TEXT else None,
    )


def _kind(about: Dataset) -> InputKind:
    if about.x_train.dtype == object:
        return InputKind.TEXT
    return InputKind.IMAGE if about.x_train.ndim == 3 else InputKind.TABLE


def _usual(kind: InputKind, name: str, tokenizer: str) -> Experiment:
    """Return the lecture's settings for this kind of input."""
    make: dict[InputKind, Callable[[], Experiment]] = {
        InputKind.TABLE: lambda: Experiment(
            name, (Layer(64), Layer(64)), Optimizer("adam"), epochs=80, batch_size=64
        ),
        InputKind.IMAGE: lambda: Experiment(
            name, (Layer(512),), Optimizer("rmsprop"), epochs=5, batch_size=128
        ),
        InputKind.TEXT: lambda: Experiment(
            name,
            (Layer(64), Layer(64)),
            Optimizer("rmsprop"),
            epochs=5,
            batch_size=64,
            reading=TextSettings(OWN_CORPUS, tokenizer),
        ),
    }
    return make[kind]()


def _sentence(about: Dataset, head: Head) -> Text:
    if about.target is not None and not head.is_classifier:
        name = about.target.name
        return Text(
            f"자기 데이터로 {name.ko}을(를) 맞히는 회귀 문제입니다.",
            f"Regression on your own data: what is predicted is the {name.en}.",
        )
    return Text(
        f"자기 데이터를 {head.units}가지로 나누는 분류 문제입니다.",
        f"Classification on your own data, into {head.units} classes.",
    )


def _texts(examples: list[str], about: Dataset) -> TextOptions:
    negative, positive = about.classes
    return TextOptions(
        tokenizers=tuple(TOKENIZERS),
        classes=(negative, positive),
        examples=tuple(examples),
        examples_title=Text("시험 데이터의 글", "Texts of the test data"),
        placeholder=Text(f"예: {examples[0]}", f"For example: {examples[0]}"),
        script_example=examples[0],
        form_title=Text("글 읽기", "Reading"),
        stop_words=True,
    )


_BAD_NAME = Text(
    "{name}은(는) 자기 데이터의 이름으로 쓸 수 없습니다. own-으로 시작하고 영어 소문자, 숫자, "
    "줄표로 이루어진 이름을 쓰세요.",
    "{name} cannot be the name of your own data. Use own- and then small letters, digits and "
    "hyphens.",
)
_BAD_TITLE = Text(
    "데이터의 제목을 1~{longest}자로 적어 주세요.",
    "Give the data a title of 1 to {longest} characters.",
)
_TWO_CLASSES = Text(
    "글 데이터의 종류가 {classes}가지입니다. 두 종류로 나누어 주세요.",
    "The texts have {classes} classes. Sort them into two.",
)
