"""The runs as a table to take away."""

import streamlit as st

from app.my_runs.csv_export import Cell, csv_text
from app.session.i18n import say, t
from app.session.services import task_of
from app.wording import run_words
from models.runs.run import Run


def runs_table(runs: list[Run]) -> None:
    """Draw the button that downloads the runs as CSV."""
    st.download_button(
        t("runs.csv"),
        data=csv_text([t(f"runs.column_{name}") for name in COLUMNS], map(row, runs)),
        file_name=t("runs.csv_file"),
        mime="text/csv; charset=utf-8",
        icon=":material/download:",
        on_click="ignore",
        key="csv",
    )


COLUMNS = (
    "name",
    "task",
    "state",
    "created",
    "seconds",
    "layers",
    "optimizer",
    "learning_rate",
    "batch_size",
    "epochs",
    "epoch",
    "seed",
    "validation",
    "val_loss",
    "metric",
    "val_metric",
    "test_loss",
    "test_metric",
    "id",
)


def row(run: Run) -> list[Cell]:
    """Return a run's cells in the order of ``COLUMNS``."""
    experiment, test = run.experiment, run.test or {}
    task = task_of(run)
    return [
        run_words.name(run),
        say(task.title),
        t(f"state.{run.state}"),
        run_words.made(run),
        run_words.seconds(run),
        _layers(run),
        experiment.optimizer.name,
        experiment.optimizer.learning_rate,
        experiment.batch_size,
        experiment.epochs,
        run.epoch,
        experiment.seed,
        t("runs.validation_test" if experiment.validates_on_test else "runs.validation_held"),
        run.val_loss,
        task.head.metric_name,
        run.val_metric,
        test.get("loss"),
        test.get(task.head.metric_name),
        run.id,
    ]


def _layers(run: Run) -> Cell:
    """Return the units of the hidden layers: a number, or "10 → 12", which is no date."""
    units = [layer.units for layer in run.experiment.layers]
    return units[0] if len(units) == 1 else " → ".join(map(str, units)) or run_words.layers(run)
