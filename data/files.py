"""Which file a data set is read from, and whether it is whole.

The lab ships its data, so that a classroom without internet has the real thing. A folder named by
``FNN_LAB_DATA`` may hold other files in the same formats; they come first.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from data.file_readers.plain_file import open_file, unreadable
from data.language import Text, UserError, quoted

BUNDLED = Path(__file__).parent / "bundled"
MAX_BYTES = 2**29
"""The largest file that ships has 30 MB."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file as it was when it was looked for; ``sha256`` is None where any content is allowed."""

    path: Path
    size: int
    modified_ns: int
    sha256: str | None


def locate(name: str, sha256: str) -> DataFile:
    """Find a data file by name: in the folder ``FNN_LAB_DATA``, else among the bundled ones.

    Raises ``UserError`` when that folder does not exist or the bundled file is missing.
    """
    named = os.environ.get("FNN_LAB_DATA")
    own = _found(_folder(named) / name, None) if named else None
    found = own or _found(BUNDLED / name, sha256)
    if found is None:
        raise _damaged(BUNDLED / name)
    return found


def checksum(file: DataFile) -> str:
    """Return the file's sha256 in hexadecimal digits (20 ms for 30 MB).

    Raises ``UserError`` when the file cannot be read, is larger than ``MAX_BYTES`` or, if bundled,
    is not the one that shipped.
    """
    with open_file(file.path, MAX_BYTES) as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if file.sha256 not in (None, found):
        raise _damaged(file.path)
    return found


def wrong_format(path: Path, expected: Text) -> UserError:
    """Return the error for a file of the right name whose content is not what is expected."""
    return UserError(
        Text(
            f"데이터 파일 '{path}'의 형식이 맞지 않습니다. 필요한 형식: {expected.ko}. "
            "파일을 고치거나 FNN_LAB_DATA 폴더에서 빼 주세요.",
            f"The data file '{path}' has the wrong format. Expected: {expected.en}. "
            "Correct the file or take it out of the folder FNN_LAB_DATA.",
        )
    )


def _folder(named: str) -> Path:
    if not os.path.isdir(named):
        raise _no_folder(named)
    return Path(named)


def _found(path: Path, sha256: str | None) -> DataFile | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    return DataFile(path, status.st_size, status.st_mtime_ns, sha256)


def _no_folder(named: str) -> UserError:
    return UserError(
        Text(
            f"FNN_LAB_DATA가 가리키는 폴더 {quoted(Path(named))}이(가) 없습니다. "
            "폴더를 만들거나 환경 변수를 지워 주세요.",
            f"FNN_LAB_DATA names the folder {quoted(Path(named))}, which does not exist. "
            "Create it or unset the variable.",
        )
    )


def _damaged(path: Path) -> UserError:
    return UserError(
        Text(
            f"데이터 파일 '{path}'이(가) 없거나 손상되었습니다. "
            "'git checkout -- data/bundled'로 되돌리거나 프로젝트를 다시 내려받으세요.",
            f"The data file '{path}' is missing or damaged. Restore it with "
            "'git checkout -- data/bundled' or download the project again.",
        )
    )
