"""Hostile texts as the lab's pages show them, for a browser to read.

``streamlit run tests/support/browser/gallery_markdown.py``.
"""

import random
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from app.session.markdown import formatted, plain  # noqa: E402
from tests.support.browser.gallery_page import visit_place  # noqa: E402

WRITTEN = (
    "5~10 에폭, 64~128개 ~~취소~~",
    "$20,000~$50,000, $x^2$, $$y$$",
    "a -> b <- c <-> d -- e >= f <= g ~= h --> i <-- j",
    ":smile: :red[빨강] :material/home: :streamlit: :blue-badge[배지] :+1: a:b:c",
    "# 제목",
    "- 하나",
    "1. 첫째",
    "> 인용",
    "**굵게** *기울임* __밑줄__ `코드` ***",
    "[링크](https://example.com) ![그림](x.png) <b>굵게</b> <script>alert(1)</script>",
    "www.a_b.example http://x_y.example/~z a_b@c.example &amp; &#42; &lt;",
    "| a | b | [^1] {.x} \\* \\\\",
    "--- === +++ ***",
    "<!-- 설명 --> <https://example.com>",
    "C:\\data\\내_파일.csv · 'a' · \"b\"",
)
ALPHABET = [*"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ 가a1", "->", "<-", "--", ":a:", "$1", "~", "**"]


def texts() -> list[str]:
    """Return the texts above and many more of the characters that Markdown minds."""
    dice = random.Random(1)
    made = ("".join(dice.choices(ALPHABET, k=dice.randint(1, 24))) for _ in range(150))
    return [*WRITTEN, *made]


if __name__ == "__main__":
    with visit_place():
        for number, text in enumerate(texts()):
            with st.container(key=f"text-{number}"):
                st.markdown(plain(f"|{text}|"))
        for number, text in enumerate(WRITTEN):
            with st.container(key=f"bare-{number}"):
                st.error(plain(text))
            with st.container(key=f"label-{number}"):
                st.button(plain(text), key=f"button-{number}")
            with st.container(key=f"choice-{number}"):
                st.radio("choice", [plain(text)], label_visibility="collapsed", key=f"c-{number}")
        with st.container(key="lesson"):
            st.markdown(formatted(st.query_params.get("lesson", "")))
