"""What is wrong with how a run learns, in a sentence with its own figures, and what to try."""

from contextlib import suppress

import streamlit as st

from app.session import state
from app.session.i18n import t
from app.training import starting
from data.language import UserError
from models.events import Diagnosis
from models.experiment import Experiment
from models.inputs.kinds import input_of
from models.runs.store import Run
from models.tasks.base import Task
from models.training.diagnosis import remedies

MOST_REMEDIES = 4

Span = tuple[float, float]


def diagnosis_panel(task: Task, run: Run, diagnoses: tuple[Diagnosis, ...]) -> None:
    """Draw the diagnoses of a run that is over and a button for each remedy; nothing for none."""
    said = _said(diagnoses, _span(task, run))
    if not said:
        return
    with st.container(key="diagnosis", border=True):
        st.markdown(f"**{t('diagnosis.title')}**")
        for _, told in said:
            st.markdown(told)
        known = tuple(diagnosis for diagnosis, _ in said)
        found = list(remedies(task, run.experiment, known).items())[:MOST_REMEDIES]
        if not found:
            return
        st.caption(t("diagnosis.try"))
        with st.container(horizontal=True, key="remedies"):
            for name, experiment in found:
                st.button(
                    t(f"diagnosis.{name}", rate=experiment.optimizer.learning_rate),
                    key=f"remedy-{name}",
                    help=t("diagnosis.help"),
                    on_click=_take,
                    args=(experiment,),
                )


def _said(diagnoses: tuple[Diagnosis, ...], span: Span | None) -> list[tuple[Diagnosis, str]]:
    """Return the diagnoses with their sentences, but for those of another version of the lab."""
    said = []
    for diagnosis in diagnoses:
        with suppress(KeyError, ValueError):
            said.append((diagnosis, sentence(diagnosis, span)))
    return said


def _span(task: Task, run: Run) -> Span | None:
    try:
        return input_of(task).span(task.load(run.experiment))
    except UserError:
        return None


def sentence(diagnosis: Diagnosis, span: Span | None) -> str:
    """Return what a diagnosis says in the page's language.

    ``span`` is the smallest and the largest number of the data, None where it is missing.
    """
    figures = diagnosis.figures
    told = t(f"diagnosis.says_{diagnosis.name}", **figures)
    if "has_gradient" in figures:
        gradient = "gradient" if figures["has_gradient"] else "no_gradient"
        told += " " + t(f"diagnosis.{gradient}", gradient=figures["gradient"])
    if figures.get("raw") and span:
        told += " " + t("diagnosis.raw", low=span[0], high=span[1])
    return told


def _take(experiment: Experiment) -> None:
    """Put a remedy into the form and train with it."""
    state.replace_draft(experiment)
    starting.try_to_start(experiment)
