"""Of the calls of a component that begin before its module has come, the last one counts."""

from playwright.sync_api import Page

from app.widgets.shared import assets

MODULE = (
    "data:text/javascript,export default {figure: {default: (component) => {"
    " component.parentElement.textContent %2B= component.data; }}}"
)
CALL = """async (loader) => {
    const url = URL.createObjectURL(new Blob([loader], {type: "text/javascript"}));
    const {default: show} = await import(url);
    const parentElement = document.body;
    await Promise.all(["older ", "newer "].map((data) => show({data, parentElement})));
    await show({data: "next", parentElement});
    return document.body.textContent;
}"""


def test_data_that_is_older_than_what_was_asked_since_is_not_shown(page: Page) -> None:
    page.set_content("<body></body>")
    loader = assets._LOADER.format(address=MODULE, name="figure")
    assert page.evaluate(CALL, loader).strip() == "newer next"
