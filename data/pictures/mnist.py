"""MNIST and Fashion-MNIST: 70,000 pictures of 28 x 28 grey pixels in ten classes each.

Both come as one ``.npz`` file with the keys and dtypes that ``keras.datasets`` made common.
"""

import functools
from pathlib import Path

import numpy as np

from data.cache import Arrays, cached
from data.dataset import Array, Dataset
from data.file_readers.array_files import DamagedArrays, open_arrays
from data.files import MAX_BYTES, DataFile, checksum, locate, wrong_format
from data.home import home
from data.language import Text

KEYS = ("x_train", "y_train", "x_test", "y_test")
CLASSES = 10
EXPECTED = Text(
    "키 x_train, y_train, x_test, y_test를 가진 npz 파일. "
    "x는 (행 수, 28, 28) uint8, y는 0~9의 (행 수,) uint8이고 행은 1개 이상",
    "an npz file with the keys x_train, y_train, x_test, y_test; "
    "x is (rows, 28, 28) uint8, y is (rows,) uint8 from 0 to 9, with at least 1 row each",
)

_DIGITS = tuple(Text(str(digit), str(digit)) for digit in range(CLASSES))
_GARMENTS = (
    Text("티셔츠", "T-shirt"),
    Text("바지", "Trouser"),
    Text("스웨터", "Pullover"),
    Text("드레스", "Dress"),
    Text("코트", "Coat"),
    Text("샌들", "Sandal"),
    Text("셔츠", "Shirt"),
    Text("운동화", "Sneaker"),
    Text("가방", "Bag"),
    Text("앵클부츠", "Ankle boot"),
)


def load_mnist() -> Dataset:
    """Return the handwritten digits: 60,000 + 10,000 pictures (rows, 28, 28) uint8, labels uint8.

    The arrays are read-only and memory-mapped. Raises ``UserError`` when the file is missing,
    damaged or of another format. Writes decoded arrays to the cache.
    """
    return _dataset(
        "mnist",
        sha256="06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",
        classes=_DIGITS,
        source=Text(
            "MNIST: Yann LeCun, Corinna Cortes, Christopher Burges. NIST의 손글씨 자료로 만듦",
            "MNIST: Yann LeCun, Corinna Cortes, Christopher Burges, from NIST's handwriting",
        ),
        licence="CC BY-SA 3.0",
    )


def load_fashion_mnist() -> Dataset:
    """Return the garments: 60,000 + 10,000 pictures, like ``load_mnist`` in every respect."""
    authors = "Fashion-MNIST: Han Xiao, Kashif Rasul, Roland Vollgraf (Zalando Research, 2017)"
    return _dataset(
        "fashion_mnist",
        sha256="5b6d2c4c694a91887af8ab7d039c04f80af3c29378d731c93a538d2e831aa469",
        classes=_GARMENTS,
        source=Text(authors, authors),
        licence="MIT",
    )


def _dataset(
    name: str, sha256: str, classes: tuple[Text, ...], source: Text, licence: str
) -> Dataset:
    arrays = _arrays(locate(f"{name}.npz", sha256), home())
    return Dataset(
        name=name,
        x_train=arrays["x_train"],
        y_train=arrays["y_train"],
        x_test=arrays["x_test"],
        y_test=arrays["y_test"],
        features=(),
        classes=classes,
        source=source,
        licence=licence,
    )


@functools.lru_cache(maxsize=4)
def _arrays(file: DataFile, _home: Path) -> Arrays:
    """Return the checked arrays of a file, the same ones for the same file and home."""
    key = f"{file.path.stem}-{checksum(file)[:16]}"
    return cached(key, KEYS, lambda: _decoded(file.path), _is_whole)


def _decoded(path: Path) -> Arrays:
    """Unpack the npz file; raises ``UserError`` when it is not what ``EXPECTED`` says."""
    try:
        with open_arrays(path, MAX_BYTES) as content:
            arrays = {key: content.read(key) for key in KEYS}
    except DamagedArrays as error:
        raise wrong_format(path, EXPECTED) from error
    if not _is_whole(arrays):
        raise wrong_format(path, EXPECTED)
    return arrays


def _is_whole(arrays: Arrays) -> bool:
    return all(_belong(arrays[f"x_{part}"], arrays[f"y_{part}"]) for part in ("train", "test"))


def _belong(x: Array, y: Array) -> bool:
    return (
        x.dtype == y.dtype == np.uint8
        and x.ndim == 3
        and x.shape == (len(x), 28, 28)
        and y.shape == (len(x),)
        and len(x) > 0
        and int(y.max()) < CLASSES
    )
