"""Makes the fonts that are sent instead of Streamlit's: ``python -m tests.support.icon_font``.

Its icons are 4,000 and take 375 kB to every browser; the lab and Streamlit's own controls show some
90 of them. To be run again when a page shows a new one; a test tells which is missing. And before
Streamlit has read the lab's theme, which names the system's fonts, it asks for 170 kB of letters of
its own: it gets a font without letters, with one glyph that no text asks for, as browsers refuse a
font without any outline. Needs ``pip install fonttools brotli``.
"""

import re
from pathlib import Path

from app.server.static_files import FOLDER, ICON_FONT, NO_LETTERS

ROOT = Path(__file__).parents[2]
NAMES = ICON_FONT.with_suffix(".txt")
"""The icons that the font has, one a line."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"


def icons_used() -> set[str]:
    """Return the names of the icons that the lab's code and Streamlit's browser code show."""
    sources = [*(ROOT / "app").rglob("*.py"), *(FOLDER / "js").glob("*.js")]
    texts = (path.read_text(encoding="utf-8") for path in sources)
    return {name for text in texts for name in re.findall(r":material/([a-z0-9_]+)", text)}


def icons_there() -> list[str]:
    """Return the names of the icons that the font has."""
    return NAMES.read_text(encoding="utf-8").split()


def make(names: set[str]) -> list[str]:
    """Write the fonts, one with these icons; return those that Streamlit's font has."""
    from fontTools.subset import Options, Subsetter, save_font
    from fontTools.ttLib import TTFont

    (source,) = FOLDER.glob("media/MaterialSymbols-Rounded.*.woff2")
    font = TTFont(source)
    kept = _keep_ligatures(font, names)
    options = Options(flavor="woff2", layout_features=["*"], glyph_names=False, hinting=False)
    glyphs = sorted(kept.values())
    for path, letters, shown in ((ICON_FONT, _LETTERS, glyphs), (NO_LETTERS, "", glyphs[:1])):
        subsetter = Subsetter(options)
        subsetter.populate(text=letters, glyphs=shown)
        subsetter.subset(font)
        save_font(font, path, options)
    return sorted(kept)


def _keep_ligatures(font, names: set[str]) -> dict[str, str]:  # type: ignore[no-untyped-def]
    """Take all other icons out of the font's rules; return the glyphs of those that stay."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items() if code < 128}
    kept: dict[str, str] = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in (each.ExtSubTable for each in lookup.SubTable):
            for first, rules in table.ligatures.items():
                for rule in list(rules):
                    name = "".join(letters.get(part, "?") for part in (first, *rule.Component))
                    if name in names:
                        kept[name] = rule.LigGlyph
                    else:
                        rules.remove(rule)
            table.ligatures = {first: rules for first, rules in table.ligatures.items() if rules}
    return kept


def main() -> None:
    names = icons_used()
    kept = make(names)
    NAMES.write_text("\n".join(kept) + "\n", encoding="utf-8")
    print(f"{len(kept)} icons, {ICON_FONT.stat().st_size} bytes; not there: {names - set(kept)}")


if __name__ == "__main__":
    main()
