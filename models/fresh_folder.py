"""The folder that the command line trains into: it holds one run, and none is lost unasked."""

from pathlib import Path
from tempfile import TemporaryFile

from data.language import Text, UserError, quoted
from models.download.archive import KERAS_MODEL, PREDICT, VOCABULARY
from models.network.checkpoint import FOLDER as CHECKPOINTS
from models.network.checkpoint import clear_checkpoints
from models.network.epoch_record import RECORD
from models.network.snapshot import EXAMPLE
from models.network.weights import NETWORK, WEIGHTS

_FILES = (NETWORK, EXAMPLE, WEIGHTS, RECORD, KERAS_MODEL, VOCABULARY, PREDICT)


def fresh_folder(path: Path, replace: bool) -> Path:
    """Make a run folder; with ``replace`` the run that it holds is removed.

    Raises ``UserError`` when it holds a run that is not to be replaced, or takes no files.
    """
    if not replace and any((path / name).exists() for name in (*_FILES, CHECKPOINTS)):
        raise _taken(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=path).close()
        for name in _FILES:
            (path / name).unlink(missing_ok=True)
    except OSError as error:
        raise _unusable(path, error) from None
    clear_checkpoints(path)
    return path


def _taken(path: Path) -> UserError:
    return UserError(
        Text(
            f"{quoted(path)} 폴더에는 이미 다른 실행이 있습니다. 다른 폴더를 --out으로 지정하거나, "
            "그 실행을 지우고 새로 쓰려면 --replace를 붙여 주세요.",
            f"The folder {quoted(path)} holds another run already. Name another folder with --out, "
            "or add --replace to remove that run.",
        )
    )


def _unusable(path: Path, error: OSError) -> UserError:
    return UserError(
        Text(
            f"{quoted(path)} 폴더에 쓸 수 없습니다({error.strerror}). 다른 곳을 --out으로 "
            "지정하세요.",
            f"The folder {quoted(path)} cannot be used ({error.strerror}). Name another with "
            "--out.",
        )
    )
