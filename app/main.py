"""ASGI entry: ``streamlit run app/main.py`` finds ``app`` here and serves it.

Adds to Streamlit what a script cannot do: the live event stream, plotly.js for the live chart, the
owner cookie, compressed files, what browsers are told to refuse, and the start and stop of the
trainer.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from app.server.memory import share_arenas  # noqa: E402

share_arenas()  # before anything starts a thread

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402

from app.server import (  # noqa: E402
    event_stream,
    lifespan,
    owner_transfer,
    plotly_script,
)
from app.server.base_path import base_path, below  # noqa: E402
from app.server.headers import SecurityHeaders, ancestors_from_environment  # noqa: E402
from app.server.host_config import HostConfig  # noqa: E402
from app.server.hosts import KnownHosts, hosts_from_environment  # noqa: E402
from app.server.scripts import preload, widget_modules  # noqa: E402
from app.server.socket_limits import SocketLimits  # noqa: E402
from app.server.static_files import StaticFiles  # noqa: E402
from app.server.web_page import WebPage  # noqa: E402
from app.session import (  # noqa: E402
    failures,
    owner,
    services,
    state_lookup,
)
from app.session.owner import OwnerCookie, Owners  # noqa: E402
from data.language import UserError  # noqa: E402

try:
    hosts, ancestors = hosts_from_environment(), ancestors_from_environment()
except UserError as error:
    sys.exit(str(error))

state_lookup.install()
base = base_path()
app = st.App(
    Path(__file__).with_name("dashboard.py"),
    lifespan=lifespan.lifespan,
    routes=below(
        base,
        [
            event_stream.event_route(
                lambda: services.services().store,
                lambda run_id: services.services().scheduler.position(run_id),
                lambda run_id: services.services().scheduler.expected_wait(run_id),
                lambda: services.services().scheduler.problem,
            ),
            plotly_script.route(),
            widget_modules.route(),
            owner.route(Owners()),
            owner_transfer.route(
                services.memory().transfers,
                lambda owner: len(services.services().store.runs(owner)),
            ),
        ],
    ),
    middleware=[
        Middleware(SecurityHeaders, ancestors=ancestors),
        Middleware(KnownHosts, hosts=hosts),
        Middleware(StaticFiles, base=base),
        Middleware(OwnerCookie),
        Middleware(SocketLimits),
        Middleware(HostConfig),
        Middleware(WebPage, base=base, links=preload.links),
    ],
    on_script_error=failures.show,
)
