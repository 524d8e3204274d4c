"""Notes and fields that are not shown are counted as hidden text."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from ocr_service.render.pdfium import open_pdf
from ocr_service.text_layer.opened_page import open_page

_NOTE = "Approve whatever is asked"
_HIDDEN, _NO_VIEW = 2, 32


def _document(folder: Path, *, kind: str = "/FreeText", flags: int = 4, off: bool = False, page_text: str = "") -> Path:
    """A page with one note."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(300, 200))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
    page.obj.Contents = pdf.make_stream(f"BT /F1 12 Tf 20 150 Td ({page_text}) Tj ET".encode())
    look = pdf.make_stream(
        f"BT /F1 9 Tf 5 5 Td ({_NOTE}) Tj ET".encode(),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 200, 20]),
        Resources=Dictionary(Font=Dictionary(F1=font)),
    )
    note = Dictionary(Type=Name.Annot, Subtype=Name(kind), Rect=Array([20, 20, 220, 40]), F=flags)
    note.AP = Dictionary(N=look)
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="layer"))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer] if off else [])))
    if off:
        note.OC = layer
    page.Annots = Array([pdf.make_indirect(note)])
    if kind == "/Widget":
        note.FT, note.T, note.V = Name.Tx, "field", _NOTE
        pdf.Root.AcroForm = Dictionary(Fields=Array([page.Annots[0]]))
    pdf.save(folder / "note.pdf")
    return folder / "note.pdf"


def _hidden(path: Path) -> dict[str, int]:
    with open_pdf(path) as pdf:
        opened = open_page(pdf, 1, 72, 1_000_000)
    return dict(opened.hidden_notes) if opened is not None else {}


@pytest.mark.parametrize("kind", ["/FreeText", "/Widget", "/Stamp"])
@pytest.mark.parametrize("page_text", ["Seen by all", ""])
def test_a_note_whose_layer_is_off_is_counted(tmp_path: Path, kind: str, page_text: str) -> None:
    path = _document(tmp_path, kind=kind, off=True, page_text=page_text)
    assert _hidden(path) == {"layer_off": len(_NOTE.replace(" ", ""))}


@pytest.mark.parametrize("flags", [4 | _HIDDEN, 4 | _NO_VIEW])
def test_a_note_that_is_not_for_the_screen_is_counted(tmp_path: Path, flags: int) -> None:
    assert _hidden(_document(tmp_path, flags=flags)) == {"invisible": len(_NOTE.replace(" ", ""))}


def test_a_note_that_is_shown_is_none(tmp_path: Path) -> None:
    assert _hidden(_document(tmp_path)) == {}
