"""The tables of a race: who leads, and whether all began alike; and what may be concluded."""

import math
from html import escape

import streamlit as st

from app.race.races import Race, other_seeds, repeats, start_repeats
from app.session import state
from app.session.i18n import t
from models.network.fingerprint import short
from models.race.conclusion import Conclusion, Spread, conclude, spread
from models.race.ranking import Standing, by_second, by_update
from models.race.sameness import fingerprints
from models.race.variants import SEEDS, differing
from models.tasks.base import Task


def ranking(race: Race, unit: str) -> None:
    """Draw who leads, by validation loss after equal updates or after equal seconds."""
    found = (by_second if unit == "second" else by_update)(race.histories)
    heads = [t(f"race.column_{name}") for name in ("variant", "val_loss", "epoch", "own")]
    rows = [_ranked(race, place, each) for place, each in enumerate(found, 1)]
    headed_table(t(f"race.ranking_{'second' if unit == 'second' else 'update'}"), heads, rows)


def _ranked(race: Race, place: int, one: Standing) -> list[str]:
    state_word = t(f"state.{race.runs[one.variant].state}")
    name = f"{place}. {race.names[one.variant]} ({state_word})"
    return [name, _loss(one.val_loss), str(one.epoch), f"{one.seconds:.2f}"]


def sameness(race: Race) -> None:
    """Draw the fingerprints of the first weights and of the order of rows, equal or not."""
    found = fingerprints(race.histories)
    heads = [t(f"race.column_{name}") for name in ("variant", "initial", "order")]
    rows = [
        [name, short(initial) or "–", short(order) or "–"]
        for name, initial, order in zip(race.names, found.initial, found.order, strict=True)
    ]
    headed_table(t("race.fingerprints"), heads, rows, looks="fl-texts")
    if not all(found.initial):
        return
    said = [t("race.weights_same" if found.same_weights else _why_other_weights(race))]
    if found.epochs:
        key = "race.order_same" if found.same_order else "race.order_other"
        said.append(t(key, epochs=found.epochs))
    st.caption(" ".join(said))


def _why_other_weights(race: Race) -> str:
    """Return the key of the sentence that says why the first weights are not all the same."""
    kinds = differing(race.experiments)
    for kind in ("seed", "layers"):
        if kind in kinds:
            return f"race.weights_other_{kind}"
    return "race.weights_other"


def conclusion(task: Task, race: Race) -> None:
    """Say what may be concluded from a race that is over, and offer to repeat it."""
    others = repeats(task, race, SEEDS)
    done = [each for each in others if each.is_over]
    spreads = [
        spread(number, [race.runs[number].val_loss, *(each.runs[number].val_loss for each in done)])
        for number in range(len(race.runs))
    ]
    st.markdown(f"**{sentence(race, conclude(spreads))}**")
    if "seed" in differing(race.experiments):
        return
    if done:
        _spreads(race, spreads)
    missing = len(other_seeds(race.experiments, SEEDS)) - len(done)
    if not missing:
        return
    st.button(
        t("race.repeat", seeds=SEEDS) if not others else t("race.repeating", missing=missing),
        key="race-repeat",
        icon=":material/replay:",
        help=t("race.repeat_help", more=missing),
        disabled=any(not each.is_over for each in others),
        on_click=lambda: start_repeats(task, race, SEEDS),
    )


def sentence(race: Race, found: Conclusion) -> str:
    """Return the one sentence that says what may be concluded."""
    if found.best is None:
        return t("race.conclusion_none")
    best = race.names[found.best.variant]
    if found.second is None:
        return t("race.conclusion_alone", best=best, loss=_loss(found.best.mean))
    return t(
        f"race.conclusion_{found.kind}",
        best=best,
        second=race.names[found.second.variant],
        loss=_loss(found.best.mean),
        difference=_loss(found.difference),
        error=_loss(found.error),
        seeds=found.best.seeds,
    )


def _spreads(race: Race, spreads: list[Spread]) -> None:
    heads = [t(f"race.column_{name}") for name in ("variant", "mean", "deviation", "seeds")]
    rows = [
        [
            race.names[each.variant],
            _loss(each.mean),
            "–" if each.deviation is None else _loss(each.deviation),
            str(each.seeds),
        ]
        for each in sorted(spreads, key=lambda each: each.mean)
    ]
    headed_table(t("race.spread"), heads, rows)


def replay_of(race: Race) -> state.Kept[int]:
    """Return how often a race was replayed."""
    return state.Kept(f"race-replay-{race.id}", 0)


def _loss(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "–"


def headed_table(heading: str, heads: list[str], rows: list[list[str]], *, looks: str = "") -> None:
    """Draw a table under its heading."""
    st.markdown(f"**{heading}**")
    st.html(table(heading, heads, rows, looks=looks))


def table(caption: str, heads: list[str], rows: list[list[str]], *, looks: str = "") -> str:
    """Return a table as HTML; every text is plain.

    Its cells are numbers, but for the first of a row, unless it ``looks`` like "fl-texts".
    """
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in others)
        + "</tr>"
        for first, *others in rows
    )
    return (
        f'<table class="fl-lesson fl-race {looks}"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
