"""How a network does on the drawings that its owner has kept with what they really are."""

import streamlit as st

from app.analysis.analysed import Analysed
from app.analysis.headings import heading
from app.prediction.own_test_set import kept_drawings, remove_drawings
from app.session import failures, state
from app.session.i18n import group, say, t
from app.widgets.analysis.sample_list import Sample, sample_list
from data.dataset import Array
from data.language import UserError
from models.inputs.kinds import input_of
from models.runs.own_digits import OwnDigits
from models.tasks.base import Task


def own_drawings(one: Analysed, other: Analysed | None) -> None:
    """Draw the count, how many are read rightly, and the wrong ones; nothing without drawings."""
    if not input_of(one.task).is_drawn(one.task):
        return
    try:
        kept = kept_drawings(one.task)
    except UserError as error:
        failures.tell(error.text)
        return
    if not len(kept.labels):
        return
    with st.container(key="own-drawings"):
        heading(t("analyze.own"), one, other)
        for each in filter(None, (one, other)):
            st.markdown(_share(each, kept))
        _wrong(one, kept)
        with st.popover(t("analyze.own_remove"), icon=":material/delete:", key="own-remove"):
            st.caption(t("analyze.own_remove_note", count=len(kept.labels)))
            st.button(
                t("analyze.own_remove_yes"),
                key="own-remove-yes",
                on_click=remove_drawings,
                args=(one.task,),
            )


def opened_drawing(task: Task) -> state.Kept[int | None]:
    """The drawing that somebody wants to see on Predict, until it is there."""
    return state.Kept(f"analysis-drawing-{task.name}", None)


def _share(one: Analysed, kept: OwnDigits) -> str:
    right = int((kept.answers(one.network).argmax(axis=1) == kept.labels).sum())
    count = len(kept.labels)
    return t("analyze.own_share", right=right, count=count, share=100 * right / count)


def _wrong(one: Analysed, kept: OwnDigits) -> None:
    """Draw the wrong ones with what the network said of them."""
    answers = kept.answers(one.network)
    wrong = [row for row, answer in enumerate(answers) if answer.argmax() != kept.labels[row]]
    if not wrong:
        return
    st.caption(t("analyze.own_wrong"))
    samples = [_sample(one, kept, row, answers[row]) for row in wrong]
    on_open = opened_drawing(one.task).set
    sample_list(samples, group("samples"), on_open=on_open, key=f"drawings-{one.task.name}")


def _sample(one: Analysed, kept: OwnDigits, row: int, answer: Array) -> Sample:
    given = int(answer.argmax())
    said = f"{say(one.dataset.classes[given])} {100 * float(answer[given]):.0f} %"
    true = say(one.dataset.classes[int(kept.labels[row])])
    told = t("analyze.said", true=true, answer=said)
    return Sample(row, told, is_right=False, picture=kept.pictures[row])
