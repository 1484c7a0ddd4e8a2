"""One weight under the glass: gradient, the optimizer's memory and the change, update by update."""

from dataclasses import asdict
from typing import Any

from app.widgets.shared import assets
from app.widgets.shared.live_run import LiveRun
from models.experiment import Optimizer
from models.network.update_rule import shown_rule

LABELS = (
    "empty",
    "waiting",
    "over",
    "update",
    "table",
    "w",
    "g",
    "momentum",
    "mean",
    "square",
    "largest",
    "sum",
    "mean_corrected",
    "square_corrected",
    "change",
    "real",
    "same",
    "rounded",
    "clipped",
    "lecture",
    "zero",
    "curve_w",
    "curve_change",
    "curve_label",
)

_CURVE = """
  <figure>
    <figcaption></figcaption>
    <svg role="img" viewBox="0 0 100 40" preserveAspectRatio="none">
      <path class="zero"/><path class="curve"/>
    </svg>
    <p class="high" aria-hidden="true"></p><p class="low" aria-hidden="true"></p>
  </figure>
"""
_HTML = f"""
<section class="probe">
  <p class="name"></p>
  <p class="says"></p>
  <dl class="figures"></dl>
  <p class="lecture"></p>
  {_CURVE * 2}
</section>
"""

_mount = assets.component("weight_probe", _HTML)


def weight_probe(
    *,
    run: LiveRun | None,
    optimizer: dict[str, Any],
    picked: tuple[int, int, int],
    name: str,
    labels: dict[str, str],
    key: str,
) -> None:
    """Show the picked weight, (layer, input or -1 for the bias, unit), while ``run`` trains.

    ``optimizer`` is ``Optimizer.to_dict()`` of the run, or of the form where there is none;
    ``name`` says in words which weight it is. ``labels`` holds ``LABELS``.
    """
    data = {
        "run": run,
        "rule": asdict(shown_rule(Optimizer(**optimizer))),
        "picked": picked,
        "name": name,
        "labels": assets.pick(labels, LABELS),
    }
    _mount(key=key, data=data)
