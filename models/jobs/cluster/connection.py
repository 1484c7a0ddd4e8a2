"""The line to a Dask cluster: all that the lab's server knows of Dask.

Dask knows which machines there are and gives a job a slot on one of them. Everything else is said
directly to the node (``models.jobs.cluster.node``) that has the slot. Whenever the scheduler goes
away, the line is made anew, for as long as it takes.
"""

import asyncio
import logging
import threading
import uuid
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from models.jobs.cluster import node
from models.jobs.cluster.address import security

SECONDS_TO_ANSWER = 8.0
SECONDS_TO_CONNECT = 3.0
SECONDS_BETWEEN_TRIES = 0.5
SECONDS_BETWEEN_LOOKS = 0.1

_log = logging.getLogger(__name__)


class Subscriber(Protocol):
    """Who is told what happens in the cluster, in the loop's thread."""

    def connected(self) -> None:
        """There is a scheduler, and it knows nothing of us."""

    def disconnected(self) -> None:
        """The scheduler is gone and has forgotten everything."""

    def has_slot(self, key: str, address: str) -> None:
        """The node at ``address`` holds a slot for a key."""

    def lost_slot(self, key: str) -> None:
        """Nothing in the cluster holds or will hold a slot for a key."""

    def lost_node(self, address: str) -> None:
        """A node is gone."""


class Link:
    """A connection to the scheduler at ``address`` that comes back; ``stay`` keeps it up.

    Raises ``UserError`` when Dask or a certificate is missing. All but ``is_up`` belongs to the
    thread of one event loop.
    """

    def __init__(self, address: str, subscriber: Subscriber) -> None:
        self._address, self._subscriber, self._security = address, subscriber, security(address)
        self._topic = f"fnn-lab-{uuid.uuid4().hex}"
        self._client: Any = None
        self._problem = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self.is_up = threading.Event()

    async def stay(self, farewell: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Connect, again and again, until cancelled; ``farewell`` is the last thing said then."""
        from distributed import Client

        staying = asyncio.current_task()
        while staying and not staying.cancelling():  # a client that closes swallows it
            client = Client(
                self._address,
                asynchronous=True,
                set_as_default=False,
                timeout=SECONDS_TO_CONNECT,
                security=self._security,
            )
            try:
                await client
                await self._use(client, farewell)
            except Exception as error:  # Dask raises nearly anything; the next try may succeed
                self._complain(error)
            finally:
                await client.close()
            await asyncio.sleep(SECONDS_BETWEEN_TRIES)

    def _complain(self, error: Exception) -> None:
        """Log why there is no cluster, once and not with every try."""
        if str(error) != self._problem:
            self._problem = str(error)
            _log.warning("no cluster at %s: %s", self._address, error)

    async def _use(self, client: Any, farewell: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._client, connection = client, client.scheduler_comm
        client.subscribe_topic(self._topic, self._hear_of_slot)
        client.subscribe_topic("all", self._hear_of_node)
        self._problem = ""
        self.is_up.set()
        self._subscriber.connected()
        try:
            while client.status == "running" and client.scheduler_comm is connection:
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        except asyncio.CancelledError:
            await farewell()
            client.unsubscribe_topic("all")  # or the scheduler goes on telling a client that left
            client.unsubscribe_topic(self._topic)
            raise
        finally:
            self.is_up.clear()
            self._client = None
            self._subscriber.disconnected()

    async def hang_up(self) -> None:
        """End everything that was spawned."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on beside everything else."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def ask_for_slot(self, key: str) -> None:
        """Ask for a slot, now or as soon as one is free; nothing happens without a scheduler."""

        # Dask's scheduler reads a task, and need not have this project's code: a function inside
        # a function is sent whole, not by its name.
        def hold(key: str, topic: str) -> None:
            from models.jobs.cluster.node import hold

            hold(key, topic)

        if self._client is not None:
            resources = {"slot": 1}
            slot = self._client.submit(
                hold, key, self._topic, key=key, pure=False, resources=resources
            )
            self.spawn(self._watch(key, slot))

    def ask_for_slot_again(self, key: str, address: str) -> str:
        """Let the cluster know that a job uses a slot again where it is; returns the new name."""

        def hold_again(key: str) -> None:
            from models.jobs.cluster.node import hold_again

            hold_again(key)

        name = f"{key}.{uuid.uuid4().hex}"
        if self._client is not None:
            where = {"workers": [address], "allow_other_workers": False, "resources": {"slot": 1}}
            slot = self._client.submit(hold_again, key, key=name, pure=False, **where)
            self.spawn(self._watch(key, slot))
        return name

    async def _watch(self, key: str, slot: Any) -> None:
        try:
            await slot
        except Exception as error:  # the scheduler's own, or that of a worker that is no node
            _log.info("job %s has no slot any more: %s", key, error)
            await asyncio.sleep(SECONDS_BETWEEN_TRIES)
        self._subscriber.lost_slot(key)

    def _hear_of_slot(self, event: tuple[float, dict[str, str]]) -> None:
        self._subscriber.has_slot(event[1]["job"], event[1]["worker"])

    def _hear_of_node(self, event: tuple[float, Any]) -> None:
        message = event[1]
        if isinstance(message, dict) and message.get("action") == "remove-worker":
            self._subscriber.lost_node(message["worker"])

    async def ask(self, address: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function on a node; raises whatever went wrong there or on the way."""
        if self._client is None:
            raise ConnectionError(f"no cluster at {self._address}")
        answers = self._client.run(function, *arguments, workers=[address])
        return (await asyncio.wait_for(answers, SECONDS_TO_ANSWER))[address]

    async def give_back(self, key: str, address: str | None, more: Sequence[str] = ()) -> None:
        """Give back the slot, or the request for one, of a job that nobody holds any more.

        ``more`` are the names by which it was asked for again.
        """
        try:
            if address is not None:
                await self.ask(address, node.leave, key)
            if self._client is not None:
                await self._client.cancel([key, *more], force=True)
        except Exception as error:
            _log.warning("job %s could not be ended: %s", key, error)
