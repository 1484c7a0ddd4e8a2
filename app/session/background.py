"""Values that take seconds to make, made one after the other while the pages go on."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
PATIENCE_SECONDS = 20.0
"""What nobody has asked for in the meantime is not made any more when its turn comes."""
LEAST_WEIGHT = 2**20
"""Of any value, so that there are never more than so many small ones."""


@dataclass
class _Wanted(Generic[T]):
    make: Callable[[], T]
    asked: float


class Background(Generic[T]):
    """The values that were asked for last, as many as weigh ``most`` bytes together; at least one.

    A value is made once for everybody who asks for it, by a thread that ends when none is wanted.
    """

    def __init__(self, most: int, weigh: Callable[[T], int]) -> None:
        self._most, self._weigh = most, weigh
        self._made: OrderedDict[Hashable, T | Exception] = OrderedDict()
        self._wanted: OrderedDict[Hashable, _Wanted[T]] = OrderedDict()
        self._lock = threading.Lock()
        self._is_working = False

    def get(self, key: Hashable, make: Callable[[], T]) -> T | None:
        """Return the value of a key; None as long as ``make`` has not made it.

        Raises what ``make`` has raised.
        """
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                found = self._made[key]
                if isinstance(found, Exception):
                    raise found
                return found
            self._wanted.setdefault(key, _Wanted(make, 0)).asked = time.monotonic()
            if not self._is_working:
                self._is_working = True
                threading.Thread(target=self._work, daemon=True, name="background values").start()
        return None

    def _work(self) -> None:
        while (next_one := self._next()) is not None:
            key, wanted = next_one
            value: T | Exception
            try:
                value = wanted.make()
            except Exception as error:  # raised again where the value is asked for
                value = error
            self._keep(key, value)

    def _next(self) -> tuple[Hashable, _Wanted[T]] | None:
        """Return what is wanted first, and leave out what nobody waits for any more."""
        with self._lock:
            for key, wanted in list(self._wanted.items()):
                if time.monotonic() - wanted.asked <= PATIENCE_SECONDS:
                    return key, wanted
                del self._wanted[key]
            self._is_working = False
            return None

    def _keep(self, key: Hashable, value: T | Exception) -> None:
        with self._lock:
            self._made[key] = value
            self._wanted.pop(key, None)
            while len(self._made) > 1 and sum(map(self._weight, self._made.values())) > self._most:
                self._made.popitem(last=False)

    def _weight(self, value: T | Exception) -> int:
        weight = 0 if isinstance(value, Exception) else self._weigh(value)
        return max(LEAST_WEIGHT, weight)
