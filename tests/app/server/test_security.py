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
import streamlit
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from app.server.plotly_script import PLOTLY_URL
from app.server.web_page import settling_script
from app.session.owner import COOKIE, NONCE_HEADER, PATH, address_of
from models.events import End, State
from models.experiment import Experiment, Layer, Optimizer
from models.runs.store import RunStore
from tests.support.browser.server import start_server

ROOT = Path(__file__).parents[3]
OWNER = "a" * 32
EXPERIMENT = Experiment("boston", (Layer(64),), Optimizer(), epochs=2, batch_size=64)
EVIL = "https://evil.example.com"
PLOTLY = f"/{PLOTLY_URL}"
NONCE = {NONCE_HEADER: "0123456789abcdef" * 2}
STATIC = Path(streamlit.__file__).parent / "static/static"
SCRIPT = next(f"/static/{path.relative_to(STATIC)}" for path in STATIC.glob("js/index.*.js"))
PAGES = ("/", "/train", "/index.html", "/nothing/at/all.js", "/static/js/nothing.js")


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
    ["/", "/train", "/_stcore/health", PLOTLY, SCRIPT, PATH, "/api/runs/x/events"],
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
@pytest.mark.parametrize("path", ["/api/runs/{run}/events", PLOTLY])
def test_the_labs_own_routes_only_answer_reading(lab: Lab, method: str, path: str) -> None:
    status, _, headers = lab.get(path.format(run=lab.run_id), method, Origin=EVIL)
    assert status == 405
    assert not [name for name in headers if name.startswith("access-control")]


def test_no_other_site_may_read_what_the_lab_answers(lab: Lab) -> None:
    for path in ("/", "/train", PLOTLY, SCRIPT, f"/api/runs/{lab.run_id}/events"):
        _, _, headers = lab.get(path, Origin=EVIL, Cookie=f"{COOKIE}={OWNER}")
        assert not [name for name in headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_carries_the_headers(lab: Lab, path: str) -> None:
    _, _, headers = lab.get(path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("path", [PLOTLY, SCRIPT])
def test_every_script_is_what_it_says_and_for_the_lab_alone(
    lab: Lab, path: str, encoding: str
) -> None:
    _, _, headers = lab.get(path, **{"Accept-Encoding": encoding})
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "/javascript" in headers["content-type"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_always_whole_and_never_stored(lab: Lab, path: str, method: str) -> None:
    """An answer "as you have it" would start a browser that has lost its cookie without one."""
    conditions = {"If-Modified-Since": "Sat, 28 Nov 2099 09:16:00 GMT", "Range": "bytes=0-9"}
    status, body, headers = lab.get(path, method, **conditions)
    assert status == 200 and headers["cache-control"] == "private, no-store"
    assert {"etag", "last-modified"} & set(headers) == set()
    assert (settling_script() in body) is (method == "GET")


@pytest.mark.parametrize(
    ("path", "place"),
    [("/train/?lang=ko", "../train?lang=ko"), ("/train//", "../../train")],
)
def test_a_page_with_a_slash_at_its_end_leads_to_the_page_beside_it(
    lab: Lab, path: str, place: str
) -> None:
    """From the host's root the way would lead out of the path that a proxy takes away."""
    status, _, headers = lab.get(path)
    assert (status, headers["location"]) == (301, place)
    assert lab.get(f"/{path}")[0] == 400


def test_a_browser_with_its_cookie_starts_at_once(lab: Lab) -> None:
    _, body, headers = lab.get("/", Cookie=f"{COOKIE}={OWNER}")
    assert settling_script() not in body and "set-cookie" not in headers
    assert re.search(r'<script type="module" crossorigin src="\./static/js/index', body)
    assert settling_script() in lab.get("/", Cookie=f"{COOKIE}=short")[1]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(lab: Lab) -> None:
    status, _, headers = lab.get(PATH, "POST", **NONCE)
    assert status == 204 and headers["cache-control"] == "no-store"
    assert "HttpOnly" in headers["set-cookie"] and "SameSite=Lax" in headers["set-cookie"]
    assert "Secure" not in headers["set-cookie"]


def test_behind_tls_the_cookie_never_travels_without_it(lab: Lab) -> None:
    _, _, headers = lab.get(PATH, "POST", **NONCE, **{"X-Forwarded-Proto": "https"})
    assert "; Secure" in headers["set-cookie"]  # as a proxy on this machine would say


def test_a_browser_with_a_cookie_keeps_it(lab: Lab) -> None:
    status, _, headers = lab.get(PATH, "POST", **NONCE, Cookie=f"{COOKIE}={OWNER}")
    assert status == 204 and "set-cookie" not in headers


def test_no_cookie_without_the_header_that_other_sites_cannot_send(lab: Lab) -> None:
    for headers in ({}, {NONCE_HEADER: "short"}, {NONCE_HEADER: "x" * 32}):
        status, _, answered = lab.get(PATH, "POST", **headers)
        assert status == 400 and "set-cookie" not in answered
    status, _, answered = lab.get(PATH, "OPTIONS", Origin=EVIL)
    assert status == 405 and not [n for n in answered if n.startswith("access-control")]


def test_a_page_without_cookies_sees_its_own_runs_alone(lab: Lab) -> None:
    events = f"api/runs/{lab.run_id}/events"
    assert lab.get(f"/{address_of(OWNER, events)}")[0] == 200
    assert lab.get(f"/{address_of('b' * 32, events)}")[0] == 404


# What the code must not do -----------------------------------------------------------------------


def code(*folders: str, suffix: str = "*.py") -> dict[Path, str]:
    return {
        path.relative_to(ROOT): path.read_text(encoding="utf-8")
        for folder in folders
        for path in (ROOT / folder).rglob(suffix)
    }


def test_arrays_are_read_without_pickles() -> None:
    """Everywhere by ``data.file_readers.array_files``, which knows no pickles."""
    reading = re.compile(r"np\.load\(|\bread_array\(|allow_pickle=True")
    found = [path for path, text in code("app", "data", "models").items() if reading.search(text)]
    in_a_program_for_others = [Path("models/keras_code/program.py")]
    assert found == in_a_program_for_others


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
    style_sheets = {"dashboard.py", "file_choice.py"}
    html_of_another_module = {
        "recent_runs.py",
        "overlay.py",
        "race_surface.py",
        "coverage.py",
        "frequent_words.py",
        "text_figures.py",
    }
    assert bare == style_sheets | html_of_another_module
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
    found = code("app/widgets", suffix="*.js")
    assert found and [path for path, text in found.items() if scripts.search(text)] == []
