"""Joins ES modules into one that needs a single request: 28 of them would make a first visit's
requests a quarter more.

Every module keeps its own scope and hands on what it exports. That takes no parser, for the lab's
modules import at their beginning and by name, export where they declare, and never reassign what
they export; ``tests/app/server/scripts/test_module_linker.py`` holds them to it.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping

IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "(\.[^"]+)";$', re.MULTILINE)
EXPORT = re.compile(
    r"^export (?:(default )|(?=(?:async )?(?:function\*?|class|const) (?:(\w+)|\[([\w, ]+)\])))",
    re.MULTILINE,
)
_DEFAULT = "standard"


def imported(name: str, script: str) -> list[str]:
    """Return the modules that the module ``name`` imports.

    >>> imported("chart/a.js", 'import { x, y } from "../shared/b.js";')
    ['shared/b.js']
    """
    return [_resolved(name, where) for _, where in IMPORT.findall(script)]


def in_order(names: Iterable[str], scripts: Mapping[str, str]) -> list[str]:
    """Return modules with all that they import, each once and after what it imports."""
    found: dict[str, None] = {}

    def add(name: str) -> None:
        for each in imported(name, scripts[name]):
            if each not in found:
                add(each)
        found.setdefault(name)

    for name in names:
        add(name)
    return list(found)


def linked(names: Iterable[str], scripts: Mapping[str, str]) -> str:
    """Return one module whose default export holds, by their names, what all of these export."""
    parts = [_scope(name, scripts[name]) for name in in_order(names, scripts)]
    return "\n".join(["const modules = {};", *parts, "export default modules;", ""])


def exported(script: str) -> list[str]:
    """Return the names that a module exports, "default" among them.

    >>> exported("export const [A, B] = [1, 2];\\nexport function f() {}\\nexport default f;")
    ['A', 'B', 'f', 'default']
    """
    found = EXPORT.findall(script)
    return [
        name
        for standard, one, several in found
        for name in (["default"] if standard else [one] if one else several.split(", "))
    ]


def _scope(name: str, script: str) -> str:
    def take(found: re.Match[str]) -> str:
        return f'const {{ {found[1]} }} = modules["{_resolved(name, found[2])}"];'

    body = IMPORT.sub(take, script)
    body = EXPORT.sub(lambda found: f"const {_DEFAULT} = " if found[1] else "", body)
    names = [f"default: {_DEFAULT}" if each == "default" else each for each in exported(script)]
    given = f"return {{ {', '.join(names)} }};"
    return f'modules["{name}"] = (() => {{\n{body}{given}\n}})();'


def _resolved(name: str, where: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), where))
