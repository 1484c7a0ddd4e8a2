"""The words of the pages, in Korean and English.

Every text lives in ``texts/ko.toml`` and ``texts/en.toml`` under the same key; a test holds the
keys and their placeholders equal.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from app.session import state
from data.language import Text
from data.particles import with_particles
from data.plurals import with_singulars

LANGUAGES = {"ko": "한국어", "en": "English"}


@cache
def texts(language: str) -> dict[str, str]:
    """Return every text of a language by its dotted key."""
    path = Path(__file__).parents[1] / "texts" / f"{language}.toml"
    return dict(_flatten("", tomllib.loads(path.read_text(encoding="utf-8"))))


def t(key: str, **values: object) -> str:
    """Return the text of this key in the page's language, its placeholders filled."""
    text = texts(state.language())[key]
    return with_singulars(with_particles(text.format(**values))) if values else text


def say(text: Text) -> str:
    """Return a bilingual text in the page's language."""
    return text.en if state.language() == "en" else text.ko


def both(key: str, **values: object) -> Text:
    """Return the text of this key in both languages, for what is said on a later page."""
    return Text(*(texts(language)[key].format(**values) for language in LANGUAGES))


def group(prefix: str, **values: object) -> dict[str, str]:
    """Return the texts under a prefix by the rest of their keys, as a component's labels.

    Placeholders that ``values`` name are filled; the others are the component's.
    """
    start = prefix + "."
    found = texts(state.language())
    return {
        key.removeprefix(start): _partly_filled(text, values)
        for key, text in found.items()
        if key.startswith(start)
    }


def _partly_filled(text: str, values: Mapping[str, object]) -> str:
    filled = text
    for name, value in values.items():
        filled = filled.replace(f"{{{name}}}", str(value))
    return text if filled == text else with_particles(filled)


def _flatten(prefix: str, table: dict[str, Any]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        pairs += _flatten(f"{name}.", value) if isinstance(value, dict) else [(name, value)]
    return pairs
