"""Who may speak to Streamlit's page, and that the lab's own page is answered."""

import json
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from streamlit import config

from app.server.host_config import HostConfig
from tests.support.own_loop import run_apart

ROUTE = "/_stcore/host-config"


def asked(path: str = ROUTE, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    """Return the status and the body of an answer; Streamlit's own page answers all else."""
    messages: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    raw = [
        (name.encode(), value.encode()) for name, value in {"host": "lab:8501", **headers}.items()
    ]
    scope = {"type": "http", "method": method, "path": path, "headers": raw}
    run_apart(HostConfig(PlainTextResponse("page"))(scope, None, send))  # type: ignore[arg-type]
    return messages[0]["status"], messages[1]["body"]


def origins(**headers: str) -> list[str]:
    found: list[str] = json.loads(asked(**headers)[1])["allowedOrigins"]
    return found


@pytest.mark.parametrize(
    ("referer", "allowed"),
    [
        ("http://lab:8501/train?lang=ko", ["http://lab:8501"]),
        ("https://hub.example.ac.kr/user/kim/proxy/8501/", ["https://hub.example.ac.kr"]),
        ("http://[::1]:8501/", ["http://[::1]:8501"]),
        ("javascript:1", ["http://lab:8501", "https://lab:8501"]),
        ("", ["http://lab:8501", "https://lab:8501"]),
    ],
)
def test_only_the_page_itself_may_speak_to_streamlits_page(
    referer: str, allowed: list[str]
) -> None:
    assert origins(referer=referer) == allowed


def test_all_else_is_answered_as_before() -> None:
    assert asked("/_stcore/health") == (200, b"page")
    assert asked("/train/_stcore/host-config") == (200, b"page")
    assert asked(method="POST") == (200, b"page")


def test_it_answers_below_the_path_that_the_lab_is_served_at() -> None:
    try:
        config.set_option("server.baseUrlPath", "lab")
        assert asked("/lab" + ROUTE)[1] != b"page" == asked(ROUTE)[1]
    finally:
        config.set_option("server.baseUrlPath", "")
