"""Every browser component on one page, for the browser tests and for the eye.

``streamlit run tests/support/browser/gallery.py``. The server's half plays invented runs at ten
events a second in the very form in which the app sends real ones; the page's half mounts the
components.
"""

import asyncio
import json
import math
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import streamlit as st  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import Response, StreamingResponse  # noqa: E402
from starlette.routing import Route  # noqa: E402

from app.server import plotly_script  # noqa: E402
from app.server.scripts import widget_modules  # noqa: E402
from app.session.i18n import texts  # noqa: E402
from app.widgets.chart.live_chart import label_names, live_chart  # noqa: E402
from app.widgets.pictures.bars import bars  # noqa: E402
from app.widgets.pictures.pen import pen  # noqa: E402
from app.widgets.pictures.picture_grid import picture_grid  # noqa: E402
from app.widgets.pictures.pixels import pixels  # noqa: E402
from app.widgets.shared.live_run import LiveRun  # noqa: E402
from data.language import Text  # noqa: E402
from models.events import (  # noqa: E402
    Baseline,
    Baselines,
    Batches,
    End,
    Epoch,
    Event,
    Preparing,
    Started,
    State,
    Tuned,
    Unsaved,
    to_json,
)
from tests.support.browser.gallery_page import visit, visit_place  # noqa: E402

EVENTS_A_SECOND = {"long": 20, "housing": 20, "flash": 400}
"""Of long runs, and of one that is over at once; others say ten, which fills the four seconds that
a live run takes at least."""
SECONDS_BEFORE_THE_START = 3
"""How long each thing is said that a run says before it starts."""
CUT_AFTER = 30
OVER = ("finished", "dense", "compared", "penalised", "overfit")  # their events come at once
NAN_ERROR = Text(
    "손실이 1,030번째 업데이트에서 숫자가 아니게 되었습니다. 학습률을 낮추어 보세요.",
    "The loss stopped being a number at update 1,030. Try a lower learning rate.",
)

HOUSING_BASELINES = Baselines(
    (
        Baseline("mean", 84.42, 6.64, 0.001, r2=-0.03),
        Baseline("linear_regression", 23.2, 3.46, 0.004, r2=0.721),
        Baseline("ridge", 23.1, 3.44, 0.003, r2=0.722),
        Baseline("lasso", 22.3, 3.38, 0.012, r2=0.731),
    )
)
DIGIT_BASELINES = Baselines(
    (
        Baseline("majority", 2.3, 0.113, 0.002),
        Baseline("no_hidden", 0.27, 0.925, 1.9, epochs=5),
    )
)

# The server's half ---------------------------------------------------------------------------


PLAIN = {"housing": (7, 80, 1, "mae"), "long": (469, 12, 8, "accuracy")}


def played(run: str) -> list[Event]:
    """Return the events of an invented run; the word before the first dash says which kind."""
    kind = run.split("-")[0]
    if kind in PLAIN:
        return [*_events(*PLAIN[kind]), _end(State.DONE)]
    if kind in ("flash", "compared"):
        started, *rest = _events(7, 80, 1, "mae")
        return [started, HOUSING_BASELINES, *rest, replace(_end(State.DONE), seconds=0.4)]
    if kind == "penalised":
        return [_penalised(e) if isinstance(e, Epoch) else e for e in played("compared")]
    if kind == "slowed":
        return list(_slowed())
    if kind == "overfit":
        started, *rest = _events(100, 20, 2, "accuracy")
        worse = [_overfitted(e) if isinstance(e, Epoch) else e for e in rest]
        return [started, DIGIT_BASELINES, *worse, _end(State.DONE)]
    if kind == "diverged":
        return [*islice(_events(469, 3, 8, "accuracy"), 20), _end(State.DIVERGED, NAN_ERROR)]
    if kind == "dense":
        return [*_events(5000, 4, 40, "accuracy", points=60), _end(State.DONE)]
    return [*_events(469, 5, 8, "accuracy"), _end(State.DONE)]


def _slowed() -> Iterator[Event]:
    """Yield ten epochs of a tenth of a second each, then an update a second."""
    yield from islice(_events(7, 80, 1, "mae"), 21)
    yield Tuned(70, None, 1.0)
    for update in range(71, 561):
        yield Batches(((update, 30.0, 3.0),))


