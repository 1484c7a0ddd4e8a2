"""Buttons that fill the form with the lecture's own settings."""

import streamlit as st

from app.session import state
from app.session.i18n import say, t
from app.session.markdown import plain
from models.experiment import Experiment
from models.tasks.base import Task


def preset_choice(task: Task, experiment: Experiment) -> None:
    """Draw one button a preset; the one that equals ``experiment`` is marked as chosen."""
    with st.container(horizontal=True, vertical_alignment="center", key="presets"):
        st.caption(t("preset.label"), width="content")
        for preset in task.settings:
            st.button(
                plain(say(preset.title)),
                key=f"preset-{preset.name}",
                help=t("preset.help"),
                icon=":material/check:" if preset.experiment == experiment else None,
                on_click=state.replace_draft,
                args=(preset.experiment,),
            )
