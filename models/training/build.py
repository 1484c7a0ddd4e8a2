"""The Keras network of an experiment: how it is built, read and written."""

from collections.abc import Iterable

from data.dataset import Array
from models.experiment import Experiment
from models.experiment import Layer as HiddenLayer
from models.inputs.summary import dense_layers
from models.tasks.base import Task
from models.training.tensorflow_import import keras, tf

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


class KerasNetwork:
    """A compiled network whose optimizer is built, with its variables as arrays.

    Weights come in the order kernel, bias, kernel, bias, ...; ``state`` is every variable that is
    no weight: the optimizer's, and the seeds of dropout. ``learning_rate`` is the one in force.
    """

    def __init__(self, model: keras.Sequential, learning_rate: float) -> None:
        self._model, self.learning_rate = model, learning_rate
        self.is_tuned = False
        """Whether the learning rate was changed in mid-run."""
        self._weights: list[keras.Variable] = model.trainable_variables
        self._state = [*model.non_trainable_variables, *model.optimizer.variables]

    @property
    def parameters(self) -> int:
        count: int = self._model.count_params()
        return count

    @property
    def variables(self) -> list[keras.Variable]:
        """All of them: the weights, then the state."""
        return [*self._weights, *self._state]

    def tune(self, learning_rate: float) -> None:
        """Train with another learning rate from now on."""
        self._model.optimizer.learning_rate.assign(learning_rate)
        self.learning_rate, self.is_tuned = learning_rate, True

    def weights(self) -> list[Array]:
        """Return the weights as they are now."""
        return [_array(variable) for variable in self._weights]

    def state(self) -> list[Array]:
        """Return the state as it is now."""
        return [_array(variable) for variable in self._state]

    def fits(self, weights: Iterable[Array], state: Iterable[Array]) -> bool:
        """Whether arrays have the shapes of these weights and of this state."""
        pairs = ((self._weights, weights), (self._state, state))
        return all([v.shape for v in ours] == [a.shape for a in theirs] for ours, theirs in pairs)

    def set_weights(self, weights: Iterable[Array]) -> None:
        """Train on from these weights."""
        _assign(self._weights, weights)

    def set_state(self, state: Iterable[Array]) -> None:
        """Train on in this state. ``learning_rate`` remains what it was said to be."""
        _assign(self._state, state)


def _array(variable: keras.Variable) -> Array:
    """Read a variable with a single operation: ``variable.numpy()`` takes three times as long."""
    value = variable.value
    array: Array = tf.raw_ops.ReadVariableOp(resource=value.handle, dtype=value.dtype).numpy()
    return array


def _assign(variables: Iterable[keras.Variable], arrays: Iterable[Array]) -> None:
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
