"""Text that somebody wrote, as Markdown that Streamlit shows the way it was written.

Streamlit reads far more than CommonMark: ``5~10 … 64~128`` is struck through, ``$20 … $50`` is a
formula, ``->`` an arrow, ``:name:`` a picture. And CommonMark lets bold type end before a letter
only where a letter stands before it, so that ``**…)**는`` keeps its asterisks. What a person typed
(a run's name, a file's name, what an error quotes) goes through ``plain``, a teacher's lesson
through ``formatted``.
"""

import re

_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_MARK = re.compile(
    r"(?P<late>(?<=[<>~-])[-=>]|(?<=:)[\w+-](?=[\w+-]*:))"
    r"|[\\`*\[\]<>~$|@]|&(?=[#\w])|:(?=[\w+/-])|(?<=[Ww][Ww][Ww])\."
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|\A(?:[#+-]|\d(?=\d*[.)]))",
    re.ASCII,
)
"""What would be read as a mark: anywhere, or at the start of a line. ``late`` belongs to what
Streamlit replaces in text that it has parsed already (``->``, ``:name:``), where a reference keeps
nothing."""

_FORMAT = re.compile(
    r"\\(?P<literal>[!-/:-@\[-`{-~])"
    r"|\$`(?P<formula>[^`$]+)`\$"
    r"|`(?P<code>[^`]+)`"
    r"|\*\*(?P<bold>(?=[^\s*]).+?(?<=[^\s*]))\*\*(?!\*)"
    r"|(?<![\w*])\*(?P<italic>(?=[^\s*])[^*]*(?<=[^\s*]))\*(?!\*)"
    r"|\[(?P<link>[^\[\]]+)\]\((?P<address>https?://[^\s()<>$]+)\)"
)
_PARAGRAPHS = re.compile(r"\n\s*\n")
_ITEM = re.compile(r"(?:^|\n)(?=(?:[-*]|\d{1,3}\.) +\S)")
_ITEM_MARK = re.compile(r"(?:[-*]|\d{1,3}\.) +(?=\S)")


def plain(text: str) -> str:
    """Return Markdown that shows ``text`` itself on one line, whatever characters it holds.

    >>> plain("5~10")
    '5&#126;10'
    """
    return _MARK.sub(_kept, _SPACE.sub(" ", text).strip(" "))


def formatted(text: str) -> str:
    """Return a lesson's text as Markdown that formats what ``app/lessons/README.md`` names.

    That is bold and italic type, code, links, formulas between ``$`` and a backtick, lists and
    paragraphs. Everything else is shown as it was written.

    >>> formatted("**x)**y 5~10")
    '**x)**&#121; 5&#126;10'
    """
    return "\n\n".join(_paragraph(each) for each in _PARAGRAPHS.split(text.strip()))


def _paragraph(text: str) -> str:
    """Format a paragraph or the items of a list, each on a line of its own."""
    lines = []
    for item in filter(None, _ITEM.split(text)):
        mark = _ITEM_MARK.match(item)
        start = mark[0] if mark else ""
        lines.append(start + _inline(_SPACE.sub(" ", item[len(start) :]).strip(" ")))
    return "\n".join(lines)


def _inline(text: str) -> str:
    shown, at, before = "", 0, False
    for found in _FORMAT.finditer(text):
        starts, ends = _edges(found)
        shown += _between(text[at : found.start()], before, starts) + _piece(found)
        at, before = found.end(), ends
    return shown + _between(text[at:], before, False)


def _edges(found: re.Match[str]) -> tuple[bool, bool]:
    """Say whether bold or italic type begins, and whether it ends, with a mark.

    CommonMark then wants no letter beside it; a reference counts as a mark.
    """
    inner = found["bold"] or found["italic"]
    return (not inner[0].isalnum(), not inner[-1].isalnum()) if inner else (False, False)


def _piece(found: re.Match[str]) -> str:
    """Return the Markdown of what is formatted."""
    match found.lastgroup:
        case "literal":
            return _reference(found["literal"])
        case "formula":
            return f"${found['formula'].strip()}$"
        case "bold":
            return f"**{_inline(found['bold'])}**"
        case "italic":
            return f"*{_inline(found['italic'])}*"
        case "address":
            return f"[{_inline(found['link'])}]({found['address']})"
    return found[0]


def _between(text: str, after: bool, before: bool) -> str:
    """Return plain text; what stands right ``after`` or ``before`` such type becomes a mark."""
    edges = (r"|\A\S" if after else "") + (r"|\S\Z" if before else "")
    return re.sub(_MARK.pattern + edges, _kept, text, flags=re.ASCII)


def _kept(found: re.Match[str]) -> str:
    reference = _reference(found[0])
    return f":color[{reference}]" if found["late"] else reference


def _reference(character: str) -> str:
    return f"&#{ord(character)};"
