"""Which names the server answers to, and which pages may talk to it.

A page of somebody else's can have its own domain name point to this machine ("DNS rebinding") and
then counts, for the browser, as a page of the lab. The name in the request gives it away: it must
be an address, a name that only a local network can give, or one that was allowed. And a websocket,
which browsers let any page open, must come from a page of the same name.
"""

import ipaddress
import os
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit import config

from data.language import Text, UserError, quoted

VARIABLE = "FNN_LAB_HOSTS"
LOCAL_DOMAINS = (".localhost", ".local", ".home.arpa", ".internal", ".test")
"""Endings that nobody can register on the internet (RFC 2606, 6761, 6762, 8375; ICANN)."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_PORT = re.compile(r"[0-9]{0,5}")
_POLICY_VIOLATION = 1008


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names that are allowed; none of them means every name that is safe by itself."""

    allowed: tuple[str, ...] = ()

    def accept(self, host: str | None) -> bool:
        """Say whether a ``Host`` header names this server.

        >>> Hosts().accept("192.168.0.7:8501"), Hosts().accept("evil.example.com")
        (True, False)
        >>> Hosts(("*.school.kr",)).accept("lab.school.kr")
        True
        """
        name = hostname(host or "")
        if name is None:
            return False
        if name in _LOOPBACK or any(_matches(name, pattern) for pattern in self.allowed):
            return True
        return not self.allowed and _is_local(name)


def hosts_from_environment() -> Hosts:
    """Return the hosts of ``FNN_LAB_HOSTS``, or of Streamlit's own ``server.allowedHosts``.

    Raises ``UserError`` when the variable holds something that is no host name.
    """
    names = [name.strip().lower() for name in os.environ.get(VARIABLE, "").split(",")]
    names = [name for name in names if name]
    for name in names:
        if name != "*" and hostname(name.removeprefix("*.")) != name.removeprefix("*."):
            raise _no_host_name(name)
    return Hosts(
        tuple(names or (name.lower() for name in config.get_option("server.allowedHosts")))
    )


def hostname(host: str) -> str | None:
    """Return the name or address in a ``Host`` header, without the port; None if it is malformed.

    >>> hostname("Lab.School.kr:8501"), hostname("[::1]:80"), hostname("a/b")
    ('lab.school.kr', '::1', None)
    """
    bracketed = re.fullmatch(r"\[([0-9a-fA-F:.]+)\](?::(.*))?", host)
    name, port = bracketed.groups() if bracketed else _split(host)
    if not _PORT.fullmatch(port or ""):
        return None
    name = name.lower().removesuffix(".")
    if bracketed:
        return name if _is_address(name) else None
    return name if _NAME.fullmatch(name) else None


class KnownHosts:
    """ASGI middleware: refuses requests for other names, and websockets from other pages."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_known = self._hosts.accept(headers.get("host"))
        if scope["type"] == "http" and not is_known:
            await _refusal(headers.get("host", ""))(scope, receive, send)
        elif scope["type"] == "websocket" and not (is_known and _same_origin(headers)):
            await WebSocketClose(_POLICY_VIOLATION)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _same_origin(headers: Headers) -> bool:
    """Say whether a page of this server opens the websocket, or a program that is no browser.

    Streamlit checks the same, but looks up its own address on the internet for a foreign page.
    """
    origin = headers.get("origin")
    if origin is None or origin in config.get_option("server.corsAllowedOrigins"):
        return True
    try:
        return urlsplit(origin).netloc == headers.get("host")
    except ValueError:
        return False


def _refusal(host: str) -> PlainTextResponse:
    name = hostname(host)
    if name is None:
        sentence = Text(
            "요청의 호스트 이름이 올바르지 않습니다. 주소창의 주소를 확인해 주세요.",
            "The request names no proper host. Check the address in the address bar.",
        )
    else:
        sentence = Text(
            f"이 서버는 {quoted(name)}(이)라는 이름으로 열지 않습니다. 서버 관리자라면 환경 변수 "
            f"{VARIABLE}에 이 이름을 적고 다시 시작하세요.",
            f"This server does not answer to the name {quoted(name)}. If it is yours, add the name "
            f"to the environment variable {VARIABLE} and start it again.",
        )
    return PlainTextResponse(f"{sentence.ko}\n{sentence.en}\n", status_code=400)


def _split(host: str) -> tuple[str, str]:
    name, _, port = host.partition(":")
    return name, port


def _matches(name: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return name.endswith(pattern[1:])
    return pattern in ("*", name)


def _is_local(name: str) -> bool:
    own = socket.gethostname().lower()
    return _is_address(name) or "." not in name or name == own or name.endswith(LOCAL_DOMAINS)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _no_host_name(name: str) -> UserError:
    return UserError(
        Text(
            f"환경 변수 {VARIABLE}의 {quoted(name)}은(는) 호스트 이름이 아닙니다. "
            "'lab.school.kr,*.school.kr'처럼 이름을 쉼표로 나누어 적어 주세요.",
            f"{quoted(name)} in the environment variable {VARIABLE} is no host name. Separate "
            "names by commas, as in 'lab.school.kr,*.school.kr'.",
        )
    )
