"""Text in soft masks, patterns and glyphs of Type 3 fonts looks as before, and is not found."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Dictionary, Name

from ocr_service.export.text_aside import silence_asides

SECRET = b"1 g BT /F 9 Tf 10 20 Td (Zorblatt pays) Tj ET"


def stream(pdf: pikepdf.Pdf, content: bytes, **keys: Any) -> pikepdf.Stream:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    return pdf.make_stream(content, BBox=[0, 0, 200, 100], Resources=Dictionary(Font=Dictionary(F=font)), **keys)


def masked(pdf: pikepdf.Pdf) -> tuple[Dictionary, bytes]:
    form = {"Type": Name.XObject, "Subtype": Name.Form}
    inner = stream(pdf, SECRET, **form)
    group = stream(
        pdf, b"0.5 g 0 0 200 50 re f /In Do", Group=Dictionary(S=Name.Transparency, CS=Name.DeviceGray), **form
    )
    group.Resources.XObject = Dictionary(In=inner)
    state = Dictionary(SMask=Dictionary(S=Name.Luminosity, G=group))
    return Dictionary(ExtGState=Dictionary(G=state)), b"/G gs 0 0 200 100 re f"


def tiled(pdf: pikepdf.Pdf) -> tuple[Dictionary, bytes]:
    keys = {"PatternType": 1, "PaintType": 1, "TilingType": 1, "XStep": 200, "YStep": 100}
    pattern = stream(pdf, b"0.5 g 0 0 200 50 re f " + SECRET, **keys)
    return Dictionary(Pattern=Dictionary(P=pattern)), b"/Pattern cs /P scn 0 0 200 100 re f"


def in_glyphs(pdf: pikepdf.Pdf) -> tuple[Dictionary, bytes]:
    glyphs = [stream(pdf, b"9 0 d0 0.5 g 0 0 200 50 re f " + SECRET), stream(pdf, b"9 0 d0 0 g 100 0 Td " + SECRET)]
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=[0, 0, 200, 100],
        FontMatrix=[1, 0, 0, 1, 0, 0],
        CharProcs=Dictionary(a=glyphs[0], b=glyphs[1]),
        Encoding=Dictionary(Differences=Array([97, Name.a, Name.b])),
        FirstChar=97,
        LastChar=98,
        Widths=[9, 9],
        Resources=glyphs[0].Resources,
    )
    for glyph in glyphs:
        del glyph.Resources
    return Dictionary(Font=Dictionary(T=font)), b"BT /T 1 Tf (ab) Tj ET"


@pytest.mark.parametrize("made", [masked, tiled, in_glyphs])
@pytest.mark.parametrize("in_a_note", [False, True])
def test_text_aside_keeps_its_looks_and_loses_its_unicode(
    tmp_path: Path, made: Callable[[pikepdf.Pdf], tuple[Dictionary, bytes]], in_a_note: bool
) -> None:
    file = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(200, 100))
        resources, content = made(pdf)
        if in_a_note:
            look = pdf.make_stream(content, Subtype=Name.Form, BBox=[0, 0, 200, 100], Resources=resources)
            note = Dictionary(Subtype=Name.Stamp, F=4, Rect=[0, 0, 200, 100], AP=Dictionary(N=look))
            page.obj.Annots = Array([pdf.make_indirect(note)])
        else:
            page.obj.Resources, page.obj.Contents = resources, pdf.make_stream(content)
        pdf.save(file)
        silence_asides(pdf, page, set())
        pdf.save(tmp_path / "after.pdf")
        shown = [item for item in pdf.objects if isinstance(item, Dictionary) and item.get("/BaseFont")]
    assert drawn(file.getvalue()) == drawn((tmp_path / "after.pdf").read_bytes())
    assert len(set(drawn(file.getvalue()))) > 2  # the text is seen
    assert any("/ToUnicode" in font for font in shown)
    found = subprocess.run(["pdftotext", tmp_path / "after.pdf", "-"], capture_output=True, check=True).stdout
    assert b"Zorblatt" not in found


def drawn(pdf: bytes) -> bytes:
    with pdfium.PdfDocument(pdf) as document:
        pixels: bytes = document[0].render(scale=1).to_pil().convert("L").tobytes()
    return pixels


def test_a_mask_that_cannot_be_parsed_stays_as_it_is() -> None:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        broken = stream(pdf, b"BT (Zorblatt) Tj ET", Subtype=Name.Form)
        broken.Filter = Name.FlateDecode
        mask = Dictionary(S=Name.Alpha, G=broken)
        page.obj.Resources = Dictionary(ExtGState=Dictionary(G=Dictionary(SMask=mask)))
        silence_asides(pdf, page, set())
        assert broken == page.obj.Resources.ExtGState.G.SMask.G
