"""Why an answer: shares that add up, and curves that asking by hand gives too."""

import numpy as np
import pytest

from models.experiment import Layer
from models.network.forward import forward, logits
from models.network.reasons import MOST_TAKEN, RANDOM_ORDERS, reasons
from tests.models.network.test_attribution import made


@pytest.mark.parametrize("layers", [(Layer(32),), (Layer(24, "tanh"), Layer(16))])
def test_the_curves_are_what_the_network_says_without_the_inputs(
    layers: tuple[Layer, ...],
) -> None:
    network = made("mnist", *layers)
    picture = np.random.default_rng(1).integers(1, 256, (1, 784)).astype(np.uint8)
    row, baseline = network.scaling.apply(picture)[0], np.zeros(784, np.float32)
    unit = int(forward(network, picture)[-1][0].argmax())
    found = reasons(network, row, baseline, unit)
    assert len(found.order) == MOST_TAKEN and len(set(found.order.tolist())) == MOST_TAKEN
    assert len(found.without_random) == MOST_TAKEN + 1
    for taken in (0, 1, 57, MOST_TAKEN):
        changed = picture.copy()
        changed[0, found.order[:taken]] = 0
        answer = forward(network, changed)[-1][0, unit]
        assert found.without_largest[taken] == pytest.approx(answer, abs=1e-6)
    assert found.without_random[0] == pytest.approx(found.without_largest[0])
    shares = found.attribution.shares
    assert (np.diff(shares[found.order]) <= 0).all()
    end, start = (
        logits(network, forward(network, each), each)[0, unit] for each in (picture, 0 * picture)
    )
    assert found.attribution.total == pytest.approx(end - start, rel=1e-3)


def test_of_a_number_the_inputs_that_matter_most_come_first_whichever_way() -> None:
    network = made("boston", Layer(16))
    row = np.random.default_rng(2).normal(size=13).astype(np.float32)
    baseline = np.zeros(13, np.float32)
    found = reasons(network, row, baseline, 0)
    sizes = np.abs(found.attribution.shares[found.order])
    assert len(found.order) == 13 and (np.diff(sizes) <= 0).all()
    assert found.without_largest[-1] == pytest.approx(found.without_random[-1])


def test_an_input_that_is_the_baseline_has_no_reasons() -> None:
    network = made("mnist", Layer(8))
    nothing = np.zeros(784, np.float32)
    found = reasons(network, nothing, nothing, 3)
    assert not len(found.order) and len(found.without_largest) == 1
    assert found.attribution.total == 0 and RANDOM_ORDERS > 1
