"""How much a network bears: its error on test rows that are changed more and more."""

import numpy as np
import streamlit as st

from app.analysis.analysed import Analysed
from app.analysis.headings import heading
from app.analysis.inputs import shakes_of
from app.analysis.samples import opened_row
from app.form.choice import choice
from app.session import state
from app.session.i18n import group, say, t
from app.session.markdown import plain
from app.session.remembered import content_of
from app.session.services import memory
from app.widgets.analysis.sample_list import Sample, sample_list
from app.widgets.figure.figure import Axes, Line, figure
from app.wording import data_words
from app.wording.examples import shown
from data.dataset import Array
from data.text.vocabulary import Encoded
from models.analysis.shaken import Shake, error_when_shaken
from models.inputs.preparation import Rows
from models.network.epoch_record import recorded_rows
from models.network.evaluation import rows_at
from models.network.forward import predict

SAMPLES = 8


def shaking(one: Analysed, other: Analysed | None) -> None:
    """Draw the choice of a change, the curve of the error over its strength, and some samples."""
    if not len(one.rows):
        st.info(t("analyze.no_rows"))
        return
    left, right = st.columns([5, 5], gap="large")
    with left:
        heading(t("analyze.shaking"), one, other)
        shake = _shake(one)
        strength = _strength(one, shake)
        _curve(one, other, shake, strength)
    with right:
        heading(t("analyze.shaken_samples"), one)
        _samples(one, shake, strength)


def _shake(one: Analysed) -> Shake:
    shakes = {each.name: each for each in shakes_of(one.task, one.dataset)}
    kept = state.Kept(f"analysis-shake-{one.task.name}", next(iter(shakes)))
    labels = {name: plain(say(each.title)) for name, each in shakes.items()}
    wanted = kept.get() if kept.get() in shakes else next(iter(shakes))
    key = f"analysis-shake-{one.task.name}"
    choice(st.selectbox, t("analyze.shake"), labels, wanted, key, kept.set)
    return shakes[wanted]


def _strength(one: Analysed, shake: Shake) -> float:
    key = f"analysis-strength-{one.task.name}-{shake.name}"
    labels = {f"{each:g}": f"{each:g}" for each in shake.strengths}
    middle = f"{shake.strengths[len(shake.strengths) // 2]:g}"
    kept = state.Kept(key, middle)
    title = t("analyze.strength", unit=say(shake.unit))
    choice(st.select_slider, title, labels, kept.get(), key, kept.set)
    return float(kept.get())


def _rows(one: Analysed, shake: Shake) -> tuple[Array | Encoded, Array]:
    """Return the rows that are changed, as they are stored, and their true answers."""
    chosen = recorded_rows(len(one.rows))
    y = one.dataset.y_test[chosen]
    if isinstance(one.rows, Encoded):
        return rows_at(one.rows, chosen), y
    return one.dataset.x_test[chosen], y


def _errors(one: Analysed, shake: Shake) -> tuple[float, ...]:
    """Return the figure of a network at every strength."""

    def measured() -> tuple[float, ...]:
        rows, y = _rows(one, shake)
        return tuple(
            error_when_shaken(one.network, shake, strength, rows, y) for strength in shake.strengths
        )

    key = (one.folder, one.written, content_of(one.task, one.dataset), shake.name)
    return memory().shaken.get(key, measured)


def _curve(one: Analysed, other: Analysed | None, shake: Shake, strength: float) -> None:
    is_classifier = one.task.head.is_classifier
    lines = [_line(one, shake, "network")]
    if other is not None:
        lines.append(_line(other, shake, "other dashed"))
    values = [value for line in lines for _, value in line.points if np.isfinite(value)]
    top = 1.0 if is_classifier else max(values, default=1.0) * 1.1
    now = dict(zip(shake.strengths, _errors(one, shake), strict=True))[strength]
    unit = data_words.words_of(one.dataset)["unit"]
    said = (
        t("analyze.accuracy", value=100 * now)
        if is_classifier
        else t("analyze.mae_now", value=data_words.figure(now), unit=plain(unit))
    )
    st.markdown(f"**{said}**")
    figure(
        Axes(
            f"{say(shake.title)} ({say(shake.unit)})",
            t("analyze.accuracy_axis") if is_classifier else t("analyze.mae_axis", unit=unit),
            y_limits=(0, top),
            y_percent=is_classifier,
        ),
        t("analyze.shaking_label"),
        lines=[*lines, Line([(strength, 0), (strength, top)], "reference dashed")],
        height=280,
        key=f"shaking-{one.task.name}",
    )
    st.caption(t("analyze.shaken_rows", rows=f"{len(recorded_rows(len(one.rows))):,}"))


def _line(one: Analysed, shake: Shake, look: str) -> Line:
    return Line(list(zip(shake.strengths, _errors(one, shake), strict=True)), look, one.name)


def _samples(one: Analysed, shake: Shake, strength: float) -> None:
    """Draw the first rows at a strength, with what the network says of them then."""
    rows, y = _rows(one, shake)
    few = _first(rows)
    changed = shake.apply(few, strength)
    asked = changed if isinstance(changed, Encoded) else changed.reshape(len(changed), -1)
    answers = predict(one.network, asked)
    numbers = recorded_rows(len(one.rows))
    samples = []
    for place in range(len(answers)):
        picture, text = _example(one, changed, place)
        said, is_right = _said(one, answers[place], y[place])
        samples.append(Sample(int(numbers[place]), said, "", is_right, picture, text))
    sample_list(
        samples,
        group("samples"),
        on_open=opened_row(one.task).set,
        key=f"shaken-{one.task.name}",
    )


def _first(rows: Rows) -> Rows:
    return rows_at(rows, np.arange(min(SAMPLES, len(rows))))


def _example(one: Analysed, changed: Rows, place: int) -> tuple[Array | None, str]:
    if isinstance(changed, Encoded):
        words = one.network.vocabulary.words if one.network.vocabulary else ()
        return None, " ".join(words[index] for index in changed.row(place)) or "–"
    return shown(one.task, one.dataset, changed[place])


def _said(one: Analysed, answer: Array, y: float) -> tuple[str, bool | None]:
    if not one.dataset.classes:
        words = data_words.words_of(one.dataset)
        numbers = (data_words.told(float(each), one.dataset) for each in (y, answer[0]))
        true, said = numbers
        return t("analyze.dot", true=true, said=said, **words), None
    given = int(answer.argmax())
    name = f"{say(one.dataset.classes[given])} {100 * float(answer[given]):.0f} %"
    said = t("analyze.said", true=say(one.dataset.classes[int(y)]), answer=name)
    return said, given == int(y)
