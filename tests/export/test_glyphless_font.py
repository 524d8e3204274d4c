"""The font of invisible text, as pikepdf and poppler see it in a file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Dictionary, Name

from ocr_service.export.glyphless_font import ADVANCE, add_font, encoded


@pytest.mark.parametrize(
    ("text", "codes"), [("Aя", "<0041044f>"), ("", "<>"), ("😀", "<d83dde00>"), ("\ud83d", "<d83d>")]
)
def test_character_codes_are_utf_16_units(text: str, codes: str) -> None:
    assert encoded(text) == codes


def test_text_of_any_script_is_found_again_and_shows_no_ink(tmp_path: Path) -> None:
    text = "Договор № 5, café, 合同, (a) \\ b"
    path = tmp_path / "text.pdf"
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(600, 100))
        page.obj.Resources = Dictionary(Font=Dictionary(F=add_font(pdf)))
        page.obj.Contents = pdf.make_stream(f"BT /F 10 Tf 20 50 Td {encoded(text)} Tj ET".encode())
        pdf.save(path)

    found = subprocess.run(["pdftotext", str(path), "-"], check=True, capture_output=True, text=True).stdout
    assert found.strip() == text
    subprocess.run(["pdftoppm", "-r", "72", "-gray", "-singlefile", str(path), str(tmp_path / "drawn")], check=True)
    pixels = (tmp_path / "drawn.pgm").read_bytes()[-600 * 100 :]
    assert set(pixels) == {255}


def test_every_character_is_half_as_wide_as_the_font_is_high() -> None:
    with pikepdf.new() as pdf:
        descendant = add_font(pdf).DescendantFonts[0]
        assert descendant.DW == 1000 * ADVANCE
        assert descendant.FontDescriptor.FontFile2.Length1 == len(descendant.FontDescriptor.FontFile2.read_bytes())
        assert descendant.Subtype == Name.CIDFontType2
