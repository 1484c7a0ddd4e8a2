"""What can be wrong in a lesson file, as sentences, and where."""

from dataclasses import dataclass

from data.language import Text, printable, quoted
from models.toml_lines import Path


class Mistake(Exception):
    """Something wrong with the key at ``place``."""

    def __init__(self, place: Path, reason: Text) -> None:
        super().__init__(str(reason))
        self.place, self.reason = place, reason


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in a file; ``line`` counts from 1, None where no line is to blame."""

    file: str
    line: int | None
    reason: Text

    @property
    def text(self) -> Text:
        """The whole sentence: which file, which line, what is wrong."""
        line = Text("", "")
        if self.line is not None:
            line = Text(f" {self.line}번째 줄", f", line {self.line}")
        return Text(
            f"수업 파일 {printable(self.file)}{line.ko}: {self.reason.ko}",
            f"Lesson file {printable(self.file)}{line.en}: {self.reason.en}",
        )


def missing(name: str) -> Text:
    return Text(f"{quoted(name)} 항목이 빠졌습니다.", f"The field {quoted(name)} is missing.")


def unknown_field(name: str, known: tuple[str, ...]) -> Text:
    listed = ", ".join(known)
    return Text(
        f"{quoted(name)}(이)라는 항목은 없습니다. 쓸 수 있는 항목: {listed}.",
        f"There is no field {quoted(name)}. Known here: {listed}.",
    )


def unknown(what: Text, name: object, known: tuple[str, ...]) -> Text:
    listed = ", ".join(known)
    return Text(
        f"{what.ko} {quoted(name)}은(는) 없습니다. 다음 중에서 고르세요: {listed}.",
        f"There is no {what.en} {quoted(name)}. Choose one of: {listed}.",
    )


def wrong_kind(name: str, kind: Text) -> Text:
    return Text(
        f"{quoted(name)}은(는) {kind.ko}이어야(여야) 합니다.", f"{quoted(name)} must be {kind.en}."
    )


def untranslated(name: str, language: str) -> Text:
    return Text(
        f"{quoted(name)}에 {language} 문장이 없습니다. ko와 en을 모두 적어 주세요.",
        f"{quoted(name)} lacks its sentence in {language}. Write both ko and en.",
    )


def other_task(preset: str, task: str) -> Text:
    return Text(
        f"프리셋 {preset}은(는) 이 수업의 과제 {task}의 것이 아닙니다.",
        f"The preset {preset} does not belong to the lesson's task {task}.",
    )


def own_choices(answer: str) -> Text:
    return Text(
        f"{answer}의 보기는 저절로 정해집니다. choices를 지워 주세요.",
        f"The choices of {answer} follow from the lesson. Remove 'choices'.",
    )


def never_trained(answer: str) -> Text:
    return Text(
        f"{answer}은(는) 학습해야 알 수 있는데, 그 실행을 학습하는 단계가 없습니다.",
        f"{answer} is known after training only, and no step trains that run.",
    )


def nothing_to_compare() -> Text:
    return Text(
        '실행을 둘 이상 학습해야 견줄 수 있습니다. kind = "run" 단계에 더 적어 주세요.',
        'Only two or more trained runs can have a winner. Name more in a step of kind "run".',
    )
