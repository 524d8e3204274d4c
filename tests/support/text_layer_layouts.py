"""PDFs whose text layer is good but set in unusual ways, and old OCR under scans; each with its truth."""

from __future__ import annotations

import io
import random
import unicodedata
from collections.abc import Callable
from functools import partial

import numpy as np
import pikepdf
import pypdfium2 as pdfium
from pikepdf import Array, Dictionary, Name, String
from PIL import Image
from reportlab.lib.colors import HexColor, white
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics

from tests.support.text_layer_pdfs import A4, ENGLISH, RUSSIAN, Sample, Sheet, with_maps, wrapped

_ROWS = (
    ("Article", "Quantity", "Price", "Total"),
    ("Oak board 20 mm", "12", "31.50", "378.00"),
    ("Brass screw", "200", "0.08", "16.00"),
    ("Wood glue", "3", "14.95", "44.85"),
)


def _good_ocr() -> Sample:
    pdf, truth = _read_scan()
    return Sample("ocr_layer_good", _scanned(pdf, list(ENGLISH)), truth, trusted=False)


def _bad_ocr() -> Sample:
    pdf, truth = _read_scan()
    scan = _scanned(pdf, ["Tlie cornmittee rnet 0n l4 Marcb I987 aud Zorblatt"])
    return Sample("ocr_layer_bad", scan, truth, ("Zorblatt",), trusted=False)


def _read_scan() -> tuple[bytes, str]:
    clean = Sheet()
    clean.heading("Minutes of the council", 1)
    for text in ENGLISH[:3]:
        clean.paragraph(text)
    return clean.pdf(), clean.text()


def _two_columns() -> Sample:
    sheet = Sheet()
    sheet.heading("Two columns of text", 1)
    top = sheet.y
    columns = (ENGLISH + ENGLISH[:2], tuple(reversed(ENGLISH)) + ENGLISH[1:3])
    for x, texts in zip((60, 310), columns, strict=True):
        sheet.y = top
        for text in texts:
            sheet.paragraph(text, font="Serif", size=10, x=x, width=225)
    return Sample("two_columns", sheet.pdf(), sheet.text())


def _drop_caps() -> Sample:
    """Paragraphs that begin with a letter over two lines, or over three; one of them is a word."""
    sheet = Sheet()
    a_word = "A committee met on 14 March 1987 and approved a budget of 25,630 pounds for the quiet zone project."
    for text, lines in ((" ".join(ENGLISH[1:3]), 2), (" ".join(ENGLISH[2:]), 3), (f"{a_word} {ENGLISH[1]}", 2)):
        rest = text[2:] if text[1] == " " else text[1:]
        size = (14 * (lines - 1) + 0.73 * 10) / 0.73
        indent = pdfmetrics.stringWidth(text[0], "Serif", size) + (3.5 if text[1] == " " else 1.5)
        narrow = wrapped(rest, "Serif", 10, 240 - indent)[:lines]
        wide = wrapped(rest[len(" ".join(narrow)) + 1 :], "Serif", 10, 240)
        sheet.canvas.setFont("Serif", size)
        sheet.canvas.drawString(60, sheet.y - 14 * (lines - 1), text[0])
        sheet.canvas.setFont("Serif", 10)
        for place, line in enumerate([*narrow, *wide]):
            sheet.canvas.drawString(60 + (indent if place < lines else 0), sheet.y - 14 * place, line)
        sheet.y -= 14 * len([*narrow, *wide]) + 30
        sheet.truth.append(text)
    return Sample("drop_caps", sheet.pdf(), sheet.text())


