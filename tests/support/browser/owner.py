"""Owners whose runs a browser test only needs to exist: trained without a browser."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import StorageState

from tests.bench.load import SECONDS_OF_PATIENCE, run_of, watching
from tests.bench.visitor import Visitor
from tests.support.own_loop import run_apart


@dataclass(frozen=True)
class Owner:
    """The cookie that makes a browser this owner's, and the ids of the runs that have ended."""

    cookie: str
    runs: tuple[str, ...]

    @property
    def storage_state(self) -> StorageState:
        """What a browser's context is opened with to be this owner's."""
        name, _, value = self.cookie.partition("=")
        place = {"domain": "127.0.0.1", "path": "/", "httpOnly": True, "sameSite": "Lax"}
        return {"cookies": [{"name": name, "value": value, **place}]}


def owner_with_runs(url: str, task: str, runs: int = 1, **typed: float | Sequence[float]) -> Owner:
    """Let a new owner train to the end, with what is ``typed`` into fields of the form.

    A number is typed once, of several numbers one before each run.
    """
    found: list[str] = []
    visitor = Visitor(url, lang="ko", task=task)

    async def train() -> None:
        await visitor.enter("train")
        for number in range(runs):
            for field, value in typed.items():
                if isinstance(value, Sequence):
                    await visitor.type(f"{task}.{field}.typed", value[number])
                elif number == 0:
                    await visitor.type(f"{task}.{field}.typed", value)
            await visitor.press("start")
            await visitor.rerun()
            async with asyncio.timeout(SECONDS_OF_PATIENCE), watching(url, visitor) as viewer:
                await viewer.ended.wait()
            found.append(run_of(visitor))
            await visitor.rerun()
        await visitor.leave()

    run_apart(train())
    assert not visitor.errors, visitor.errors
    return Owner(visitor.cookie, tuple(found))
