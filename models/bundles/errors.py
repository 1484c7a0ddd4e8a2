"""The sentences with which a bundle is refused."""

from data.language import Text, UserError, quoted

_ANEW_KO = "실행을 다시 내보내고, 받은 ZIP 파일을 그대로 골라 주세요."
_ANEW_EN = "Export the run again and choose the ZIP file as it was downloaded."


class BadBundle(UserError):
    """A file is no bundle of a run, or one that cannot be trusted."""


def no_bundle() -> BadBundle:
    return BadBundle(
        Text(
            f"실행 묶음이 아니거나 손상된 파일입니다. {_ANEW_KO}",
            f"This file is no bundle of a run, or it is damaged. {_ANEW_EN}",
        )
    )


def other_files(name: str) -> BadBundle:
    shown = quoted(name)
    return BadBundle(
        Text(
            f"실행 묶음에 있어서는 안 되는 파일이 있습니다: {shown}. {_ANEW_KO}",
            f"The bundle holds a file that does not belong there: {shown}. {_ANEW_EN}",
        )
    )


def missing_file(name: str) -> BadBundle:
    return BadBundle(
        Text(
            f"실행 묶음에 {name} 파일이 없습니다. {_ANEW_KO}",
            f"The bundle lacks the file {name}. {_ANEW_EN}",
        )
    )


def too_large(name: str, max_bytes: int) -> BadBundle:
    limit = f"{max_bytes / 2**20:.3g} MB"
    return BadBundle(
        Text(
            f"{name}이(가) 너무 큽니다. {limit}까지 읽을 수 있습니다. {_ANEW_KO}",
            f"{name} is too large: at most {limit} are read. {_ANEW_EN}",
        )
    )


def bad_part(name: str, reason: Text) -> BadBundle:
    """Return what to raise where a file of a bundle is refused for a reason of its own."""
    return BadBundle(Text(f"{name}: {reason.ko}", f"{name}: {reason.en}"))


def bad_run(what: str) -> BadBundle:
    shown = quoted(what)
    return bad_part(
        "run.json",
        Text(
            f"{shown} 항목을 쓸 수 없습니다. {_ANEW_KO}",
            f"the field {shown} cannot be used. {_ANEW_EN}",
        ),
    )


def newer_version() -> BadBundle:
    return bad_part(
        "run.json",
        Text(
            "더 새로운 버전의 FNN Lab이 만든 묶음입니다. 이 서버를 업데이트한 뒤 다시 시도하세요.",
            "A newer version of FNN Lab wrote this bundle. Update this server and try again.",
        ),
    )


def bad_line(line: int) -> BadBundle:
    return bad_part(
        "history.csv",
        Text(
            f"{line:,}번째 줄이 학습 기록이 아닙니다. {_ANEW_KO}",
            f"line {line:,} is no record of training. {_ANEW_EN}",
        ),
    )


def too_many_lines(most: int) -> BadBundle:
    return bad_part(
        "history.csv",
        Text(
            f"줄이 너무 많습니다. {most:,}줄까지 읽을 수 있습니다. {_ANEW_KO}",
            f"it has too many lines: at most {most:,} are read. {_ANEW_EN}",
        ),
    )


def bad_weights() -> BadBundle:
    return bad_part(
        "weights.npz",
        Text(
            f"run.json이 말하는 네트워크의 가중치가 아니거나 손상되었습니다. {_ANEW_KO}",
            "it does not hold the finite weights of the network that run.json tells of. "
            f"{_ANEW_EN}",
        ),
    )


def other_weights() -> BadBundle:
    return bad_part(
        "weights.npz",
        Text(
            f"가중치가 run.json의 지문과 다릅니다. {_ANEW_KO}",
            f"the weights are not those whose fingerprint run.json tells. {_ANEW_EN}",
        ),
    )


def own_data_missing() -> BadBundle:
    return bad_part(
        "run.json",
        Text(
            "직접 올린 데이터로 학습한 실행인데 그 데이터가 여기에 없습니다. "
            "같은 데이터를 먼저 올린 뒤 다시 가져오세요.",
            "this run is about somebody's own data, which is not here. Add the same data first "
            "and import the bundle again.",
        ),
    )


def not_over() -> UserError:
    return UserError(
        Text(
            "아직 끝나지 않은 실행은 내보낼 수 없습니다. 끝나거나 정지한 뒤 내보내세요.",
            "A run that has not ended cannot be exported. Wait for its end, or stop it.",
        )
    )
