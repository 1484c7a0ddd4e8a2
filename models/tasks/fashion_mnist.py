"""Fashion-MNIST: a garment of 28 x 28 grey pixels in, one of ten kinds out."""

from data.dataset import Array
from data.language import Text
from data.pictures import mnist
from data.pictures.reading import PhotoReading
from models.experiment import Experiment, Layer, Optimizer
from models.tasks.base import InputKind, Preset, Task, classification


def _read_photo(grey: Array) -> PhotoReading:
    from data.pictures.garment import read_garment  # with Pillow, which few need

    return read_garment(grey)


FASHION_MNIST = Task(
    name="fashion_mnist",
    kind=InputKind.IMAGE,
    title=Text("패션 상품", "Fashion"),
    sentence=Text(
        "티셔츠부터 앵클부츠까지, 옷과 신발 사진을 열 가지로 나눕니다.",
        "From T-shirts to ankle boots: pictures of clothes sorted into ten kinds.",
    ),
    input_shape=(28, 28),
    head=classification(10),
    loader=lambda experiment: mnist.load_fashion_mnist(),
    settings=(
        Preset(
            "fashion-mnist",
            Text("Fashion 512", "Fashion 512"),
            Experiment(
                task="fashion_mnist",
                layers=(Layer(512),),
                optimizer=Optimizer("rmsprop"),
                epochs=10,
                batch_size=128,
            ),
        ),
    ),
    keras_dataset="fashion_mnist",
    picture=Text("Fashion-MNIST 옷 사진 예시 {count}장", "{count} garments of Fashion-MNIST"),
    read_photo=_read_photo,
)
