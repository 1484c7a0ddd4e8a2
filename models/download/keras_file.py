"""A network as a ``.keras`` file that every Keras from 3.8 on opens, written without Keras.

Such a file is a ZIP archive: ``config.json`` says which layers there are, ``model.weights.h5``
holds their arrays by place. Keras itself writes down every argument of every layer, also those that
have only just been invented, and an older Keras refuses arguments that it does not know. Here only
arguments that differ from their defaults are written. The scaling of the inputs is a layer as well,
so that the model takes numbers as they are stored: raw table values, grey values from 0 to 255.

The model is not compiled: how it was trained stands in ``network.json``.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

from data.dataset import Array
from data.tables.scaling import Scaling
from models.network.weights import TrainedNetwork

OLDEST_KERAS = "3.8.0"
"""Whose form of the archive this is."""

Layer = dict[str, Any]


def keras_archive(network: TrainedNetwork) -> bytes:
    """Return the content of a ``.keras`` file: (rows, raw inputs) in, (rows, head.units) out."""
    layers = [_input(len(network.kernels[0])), *_scaling(network.scaling), *_network(network)]
    config = _keras("keras", "Sequential", name=network.task.name, layers=_named(layers))
    content: dict[str, str | bytes] = {
        "metadata.json": json.dumps({"keras_version": OLDEST_KERAS}),
        "config.json": json.dumps(config),
        "model.weights.h5": _weights(network.kernels, network.biases),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return file.getvalue()


def _keras(module: str, class_name: str, **config: Any) -> Layer:
    return {"module": module, "class_name": class_name, "config": config}


def _input(numbers: int) -> Layer:
    return _keras("keras.layers", "InputLayer", batch_shape=[None, numbers])


def _scaling(scaling: Scaling) -> list[Layer]:
    """Return the layer that scales: Normalization by column, Rescaling by a single figure."""
    if len(scaling.offset) > 1:
        variance = [divisor**2 for divisor in scaling.divisor]
        return [
            _keras("keras.layers", "Normalization", mean=list(scaling.offset), variance=variance)
        ]
    (offset,), (divisor,) = scaling.offset, scaling.divisor
    if (offset, divisor) == (0, 1):
        return []
    # Rescaling is the one layer that cannot be read without its offset, be it 0.
    return [_keras("keras.layers", "Rescaling", scale=1 / divisor, offset=0 - offset / divisor)]


def _network(network: TrainedNetwork) -> list[Layer]:
    """Return the layers that were trained: Dense, and Dropout where a layer has a rate."""
    layers: list[Layer] = []
    for hidden in network.experiment.layers:
        layers.append(_dense(hidden.units, hidden.activation, network.experiment.l2))
        if hidden.dropout:
            layers.append(_keras("keras.layers", "Dropout", rate=hidden.dropout))
    head = network.task.head
    return [*layers, _dense(head.units, head.activation)]


def _dense(units: int, activation: str, l2: float = 0.0) -> Layer:
    chosen = {"activation": activation} if activation != "linear" else {}
    penalty = {"kernel_regularizer": _keras("keras.regularizers", "L2", l2=l2)} if l2 else {}
    return _keras("keras.layers", "Dense", units=units, **chosen, **penalty)


def _named(layers: Sequence[Layer]) -> list[Layer]:
    """Give every layer the name that Keras would: dense, dense_1, ..."""
    kinds = [layer["class_name"] for layer in layers]
    return [
        layer | {"config": {"name": _name(kind, kinds[:place].count(kind)), **layer["config"]}}
        for place, (kind, layer) in enumerate(zip(kinds, layers, strict=True))
    ]


def _name(kind: str, number: int) -> str:
    word = "input_layer" if kind == "InputLayer" else kind.lower()
    return f"{word}_{number}" if number else word


def _weights(kernels: Sequence[Array], biases: Sequence[Array]) -> bytes:
    """Return the HDF5 file of the weights; layers without any have no place in it."""
    import h5py  # 12 MB that only a download needs

    file = io.BytesIO()
    with h5py.File(file, "w") as weights:
        for number, arrays in enumerate(zip(kernels, biases, strict=True)):
            for place, array in enumerate(arrays):
                weights[f"layers/{_name('Dense', number)}/vars/{place}"] = array
    return file.getvalue()
