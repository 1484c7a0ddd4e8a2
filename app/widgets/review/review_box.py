"""A place to type a review, and under it the eight steps from the sentence to the verdict.

Typing and showing are one component, so that nothing is mounted anew while somebody types, and a
word can be switched off where it stands.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import streamlit as st

from app.widgets.shared import assets
from models.network.explanation import UnknownWord

MAX_LENGTH = 5_000
"""Characters that can be typed; the analysers read fewer."""

Pick = int | Literal["random"]
"""Which prepared review is asked for, or any test review."""

_GROUPS = ("noun", "verb", "adjective", "adverb", "particle", "punctuation", "other")
_STEPS = (
    *("sentence", "morphemes", "vocabulary", "indices"),
    *("vector", "hidden", "softmax", "verdict"),
)
LABELS = (
    *("text", "placeholder", "examples", "random", "empty", "analysing"),
    *(f"{kind}_{step}" for step in _STEPS for kind in ("step", "note")),
    *(f"group_{name}" for name in _GROUPS),
    *("known", "rank", "unknown", "outside", "left_out", "all_known", "none_known"),
    *("vector", "cell", "vector_hint", "zoom_in", "zoom_out", "zoom_reset"),
    *("layer", "node", "layer_hint", "no_hidden"),
    *("verdict", "announcement", "right", "wrong"),
    *("words", "words_note", "words_empty", "switch"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a text, and the words of it that are switched off.

    ``revision`` counts the texts that came from the server, ``number`` the questions asked about
    one of them. ``vocabulary`` says whose words the browser has been sent.
    """

    text: str
    off: tuple[str, ...] = ()
    revision: int = 0
    number: int = 0
    vocabulary: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """The label that a person gave the review, and whether the network agrees."""

    label: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is shown of one review.

    ``sentence`` is cut into (text, word or None); ``morphemes`` are (text, tag, group); ``words``
    are (text, index, rank, whether it is on, contribution to P(positive)). ``vocabulary``
    identifies the ``names`` of the ``size`` cells of the vector, which are None when the browser
    has them already; ``hidden`` is (activation, outputs) a layer; ``z`` are the two sums and
    ``probability`` is P(positive). ``instead`` and ``cut`` say what is not as it was asked for.
    """

    sentence: list[tuple[str, str | None]]
    morphemes: list[tuple[str, str, str]]
    words: list[tuple[str, int, int, bool, float]]
    unknown: list[UnknownWord]
    indices: list[int]
    size: int
    vocabulary: str
    names: list[str] | None
    hidden: list[tuple[str, list[float]]]
    z: list[float]
    probability: float
    classes: list[str]
    truth: Truth | None
    instead: str | None
    cut: str | None


def _step(name: str, body: str) -> str:
    head = '<h3></h3><p class="note"></p>'
    return f'<li class="step" data-step="{name}">{head}<div class="body">{body}</div></li>'


_POWER = "<i>e</i><sup><i>z</i><sub>{0}</sub></sup>"
_SUM = '<span class="sum"><i>z</i><sub>{0}</sub> = <b class="z{0}"></b> <small></small></span>'
_FRACTION = '<span class="fraction"><span>{0}</span><span>{1}</span></span>'
_FORMULA = (
    f'<p class="sums">{_SUM.format(1)}{_SUM.format(2)}</p><p class="equation">'
    + _FRACTION.format(_POWER.format(2), f"{_POWER.format(1)} + {_POWER.format(2)}")
    + "<span>=</span>"
    + _FRACTION.format(
        '<i>e</i><sup class="z2"></sup>',
        '<i>e</i><sup class="z1"></sup> + <i>e</i><sup class="z2"></sup>',
    )
    + "<span>=</span>"
    + _FRACTION.format(
        '<span class="e2"></span>', '<span class="e1"></span> + <span class="e2"></span>'
    )
    + '<span>= <b class="p2"></b></span></p>'
)
_VECTOR = """
<div class="vector">
  <canvas tabindex="0" role="img"></canvas>
  <div class="tools">
    <output></output>
    <button type="button" class="zoom-out">−</button>
    <button type="button" class="zoom-reset">1×</button>
    <button type="button" class="zoom-in">+</button>
  </div>
</div>
"""
_HTML = f"""
<section class="review">
  <div class="asking">
    <label for="review-text"></label>
    <textarea id="review-text" rows="2" maxlength="{MAX_LENGTH}" spellcheck="false"></textarea>
    <div class="tools"><select></select><button type="button" class="random"></button></div>
    <p class="status"><span class="told"></span><b class="short"></b></p>
    <p class="error" role="alert" hidden></p>
    <p class="instead" hidden></p>
    <p class="cut" hidden></p>
  </div>
  <div class="columns">
    <ol start="1">
      {_step("sentence", '<p class="sentence"></p>')}
      {_step("morphemes", '<p class="chips"></p><ul class="legend"></ul>')}
      {_step("vocabulary", '<p class="none"></p><ul class="known"></ul><ul class="unknown"></ul>')}
      {_step("indices", "<code></code>")}
      {_step("vector", _VECTOR)}
    </ol>
    <div class="right">
      <ol start="6">
        {_step("hidden", '<div class="layers"></div>')}
        {_step("softmax", _FORMULA)}
        {_step("verdict", '<p class="verdict"></p><p class="truth"></p>')}
      </ol>
      <section class="parts">
        <h3></h3><p class="note"></p><p class="none"></p><div class="bars" role="group"></div>
      </section>
    </div>
  </div>
  <p class="announcer" aria-live="polite"></p>
</section>
"""

_mount = assets.component("review_box", _HTML)


def review_box(
    question: Question,
    answer: Answer | None,
    labels: dict[str, str],
    *,
    error: str | None,
    must_ask: bool,
    examples: Sequence[str],
    on_question: Callable[[Question], None],
    on_pick: Callable[[Pick], None],
    key: str,
) -> None:
    """Show the box; whatever is asked arrives in ``on_question`` and ``on_pick``.

    The text is put into the box when it appears and again whenever ``question.revision`` changes;
    otherwise what is being typed counts. ``answer`` is None for an empty review; ``error`` says why
    there is none. With ``must_ask`` the box asks its first question by itself. ``labels`` holds
    ``LABELS``.
    """

    def asked() -> None:
        question = _checked(_said(key, "question"))
        if question:
            on_question(question)

    def picked() -> None:
        pick = _said(key, "pick")
        if pick == "random" or (isinstance(pick, int) and 0 <= pick < len(examples)):
            on_pick(pick)

    data = {
        "question": asdict(question),
        "answer": asdict(answer) if answer else None,
        "error": error,
        "must_ask": must_ask,
        "examples": list(examples),
        "labels": assets.pick(labels, LABELS),
    }
    _mount(key=key, data=data, on_question_change=asked, on_pick_change=picked)


def _said(key: str, name: str) -> Any:
    said = st.session_state.get(key)
    return said.get(name) if isinstance(said, Mapping) else None


def _checked(said: object) -> Question | None:
    """Return a question of the browser, which may be anything."""
    match said:
        case {
            "text": str(text),
            "off": list(off),
            "revision": int(revision),
            "number": int(number),
            "vocabulary": str(vocabulary),
        }:
            words = tuple(_sound(word) for word in off[:MAX_LENGTH] if isinstance(word, str))
            return Question(_sound(text), words, revision, number, _sound(vocabulary))
    return None


def _sound(text: str) -> str:
    """Return a text of bearable length without halves of characters, which cannot be sent back."""
    return text[:MAX_LENGTH].encode("utf-8", "ignore").decode("utf-8")
