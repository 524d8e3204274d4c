"""What PDFium says of letters whose font is not in the file depends on nothing that was drawn before."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Dictionary, Name

from ocr_service.render.substitutes import reset_substitutes
from ocr_service.text_layer.own_text import own_text

_TEXT = b"Hamburg"
_SERIF, _NO_SYMBOLS = 2, 32


def document(font: str, flags: int, stem: int, width: int) -> bytes:
    """``_TEXT`` in a font that is only named. ``stem`` is the thickness of its strokes."""
    file = io.BytesIO()
    with pikepdf.new() as pdf:
        made = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name(f"/{font}"), FirstChar=65, LastChar=122)
        made.Widths = Array([width] * 58)
        made.FontDescriptor = Dictionary(
            Type=Name.FontDescriptor, FontName=Name(f"/{font}"), Flags=flags, FontBBox=Array([0, -200, 1000, 900]),
            ItalicAngle=0, Ascent=900, Descent=-200, CapHeight=700, StemV=stem,
        )  # fmt: skip
        page = pdf.add_blank_page(page_size=(200, 100))
        page.obj.Resources = Dictionary(Font=Dictionary(F=made))
        page.obj.Contents = pdf.make_stream(b"BT /F 20 Tf 9 50 Td (%s) Tj ET" % _TEXT)
        pdf.save(file)
    return file.getvalue()


def boxes(content: bytes) -> list[tuple[float, ...]]:
    """Those of its letters; the page is drawn, too."""
    with pdfium.PdfDocument(content) as pdf:
        page = pdf[0]
        text = page.get_textpage()
        found = [text.get_charbox(index) for index in range(len(_TEXT))]
        page.render(scale=1)
        text.close()
        page.close()
    return found


@pytest.mark.parametrize("flags", [_NO_SYMBOLS, _NO_SYMBOLS | _SERIF])
def test_boxes_of_letters_are_the_same_whatever_was_drawn_before(flags: int) -> None:
    light, black = document("Strange-Light", flags, 40, 480), document("Other-Black", flags, 240, 900)
    reset_substitutes()
    first = boxes(light)
    boxes(black)
    assert boxes(light) != first  # else PDFium needs no help any more
    boxes(black)
    reset_substitutes()
    assert boxes(light) == first


def test_what_is_seen_of_letters_is_the_same_beside_open_documents() -> None:
    light = document("Strange-Light", _NO_SYMBOLS, 40, 480)
    found = []
    with pdfium.PdfDocument(light) as still_open:
        still_open[0].render(scale=1)
        for width in (600, 900, 1000):
            boxes(document("Other-Black", _NO_SYMBOLS, 240, width))
            with pdfium.PdfDocument(light) as looked_at:
                seen = own_text(looked_at, 1, 150, 20_000_000)
            assert seen is not None
            found.append(seen.boxes.tolist())
    assert found == [found[0]] * 3
