"""Where the lab stands on its host: ``--server.baseUrlPath`` for what Streamlit does not do itself.

Only a proxy that keeps the path needs it. All addresses that the lab gives to a browser are
relative to the page, which is right below any path, whether a proxy keeps it or takes it away.
"""

from collections.abc import Iterable

from starlette.routing import Route
from streamlit import config


def base_path() -> str:
    """Return the path that stands before every address, as in "/lab"; empty when there is none."""
    path = str(config.get_option("server.baseUrlPath")).strip("/")
    return f"/{path}" if path else ""


def below(base: str, routes: Iterable[Route]) -> list[Route]:
    """Return the routes as they are below the base path."""
    return [Route(base + each.path, each.endpoint, methods=_methods(each)) for each in routes]


def _methods(route: Route) -> list[str]:
    return sorted(route.methods or ())
