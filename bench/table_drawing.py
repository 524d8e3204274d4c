"""Draws prose and tables on a page of a PDF."""

from __future__ import annotations

import random
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from bench.drawn_table import RUSSIAN, WORDS, Drawn

MARGIN = 62.0


class Page:
    """Draws prose and tables from the top of a page, or of one of its columns."""

    def __init__(self, path: Path, rng: random.Random, *, landscape: bool = False) -> None:
        width, height = A4
        self.canvas = Canvas(str(path), pagesize=A4)
        if landscape:
            self.canvas.translate(width, 0)
            self.canvas.rotate(90)
            width, height = height, width
        self.rng = rng
        self.left, self.right, self.y = MARGIN, width - MARGIN, height - MARGIN
        self.height = height
        self.family = rng.choice([("Helvetica", "Helvetica-Bold"), ("Times-Roman", "Times-Bold")])

    def font(self, russian: bool) -> tuple[str, str]:
        return ("Serif", "Serif-Bold") if russian else self.family

    def prose(self, lines: int, *, russian: bool = False, size: float = 10.0) -> None:
        source = RUSSIAN if russian else WORDS
        at = self.rng.randrange(len(source))
        font = self.font(russian)[0]
        for number in range(lines):
            taken: list[str] = []
            while True:
                word = source[at % len(source)]
                if pdfmetrics.stringWidth(" ".join([*taken, word]), font, size) > self.right - self.left:
                    break
                taken.append(word if taken or number else word.capitalize())
                at += 1
            last = number == lines - 1
            if last:
                taken = [*taken[: max(2, len(taken) // 2)], "here."]
            natural = pdfmetrics.stringWidth(" ".join(taken), font, size)
            text = self.canvas.beginText(self.left, self.y)
            text.setFont(font, size)
            if not last and len(taken) > 1:
                text.setWordSpace(0)
                space = (self.right - self.left - natural) / (len(taken) - 1) + pdfmetrics.stringWidth(" ", font, size)
                x = self.left
                for word in taken:
                    self.canvas.setFont(font, size)
                    self.canvas.drawString(x, self.y, word)
                    x += pdfmetrics.stringWidth(word, font, size) + space
            else:
                text.textLine(" ".join(taken))
                self.canvas.drawText(text)
            self.y -= 1.25 * size
        self.y -= 0.6 * size

    def line(
        self, text: str, *, size: float = 10.0, bold: bool = False, x: float | None = None, russian: bool = False
    ) -> None:
        self.canvas.setFont(self.font(russian)[bold], size)
        self.canvas.drawString(self.left if x is None else x, self.y, text)
        self.y -= 1.3 * size

    def table(self, table: Drawn) -> None:
        _draw_table(self, table)

    def end(self) -> None:
        self.canvas.showPage()
        self.canvas.save()


def _draw_table(page: Page, table: Drawn) -> None:
    em, canvas = table.size, page.canvas
    regular, bold = page.font(table.russian)
    columns = len(table.aligns)

    def width_of(text: str, is_bold: bool) -> float:
        return max(pdfmetrics.stringWidth(part, bold if is_bold else regular, em) for part in text.split("\n"))

    sign = pdfmetrics.stringWidth("$", regular, em) + 0.5 * em if table.dollars else 0.0
    bracket = pdfmetrics.stringWidth(")", regular, em)
    widths = [0.0] * columns
    for row in table.rows:
        for c, cell in enumerate(row):
            if cell is not None and cell.across == 1:
                extra = sign if table.dollars and table.aligns[c] == "r" else 0.0
                extra += bracket if "(" in cell.text and cell.text.endswith(")") else 0.0
                widths[c] = max(widths[c], width_of(cell.text, cell.bold) + cell.indent * em + extra)
    for row in table.rows:
        for c, cell in enumerate(row):
            if cell is not None and cell.across > 1:
                have = sum(widths[c : c + cell.across]) + (cell.across - 1) * table.gap * em
                missing = width_of(cell.text, cell.bold) - have
                if missing > 0:
                    widths[c + cell.across - 1] += missing
    room = page.right - page.left
    gap = table.gap * em
    while sum(widths) + gap * (columns - 1) > room and gap > 0.6 * em:
        gap *= 0.95
    if table.full_width:
        widths[0] += max(0.0, room - sum(widths) - gap * (columns - 1))
    total = sum(widths) + gap * (columns - 1)
    left = page.left + (0 if table.full_width or total > room else page.rng.choice([0.0, (room - total) / 2]))
    xs = [left + sum(widths[:c]) + gap * c for c in range(columns)]
    if table.caption:
        text = (
            f"Таблица {page.rng.randint(1, 9)}. Данные за год"
            if table.russian
            else f"Table {page.rng.randint(1, 9)}: Results of the year"
        )
        page.line(text, size=em, x=left, russian=table.russian)
        page.y -= 0.2 * em
    page.y -= 0.4 * em
    if table.rules in ("booktabs", "lines"):
        canvas.setLineWidth(0.8)
        canvas.line(left, page.y + 1.15 * em, left + total, page.y + 1.15 * em)
    for number, row in enumerate(table.rows):
        heights = [len(cell.text.split("\n")) for cell in row if cell is not None]
        lines = max(heights)
        head = number < table.heads
        if table.rules == "stripes" and number % 2 == 0:
            canvas.setFillGray(0.88)
            canvas.rect(
                left - 3,
                page.y - 0.45 * em - (lines - 1) * table.leading * em,
                total + 6,
                (table.pitch + (lines - 1) * table.leading) * em,
                stroke=0,
                fill=1,
            )
            canvas.setFillGray(0)
        if number in table.totals:
            canvas.setLineWidth(0.5)
            for c in range(columns):
                if table.aligns[c] == "r":
                    canvas.line(xs[c], page.y + 0.95 * em, xs[c] + widths[c], page.y + 0.95 * em)
        for c, cell in enumerate(row):
            if cell is None or not cell.text:
                continue
            parts = cell.text.split("\n")
            low = (lines - len(parts)) * table.leading * em
            # Heads of fewer lines stand at the bottom or in the middle, others at the top.
            shift = low if head else (low / 2 if table.middle else 0.0)
            align = cell.align or ("l" if c == 0 else table.aligns[c])
            span = xs[c + cell.across - 1] + widths[c + cell.across - 1] - xs[c]
            if cell.across > 1 and table.rules == "booktabs":
                canvas.setLineWidth(0.4)
                canvas.line(xs[c], page.y - 0.3 * em, xs[c] + span, page.y - 0.3 * em)
            down = table.pitch * em / 2 if cell.down > 1 else 0.0
            for index, part in enumerate(parts):
                y = page.y - shift - down - index * table.leading * em
                font = bold if cell.bold else regular
                canvas.setFont(font, em)
                width = pdfmetrics.stringWidth(part, font, em)
                money = table.dollars and align == "r" and not head
                hang = bracket if money and not part.endswith(")") else 0.0
                x = xs[c] + cell.indent * em
                x += {"l": 0.0, "c": (span - width) / 2, "r": span - width - hang}[align]
                if money and part.endswith(")"):
                    canvas.drawString(x, y, part[:-1])
                    canvas.drawString(xs[c] + span - bracket, y, ")")
                else:
                    canvas.drawString(x, y, part)
                if money and number in (*table.totals, table.heads + 1):
                    canvas.drawString(xs[c], y, "$")
                if table.leaders and c == 0 and index == len(parts) - 1 and any(o and o.text for o in row[1:]):
                    dots, step = x + width + 0.4 * em, 0.5 * em
                    first = next(k for k in range(1, columns) if (o := row[k]) and o.text)
                    text = row[first].text  # type: ignore[union-attr]
                    end = (
                        xs[first]
                        + widths[first]
                        - pdfmetrics.stringWidth(text, regular, em)
                        - (sign + bracket if table.dollars else 0)
                        - 0.5 * em
                    )
                    if table.dollars:
                        end = min(end, xs[first] - 0.5 * em)
                    while dots + step < end:
                        canvas.drawString(dots, y, ".")
                        dots += step
        page.y -= (table.pitch + (lines - 1) * table.leading) * em
        if table.rules == "booktabs" and number == table.heads - 1:
            canvas.setLineWidth(0.5)
            canvas.line(left, page.y + table.pitch * em - 0.4 * em, left + total, page.y + table.pitch * em - 0.4 * em)
            page.y -= 0.15 * em
        if table.rules == "lines":
            canvas.setLineWidth(0.4)
            canvas.line(
                left, page.y + table.pitch * em - 0.45 * em, left + total, page.y + table.pitch * em - 0.45 * em
            )
            page.y -= 0.15 * em
    if table.rules == "booktabs":
        canvas.setLineWidth(0.8)
        canvas.line(left, page.y + table.pitch * em - 0.4 * em, left + total, page.y + table.pitch * em - 0.4 * em)
    page.y -= 0.9 * em
