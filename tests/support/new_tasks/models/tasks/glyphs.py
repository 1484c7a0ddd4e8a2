"""Glyphs: a picture of 12 x 20 pixels in, one of four marks out."""

from data.language import Text
from data.pictures import glyphs
from models.experiment import Experiment, Layer, Optimizer
from models.tasks.base import InputKind, Preset, Task, classification

GLYPHS = Task(
    name="glyphs",
    kind=InputKind.IMAGE,
    title=Text("무늬", "Glyphs"),
    sentence=Text("무늬 네 가지를 알아봅니다.", "Tells four marks apart."),
    input_shape=(12, 20),
    head=classification(4),
    loader=lambda experiment: glyphs.load(),
    settings=(
        Preset(
            "glyphs-small",
            Text("작은 망", "Small net"),
            Experiment("glyphs", (Layer(16),), Optimizer("adam"), epochs=1, batch_size=32),
        ),
    ),
    picture=Text("무늬 {count}장", "{count} marks"),
)
