"""Tells a browser with the page itself what the page is going to need.

Otherwise it hears of one thing after the other: of Streamlit's elements from the first messages of
the page's script, of the lab's modules from those elements, of plotly.js from a module. Named in
the page, all of them come while Streamlit starts, after what it starts with.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from app.server import web_page
from app.server.plotly_script import PLOTLY_URL
from app.server.scripts import widget_modules
from app.server.static_files import FOLDER


@dataclass(frozen=True, slots=True)
class _Needs:
    """Streamlit's elements, the lab's linked modules, and what else a page fetches."""

    elements: tuple[str, ...]
    modules: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()


_ALL = _Needs(("BidiComponent", "Html", "ButtonGroup", "Button", "TextInput"), ("all.js",))
_PAGES = {
    "": _Needs(("PageLink", "ImageList")),
    "data": _Needs(("DownloadButton", "ImageList"), ("data.js",)),
    "analyze": _Needs((), ("analyze.js", "figure.js")),
    "compare": _Needs((), ("compare.js", "train.js"), (PLOTLY_URL,)),
    "race": _Needs(("Selectbox",), ("train.js",), (PLOTLY_URL,)),
    "train": _Needs(
        ("Selectbox", "Slider", "Checkbox", "rehype-katex"), ("train.js",), (PLOTLY_URL,)
    ),
}
_LATER = 'fetchpriority="low"'
"""Not before what Streamlit starts with, nor before the owner."""
_IMPORT = re.compile(r'(?:from|import)"\./([^"]+\.js)"')


def links(page: str) -> str:
    """Return the ``<link>``s of the page with this name in the address, as in "train"."""
    return _links(_PAGES.get(page, _Needs(())))


@cache
def _links(needs: _Needs) -> str:
    elements = _with_imports(*_ALL.elements, *needs.elements)
    linked = map(widget_modules.address, (*_ALL.modules, *needs.modules))
    modules = [*(f"static/js/{each}" for each in elements), *linked]
    scripts = _each("preload", 'as="script"', needs.scripts)
    return _each("modulepreload", "crossorigin", modules) + scripts


def _each(kind: str, how: str, addresses: Iterable[str]) -> str:
    start = f'<link rel="{kind}" {how} {_LATER}'
    return "".join(f'{start} href="./{address}">' for address in addresses)


def _with_imports(*elements: str) -> list[str]:
    """Return scripts of Streamlit's with all that they import and its page does not name."""
    found = dict.fromkeys(web_page.scripts())
    named = len(found)
    waiting = [path.name for each in elements for path in FOLDER.glob(f"js/{each}.*.js")]
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += _IMPORT.findall((FOLDER / "js" / name).read_text(encoding="utf-8"))
    return list(found)[named:]
