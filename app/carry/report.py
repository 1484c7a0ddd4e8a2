"""A run as one HTML file: it needs no other file, no script and no network, and prints on A4.

It is made when its button is pressed, where no page is drawn: what only a page knows (the language,
the lesson's guesses) is taken down before. Every word of it that is not the lab's own is escaped,
and a policy in the file itself forbids scripts and anything from elsewhere.
"""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

import numpy as np

from app.carry.report_figures import Curve, curves_figure, points_figure, thinned
from app.session.i18n import texts
from app.session.services import services
from app.wording.examples import shown
from data.dataset import Array, Dataset
from data.language import Text, UserError
from data.particles import with_particles
from data.plurals import with_singulars
from models.analysis.classes import Judgement
from models.analysis.judged import judged_now, rows_of_test
from models.analysis.numbers import Residuals
from models.bundles.bundle import weights_fingerprint
from models.events import History
from models.inputs.summary import dense_layers
from models.keras_code.program import judged, program
from models.keras_code.script import source
from models.network.fingerprint import short
from models.network.weights import TrainedNetwork, read_network
from models.runs.run import Run

EXAMPLES = 10
_MOST_DOTS = 1_500
_LONGEST_TEXT = 300
_TRAIN, _VALIDATION, _BASELINE = "#0072B2", "#D55E00", "#6b7280"

