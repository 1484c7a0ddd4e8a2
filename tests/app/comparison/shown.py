"""What the Compare page has sent to the browser's components, and as HTML."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def component(app: AppTest, field: str) -> dict[str, Any]:
    """Return the data of the one component of a page whose data has this field."""
    sent = [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.json
    ]
    (found,) = (each for each in sent if isinstance(each, dict) and field in each)
    return dict(found)


def html(app: AppTest) -> str:
    """Return all HTML of a page but for its styles."""
    return "".join(element.body for element in app.get("html") if "<style" not in element.body)
