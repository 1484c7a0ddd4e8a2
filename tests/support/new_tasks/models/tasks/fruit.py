"""Fruit: two measures in, apple or pear out."""

from data.language import Text
from data.tables import fruit
from models.experiment import Experiment, Layer, Optimizer
from models.tasks.base import InputKind, Preset, Task, classification

FRUIT = Task(
    name="fruit",
    kind=InputKind.TABLE,
    title=Text("과일", "Fruit"),
    sentence=Text("크기로 사과와 배를 가립니다.", "Tells apples from pears by their size."),
    input_shape=(2,),
    head=classification(2),
    loader=lambda experiment: fruit.load(),
    settings=(
        Preset(
            "fruit-small",
            Text("작은 망", "Small net"),
            Experiment("fruit", (Layer(4),), Optimizer("adam"), epochs=1, batch_size=32),
        ),
    ),
)
