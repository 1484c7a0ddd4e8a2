"""Boston housing: 506 districts of 1970, thirteen numbers each, and the price of their houses."""

import csv
import functools
import io
from pathlib import Path

import numpy as np

from data.dataset import Array, Dataset, Feature, Noun, Target
from data.file_readers.text_file import read_text
from data.files import DataFile, checksum, locate, wrong_format
from data.language import Text

FEATURES = (
    Feature(
        "CRIM",
        Text("인구 1인당 범죄 발생률", "crime rate per head"),
        Text("건/명", "crimes per person"),
    ),
    Feature(
        "ZN",
        Text(
            "25,000평방피트가 넘는 주거 구역의 비율", "residential land in lots over 25,000 sq ft"
        ),
        Text("%", "%"),
    ),
    Feature(
        "INDUS",
        Text("소매업이 아닌 상업 지역의 비율", "land used by non-retail business"),
        Text("%", "%"),
    ),
    Feature(
        "CHAS",
        Text("찰스강에 접하면 1, 아니면 0", "1 if the district borders the Charles River, else 0"),
        Text("0 또는 1", "0 or 1"),
    ),
    Feature(
        "NOX",
        Text("대기 중 질소 산화물 농도", "nitrogen oxides in the air"),
        Text("1,000만분율", "parts per 10 million"),
    ),
    Feature(
        "RM",
        Text("주택 한 채의 평균 방 수", "average number of rooms in a home"),
        Text("개", "rooms"),
        short_title=Text("평균 방 개수 (개)", "average rooms"),
    ),
    Feature(
        "AGE",
        Text("1940년 이전에 지은 자가 주택의 비율", "owner-occupied homes built before 1940"),
        Text("%", "%"),
    ),
    Feature(
        "DIS",
        Text(
            "보스턴의 고용 중심지 다섯 곳까지의 가중 거리",
            "weighted distance to five employment centres of Boston",
        ),
        Text("지수", "index"),
    ),
    Feature(
        "RAD",
        Text("방사형 고속도로 접근성", "access to radial highways"),
        Text("지수", "index"),
    ),
    Feature(
        "TAX",
        Text("재산 가치 1만 달러당 재산세", "property tax per 10,000 USD of value"),
        Text("달러", "USD"),
    ),
    Feature(
        "PTRATIO",
        Text("교사 한 명당 학생 수", "pupils per teacher"),
        Text("명", "pupils"),
    ),
    Feature(
        "B",
        Text(
            "1000 × (Bk − 0.63)². Bk는 흑인 인구의 비율 (아래 주의를 읽으세요)",
            "1000 × (Bk − 0.63)², Bk being the share of Black residents (read the warning)",
        ),
        Text("지수", "index"),
    ),
    Feature(
        "LSTAT",
        Text(
            "데이터를 만든 이들이 '사회적 지위가 낮다'고 분류한 인구의 비율",
            "residents whom the authors classed as of 'lower status'",
        ),
        Text("%", "%"),
    ),
)
TARGET_COLUMN = "MEDV"
TARGET = Target(
    name=Text("집값", "price"),
    unit=Text("달러", "dollars"),
    scale=1_000,
    symbol=Text("달러", "USD"),
    plural=Text("집값", "prices"),
    answer=Text("가격", "price"),
    more=Text("비쌉니다", "More"),
)
DISTRICT = Noun(Text("지역", "district"), Text("지역", "districts"), counted=Text("한 곳", "one"))

WARNING = Text(
    "변수 B는 이 데이터를 만든 이들이 흑인 인구의 비율로 만든 인종 변수입니다. 인종 분리가 집값을 "
    "올린다는 가정이 담겨 있습니다. 역사적인 이 데이터와 강의가 변수 13개를 쓰기 때문에 그대로 "
    "두었을 뿐이며, 사람에 대한 결론을 내리는 데 써서는 안 됩니다.",
    "Variable B is a race variable: the authors of this data set made it from the share of Black "
    "residents, assuming that segregation raises house prices. It is kept only because the "
    "historic data set and the lecture have 13 variables. Do not use it to draw conclusions about "
    "people.",
)

_HEADER = [*(feature.name for feature in FEATURES), TARGET_COLUMN]
_EXPECTED = Text(
    f"첫 줄이 {','.join(_HEADER)}이고 나머지 줄은 유한한 숫자 14개씩인 CSV 파일, 2행 이상",
    f"a CSV file with {','.join(_HEADER)} in its first line and 14 finite numbers in each other "
    "one, at least 2 rows",
)
_MAX_BYTES = 2**24
_SHA256 = "04ea3ed0aa63691cfedf388349eafc1213e91e00f8e4d31747534692c0f1ce02"


def load() -> Dataset:
    """Return the 404 + 102 rows of Keras' split: x (rows, 13) and price in 1000 USD, float32.

    Raises ``UserError`` when the file is missing, damaged or of another format.
    """
    rows = _rows(locate("boston_house_prices.csv", _SHA256))
    train = len(rows) * 4 // 5
    return Dataset(
        name="boston",
        x_train=rows[:train, :-1],
        y_train=rows[:train, -1],
        x_test=rows[train:, :-1],
        y_test=rows[train:, -1],
        features=FEATURES,
        classes=(),
        source=Text(
            "David Harrison, Daniel Rubinfeld (1978), StatLib (카네기 멜런 대학교)에서 배포",
            "David Harrison and Daniel Rubinfeld (1978), distributed by StatLib (Carnegie Mellon)",
        ),
        licence="StatLib: freely distributed, no licence stated",
        warning=WARNING,
        target=TARGET,
        row=DISTRICT,
    )


@functools.lru_cache(maxsize=4)
def _rows(file: DataFile) -> Array:
    """Return all rows, inputs and price, read-only, in the order of ``keras.datasets``."""
    checksum(file)
    rows = _parsed(file.path)
    order = np.arange(len(rows))
    np.random.RandomState(113).shuffle(order)
    shuffled: Array = rows[order]
    shuffled.setflags(write=False)
    return shuffled


def _parsed(path: Path) -> Array:
    text = read_text(path, _MAX_BYTES)
    try:
        header, *lines = filter(None, csv.reader(io.StringIO(text, newline="")))
        with np.errstate(over="ignore"):
            rows = np.array(lines, dtype=np.float64).astype(np.float32)
    except (ValueError, csv.Error) as error:
        raise wrong_format(path, _EXPECTED) from error
    is_table = rows.ndim == 2 and rows.shape[1] == len(_HEADER) and len(rows) > 1
    if header != _HEADER or not is_table or not np.isfinite(rows).all():
        raise wrong_format(path, _EXPECTED)
    return rows
