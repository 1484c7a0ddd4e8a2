"""The real server, asked by strangers: other pages, other owners, other names."""

import ast
import http.client
import json
import re
import socket
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from app.components.live_chart import PLOTLY_URL
from app.owner import COOKIE
from models.events import End, State
from models.experiment import Experiment, Layer, Optimizer
from models.runs import RunStore
from tests.e2e.conftest import start_server

ROOT = Path(__file__).parent.parent.parent
OWNER = "a" * 32
EXPERIMENT = Experiment("boston", (Layer(64),), Optimizer(), epochs=2, batch_size=64)
EVIL = "https://evil.example.com"


@dataclass(frozen=True)
class Lab:
    """A running server that knows one finished run of ``OWNER``."""

    host: str
    run_id: str

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, str, dict]:
        """Return status, body and headers, their names in lower case."""
        connection = http.client.HTTPConnection(self.host, timeout=20)
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        body = response.read().decode("utf-8", "replace")
        connection.close()
        return response.status, body, {name.lower(): v for name, v in response.getheaders()}

    def events(self, owner: str = OWNER, **headers: str) -> tuple[int, str, dict]:
        path = f"/api/runs/{self.run_id}/events"
        return self.get(path, Cookie=f"{COOKIE}={owner}", **headers)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("home")
    store = RunStore(home / "runs")
    run = store.create(OWNER, EXPERIMENT)
    store.append(run.id, End(State.STOPPED))
    store.close()
    server = start_server(home)
    yield Lab(server.url.removeprefix("http://"), run.id)
    server.process.terminate()
    server.process.wait(20)


def websocket_status(lab: Lab, origin: str, host: str | None = None) -> int:
    """Return the status with which a websocket to the pages opens or is refused."""
    address, port = lab.host.split(":")
    connection = socket.create_connection((address, int(port)), timeout=20)
    url = f"ws://{host or lab.host}/_stcore/stream"
    try:
        with connect(url, sock=connection, origin=origin, subprotocols=["streamlit"]) as opened:
            return opened.response.status_code
    except InvalidStatus as refused:
        return refused.response.status_code


def test_a_page_of_another_site_opens_no_websocket(lab: Lab) -> None:
    assert websocket_status(lab, origin=EVIL) == 403
    assert websocket_status(lab, origin="null") == 403
    assert websocket_status(lab, origin=f"http://{lab.host}") == 101


def test_a_foreign_name_opens_no_websocket(lab: Lab) -> None:
    evil = "evil.example.com:8501"
    assert websocket_status(lab, host=evil, origin=f"http://{evil}") == 403


def test_streamlits_own_checks_stay_on() -> None:
    settings = tomllib.loads((ROOT / "app/.streamlit/config.toml").read_text(encoding="utf-8"))
    off = {"enableCORS", "enableXsrfProtection", "corsAllowedOrigins", "enableStaticServing"}
    assert not off & set(settings["server"])


@pytest.mark.parametrize(
    "path",
    ["/", "/train", "/_stcore/health", PLOTLY_URL, "/api/runs/x/events"],
)
def test_a_foreign_name_gets_one_plain_sentence(lab: Lab, path: str) -> None:
    status, body, headers = lab.get(path, Host="evil.example.com")
    assert status == 400
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert "FNN_LAB_HOSTS" in body and "'evil.example.com'" in body
    assert "set-cookie" not in headers


def test_a_foreign_name_does_not_even_see_an_owners_events(lab: Lab) -> None:
    assert lab.events(Host="evil.example.com")[0] == 400
    assert lab.events()[0] == 200


def test_foreign_and_unknown_runs_look_the_same(lab: Lab) -> None:
    foreign = lab.events(owner="b" * 32)
    unknown = lab.get("/api/runs/nothing/events", Cookie=f"{COOKIE}={OWNER}")
    nobody = lab.get(f"/api/runs/{lab.run_id}/events")
    assert foreign[:2] == unknown[:2] == nobody[:2]
    assert foreign[0] == 404 and set(json.loads(foreign[1])["error"]) == {"ko", "en"}


