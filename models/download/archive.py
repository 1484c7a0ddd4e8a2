"""What a person takes away of a run: its network in files that are of use without the lab.

They are made of ``network.json`` and the weights when somebody asks for them, so that a run that
nobody takes away spends no time on them.
"""

import io
import json
import zipfile
from functools import partial
from pathlib import Path

from data.text.vocabulary import Vocabulary
from models.download.keras_file import keras_archive
from models.download.predict_script import predict_script
from models.network.weights import NETWORK, read_network, write_aside

KERAS_MODEL = "model.keras"
VOCABULARY = "vocabulary.json"
PREDICT = "predict.py"


def download(folder: Path) -> bytes:
    """Return a ZIP archive of a run's network: ``network.json`` and what ``portable_files`` says.

    Raises ``UserError`` like ``read_network``.
    """
    files = portable_files(folder)
    files[NETWORK] = (folder / NETWORK).read_bytes()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def portable_files(folder: Path) -> dict[str, bytes]:
    """Return the files, by name, that ask the network of a run folder elsewhere.

    ``model.keras`` takes raw inputs, ``predict.py`` shows how, and ``vocabulary.json`` lists the
    words of a network that reads text, each at its index. Raises ``UserError`` like
    ``read_network``.
    """
    network = read_network(folder)
    words = {VOCABULARY: _words(network.vocabulary)} if network.vocabulary else {}
    script = predict_script(network).encode()
    return {KERAS_MODEL: keras_archive(network), **words, PREDICT: script}


def leave_portable_files(folder: Path) -> None:
    """Write ``portable_files`` into the run folder; raises ``OSError`` besides."""
    for name, content in portable_files(folder).items():
        write_aside(folder / name, partial(Path.write_bytes, data=content))


def _words(vocabulary: Vocabulary) -> bytes:
    return json.dumps(list(vocabulary.words), ensure_ascii=False, indent=0).encode()
