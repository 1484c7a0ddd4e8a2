"""What goes on inside a network: its first layer, and how the numbers of its layers are spread."""

from html import escape

import numpy as np
import streamlit as st

from app.analysis.analysed import Analysed
from app.analysis.headings import heading
from app.session.i18n import say, t
from app.session.markdown import plain
from app.widgets.figure.figure import Axes, Band, Dot, Line, figure
from data.dataset import Array
from models.analysis.kernel_pictures import kernel_pictures
from models.analysis.words import pushes
from models.inputs.kinds import input_of
from models.network.epoch_record import EpochRecord
from models.network.evaluation import parts
from models.network.layer_figures import KINDS, LayerFigures, layer_figures

_IDLE = {"relu": "dead", "tanh": "saturated", "sigmoid": "saturated"}
"""What can become of the units of a layer, by its activation."""
PROBE_ROWS = 256
WORDS = 15


def inside(one: Analysed, other: Analysed | None) -> None:
    """Draw the first layer, and the layers over the epochs; of the other network as well."""
    for each in filter(None, (one, other)):
        left, right = st.columns([5, 7], gap="large")
        with left:
            _first_layer(each)
        with right:
            _layers(each)


def _first_layer(one: Analysed) -> None:
    """Draw pictures of the weights, bars of the variables, or the words that push hardest."""
    if input_of(one.task).has_words:
        heading(t("analyze.words"), one)
        _words(one)
    elif (grid := input_of(one.task).grid(one.task)) is not None:
        heading(t("analyze.first_layer"), one)
        pictures = kernel_pictures(one.network, grid)
        st.image(pictures.wall, width="stretch")
        st.caption(t("analyze.pictures_note", shown=pictures.shown, units=pictures.units))
    else:
        heading(t("analyze.first_layer"), one)
        _variables(one)


def _words(one: Analysed) -> None:
    found, vocabulary = pushes(one.network), one.network.vocabulary
    if vocabulary is None or not len(found):
        return
    order = np.argsort(found)
    chosen = [*order[::-1][:WORDS], *order[:WORDS][::-1]]
    chosen = list(dict.fromkeys(int(word) for word in chosen))
    most = float(np.abs(found[chosen]).max()) or 1.0
    st.html(_bars([(vocabulary.words[word], float(found[word])) for word in chosen], most))
    first, second = (plain(say(name)) for name in one.dataset.classes)
    st.caption(t("analyze.words_note", first=first, second=second))


def _variables(one: Analysed) -> None:
    kernel = one.network.kernels[0].astype(np.float64)
    sizes = np.sqrt((kernel**2).mean(axis=1))
    names = [feature.name for feature in one.dataset.features]
    pairs = sorted(zip(names, sizes.tolist(), strict=True), key=lambda pair: -pair[1])
    st.html(_bars(pairs, float(sizes.max()) or 1.0))
    st.caption(t("analyze.variables_note"))


def _bars(pairs: list[tuple[str, float]], most: float) -> str:
    """Return bars to the right, blue, and to the left, orange, of figures up to ``most``."""
    lines = "".join(
        f'<li><span>{escape(name)}</span><i class="{"fl-for" if value >= 0 else "fl-against"}" '
        f'style="width: {45 * min(abs(value) / most, 1):.1f}%"></i><b>{value:+.3g}</b></li>'
        for name, value in pairs
        if np.isfinite(value)
    )
    return f'<ul class="fl-pushes">{lines}</ul>'


def _layers(one: Analysed) -> None:
    """Draw what the layers do now, and over the epochs as far as that was recorded."""
    heading(t("analyze.layers"), one)
    rows = next(parts(one.rows, PROBE_ROWS))
    now = layer_figures(one.network, rows, one.dataset.y_test[: len(rows)])
    st.html(_units(one, now))
    record = one.record
    if not record.layers:
        st.caption(t("analyze.no_epochs"))
        return
    st.caption(t("analyze.layers_note"))
    for layer, activation in enumerate(one.network.activations):
        st.markdown(f"**{_layer(one, layer)}** · {activation}")
        *columns, last = st.columns(len(KINDS) + 1)
        for place, (kind, column) in enumerate(zip(KINDS, columns, strict=True)):
            with column:
                _spread(one, record, layer, place, kind)
        with last:
            _idle(one, record, layer, activation)


def _layer(one: Analysed, layer: int) -> str:
    hidden = len(one.network.kernels) - 1
    return t("analyze.output_layer") if layer == hidden else t("analyze.layer", number=layer + 1)


def _units(one: Analysed, now: LayerFigures) -> str:
    """Return the table of dead and saturated units."""
    layers = zip(one.network.activations, one.network.biases, now.dead, now.saturated, strict=True)
    lines = "".join(
        f'<tr><th scope="row">{_layer(one, layer)}</th><td>{name}</td><td>{len(bias):,}</td>'
        f"<td>{_share(dead, name == 'relu')}</td>"
        f"<td>{_share(saturated, name in ('tanh', 'sigmoid'))}</td></tr>"
        for layer, (name, bias, dead, saturated) in enumerate(layers)
    )
    names = ("layer_column", "activation", "units_column", "dead", "saturated")
    heads = "".join(f'<th scope="col">{t(f"analyze.{name}")}</th>' for name in names)
    return (
        f'<table class="fl-lesson"><caption>{t("analyze.layers")}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"
    )


def _share(value: float, has_meaning: bool) -> str:
    return f"{100 * value:.1f} %" if has_meaning else "–"


def _idle(one: Analysed, record: EpochRecord, layer: int, activation: str) -> None:
    """Draw the share of a layer's units that are dead, or of its activations that are saturated."""
    if layer == len(one.network.kernels) - 1 or activation not in _IDLE:
        return
    shares = [float(getattr(each, _IDLE[activation])[layer]) for each in record.layers.values()]
    points = [(float(epoch), share) for epoch, share in zip(record.layers, shares, strict=True)]
    figure(
        Axes(t("analyze.epoch"), t(f"analyze.{_IDLE[activation]}"), None, (0, 1), y_percent=True),
        t("analyze.spread_label", kind=t("analyze.idle"), layer=_layer(one, layer)),
        lines=[Line(points, "wrong")],
        dots=[Dot(x, y, "wrong", f"{100 * y:.1f} %") for x, y in points],
        height=150,
        key=f"idle-{one.id}-{layer}",
    )


def _spread(one: Analysed, record: EpochRecord, layer: int, place: int, kind: str) -> None:
    """Draw the middle of a layer's numbers over the epochs, with half and nine tenths of them."""
    quantiles: Array = np.array(
        [each.quantiles[layer, place] for each in record.layers.values()], np.float64
    )
    epochs = [float(epoch) for epoch in record.layers]
    known = np.nonzero(np.isfinite(quantiles).all(axis=1))[0]
    epochs = [epochs[place] for place in known]
    spread = quantiles[known].T.tolist()
    figure(
        Axes(t("analyze.epoch"), t(f"analyze.{kind}")),
        t("analyze.spread_label", kind=t(f"analyze.{kind}"), layer=_layer(one, layer)),
        bands=[
            Band(epochs, spread[1], spread[5], "network"),
            Band(epochs, spread[2], spread[4], "network"),
        ],
        lines=[Line(list(zip(epochs, spread[3], strict=True)), "network")],
        dots=[Dot(x, y, "network", f"{y:.3g}") for x, y in zip(epochs, spread[3], strict=True)],
        height=150,
        key=f"spread-{one.id}-{layer}-{kind}",
    )
