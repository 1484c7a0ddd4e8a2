"""A table: its variables, one of them against the target, and what leaving out rows changes."""

import streamlit as st

from app.data_page.consequence import consequence
from app.data_page.correlation_map import correlation_map
from app.data_page.one_variable import one_variable
from app.data_page.variables import variables
from data.dataset import Dataset
from models.tasks.base import Task


def table_figures(task: Task, dataset: Dataset) -> None:
    """Draw the figures of a table."""
    left, right = st.columns([7, 4], gap="large")
    with left:
        number = variables(task, dataset)
    with right:
        one_variable(task, dataset, number)
    correlation_map(task, dataset)
    consequence(task, dataset)
