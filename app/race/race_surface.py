"""The paths of the variants on the loss surface through their start and the ends of two of them."""

from collections.abc import Iterator

import streamlit as st

from app.form.choice import choice
from app.race.charts import along, contour, relief
from app.race.race_figures import table
from app.race.races import Race
from app.session import failures, state
from app.session.i18n import group, say, t
from app.session.markdown import plain
from app.session.services import services
from data.language import UserError
from models.race.race_files import surface_of
from models.race.surface_path import PathOnPlane, SurfacePaths

_BARE = {"displaylogo": False, "displayModeBar": False}


def race_surface(race: Race) -> None:
    """Draw the choice of two variants and, once it is asked for, the surface with the paths."""
    st.markdown(f"#### {t('race.surface')}")
    st.caption(t("race.surface_note"))
    first, second = state.Kept(f"race-a-{race.id}", 0), state.Kept(f"race-b-{race.id}", 1)
    asked: state.Kept[tuple[int, int] | None] = state.Kept(f"race-surface-{race.id}", None)
    with st.container(horizontal=True, vertical_alignment="bottom", key="race-surface-choice"):
        _variant(race, "a", first)
        _variant(race, "b", second)
        pair = (first.get(), second.get())
        st.button(
            t("race.surface_draw"),
            key="race-surface-draw",
            type="primary",
            on_click=lambda: asked.set(pair),
        )
    if asked.get() != pair:
        return
    try:
        with st.spinner(t("race.surface_wait")):
            found = _found(tuple((run.id, run.events) for run in race.runs), *pair)
    except UserError as error:
        failures.tell(error.text)
        return
    _draw(race, found)


def _variant(race: Race, name: str, kept: state.Kept[int]) -> None:
    labels = {str(number): each for number, each in enumerate(race.names)}
    choice(
        st.selectbox,
        t(f"race.surface_{name}"),
        labels,
        str(kept.get()),
        f"race-{name}-{race.id}",
        lambda number: kept.set(int(number)),
        width=220,
    )


@st.cache_data(max_entries=20, show_spinner=False)
def _found(runs: tuple[tuple[str, int], ...], first: int, second: int) -> SurfacePaths:
    """Return the surface of two of the ``runs``, by id and number of events."""
    store = services().store
    found = [store.get(run_id) for run_id, _ in runs]
    files = [(run.experiment, store.folder(run.id)) for run in found]
    return surface_of(store.task_of(found[first]), files, first, second)


def _draw(race: Race, found: SurfacePaths) -> None:
    words = group("race_surface")
    if found.note:
        st.info(plain(say(found.note)))
    with st.container(horizontal=True, key="race-surface"):
        above = contour(found, race.names, words)
        st.plotly_chart(above, width="content", key="race-contour", config=_BARE)
        st.plotly_chart(relief(found, race.names, words), key="race-relief", config=_BARE)
    st.plotly_chart(along(found, race.names, words), key="race-along", config=_BARE)
    st.caption(t("race.surface_rows", rows=f"{found.rows:,}"))
    heads = [t(f"race.column_{n}") for n in ("variant", "epoch", "distance", "true", "below")]
    rows = [row for path in found.paths for row in _rows(race.names[path.variant], path)]
    with st.expander(t("race.points"), key="race-points"):
        st.html(table(t("race.points_note"), heads, rows))


def _rows(name: str, path: PathOnPlane) -> Iterator[list[str]]:
    """Yield a row of the table for every point of a path."""
    points = zip(path.epochs.tolist(), path.places, path.true, path.below, strict=True)
    for epoch, place, true, below in points:
        yield [name, str(epoch), *(f"{each:.5g}" for each in (place.distance, true, below))]
