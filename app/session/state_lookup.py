"""Lets Streamlit look one value up in the session without first copying all of them.

Every text field, slider and choice asks for a dictionary of the whole session in order to look at
one key of it (``filtered_state``). With a hundred controls on a page, each of them copied for each,
that was a quarter of what a page run cost. What Streamlit gets here instead looks like that
dictionary, and finds what it is asked for.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from streamlit.runtime.state import SafeSessionState
from streamlit.runtime.state.common import is_element_id
from streamlit.runtime.state.session_state import _is_internal_key

_whole = SafeSessionState.filtered_state


class StateLookup(Mapping[str, Any]):
    """The values of a session by the keys that a script gives them."""

    def __init__(self, state: SafeSessionState) -> None:
        self._state = state

    def __getitem__(self, key: str) -> Any:
        if is_element_id(key) or _is_internal_key(key):
            raise KeyError(key)
        with self._state._lock:
            return self._state._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.whole())

    def __len__(self) -> int:
        return len(self.whole())

    def __repr__(self) -> str:
        return repr(self.whole())

    def whole(self) -> dict[str, Any]:
        """Return the dictionary that Streamlit itself would make."""
        whole: dict[str, Any] = _whole.__get__(self._state)
        return whole


def install() -> None:
    """Give this to every session of this process."""
    SafeSessionState.filtered_state = property(StateLookup)  # type: ignore[method-assign,assignment]
