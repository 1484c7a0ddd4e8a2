"""What the lab fetches from the internet when asked to, and how it knows the right files.

A corpus of 20 MB does not ship with the code. It is downloaded aside, its checksum is compared, and
only then does it get its name, so that a file under ``home()/downloads`` is always a whole one.
"""

import errno
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from data.home import home
from data.language import Text, UserError, quoted

Progress = Callable[[int, int], None]
"""Called with the bytes that are there and the bytes of all files together."""

TIMEOUT_SECONDS = (10.0, 30.0)
"""How long to wait for a connection, and then for each next piece."""

_CHUNK_BYTES = 2**16
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file to download; ``sha256`` in hexadecimal digits decides whether it is the right one."""

    name: str
    url: str
    sha256: str
    bytes: int

    @property
    def path(self) -> Path:
        """Where the file is once it was fetched."""
        return downloads() / self.name


@dataclass(frozen=True, slots=True)
class Source:
    """Files that belong together, whose they are, and under which licence."""

    name: str
    title: Text
    files: tuple[RemoteFile, ...]
    licence: str

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    @property
    def is_fetched(self) -> bool:
        """Whether every file is there in its full size. Reads none of them."""
        return all(_size(file.path) == file.bytes for file in self.files)


_NSMC = "https://raw.githubusercontent.com/e9t/nsmc/cc0670e872d4ac27bfe36c87456783004b39ef6c/"

NSMC = Source(
    name="nsmc",
    title=Text(
        "네이버 영화 리뷰 말뭉치 NSMC (20만 개)",
        "Naver sentiment movie corpus NSMC (200,000 reviews)",
    ),
    files=(
        RemoteFile(
            "ratings_train.txt",
            _NSMC + "ratings_train.txt",
            "e03b7d14e9e41be8d464a28057cd25d7396c53e67aa7fd5f7e552c59b0ee2940",
            14_628_807,
        ),
        RemoteFile(
            "ratings_test.txt",
            _NSMC + "ratings_test.txt",
            "8ac9f64052f11dbf6ae0acb5e038f03d90a76f0eda7820cfb3a92d02edfcebda",
            4_893_335,
        ),
    ),
    licence="CC0 1.0",
)

SOURCES: tuple[Source, ...] = (NSMC,)


def downloads() -> Path:
    """Return the folder of fetched files. Creates nothing."""
    return home() / "downloads"


def source_named(name: str) -> Source:
    """Return the source of this name; raises ``UserError`` listing the names otherwise."""
    for source in SOURCES:
        if source.name == name:
            return source
    listed = ", ".join(source.name for source in SOURCES)
    raise UserError(
        Text(
            f"{quoted(name)}(이)라는 자료는 받을 수 없습니다. 다음 중에서 고르세요: {listed}.",
            f"There is nothing called {quoted(name)} to fetch. Choose one of: {listed}.",
        )
    )


def fetch(source: Source, progress: Progress) -> None:
    """Download what is not there yet into ``downloads()``, so that every file is whole.

    A file that is there with the right checksum is not downloaded again: after a failure, trying
    again goes on with the file that failed. ``progress`` is called in this thread and may raise
    anything but ``OSError`` and ``ValueError`` to stop; no half file remains then. Raises
    ``UserError`` when there is no network, the server refuses, the download is cut off or wrong, or
    nothing can be written.
    """
    before = 0
    for file in source.files:
        _fetch(file, _shifted(progress, before, source.bytes))
        before += file.bytes
        progress(before, source.bytes)


def _shifted(progress: Progress, before: int, total: int) -> Callable[[int], None]:
    return lambda done: progress(before + done, total)


def _fetch(file: RemoteFile, report: Callable[[int], None]) -> None:
    import pooch  # 0.1 s, which nobody who only reads reviews has to wait for

    meter = _Meter(file, report)
    pooch.get_logger().setLevel("WARNING")
    try:
        downloads().mkdir(parents=True, exist_ok=True)
        pooch.retrieve(file.url, file.sha256, file.name, downloads(), downloader=meter.download)
    except OSError as error:
        raise _failed(meter, error) from error
    except ValueError as error:
        raise _wrong_content(file) from error


class _Meter:
    """Counts the bytes of one download and stops it once it is longer than it may be."""

    output: BinaryIO

    def __init__(self, file: RemoteFile, report: Callable[[int], None]) -> None:
        self.file, self.report, self.done = file, report, 0
        self.responses, self.is_answered = ExitStack(), False

    def download(self, url: str, path: str, _pooch: object) -> None:
        """Download as pooch asks for it. Uncompressed, so that the bytes add up to the size."""
        from pooch import HTTPDownloader

        with open(path, "wb") as self.output, self.responses:
            download = HTTPDownloader(
                chunk_size=_CHUNK_BYTES,
                timeout=TIMEOUT_SECONDS,
                headers={"Accept-Encoding": "identity"},
                hooks={"response": self.keep},
            )
            download(url, self, None)
        os.chmod(path, 0o644)  # Temporary files are private, but a room may share the folder.

    def keep(self, response: Any, **_: object) -> None:
        """Take note of an answer, and close it in the end: a failed download leaves it open."""
        self.is_answered = True
        self.responses.callback(response.close)

    def write(self, chunk: bytes) -> None:
        self.done += len(chunk)
        if self.done > self.file.bytes:
            raise ValueError(f"more than {self.file.bytes} bytes")
        self.output.write(chunk)
        self.report(self.done)

    def flush(self) -> None:
        self.output.flush()


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _failed(meter: _Meter, error: OSError) -> UserError:
    """Tell the disk's errors, which have a number, from those of the network, which have none."""
    file = meter.file
    response = getattr(error, "response", None)
    if response is not None:
        return _refused(file, response.status_code)
    if error.errno in _FULL:
        return _disk_full(file)
    if error.errno is not None or isinstance(error, PermissionError):
        return _not_writable(error)
    return _cut_off(file, meter.done) if meter.is_answered else _unreachable(file)


