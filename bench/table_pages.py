"""Pages with a table among prose, and pages without one, as PDFs."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from bench.drawn_table import Drawn
from bench.pages_without_tables import OTHERS
from bench.table_drawing import MARGIN, Page
from bench.table_kinds import KINDS

_DEJAVU = Path("/usr/share/fonts/truetype/dejavu")


def _draw_kind(kind: str, rng: random.Random, path: Path) -> Drawn:
    table = KINDS[kind](rng)
    if kind == "sideways":
        page = Page(path, rng, landscape=True)
        page.table(table)
        page.end()
        return table
    page = Page(path, rng)
    if kind in ("in_column", "column_tight"):
        table.size = min(table.size, 8.5)
        middle = (page.left + page.right) / 2
        left, right, top = page.left, page.right, page.y
        table.rows = [row[:5] for row in table.rows]
        table.aligns = table.aligns[:5]
        side = rng.random() < 0.5
        for first in (True, False):
            page.left, page.right, page.y = (left, middle - 10, top) if first else (middle + 10, right, top)
            page.prose(rng.randint(8, 14), size=9)
            if first == side:
                page.table(table)
            page.prose(rng.randint(18, 22), size=9)
        page.end()
        return table
    page.prose(rng.randint(3, 8), russian=table.russian)
    if kind == "sideways_part":
        page.y -= 20
        keep = page.y
        page.canvas.saveState()
        page.canvas.translate(rng.choice([330, 420]), 180)
        page.canvas.rotate(90)
        page.left, page.right, page.y = 0, 420, 60
        page.table(table)
        page.canvas.restoreState()
        page.left, page.right, page.y = MARGIN, A4[0] - MARGIN, min(keep, 150)
        page.prose(3, russian=table.russian)
        page.end()
        return table
    page.table(table)
    page.prose(rng.randint(3, 8), russian=table.russian)
    page.end()
    return table


def make_pages(folder: Path, kinds: Sequence[str], count: int, seed: int) -> Iterator[tuple[str, Path, Drawn | None]]:
    for name in ("DejaVuSerif", "DejaVuSerif-Bold"):
        pdfmetrics.registerFont(TTFont(name.replace("DejaVu", ""), _DEJAVU / f"{name}.ttf"))
    for kind in kinds:
        for number in range(count):
            rng = random.Random(f"{kind} {seed} {number}")
            path = folder / f"{kind}_{seed}_{number}.pdf"
            if kind in KINDS:
                yield kind, path, _draw_kind(kind, rng, path)
            else:
                page = Page(path, rng)
                OTHERS[kind](page)
                page.end()
                yield kind, path, None
