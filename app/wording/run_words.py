"""A run in words: what it was, how good it is, when it was and how long it took."""

from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st

from app.session.i18n import say, t
from app.session.services import memory, services, task_of
from app.wording import data_words
from models.events import History, State
from models.runs.run import Run

_STOPPED_ANYWHERE = (State.STOPPED, State.TIMEOUT, State.INTERRUPTED, State.PAUSED)
"""The states of a run that may have stopped inside an epoch and has kept its weights there."""


def name(run: Run) -> str:
    """Return what a run is called on every page and in every file.

    That is its owner's name for it, which is plain text and may hold anything, or else its task,
    the lecture's setting that it has, and when it was made, to the second: somebody may start
    several a minute.
    """
    return run.name or t("run.name", what=_kind(run), when=created(run))


def file_title(run: Run) -> str:
    """Return what a file of a run is called: by its task too, which a person's name may not say."""
    return f"{say(task_of(run).title)} {run.name}" if run.name else name(run)


def _kind(run: Run) -> str:
    """Return the title of a run's task and of the preset that it was made with, if of one.

    Seed and epochs aside: a run that is trained on keeps what it is called. Rows that were left
    out are counted.
    """
    task, left_out = task_of(run), run.experiment.left_out
    own = {name: getattr(run.experiment, name) for name in ("seed", "epochs", "left_out")}
    found = [p.title for p in task.settings if p.experiment.changed(**own) == run.experiment]
    words = [*map(say, [task.title, *found])]
    return " ".join([*words, t("run.left_out", rows=len(left_out))] if left_out else words)


def recipe(run: Run) -> str:
    """Return what was chosen, in one line."""
    experiment = run.experiment
    parts = [layers(run), experiment.optimizer.name]
    parts += [t("runs.epochs", epochs=experiment.epochs)]
    parts += [t("runs.batch", batch=experiment.batch_size)]
    return " · ".join(parts if not run.name else [say(task_of(run).title), *parts])


def layers(run: Run) -> str:
    """Return the units of the hidden layers, as in "64-64"."""
    return "-".join(str(layer.units) for layer in run.experiment.layers) or t("run.no_hidden")


def kept_epoch(run: Run) -> int | None:
    """Return the epoch that a run's weights and figures are of, None where it is its last one."""
    end = outline(run).end if run.is_over else None
    return end.kept.epoch if end and end.kept else None


def kept_update(run: Run) -> int | None:
    """Return the update inside an epoch that a run's weights are of, None where there is none."""
    started = outline(run).started
    if run.state not in _STOPPED_ANYWHERE or started is None or kept_epoch(run) is not None:
        return None
    return run.updates if run.updates > run.epoch * started.updates_per_epoch else None


def weights(run: Run) -> str:
    """Return which weights a run has kept where they are not those of its last epoch, else ""."""
    if (epoch := kept_epoch(run)) is not None:
        return t("runs.kept_epoch", epoch=epoch)
    update = kept_update(run)
    return "" if update is None else t("runs.kept_update", update=f"{update:,}")


def figure(run: Run) -> str:
    """Return the metric on the validation rows, of the epoch whose weights were kept."""
    if run.val_metric is None:
        return t("run.none_yet")
    head = task_of(run).head
    value = 100 * run.val_metric if head.is_classifier else data_words.figure(run.val_metric)
    return t(f"run.{head.metric_name}", value=value)


def progress(run: Run) -> str:
    """Return the validation loss and how many epochs are finished."""
    parts = [t("runs.val_loss", value=f"{run.val_loss:.4g}")] if run.val_loss is not None else []
    parts.append(t("runs.progress", epoch=run.epoch, epochs=run.experiment.epochs))
    return " · ".join(filter(None, [*parts, weights(run)]))


def created(run: Run) -> str:
    """Return when a run was made, as ``moment`` tells it."""
    return moment(run.created)


def moment(seconds: float) -> str:
    """Return a time (seconds since 1970) by the browser's clock, as a spreadsheet reads it."""
    return f"{_local(seconds):%Y-%m-%d %H:%M:%S}"


def made(run: Run) -> datetime:
    """Return when a run was made, as the browser's clock showed it."""
    return _local(run.created)


def _local(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, _time_zone())


def seconds(run: Run) -> float | None:
    """Return how long a run that has ended trained, None where that is not known."""
    end = outline(run).end
    return end.seconds if end else None


def outline(run: Run) -> History:
    """Return a run's history without its points, read again only when there is more of it."""
    read = services().store.outline
    return memory().outlines.get((run.id, run.events), lambda: read(run.id))


def _time_zone() -> tzinfo | None:
    """Return the browser's time zone; None, the server's own, where it says nothing of it.

    A machine may know no zone by its name; how far the browser's clock is behind UTC, in minutes,
    is right for today at least.
    """
    try:
        return ZoneInfo(st.context.timezone or "")
    except (KeyError, ValueError, OSError):  # OSError: a name of folders, or far too long
        behind = st.context.timezone_offset
        return None if behind is None else timezone(-timedelta(minutes=behind))
