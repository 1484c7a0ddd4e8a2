"""Data files in MNIST's format, written for tests."""

from pathlib import Path
from typing import Any

import numpy as np

from data.cache import Arrays


def save(path: Path, arrays: Arrays) -> None:
    """Write arrays by name to a compressed npz file."""
    content: dict[str, Any] = dict(arrays)
    np.savez_compressed(path, **content)
