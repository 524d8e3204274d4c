"""Letters whose font is not in the file have the boxes that they are drawn in."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from ocr_service.render.pdfium import open_pdf
from ocr_service.text_layer.opened_page import OpenedPage, open_page
from ocr_service.text_layer.page.glyphs import Floats, Glyphs

_SERIF, _NO_SYMBOLS, _ITALIC = 2, 32, 64


def opened(folder: Path, content: bytes, width: int, flags: int, unicode: bytes = b"") -> OpenedPage:
    """A page with ``content`` in a font that is only named. ``unicode``: the lines of its map."""
    with pikepdf.new() as pdf:
        font = Dictionary(Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name.Strange, FirstChar=32, LastChar=255)
        font.Encoding, font.Widths = Name.WinAnsiEncoding, Array([width] * 224)
        font.FontDescriptor = Dictionary(
            Type=Name.FontDescriptor, FontName=Name.Strange, Flags=flags, FontBBox=Array([0, -200, 1000, 900]),
            ItalicAngle=-12 if flags & _ITALIC else 0, Ascent=900, Descent=-200, CapHeight=700, StemV=120,
        )  # fmt: skip
        if unicode:
            font.ToUnicode = pdf.make_stream(
                b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange %s endcmap" % unicode
            )
        page = pdf.add_blank_page(page_size=(500, 100))
        page.obj.Resources = Dictionary(Font=Dictionary(F=font))
        page.obj.Contents = pdf.make_stream(b"BT /F 20 Tf 6 Tc 9 50 Td %s ET" % content)
        file = io.BytesIO()
        pdf.save(file)
    path = folder / "page.pdf"
    path.write_bytes(file.getvalue())
    with open_pdf(path, "") as pdf_of_page:
        found = open_page(pdf_of_page, 1, 200, 40_000_000)
    assert found is not None
    return found


def drawn(page: OpenedPage, glyphs: Glyphs) -> Floats:
    """The boxes of the ink in the columns between the middles of the gaps that part the letters."""
    ink = page.seen.plates[0] > 127
    columns = np.flatnonzero(ink.any(axis=0))
    parts = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    assert len(parts) == len(glyphs)
    found = []
    for part in parts:
        rows = np.flatnonzero(ink[:, part[0] : part[-1] + 1].any(axis=1))
        found.append((part[0], rows[0], part[-1] + 1, rows[-1] + 1))
    return np.array(found, float)


@pytest.mark.parametrize(
    ("width", "flags"), [(420, _NO_SYMBOLS), (800, _NO_SYMBOLS | _SERIF), (700, _NO_SYMBOLS | _SERIF | _ITALIC)]
)
def test_they_are_as_wide_bold_and_slanted_as_the_font_is_said_to_be(tmp_path: Path, width: int, flags: int) -> None:
    page = opened(tmp_path, b"(HambVg) Tj", width, flags)
    assert page.glyphs.ink == pytest.approx(drawn(page, page.glyphs), abs=2.0)


def test_a_letter_that_the_map_has_for_another_keeps_its_own_box(tmp_path: Path) -> None:
    page = opened(tmp_path, b"(ai) Tj", 800, _NO_SYMBOLS, b"2 beginbfchar <61> <0061> <69> <0061> endbfchar")
    assert page.glyphs.codes.tolist() == [ord("a")] * 2
    widths = page.glyphs.ink[:, 2] - page.glyphs.ink[:, 0]
    assert widths[1] < 0.6 * widths[0]


def test_a_letter_keeps_its_own_box_where_the_map_has_one_of_another_height_for_it_too(tmp_path: Path) -> None:
    boxes = [
        opened(tmp_path, b"(a) Tj", 500, _NO_SYMBOLS, b"2 beginbfchar <61> <0061> <e1> <%s> endbfchar" % accented)
        .glyphs.ink[0]
        .tolist()
        for accented in (b"00e1", b"0061")
    ]
    assert boxes[1] == pytest.approx(boxes[0], abs=3.0)
