"""Browser contexts that tests borrow, what they ask of other machines, and the errors they log."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Request, StorageState

OpenContext = Callable[..., BrowserContext]
"""Opens a context by the options of ``new_context``."""

LOGGED = ("error", "assert")
LOOKS_FOR_ITSELF = r"404 \(Not Found\).*/_stcore/(health|host-config)$"
"""Streamlit, opened at a page's address, asks first whether it lives below that page."""


class Heard:
    """What a context has asked other machines for, and the errors that it has logged."""

    def __init__(self, context: BrowserContext) -> None:
        self.errors: list[str] = []
        self._requests: list[Request] = []
        self._sockets: list[str] = []
        context.on("request", lambda request: self._requests.append(request))
        context.on(
            "page", lambda page: page.on("websocket", lambda ws: self._sockets.append(ws.url))
        )
        context.on("console", self._note)
        context.on("weberror", lambda found: self.errors.append(str(found.error)))

    def strays(self) -> list[str]:
        """Return the addresses of other machines; what the content policy forbids was not sent."""
        sent = [request.url for request in self._requests if request.failure != "csp"]
        asked = sent + self._sockets
        return [url for url in asked if urlsplit(url).hostname not in (None, "127.0.0.1")]

    def forget(self) -> None:
        for each in (self.errors, self._requests, self._sockets):
            each.clear()

    def _note(self, said: ConsoleMessage) -> None:
        if said.type in LOGGED:
            self.errors.append(f"{said.text} {said.location['url']}")


class Contexts:
    """The contexts of a browser. Who borrows one finds scripts read, and nothing stored."""

    def __init__(self, browser: Browser, kept: str) -> None:
        """``kept`` is the address of a page that stays open, and so does its process."""
        self._browser, self._kept = browser, kept
        self._idle = defaultdict[str, list[tuple[BrowserContext, Heard]]](list)

    @contextmanager
    def lent(self, expected: Sequence[str] = ()) -> Iterator[OpenContext]:
        """Lend contexts until the end, by the options of ``new_context``.

        With ``is_new``, one that nobody has had or will have: its cache is empty, its clock is its
        own. At the end none of them may have asked another machine for anything, nor have logged
        an error but those that match one of the ``expected`` patterns.
        """
        borrowed: list[tuple[str | None, BrowserContext, Heard]] = []

        def open_context(
            *, is_new: bool = False, storage_state: StorageState | None = None, **options: Any
        ) -> BrowserContext:
            kind = None if is_new else json.dumps(options, sort_keys=True)
            context, heard = self._take(kind, options)
            borrowed.append((kind, context, heard))
            if storage_state:
                context.add_cookies(storage_state["cookies"])  # type: ignore[arg-type]
            return context

        yield open_context
        strays, errors = list[str](), list[str]()
        for kind, context, heard in borrowed:
            context.close() if kind is None else _clear(context)
            strays += heard.strays()
            errors += heard.errors
            heard.forget()
            if kind is not None:
                self._idle[kind].append((context, heard))
        unexpected = [error for error in errors if not _matches(error, expected)]
        assert not strays, strays
        assert not unexpected, unexpected

    def close(self) -> None:
        for contexts in self._idle.values():
            for context, _ in contexts:
                context.close()

    def _take(self, kind: str | None, options: dict[str, Any]) -> tuple[BrowserContext, Heard]:
        if kind is not None and self._idle[kind]:
            return self._idle[kind].pop()
        context = self._browser.new_context(**options)
        if kind is not None:
            context.new_page().goto(self._kept)
        return context, Heard(context)


def _clear(context: BrowserContext) -> None:
    """Close what was opened, all but the page that is kept, and forget whose the context was."""
    kept, *opened = context.pages
    origins = {"{0.scheme}://{0.netloc}".format(urlsplit(page.url)) for page in opened}
    for page in opened:
        page.close()
    context.unroute_all()
    context.clear_cookies()
    session = context.new_cdp_session(kept)
    for origin in origins:
        stored = {"origin": origin, "storageTypes": "local_storage,indexeddb"}
        session.send("Storage.clearDataForOrigin", stored)
    session.detach()


def _matches(error: str, expected: Sequence[str]) -> bool:
    return any(re.search(each, error) for each in (LOOKS_FOR_ITSELF, *expected))
