"""The event stream, read over a real connection from a real server."""

import contextlib
import gzip
import http.client
import json
import re
import socket
import threading
import time

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from streamlit.web.server.starlette.starlette_gzip_middleware import SelectiveGZipMiddleware

from app.server import event_stream, stream_limits
from app.server.event_stream import event_route
from app.session.owner import COOKIE, OwnerCookie
from app.widgets.shared import assets
from data.language import Text, UserError
from models.events import Batches, End, Started, State
from models.experiment import Experiment, Layer, Optimizer
from models.runs.store import RunStore
from tests.support.own_loop import run_apart

OWNER = "a" * 32
EXPERIMENT = Experiment("boston", (Layer(64),), Optimizer(), epochs=2, batch_size=64)
QUEUE: dict[str, int] = {}
"""Places of waiting runs, as the scheduler of a server would tell them."""
WAITS: dict[str, float] = {}
"""Seconds until their turn."""
PROBLEM: dict[str, Text] = {}
"""Why nothing can train "now", or why there is no "store", if so."""
STARTED = Started(parameters=961, rows=404, updates_per_epoch=7, epochs=2, metric="mae")


def opened(store: RunStore) -> RunStore:
    if "store" in PROBLEM:
        raise UserError(PROBLEM["store"])
    return store


def batches(update: int) -> Batches:
    return Batches(((update, 1.0, 1.0),))


@pytest.fixture
def store(tmp_path):
    store = RunStore(tmp_path)
    yield store
    store.close()


@pytest.fixture
def port(store):
    app = Starlette(
        routes=[
            event_route(lambda: opened(store), QUEUE.get, WAITS.get, lambda: PROBLEM.get("now")),
        ],
        middleware=[Middleware(SelectiveGZipMiddleware), Middleware(OwnerCookie)],
    )
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        config = uvicorn.Config(app, ws="none", lifespan="off", log_level="warning")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = server.force_exit = True
        thread.join()


@pytest.fixture
def run(store):
    return store.create(OWNER, EXPERIMENT)


