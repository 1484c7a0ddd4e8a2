"""Small tables and numbers as the page shows them."""

from collections.abc import Sequence
from html import escape

from app.data_page.download import Row
from app.my_runs.csv_export import Cell

NONE = "—"


def shown(value: float | None) -> str:
    """Return a number with up to four digits that count.

    >>> shown(396.9), shown(-0.00632), shown(25000.0), shown(None)
    ('396.9', '−0.00632', '25,000', '—')
    """
    if value is None:
        return NONE
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return text.replace("-", "−")


def html_table(heads: Sequence[str], rows: Sequence[Row], caption: str, marked: int = -1) -> str:
    """Return a table as HTML: the first cell of each row is its head, the others are numbers.

    ``caption`` is read aloud; the row ``marked`` stands out.
    """
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    lines = (
        f"<tr{' aria-current=true' if number == marked else ''}>"
        f'<th scope="row">{escape(str(first))}</th>'
        + "".join(f"<td>{escape(_shown(cell))}</td>" for cell in others)
        + "</tr>"
        for number, (first, *others) in enumerate(rows)
    )
    return (
        f'<div class="fl-figures" tabindex="0"><table class="fl-lesson">'
        f"<caption>{escape(caption)}</caption>"
        f"<thead><tr>{top}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _shown(cell: Cell) -> str:
    return shown(cell) if isinstance(cell, int | float) else str(cell or NONE)
