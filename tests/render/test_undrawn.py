"""Letters that are to be seen and that PDFium does not draw."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Dictionary, Name

from ocr_service.render.pdfium import open_pdf
from ocr_service.render.undrawn import UndrawnLetters, undrawn_letters
from ocr_service.text_layer.opened_page import open_page


def page(content: bytes) -> bytes:
    """Codes a and b of the font F are the Polish ą and the Cyrillic а, c is a Latin c."""
    file = io.BytesIO()
    with pikepdf.new() as pdf:
        names = Array([97, Name.aogonek, Name.afii10065])
        font = Dictionary(Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name.Arial, FirstChar=97, LastChar=99)
        font.Widths, font.Encoding = Array([556, 556, 500]), Dictionary(BaseEncoding=Name.WinAnsiEncoding)
        font.Encoding.Differences = names
        picture = pdf.make_stream(b"\x80", Subtype=Name.Image, Width=1, Height=1, BitsPerComponent=8)
        picture.ColorSpace = Name.DeviceGray
        made = pdf.add_blank_page(page_size=(200, 100))
        made.obj.Resources = Dictionary(Font=Dictionary(F=font), XObject=Dictionary(I=picture))
        made.obj.Contents = pdf.make_stream(content)
        pdf.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "letters"),
    [
        (b"BT /F 20 Tf 9 50 Td (abc1) Tj ET", "ąа"),
        (b"BT /F 20 Tf 9 50 Td (c1) Tj ET", ""),
        (b"BT 3 Tr /F 20 Tf 9 50 Td (abc1) Tj ET", ""),
        (b"BT /F 20 Tf 9 50 Td (abc1) Tj ET q 200 0 0 100 0 0 cm /I Do Q", ""),
    ],
    ids=["seen", "drawn", "invisible", "under_a_scan"],
)
def test_which_letters_are_not_drawn(content: bytes, letters: str) -> None:
    with pdfium.PdfDocument(page(content)) as pdf:
        assert undrawn_letters(pdf[0]) == set(letters)


def test_the_own_text_of_a_page_with_such_letters_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(page(b"BT /F 20 Tf 9 50 Td (abc1) Tj ET"))
    with open_pdf(tmp_path / "a.pdf") as pdf, pytest.raises(UndrawnLetters):
        open_page(pdf, 1, 100, 1_000_000)