def _unreachable(file: RemoteFile) -> UserError:
    host = urlsplit(file.url).netloc
    return UserError(
        Text(
            f"'{file.name}'을(를) 받으려는데 {host}에 연결할 수 없습니다. "
            "인터넷 연결을 확인하고 다시 시도해 주세요.",
            f"'{file.name}' cannot be fetched: {host} does not answer. "
            "Check the network connection and try again.",
        )
    )


def _refused(file: RemoteFile, status: int) -> UserError:
    return UserError(
        Text(
            f"서버가 '{file.url}' 요청을 거절했습니다(HTTP {status}). "
            "잠시 뒤에 다시 시도해 주세요.",
            f"The server refused '{file.url}' (HTTP {status}). Try again later.",
        )
    )


def _cut_off(file: RemoteFile, done: int) -> UserError:
    return UserError(
        Text(
            f"'{file.name}'을(를) 받다가 {file.bytes:,}바이트 중 {done:,}바이트에서 끊겼습니다. "
            "다시 시도하면 이 파일부터 새로 받습니다.",
            f"The download of '{file.name}' was cut off after {done:,} of {file.bytes:,} bytes. "
            "Try again: it goes on with this file.",
        )
    )


def _wrong_content(file: RemoteFile) -> UserError:
    return UserError(
        Text(
            f"받은 '{file.name}'의 내용(sha256)이 원본과 달라서 버렸습니다. 다시 시도해 주세요. "
            "계속 그러면 네트워크가 다른 내용을 보내는 것이니 다른 네트워크에서 받아 주세요.",
            f"What came as '{file.name}' is not the original file (its sha256 differs) and was "
            "thrown away. Try again; should it happen again, use another network.",
        )
    )


def _disk_full(file: RemoteFile) -> UserError:
    megabytes = -(-file.bytes // 10**6)
    return UserError(
        Text(
            f"디스크가 가득 차서 '{file.name}'을(를) 저장할 수 없습니다. "
            f"{downloads()}에 {megabytes} MB를 비우고 다시 시도해 주세요.",
            f"The disk is full: '{file.name}' cannot be saved. "
            f"Free {megabytes} MB for {downloads()} and try again.",
        )
    )


def _not_writable(error: OSError) -> UserError:
    reason = os.strerror(error.errno or errno.EACCES)
    return UserError(
        Text(
            f"폴더 '{downloads()}'에 쓸 수 없습니다({reason}). "
            "권한을 고치거나 FNN_LAB_HOME을 다른 폴더로 바꿔 주세요.",
            f"The folder '{downloads()}' cannot be written ({reason}). "
            "Correct its permissions or point FNN_LAB_HOME at another folder.",
        )
    )