@pytest.mark.parametrize("name", ["../../runs.sqlite3", "..", "%00", "a" * 5_000, "'; DROP TABLE"])
def test_a_run_id_never_becomes_a_path(lab: Lab, name: str) -> None:
    cookie = f"{COOKIE}={OWNER}"
    status, body, _ = lab.get(f"/api/runs/{quote(name, safe='')}/events", Cookie=cookie)
    assert status in (400, 404) and "SQLite" not in body
    assert lab.events()[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/api/runs/{run}/events", PLOTLY_URL])
def test_the_labs_own_routes_only_answer_reading(lab: Lab, method: str, path: str) -> None:
    status, _, headers = lab.get(path.format(run=lab.run_id), method, Origin=EVIL)
    assert status == 405
    assert not [name for name in headers if name.startswith("access-control")]


def test_no_other_site_may_read_what_the_lab_answers(lab: Lab) -> None:
    for path in ("/", "/train", PLOTLY_URL, f"/api/runs/{lab.run_id}/events"):
        _, _, headers = lab.get(path, Origin=EVIL, Cookie=f"{COOKIE}={OWNER}")
        assert not [name for name in headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/", "/train", PLOTLY_URL, "/nothing/at/all.js"])
def test_every_answer_carries_the_headers(lab: Lab, path: str) -> None:
    _, _, headers = lab.get(path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(lab: Lab) -> None:
    _, _, headers = lab.get("/")
    assert "HttpOnly" in headers["set-cookie"] and "SameSite=Lax" in headers["set-cookie"]
    assert "Secure" not in headers["set-cookie"]


def test_behind_tls_the_cookie_never_travels_without_it(lab: Lab) -> None:
    _, _, headers = lab.get("/", **{"X-Forwarded-Proto": "https"})  # as a proxy here would say
    assert "; Secure" in headers["set-cookie"]


# What the code must not do -----------------------------------------------------------------------


def code(*folders: str, suffix: str = "*.py") -> dict[Path, str]:
    return {
        path.relative_to(ROOT): path.read_text(encoding="utf-8")
        for folder in folders
        for path in (ROOT / folder).rglob(suffix)
    }


def test_arrays_are_read_without_pickles() -> None:
    calls = [
        (path, call)
        for path, text in code("app", "data", "models").items()
        for call in re.findall(r"np\.load\([^\n]*", text)
    ]
    assert calls and [call for call in calls if "allow_pickle=False" not in call[1]] == []


def test_nothing_read_is_ever_run() -> None:
    """No pickles, no Keras files of others, no eval: an uploaded byte stays data."""
    running = re.compile(
        r"\bpickle\.loads?\(|\bjoblib\.load\(|\bload_model\(|\bload_weights\(|\bmarshal\.|"
        r"(?<![\w.])(?:eval|exec)\(|shell=True|os\.system\(|yaml\.load\("
    )
    found = [path for path, text in code("app", "data", "models").items() if running.search(text)]
    assert found == []


def test_what_a_page_writes_as_html_is_escaped() -> None:
    """Whatever a learner typed, a run's name above all, gets into HTML through ``escape`` only."""
    pages = {path: text for path, text in code("app").items() if "st.html(" in text}
    bare = {path.name for path, text in pages.items() if "escape(" not in text}
    assert bare == {"recent_runs.py", "dashboard.py"}  # another module's HTML; a style sheet
    typed = re.compile(r"\.(?:name|title|text)\b|title\(|recipe\(|review|sentence")
    found = [
        (path, value)
        for path, text in pages.items()
        for value in values_in_html(text)
        if typed.search(value) and not value.startswith("escape(")
    ]
    assert found == []


def values_in_html(text: str) -> list[str]:
    """Return the expressions in the f-strings of a module that hold tags."""
    strings = [each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.JoinedStr)]
    return [
        ast.unparse(part.value)
        for string in strings
        if any("<" in str(part.value) for part in string.values if isinstance(part, ast.Constant))
        for part in string.values
        if isinstance(part, ast.FormattedValue)
    ]


def test_no_text_becomes_html() -> None:
    markup = re.compile(r"unsafe_allow_html|unsafe_allow_javascript")
    assert [path for path, text in code("app").items() if markup.search(text)] == []
    scripts = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")
    found = code("app/components", suffix="*.js")
    assert found and [path for path, text in found.items() if scripts.search(text)] == []
