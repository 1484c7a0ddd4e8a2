"""Boston housing: thirteen numbers about a district in, one price out."""

from data.language import Text
from data.tables import boston
from models.experiment import Experiment, Layer, Optimizer
from models.tasks.base import InputKind, Task, regression

_HOUSING = Experiment(
    task="boston",
    layers=(Layer(64), Layer(64)),
    optimizer=Optimizer("sgd", learning_rate=0.001, momentum=0.9, nesterov=True),
    epochs=80,
    batch_size=64,
)

BOSTON = Task(
    name="boston",
    kind=InputKind.TABLE,
    title=Text("보스턴 집값", "Housing"),
    sentence=Text(
        "지역을 나타내는 숫자 13개로 집값을 맞히는 회귀 문제입니다.",
        "Regression: thirteen numbers about a district predict its median house price.",
    ),
    input_shape=(13,),
    head=regression(),
    loader=lambda experiment: boston.load(),
    presets={
        "housing-sgd": _HOUSING,
        "housing-rmsprop": _HOUSING.changed(optimizer=Optimizer("rmsprop")),
        "housing-adam": _HOUSING.changed(optimizer=Optimizer("adam")),
    },
)
