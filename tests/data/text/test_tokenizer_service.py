"""The service that cuts what is typed on the pages, with its real process, Java and all."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import psutil
import pytest

from data.language import UserError
from data.text import tokenizer_client, tokenizer_service
from data.text.analysers import MAX_LENGTH
from data.text.tokenizer_client import TokenizerClient
from data.text.tokenizer_service import Analysis, TokenizerService
from tests.support.lab import ROOT, is_gone
from tests.support.polling import until

QUICK = "spaces"
"""The tokenizer that is there at once, where processes are tested and not what they say."""
LECTURE = "어제 본 영화는 줄거리는 좋았지만, 주인공인 아무개의 연기는 엉망이었다"
ANIMALS = ("기린", "코끼리", "사자", "호랑이", "여우", "늑대", "토끼", "다람쥐", "거북이", "고래")
ODD = {
    "empty": "",
    "spaces": " \t\n\u3000 ",
    "emoji": "🙂🎬👍🏽👩‍👩‍👧❤️",
    "english": "What a wonderful film, really.",
    "a megabyte": "정말 재미있는 영화였다. " * 30_000,
    "a megabyte without spaces": "좋" * 350_000,
    "control characters": "좋은\x01\x02\x1b[31m 영화\x7f\u200b\u202e",
    "nul": "좋은\x00 영화\x00",
    "lone jamo": "ㅏㅣㅇㅋ ㄱㄴㄷ ㅠㅠ",
    "html": "<script>alert('영화')</script> <b>좋다</b> &amp; **굵게** [링크](http://x)",
    "markdown": "# 제목 **굵게** _기울임_ `코드` [링크](http://x) ![그림](y) :red[빨강] $x^2$",
    "a thousand laughs": "ㅋ" * 1_000,
    "nfd": "\u110c\u1169\u11c2\u110b\u1173\u11ab \u110b\u1167\u11bc\u1112\u116a",
    "half an emoji": "영화 \ud83d 좋다",
    "line ends": "좋은\r\n영화\u2028최고\u0085",
}


@pytest.fixture(scope="module")
def shared() -> Iterator[TokenizerService]:
    service = TokenizerService()
    yield service
    service.close()


@pytest.fixture
def service() -> Iterator[TokenizerService]:
    service = TokenizerService()
    yield service
    service.close()


def words(analysis: Analysis) -> list[str]:
    return [morpheme.text for morpheme in analysis.morphemes]


def test_the_lectures_sentence_is_cut_by_the_lectures_tokenizer(shared: TokenizerService) -> None:
    found = shared.analyse("okt", LECTURE)
    assert " ".join(words(found)) == (
        "어제 보다 영화 는 줄거리 는 좋다 , 주인공 인 아무개 의 연기 는 엉망 이다"
    )
    assert (found.tokenizer, found.instead) == ("okt", None)
    assert found.morphemes[0].tag == "Noun"


@pytest.mark.parametrize("tokenizer", ["okt", "kiwi"])
@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_nothing_that_can_be_typed_fails(
    text: str, tokenizer: str, shared: TokenizerService
) -> None:
    found = shared.analyse(tokenizer, text)
    assert found.instead is None and sum(map(len, words(found))) <= 2 * MAX_LENGTH
    assert bool(found.morphemes) == bool(text.strip())
    assert words(shared.analyse(tokenizer, "좋은 영화"))[-1] == "영화"


def test_what_is_typed_in_pieces_of_letters_is_put_together(shared: TokenizerService) -> None:
    assert words(shared.analyse("okt", ODD["nfd"])) == words(shared.analyse("okt", "좋은 영화"))


def test_what_looks_like_a_page_stays_text(shared: TokenizerService) -> None:
    assert {"script", "alert"} <= set(words(shared.analyse("kiwi", ODD["html"])))


def test_an_unknown_tokenizer_is_named(shared: TokenizerService) -> None:
    with pytest.raises(UserError, match="mecab"):
        shared.analyse("mecab", "좋은 영화")


def test_ten_at_once_get_the_answer_to_their_own_sentence(shared: TokenizerService) -> None:
    together = threading.Barrier(len(ANIMALS))

    def ask(animal: str) -> list[str]:
        together.wait()
        found: list[str] = []
        for turn in range(10):
            found += words(shared.analyse("kiwi", f"{animal} {turn}"))
        return found

    with ThreadPoolExecutor(len(ANIMALS)) as pool:
        answers = list(pool.map(ask, ANIMALS))
    for animal, answer in zip(ANIMALS, answers, strict=True):
        assert answer[::2] == [animal] * 10
        assert answer[1::2] == [str(turn) for turn in range(10)]


def test_a_question_in_the_air_when_the_tokenizer_is_killed_is_answered(
    shared: TokenizerService,
) -> None:
    shared.analyse(QUICK, "처음")
    pid = shared.pid()
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # so that the question is asked and cannot be answered
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(shared.analyse, QUICK, "기린 나오는 영화")
        with pytest.raises(TimeoutError):
            answer.result(0.5)
        os.kill(pid, signal.SIGKILL)
        assert "기린" in words(answer.result(30))
    assert shared.pid() not in (pid, None)


def test_the_next_question_after_a_kill_is_answered(shared: TokenizerService) -> None:
    shared.analyse(QUICK, "다시 처음")
    pid = shared.pid()
    assert pid is not None
    tokenizer = psutil.Process(pid)
    tokenizer.kill()
    until(lambda: is_gone(tokenizer), 5)
    assert "코끼리" in words(shared.analyse(QUICK, "코끼리 나오는 영화"))


def test_a_tokenizer_that_is_stuck_is_ended_and_says_so(
    shared: TokenizerService, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.analyse(QUICK, "더 다시 처음")
    pid = shared.pid()
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    with monkeypatch.context() as hasty, pytest.raises(UserError, match="no answer"):
        hasty.setattr(tokenizer_client, "PATIENCE_SECONDS", 0.3)
        shared.analyse(QUICK, "사자 나오는 영화")
    assert "사자" in words(shared.analyse(QUICK, "사자 나오는 영화"))
    assert shared.pid() not in (pid, None)


def test_a_tokenizer_may_take_long_over_its_first_answer_only(
    service: TokenizerService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokenizer_client, "PATIENCE_SECONDS", 0.0)
    assert "기린" in words(service.analyse(QUICK, "기린 나오는 영화"))
    with pytest.raises(UserError, match="no answer"):
        service.analyse(QUICK, "사자 나오는 영화")


def test_a_tokenizer_answers_while_another_one_loads(service: TokenizerService) -> None:
    service.analyse("kiwi", LECTURE)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(service.analyse, "komoran", LECTURE)
        for animal in ANIMALS:
            assert animal in words(service.analyse("kiwi", f"{animal} 영화"))
        assert not slow.done()
        assert slow.result(60).tokenizer == "komoran"


def test_ten_whose_java_is_killed_in_the_middle_get_their_answers(
    service: TokenizerService,
) -> None:
    service.analyse("okt", LECTURE)
    pid = service.pid()
    assert pid is not None and "libjvm" in Path(f"/proc/{pid}/maps").read_text()
    os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(len(ANIMALS)) as pool:
        answers = [pool.submit(service.analyse, "okt", f"{animal} 영화") for animal in ANIMALS]
        assert wait(answers, 0.5).done == set()
        os.kill(pid, signal.SIGKILL)
        for animal, answer in zip(ANIMALS, answers, strict=True):
            found = answer.result(60)
            assert (found.tokenizer, words(found)) == ("okt", [animal, "영화"])
    assert service.pid() not in (pid, None)


def test_the_dead_take_nobody_with_them_who_asked_their_successor() -> None:
    dying, successor = TokenizerClient(), TokenizerClient()
    try:
        os.kill(successor.pid, signal.SIGSTOP)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(successor.ask, QUICK, "기린 나오는 영화")
            dying.close()
            os.kill(successor.pid, signal.SIGCONT)
            assert "기린" in [morpheme.text for morpheme in answer.result(60)]
    finally:
        successor.close()


def test_the_successor_practises_what_was_in_use(
    service: TokenizerService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokenizer_service, "PRACTICE", 2_000)
    until(lambda: not practising(), 10)
    service.warm("kiwi")
    until(lambda: service.is_tried("kiwi"), 30)
    pid = service.pid()
    assert pid is not None and practising()
    os.kill(pid, signal.SIGKILL)
    until(lambda: not practising(), 10)
    service.analyse("kiwi", "기린이 나오는 영화")
    assert practising()


def practising() -> bool:
    return any("_warm" in thread.name for thread in threading.enumerate())


def test_without_java_kiwi_answers_and_says_so(
    service: TokenizerService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "lib" / "server" / "libjvm.so"
    library.parent.mkdir(parents=True)
    library.write_bytes(b"this is no Java")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert not service.is_tried("okt") and service.refusal("okt") is None
    found = service.analyse("okt", "좋은 영화")
    assert service.is_tried("okt") and service.refusal("okt") == found.instead
    assert found.tokenizer == "kiwi" and words(found) == ["좋다", "영화"]
    assert found.instead and str(tmp_path) in found.instead.en and "Java" in found.instead.ko


def test_warming_starts_the_tokenizer_without_waiting(service: TokenizerService) -> None:
    assert service.pid() is None
    service.warm("kiwi")
    until(lambda: service.pid() is not None, 10)


def test_a_question_does_not_wait_until_the_tokenizer_has_practised(
    service: TokenizerService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokenizer_service, "PRACTICE", 2_000)
    service.analyse("kiwi", "기린")
    service.warm("kiwi")
    assert "코끼리" in words(service.analyse("kiwi", "코끼리가 나오는 영화"))
    assert practising()


def test_closing_leaves_no_process(service: TokenizerService) -> None:
    service.analyse(QUICK, "좋은 영화")
    pid = service.pid()
    assert pid is not None
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    service.close()
    assert service.pid() is None and all(map(is_gone, family))


def test_the_tokenizer_ends_when_its_server_is_killed() -> None:
    program = (
        "import time\n"
        "from data.text.tokenizer_service import TokenizerService\n"
        "service = TokenizerService()\n"
        "service.analyse('spaces', '좋은 영화')\n"
        "print(service.pid(), flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        tokenizer = psutil.Process(int(server.stdout.readline()))
        server.kill()
    until(lambda: is_gone(tokenizer), 5)
