"""A review's way through a network, for a terminal: as JSON values and as lines for a person."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from data.command_line import readable, say
from data.language import Text, UserError, quoted
from data.text.analysers import MAX_LENGTH, TOKENIZERS, Morpheme, analyse, clean, is_cut
from models.experiment import TextSettings
from models.inputs.text import text_options
from models.network.explanation import Explanation, explain_review
from models.network.prediction import require_option
from models.network.weights import TrainedNetwork

_WITHOUT_JAVA = "kiwi"
_CUT = Text(
    f"리뷰가 길어 앞의 {MAX_LENGTH:,}자만 읽습니다.",
    f"The review is long: only its first {MAX_LENGTH:,} characters are read.",
)
_WHY = {
    "outside": Text("자주 나오지 않음", "not frequent enough"),
    "left_out": Text("조사·문장 부호라 뺌", "particle or punctuation, left out"),
}
_KNOWS_NOTHING = Text(
    "아는 낱말이 하나도 없어 네트워크는 0만 봅니다. 답은 편향에서만 나옵니다.",
    "No word is known: the network sees only zeros, and its answer comes from its biases alone.",
)


def follow_review(network: TrainedNetwork, text: str) -> tuple[dict[str, Any], str]:
    """Return every step of a review's way, as values and as lines.

    Says on stderr when the review is too long to be read to its end, and when Kiwi had to take the
    place of an analyser that needs Java. Raises ``UserError`` when the network does not read text.
    """
    require_option(network, "text")
    if is_cut(text):
        say(_CUT)
    reading = network.experiment.reading or TextSettings()
    tokenizer, morphemes = _morphemes(reading.tokenizer, text)
    found = explain_review(network, morphemes)
    start = {"sentence": clean(text), "tokenizer": tokenizer}
    size = reading.vocabulary_size
    values = (
        start | _values(network, found) | {"size": size, "hidden": _hidden_values(network, found)}
    )
    return values, _lines(start | _steps(network, found, size), found)


def _morphemes(tokenizer: str, text: str) -> tuple[str, list[Morpheme]]:
    """Cut a review as the network's training rows were cut, or, without Java, nearly so.

    Returns the tokenizer that did it, and the morphemes.
    """
    try:
        return tokenizer, analyse(tokenizer, text)
    except UserError as error:
        if not TOKENIZERS[tokenizer].needs_java:
            raise
        say(error.text)
        say(_instead(tokenizer))
        return _WITHOUT_JAVA, analyse(_WITHOUT_JAVA, text)


def _values(network: TrainedNetwork, found: Explanation) -> dict[str, Any]:
    winner = int(found.probabilities.argmax())
    return {
        "morphemes": [[morpheme.text, morpheme.tag] for morpheme in found.morphemes],
        "words": [
            {
                "text": word.text,
                "index": word.index,
                "rank": word.rank,
                "contribution": word.contribution,
            }
            for word in found.words
        ],
        "unknown": [{"text": text, "why": why} for text, why in found.unknown],
        "indices": list(found.indices),
        "logits": found.z.tolist(),
        "probabilities": found.probabilities.tolist(),
        "class": winner,
        "label": asdict(text_options(network.task).classes[winner]),
    }


def _hidden_values(network: TrainedNetwork, found: Explanation) -> list[dict[str, Any]]:
    layers = zip(network.activations, found.hidden, strict=False)  # the output layer is not hidden
    return [{"activation": name, "outputs": outputs.tolist()} for name, outputs in layers]


def _steps(network: TrainedNetwork, found: Explanation, size: int) -> dict[str, str]:
    winner = int(found.probabilities.argmax())
    label = text_options(network.task).classes[winner]
    return {
        "morphemes": " ".join(f"{m.text}/{m.tag}" for m in found.morphemes),
        "vocabulary": _joined(f"{w.text} (index {w.index}, rank {w.rank})" for w in found.words),
        "not in it": _joined(f"{text} ({readable(_WHY[why])})" for text, why in found.unknown),
        "indices": _joined(map(str, found.indices)),
        "vector": _vector_line(found, size),
        **_hidden_lines(network, found),
        "z1, z2": "{:.4f}, {:.4f}".format(*found.z),
        "softmax": _softmax_line(found),
        "verdict": f"{readable(label)}  {found.probabilities[winner]:.1%}",
    }


def _lines(steps: dict[str, str], found: Explanation) -> str:
    lines = [f"{name:12} {line}" for name, line in steps.items()]
    return "\n".join([*lines, *_contribution_lines(found)])


def _vector_line(found: Explanation, size: int) -> str:
    line = f"{len(found.indices):,} of {size:,} cells are 1 (one-hot encoding, or multi-hot)"
    return line if found.indices else f"{line}. {readable(_KNOWS_NOTHING)}"


def _hidden_lines(network: TrainedNetwork, found: Explanation) -> dict[str, str]:
    layers = enumerate(zip(network.activations, found.hidden, strict=False), 1)
    return {
        f"hidden {number}": f"{activation} [{_joined(f'{output:.3g}' for output in outputs)}]"
        for number, (activation, outputs) in layers
    }


def _softmax_line(found: Explanation) -> str:
    z1, z2 = found.z.tolist()
    total = f"(e^{z1:.2f} + e^{z2:.2f})"
    negative, positive = found.probabilities.tolist()
    return (
        f"P(y=0) = e^{z1:.2f} / {total} = {negative:.4f}, "
        f"P(y=1) = e^{z2:.2f} / {total} = {positive:.4f}"
    )


def _contribution_lines(found: Explanation) -> list[str]:
    """Tell of every word how much it adds to P(y=1), the strongest first."""
    ranked = sorted(found.words, key=lambda word: -abs(word.contribution))
    return [
        f"{'P(y=1) by' if not i else '':12} {word.contribution:+.4f}  {word.text}"
        for i, word in enumerate(ranked)
    ]


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(parts) or "-"


def _instead(tokenizer: str) -> Text:
    return Text(
        f"{quoted(tokenizer)} 대신 Java가 필요 없는 '{_WITHOUT_JAVA}'(으)로 나눕니다. "
        "훈련 때와 다르게 나뉜 낱말은 네트워크가 모를 수 있습니다.",
        f"'{_WITHOUT_JAVA}', which needs no Java, is used instead of {quoted(tokenizer)}. "
        "Words that it cuts differently than in training may be unknown to the network.",
    )
