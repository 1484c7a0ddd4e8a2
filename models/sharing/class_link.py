"""What a link for a class hides and locks: one table of names, and what each of them means.

The page, the tests and the documentation read these tables. A hidden part stays out of sight; a
locked setting keeps the value that the link gave it, whatever asks for another.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from data.language import Text
from models.experiment import Experiment

HIDE, LOCK, LESSON = "hide", "lock", "lesson"
"""The parts of an address."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page that can be hidden: its name for people, and the elements that it is."""

    title: Text
    selector: str


def _fields(*names: str) -> str:
    return ", ".join(f'[class*="st-key-"][class*="-{name}"]' for name in names)


PARTS: dict[str, Part] = {
    "language": Part(Text("언어 선택", "Language"), ".st-key-language-switch"),
    "tasks": Part(Text("과제 선택", "Tasks"), ".st-key-task-switch"),
    "presets": Part(Text("강의 설정 단추", "Presets"), ".st-key-presets-place"),
    "lessons": Part(Text("따라 하기", "Lessons"), ".st-key-lesson-place"),
    "reading": Part(
        Text("글 읽기 설정", "Reading of texts"),
        _fields("corpus", "tokenizer", "vocabulary_size", "stop_words"),
    ),
    "layers": Part(Text("은닉층", "Hidden layers"), f'[class*="st-key-layer-"], {_fields("add")}'),
    "optimizer": Part(Text("옵티마이저", "Optimizer"), _fields("optimizer")),
    "rate": Part(Text("학습률", "Learning rate"), ".st-key-rate"),
    "epochs": Part(Text("에폭", "Epochs"), _fields("epochs")),
    "batch": Part(Text("배치 크기", "Batch size"), _fields("batch_size")),
    "rows": Part(Text("학습 데이터 수", "Training rows"), _fields("train_size")),
    "more": Part(Text("설정 더 보기", "More settings"), ".st-key-more-settings"),
    "network": Part(Text("신경망 그림", "Drawing of the network"), ".st-key-drawn"),
    "tools": Part(Text("일시 정지와 한 걸음씩", "Pause and steps"), ".st-key-run-tools"),
    "result": Part(Text("시험 결과", "Result"), ".st-key-result"),
    "diagnosis": Part(Text("진단", "Diagnosis"), ".st-key-diagnosis"),
    "download": Part(Text("모델 내려받기", "Download"), ".st-key-download"),
    "links": Part(Text("링크 만들기", "Links"), ".st-key-links"),
    "code": Part(Text("코드", "Code"), ".st-key-code-panel"),
    "weights": Part(Text("가중치 하나 보기", "One weight"), '[class*="st-key-probe-"]'),
    "why": Part(Text("이유", "Why (Predict)"), ".st-key-why"),
    "near": Part(Text("가까운 학습 예", "Nearest rows (Predict)"), ".st-key-near"),
    "own-tests": Part(Text("내 시험 그림", "Own test pictures"), ".st-key-own-test-set"),
    "first-run": Part(Text("첫 학습 단추", "First run (Home)"), ".st-key-first-run"),
    "move": Part(Text("다른 브라우저로 옮기기", "Move to another browser"), ".st-key-move"),
}
"""What ``hide=`` can name, in the order in which the parts are offered."""

LOCKS: dict[str, Text] = {
    "layers": Text("은닉층", "Hidden layers"),
    "optimizer": Text("옵티마이저와 그 설정", "Optimizer and its settings"),
    "learning_rate": Text("학습률", "Learning rate"),
    "epochs": Text("에폭", "Epochs"),
    "batch_size": Text("배치 크기", "Batch size"),
    "seed": Text("시드", "Seed"),
    "train_size": Text("학습 데이터 수", "Training rows"),
    "validation_share": Text("검증 비율", "Validation share"),
    "standardize": Text("표준화", "Standardizing"),
    "l2": Text("L2", "L2"),
    "early_stopping": Text("조기 종료", "Early stopping"),
    "reading": Text("글 읽기 설정", "Reading of texts"),
    "left_out": Text("빼놓은 행", "Rows left out"),
}
"""What ``lock=`` can name."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of an address that mean something, and the first few that do not."""

    known: tuple[str, ...]
    unknown: tuple[str, ...]


def read_names(text: str, known: Collection[str]) -> Names:
    """Read names separated by commas; of too long a text only the beginning.

    >>> read_names("epochs,nothing,epochs", LOCKS)
    Names(known=('epochs',), unknown=('nothing',))
    """
    given = dict.fromkeys(filter(None, (name.strip() for name in text[:1_000].split(","))))
    unknown = [name[:30] for name in given if name not in known]
    return Names(tuple(name for name in known if name in given), tuple(unknown[:3]))


def stylesheet(hidden: Iterable[str]) -> str:
    """Return the CSS that takes parts out of sight, of pages and of whoever reads them aloud."""
    selectors = ", ".join(PARTS[name].selector for name in hidden)
    return f"{selectors} {{ display: none !important; }}" if selectors else ""


def broken(locks: Iterable[str], before: Experiment, after: Experiment) -> tuple[str, ...]:
    """Return the locked settings that are not the same in two experiments."""
    return tuple(name for name in locks if _value(name, before) != _value(name, after))


def _value(name: str, experiment: Experiment) -> Any:
    if name == "learning_rate":
        return experiment.optimizer.learning_rate
    if name == "optimizer":  # the rate has a lock of its own
        return {**experiment.optimizer.to_dict(), "learning_rate": None}
    return getattr(experiment, name)


def is_locked_text(names: Iterable[str]) -> Text:
    """Return the sentence that refuses another value of locked settings."""
    titles = [LOCKS[name] for name in names]
    ko, en = ", ".join(each.ko for each in titles), ", ".join(each.en for each in titles)
    return Text(
        f"수업 링크가 고정한 설정이라 바꿀 수 없습니다: {ko}. 다른 설정을 바꾸거나 수업 링크 없이 "
        "새 탭에서 열어 주세요.",
        f"The link of this class keeps these settings as they are: {en}. Change others, or open "
        "the lab in a new tab without the link.",
    )
