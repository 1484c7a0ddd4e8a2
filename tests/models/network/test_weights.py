"""The files of a run folder, whoever wrote them: a network, or one sentence."""

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.dataset import Array
from data.language import UserError, quoted
from data.tables.scaling import Scaling, identity, pixel_scaling
from data.text.vocabulary import Vocabulary
from models.inputs.summary import dense_layers
from models.network.forward import forward
from models.network.weights import NETWORK, WEIGHTS, read_network, write_description, write_weights
from models.tasks import built_in, preset_named
from models.tasks.base import InputKind

PRESETS = ("housing-sgd", "mnist", "sentiment")
SCALINGS = {
    InputKind.TABLE: identity(),
    InputKind.IMAGE: pixel_scaling(),
    InputKind.TEXT: identity(),
}


def arrays_of(preset: str) -> list[Array]:
    """Return random weights for the network of a preset: kernel, bias, kernel, bias, ..."""
    experiment, rng = preset_named(preset), np.random.default_rng(0)
    layers = dense_layers(built_in(experiment.task), experiment)
    shapes: list[Any] = [s for each in layers for s in ((each.inputs, each.units), (each.units,))]
    return [rng.normal(0, 0.1, shape).astype(np.float32) for shape in shapes]


def written(folder: Path, preset: str = "housing-sgd") -> list[Array]:
    """Write a run folder as a run leaves it, and return its arrays."""
    experiment, arrays = preset_named(preset), arrays_of(preset)
    kind = built_in(experiment.task).kind
    words = Vocabulary(("좋다", "나쁘다")) if kind is InputKind.TEXT else None
    write_description(folder, experiment, SCALINGS[kind], words)
    write_weights(folder, arrays)
    return arrays


def refusal(folder: Path) -> str:
    """Return the sentence that the folder is refused with."""
    with pytest.raises(UserError) as error:
        read_network(folder)
    text = error.value.text
    assert text.ko and "\n" not in text.ko + text.en
    return text.en


