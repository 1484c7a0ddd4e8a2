"""What the stylesheet repeats of the theme is what the theme says."""

import re
import tomllib
from pathlib import Path

APP = Path(__file__).parents[2] / "app"


def test_what_stays_in_view_has_the_ground_of_the_page_in_both_themes() -> None:
    style = (APP / "style.css").read_text(encoding="utf-8")
    theme = tomllib.loads((APP / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
    grounds = tuple(theme[name]["backgroundColor"] for name in ("light", "dark"))
    assert re.findall(r"--fl-ground: light-dark\((#\w+), (#\w+)\)", style) == [grounds]
    assert "Canvas" not in style
