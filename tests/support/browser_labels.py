"""Lets Streamlit's test pages say of a choice what a real browser says: the label that it holds.

A browser knows an option by its label, keeps the one that stood there when it was chosen, and is
told of another one only by ``set_value``. ``AppTest`` would say the label of the present page.
"""

from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1.element_tree import InitialValue, Radio, Selectbox


class BrowserLabels:
    """The labels that the browser of a test holds, by the ids of its select boxes and radios."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._held: dict[str, str | None] = {}
        for kind in (Selectbox, Radio):
            patch.setattr(kind, "_widget_state", property(self._say))

    def _say(self, widget: Any) -> WidgetState:
        said = WidgetState(id=widget.id)
        label = self._label(widget)
        if label is not None:
            said.string_value = label
        return said

    def _label(self, widget: Any) -> str | None:
        proto = widget.proto
        if not isinstance(widget._value, InitialValue):
            self._held[widget.id] = widget.options[widget.index]
        elif proto.set_value:
            self._held[widget.id] = proto.raw_value
        else:
            first = proto.options[proto.default] if proto.HasField("default") else None
            self._held.setdefault(widget.id, first)
        return self._held[widget.id]