def _overfitted(epoch: Epoch) -> Epoch:
    """Return an epoch of a run whose validation loss rises from epoch 8 on."""
    val_loss = epoch.val_loss + 0.03 * max(0, epoch.epoch - 8)
    return replace(epoch, val_loss=val_loss, best_epoch=min(epoch.epoch, 8))


def _penalised(epoch: Epoch) -> Epoch:
    return replace(epoch, val_loss=epoch.val_loss + 200, penalty=200.0)


def _end(state: State, error: Text | None = None) -> End:
    return End(state, error, {"loss": 0.08}, 2345, 4, 3.9)


def _events(per: int, epochs: int, parts: int, metric: str, points: int = 6) -> Iterator[Event]:
    noise = np.random.default_rng(0)
    yield Started(407_050, 60_000, per, epochs, metric, True)
    for epoch in range(1, epochs + 1):
        for edges in np.array_split(np.linspace(0, per, parts * points + 1)[1:], parts):
            updates = [(epoch - 1) * per + round(edge) for edge in edges]
            yield Batches(tuple(_point(u, u / per, noise, metric) for u in updates))
        loss, value = _curve(epoch, metric)
        val_loss, val = _curve(epoch * 0.8, metric)
        yield Epoch(epoch, loss, value, val_loss, val, parts / 10, epoch)


def _curve(at: float, metric: str) -> tuple[float, float]:
    loss = 0.06 + 0.9 * math.exp(-1.1 * at)
    return (loss, 1 - 0.35 * loss) if metric == "accuracy" else (loss * 380, 2.1 + 18 * loss)


def _point(
    update: int, at: float, noise: np.random.Generator, metric: str
) -> tuple[int, float, float]:
    loss, value = _curve(at, metric)
    shake = noise.normal(1, 0.12)
    shaken = value * noise.normal(1, 0.01)
    return update, loss * shake, min(shaken, 1.0) if metric == "accuracy" else shaken


async def events(request: Request) -> Response:
    """Play a run as server-sent events, from the one after ``after``.

    One alone: the address is not like the lab's, which tells of several runs in one stream.
    """
    run = request.path_params["run"]
    last = int(request.query_params.get("after", 0))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(run, last), media_type="text/event-stream", headers=headers)


UNSAVED = {5: Unsaved(Text("저장되지 않습니다.", "It is not saved.")), 30: Unsaved(None)}
"""What is said of the disk after which event."""


def _before_the_start(run: str) -> list[dict[str, Any]]:
    if run.startswith("queued"):
        return [{"kind": "queued", "place": place} for place in (2, 1)]
    if run.startswith("blocked"):
        error = {"ko": "학습을 시작할 수 없습니다.", "en": "Training cannot start."}
        return [{"kind": "blocked", "error": told} for told in (error, None)]
    return [to_json(Preparing(650, 2_600))] if run.startswith("prepared") else []


async def _stream(run: str, last: int) -> AsyncIterator[str]:
    for told in _before_the_start(run):
        yield f"data: {json.dumps(told)}\n\n"
        await asyncio.sleep(SECONDS_BEFORE_THE_START)
    for number, event in enumerate(played(run), start=1):
        if number <= last:
            continue
        yield f"id: {number}\ndata: {json.dumps(to_json(event))}\n\n"
        if run.startswith("unsaved") and number in UNSAVED:
            yield f"data: {json.dumps(to_json(UNSAVED[number]))}\n\n"
        if run.startswith("cut") and last == 0 and number == CUT_AFTER:
            return
        if not run.startswith(OVER):
            await asyncio.sleep(1 / EVENTS_A_SECOND.get(run.split("-")[0], 10))


# The page's half -----------------------------------------------------------------------------

