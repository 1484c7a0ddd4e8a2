"""Both languages say the same things, and everything the code asks for exists."""

import ast
import re
import string
from pathlib import Path

from app.session.i18n import texts

ROOT = Path(__file__).parent.parent
APP = ROOT / "app"


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys() -> None:
    assert list(texts("ko")) == list(texts("en"))


def test_both_languages_fill_the_same_placeholders() -> None:
    korean, english = texts("ko"), texts("en")
    different = [key for key in korean if placeholders(korean[key]) != placeholders(english[key])]
    assert different == []


def test_no_text_is_empty() -> None:
    assert [
        key for language in ("ko", "en") for key, text in texts(language).items() if not text
    ] == []


def test_korean_texts_are_korean() -> None:
    names = re.compile(
        r"\{.*?\}|AMSGrad|MSE|MAE|MNIST|NSMC|Fashion|SGD|RMSprop|Adam|rho|beta_.|epsilon"
    )
    words = {key: names.sub("", text) for key, text in texts("ko").items()}
    foreign = [key for key, text in words.items() if re.search("[A-Za-z]{3}", text)]
    assert [key for key in foreign if not re.search("[가-힣]", words[key])] == []


def test_every_key_in_the_code_exists() -> None:
    used = set()
    for path in APP.rglob("*.py"):
        used |= set(
            re.findall(r"""\bt\(\s*["']([a-z_0-9.]+)["']""", path.read_text(encoding="utf-8"))
        )
    assert used and used <= set(texts("ko"))


PAGES = (
    *("views", "analysis", "comparison", "data_page", "form", "home", "lessons"),
    *("my_runs", "prediction", "training", "widgets"),
)
NAMED_IN_BOTH = {"csv_export", "sentence_parts", "tokenizer_fallback"}
"""Say each word in two languages themselves, or work on Korean sentences."""


def test_no_page_holds_words_of_its_own() -> None:
    for folder in PAGES:
        for path in (APP / folder).rglob("*.py"):
            if path.stem not in NAMED_IN_BOTH:
                assert not re.search("[가-힣]", path.read_text(encoding="utf-8")), path


def test_warnings_that_reach_a_terminal_are_in_both_languages() -> None:
    # ``models`` and ``app`` log for whoever runs a server; what ``data`` and the files of a run
    # warn of is printed under the command of whoever trains. Only a server has a tokenizer service.
    one_language = []
    service = ROOT / "data/text/tokenizer_service.py"
    printed = {*(ROOT / "data").rglob("*.py"), ROOT / "models/training/run_files.py"} - {service}
    for path in sorted(printed):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).lower() == "_log.warning":
                template = call.args[0]
                if not isinstance(template, ast.Constant) or template.value != "%s":
                    one_language.append(f"{path.name}:{call.lineno}")
    assert one_language == []
