"""What every answer says to the browser, and which names and pages are refused."""

import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from app.server.headers import SecurityHeaders, ancestors_from_environment, content_policy
from app.server.hosts import Hosts, hostname, hosts_from_environment
from app.server.web_page import inline_scripts
from data.language import UserError
from tests.support.own_loop import run_apart

LMS = "https://lms.example.ac.kr"


def directives(policy: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in policy.split(";"))}


def answer(ancestors: tuple[str, ...] = (), **said: str) -> Headers:
    """Return the headers of a page that itself says the headers ``said``."""
    messages: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    page = PlainTextResponse("page", headers=said)
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"lab")]}
    run_apart(SecurityHeaders(page, ancestors)(scope, None, send))
    return Headers(raw=messages[0]["headers"])


def test_scripts_come_from_the_server_or_are_streamlits_own() -> None:
    policy = directives(content_policy("lab:8501"))
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == ["'self'", "blob:", *inline_scripts()]
    assert len(inline_scripts()) >= 2  # Streamlit's and the lab's


def test_nothing_but_the_server_is_reached() -> None:
    policy = directives(content_policy("lab:8501"))
    assert policy["connect-src"] == ["'self'", "ws://lab:8501", "wss://lab:8501"]
    assert not any(
        "*" in value or "http" in value for values in policy.values() for value in values
    )


def test_a_host_cannot_write_into_the_policy() -> None:
    assert "evil" not in content_policy("lab; script-src evil")
    assert "evil" not in content_policy("lab ws://evil")


def test_only_the_lab_itself_may_frame_it() -> None:
    headers = answer()
    assert directives(headers["content-security-policy"])["frame-ancestors"] == ["'self'"]
    assert headers["x-frame-options"] == "SAMEORIGIN"


def test_a_named_site_may_frame_it_too() -> None:
    headers = answer(ancestors=(LMS,))
    assert directives(headers["content-security-policy"])["frame-ancestors"] == ["'self'", LMS]
    assert "x-frame-options" not in headers


def test_a_route_may_be_stricter_than_the_rest() -> None:
    headers = answer(**{"Content-Security-Policy": "default-src 'none'"})
    assert headers.getlist("content-security-policy") == ["default-src 'none'"]


def test_sites_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FNN_LAB_FRAME_ANCESTORS", raising=False)
    assert ancestors_from_environment() == ()
    monkeypatch.setenv("FNN_LAB_FRAME_ANCESTORS", f"{LMS}, https://*.school.kr:8443")
    assert ancestors_from_environment() == (LMS, "https://*.school.kr:8443")


@pytest.mark.parametrize("junk", ["lms", "https://a/b", "https://a;script-src *", "*", "'none'"])
def test_junk_is_no_site(monkeypatch: pytest.MonkeyPatch, junk: str) -> None:
    monkeypatch.setenv("FNN_LAB_FRAME_ANCESTORS", junk)
    with pytest.raises(UserError, match="FNN_LAB_FRAME_ANCESTORS"):
        ancestors_from_environment()


@pytest.mark.parametrize(
    "host",
    [
        *("localhost:8501", "127.0.0.1", "192.168.0.7:8501", "[::1]:8501", "203.0.113.9"),
        *("teacher-pc", "lab.local", "LAB.local.", "app.internal:80", socket.gethostname()),
    ],
)
def test_names_of_a_local_network_are_known(host: str) -> None:
    assert Hosts().accept(host)


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example.com", "evil.example.com:8501", "127.0.0.1.evil.com", "evillocal.com"),
        *("", None, "a b", "lab/", "user@lab", "lab:x", "[::1", "[lab]", "lab:80:80"),
    ],
)
def test_names_that_anybody_can_register_are_not(host: str | None) -> None:
    assert not Hosts().accept(host)


def test_a_list_of_names_replaces_the_rule() -> None:
    hosts = Hosts(("lab.school.kr", "*.class.school.kr"))
    assert hosts.accept("lab.school.kr") and hosts.accept("a.class.school.kr:443")
    assert hosts.accept("127.0.0.1:8501")  # a health check asks from inside
    assert not hosts.accept("192.168.0.7") and not hosts.accept("school.kr")
    assert not hosts.accept("evil-class.school.kr")
    assert Hosts(("*",)).accept("evil.example.com")


def test_names_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FNN_LAB_HOSTS", raising=False)
    assert hosts_from_environment() == Hosts()
    monkeypatch.setenv("FNN_LAB_HOSTS", " Lab.School.kr, *.school.kr,")
    assert hosts_from_environment() == Hosts(("lab.school.kr", "*.school.kr"))


@pytest.mark.parametrize("junk", ["https://lab", "lab:80", "a b", "lab/", "*.*"])
def test_junk_is_no_host(monkeypatch: pytest.MonkeyPatch, junk: str) -> None:
    monkeypatch.setenv("FNN_LAB_HOSTS", f"lab.school.kr,{junk}")
    with pytest.raises(UserError, match="FNN_LAB_HOSTS"):
        hosts_from_environment()


@given(st.text(max_size=40))
def test_whatever_a_host_says_it_is_a_plain_name_or_nothing(host: str) -> None:
    name = hostname(host)
    assert name is None or not set(name) & set(" ;,'\"/@\r\n")
