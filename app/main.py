"""ASGI entry: ``streamlit run app/main.py`` finds ``app`` here and serves it.

Adds to Streamlit what a script cannot do: the live event stream, plotly.js for the live chart, the
owner cookie, what browsers are told to refuse, and the start and stop of the trainer.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402

from app import failures, lifespan, live, plotly_script, recovery, services  # noqa: E402
from app.headers import SecurityHeaders, ancestors_from_environment  # noqa: E402
from app.hosts import KnownHosts, hosts_from_environment  # noqa: E402
from app.owner import OwnerCookie  # noqa: E402
from app.page_language import PageLanguage  # noqa: E402
from data.text import UserError  # noqa: E402

try:
    hosts, ancestors = hosts_from_environment(), ancestors_from_environment()
except UserError as error:
    sys.exit(str(error))

app = st.App(
    Path(__file__).with_name("dashboard.py"),
    lifespan=lifespan.lifespan,
    routes=[
        live.event_route(
            lambda: services.services().store,
            lambda run_id: services.services().scheduler.position(run_id),
            lambda run_id: services.services().scheduler.expected_wait(run_id),
        ),
        plotly_script.route(),
        recovery.route(recovery.recovery, lambda owner: len(services.services().store.runs(owner))),
    ],
    middleware=[
        Middleware(SecurityHeaders, ancestors=ancestors),
        Middleware(KnownHosts, hosts=hosts),
        Middleware(OwnerCookie),
        Middleware(PageLanguage),
    ],
    on_script_error=failures.show,
)
