"""The sentences that a run ends with when it ends before its last epoch."""

from pathlib import Path

from data.language import Text
from models.events import State
from models.training.diagnosis import Divergence


def why(state: State, found: Divergence | None) -> Text | None:
    """Return the sentence that explains an end which needs one."""
    if found is not None:
        return _diverged(found.update) if found.loss is None else _too_large(found)
    return _SENTENCES.get(state)


_SENTENCES = {
    State.INTERRUPTED: Text(
        "서버가 멈추어 학습을 중단했습니다. "
        "여기까지의 상태를 저장했으니 이어서 학습할 수 있습니다.",
        "The server stopped and interrupted this run. It was saved and can be continued.",
    ),
    State.TIMEOUT: Text(
        "한 번에 학습할 수 있는 시간이 지나 멈추었습니다. "
        "여기까지의 상태를 저장했으니 이어서 학습할 수 있습니다.",
        "The time for one go is over. The run was saved and can be continued.",
    ),
}


def _diverged(update: int) -> Text:
    return Text(
        f"업데이트 {update:,}에서 손실이 숫자가 아니게 되었습니다(NaN 또는 무한대). "
        "학습률을 낮추거나 입력을 표준화해 보세요.",
        f"At update {update:,} the loss was no longer a number (NaN or infinite). "
        "Try a lower learning rate, or standardise the inputs.",
    )


def _too_large(found: Divergence) -> Text:
    first, last = f"{found.first_loss:.3g}", f"{found.loss:.3g}"
    return Text(
        f"업데이트 {found.update:,}까지 손실이 {first}에서 {last}(으)로 커져 학습을 멈추었습니다. "
        "학습률을 낮추거나 입력을 표준화해 보세요.",
        f"By update {found.update:,} the loss had grown from {first} to {last}, which ended the "
        "run. Try a lower learning rate, or standardise the inputs.",
    )


def cannot_save(folder: Path, error: OSError) -> Text:
    """Return the sentence for a run that trains on although its folder takes no files."""
    return Text(
        f"{folder}에 쓸 수 없어({error.strerror}) 지금 배우는 것이 저장되지 않습니다. "
        "학습은 계속되며, 공간을 비우면 다시 저장합니다.",
        f"Nothing of this run can be saved to {folder} now ({error.strerror}). It trains on, and "
        "is saved again once there is space.",
    )


def cannot_write(folder: Path | None, error: OSError) -> Text:
    """Return the sentence for a run folder that takes no files."""
    return Text(
        f"{folder}에 가중치를 쓸 수 없습니다({error.strerror}). "
        "공간을 비우거나 FNN_LAB_HOME을 다른 폴더로 바꿔 주세요.",
        f"The weights cannot be written to {folder} ({error.strerror}). "
        "Free some space or point FNN_LAB_HOME at another folder.",
    )
