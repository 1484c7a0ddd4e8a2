"""Pictures: one grey value a pixel, from 0 (black) to 255 (white)."""

from pathlib import Path

from data.dataset import Array, Dataset
from data.language import Text
from data.pictures.reading import PhotoReading
from data.tables.scaling import pixel_scaling
from data.text.vocabulary import Vocabulary
from models.experiment import Experiment
from models.inputs.kind import Mosaic, Report, StoredRows
from models.inputs.summary import split_rows
from models.tasks.base import Task

PICTURES = 50
"""Of a mosaic."""
_LABEL = Text("예시 그림 {count}장", "{count} pictures of the data")


class Image:
    """Rows of (height, width) uint8, laid out in one row for the network."""

    option = "image"
    own_settings = frozenset[str]()
    has_words = False
    script = "picture"

    def script_words(self, task: Task, experiment: Experiment) -> dict[str, object]:
        classes = task.load(experiment).classes
        return {"classes": [name.en for name in classes], "shape": task.input_shape}

    def rows(self, experiment: Experiment, dataset: Dataset, report: Report) -> StoredRows:
        rows, validation = split_rows(experiment, len(dataset.x_train))
        x_train = _flat(dataset.x_train)
        held_back = x_train[rows : rows + validation]
        return StoredRows(x_train[:rows], held_back, _flat(dataset.x_test), pixel_scaling())

    def test_rows(
        self,
        experiment: Experiment,
        dataset: Dataset,
        vocabulary: Vocabulary | None,
        report: Report,
    ) -> Array:
        return _flat(dataset.x_test)

    def names(self, dataset: Dataset) -> tuple[str, ...]:
        return ()

    def grid(self, task: Task) -> tuple[int, int]:
        height, width = task.input_shape
        return height, width

    def watched(self, task: Task, dataset: Dataset) -> int:
        """Return the pixel in the middle."""
        height, width = self.grid(task)
        return height // 2 * width + width // 2

    def span(self, dataset: Dataset) -> tuple[float, float]:
        return 1.0, 255.0

    def picture(self, task: Task, dataset: Dataset) -> Mosaic:
        images = dataset.x_train[:PICTURES]
        return Mosaic(images, (task.picture or _LABEL).format(count=len(images)))

    def is_drawn(self, task: Task) -> bool:
        return task.drawable


def read_photo(task: Task, grey: Array) -> PhotoReading:
    """Follow a picture, any (height, width) uint8, to one as the task's are."""
    from data.pictures.photo import read_whole  # with Pillow, which few need

    return task.read_photo(grey) if task.read_photo else read_whole(grey, task.input_shape)


def framed(task: Task, path: Path) -> Array:
    """Return a picture file as the task's pictures are: (height, width) uint8.

    Raises ``UserError`` when the file holds no picture, or one in which nothing stands out.
    """
    from data.pictures.picture_file import read_picture

    return read_photo(task, read_picture(path)).picture()


def _flat(images: Array) -> Array:
    return images.reshape(len(images), -1)
