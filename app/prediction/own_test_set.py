"""Keep a drawing with what it really is, in the owner's own test set."""

import streamlit as st

from app.form.choice import choice
from app.session import failures, state
from app.session.i18n import say, t
from app.session.services import RUNS
from data.dataset import Array, Dataset
from data.home import home
from data.language import UserError
from models.network.weights import TrainedNetwork
from models.runs.own_digits import keep_digit, own_digits


def own_test_set(network: TrainedNetwork, dataset: Dataset, picture: Array, winner: int) -> None:
    """Draw what the drawing really is, the button that keeps it, and how the network does."""
    task, folder, owner = network.task.name, home() / RUNS, state.owner()
    really: state.Kept[str] = state.Kept(f"really-{task}", str(winner))
    labels = {str(number): say(label) for number, label in enumerate(dataset.classes)}
    with st.container(horizontal=True, vertical_alignment="bottom", key="own-test-set"):
        choice(
            st.selectbox, t("predict.really"), labels, really.get(), "really", really.set, width=200
        )
        pressed = st.button(t("predict.keep_drawing"), key="keep-drawing")
    try:
        if pressed:
            keep_digit(folder, owner, task, picture, int(really.get()))
        kept = own_digits(folder, owner, task)
    except UserError as error:
        failures.tell(error.text)
        return
    if (share := kept.accuracy(network)) is not None:
        st.caption(t("predict.kept_drawings", count=len(kept.labels), share=100 * share))
