"""``python -m models import``: a bundle becomes a run's folder, or nothing is left of it."""

import json
from pathlib import Path

import pytest

from models.__main__ import main
from models.network.weights import NETWORK, WEIGHTS
from tests.support.bundles import good_bundle, with_run

ROW = "0.02,0,7.07,0,0.469,6.4,78.9,4.97,2,242,17.8,396.9,9.14"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "mine.zip"
    path.write_bytes(good_bundle(tmp_path / "runs"))
    return path


def test_its_folder_can_be_asked(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert main(["import", str(bundle), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"task": "boston", "epochs": 2, "test": {"loss": 9.0, "mse": 9.0, "mae": 2.25}}
    assert {path.name for path in out.iterdir()} == {NETWORK, WEIGHTS}
    assert main(["predict", str(out), "--row", ROW]) == 0
    assert float(capsys.readouterr().out) != 0


def test_a_bad_one_is_one_sentence_and_leaves_no_folder(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle.write_bytes(with_run(bundle.read_bytes(), lambda values: values.update(version=2)))
    out = tmp_path / "run"
    assert main(["import", str(bundle), "--out", str(out)]) == 2
    assert "newer version" in capsys.readouterr().err
    assert not out.exists()


def test_another_run_stays_unless_it_is_to_be_replaced(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    command = ["import", str(bundle), "--out", str(out)]
    assert main(command) == 0 and main(command) == 2
    assert "--replace" in capsys.readouterr().err
    assert main([*command, "--replace"]) == 0
