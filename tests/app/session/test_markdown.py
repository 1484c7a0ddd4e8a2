"""What somebody wrote is shown the way it was written, and a lesson's formats are what they say."""

import ast
import html
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.session.i18n import texts
from app.session.lesson_progress import BUNDLED
from app.session.markdown import formatted, plain
from models.lessons.catalogue import load_lessons

APP = Path(__file__).parents[3] / "app"
READER = MarkdownIt("gfm-like", {"linkify": False, "html": False})
COLOURLESS = re.compile(r":color\[(&#\d+;)\]")
"""A directive of Streamlit's own: its letter in no other colour. What Streamlit makes of it is
tested in a browser (``tests/e2e/widgets/test_markdown.py``)."""

MARKS = st.sampled_from([*r"!\"#$%&'()*+,-./:;<=>?@[\]^_`{|}~", " ", "\n", "가", "a", "1", "“"])
WRITTEN = st.one_of(
    st.text(st.characters(exclude_categories=["Cc", "Cs"])),
    st.lists(MARKS, max_size=40).map("".join),
)


def shown(markdown: str) -> str:
    """Return HTML as a browser gets it."""
    return READER.render(COLOURLESS.sub(r"\1", markdown)).strip()


def text_of(markdown: str) -> str:
    """Return what stands on the page, spaces and lines as one space."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", shown(markdown))).split())


@given(WRITTEN)
def test_any_text_is_shown_as_it_was_written(text: str) -> None:
    expected = " ".join(text.split())
    assert text_of(plain(text)) == expected
    assert "<" not in shown(plain(text)).removeprefix("<p>").removesuffix("</p>")


@given(WRITTEN, WRITTEN)
def test_it_stays_so_inside_a_sentence_of_the_lab(first: str, second: str) -> None:
    sentence = f"**{plain('가' + first + '가')}** · {plain('나' + second)}"
    assert text_of(sentence) == " ".join(f"가{first}가 · 나{second}".split())


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("5~10 에폭, 64~128개", "5~10 에폭, 64~128개"),
        ("**정확도(accuracy)**는", "<strong>정확도(accuracy)</strong>는"),
        ("**'조기 종료'**란", "<strong>'조기 종료'</strong>란"),
        ("그래서**(굵게)**", "그래서<strong>(굵게)</strong>"),
        ("**“인용”**과 **끝.**은", "<strong>“인용”</strong>과 <strong>끝.</strong>은"),
        ("$20,000~$50,000 사이", "$20,000~$50,000 사이"),
        ("*기울임*은 **굵게 *둘* 다**", "<em>기울임</em>은 <strong>굵게 <em>둘</em> 다</strong>"),
        ("`a*b*c` 28*28*3 a_b_c", "<code>a*b*c</code> 28*28*3 a_b_c"),
        ("2 ** 3 ** 4", "2 ** 3 ** 4"),
        (r"\*\*그대로\*\*", "**그대로**"),
        ("[문서](https://keras.io/a_b)를", '<a href="https://keras.io/a_b">문서</a>를'),
        ("[괄호] # 1. <b>", "[괄호] # 1. &lt;b&gt;"),
        ("# 제목이 아님", "# 제목이 아님"),
        ("E는 $`\\frac{a}{b}`$입니다", "E는 $\\frac{a}{b}$입니다"),
    ],
)
def test_a_lesson_is_formatted_where_it_says_so_and_nowhere_else(
    written: str, expected: str
) -> None:
    assert shown(formatted(written)) == f"<p>{expected}</p>"


def test_lists_and_paragraphs_of_a_lesson_stay() -> None:
    found = shown(formatted("하나\n둘\n\n- 가~나\n- 다~라\n\n1. 첫째\n2. 둘째"))
    assert found.replace("\n", "") == (
        "<p>하나 둘</p><ul><li>가~나</li><li>다~라</li></ul><ol><li>첫째</li><li>둘째</li></ol>"
    )


def test_the_lessons_of_the_lab_look_as_before() -> None:
    for lesson in load_lessons([BUNDLED])[0]:
        for step in lesson.steps:
            for text in (step.text.ko, step.text.en):
                assert shown(formatted(text)) == MarkdownIt().render(text).strip()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_text_of_the_lab_is_struck_through_or_a_formula_by_accident(language: str) -> None:
    for key, text in texts(language).items():
        assert text_of(text) == " ".join(text.replace("**", "").split()), key
        assert "$" not in text, key


def test_every_format_that_the_readme_of_the_lessons_tells_of_is_one() -> None:
    readme = (BUNDLED / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`+) ?(.+?) ?\1 ", readme.partition("## Texts")[2], re.MULTILINE)
    written = {mark: formatted(mark) for _, mark in rows}
    assert len(written) == 7 and written.pop(r"\*") == "&#42;"
    assert written.pop(r"$`\frac{a}{b}`$") == r"$\frac{a}{b}$"
    assert all(re.search("<(strong|em|code|a|li)", shown(each)) for each in written.values())


def test_no_page_shows_a_sentence_of_somebody_else_as_markdown() -> None:
    """What ``say`` returns (errors quote what was typed, titles are a teacher's) is made plain."""
    unprotected = [
        f"{path.name}: {ast.unparse(call)}"
        for path in sorted(APP.rglob("*.py"))
        for call in calls(ast.parse(path.read_text(encoding="utf-8")))
        if name_of(call).startswith("st.") and not is_heard_only(call) and says_bare(call)
    ]
    assert unprotected == []


PROTECTED = {"plain", "formatted", "escape"}
LITERAL = {"alt", "placeholder", "format_func"}
"""Arguments that Streamlit shows as they are."""


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func)


def is_heard_only(call: ast.Call) -> bool:
    """Return whether the label is for screen readers, who are read it as it is."""
    return any(each.arg == "label_visibility" for each in call.keywords)


def says_bare(node: ast.AST) -> bool:
    """Return whether a call of ``say`` is anywhere in it without protection around it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.keyword) and child.arg in LITERAL:
            continue
        if isinstance(child, ast.Call) and name_of(child) in PROTECTED:
            continue
        if isinstance(child, ast.Call) and name_of(child) == "say":
            return True
        if says_bare(child):
            return True
    return False
