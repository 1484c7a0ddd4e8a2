"""The curves of a race, drawn by the code that draws a run on Train."""

from app.race.races import Race
from app.session.i18n import group
from app.widgets.chart.run_lines import LineOfRuns, run_lines
from app.widgets.shared.live_run import race_run
from app.wording import data_words
from models.tasks.base import Task

HEIGHT = 620


def race_curves(task: Task, race: Race, unit: str, replay: int) -> None:
    """Draw every variant over "epoch", "update" or "second"; ``replay`` counts what was replayed.

    From 1 on, the race is shown once more as if it trained now.
    """
    lines: list[LineOfRuns] = [
        {"label": name, "runs": [race_run(run, replay)]}
        for name, run in zip(race.names, race.runs, strict=True)
    ]
    labels = group("live", **data_words.words(task, race.experiments[0]))
    name = race.id.replace("_", ".")  # Streamlit keeps two underscores in a key for itself
    run_lines(lines, labels, task.head.metric_name, unit, HEIGHT, f"race-{name}-{replay}")
