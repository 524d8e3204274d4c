"""Pages with a table among prose, and pages whose text only looks like a table."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from bench.table_kinds import KINDS, OF, RUSSIAN, WORDS, Drawn

_DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
_MARGIN = 62.0


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
        self.left, self.right, self.y = _MARGIN, width - _MARGIN, height - _MARGIN
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
        page.left, page.right, page.y = _MARGIN, A4[0] - _MARGIN, min(keep, 150)
        page.prose(3, russian=table.russian)
        page.end()
        return table
    page.table(table)
    page.prose(rng.randint(3, 8), russian=table.russian)
    page.end()
    return table


def two_columns(page: Page) -> None:
    middle, left, right, top = (page.left + page.right) / 2, page.left, page.right, page.y
    page.left, page.right = left, middle - page.rng.choice([6, 9, 14])
    page.prose(30, size=9)
    page.left, page.right, page.y = middle + 8, right, top
    page.prose(28, size=9)


def three_columns(page: Page) -> None:
    left, width, top = page.left, (page.right - page.left) / 3, page.y
    for place in range(3):
        page.left, page.right, page.y = left + place * width + 5, left + (place + 1) * width - 5, top
        page.prose(page.rng.randint(24, 30), size=8.5)


def bullets(page: Page) -> None:
    for number in range(8):
        page.canvas.drawString(page.left, page.y, "•" if page.rng.random() < 2 else str(number))
        page.left += 18
        page.prose(page.rng.randint(1, 2))
        page.left -= 18


def contents(page: Page) -> None:
    page.line("Contents", size=14, bold=True)
    for number in range(1, 12):
        title = " ".join(page.rng.sample(WORDS, page.rng.randint(2, 6))).capitalize()
        dots = page.rng.random() < 2
        page.canvas.setFont(page.family[0], 10)
        page.canvas.drawString(page.left, page.y, f"{number}")
        page.canvas.drawString(page.left + 20, page.y, title)
        x = page.left + 30 + pdfmetrics.stringWidth(title, page.family[0], 10)
        while dots and x < page.right - 25:
            page.canvas.drawString(x, page.y, ".")
            x += 5
        page.canvas.drawRightString(page.right, page.y, str(number * 7))
        page.y -= 15


def poem(page: Page) -> None:
    for stanza in range(4):
        for line in range(4):
            page.line(
                " ".join(page.rng.sample(WORDS, page.rng.randint(4, 7))).capitalize(), x=page.left + 20 * (line % 2)
            )
        page.y -= 12 + stanza


def code(page: Page) -> None:
    lines = [
        "def area(box):",
        "    x0, y0, x1, y1 = box",
        "    return (x1 - x0) * (y1 - y0)",
        "",
        "for name, value in items:",
        "    total   = total + value",
        "    if value > 10:",
        "        print(name,    value)",
        "x      = 1      # first",
        "length = 20     # second",
        "y      = 3      # third",
    ]
    for line in lines:
        page.canvas.setFont("Courier", 10)
        page.canvas.drawString(page.left, page.y, line)
        page.y -= 12.5


def addresses(page: Page) -> None:
    top = page.y
    for place in range(page.rng.choice([2, 3])):
        page.y = top
        for line in (
            page.rng.choice(OF["names"]),
            f"{page.rng.randint(1, 99)} High Street",
            f"{page.rng.choice(OF['cities'])} {page.rng.randint(1000, 9999)}",
            "+47 22 33 44 55",
        ):
            page.line(line, x=page.left + place * 170)
    page.y -= 20
    page.prose(8)


def signatures(page: Page) -> None:
    page.prose(10)
    page.y -= 30
    top = page.y
    for place in range(2):
        page.y, x = top, page.left + place * 250
        page.line("For the Buyer" if place else "For the Supplier", x=x)
        page.y -= 20
        page.canvas.line(x, page.y + 12, x + 150, page.y + 12)
        page.line(page.rng.choice(OF["names"]), x=x)
        page.line("Date:", x=x)


def chart(page: Page) -> None:
    page.prose(5)
    x0, y0 = page.left + 40, page.y - 220
    page.canvas.line(x0, y0, x0, y0 + 200)
    page.canvas.line(x0, y0, x0 + 320, y0)
    page.canvas.setFont(page.family[0], 8)
    for step in range(6):
        page.canvas.drawRightString(x0 - 5, y0 + 36 * step, str(20 * step))
    for place, name in enumerate(("2019", "2020", "2021", "2022", "2023", "2024")):
        height = page.rng.randint(20, 180)
        page.canvas.setFillGray(0.5)
        page.canvas.rect(x0 + 15 + 50 * place, y0, 28, height, fill=1)
        page.canvas.setFillGray(0)
        page.canvas.drawString(x0 + 18 + 50 * place, y0 - 12, name)
        if page.rng.random() < 0.5:
            page.canvas.drawString(x0 + 20 + 50 * place, y0 + height + 4, str(height))
    for place, name in enumerate(("Exports", "Imports", "Balance")):
        page.canvas.drawString(x0 + 40 + 90 * place, y0 - 30, name)
    page.y = y0 - 50
    page.line("Figure 1: Trade by year")
    page.prose(5)


def form(page: Page) -> None:
    for label, value in zip(
        ("Name:", "Date of birth:", "Address:", "Telephone:", "Occupation:", "Employer:"),
        (
            page.rng.choice(OF["names"]),
            "12 May 1980",
            "5 High Street, Leeds",
            "22 33 44 55",
            page.rng.choice(OF["jobs"]),
            "Northern Bridge Ltd",
        ),
        strict=True,
    ):
        page.canvas.setFont(page.family[0], 10)
        page.canvas.drawString(page.left, page.y, label)
        page.canvas.drawString(page.left + 100, page.y, value)
        page.y -= 16
    page.y -= 12
    page.prose(6)


def references(page: Page) -> None:
    for number in range(1, 12):
        page.canvas.setFont(page.family[0], 9)
        page.canvas.drawRightString(page.left + 14, page.y, f"[{number}]")
        page.left += 22
        page.prose(page.rng.randint(1, 2), size=9)
        page.left -= 22


def index(page: Page) -> None:
    top = page.y
    for place in range(3):
        page.y = top
        for word in sorted(page.rng.sample(WORDS, 25)):
            page.line(f"{word}, {page.rng.randint(1, 300)}", size=9, x=page.left + place * 160)


def dialogue(page: Page) -> None:
    for _ in range(10):
        page.line(page.rng.choice(["ANNA", "PETER", "CLERK"]), size=10)
        page.y += 13
        page.left += 70
        page.prose(page.rng.randint(1, 3))
        page.left -= 70


def letter(page: Page) -> None:
    page.line("Northern Bridge Ltd", size=14, bold=True)
    page.canvas.setFont(page.family[0], 9)
    page.canvas.drawString(page.left, page.y, "Our ref: 41/2026")
    page.canvas.drawString(page.left + 180, page.y, "Your ref: 7-B")
    page.canvas.drawRightString(page.right, page.y, "12 May 2026")
    page.y -= 30
    page.prose(14)


def prose_only(page: Page) -> None:
    for _ in range(5):
        page.prose(page.rng.randint(4, 9), russian=page.rng.random() < 0.3)


OTHERS: dict[str, Callable[[Page], None]] = {
    "two_columns": two_columns, "three_columns": three_columns, "bullets": bullets, "contents": contents, "poem": poem,
    "code": code, "addresses": addresses, "signatures": signatures, "chart": chart, "form": form,
    "references": references, "index": index, "dialogue": dialogue, "letter": letter, "prose": prose_only,
}  # fmt: skip


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
