"""Fingerprint of arrays: a hash that tells whether networks hold the same weights, bit for bit."""

from collections.abc import Iterable
from hashlib import sha256

import numpy as np


def fingerprint(arrays: Iterable[np.ndarray]) -> str:
    """SHA-256 (64 hex digits) over type, shape and bytes of each array, in order."""
    digest = sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def short(digest: str) -> str:
    """The first eight hex digits, enough to compare by eye."""
    return digest[:8]
