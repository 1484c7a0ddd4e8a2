"""``predict.py``: how a downloaded network is asked elsewhere, in about ten lines of Keras.

It takes what a person has - the numbers of a table's row, a picture, a review - and prints the
answer that the lab's pages give.
"""

import inspect
from string import Template

from data.korean import stems
from models.experiment import Reading
from models.tasks.base import InputKind, Task
from models.tasks.reviews import CLASSES
from models.weights import TrainedNetwork

_TABLE = Template('''"""$about
    python predict.py $example
"""

import sys
from pathlib import Path

import keras
import numpy as np

# As they stand in the table, for the model scales them itself:
# $columns
row = sys.argv[1:] or "$example".split()
model = keras.models.load_model(Path(__file__).with_name("model.keras"))
answer = model.predict(np.array([row], "float32"), verbose=0)[0]
print(*answer)
''')

_PICTURE = Template('''"""$about
    python predict.py PICTURE.png
"""

import sys
from pathlib import Path

import keras

CLASSES = $classes
if len(sys.argv) != 2:
    sys.exit(__doc__)
# Light on dark and centred like the pictures it has learnt; the model scales 0 to 255 itself.
picture = keras.utils.load_img(sys.argv[1], color_mode="grayscale", target_size=$shape)
row = keras.utils.img_to_array(picture).reshape(1, -1)
model = keras.models.load_model(Path(__file__).with_name("model.keras"))
for name, probability in zip(CLASSES, model.predict(row, verbose=0)[0]):
    print(f"{name}: {probability:.8g}")
''')

_REVIEW = Template('''"""$about
    pip install $packages
    python predict.py "$example"

The lab also mends broken letters and very long words; such reviews may be read differently here.
"""

import json
import re
import sys
import unicodedata
from pathlib import Path

import keras
import numpy as np
$analyser

CLASSES = $classes
here = Path(__file__).parent
words = json.loads((here / "vocabulary.json").read_text(encoding="utf-8"))
review = unicodedata.normalize("NFC", " ".join(sys.argv[1:]) or "$example")
review = re.sub(r"(\\D)\\1{3,}", r"\\1\\1\\1", review)  # ㅋㅋㅋㅋㅋ says no more than ㅋㅋㅋ
morphemes = $morphemes
vector = np.zeros((1, $inputs), "float32")  # 1 at the place of each word of the review
vector[0, [words.index(word) for word in set(morphemes) if word in words]] = 1
model = keras.models.load_model(here / "model.keras")
for name, probability in zip(CLASSES, model.predict(vector, verbose=0)[0]):
    print(f"{name}: {probability:.8g}")
''')

_EXAMPLE_REVIEW = "줄거리는 좋았지만 연기는 엉망이었다"

_ROOTS_AND_ENDINGS = f"""from collections.abc import Iterable

from kiwipiepy import Kiwi


{inspect.getsource(stems)}"""

_JAVA = "konlpy  (needs Java; Colab has one)"


def predict_script(network: TrainedNetwork) -> str:
    """Return the text of ``predict.py``, which finds ``model.keras`` beside itself."""
    match network.task.kind:
        case InputKind.TABLE:
            return _for_tables(network)
        case InputKind.IMAGE:
            return _for_pictures(network)
        case InputKind.TEXT:
            return _for_reviews(network)


def _for_tables(network: TrainedNetwork) -> str:
    data = network.task.load(network.experiment)
    return _TABLE.substitute(
        about=_about(network.task),
        columns=" ".join(feature.name for feature in data.features),
        example=" ".join(f"{number:g}" for number in data.x_test[0].tolist()),
    )


def _for_pictures(network: TrainedNetwork) -> str:
    classes = network.task.load(network.experiment).classes
    return _PICTURE.substitute(
        about=_about(network.task),
        classes=[name.en for name in classes],
        shape=network.task.input_shape,
    )


def _for_reviews(network: TrainedNetwork) -> str:
    """Return the script for the network's analyser; its answers are those of ``data.korean``."""
    name = (network.experiment.reading or Reading()).tokenizer
    engine = name.capitalize()
    analyser, morphemes = f"from konlpy.tag import {engine}", f"{engine}().morphs(review)"
    if name == "okt":
        morphemes = "Okt().morphs(review, norm=True, stem=True)"
    if name == "kiwi":
        analyser = _ROOTS_AND_ENDINGS
        tokens = "((token.form, token.tag) for token in Kiwi().tokenize(review))"
        morphemes = f"[word for word, _ in stems{tokens}]"
    return _REVIEW.substitute(
        about=_about(network.task),
        packages="kiwipiepy" if name == "kiwi" else _JAVA,
        example=_EXAMPLE_REVIEW,
        analyser=analyser,
        morphemes=morphemes,
        classes=[name.en for name in CLASSES],
        inputs=len(network.kernels[0]),
    )


def _about(task: Task) -> str:
    return f"{task.sentence.ko}\n{task.sentence.en}\n"
