"""Boston housing: thirteen numbers about a district in, one price out."""

from data.language import Text
from data.tables import boston
from models.experiment import Experiment, Layer, Optimizer
from models.tasks.base import InputKind, Preset, Task, regression

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
    settings=(
        Preset("housing-sgd", Text("SGD", "SGD"), _HOUSING),
        Preset(
            "housing-rmsprop",
            Text("RMSprop", "RMSprop"),
            _HOUSING.changed(optimizer=Optimizer("rmsprop")),
        ),
        Preset("housing-adam", Text("Adam", "Adam"), _HOUSING.changed(optimizer=Optimizer("adam"))),
    ),
    keras_dataset="boston_housing",
    picture=Text(
        "방 개수와 집값의 산점도: 방이 많은 지역일수록 집값이 높습니다",
        "Scatter plot of rooms and price: districts with more rooms cost more",
    ),
    question=Text("집이 있는 지역", "The district"),
)

FIRST_RUN = Text(
    "아직 실행이 없습니다. 강의의 첫 네트워크가 집값을 80 에폭 동안 배우는 모습을 바로 볼 수 "
    "있습니다. 몇 초면 됩니다.",
    "No runs yet. See at once how the first network of the lecture learns house prices for 80 "
    "epochs. It takes some seconds.",
)
"""What Home says to whoever has not trained anything yet."""
