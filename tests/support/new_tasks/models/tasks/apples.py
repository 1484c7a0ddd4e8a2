"""Apples: three measures in, one weight out."""

from data.language import Text
from data.tables import apples
from models.experiment import Experiment, Layer, Optimizer
from models.tasks.base import InputKind, Preset, Task, regression

APPLES = Task(
    name="apples",
    kind=InputKind.TABLE,
    title=Text("사과", "Apples"),
    sentence=Text("크기로 사과의 무게를 맞힙니다.", "From the size of an apple to its weight."),
    input_shape=(3,),
    head=regression(),
    loader=lambda experiment: apples.load(),
    settings=(
        Preset(
            "apples-small",
            Text("작은 망", "Small net"),
            Experiment("apples", (Layer(8),), Optimizer("adam"), epochs=1, batch_size=32),
        ),
    ),
)
