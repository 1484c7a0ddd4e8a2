"""A choice among names: the value is a name in every state, its label is only shown.

Streamlit's browser knows an option by its label alone. When the labels change (with the language,
or because a run has a new figure) it goes on saying the old one, which nobody knows any longer. So
it is told of the new labels at once, and what is no option changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from app.form.control import control


def choice(
    draw: Callable[..., Any],
    label: str,
    labels: Mapping[str, str],
    value: str,
    key: str,
    take: Callable[[str], None],
    **looks: Any,
) -> None:
    """Draw a choice with ``draw`` (``st.selectbox``, ``st.segmented_control``, ...).

    ``labels`` are the options by name. It shows ``value``; ``take`` is called with the name of
    what somebody chose. ``looks`` are further arguments of ``draw``.
    """
    told_apart = _told_apart(labels)

    def take_known(name: str) -> None:
        if name in labels:
            take(name)

    tie = control(key, value, take_known, tuple(told_apart.values()))
    draw(label, list(labels), format_func=told_apart.__getitem__, **tie, **looks)


def _told_apart(labels: Mapping[str, str]) -> dict[str, str]:
    """Number the labels that several options share."""
    seen: Counter[str] = Counter()
    shared = Counter(labels.values())
    told = {}
    for name, label in labels.items():
        seen[label] += 1
        told[name] = f"{label} ({seen[label]})" if shared[label] > 1 else label
    return told
