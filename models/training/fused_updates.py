"""Keras' SGD and RMSprop, each update in one TensorFlow kernel.

Keras writes an update of RMSprop as nine operations, each of which goes over all of a weight's
numbers; TensorFlow's kernels do the same arithmetic in one pass. What SGD computes is equal to the
last bit, RMSprop but for rounding. The other rules stay Keras' own: the kernel of Adam takes
``1 - beta_2`` in float32, where 0.001 is off by 1e-5.
"""

from collections.abc import Callable
from typing import Any

from models.training.tensorflow_import import keras, tf

UpdateStep = Callable[[tf.Tensor, Any, Any], object]
"""Updates a weight, and the optimizer's slots of it, by a gradient and a learning rate."""


def fused_step(optimizer: Any) -> UpdateStep:
    """Return an ``update_step`` for a built optimizer: the fused one where there is one."""
    if isinstance(optimizer, keras.optimizers.RMSprop) and not optimizer.centered:
        return _rmsprop(optimizer)
    if isinstance(optimizer, keras.optimizers.SGD):
        return _momentum(optimizer) if optimizer.momentum else _descent
    step: UpdateStep = optimizer.update_step
    return step


def _descent(gradient: tf.Tensor, weight: Any, rate: Any) -> object:
    return tf.raw_ops.ResourceApplyGradientDescent(
        var=_handle(weight), alpha=tf.convert_to_tensor(rate), delta=gradient
    )


def _momentum(sgd: Any) -> UpdateStep:
    def step(gradient: tf.Tensor, weight: Any, rate: Any) -> object:
        return tf.raw_ops.ResourceApplyKerasMomentum(
            var=_handle(weight),
            accum=_handle(sgd.momentums[sgd._get_variable_index(weight)]),
            lr=tf.convert_to_tensor(rate),
            grad=gradient,
            momentum=sgd.momentum,
            use_nesterov=sgd.nesterov,
        )

    return step


def _rmsprop(rmsprop: Any) -> UpdateStep:
    # Without momentum Keras keeps none, but the kernel wants a place to put the change into.
    momenta = getattr(rmsprop, "_momentums", None) or [
        keras.Variable(tf.zeros_like(slot), trainable=False) for slot in rmsprop._velocities
    ]

    def step(gradient: tf.Tensor, weight: Any, rate: Any) -> object:
        index = rmsprop._get_variable_index(weight)
        return tf.raw_ops.ResourceApplyRMSProp(
            var=_handle(weight),
            ms=_handle(rmsprop._velocities[index]),
            mom=_handle(momenta[index]),
            lr=tf.convert_to_tensor(rate),
            rho=rmsprop.rho,
            momentum=rmsprop.momentum,
            epsilon=rmsprop.epsilon,
            grad=gradient,
        )

    return step


def _handle(variable: Any) -> tf.Tensor:
    return (variable.value if isinstance(variable, keras.Variable) else variable).handle