@contextlib.contextmanager
def get(port, path, cookie=f"{COOKIE}={OWNER}", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"} | headers)
    response = connection.getresponse()
    try:
        yield response
    finally:
        response.close()
        connection.close()


def watch(port, run, **headers):
    return get(port, f"/api/runs/{run.id}/events", **headers)


def read(response, count=None):
    """Read messages, ``count`` of them or all until the stream ends: [(id, kind), ...]."""
    messages, number = [], None
    while count is None or len(messages) < count:
        line = response.readline().decode().rstrip("\n")
        if line.startswith("id: "):
            number = int(line[4:])
        elif line.startswith("data: "):
            messages.append((number, json.loads(line[6:])["kind"]))
        elif response.isclosed():
            break
    return messages


def test_a_run_that_cannot_be_read_is_refused_in_a_sentence(store, port, run):
    store.append(run.id, End(State.DONE))
    with store._database.transaction() as connection:
        connection.execute("UPDATE runs SET state = 'hibernating' WHERE id = ?", (run.id,))
    with watch(port, run) as response:
        assert response.status == 503
        assert "cannot be read" in json.loads(response.read())["error"]["en"]


def test_events_arrive_as_they_happen(store, port, run):
    with watch(port, run) as response:
        assert response.status == 200
        store.append(run.id, STARTED)
        assert read(response, 1) == [(1, "started")]
        store.append(run.id, batches(1))
        assert read(response, 1) == [(2, "batches")]
        store.append(run.id, End(State.DONE))
        assert read(response) == [(3, "end")]


def test_an_event_says_when_it_arose_and_not_when_it_came(store, port, run):
    with watch(port, run) as response:
        store.append(run.id, STARTED)
        read(response, 1)
        store.append(run.id, batches(1), 1234.5)
        assert [response.readline() for _ in range(2)] == [b"\n", b": 1234.500\n"]


def test_neither_proxies_nor_gzip_hold_events_back(port, run):
    with watch(port, run) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["X-Accel-Buffering"] == "no"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Content-Encoding"] is None


def test_a_late_viewer_neither_misses_nor_repeats_an_event(store, port, run):
    writing = threading.Event()

    def write():
        for update in range(1, 301):
            store.append(run.id, batches(update))
            if update == 20:
                writing.set()
            time.sleep(0.001)
        store.append(run.id, End(State.DONE))

    thread = threading.Thread(target=write)
    thread.start()
    writing.wait()
    for _ in range(3):
        with watch(port, run) as response:
            assert [number for number, _ in read(response)] == list(range(1, 302))
    thread.join()


@pytest.mark.parametrize("again", [{"Last_Event_ID": "2"}, {}], ids=["header", "address"])
def test_a_viewer_who_comes_back_gets_what_is_new(store, port, run, again):
    for event in (STARTED, batches(1), batches(2), End(State.STOPPED)):
        store.append(run.id, event)
    after = "" if again else "?after=2"
    with get(port, f"/api/runs/{run.id}/events{after}", **again) as response:
        assert read(response) == [(3, "batches"), (4, "end")]


def test_a_viewer_who_has_seen_the_end_is_told_to_stay_away(store, port, run):
    store.append(run.id, End(State.STOPPED))
    with watch(port, run, Last_Event_ID="1") as response:
        assert (response.status, response.read()) == (204, b"")


def test_junk_as_the_last_seen_event_starts_from_the_first(store, port, run):
    store.append(run.id, End(State.STOPPED))
    for junk in ("-1", "x", "9" * 30):
        with watch(port, run, Last_Event_ID=junk) as response:
            assert read(response) == [(1, "end")]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_end_that_comes_while_a_viewer_catches_up_is_told(store, port, run, monkeypatch, moment):
    store.append(run.id, STARTED)
    real = store.events

    def events(*asked):
        if moment == "before":
            store.append(run.id, End(State.DONE))
        found = list(real(*asked))
        if moment == "after":
            store.append(run.id, End(State.DONE))
        return found

    monkeypatch.setattr(store, "events", events)
    with watch(port, run) as response:
        assert read(response) == [(1, "started"), (2, "end")]


@pytest.fixture
def three(store):
    """Three runs, the second of which is over."""
    runs = [store.create(OWNER, EXPERIMENT) for _ in range(3)]
    for each in runs:
        store.append(each.id, STARTED)
    store.append(runs[1].id, End(State.DONE))
    return runs


def together(runs, after=""):
    return f"/api/runs/{','.join(each.id for each in runs)}/events{after}"


def read_named(response, count=None):
    """Read messages of several runs: [(run, kind, {run: number}), ...], until the stream ends."""
    messages, name, numbers = [], None, None
    while count is None or len(messages) < count:
        field, _, value = response.readline().decode().rstrip("\n").partition(": ")
        if field == "event":
            name = value
        elif field == "id":
            numbers = value
        elif field == "data":
            messages.append((name, json.loads(value)["kind"], numbers))
            name = None
        elif response.isclosed():
            break
    return messages


def test_one_stream_tells_of_several_runs_by_their_names(store, port, three):
    one, two, last = (each.id for each in three)
    with get(port, together(three)) as response:
        assert read_named(response, 4) == [
            (one, "started", "1,0,0"),
            (two, "started", "1,1,0"),
            (two, "end", "1,2,0"),
            (last, "started", "1,2,1"),
        ]
        store.append(last, batches(1))
        assert read_named(response, 1) == [(last, "batches", "1,2,2")]
        store.append(last, End(State.DONE))
        assert read_named(response, 1) == [(last, "end", "1,2,3")]
        store.append(one, End(State.DONE))
        assert read_named(response) == [(one, "end", "2,2,3")]


@pytest.mark.parametrize("again", [{"Last_Event_ID": "1,2,0"}, {}], ids=["header", "address"])
def test_of_several_runs_each_goes_on_after_what_was_seen_of_it(store, port, three, again):
    one, _, last = three
    for each in (one, last):
        store.append(each.id, End(State.DONE))
    with get(port, together(three, "" if again else "?after=1,2,0"), **again) as response:
        assert read_named(response) == [
            (one.id, "end", "2,2,0"),
            (last.id, "started", "2,2,1"),
            (last.id, "end", "2,2,2"),
        ]
    with get(port, together(three, "?after=2,2,2")) as response:
        assert response.status == 204


def test_of_several_runs_a_foreign_or_deleted_one_is_silent_and_ends_no_other(store, port, three):
    foreign = store.create("b" * 32, EXPERIMENT)
    store.append(foreign.id, STARTED)
    store.deletions.delete(three[1].id, OWNER)
    asked = [foreign, *three[:2]]
    with get(port, together(asked)) as response:
        assert read_named(response, 1) == [(three[0].id, "started", "0,1,0")]
        store.append(foreign.id, End(State.DONE))
        store.append(three[0].id, End(State.DONE))
        assert read_named(response) == [(three[0].id, "end", "0,2,0")]
    with get(port, together([foreign, three[1]])) as response:
        assert response.status == 404


def test_so_many_runs_may_be_followed_at_once_and_no_more(store, port):
    runs = [store.create(OWNER, EXPERIMENT) for _ in range(9)]
    with get(port, together(runs)) as response:
        assert response.status == 400
        assert set(json.loads(response.read())["error"]) == {"ko", "en"}
    with get(port, together(runs[:8])) as response:
        assert response.status == 200


def test_a_page_asks_for_as_many_runs_as_are_told_of_at_once():
    script = assets.script("heard_runs").read_text(encoding="utf-8")
    assert f"MOST_RUNS = {event_stream.MOST_RUNS};" in script


def test_of_several_runs_each_that_waits_is_told_its_place(store, port, three, monkeypatch):
    one, _, last = three
    monkeypatch.setitem(QUEUE, last.id, 2)
    with get(port, together(three, "?after=1,2,1")) as response:
        assert read_named(response, 1) == [(last.id, "queued", None)]
        store.append(one.id, End(State.DONE))
        assert read_named(response, 1) == [(one.id, "end", "2,2,1")]


def test_all_that_is_subscribed_is_forgotten_when_the_viewer_of_several_leaves(store, port, three):
    with get(port, together(three)) as response:
        read_named(response, 4)
        assert len(store._subscribers.of(three[2].id)) == 1
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(store._subscribers.of(each.id) for each in three):
        store.append(three[0].id, batches(1))
        time.sleep(0.05)
    assert [store._subscribers.of(each.id) for each in three] == [()] * 3


@pytest.mark.parametrize("cookie", ["", f"{COOKIE}={'b' * 32}", f"{COOKIE}="])
def test_a_foreign_run_is_not_found(port, run, cookie):
    with watch(port, run, cookie=cookie) as foreign:
        foreign_answer = (foreign.status, json.loads(foreign.read()))
    with get(port, "/api/runs/nothing/events", cookie=cookie) as unknown:
        assert (unknown.status, json.loads(unknown.read())) == foreign_answer
    assert foreign_answer[0] == 404
    assert set(foreign_answer[1]["error"]) == {"ko", "en"}


def test_a_quiet_stream_says_that_it_lives_in_a_way_that_scripts_can_see(
    store, port, run, monkeypatch
):
    monkeypatch.setattr(event_stream, "SECONDS_BETWEEN_SIGNS_OF_LIFE", 0.05)
    with watch(port, run) as response:
        assert read(response, 2) == [(None, "alive")] * 2
        monkeypatch.setattr(event_stream, "SECONDS_BETWEEN_SIGNS_OF_LIFE", 10)
        store.append(run.id, End(State.DONE))
        assert read(response)[-1] == (1, "end")


def test_an_open_stream_speaks_often_enough_for_the_page_that_waits(port, run):
    """The page gives a connection up after so many milliseconds of silence."""
    script = assets.script("run_source").read_text(encoding="utf-8")
    silent = re.search(r"SILENT_MS = (\d+)", script)
    assert silent and 2 * event_stream.SECONDS_BETWEEN_SIGNS_OF_LIFE < int(silent[1]) / 1000 <= 30


def test_a_slow_viewer_is_let_go_and_catches_up(store, port, run, monkeypatch):
    monkeypatch.setattr(event_stream, "LONGEST_QUEUE", 5)
    big = Batches(tuple((update, 1.0, 1.0) for update in range(1, 2_001)))
    with watch(port, run) as response:
        for _ in range(100):  # more than the connection's buffers hold
            store.append(run.id, big)
        seen = read(response)
    assert 0 < len(seen) < 100
    store.append(run.id, End(State.DONE))
    with watch(port, run, Last_Event_ID=str(seen[-1][0])) as response:
        rest = read(response)
    assert [number for number, _ in seen + rest] == list(range(1, 102))


def test_a_viewer_hears_nothing_that_comes_after_what_it_missed(monkeypatch):
    """It asks for what follows the last that it heard."""
    monkeypatch.setattr(event_stream, "LONGEST_QUEUE", 2)

    async def heard():
        mailbox = event_stream._Mailbox()
        for number in (1, 2, 3):
            mailbox._put((number, "", 0.0))
        before = await mailbox.next(1, 0)
        mailbox._put((4, "", 0.0))
        return [number for number, _, _ in before + await mailbox.next(0.1, 0)]

    assert run_apart(heard()) == [1, 2]


def test_viewers_who_leave_are_forgotten_and_cost_no_thread(store, port, run, monkeypatch):
    monkeypatch.setattr(stream_limits, "MOST_PER_OWNER", 60)
    threads = threading.active_count()
    with contextlib.ExitStack() as viewers:
        for _ in range(60):
            response = viewers.enter_context(watch(port, run))
            assert response.status == 200
        store.append(run.id, STARTED)
        assert read(response, 1) == [(1, "started")]
        assert len(store._subscribers.of(run.id)) == 60
        # What a pool keeps for reading the store does not grow with the number of viewers.
        assert threading.active_count() - threads < 45
    deadline = time.monotonic() + 10
    while store._subscribers.of(run.id) and time.monotonic() < deadline:
        store.append(run.id, batches(1))
        time.sleep(0.05)
    assert store._subscribers.of(run.id) == ()


def test_an_owner_may_open_so_many_streams_and_no_more(store, port, run, monkeypatch):
    monkeypatch.setattr(stream_limits, "MOST_PER_OWNER", 3)
    other = store.create("b" * 32, EXPERIMENT)
    with contextlib.ExitStack() as viewers:
        for _ in range(3):
            assert viewers.enter_context(watch(port, run)).status == 200
        with watch(port, run) as refused:
            assert refused.status == 429
            assert set(json.loads(refused.read())["error"]) == {"ko", "en"}
        with watch(port, other, cookie=f"{COOKIE}={'b' * 32}") as somebody_else:
            assert somebody_else.status == 200
    assert status_within_seconds(port, run, 200)


def test_all_owners_together_may_open_so_many_streams(store, port, run, monkeypatch):
    monkeypatch.setattr(stream_limits, "MOST_IN_ALL", 2)
    other = store.create("b" * 32, EXPERIMENT)
    theirs = watch(port, other, cookie=f"{COOKIE}={'b' * 32}")
    with watch(port, run), watch(port, run), theirs as refused:
        assert refused.status == 429
    assert status_within_seconds(port, run, 200)


def status_within_seconds(port, run, status):
    """Try again until the server has noticed that viewers left."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with watch(port, run) as response:
            if response.status == status:
                return True
        time.sleep(0.05)
    return False


@contextlib.contextmanager
def silent_viewer(port, run):
    """A viewer who asks for the events and never reads one."""
    request = (
        f"GET /api/runs/{run.id}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Cookie: {COOKIE}={OWNER}\r\n\r\n"
    )
    with socket.socket() as viewer:
        viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        viewer.connect(("127.0.0.1", port))
        viewer.sendall(request.encode())
        yield viewer


def test_a_viewer_who_never_reads_is_let_go(store, port, run, monkeypatch):
    monkeypatch.setattr(stream_limits, "SECONDS_TO_TAKE", 0.3)
    monkeypatch.setattr(stream_limits, "MOST_PER_OWNER", 1)
    big = Batches(tuple((update, 1.0, 1.0) for update in range(1, 2_001)))
    with silent_viewer(port, run):
        deadline = time.monotonic() + 10
        while not store._subscribers.of(run.id) and time.monotonic() < deadline:
            time.sleep(0.02)
        for _ in range(100):  # more than the connection's buffers hold
            store.append(run.id, big)
        while store._subscribers.of(run.id) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert store._subscribers.of(run.id) == ()
        assert status_within_seconds(port, run, 200)


def test_only_reading_is_possible(port, run):
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {"Cookie": f"{COOKIE}={OWNER}", "Origin": "https://evil.example.com"}
        connection.request(method, f"/api/runs/{run.id}/events", headers=headers)
        response = connection.getresponse()
        assert response.status == 405
        assert response.headers["Access-Control-Allow-Origin"] is None
        connection.close()


def test_a_waiting_run_tells_its_place_and_its_wait_whenever_they_change(
    store, port, run, monkeypatch
):
    def place(response):
        while not (line := response.readline().decode()).startswith("data: "):
            pass
        return json.loads(line[6:])

    monkeypatch.setitem(QUEUE, run.id, 2)
    with watch(port, run) as response:
        assert place(response) == {"kind": "queued", "place": 2, "seconds": None}
        WAITS[run.id] = 12.5
        QUEUE[run.id] = 1
        assert place(response) == {"kind": "queued", "place": 1, "seconds": 15}
        WAITS[run.id] = 3.2
        assert place(response) == {"kind": "queued", "place": 1, "seconds": 4}
        WAITS[run.id] = 95.0
        assert place(response) == {"kind": "queued", "place": 1, "seconds": 120}
        del QUEUE[run.id]
        store.append(run.id, STARTED)
        assert read(response, 1) == [(1, "started")]


def test_who_waits_is_told_why_nothing_can_train_and_when_that_is_over(store, port, run):
    reason = Text("학습을 시작할 수 없습니다", "Training cannot start")
    with watch(port, run) as response:
        PROBLEM["now"] = reason
        try:
            said = message(response)
            assert said == {"kind": "blocked", "error": {"ko": reason.ko, "en": reason.en}}
        finally:
            del PROBLEM["now"]
        assert message(response) == {"kind": "blocked", "error": None}
        store.append(run.id, End(State.STOPPED))
        assert read(response) == [(1, "end")]


def message(response):
    while not (line := response.readline().decode()).startswith("data: "):
        pass
    return json.loads(line[6:])


def test_a_damaged_store_is_told_with_a_sentence(store, port, run, tmp_path, caplog):
    for update in range(1, 400):
        store.append(run.id, batches(update))
    store.append(run.id, End(State.STOPPED))
    damage(store, tmp_path / "runs.sqlite3")
    with watch(port, run) as response:
        assert response.status == 503
        error = json.loads(gzip_free(response))["error"]
    assert "손상" in error["ko"] and "is damaged" in error["en"]
    assert "Traceback" not in caplog.text


def damage(store, file):
    """Write nonsense over every page but the first, as a disk that fails may do."""
    store._database._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as pages:
        pages.seek(4096)
        pages.write(b"\xff" * (file.stat().st_size - 4096))
    store._database._connection.execute("PRAGMA shrink_memory")


def gzip_free(response):
    content = response.read()
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def test_a_store_that_cannot_be_opened_is_told_with_a_sentence(port, run, monkeypatch):
    monkeypatch.setitem(PROBLEM, "store", Text("쓸 수 없습니다", "It cannot be written"))
    with watch(port, run) as response:
        assert response.status == 503
        assert json.loads(gzip_free(response))["error"]["en"] == "It cannot be written"
