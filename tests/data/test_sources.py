"""Downloads from a real server on this machine, with everything that can go wrong on the way."""

import contextlib
import hashlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from data import sources
from data.__main__ import main
from data.language import Text, UserError
from data.sources import NSMC, SOURCES, RemoteFile, Source, fetch, source_named

ROOT = Path(__file__).parents[2]
TRAIN, TEST = b"id\tdocument\tlabel\n" + b"1\tgood\t1\n" * 40_000, b"id\tdocument\tlabel\n"


class Server(ThreadingHTTPServer):
    """Answers /NAME with the content of that name, in the way that ``manner`` says."""

    daemon_threads = True
    block_on_close = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.contents = {"train.txt": TRAIN, "test.txt": TEST}
        self.manners: dict[str, str] = {}
        self.asked: list[str] = []
        self.released = threading.Event()

    def handle_error(self, request: object, address: object) -> None:
        """A client that hangs up is what some tests are about."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        name = self.path.strip("/")
        manner, content = self.server.manners.get(name), self.server.contents[name]
        self.server.asked.append(name)
        if manner == "missing":
            return self.send_error(404)
        self.send_response(200)
        if manner == "endless":
            self.end_headers()
            return self.write_for_ever(content)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        sent = len(content) // 2 if manner in ("cut off", "silent") else len(content)
        self.wfile.write(content[:sent])
        if manner == "silent":
            self.wfile.flush()
            self.server.released.wait(20)

    def write_for_ever(self, content: bytes) -> None:
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "*")
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.released.set()
        running.shutdown()
        thread.join()


def remote(name: str, content: bytes, port: int) -> RemoteFile:
    digest = hashlib.sha256(content).hexdigest()
    return RemoteFile(name, f"http://127.0.0.1:{port}/{name}", digest, len(content))


@pytest.fixture
def source(server: Server) -> Source:
    port = server.server_port
    files = (remote("train.txt", TRAIN, port), remote("test.txt", TEST, port))
    return Source("local", Text("이 컴퓨터", "this machine"), files, "none")


def ignore_progress(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def refusal(source: Source) -> str:
    """Fetch what must fail; return the English sentence."""
    with pytest.raises(UserError) as error:
        fetch(source, ignore_progress)
    assert error.value.text.ko != error.value.text.en
    return error.value.text.en


def names(folder: Path) -> set[str]:
    return {path.name for path in (folder / "downloads").iterdir()}


def test_files_are_fetched_whole(source: Source, own_home: Path) -> None:
    assert not source.is_fetched
    fetch(source, ignore_progress)
    assert source.is_fetched
    assert (own_home / "downloads/train.txt").read_bytes() == TRAIN
    assert (own_home / "downloads/test.txt").read_bytes() == TEST
    assert names(own_home) == {"train.txt", "test.txt"}


def test_everybody_in_a_room_may_read_a_fetched_file(source: Source) -> None:
    fetch(source, ignore_progress)
    assert [file.path.stat().st_mode & 0o444 for file in source.files] == [0o444, 0o444]


def test_progress_grows_to_the_size_of_all_files(source: Source) -> None:
    seen: list[tuple[int, int]] = []
    fetch(source, lambda done, total: seen.append((done, total)))
    assert {total for _, total in seen} == {len(TRAIN) + len(TEST)}
    done = [count for count, _ in seen]
    assert done == sorted(done) and done[-1] == len(TRAIN) + len(TEST)
    assert len(set(done)) > 4


@pytest.mark.parametrize("as_json", [False, True])
def test_the_command_tells_its_progress_and_where_the_files_are(
    as_json: bool,
    source: Source,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sources, "SOURCES", (source,))
    assert main(["fetch", source.name, *["--json"] * as_json]) == 0
    *progress, train, test = capsys.readouterr().out.splitlines()
    assert [train, test] == [str(file.path) for file in source.files] and source.is_fetched
    if as_json:
        assert json.loads(progress[-1]) == {"done": source.bytes, "total": source.bytes}
    else:
        assert progress[-1] == "100 %  0.4 / 0.4 MB"


def test_what_is_there_is_not_fetched_again(source: Source, server: Server) -> None:
    fetch(source, ignore_progress)
    fetch(source, ignore_progress)
    assert server.asked == ["train.txt", "test.txt"]


def test_a_damaged_file_is_fetched_again(source: Source, own_home: Path) -> None:
    fetch(source, ignore_progress)
    (own_home / "downloads/train.txt").write_bytes(TRAIN[:-1] + b"!")
    fetch(source, ignore_progress)
    assert (own_home / "downloads/train.txt").read_bytes() == TRAIN


def test_a_download_that_is_cut_off_leaves_nothing_and_can_go_on(
    source: Source, server: Server, own_home: Path
) -> None:
    server.contents["test.txt"] = TEST * 1000
    files = (source.files[0], remote("test.txt", TEST * 1000, server.server_port))
    longer = Source(source.name, source.title, files, source.licence)
    server.manners["test.txt"] = "cut off"
    sentence = refusal(longer)
    assert "'test.txt' was cut off" in sentence and "Try again" in sentence
    assert f"of {len(TEST) * 1000:,} bytes" in sentence
    assert names(own_home) == {"train.txt"}
    server.manners.clear()
    fetch(longer, ignore_progress)
    assert longer.is_fetched and server.asked == ["train.txt", "test.txt", "test.txt"]


def test_other_content_is_thrown_away(source: Source, server: Server, own_home: Path) -> None:
    server.contents["train.txt"] = TRAIN.replace(b"good", b"evil")
    assert "not the original file" in refusal(source)
    assert names(own_home) == set()


def test_a_refused_update_keeps_the_file_that_was_there(
    source: Source, server: Server, own_home: Path
) -> None:
    fetch(source, ignore_progress)
    (own_home / "downloads/train.txt").write_bytes(b"older")
    server.contents["train.txt"] = b"<html>Log in to the wireless network</html>"
    assert "not the original file" in refusal(source)
    assert (own_home / "downloads/train.txt").read_bytes() == b"older"


def test_a_download_without_end_is_stopped_at_the_size(
    source: Source, server: Server, own_home: Path
) -> None:
    server.manners["train.txt"] = "endless"
    assert "not the original file" in refusal(source)
    assert names(own_home) == set()


def test_the_servers_refusal_is_told_with_its_number(source: Source, server: Server) -> None:
    server.manners["train.txt"] = "missing"
    sentence = refusal(source)
    assert "HTTP 404" in sentence and source.files[0].url in sentence


def test_a_server_that_falls_silent_is_given_up(
    source: Source, server: Server, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "TIMEOUT_SECONDS", (1.0, 0.3))
    server.manners["train.txt"] = "silent"
    assert "'train.txt' was cut off" in refusal(source)
    assert names(own_home) == set()


def test_without_a_network_the_host_is_named(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with socket.socket() as taken:  # Bound but not listening: connections are refused.
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        nowhere = Source("local", Text("", ""), (remote("train.txt", TRAIN, port),), "none")
        sentence = refusal(nowhere)
    assert f"127.0.0.1:{port} does not answer" in sentence and "network connection" in sentence


def test_a_home_that_cannot_be_written_is_named(
    source: Source, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "file" / "home"))
    sentence = refusal(source)
    assert str(tmp_path / "file" / "home") in sentence and "FNN_LAB_HOME" in sentence
    assert server.asked == []


def test_a_full_disk_is_a_sentence_and_leaves_no_half_file(source: Source, own_home: Path) -> None:
    pytest.importorskip("resource", reason="file sizes can be limited on POSIX systems only")
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "from data.sources import RemoteFile, Source, fetch\n"
        "from data.language import Text, UserError\n"
        f"try: fetch({source!r}, lambda done, total: None)\n"
        "except UserError as error: print(error.text.en)\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("The disk is full: 'train.txt' cannot be saved. Free 1 MB")
    assert done.stderr == "" and names(own_home) == set()


def test_progress_that_raises_stops_the_download_and_leaves_nothing(
    source: Source, own_home: Path
) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(source, stop)
    assert names(own_home) == set()


def test_two_who_fetch_at_once_both_get_whole_files(source: Source, own_home: Path) -> None:
    threads = [threading.Thread(target=fetch, args=(source, ignore_progress)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert source.is_fetched and names(own_home) == {"train.txt", "test.txt"}
    assert (own_home / "downloads/train.txt").read_bytes() == TRAIN


def test_sources_are_found_by_name_and_an_unknown_one_is_refused_with_the_names() -> None:
    assert [source_named(source.name) for source in SOURCES] == list(SOURCES)
    with pytest.raises(UserError, match=r"nothing called 'imdb'.*nsmc"):
        source_named("imdb")


def test_nsmc_is_the_published_corpus_at_a_fixed_commit() -> None:
    assert [file.name for file in NSMC.files] == ["ratings_train.txt", "ratings_test.txt"]
    assert NSMC.bytes == 19_522_142
    for file in NSMC.files:
        assert file.url.startswith("https://") and "/cc0670e872d4ac27" in file.url
        assert len(file.sha256) == 64 and set(file.sha256) <= set("0123456789abcdef")
