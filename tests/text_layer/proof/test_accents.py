"""Accents that are glyphs of their own: composed with the letters that they stand over, and with no others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pikepdf
import pytest

from ocr_service.document import PageResult
from ocr_service.reading.page_tasks import PageTask, read_page
from tests.support.formula_pages import ACCENTS, FOLDER
from tests.support.text_layer_pdfs import Sheet


def read(path: Path) -> PageResult:
    return read_page(PageTask(path, "pdf", 1, 200, 40_000_000, "", "embedded", "eng", None, text_layer="auto"))


def assert_composed(page: PageResult) -> None:
    text = " ".join(page.markdown.split())
    assert [wanted for _, wanted in ACCENTS if wanted not in text] == []
    assert {region.source for region in page.regions} == {"text_layer"}


def test_accents_of_tex_are_composed_with_their_letters() -> None:
    assert_composed(read(FOLDER / "accents.pdf"))


def test_accents_of_bitmap_fonts_are_composed_too(tmp_path: Path) -> None:
    path = tmp_path / "mapped.pdf"
    with pikepdf.open(FOLDER / "accents_in_bitmaps.pdf") as pdf:
        for font in pdf.pages[0].Resources.Font.values():
            font.ToUnicode = pdf.make_stream(cmap({code: chr(code) for code in range(40, 123)} | OT1_ACCENTS))
        pdf.save(path)
    assert_composed(read(path))


OT1_ACCENTS = {
    16: "ı", 18: "`", 19: "´", 20: "ˇ", 23: "˚", 24: "¸", 94: "ˆ", 125: "˝", 126: "˜", 127: "¨",
}  # fmt: skip


def cmap(names: Mapping[int, str]) -> bytes:
    """A map to Unicode for single bytes."""
    lines = "\n".join(f"<{code:02X}> <{ord(sign):04X}>" for code, sign in names.items())
    return (
        "begincmap 1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{len(names)} beginbfchar\n{lines}\nendbfchar endcmap"
    ).encode()


CODE = ("x = `ls -l` ^ y ~ n", "a^b ^a ~c 'e' \"o\" ´a´ ¨o¨", "the letters a ¨ u ´ e ` i ^ o ~ n °")


@pytest.mark.slow
@pytest.mark.parametrize("font", ["Mono", "Serif"])
@pytest.mark.parametrize("leading", [9.0, 14.0])
def test_signs_beside_letters_stay_signs(tmp_path: Path, font: str, leading: float) -> None:
    sheet = Sheet()
    sheet.canvas.setFont(font, 11)
    for number, line in enumerate(CODE * 3):
        sheet.canvas.drawString(60, sheet.y - leading * number, line)
    path = tmp_path / "code.pdf"
    path.write_bytes(sheet.pdf())
    assert not set("âáàäîìôöùüêéèñçå") & set(read(path).markdown)


def test_a_letter_that_is_drawn_over_another_is_no_accent(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.setFont("Serif", 11)
    sheet.canvas.drawString(60, sheet.y, "The value of the letter is stated in the text below the line")
    sheet.canvas.drawString(60 + sheet.canvas.stringWidth("The v", "Serif", 11), sheet.y + 20, "^")
    path = tmp_path / "over.pdf"
    path.write_bytes(sheet.pdf())
    assert "value" in read(path).markdown


def test_a_small_comma_below_a_letter_belongs_to_it(tmp_path: Path) -> None:
    sheet, width = Sheet(), 60.0
    for part, size, drop in (
        ("The word mart", 11.0, 0.0),
        (",", 6.0, 3.0),
        ("i is one, two, and its plural is", 11.0, 0.0),
    ):
        sheet.canvas.setFont("Serif", size)
        own = sheet.canvas.stringWidth(part, "Serif", size)
        middle = sheet.canvas.stringWidth("t", "Serif", 11) / 2
        sheet.canvas.drawString(width - middle - own / 2 if drop else width, sheet.y - drop, part)
        width += 0 if drop else own
    path = tmp_path / "comma.pdf"
    path.write_bytes(sheet.pdf())
    assert "The word marți is one, two, and" in read(path).markdown
