"""Names of downloaded files, out of names that people gave."""

import re
import unicodedata

MAX_BYTES = 200
"""Of the name without its suffix, in UTF-8: file systems take 255."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')  # by Windows, the strictest
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?=\.|$)", re.IGNORECASE)


def file_name(title: str, suffix: str) -> str:
    """Return a name that every system takes for a file, with as much of the title as it allows.

    >>> file_name("집값: SGD/0.01?", ".zip")
    '집값- SGD-0.01-.zip'
    >>> file_name("..", ".zip")
    'network.zip'
    """
    text = unicodedata.normalize("NFC", title)
    seen = "".join(c for c in text if unicodedata.category(c)[0] != "C" or c.isspace())
    plain = _FORBIDDEN.sub("-", " ".join(seen.split())).lstrip(" .-~")
    cut = plain.encode()[:MAX_BYTES].decode(errors="ignore").rstrip(" .")
    return f"{'_' if _DEVICES.match(cut) else ''}{cut or 'network'}{suffix}"
