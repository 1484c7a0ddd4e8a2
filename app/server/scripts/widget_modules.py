"""Serves the scripts of ``app/widgets``: ES modules that import each other by relative addresses.

All of them lie below one address that names their content, so that browsers keep them for ever and
never mix two versions. Beside them, what the components of a page need lies there as one module
(``module_linker``). Addresses are relative to the page's, which is right below any path.
"""

import hashlib
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.server.scripts.module_linker import exported, linked
from app.server.static_files import file_answer, script_answer

FOLDER = Path(__file__).parents[2] / "widgets"
LINKED = {
    "all.js": ("page",),
    "data.js": ("data",),
    "train.js": ("chart", "code", "diagram", "updates"),
    "predict.js": ("pictures", "review"),
    "analyze.js": ("analysis",),
    "compare.js": ("comparison",),
    "figure.js": ("figure",),
}
"""The linked modules, and the folders whose components each holds: of every page, of Data, of
Train, of Predict, of Analyze, of Compare, and of the figures."""


@cache
def modules() -> dict[str, Path]:
    """Return every module by its address in the folder, as in "chart/live_chart.js"."""
    paths = sorted(FOLDER.rglob("*.js"))
    return {path.relative_to(FOLDER).as_posix(): path for path in paths}


@cache
def scripts() -> dict[str, str]:
    """Return the text of every module."""
    return {name: path.read_text(encoding="utf-8") for name, path in modules().items()}


@cache
def folder_address() -> str:
    """Return where the modules lie, as "assets/widgets-" and a hash of them all."""
    digest = hashlib.sha256(repr(sorted(scripts().items())).encode())
    return f"assets/widgets-{digest.hexdigest()[:12]}"


def address(name: str) -> str:
    """Return the address of a module, or of a linked one, from the folder of the page."""
    return f"{folder_address()}/{name}"


def linked_with(name: str) -> str:
    """Return the linked module that a component's module is part of.

    >>> linked_with("chart/live_chart.js")
    'train.js'
    """
    folder = name.partition("/")[0]
    (found,) = (each for each, folders in LINKED.items() if folder in folders)
    return found


@cache
def _linked(name: str) -> bytes:
    components = [
        each
        for each, script in scripts().items()
        if each.partition("/")[0] in LINKED[name] and "default" in exported(script)
    ]
    return linked(components, scripts()).encode()


async def _serve(request: Request) -> Response:
    name = request.path_params["name"]
    if name in LINKED:
        return await script_answer(_linked(name), request.scope)
    if name in modules():
        return await file_answer(modules()[name], request.scope)
    raise HTTPException(404)


def route() -> Route:
    """Return the route of the modules."""
    return Route(f"/{folder_address()}/{{name:path}}", _serve)