CHART_LABELS = {
    "ko": {
        "language": "ko",
        "empty": "학습 단추를 누르면 손실과 지표가 여기에서 움직입니다.",
        "queued": "{place}번째로 차례를 기다리는 중입니다.",
        "wait": "약 {seconds}초 남았습니다.",
        "paused": "일시 정지",
        "tuned": "학습률 {rate}",
        "timeout": "시간이 지났습니다.",
        "starting": "네트워크와 데이터를 준비하는 중입니다…",
        "preparing": "형태소로 나누는 중입니다: {total}개 가운데 {done}개.",
        "reconnecting": "연결이 끊겨 다시 잇는 중입니다.",
        "done": "학습을 마쳤습니다.",
        "stopped": "정지했습니다.",
        "diverged": "{update}번째 업데이트에서 손실이 발산했습니다.",
        "failed": "학습하지 못했습니다.",
        "lost": "학습하던 프로세스가 사라졌습니다.",
        "interrupted": "학습이 끊겼습니다.",
        "chart_error": "그래프를 불러오지 못했습니다. 페이지를 새로 고쳐 주세요.",
        "progress": "에폭 {epoch}/{epochs} · 업데이트 {update}/{updates} · {seconds}초 남음",
        "progress_ended": "에폭 {epoch}/{epochs} · 업데이트 {update}/{updates}",
        "progress_label": "학습 진행",
        "reset_zoom": "확대 되돌리기",
        "trace_batch": "훈련 (업데이트마다)",
        "trace_train": "훈련",
        "trace_val": "검증",
        "axis_epoch": "에폭",
        "axis_loss": "손실",
        "title_loss": "손실 (loss)",
        "sentence_loss": "검증 손실 {value} — {epoch} 에폭",
        "chart_label_loss": "에폭에 따른 훈련 손실과 검증 손실",
    },
    "en": {
        "language": "en",
        "empty": "Press Train and the loss and the metric move here.",
        "queued": "Waiting in the queue, place {place}.",
        "wait": "About {seconds} s to go.",
        "paused": "Paused",
        "tuned": "learning rate {rate}",
        "timeout": "The time is over.",
        "starting": "Preparing the network and the data…",
        "preparing": "Cutting into morphemes: {done} of {total}.",
        "reconnecting": "The connection was lost and is being restored.",
        "done": "Training is complete.",
        "stopped": "Stopped.",
        "diverged": "The loss diverged at update {update}.",
        "failed": "Training was not possible.",
        "lost": "The training process has disappeared.",
        "interrupted": "Training was cut off.",
        "chart_error": "The chart could not be loaded. Please reload the page.",
        "progress": "epoch {epoch}/{epochs} · update {update}/{updates} · {seconds} s left",
        "progress_ended": "epoch {epoch}/{epochs} · update {update}/{updates}",
        "progress_label": "Training progress",
        "reset_zoom": "Reset zoom",
        "trace_batch": "training (each update)",
        "trace_train": "training",
        "trace_val": "validation",
        "axis_epoch": "epoch",
        "axis_loss": "loss",
        "title_loss": "Loss",
        "sentence_loss": "Validation loss {value} after epoch {epoch}",
        "chart_label_loss": "Training and validation loss by epoch",
    },
}
METRIC_LABELS = {
    "ko": {
        "axis": "{metric}",
        "title": "{metric}",
        "sentence": "검증 {metric} {{value}} — {{epoch}} 에폭",
        "chart_label": "에폭에 따른 훈련 {metric}, 검증 {metric}",
        "announce": "에폭 {{epoch}}/{{epochs}}, 검증 {metric} {{value}}",
    },
    "en": {
        "axis": "{metric}",
        "title": "{metric}",
        "sentence": "Validation {metric} {{value}} after epoch {{epoch}}",
        "chart_label": "Training and validation {metric} by epoch",
        "announce": "Epoch {{epoch}}/{{epochs}}, validation {metric} {{value}}",
    },
}
METRICS = {
    "ko": {"accuracy": "정확도", "mae": "MAE"},
    "en": {"accuracy": "accuracy", "mae": "MAE"},
}
PEN_LABELS = {
    "canvas": "숫자를 쓰는 칸. 마우스나 손가락으로 그리세요.",
    "hint": "0부터 9까지 하나를 크게 쓰세요",
    "keys": "화살표: 움직이기 · 스페이스: 펜 내리고 들기",
    "pen_down": "펜을 내렸습니다",
    "pen_up": "펜을 들었습니다",
    "undo": "되돌리기",
    "clear": "지우기",
}
PIXEL_LABELS = {
    "label": "네트워크가 보는 28 × 28 픽셀 그림",
    "empty": "아직 그림이 없습니다",
    "hint": "칸을 가리키면 0~255 값이 보입니다",
    "cell": "{row}행 {column}열: {value}",
}
BAR_LABELS = {
    "label": "숫자마다의 확률",
    "item": "{label}: {percent}",
    "empty": "그림을 그리면 확률이 나타납니다",
}
GRID_LABELS = {"label": "시험 그림", "item": "{number}번째 그림"}
SEVEN = [[[0.25, 0.25], [0.5, 0.25], [0.72, 0.26]], [[0.72, 0.26], [0.55, 0.55], [0.45, 0.8]]]


