"""The sentences with which the scheduler refuses a command."""

from data.language import Text, UserError


def too_many(runs: int) -> UserError:
    return UserError(
        Text(
            f"이미 {runs}개의 실행이 학습 중이거나 기다리고 있습니다. "
            "하나가 끝나기를 기다리거나 멈춘 뒤 다시 시작하세요.",
            f"{runs} of your runs are training or waiting already. "
            "Wait until one has ended, or stop one, and start again.",
        )
    )


def full(runs: int) -> UserError:
    return UserError(
        Text(
            f"지금은 서버 전체에 {runs}개의 실행이 있어 더 받을 수 없습니다. "
            "잠시 뒤에 다시 시작하세요.",
            f"The server has {runs} runs now and takes no more. Start again in a while.",
        )
    )


def not_training() -> UserError:
    return UserError(
        Text(
            "이 실행은 지금 학습 중이 아닙니다. 학습이 시작된 뒤에 다시 눌러 주세요.",
            "This run is not training now. Try again once it is.",
        )
    )


def not_over() -> UserError:
    return UserError(
        Text(
            "아직 학습 중입니다. 먼저 멈춘 뒤 다시 눌러 주세요.",
            "This run is still under way. Stop it first and try again.",
        )
    )


def is_done() -> UserError:
    return UserError(
        Text(
            "이미 끝까지 학습했습니다. 더 학습하려면 에폭을 더하세요.",
            "This run has trained to its end. Add epochs to train on.",
        )
    )


def nothing_saved() -> UserError:
    return UserError(
        Text(
            "저장된 상태가 없어 이어갈 수 없습니다. 새로 학습해 주세요.",
            "Nothing was saved that this run could go on from. Please train a new one.",
        )
    )


def bad_tempo(updates_per_second: float) -> UserError:
    return UserError(
        Text(
            f"초당 {updates_per_second:g}번의 업데이트로는 학습할 수 없습니다. "
            "0.01에서 1,000,000 사이로 정해 주세요.",
            f"{updates_per_second:g} updates a second are not possible. "
            "Choose a value from 0.01 to 1,000,000.",
        )
    )


def no_such_weight() -> UserError:
    return UserError(
        Text(
            "이 네트워크에는 그런 가중치가 없습니다. 층, 입력, 유닛 번호를 다시 골라 주세요.",
            "This network has no such weight. Choose its layer, input and unit again.",
        )
    )
