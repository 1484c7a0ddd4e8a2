"""The Keras network of an experiment."""

from models.experiment import Experiment
from models.experiment import Layer as HiddenLayer
from models.inputs.summary import dense_layers
from models.tasks.base import Task
from models.training.tensorflow_import import keras

_OPTIMIZERS = {
    "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "adagrad": keras.optimizers.Adagrad,
}


def build_model(experiment: Experiment, task: Task) -> keras.Sequential:
    """Return the compiled network: (rows, inputs) float32 in, (rows, head.units) out.

    Initial weights come from the experiment's seed. Raises ``UserError`` when the network would be
    larger than the budget, before anything is built.
    """
    dense_layers(task, experiment)
    keras.utils.set_random_seed(experiment.seed)
    hidden = [made for layer in experiment.layers for made in _hidden(layer, experiment.l2)]
    output = keras.layers.Dense(task.head.units, task.head.activation)
    # All at once: with ``add``, Keras would build the whole network anew for every layer.
    model = keras.Sequential([keras.Input((task.inputs(experiment),)), *hidden, output])
    optimizer = _OPTIMIZERS[experiment.optimizer.name](**experiment.optimizer.arguments())
    model.compile(optimizer=optimizer, loss=task.head.loss, metrics=[task.head.metric])
    return model


def _hidden(layer: HiddenLayer, l2: float) -> list[keras.Layer]:
    """Return the Keras layers of one hidden layer: Dense, and Dropout where it has a rate."""
    penalty = keras.regularizers.L2(l2) if l2 else None
    dense = keras.layers.Dense(layer.units, layer.activation, kernel_regularizer=penalty)
    return [dense, keras.layers.Dropout(layer.dropout)] if layer.dropout else [dense]
