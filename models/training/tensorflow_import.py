"""TensorFlow and Keras, imported without the messages of TensorFlow's start.

Every module of the lab that computes with them takes ``keras`` and ``tf`` from here, so this is the
first import of TensorFlow in each process that has it: the fork server of the workers, a worker
where there is no fork server, the command line and the benchmarks. Nothing is computed.

TensorFlow reads its log level from the environment. The lab sets it to 3, fatal errors only, unless
it is set already: ``TF_CPP_MIN_LOG_LEVEL=0`` shows everything.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_STDERR = 2


@contextmanager
def quiet_start() -> Iterator[None]:
    """Set TensorFlow's log level, and keep back what it writes to file descriptor 2 meanwhile.

    The level alone is not enough: version 2.21 tells about oneDNN and missing GPUs before it looks
    at it. What was kept back is shown after all when the import fails.
    """
    is_told = os.environ.setdefault(LEVEL, "3") == "0"
    if is_told or sys.stderr is None:  # the latter where file descriptor 2 is closed
        yield
        return
    with TemporaryFile() as kept:
        stderr = os.dup(_STDERR)
        os.dup2(kept.fileno(), _STDERR)
        try:
            yield
        except BaseException:
            kept.seek(0)
            os.write(stderr, kept.read())
            raise
        finally:
            os.dup2(stderr, _STDERR)
            os.close(stderr)


with quiet_start():
    import keras
    import tensorflow as tf

__all__ = ["keras", "tf"]
