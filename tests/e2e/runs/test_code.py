"""The Keras program of a run is taken home, run, and reaches what the page says."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import Page

from data.dataset_file import dataset_bytes
from models.tasks import built_in
from tests.support.browser.lesson import Lesson
from tests.support.browser.server import Server

pytestmark = pytest.mark.timeout(300)


def test_a_downloaded_notebook_reaches_the_run_s_figure(
    page: Page, server: Server, tmp_path: Path
) -> None:
    lesson = Lesson(page, server.url, "en")
    lesson.open("train", task="boston")
    lesson.button("train.start").click()
    lesson.wait_for_state("done")
    lesson.settle()
    page.get_by_text(lesson.says("code.title"), exact=True).click()
    with page.expect_download() as downloading:
        lesson.button("code.notebook").click()
    assert downloading.value.suggested_filename.endswith(".ipynb")
    notebook = nbformat.read(downloading.value.path(), as_version=4)
    task = built_in("boston")
    (tmp_path / "boston.npz").write_bytes(dataset_bytes(task.load(), {})[0])
    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}).execute()
    compared = notebook.cells[-1]
    assert "IN_THE_LAB" in compared.source
    assert compared.outputs[-1].text.strip() == "as in the lab"
