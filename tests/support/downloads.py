"""What the buttons of a page download, as they make it when somebody clicks."""

import csv
import io
from collections.abc import Callable

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager


class Downloads:
    """The files that a page offers, by the key of their button; AppTest forgets them."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._makers: dict[str, Callable[[], str]] = {}
        add = MediaFileManager.add_deferred

        def noted(
            files: MediaFileManager,
            data: Callable[[], str],
            *rest: object,
            element_id: str,
            **by: object,
        ) -> str:
            self._makers[element_id.rpartition("csv-")[2]] = data
            return add(files, data, *rest, element_id=element_id, **by)

        patch.setattr(MediaFileManager, "add_deferred", noted)

    def names(self) -> set[str]:
        return set(self._makers)

    def rows(self, name: str) -> list[list[str]]:
        """Return the cells of a CSV, heads first; it begins with a byte order mark."""
        content = self._makers[name]()
        assert content.startswith("\ufeff")
        return list(csv.reader(io.StringIO(content[1:], newline="")))
