"""Pages whose text only looks like a table, a function for each kind."""

from __future__ import annotations

from collections.abc import Callable

from reportlab.pdfbase import pdfmetrics

from bench.drawn_table import OF, WORDS
from bench.table_drawing import Page


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
