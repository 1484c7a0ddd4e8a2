"""The network of an experiment in Keras' two ways of writing: ``add`` by ``add``, and functions."""

from enum import StrEnum

from models.experiment import Experiment
from models.keras_code.literals import call, keywords, literal
from models.tasks.base import Task

_OPTIMIZERS = {
    "sgd": "SGD",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
    "adagrad": "Adagrad",
}


class Style(StrEnum):
    """How a network is written."""

    SEQUENTIAL = "sequential"
    FUNCTIONAL = "functional"


def network_code(experiment: Experiment, task: Task, style: Style) -> str:
    """Return what makes ``model``, not yet compiled."""
    shape = f"keras.Input(({task.inputs(experiment)},))"
    layers = _layers(experiment, task)
    penalty = [f"penalty = keras.regularizers.L2({experiment.l2!r})"] if experiment.l2 else []
    if style is Style.SEQUENTIAL:
        added = [call("model.add(", [layer]) for layer in (shape, *layers)]
        return "\n".join([*penalty, "model = keras.Sequential()", *added])
    *hidden, output = layers
    made = [*penalty, f"inputs = {shape}"]
    before = "inputs"
    for layer in hidden:
        made.append(f"x = {layer}({before})")
        before = "x"
    made += [f"outputs = {output}({before})", "model = keras.Model(inputs, outputs)"]
    return "\n".join(made)


def optimizer_class(experiment: Experiment) -> str:
    """Return what ``keras.optimizers`` calls the optimizer."""
    return _OPTIMIZERS[experiment.optimizer.name]


def compile_code(experiment: Experiment, task: Task) -> str:
    """Return what gives ``model`` its optimizer, its loss and what is measured."""
    name = _OPTIMIZERS[experiment.optimizer.name]
    made = call(f"optimizer = keras.optimizers.{name}(", keywords(experiment.optimizer.arguments()))
    judged = ["optimizer=optimizer", f"loss={literal(task.head.loss)}"]
    return f"{made}\n" + call("model.compile(", [*judged, f"metrics=[{literal(task.head.metric)}]"])


def _layers(experiment: Experiment, task: Task) -> list[str]:
    layers = []
    for layer in experiment.layers:
        layers.append(_dense(layer.units, layer.activation, has_penalty=bool(experiment.l2)))
        if layer.dropout:
            layers.append(f"keras.layers.Dropout({layer.dropout!r})")
    return [*layers, _dense(task.head.units, task.head.activation)]


def _dense(units: int, activation: str, *, has_penalty: bool = False) -> str:
    arguments = [str(units)]
    if activation != "linear":
        arguments.append(f"activation={literal(activation)}")
    if has_penalty:
        arguments.append("kernel_regularizer=penalty")
    return f"keras.layers.Dense({', '.join(arguments)})"