@pytest.mark.parametrize("preset", PRESETS)
def test_what_a_run_wrote_is_read_as_it_was(preset: str, tmp_path: Path) -> None:
    arrays = written(tmp_path, preset)
    network = read_network(tmp_path)
    assert network.experiment == preset_named(preset)
    found = [a for pair in zip(network.kernels, network.biases, strict=True) for a in pair]
    for ours, theirs in zip(found, arrays, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def named(arrays: list[Array]) -> dict[str, Any]:
    return {
        f"{kind}_{i // 2}": a for i, a in enumerate(arrays) for kind in [("kernel", "bias")[i % 2]]
    }


def saved(arrays: list[Array], **others: Any) -> bytes:
    content = io.BytesIO()
    np.savez(content, **{**named(arrays), **others})
    return content.getvalue()


def plain(array: Array) -> bytes:
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


def reversed_order(arrays: list[Array]) -> bytes:
    content = io.BytesIO()
    np.savez(content, **dict(reversed(named(arrays).items())))
    return content.getvalue()


def with_first(value: float) -> Callable[[list[Array]], bytes]:
    def made(arrays: list[Array]) -> bytes:
        kernel = arrays[0].copy()
        kernel[0, 0] = value
        return saved([kernel, *arrays[1:]])

    return made


DAMAGED = "damaged or belongs to another network"
NO_NUMBERS = "no numbers (NaN) or too large"
FILES: dict[str, tuple[Callable[[list[Array]], bytes], str]] = {
    "nothing": (lambda _: b"", DAMAGED),
    "text": (lambda _: b"kernel_0 = 1", DAMAGED),
    "a bare array": (lambda arrays: plain(arrays[0]), DAMAGED),
    "cut short": (lambda arrays: saved(arrays)[:-100], DAMAGED),
    "double precision": (lambda a: saved([each.astype(np.float64) for each in a]), DAMAGED),
    "half precision": (lambda a: saved([each.astype(np.float16) for each in a]), DAMAGED),
    "another byte order": (lambda a: saved([each.astype(">f4") for each in a]), DAMAGED),
    "complex": (lambda a: saved([each.astype(np.complex64) for each in a]), DAMAGED),
    "truths": (lambda a: saved([each.astype(bool) for each in a]), DAMAGED),
    "whole numbers": (lambda a: saved([each.astype(np.int64) for each in a]), DAMAGED),
    "letters": (lambda a: saved([each.astype(str) for each in a]), DAMAGED),
    "times": (lambda a: saved([each.astype("datetime64[s]") for each in a]), DAMAGED),
    "records": (lambda a: saved([each.astype([("w", "f4")]) for each in a]), DAMAGED),
    "one array less": (lambda a: saved(a[:-1]), DAMAGED),
    "one array more": (lambda a: saved(a, extra=np.zeros(1, np.float32)), DAMAGED),
    "another order": (reversed_order, DAMAGED),
    "turned kernels": (lambda a: saved([each.T for each in a]), DAMAGED),
    "another network's": (lambda _: saved(arrays_of("mnist")), DAMAGED),
    "NaN": (with_first(np.nan), NO_NUMBERS),
    "infinity": (with_first(np.inf), NO_NUMBERS),
    "minus infinity": (with_first(-np.inf), NO_NUMBERS),
    "the largest float": (with_first(3e38), NO_NUMBERS),
}


@pytest.mark.parametrize("name", FILES)
def test_weights_that_are_not_this_networks_are_a_sentence(name: str, tmp_path: Path) -> None:
    make, words = FILES[name]
    (tmp_path / WEIGHTS).write_bytes(make(written(tmp_path)))
    assert quoted(tmp_path / WEIGHTS) in refusal(tmp_path) and words in refusal(tmp_path)


@pytest.mark.parametrize("name", [WEIGHTS, NETWORK])
def test_a_folder_in_the_place_of_a_file_is_told_as_one(name: str, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / name).unlink()
    assert "no trained weights" in refusal(tmp_path)
    (tmp_path / name).mkdir()
    assert "It is a folder" in refusal(tmp_path)


def test_scaling_that_lets_every_answer_overflow_is_refused(tmp_path: Path) -> None:
    written(tmp_path)
    values = {**described(), "scaling": {"offset": [0.0], "divisor": [1e-36]}}
    (tmp_path / NETWORK).write_text(json.dumps(values), encoding="utf-8")
    assert NO_NUMBERS in refusal(tmp_path)


@pytest.mark.parametrize("size", [1e3, 1e9])
def test_weights_as_large_as_a_run_that_diverges_leaves_them_are_read(
    size: float, tmp_path: Path
) -> None:
    write_weights(tmp_path, [each * np.float32(size) for each in written(tmp_path)])
    network = read_network(tmp_path)
    assert np.isfinite(forward(network, np.full((1, 13), 700))[-1]).all()


def test_an_archive_that_would_fill_the_memory_is_refused_before_it_is_unpacked(
    tmp_path: Path,
) -> None:
    written(tmp_path)
    huge = np.zeros(200 * 2**20, np.uint8)
    with zipfile.ZipFile(tmp_path / WEIGHTS, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("kernel_0.npy", huge.data)
    del huge
    tracemalloc.start()
    try:
        assert DAMAGED in refusal(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 5 * 2**20
    finally:
        tracemalloc.stop()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.binary(max_size=200) | st.tuples(st.integers(0, 21_000), st.binary(min_size=1, max_size=4))
)
def test_any_bytes_for_weights_are_a_network_or_a_sentence(
    tmp_path: Path, content: bytes | tuple[int, bytes]
) -> None:
    whole = saved(written(tmp_path))
    if isinstance(content, tuple):
        place, junk = content
        content = whole[:place] + junk + whole[place + len(junk) :]
    (tmp_path / WEIGHTS).write_bytes(content)
    try:
        network = read_network(tmp_path)
    except UserError as error:
        assert error.text.ko and error.text.en
    else:
        assert np.isfinite(forward(network, np.ones((1, 13)))[-1]).all()


def described(preset: str = "housing-sgd") -> dict[str, Any]:
    experiment = preset_named(preset)
    kind = built_in(experiment.task).kind
    words = ["좋다", "나쁘다"] if kind is InputKind.TEXT else None
    scaling = SCALINGS[kind].to_dict()
    return {"experiment": experiment.to_dict(), "scaling": scaling, "vocabulary": words}


def scaled(offsets: int) -> dict[str, Any]:
    scaling = Scaling((0.0,) * offsets, (1.0,) * offsets)
    return {**described(), "scaling": scaling.to_dict()}


DESCRIPTIONS: dict[str, tuple[object, str]] = {
    "a number": (1, DAMAGED),
    "a list": ([], DAMAGED),
    "no scaling": ({"experiment": described()["experiment"]}, DAMAGED),
    "scaling for two": (scaled(2), DAMAGED),
    "scaling for twelve": (scaled(12), DAMAGED),
    "scaling for fourteen": (scaled(14), DAMAGED),
    "scaling of different lengths": (
        {**described(), "scaling": {"offset": [0.0], "divisor": [1.0, 1.0]}},
        DAMAGED,
    ),
    "scaling by nothing": ({**described(), "scaling": {"offset": [0], "divisor": [0]}}, DAMAGED),
    "scaling of texts": ({**described(), "scaling": {"offset": ["0"], "divisor": ["1"]}}, DAMAGED),
    "an unknown task": (
        {**described(), "experiment": {**described()["experiment"], "task": "chess"}},
        "chess",
    ),
    "a task that is a list": (
        {**described(), "experiment": {**described()["experiment"], "task": []}},
        "[]",
    ),
    "too many units": (
        {**described(), "experiment": {**described()["experiment"], "layers": [{"units": 10**9}]}},
        "units",
    ),
    "words where none are read": ({**described(), "vocabulary": ["좋다"]}, DAMAGED),
    "no words": ({**described("sentiment"), "vocabulary": None}, DAMAGED),
    "an empty vocabulary": ({**described("sentiment"), "vocabulary": []}, DAMAGED),
    "too many words": (
        {**described("sentiment"), "vocabulary": [str(i) for i in range(20_001)]},
        DAMAGED,
    ),
    "a word twice": ({**described("sentiment"), "vocabulary": ["좋다", "좋다"]}, DAMAGED),
    "words that are numbers": ({**described("sentiment"), "vocabulary": [1, 2]}, DAMAGED),
}


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_a_description_of_no_network_is_a_sentence(name: str, tmp_path: Path) -> None:
    written(tmp_path)
    values, words = DESCRIPTIONS[name]
    (tmp_path / NETWORK).write_text(json.dumps(values), encoding="utf-8")
    assert words in refusal(tmp_path) and quoted(tmp_path / NETWORK) in refusal(tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not valid JSON"),
        (b"[" * 100_000, "nested deeper"),
        (b'{"experiment": ' * 900 + b"1" + b"}" * 900, "nested deeper"),
        (b'{"scaling": NaN}', "'NaN' is not a number"),
        (b'{"scaling": 1, "scaling": 2}', "stands there twice"),
        (bytes(100), "binary file"),
        (b" " * (2**24 + 1), "too large"),
    ],
)
def test_a_description_that_is_no_plain_json_is_told_as_what_it_is(
    content: bytes, words: str, tmp_path: Path
) -> None:
    written(tmp_path)
    (tmp_path / NETWORK).write_bytes(content)
    assert words in refusal(tmp_path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=10,
)


@st.composite
def changed(draw: st.DrawFn) -> object:
    """Return a description with anything in the place of one of its parts."""
    values: Any = described(draw(st.sampled_from(PRESETS)))
    inside = draw(st.sampled_from([values, values["experiment"], values["scaling"]]))
    key = draw(st.sampled_from(sorted(inside)) | st.text(max_size=5))
    inside[key] = draw(JSON)
    return values


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(JSON | changed())
def test_any_json_for_a_description_is_a_network_or_a_sentence(
    tmp_path: Path, values: object
) -> None:
    written(tmp_path)
    (tmp_path / NETWORK).write_text(json.dumps(values), encoding="utf-8")
    try:
        read_network(tmp_path)
    except UserError as error:
        assert error.text.ko and error.text.en
