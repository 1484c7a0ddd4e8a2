"""What a page names in advance is there, is served, and is no more than the page's own."""

import re

import pytest
from starlette.responses import HTMLResponse

from app.server import web_page
from app.server.plotly_script import PLOTLY_URL
from app.server.scripts import preload, widget_modules
from app.server.static_files import FOLDER
from app.server.web_page import WebPage
from tests.app.server.test_web_page import asked

PAGES = ["", "data", "analyze", "compare", "race", "train", "runs"]


def named(page: str) -> list[str]:
    return re.findall(r'href="\./([^"]+)"', preload.links(page))


@pytest.mark.parametrize("page", PAGES)
def test_everything_named_is_served_and_named_once(page: str) -> None:
    modules = [widget_modules.address(name) for name in widget_modules.LINKED]
    elements = [f"static/js/{path.name}" for path in FOLDER.glob("js/*.js")]
    assert named(page) and set(named(page)) <= {*modules, *elements, PLOTLY_URL}
    own = [f"static/js/{name}" for name in web_page.scripts()]
    assert len({*named(page), *own}) == len(named(page)) + len(own)


def test_only_train_names_the_chart_and_an_unknown_page_what_all_need() -> None:
    assert PLOTLY_URL in named("train") and PLOTLY_URL not in named("")
    assert preload.links("nobody/knows") == preload.links("runs")
    assert set(named("runs")) < set(named("")) and set(named("runs")) < set(named("train"))


@pytest.mark.parametrize("base", ["", "/class/lab"])
def test_a_page_is_given_the_links_of_its_name(base: str) -> None:
    def page(app: HTMLResponse) -> WebPage:
        return WebPage(app, base, links=lambda name: f"<link title='{name}'>")

    html = asked(HTMLResponse("Streamlit's own"), path=f"{base}/train", behind=page)
    assert "<link title='train'></head>" in html
