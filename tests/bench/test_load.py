"""The load of a class can be measured, and a small class meets no error; shorter than the bench.

Machines that run tests are busy, so only what has nothing to do with speed is held to its bar.
"""

import re

import pytest

from tests.bench import load


def test_a_short_measurement_has_every_figure_and_no_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert load.main(["--short"]) == 0
    said = capsys.readouterr().out
    print(said)
    lines = [re.fullmatch(r"(.*?) +(-?\d+\.\d\d)   (.*)", line) for line in said.splitlines()]
    figures = {found[1]: float(found[2]) for found in lines if found}
    assert figures["4 owners submit within 1 s: errors"] == 0
    assert figures["runs that started before an earlier one's job"] == 0
    assert figures["places in the line that another owner loses"] == 0
    for viewers in (2, 4):
        assert figures[f"age of events at {viewers} viewers, p95 (ms)"] > 0
        assert figures[f"server with {viewers} viewers, % of one core"] > 0
    assert figures["training with 2 viewers / with one (%)"] > 0
    (growth,) = (figures[name] for name in figures if name.startswith("memory growth in 0.01 min"))
    assert growth <= 50
    assert "a flood of 200 submits is refused in (s)" in figures
