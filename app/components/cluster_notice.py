"""Says that the cluster is away, for as long as it is."""

import streamlit as st

from app.i18n import t
from app.services import services

SECONDS_BETWEEN_LOOKS = 3.0


def cluster_notice() -> None:
    """Draw a warning while the cluster cannot be reached; it comes and goes by itself.

    The page is drawn anew then, for its runs are lost or go on. Without a cluster nothing happens.
    """
    if services().on_cluster:
        is_reachable = services().scheduler.is_reachable
        st.fragment(_draw, run_every=SECONDS_BETWEEN_LOOKS)(is_reachable)


def _draw(is_reachable: bool) -> None:
    if services().scheduler.is_reachable != is_reachable:
        st.rerun()
    if not is_reachable:
        st.warning(t("train.unreachable"))
