"""Walks through every page of the new tasks in a copy of the lab, which is the current folder.

Prints one JSON line for each task and language: what Home, Train after a run of one epoch and
Predict sent to the browser, and every error on them.
"""

import json
import os
import re
import sys
import time
from functools import cache
from typing import Any

sys.path.insert(0, os.getcwd())

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from app.session import services, state
from app.session.navigation import HOME, PREDICT, TRAIN

LIMIT_SECONDS = 120
OWNER = "W" * 32
SCRIPTS_AND_STYLES = {"js_content", "css_content", "html_content"}
ESCAPED = re.compile(r"\\u([0-9a-f]{4})")


def opened(page: str, language: str, task: str) -> AppTest:
    app = AppTest.from_file(os.path.join(os.getcwd(), "app/dashboard.py"), default_timeout=60)
    app.query_params.update({"lang": language, "task": task})
    app.run()
    return app if page == HOME else app.switch_page(page).run()


def wait_for(app: AppTest) -> None:
    run, store = str(app.query_params["run"]), services.services().store
    deadline = time.monotonic() + LIMIT_SECONDS
    while not store.find(run, OWNER).is_over:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def sent(app: AppTest) -> str:
    """Return all that the page sent, labels and what is read aloud too."""
    return "\n".join(_sent(app._tree))


def _sent(node: Any) -> list[str]:
    proto = getattr(node, "proto", None)
    own = [_said(proto)] if proto is not None else []
    children = getattr(node, "children", {}).values()
    return own + [text for child in children for text in _sent(child)]


def _said(proto: Any) -> str:
    """Return the texts of a message but for scripts and styles, which name no task.

    Those of components are JSON, whose Hangul is escaped.
    """
    words = type(proto)()
    words.CopyFrom(proto)
    for name in SCRIPTS_AND_STYLES & set(words.DESCRIPTOR.fields_by_name):
        words.ClearField(name)
    text = words.SerializeToString().decode(errors="ignore")
    return "" if "<style" in text else ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def walk(language: str, task: str) -> dict[str, Any]:
    home, train = opened(HOME, language, task), opened(TRAIN, language, task)
    before = sent(train)
    train.button(key="start").click().run()
    wait_for(train)
    train.run()
    predict = opened(PREDICT, language, task)
    if task == "mail":  # asks for itself once the tokenizer answers
        predict.run()
    pages = {"home": home, "train": train, "predict": predict}
    return {
        "task": task,
        "language": language,
        "before": before,
        "state": services.services().store.find(str(train.query_params["run"]), OWNER).state,
        "sent": {name: sent(app) for name, app in pages.items()},
        "errors": [each.value for app in pages.values() for each in (*app.exception, *app.error)],
    }


def main() -> None:
    # Every AppTest searches what is installed for components.
    search = manifest_scanner.scan_component_manifests
    manifest_scanner.scan_component_manifests = cache(search)
    state.owner = lambda: OWNER
    for language in ("ko", "en"):
        for task in sys.argv[1:]:
            print("walked", json.dumps(walk(language, task)), flush=True)
    services.close()


if __name__ == "__main__":
    main()
