"""The sentences with which the store of runs refuses."""

from pathlib import Path

from data.language import Text, UserError


class NoSuchRun(UserError):
    """There is no such run, or it is somebody else's."""


def no_such_run() -> NoSuchRun:
    return NoSuchRun(
        Text(
            "그런 실행이 없습니다. 학습 페이지에서 새로 학습해 주세요.",
            "There is no such run. Please train a new one on the Train page.",
        )
    )


def unreadable() -> UserError:
    return UserError(
        Text(
            "이 실행의 기록을 읽을 수 없습니다. 더 새로운 버전의 FNN Lab이 만들었거나 기록이 "
            "손상되었습니다. 그대로 보관되니 그 버전으로 열거나, 내 실행 페이지에서 지워 주세요.",
            "This run cannot be read: a newer version of FNN Lab wrote it, or its record is "
            "damaged. It is kept. Open it with that version, or delete it on the My runs page.",
        )
    )


def cannot_write(folder: Path, error: Exception) -> UserError:
    return UserError(
        Text(
            f"실행 기록을 {folder}에 쓸 수 없습니다({error}). 디스크 공간을 비우거나 환경 변수 "
            "FNN_LAB_HOME에 쓸 수 있는 다른 폴더를 지정하세요.",
            f"Runs cannot be written to {folder} ({error}). Free some space, or name another "
            "folder in the environment variable FNN_LAB_HOME.",
        )
    )


def locked(file: Path) -> UserError:
    return UserError(
        Text(
            f"다른 프로그램이 실행 기록 파일 {file}을(를) 열어 잠그고 있습니다. "
            "그 프로그램을 닫고 다시 시도하세요.",
            f"Another program has locked the file of runs {file}. Close it there and try again.",
        )
    )


def damaged(file: Path, error: Exception) -> UserError:
    return UserError(
        Text(
            f"실행 기록 파일 {file}이(가) 손상되었습니다({error}). "
            "이 파일을 다른 곳으로 옮기고 다시 시작하세요.",
            f"The file of runs {file} is damaged ({error}). Move it away and start again.",
        )
    )


def too_new(file: Path) -> UserError:
    return UserError(
        Text(
            f"실행 기록 파일 {file}은(는) 더 새로운 버전의 FNN Lab이 만들었습니다. "
            "프로그램을 업데이트하거나 파일을 다른 곳으로 옮기세요.",
            f"The file of runs {file} was written by a newer version of FNN Lab. Update the "
            "program or move the file away.",
        )
    )


def is_under_way() -> UserError:
    return UserError(
        Text(
            "학습 중이거나 차례를 기다리는 실행은 지울 수 없습니다. 먼저 정지한 뒤 지우세요.",
            "A run that trains or waits for its turn cannot be deleted. Stop it first.",
        )
    )


def name_too_long(characters: int, allowed: int) -> UserError:
    return UserError(
        Text(
            f"이름이 {characters}자입니다. {allowed}자까지 쓸 수 있습니다. 짧게 줄여 주세요.",
            f"The name has {characters} characters. Shorten it to {allowed} or fewer.",
        )
    )


def no_longer_deleted() -> UserError:
    return UserError(
        Text(
            "이미 완전히 지워져서 되돌릴 수 없습니다. 다시 학습해 주세요.",
            "This run is gone for good and cannot be brought back. Please train it again.",
        )
    )


def all_under_way(runs: int) -> UserError:
    return UserError(
        Text(
            f"실행 {runs}개가 모두 아직 끝나지 않아 자리가 없습니다. "
            "일시 정지한 실행을 정지하거나 지운 뒤 다시 시작하세요.",
            f"None of your {runs} runs has ended, so there is no room for another. "
            "Stop or delete a paused one and start again.",
        )
    )


def disk_budget_used(megabytes: int) -> UserError:
    return UserError(
        Text(
            f"끝나지 않은 실행들이 실행 기록에 허용된 {megabytes:,} MB를 다 쓰고 있습니다. "
            "실행이 끝나기를 기다리거나, 교사라면 환경 변수 FNN_LAB_DISK_MB를 늘려 주세요.",
            f"Runs that have not ended take all of the {megabytes:,} MB that runs may have. Wait "
            "until one has ended; a teacher can raise the environment variable FNN_LAB_DISK_MB.",
        )
    )