def chart_labels(language: str, metric: str) -> dict[str, str]:
    word = METRICS[language][metric]
    own = {
        f"{name}_{metric}": text.format(metric=word)
        for name, text in METRIC_LABELS[language].items()
    }
    told = {name: texts(language)[f"live.{name}"] for name in label_names(metric)}
    return {**told, **CHART_LABELS[language], **own}


def run_shown(run: str, ended: Sequence[str] = ()) -> LiveRun:
    """Return an invented run as a page would show it; it is over once it is among the ``ended``."""
    return LiveRun(
        run=run,
        url=f"/api/played/{run}/events",
        live=run not in ended and not run.startswith(OVER),
        place=3 if run.startswith("queued") else None,
    )


def metric_of(run: str) -> str:
    return "mae" if run.startswith(("housing", "flash", "compared", "slowed")) else "accuracy"


def show_chart() -> None:
    """The chart of the run that the address names (``?run=``), live until it says it has ended."""
    state = st.session_state
    language = st.radio("language", ["ko", "en"], horizontal=True, key=f"language.{visit()}")
    run = st.text_input("run", st.query_params.get("run", ""), key=f"run.{visit()}")
    ended = state.setdefault("ended", [])
    chosen, metric = run_shown(run, ended), metric_of(run)
    height = int(st.query_params.get("height", "600"))
    labels = chart_labels(language, metric)
    told = live_chart(chosen if run else None, labels, metric, height, f"chart.{visit()}")
    if told is not None:
        ended.append(told)
    st.text(f"ended: {json.dumps(ended)}")


def show_digits() -> None:
    """The pen, what the network would see, and bars that follow the number of strokes."""
    state = st.session_state
    if st.button("load a seven"):
        state["drawing"] = SEVEN
        state["revision"] = state.get("revision", 0) + 1
    revision = state.get("revision", 0)
    if st.checkbox("show the pen", value=True, key=f"show.{visit()}"):
        state["drawing"] = pen(
            PEN_LABELS, strokes=state.get("drawing", []), revision=revision, key=f"pen.{visit()}"
        )
    strokes = state.get("drawing", [])
    st.text(f"strokes: {json.dumps(strokes)}")
    pixels(rasterised(strokes) if strokes else None, PIXEL_LABELS, key=f"pixels.{visit()}")
    bars(shares(len(strokes)), BAR_LABELS, version=len(strokes), key=f"bars.{visit()}")


def rasterised(strokes: list[list[list[float]]]) -> list[list[int]]:
    image = [[0] * 28 for _ in range(28)]
    for x, y in (point for stroke in strokes for point in stroke):
        image[min(27, int(y * 28))][min(27, int(x * 28))] = 255
    return image


def shares(winner: int) -> list[Any]:
    values = [0.002] * 10
    values[winner % 10] = 0.982
    return [{"label": str(i), "value": value if winner else 0.0} for i, value in enumerate(values)]


def show_pictures() -> None:
    number = st.number_input("pictures", 1, 40, 12, key=f"pictures.{visit()}")
    noise = np.random.default_rng(int(number))
    images = (noise.random((int(number), 28, 28)) * 255).astype(np.uint8)
    images[:, :5], images[:, -5:] = 0, 0
    chosen = picture_grid(images, selected=None, labels=GRID_LABELS, key=f"grid.{visit()}")
    st.text(f"picked: {json.dumps(chosen)}")
    clothes = [{"label": name, "value": 0.5 / (i + 1)} for i, name in enumerate(GARMENTS)]
    bars(clothes, BAR_LABELS, highlight=1, key=f"garments.{visit()}")


GARMENTS = ("티셔츠/상의", "바지", "앵클부츠(짧은 부츠)", "가방")


def draw() -> None:
    st.set_page_config(page_title="gallery", layout="wide")
    with visit_place():
        left, right = st.columns([2, 1])
        with left:
            show_chart()
        with right:
            show_digits()
            show_pictures()


if __name__ == "__main__":
    draw()
else:
    routes = [
        Route("/api/played/{run}/events", events),
        plotly_script.route(),
        widget_modules.route(),
    ]
    app = st.App(__file__, routes=routes)
