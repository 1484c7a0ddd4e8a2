"""Race: variants of one experiment from the same start, and the paths that they take."""

import streamlit as st

from app.form.task_choice import task_choice
from app.race.race_form import race_form
from app.race.race_view import race_view
from app.race.races import shown
from app.session import failures, state
from app.session.i18n import t

task = task_choice()
race_form(task)
race_id = shown(task).get()
if race_id is None:
    if refusal := state.take_refusal():
        failures.tell(refusal)
    st.info(t("race.none"))
else:
    race_view(task, race_id)