Guess = tuple[str, str, str]
"""The step of a lesson, what was guessed, and what it really was."""


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language."""

    language: str

    def t(self, key: str, **values: object) -> str:
        text = texts(self.language)[key]
        return with_singulars(with_particles(text.format(**values))) if values else text

    def say(self, text: Text) -> str:
        return text.en if self.language == "en" else text.ko


@dataclass(frozen=True)
class _Subject:
    """Everything that a report is made of."""

    run: Run
    title: str
    when: str
    guesses: Sequence[Guess]
    words: Words
    network: TrainedNetwork
    history: History
    dataset: Dataset


def report(run: Run, title: str, when: str, guesses: Sequence[Guess], language: str) -> str:
    """Return the report of a run that is over and has weights, called ``title``, made ``when``.

    Raises ``UserError`` where its weights or its data are gone.
    """
    store = services().store
    network = read_network(store.folder(run.id))
    dataset = network.task.load(run.experiment)
    words, history = Words(language), store.history(run.id)
    one = _Subject(run, title, when, guesses, words, network, history, dataset)
    parts = (_head, _settings, _layers, _curves, _baselines, _answers, _guesses, _code)
    body = "".join(part(one) for part in parts)
    return _PAGE.format(
        language=language, title=escape(title), style=_style(), body=body, foot=_foot(one)
    )


@cache
def _style() -> str:
    return Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


def _head(one: _Subject) -> str:
    t, run = one.words.t, one.run
    facts = [one.words.say(one.network.task.title), one.when, t(f"state.{run.state}")]
    figures = [f"{t(f'report.figure_{name}')} {value:.4g}" for name, value in _tested(run).items()]
    told = t("report.tested", figures=" · ".join(figures)) if figures else t("report.untested")
    return (
        f"<h1>{escape(one.title)}</h1><p>{escape(' · '.join(facts))}</p>"
        f'<p class="told">{escape(told)}</p>'
    )


def _tested(run: Run) -> dict[str, float]:
    """Return the figures on the test rows; of two names for the same one stays."""
    found = dict(run.test or {})
    if "mse" in found:
        found.pop("loss", None)
    return found


def _settings(one: _Subject) -> str:
    t, experiment = one.words.t, one.run.experiment
    is_shared = experiment.validates_on_test
    rows: list[tuple[str, str]] = [(t("form.optimizer"), experiment.optimizer.name)]
    for name, value in experiment.optimizer.arguments().items():
        rows.append((t(f"form.{name}"), _value(one.words, value)))
    for name in ("epochs", "batch_size", "train_size", "standardize", "l2", "early_stopping"):
        value = getattr(experiment, name)
        rows.append(
            (
                t(f"form.{name}"),
                t("report.all")
                if value is None and name == "train_size"
                else _value(one.words, value),
            )
        )
    share = t("report.test_rows") if is_shared else f"{experiment.validation_share:.0%}"
    rows.append((t("form.validation_share"), share))
    rows.append((t("form.seed"), str(experiment.seed)))
    if experiment.left_out:
        rows.append((t("report.left_out"), f"{len(experiment.left_out):,}"))
    if reading := experiment.reading:
        rows.append(
            (
                t("report.reading"),
                f"{reading.corpus} · {reading.tokenizer} · {reading.vocabulary_size:,}",
            )
        )
    return _section(t("report.settings"), _table((), rows))


def _value(words: Words, value: object) -> str:
    if value is None:
        return words.t("report.off")
    if isinstance(value, bool):
        return words.t("report.on" if value else "report.off")
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _layers(one: _Subject) -> str:
    t, layers = one.words.t, dense_layers(one.network.task, one.run.experiment)
    rows = [
        (
            t("report.output") if layer is layers[-1] else t("report.hidden", number=number),
            f"{layer.inputs:,}",
            f"{layer.units:,} {layer.activation}",
            f"{layer.dropout:g}" if layer.dropout else "",
            f"{layer.parameters:,}",
        )
        for number, layer in enumerate(layers, 1)
    ]
    heads = [
        t(f"report.layer_{name}") for name in ("name", "inputs", "units", "dropout", "parameters")
    ]
    total = t("report.parameters", count=f"{sum(layer.parameters for layer in layers):,}")
    return _section(t("report.network"), f"{_table(heads, rows)}<p>{escape(total)}</p>")


def _curves(one: _Subject) -> str:
    """Draw loss and metric: a line of the updates, and of the epochs on the validation rows."""
    t, history = one.words.t, one.history
    if history.started is None:
        return ""
    per_epoch = history.started.updates_per_epoch
    figures = []
    for place, name in ((1, "loss"), (2, one.network.task.head.metric_name)):
        points = [(point[0] / per_epoch, point[place]) for point in history.points]
        validation = [
            (float(e.epoch), (e.val_loss, e.val_metric)[place - 1]) for e in history.epochs
        ]
        curves = [
            Curve(t("report.training"), thinned(points), _TRAIN, width=1.2),
            Curve(t("report.validation"), validation, _VALIDATION, "6 3", 2.2),
        ]
        title = t(f"report.figure_{name}")
        label = t("report.curve_label", figure=title)
        figures.append(curves_figure(curves, t("report.epoch"), title, label))
    return _section(t("report.curves"), "".join(figures))


def _baselines(one: _Subject) -> str:
    t, run = one.words.t, one.run
    if not one.history.baselines:
        return ""
    name = one.network.task.head.metric_name
    rows = [
        (t(f"live.baseline_{b.name}"), f"{b.loss:.4g}", f"{b.metric:.4g}")
        for b in one.history.baselines
    ]
    if run.val_loss is not None and run.val_metric is not None:
        rows.insert(0, (t("report.this_run"), f"{run.val_loss:.4g}", f"{run.val_metric:.4g}"))
    heads = ["", t("report.figure_loss"), t(f"report.figure_{name}")]
    note = f'<p class="note">{escape(t("report.baselines_note"))}</p>'
    return _section(t("report.baselines"), _table(heads, rows) + note)


def _answers(one: _Subject) -> str:
    """Tell what the network says of the test rows."""
    try:
        rows = rows_of_test(one.network, one.dataset)
    except UserError as error:
        note = f'<p class="note">{escape(one.words.say(error.text))}</p>'
        return _section(one.words.t("report.answers"), note)
    if not len(rows):
        return ""
    found = judged_now(one.network, rows, one.dataset.y_test).found
    tell = _classes if isinstance(found, Judgement) else _numbers
    return tell(one, found)  # type: ignore[arg-type]


def _classes(one: _Subject, found: Judgement) -> str:
    t, names = one.words.t, [one.words.say(name) for name in one.dataset.classes]
    matrix = found.matrix()
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(_cells(matrix, row))}</tr>'
        for row, name in enumerate(names)
    )
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    table = (
        f'<table class="matrix"><caption>{escape(t("report.matrix_note"))}</caption>'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{lines}</tbody></table>"
    )
    said = [
        (
            names[int(found.y[row])],
            f"{names[int(found.answers[row])]} ({found.confidence[row]:.0%})",
        )
        for row in _chosen(found.answers != found.y)
    ]
    rows = _chosen(found.answers != found.y)
    return _section(t("report.matrix"), table) + _examples(one, rows, said)


def _cells(matrix: Array, row: int) -> list[str]:
    right = max(float(np.diag(matrix).max()), 1.0)
    wrong = max(float((matrix - np.diag(np.diag(matrix))).max()), 1.0)
    return [
        f'<td class="{"on" if row == column else "off"}" '
        f'style="--s:{value / (right if row == column else wrong):.2f}">{value:,.0f}</td>'
        for column, value in enumerate(matrix[row])
    ]


def _numbers(one: _Subject, found: Residuals) -> str:
    t = one.words.t
    chosen = np.linspace(0, len(found.y) - 1, min(len(found.y), _MOST_DOTS)).astype(int)
    points = [(float(found.y[i]), float(found.answers[i])) for i in chosen]
    drawn = points_figure(points, t("report.true"), t("report.predicted"), t("report.points_label"))
    far = np.abs(found.errors) > np.median(np.abs(found.errors))
    rows = _chosen(far)
    said = [(f"{found.y[row]:.4g}", f"{found.answers[row]:.4g}") for row in rows]
    return _section(t("report.points"), drawn) + _examples(one, rows, said)


def _chosen(is_wrong: Array) -> list[int]:
    """Return rows to show: the first ones that are wrong and as many that are right, in order."""
    wrong, right = np.flatnonzero(is_wrong), np.flatnonzero(~is_wrong)
    half = min(len(wrong), EXAMPLES // 2)
    rest = right[: EXAMPLES - half]
    return sorted([*wrong[: EXAMPLES - len(rest)].tolist(), *rest.tolist()])


def _examples(one: _Subject, rows: Sequence[int], said: Sequence[tuple[str, str]]) -> str:
    t = one.words.t
    lines = "".join(
        f"<tr><td>{_example(one, row)}</td><td>{escape(true)}</td><td>{escape(answer)}</td></tr>"
        for row, (true, answer) in zip(rows, said, strict=True)
    )
    heads = "".join(
        f'<th scope="col">{escape(t(f"report.{name}"))}</th>'
        for name in ("example", "true", "predicted")
    )
    table = f'<table class="examples"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>'
    return _section(t("report.examples", count=len(rows)), table)


def _example(one: _Subject, row: int) -> str:
    picture, text = shown(one.network.task, one.dataset, one.dataset.x_test[row])
    if picture is None:
        return escape(text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…")
    from PIL import Image  # which few need

    file = io.BytesIO()
    Image.fromarray(255 - picture).save(file, "PNG")
    content = base64.b64encode(file.getvalue()).decode()
    return f'<img alt="" src="data:image/png;base64,{content}">'


def _guesses(one: _Subject) -> str:
    if not one.guesses:
        return ""
    t = one.words.t
    heads = [t(f"report.guess_{name}") for name in ("step", "guessed", "real")]
    return _section(t("report.guesses"), _table(heads, one.guesses))


def _code(one: _Subject) -> str:
    run, task = one.run, one.network.task
    reached = judged(task, run.test, len(one.dataset.y_test)) if run.test else None
    cells = program(run.experiment, task, one.dataset, reached=reached)
    code = escape(source(cells, one.words.language))
    return _section(one.words.t("report.code"), f"<pre>{code}</pre>")


def _foot(one: _Subject) -> str:
    mark = short(weights_fingerprint(one.network))
    return escape(one.words.t("report.foot", fingerprint=mark))


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose rows begin with their heads."""
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    head = f"<thead><tr>{top}</tr></thead>" if heads else ""
    lines = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in others)
        + "</tr>"
        for first, *others in rows
    )
    return f"<table>{head}<tbody>{lines}</tbody></table>"


_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head>
<body>{body}<footer><small>{foot}</small></footer></body></html>
"""
