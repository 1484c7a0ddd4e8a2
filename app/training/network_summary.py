"""The network as a table: every layer's output shape and parameter count, with its arithmetic."""

from html import escape

import streamlit as st

from app.session.i18n import t
from app.wording import data_words
from data.dataset import Dataset
from models.inputs.summary import LayerSummary, Summary
from models.tasks.base import Task


def network_summary(summary: Summary) -> None:
    """Draw what ``model.summary()`` says, and how the rows are cut."""
    total = t("network.total", parameters=summary.parameters)
    st.html(_table(summary) + f"<p class=fl-total>{escape(total)}</p>")
    st.html(_updates(summary))


def _table(summary: Summary) -> str:
    head = "".join(
        f"<th scope=col>{escape(t(f'network.{name}'))}</th>"
        for name in ("layer", "output_shape", "arithmetic")
    )
    rows = [_input_row(summary)]
    rows += [_layer_row(number, layer, summary) for number, layer in enumerate(summary.layers, 1)]
    caption = escape(t("network.caption"))
    return (
        f"<table class=fl-summary><caption>{caption}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _input_row(summary: Summary) -> str:
    return _row(t("network.input"), input_shape(summary), "0")


def input_shape(summary: Summary) -> str:
    """Return the shape of one example: "13", "28 × 28 = 784", "1,000 words"."""
    size = summary.layers[0].inputs
    if not summary.input_shape:
        return t("network.input_words", size=size)
    if len(summary.input_shape) == 1:
        return f"{size:,}"
    return t("network.input_shape", shape=_shape(summary), size=size)


def _shape(summary: Summary) -> str:
    return " × ".join(map(str, summary.input_shape))


def _layer_row(number: int, layer: LayerSummary, summary: Summary) -> str:
    is_output = number == len(summary.layers)
    name = t("network.output") if is_output else t("network.hidden", number=number)
    dropout = f" · {t('network.dropout', share=100 * layer.dropout)}" if layer.dropout else ""
    return _row(name, f"{layer.units:,} {layer.activation}{dropout}", layer.arithmetic)


def _row(name: str, shape: str, arithmetic: str) -> str:
    return (
        f"<tr><th scope=row>{escape(name)}</th><td>{escape(shape)}</td>"
        f"<td class=fl-number translate=no>{escape(arithmetic)}</td></tr>"
    )


def _updates(summary: Summary) -> str:
    updates, epochs = summary.updates_per_epoch, summary.epochs
    validation = "held" if summary.validation_rows else "test"
    return _list(
        "fl-updates",
        [
            t("network.updates", rows=summary.rows, batch=summary.batch_size, updates=updates)
            + f" ({t('network.last_batch', last=summary.last_batch)})",
            t("network.all_updates", epochs=epochs, updates=summary.updates),
            t(f"network.validation_{validation}", rows=summary.judging_rows),
        ],
    )


def why_input(task: Task, dataset: Dataset, summary: Summary) -> str:
    """Say why the input layer has this many nodes."""
    words = data_words.words_of(dataset)
    inputs, shape = summary.layers[0].inputs, _shape(summary)
    return t(f"network.why_input_{task.kind}", inputs=inputs, shape=shape, **words)


def why_output(task: Task, dataset: Dataset) -> str:
    """Say why the output layer has this many nodes, and this activation."""
    if task.head.is_classifier:
        return t("network.why_output_classes", classes=task.head.units)
    return t("network.why_output_regression", **data_words.words_of(dataset))


def _list(name: str, lines: list[str]) -> str:
    return f"<ul class={name}>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