def _sidebar() -> Sample:
    """Short texts on a coloured ground beside paragraphs, at heights of their own."""
    sheet = Sheet()
    canvas = sheet.canvas
    canvas.setFillColor(HexColor(0xD5D9DC))
    canvas.rect(400, 380, 150, 420, stroke=0, fill=1)
    canvas.setFillColor(HexColor(0))
    sheet.paragraph(ENGLISH[0], width=320)
    sheet.paragraph(ENGLISH[1], width=320)
    sheet.paragraph(ENGLISH[2], width=320)
    facts = ("1,873 members", "in all counties", "54 mills", "working in winter", "39 roads", "open to carts")
    for place, text in enumerate(facts):
        canvas.setFont("Serif", 10)
        canvas.drawString(410, 770 - 22 * place - 40 * (place // 2), text)
        sheet.truth.append(text)
    return Sample("sidebar", sheet.pdf(), sheet.text())


def _framed_labels() -> Sample:
    """A framed drawing with labels at the end of the first column, whose text goes on at the head of the second."""
    sheet = Sheet()
    canvas = sheet.canvas
    left = wrapped(" ".join(ENGLISH[:2]), "Serif", 11, 220)
    right = wrapped(" ".join(ENGLISH[2:]), "Serif", 11, 220)
    canvas.setFont("Serif", 11)
    for x, lines in ((60, left), (310, right)):
        for place, line in enumerate(lines):
            canvas.drawString(x, 780 - 15 * place, line)
    canvas.roundRect(60, 300, 220, 200, 8)
    canvas.circle(120, 440, 30)
    canvas.circle(220, 360, 25)
    canvas.setFont("Serif", 9)
    labels = (("Nut case", 150, 470), ("Locking shoulder", 100, 400), ("Keyway", 80, 330))
    for text, x, y in labels:
        canvas.drawString(x, y, text)
    sheet.truth += [" ".join(left), *(text for text, _, _ in labels), " ".join(right)]
    return Sample("framed_labels", sheet.pdf(), sheet.text())


def _table_truth() -> str:
    head, *rows = ("| " + " | ".join(row) + " |" for row in _ROWS)
    return "\n".join([head, "|" + " --- |" * 4, *rows])


def _ruled_table() -> Sample:
    sheet = Sheet()
    sheet.heading("Price list", 1)
    sheet.paragraph(ENGLISH[2])
    widths, height = (180, 90, 90, 90), 22
    top = sheet.y
    for r in range(len(_ROWS) + 1):
        sheet.canvas.line(60, top - r * height, 60 + sum(widths), top - r * height)
    for c in range(len(widths) + 1):
        x = 60 + sum(widths[:c])
        sheet.canvas.line(x, top, x, top - len(_ROWS) * height)
    for r, row in enumerate(_ROWS):
        for c, cell in enumerate(row):
            sheet.canvas.setFont("Sans", 10)
            x, y = 60 + sum(widths[:c]), top - r * height - 15
            if c:
                sheet.canvas.drawRightString(x + widths[c] - 6, y, cell)
            else:
                sheet.canvas.drawString(x + 6, y, cell)
    sheet.truth.append(_table_truth())
    sheet.y = top - len(_ROWS) * height - 30
    sheet.paragraph(ENGLISH[0])
    return Sample("ruled_table", sheet.pdf(), sheet.text())


def _filled_head() -> Sample:
    """A table with ruling lines around all cells but those of its head, which stand on a dark ground."""
    sheet = Sheet()
    sheet.heading("Price list", 1)
    sheet.paragraph(ENGLISH[2])
    left, middle, right, height = 60, 240, 520, 24
    top = sheet.y
    sheet.canvas.setFillColor(HexColor(0x007090))
    sheet.canvas.rect(left, top - height, right - left, height, stroke=0, fill=1)
    rows = [(row[0], " ".join(row[1:])) for row in _ROWS]
    for r in range(1, len(rows) + 1):
        sheet.canvas.line(left, top - r * height, right, top - r * height)
    for x in (left, middle, right):
        sheet.canvas.line(x, top - height, x, top - len(rows) * height)
    for r, row in enumerate(rows):
        sheet.canvas.setFillColor(HexColor(0xFFFFFF if r == 0 else 0))
        sheet.canvas.setFont("Sans", 10)
        for x, cell in zip((left, middle), row, strict=True):
            sheet.canvas.drawString(x + 6, top - r * height - 16, cell)
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    sheet.truth.append("\n".join([lines[0], "| --- | --- |", *lines[1:]]))
    sheet.y = top - len(rows) * height - 30
    sheet.paragraph(ENGLISH[0])
    return Sample("filled_head", sheet.pdf(), sheet.text())


def _filled_sections() -> Sample:
    """Rows that level rules part, and the name of a section on a ground that alone parts it from the rows."""
    sheet = Sheet()
    sheet.paragraph(ENGLISH[2])
    left, right, height = 60, 400, 20
    rows = [
        ("Oak board", "31.50 per metre"),
        ("Ash board", "28.20 per metre"),
        ("Pine board", "12.75 per metre"),
        ("METAL", ""),
    ]
    rows += [("Brass screw", "0.08 a piece"), ("Steel nail", "0.03 a piece"), ("Copper wire", "4.10 per metre")]
    top = sheet.y
    for r, (name, price) in enumerate(rows):
        y = top - (r + 1) * height
        if not price:
            sheet.canvas.setFillColor(HexColor(0xE0902A))
            sheet.canvas.rect(left, y, right - left, height, stroke=0, fill=1)
            sheet.canvas.setFillColor(HexColor(0))
        elif r + 1 < len(rows) and rows[r + 1][1]:
            sheet.canvas.line(left, y, right, y)
        sheet.canvas.setFont("Sans", 10)
        sheet.canvas.drawString(left + 6, y + 6, name)
        sheet.canvas.drawRightString(right - 6, y + 6, price)
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    sheet.truth.append("\n".join([lines[0], "| --- | --- |", *lines[1:]]))
    sheet.y = top - len(rows) * height - 30
    sheet.paragraph(ENGLISH[0])
    return Sample("filled_sections", sheet.pdf(), sheet.text())


def _open_table() -> Sample:
    sheet = Sheet()
    sheet.heading("Price list", 1)
    sheet.paragraph(ENGLISH[2])
    top = sheet.y - 10
    for r, row in enumerate(_ROWS):
        for c, cell in enumerate(row):
            sheet.canvas.setFont("Sans", 10)
            if c:
                sheet.canvas.drawRightString(240 + 90 * c, top - r * 18, cell)
            else:
                sheet.canvas.drawString(60, top - r * 18, cell)
    sheet.truth.append(_table_truth())
    sheet.y = top - len(_ROWS) * 18 - 24
    sheet.paragraph(ENGLISH[0])
    return Sample("open_table", sheet.pdf(), sheet.text())


def _links() -> Sample:
    sheet = Sheet()
    sheet.heading("Sources", 1)
    sheet.canvas.setFont("Serif", 11)
    before, linked, after = "The data are kept in the ", "public archive", " of the town."
    x = 60 + pdfmetrics.stringWidth(before, "Serif", 11)
    width = pdfmetrics.stringWidth(linked, "Serif", 11)
    sheet.canvas.drawString(60, sheet.y, before + linked + after)
    sheet.canvas.linkURL("https://archive.example/data?id=7", (x, sheet.y - 3, x + width, sheet.y + 10))
    sheet.y -= 40
    sheet.truth.append(f"{before}[{linked}](https://archive.example/data?id=7){after}")
    sheet.paragraph(ENGLISH[0])
    return Sample("links", sheet.pdf(), sheet.text())


def _outline() -> Sample:
    sheet = Sheet()
    for level, title, text in (
        (0, "Introduction", ENGLISH[0]),
        (1, "What was measured", ENGLISH[1]),
        (0, "Results", ENGLISH[2]),
    ):
        sheet.canvas.setFont("Serif", 11)
        sheet.canvas.drawString(60, sheet.y, title)  # in the type of the text: only the outline knows
        sheet.y -= 24
        sheet.truth.append("#" * (level + 2) + " " + title)
        sheet.canvas.bookmarkPage(title)
        sheet.canvas.addOutlineEntry(title, title, level)
        sheet.paragraph(text)
    return Sample("outline", sheet.pdf(), sheet.text())


def _letter_spaced() -> Sample:
    sheet = Sheet()
    text = sheet.canvas.beginText(60, sheet.y)
    text.setFont("Bold", 15)
    text.setCharSpace(5)
    text.textOut("ANNUAL REPORT")
    sheet.canvas.drawText(text)
    sheet.truth.append("# ANNUAL REPORT")
    sheet.y -= 40
    sheet.canvas.setFont("Serif", 11)
    text = sheet.canvas.beginText(60, sheet.y)
    text.setFont("Serif", 11)
    text.setCharSpace(3)
    text.textOut("Every vehicle was examined before noon.")
    text.setCharSpace(0)
    sheet.canvas.drawText(text)
    sheet.truth.append("Every vehicle was examined before noon.")
    sheet.y -= 40
    sheet.paragraph(ENGLISH[0])
    return Sample("letter_spaced", sheet.pdf(), sheet.text())


def _shuffled() -> Sample:
    """Each letter drawn by itself, in no order, without spaces."""
    sheet = Sheet()
    glyphs: list[tuple[float, float, str]] = []
    for text in RUSSIAN:
        for line in wrapped(text, "Serif", 11, 475):
            for at, letter in enumerate(line):
                if letter != " ":
                    glyphs.append((60 + pdfmetrics.stringWidth(line[:at], "Serif", 11), sheet.y, letter))
            sheet.y -= 15
        sheet.y -= 9
        sheet.truth.append(text)
    random.Random(3).shuffle(glyphs)
    sheet.canvas.setFont("Serif", 11)
    for x, y, letter in glyphs:
        sheet.canvas.drawString(x, y, letter)
    return Sample("shuffled", sheet.pdf(), sheet.text())


def _sideways() -> Sample:
    """A landscape text drawn sideways on a portrait page."""
    sheet = Sheet()
    sheet.canvas.translate(A4[0], 0)
    sheet.canvas.rotate(90)
    sheet.y = A4[0] - 70
    sheet.heading("Sideways on the page", 1)
    for text in ENGLISH:
        sheet.paragraph(text, width=500)
    return Sample("sideways", sheet.pdf(), sheet.text())


def _rotated_page() -> Sample:
    sheet = Sheet()
    sheet.canvas.translate(A4[0], 0)
    sheet.canvas.rotate(90)
    sheet.y = A4[0] - 70
    sheet.heading("A turned page", 1)
    for text in ENGLISH:
        sheet.paragraph(text, width=500)
    with pikepdf.open(io.BytesIO(sheet.pdf())) as pdf:
        pdf.pages[0].obj.Rotate = 90
        buffer = io.BytesIO()
        pdf.save(buffer, deterministic_id=True)
    return Sample("rotated_page", buffer.getvalue(), sheet.text())


def _superscripts() -> Sample:
    sheet = Sheet()
    sheet.heading("Areas", 1)
    x = 60.0
    for part, raised in (
        ("The field measures 420 m", 0),
        ("2", 1),
        (" and was sold", 0),
        ("3", 1),
        (" for CO", 0),
        ("2", -1),
        (" certificates.", 0),
    ):
        size = 7 if raised else 11
        sheet.canvas.setFont("Serif", size)
        sheet.canvas.drawString(x, sheet.y + 4 * raised * (0.5 if raised < 0 else 1), part)
        x += pdfmetrics.stringWidth(part, "Serif", size)
    sheet.y -= 30
    sheet.truth.append("The field measures 420 m² and was sold³ for CO₂ certificates.")
    sheet.paragraph(ENGLISH[0])
    return Sample("superscripts", sheet.pdf(), sheet.text())


def _superscripts_between_columns() -> Sample:
    """The superscripts of the left column stand on the right column's baselines, where that has words."""
    sheet = Sheet()
    canvas, top = sheet.canvas, sheet.y - 20
    left = (
        "Every vehicle that joined the",
        "convoy|2| was examined before",
        "dawn, and an area of 120 m|2| was",
        "swept.",
    )
    right = (
        "Prices quoted above exclude",
        "delivery; a surcharge applies",
        "to orders below 120 kg that",
        "arrive late.",
    )
    for column, (x, lines) in enumerate(((60, left), (310, right))):
        for row, line in enumerate(lines):
            text = canvas.beginText(x, top - 16 * row + 4 * column)
            for place, part in enumerate(line.split("|")):
                text.setFont("Serif", 7 if place % 2 else 11)
                text.setRise(4 if place % 2 else 0)
                text.textOut(part)
            canvas.drawText(text)
        sheet.truth.append(" ".join(lines).replace("|2|", "²"))
    return Sample("superscripts_between_columns", sheet.pdf(), sheet.text())


def _line_numbers() -> Sample:
    """A manuscript under review: small numbers in the margin count lines at a pitch of their own."""
    sheet = Sheet()
    sheet.heading("Terms of the lease", 1)
    for text in ENGLISH:
        sheet.paragraph(text)
    sheet.canvas.setFont("Serif", 7)
    for row in range(40):
        sheet.canvas.drawRightString(48, 775 - 14 * row, str(41 + row))
    return Sample("line_numbers", sheet.pdf(), sheet.text())


def _footnotes() -> Sample:
    """Raised numbers are marks of notes where a note has them, and powers where they stand behind a unit."""
    sheet = Sheet()
    for parts in (
        ("The field of 420 m", "2", " was sold to the keeper.", "1", " It had been let before."),
        ("Every vehicle that joined the convoy was examined", "2", " and sent back to the workshop."),
    ):
        text = sheet.canvas.beginText(60, sheet.y)
        for place, part in enumerate(parts):
            text.setFont("Serif", 7 if place % 2 else 11)
            text.setRise(4 if place % 2 else 0)
            text.textOut(part)
        sheet.canvas.drawText(text)
        sheet.y -= 40
    sheet.paragraph(ENGLISH[0])
    sheet.paragraph(ENGLISH[2])
    for number, note in (("1", "Mr. Jack Wexford, the keeper of the observatory."), ("2", "In April and October.")):
        sheet.y = 130 - 20 * int(number)
        text = sheet.canvas.beginText(60, sheet.y)
        text.setFont("Serif", 5.5)
        text.setRise(3)
        text.textOut(number)
        text.setFont("Serif", 8.5)
        text.setRise(0)
        text.textOut(note)
        sheet.canvas.drawText(text)
    sheet.truth[:0] = [
        "The field of 420 m² was sold to the keeper.[^1] It had been let before.",
        "Every vehicle that joined the convoy was examined[^2] and sent back to the workshop.",
    ]
    sheet.truth += ["[^1]: Mr. Jack Wexford, the keeper of the observatory.", "[^2]: In April and October."]
    return Sample("footnotes", sheet.pdf(), sheet.text())


def _notes_at_a_tab() -> Sample:
    """Notes whose raised numbers stand in a column of their own, as wide as the widest needs."""
    sheet = Sheet()
    sheet.paragraph(ENGLISH[0])
    sheet.paragraph(ENGLISH[2])
    notes = ("Mr. Jack Wexford, the keeper of the observatory.", "In April and October.", "Quiet zone project, 1987.")
    for place, note in enumerate([*notes, "Convoy of vehicles.", "Workshop at Wexford."], start=8):
        y = 220 - 12 * place
        sheet.canvas.setFont("Serif", 5)
        sheet.canvas.drawString(60, y + 3, str(place))
        sheet.canvas.setFont("Serif", 8)
        sheet.canvas.drawString(78, y, note)
        sheet.truth.append(f"{str(place).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))} {note}")
    return Sample("notes_at_a_tab", sheet.pdf(), sheet.text())


def _run_in_heading() -> Sample:
    """Bold words at the beginning of a paragraph are a part of it."""
    sheet = Sheet()
    sheet.heading("Report", 1)
    sheet.canvas.setFont("Bold", 11)
    start = "The prices of all the goods of the shop."
    sheet.canvas.drawString(60, sheet.y, start)
    sheet.canvas.setFont("Serif", 11)
    sheet.canvas.drawString(64 + pdfmetrics.stringWidth(start, "Bold", 11), sheet.y, "They were quoted above")
    sheet.y -= 15.4
    lines = wrapped("and exclude delivery; " + ENGLISH[2][30:], "Serif", 11, 450)
    for line in lines:
        sheet.canvas.drawString(60, sheet.y, line)
        sheet.y -= 15.4
    sheet.truth.append(" ".join([start, "They were quoted above", *lines]))
    sheet.y -= 10
    sheet.paragraph(ENGLISH[0])
    return Sample("run_in_heading", sheet.pdf(), sheet.text())


def _contents() -> Sample:
    """A table of contents as LaTeX sets it: dots apart, numbers right, sections bold and without dots."""
    sheet = Sheet()
    canvas = sheet.canvas
    entries = (
        ("1", "Brittle council", "2"),
        ("1.1", "Northern soldier", "2"),
        ("1.2", "Hidden student", "4"),
        ("1.3", "Accurate ocean signal", "11"),
        ("2", "Complex memory", "12"),
        ("2.1", "Quick weather", "12"),
        ("2.2", "Dense virus orchestra", "15"),
    )
    for number, title, page in entries:
        y, section = sheet.y, "." not in number
        canvas.setFont("SerifBold" if section else "Serif", 11)
        canvas.drawString(60 if section else 78, y, number)
        canvas.drawString(82 if section else 104, y, title)
        canvas.drawRightString(500, y, page)
        x = 480.0
        while not section and x > 112 + pdfmetrics.stringWidth(title, "Serif", 11):
            canvas.drawString(x, y, ".")
            x -= 7
        sheet.y -= 22 if section else 15.4
        sheet.truth.append(f"{number} {title} {page}" if section else f"{number} {title} … {page}")
    sheet.y -= 20
    sheet.paragraph(ENGLISH[0])
    return Sample("contents", sheet.pdf(), sheet.text())


def _tight_spaces() -> Sample:
    """Spaces that are no characters, with 0.15 em of white behind an f, which reaches over its own width."""
    sheet = Sheet()
    canvas, y = sheet.canvas, sheet.y
    lines = ("The price of a board of oak and of", "every screw of brass of the rear shelf", "is half of a pound.")
    for line in lines:
        x = 60.0
        for word in line.split():
            canvas.setFont("Serif", 11)
            canvas.drawString(x, y, word)
            x += pdfmetrics.stringWidth(word, "Serif", 11) + 11 * (0.21 if word[-1] == "f" else 0.24)
        y -= 16
    sheet.truth.append(" ".join(lines))
    return Sample("tight_spaces", sheet.pdf(), sheet.text())


def _italic_spaces() -> Sample:
    """Italic words by themselves, with 0.2 em between: an f reaches over them from both sides."""
    sheet = Sheet()
    canvas = sheet.canvas
    lines = (
        "A simplified chart of flows of funding and training",
        "in the northern half of the country, as told by each of its towns.",
    )
    for line in lines:
        x = 60.0
        for word in line.split():
            canvas.setFont("Times-Italic", 12)
            canvas.drawString(x, sheet.y, word)
            x += pdfmetrics.stringWidth(word, "Times-Italic", 12) + 12 * 0.2
        sheet.y -= 16
    sheet.truth.append(" ".join(lines))
    return Sample("italic_spaces", sheet.pdf(), sheet.text())


def _negative_size() -> Sample:
    """Type of a negative size in a matrix that turns it over twice, as some printer drivers set it."""
    sheet = Sheet()
    for line in wrapped(ENGLISH[0], "Serif", 11, 475):
        text = sheet.canvas.beginText()
        text.setTextTransform(-1, 0, 0, -1, 60, sheet.y)
        text.setFont("Serif", -11)
        text.textOut(line)
        sheet.canvas.drawText(text)
        sheet.y -= 15
    sheet.truth.append(ENGLISH[0])
    return Sample("negative_size", sheet.pdf(), sheet.text())


def _wide_widths() -> Sample:
    """A font whose widths are 0.3 em too large, which each distance between two letters takes back."""
    sheet = Sheet()
    for line in ("MD Simulation of a Linux Cluster", "in Theory and in Practice"):
        text = sheet.canvas.beginText(60, sheet.y)
        text.setFont("Helvetica", 11)
        text.setCharSpace(-0.3 * 11)
        text.textOut(line)
        text.setCharSpace(0)
        sheet.canvas.drawText(text)
        sheet.y -= 15
    sheet.truth.append("MD Simulation of a Linux Cluster in Theory and in Practice")
    sheet.y -= 20
    sheet.paragraph(ENGLISH[0])
    wider = pikepdf.open(io.BytesIO(sheet.pdf()))
    for font in wider.pages[0].Resources.Font.values():
        if font.BaseFont == Name.Helvetica:
            font.Widths = [
                round(1000 * pdfmetrics.stringWidth(chr(code), "Helvetica", 1)) + 300 for code in range(32, 127)
            ]
            font.FirstChar, font.LastChar = 32, 126
    saved = io.BytesIO()
    wider.save(saved)
    return Sample("wide_widths", saved.getvalue(), sheet.text())


def _overlapping_strips() -> Sample:
    """Lines that are set in each strip of the page they touch; overlapping, each alone shows a part."""
    sheet = Sheet()
    canvas, top = sheet.canvas, sheet.y
    text = " ".join(ENGLISH[:3])
    lines = wrapped(text, "Sans", 11, 475)
    for end, below, height in (("", -20, 50), (" ", 3, 20)):  # PDFium leaves out what is quite the same
        for place, line in enumerate(lines):
            y = top - 15 * place
            canvas.saveState()
            clip = canvas.beginPath()
            clip.rect(0, y + below, 600, height)
            canvas.clipPath(clip, stroke=0)
            canvas.setFont("Sans", 11)
            canvas.drawString(60, y, line + end)
            canvas.restoreState()
    sheet.truth.append(text)
    return Sample("overlapping_strips", sheet.pdf(), sheet.text())


def _ruled_by_underscores() -> Sample:
    """A row over a ruling line that is made of underscores, on its own baseline."""
    sheet = Sheet()
    for text in ("Waren und Rabatte nach Artikel", ENGLISH[0]):
        sheet.canvas.setFont("Serif", 15)
        sheet.canvas.drawString(60, sheet.y, "_" * 55)
        sheet.paragraph(text)
        sheet.y -= 12
    rule = "\\" + "_" * 55
    sheet.truth = ["Waren und Rabatte nach Artikel", rule, ENGLISH[0], rule]
    return Sample("ruled_by_underscores", sheet.pdf(), sheet.text())


def _note_marks() -> Sample:
    """Raised marks without a space behind them and with one, before text and inside of formulas."""
    sheet = Sheet()
    canvas = sheet.canvas
    for mark, space, text in (
        ("3", 0, "Computer Science Department, Bilbao"),
        ("4", 0.45, "University of the Basque Country, Bilbao"),
        ("13", 0, "C is seldom in the samples of the lake."),
    ):
        canvas.setFont("Serif", 7)
        canvas.drawString(60, sheet.y + 4.5, mark)
        canvas.setFont("Serif", 11)
        canvas.drawString(60 + pdfmetrics.stringWidth(mark, "Serif", 7) + 11 * space, sheet.y, text)
        sheet.y -= 40
    sheet.truth = [
        "³ Computer Science Department, Bilbao",
        "⁴ University of the Basque Country, Bilbao",
        "¹³C is seldom in the samples of the lake.",
    ]
    return Sample("note_marks", sheet.pdf(), sheet.text())


def _small_capitals() -> Sample:
    """A heading of large and small capitals is as large as its large ones."""
    sheet = Sheet()
    canvas = sheet.canvas
    for title, heading in (("THE QUIET ZONE", "Its keeper"), ("THE OBSERVATORY", "Its instruments")):
        text = canvas.beginText(60, sheet.y)
        for word in title.split():
            text.setFont("Serif", 16)
            text.textOut(word[0])
            text.setFont("Serif", 12.8)
            text.textOut(word[1:] + " ")
        canvas.drawText(text)
        sheet.truth.append(f"## {title}")
        sheet.y -= 34
        sheet.paragraph(ENGLISH[0])
        canvas.setFont("Bold", 13)
        canvas.drawString(60, sheet.y, heading)
        sheet.truth.append(f"### {heading}")
        sheet.y -= 26
        sheet.paragraph(ENGLISH[1])
        sheet.y -= 14
    return Sample("small_capitals", sheet.pdf(), sheet.text())


def _ligatures() -> Sample:
    sheet = Sheet()
    sheet.paragraph("The oﬃcial ﬁgures of the ﬂoor were eﬀective.")
    sheet.truth = ["The official figures of the floor were effective."]
    sheet.paragraph(ENGLISH[1])
    return Sample("ligatures", sheet.pdf(), sheet.text())


def _spelt_ligatures() -> Sample:
    """Ligatures whose map has their letters one by one, as browsers write it, in a font that shows one other f only."""
    truth, again = Sheet(), Sheet()
    for text in (
        "Different officers suffer in the traffic; coffee is effective.",
        "Nobody else was there on the long way home to the lake of the south, and many letters were sent to the mayor.",
    ):
        truth.paragraph(text)
        again.paragraph(text.replace("ffi", "\ufb03").replace("ff", "\ufb00"))

    def spell(codes: dict[int, str]) -> dict[int, str]:
        return {code: unicodedata.normalize("NFKC", sign) for code, sign in codes.items()}

    return Sample("spelt_ligatures", with_maps(again.pdf(), spell), truth.text())


def _soft_hyphens() -> Sample:
    sheet = Sheet()
    for line in (
        "The observatory keeper logged all expo\u00ad",
        "sures between April and Octo\u00adber of the year, and",
        "nobody else was there.",
    ):
        sheet.canvas.setFont("Serif", 11)
        sheet.canvas.drawString(60, sheet.y, line)
        sheet.y -= 15
    sheet.truth.append(
        "The observatory keeper logged all exposures between April and October of the year, and nobody else was there."
    )
    sheet.y -= 10
    sheet.paragraph(ENGLISH[1])
    return Sample("soft_hyphens", sheet.pdf(), sheet.text())


def _drawn_twice() -> Sample:
    """Bold type as some programs make it: the same again, a fraction of a point beside."""
    sheet = Sheet()
    y = sheet.y
    for shift in (0.0, 0.35):
        sheet.canvas.setFont("Sans", 11)
        sheet.canvas.drawString(60 + shift, y, "Payment is due within thirty days.")
    sheet.truth.append("Payment is due within thirty days.")
    sheet.y -= 30
    sheet.paragraph(ENGLISH[0])
    return Sample("drawn_twice", sheet.pdf(), sheet.text())


_STROKES = {
    "H": ((0, 0, 0, 700), (400, 0, 400, 700), (0, 350, 400, 350)),
    "E": ((0, 0, 0, 700), (0, 0, 350, 0), (0, 350, 300, 350), (0, 700, 350, 700)),
    "L": ((0, 0, 0, 700), (0, 0, 350, 0)),
    "T": ((200, 0, 200, 700), (0, 700, 400, 700)),
    "I": ((100, 0, 100, 700),),
    "F": ((0, 0, 0, 700), (0, 350, 300, 350), (0, 700, 350, 700)),
}


def _type3(
    name: str = "type3",
    unit: float = 0.001,
    size: float = 11,
    shift: int = 0,
    words: tuple[str, str] = ("LITTLE", "THEFT"),
) -> Sample:
    """A font whose glyphs are drawings; it has no Unicode but the codes of its glyphs, which are ASCII's.

    ``unit``: its glyphs' in its own em; distillers give it 1 and set type of ``size`` 0.01. ``shift``: how many places
    further each letter's code is among the letters of the font.
    """
    sheet = Sheet()
    sheet.paragraph(ENGLISH[0])
    sheet.paragraph(ENGLISH[1])
    sheet.truth.append(" ".join(words))
    with pikepdf.open(io.BytesIO(sheet.pdf())) as pdf:
        page = pdf.pages[0]
        procs = Dictionary()
        for letter, strokes in _STROKES.items():
            lines = " ".join(f"{a} {b} m {c} {d} l S" for a, b, c, d in strokes)
            procs[f"/{letter}"] = pdf.make_stream(f"560 0 d0 90 w {lines}".encode())
        letters = sorted(_STROKES)
        font = Dictionary(
            Type=Name.Font,
            Subtype=Name.Type3,
            FontBBox=Array([0, 0, 600, 800]),
            FontMatrix=Array([unit, 0, 0, unit, 0, 0]),
            CharProcs=procs,
            Encoding=Dictionary(Type=Name.Encoding),
            FirstChar=65,
            LastChar=90,
            Widths=Array([560] * 26),
            Resources=Dictionary(),
        )
        codes = {letter: letters[(at + shift) % len(letters)] for at, letter in enumerate(letters)}
        differences = Array()
        for letter, code in codes.items():
            differences.append(ord(code))
            differences.append(Name(f"/{letter}"))
        font.Encoding.Differences = differences
        page.Resources.Font["/T3"] = pdf.make_indirect(font)
        y = sheet.y - 20
        coded = ("".join(codes[letter] for letter in word) for word in words)
        shown = " 60 0 Td ".join(f"({word}) Tj" for word in coded)
        page.contents_add(pdf.make_stream(f"BT /T3 {size} Tf 60 {y} Td {shown} ET".encode()))
        buffer = io.BytesIO()
        pdf.save(buffer, deterministic_id=True)
    return Sample(name, buffer.getvalue(), sheet.text(), trusted=None)


def _white_on_dark() -> Sample:
    sheet = Sheet()
    sheet.canvas.setFillColor(HexColor("#203050"))
    sheet.canvas.rect(50, sheet.y - 8, 500, 26, stroke=0, fill=1)
    sheet.canvas.setFillColor(white)
    sheet.canvas.setFont("Bold", 12)
    sheet.canvas.drawString(60, sheet.y, "Summary of the financial year")
    sheet.truth.append("## Summary of the financial year")
    sheet.y -= 40
    sheet.canvas.setFillColor(HexColor("#000000"))
    sheet.paragraph(ENGLISH[0])
    sheet.paragraph(ENGLISH[1])
    return Sample("white_on_dark", sheet.pdf(), sheet.text())


def _bullets() -> Sample:
    sheet = Sheet()
    sheet.paragraph(ENGLISH[0])
    items = ("Oak boards, planed", "Brass screws, countersunk", "Glue that keeps water out")
    for item in items:
        sheet.canvas.setFont("Serif", 11)
        sheet.canvas.drawString(66, sheet.y, "•")
        sheet.canvas.drawString(84, sheet.y, item)
        sheet.y -= 17
    sheet.truth.append("\n".join(f"- {item}" for item in items))
    sheet.y -= 10
    sheet.paragraph(ENGLISH[1])
    return Sample("bullets", sheet.pdf(), sheet.text())


def _form() -> Sample:
    sheet = Sheet()
    sheet.heading("Application", 1)
    form = sheet.canvas.acroForm
    for name, value in (("Name", "Harriet Colville"), ("Town", "Wexford")):
        sheet.canvas.setFont("Serif", 11)
        sheet.canvas.drawString(60, sheet.y, f"{name}:")
        form.textfield(
            name=name, value=value, x=110, y=round(sheet.y) - 5, width=200, height=18, fontSize=11, borderWidth=0
        )
        sheet.truth.append(f"{name}: {value}")
        sheet.y -= 34
    for name, checked in (("I agree", True), ("Send me news", False)):
        form.checkbox(name=name, checked=checked, x=60, y=round(sheet.y) - 2, size=14, buttonStyle="check")
        sheet.canvas.setFont("Serif", 11)
        sheet.canvas.drawString(82, sheet.y, name)
        sheet.truth.append(f"- [{'x' if checked else ' '}] {name}")
        sheet.y -= 34
    sheet.paragraph(ENGLISH[0])
    return Sample("form", sheet.pdf(), sheet.text())


def _free_text() -> Sample:
    sheet = Sheet()
    sheet.paragraph(ENGLISH[0])
    y = sheet.y - 30
    sheet.y -= 60
    sheet.truth.append("Approved by the mayor")
    sheet.paragraph(ENGLISH[1])
    with pikepdf.open(io.BytesIO(sheet.pdf())) as pdf:
        look = pdf.make_stream(
            b"BT /Helv 12 Tf 0 g 4 6 Td (Approved by the mayor) Tj ET",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([0, 0, 200, 20]),
            Resources=Dictionary(
                Font=Dictionary(Helv=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
            ),
        )
        note = Dictionary(
            Type=Name.Annot,
            Subtype=Name.FreeText,
            Rect=Array([60, y, 260, y + 20]),
            Contents=String("Approved by the mayor"),
            DA=String("/Helv 12 Tf 0 g"),
            F=4,
            AP=Dictionary(N=look),
        )
        pdf.pages[0].Annots = Array([pdf.make_indirect(note)])
        buffer = io.BytesIO()
        pdf.save(buffer, deterministic_id=True)
    return Sample("free_text", buffer.getvalue(), sheet.text())


def _picture(pdf: bytes, box: tuple[int, int, int, int] | None = None) -> Image.Image:
    """The first page as a scanner sees it."""
    with pdfium.PdfDocument(pdf) as document:
        page = document[0]
        image = page.render(scale=200 / 72).to_pil().convert("L")
        page.close()
    noise = np.random.default_rng(5).normal(0, 5, (image.height, image.width))
    noisy = np.clip(np.asarray(image, float) * 0.93 + 8 + noise, 0, 255).astype(np.uint8)
    return Image.fromarray(noisy).crop(box) if box else Image.fromarray(noisy)


def _scanned(pdf: bytes, layer: list[str]) -> bytes:
    """The page as a picture, with text that nobody sees before it, as OCR programs write it."""
    sheet = Sheet()
    sheet.canvas.drawImage(ImageReader(_picture(pdf)), 0, 0, *A4)
    text = sheet.canvas.beginText(60, 700)
    text.setFont("Serif", 11)
    text.setTextRenderMode(3)
    for line in layer:
        text.textLine(line)
    sheet.canvas.drawText(text)
    return sheet.pdf()


def _half_scan() -> Sample:
    """Above, text; below, a picture of text."""
    source = Sheet()
    source.heading("From the archive", 2)
    source.paragraph(ENGLISH[1])
    source.paragraph(ENGLISH[2])
    height = 400
    picture = _picture(source.pdf(), (0, 100, round(A4[0] * 200 / 72), 100 + height))
    sheet = Sheet()
    sheet.heading("A letter found", 1)
    sheet.paragraph(ENGLISH[0])
    below = height * 72 / 200
    sheet.canvas.drawImage(ImageReader(picture), 0, sheet.y - below, A4[0], below)
    truth = "\n\n".join([*sheet.truth, *source.truth]) + "\n"
    return Sample("half_scan", sheet.pdf(), truth, trusted=None)


# Each is made where it is wanted: what only lists the tests does without them.
LAYOUTS: dict[str, Callable[[], Sample]] = {
    "two_columns": _two_columns,
    "drop_caps": _drop_caps,
    "sidebar": _sidebar,
    "framed_labels": _framed_labels,
    "ruled_table": _ruled_table,
    "filled_head": _filled_head,
    "filled_sections": _filled_sections,
    "open_table": _open_table,
    "links": _links,
    "outline": _outline,
    "letter_spaced": _letter_spaced,
    "shuffled": _shuffled,
    "sideways": _sideways,
    "rotated_page": _rotated_page,
    "superscripts": _superscripts,
    "superscripts_between_columns": _superscripts_between_columns,
    "tight_spaces": _tight_spaces,
    "italic_spaces": _italic_spaces,
    "negative_size": _negative_size,
    "wide_widths": _wide_widths,
    "overlapping_strips": _overlapping_strips,
    "ruled_by_underscores": _ruled_by_underscores,
    "note_marks": _note_marks,
    "footnotes": _footnotes,
    "line_numbers": _line_numbers,
    "notes_at_a_tab": _notes_at_a_tab,
    "contents": _contents,
    "run_in_heading": _run_in_heading,
    "small_capitals": _small_capitals,
    "ligatures": _ligatures,
    "spelt_ligatures": _spelt_ligatures,
    "soft_hyphens": _soft_hyphens,
    "drawn_twice": _drawn_twice,
    "type3": _type3,
    "type3_own_units": partial(_type3, "type3_own_units", 1.0, 0.011),
    "type3_other_codes": partial(_type3, "type3_other_codes", shift=1),
    "type3_few": partial(_type3, "type3_few", words=("LET", "TELL")),
    "white_on_dark": _white_on_dark,
    "bullets": _bullets,
    "form": _form,
    "free_text": _free_text,
}
SCANS: dict[str, Callable[[], Sample]] = {
    "ocr_layer_good": _good_ocr,
    "ocr_layer_bad": _bad_ocr,
    "half_scan": _half_scan,
}
