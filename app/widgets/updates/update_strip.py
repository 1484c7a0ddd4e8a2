"""One cell for every update of the running epoch, and the four steps of each in slow motion."""

from collections.abc import Sequence
from typing import Literal

from app.widgets.shared import assets
from app.widgets.shared.live_run import LiveRun

LABELS = (
    "label",
    "plan",
    "plan_even",
    "plan_other",
    "one_each",
    "several_each",
    "epoch",
    "update",
    "cells",
    "announce",
    "steps",
    "slow",
    "now",
    "forward",
    "loss",
    "gradient",
    "change",
    "about_forward",
    "about_loss",
    "about_gradient",
    "about_change",
    "answer_value",
    "answer_class",
    "more_rows",
    "penalty",
    "norm",
    "picked",
)

_STEPS = ("forward", "loss", "gradient", "change")
_HTML = f"""
<section class="strip">
  <p class="plan"></p>
  <p class="count"><span class="epoch"></span> <span class="update"></span></p>
  <div class="cells" role="img"></div>
  <p class="scale"></p>
  <p class="under-way"></p>
  <ol class="steps">
    {"".join(f'<li data-step="{step}"><b></b><span></span></li>' for step in _STEPS)}
  </ol>
  <p class="announcer" aria-live="polite"></p>
</section>
"""

_mount = assets.component("update_strip", _HTML)


def update_strip(
    *,
    rows: int,
    batch_size: int,
    updates_per_epoch: int,
    last_batch: int,
    epochs: int,
    loss: Literal["mse", "cross_entropy"],
    run: LiveRun | None,
    labels: dict[str, str],
    classes: Sequence[str] | None = None,
    key: str,
) -> None:
    """Show how ``rows`` are cut into batches; the cells fill while ``run`` trains.

    The last cell is as narrow as ``last_batch`` is small. A run that was started with other
    numbers shows its own. ``classes`` are the classes' names by index, None where the
    answers are numbers. ``labels`` holds ``LABELS``.
    """
    data = {
        "plan": {
            "rows": rows,
            "batch_size": batch_size,
            "updates_per_epoch": updates_per_epoch,
            "last_batch": last_batch,
            "epochs": epochs,
        },
        "loss": loss,
        "run": run,
        "classes": list(classes) if classes else None,
        "labels": assets.pick(labels, LABELS),
    }
    _mount(key=key, data=data)
