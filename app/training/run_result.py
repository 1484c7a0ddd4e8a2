"""What a finished run came to, and where to go with it."""

from functools import partial
from pathlib import Path

import streamlit as st

from app.session import state
from app.session.failures import tell
from app.session.i18n import t
from app.session.markdown import plain
from app.session.navigation import PREDICT
from app.session.networks import network_in
from app.session.services import services
from app.training.diagnosis_panel import diagnosis_panel
from app.wording import data_words, run_words
from app.wording.file_names import file_name
from data.language import UserError
from models.download.archive import download
from models.inputs.kinds import input_of
from models.network.weights import WEIGHTS
from models.runs.store import Run
from models.tasks.base import Task
from models.verdict import Verdict, verdict


def run_result(task: Task, run: Run | None) -> None:
    """Draw the figures on the test rows and the ways on: try the network, download it."""
    if run is None:
        return
    if run.test:
        words = data_words.words(task, run.experiment)
        figures = [_figure(name, value, words) for name, value in run.test.items()]
        if "mse" in run.test:
            figures = figures[1:]  # the loss is the mean squared error
        st.markdown(f"**{t('train.result', figures=' · '.join(figures))}**")
        if run.experiment.validates_on_test:
            st.caption(t("train.same_rows"))
    if run.is_over:
        _kept(run)
        outline = services().store.outline(run.id)
        _verdict(verdict(outline))
        diagnosis_panel(task, run, outline.end.diagnoses if outline.end else ())
    folder = services().store.folder(run.id)
    with st.container(horizontal=True, vertical_alignment="center", key="ways-on"):
        if (folder / WEIGHTS).exists():
            _try_link(task)
            if not run.is_under_way:
                _download(run, folder)


def _kept(run: Run) -> None:
    """Say which weights there are where they are not those of the last epoch."""
    epoch, update = run_words.kept_epoch(run), run_words.kept_update(run)
    if epoch is not None:
        st.caption(t("train.kept_epoch", epoch=epoch, last=run.epoch))
    elif update is not None and run.epoch:
        st.caption(t("train.kept_update", update=f"{update:,}", epoch=run.epoch))


def _verdict(found: Verdict | None) -> None:
    """Say in a sentence what the losses show."""
    if found is None:
        return
    since, best, last = found.since, found.best, found.last
    st.markdown(
        t(
            f"verdict.{found.course}",
            since=since.epoch,
            recent=last.epoch - since.epoch + 1,
            loss_before=found.before.loss,
            loss_now=found.now.loss,
            val_before=found.before.val_loss,
            val_now=found.now.val_loss,
            best=best.epoch,
            best_val=best.val_loss,
        )
    )


def _figure(name: str, value: float, words: dict[str, str]) -> str:
    """Return a figure on the test rows; ``words`` are those of the data."""
    shown = {"loss": value, "accuracy": 100 * value}.get(name, data_words.figure(value))
    return t(f"train.result_{name}", value=shown, unit=plain(words["unit"]))


def _try_link(task: Task) -> None:
    drawn = input_of(task).is_drawn(task)
    label = t("train.draw" if drawn else "train.try")
    st.page_link(
        PREDICT,
        label=label,
        icon=":material/draw:" if drawn else ":material/arrow_forward:",
        query_params=state.address(task.name),
    )


def _download(run: Run, folder: Path) -> None:
    """Draw the button that makes the ZIP archive of a run when it is pressed."""
    try:
        network_in(folder)
    except UserError as error:
        return tell(error.text)  # while it can be said in the page's language
    st.download_button(
        t("train.download"),
        data=partial(download, folder),
        file_name=file_name(run_words.file_title(run), ".zip"),
        mime="application/zip",
        help=t("train.download_help"),
        on_click="ignore",
        key="download",
    )
