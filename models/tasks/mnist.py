"""MNIST: a handwritten digit of 28 x 28 grey pixels in, one of ten digits out."""

from data.dataset import Array
from data.language import Text
from data.pictures import mnist
from data.pictures.reading import PhotoReading
from models.experiment import Experiment, Layer, Optimizer
from models.tasks.base import InputKind, Preset, Task, classification


def _read_photo(grey: Array) -> PhotoReading:
    from data.pictures.photo import read_digit  # with Pillow, which few need

    return read_digit(grey)


MNIST = Task(
    name="mnist",
    kind=InputKind.IMAGE,
    title=Text("손글씨 숫자", "Digits"),
    sentence=Text(
        "28 × 28 픽셀 그림 6만 장으로 손으로 쓴 숫자를 알아봅니다.",
        "Sixty thousand pictures of 28 × 28 pixels teach a network to read digits.",
    ),
    input_shape=(28, 28),
    head=classification(10),
    loader=lambda experiment: mnist.load_mnist(),
    settings=(
        Preset(
            "mnist",
            Text("MNIST 512", "MNIST 512"),
            Experiment(
                task="mnist",
                layers=(Layer(512),),
                optimizer=Optimizer("rmsprop"),
                epochs=5,
                batch_size=128,
            ),
        ),
    ),
    keras_dataset="mnist",
    picture=Text("MNIST 손글씨 숫자 예시 {count}장", "{count} handwritten digits of MNIST"),
    drawable=True,
    read_photo=_read_photo,
)
