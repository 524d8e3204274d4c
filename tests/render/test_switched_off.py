"""Notes and fields whose layer is switched off are not drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from ocr_service.render.pdfium import OpenedPdf, open_pdf, render_with_pdfium
from ocr_service.render.switched_off import switched_off


def layers(pdf: pikepdf.Pdf) -> dict[str, Any]:
    """Layers of a document by what becomes of them, memberships in them, and what is no layer."""
    on, off, third = (pdf.make_indirect(Dictionary(Type=Name.OCG, Name=name)) for name in ("on", "off", "third"))
    off_screen = pdf.make_indirect(
        Dictionary(Type=Name.OCG, Name="printed", Usage=Dictionary(View=Dictionary(ViewState=Name.OFF)))
    )
    config = Dictionary(OFF=Array([off]), ON=Array([on]))
    config.AS = Array([Dictionary(Event=Name.View, OCGs=Array([off_screen, on]), Category=Array([Name.View]))])
    pdf.Root.OCProperties = Dictionary(OCGs=Array([on, off, third, off_screen]), D=config)

    def member(policy: str, *groups: Any) -> Dictionary:
        return Dictionary(Type=Name.OCMD, OCGs=Array(groups), P=Name(policy))

    endless = Array([Name.Not, on])
    for _ in range(100):
        endless = Array([Name.And, endless])
    return {
        "on": on,
        "off": off,
        "neither": third,
        "off on a screen": off_screen,
        "both": member("/AllOn", on, off),
        "one of both": member("/AnyOn", on, off),
        "none of both": member("/AllOff", on, off),
        "not both": member("/AnyOff", on, off),
        "a single one": Dictionary(Type=Name.OCMD, OCGs=off),
        "no member": member("/AnyOn"),
        "not the one that is on": Dictionary(Type=Name.OCMD, VE=Array([Name.Not, on])),
        "the one, not the other": Dictionary(Type=Name.OCMD, VE=Array([Name.And, on, Array([Name.Not, off])])),
        "an endless expression": Dictionary(Type=Name.OCMD, VE=endless),
        "no layer at all": Name.Nonsense,
    }


def is_drawn(folder: Path, layer: str, *, base: str = "/ON", password: str = "", kind: str = "/Stamp") -> bool:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(100, 100))
    look = pdf.make_stream(b"0 0 100 100 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 100, 100]))
    note = Dictionary(Type=Name.Annot, Subtype=Name(kind), Rect=Array([0, 0, 100, 100]), AP=Dictionary(N=look), F=4)
    note.OC = layers(pdf)[layer]
    pdf.Root.OCProperties.D.BaseState = Name(base)
    if kind == "/Widget":
        note.FT, note.T, note.DA = Name.Tx, "field", "/Helv 9 Tf"
    page.Annots = Array([pdf.make_indirect(note)])
    if kind == "/Widget":
        pdf.Root.AcroForm = Dictionary(Fields=Array([page.Annots[0]]))
    path = folder / "layers.pdf"
    pdf.save(path, encryption=pikepdf.Encryption(owner=password, user=password) if password else False)
    with open_pdf(path, password) as opened:
        assert isinstance(opened, OpenedPdf)
        return int(render_with_pdfium(opened, 1, dpi=72, max_pixels=10_000_000).pixels[50, 50].max()) < 128


@pytest.mark.parametrize(
    ("layer", "drawn"),
    [
        ("on", True),
        ("off", False),
        ("neither", True),
        ("off on a screen", False),
        ("both", False),
        ("one of both", True),
        ("none of both", False),
        ("not both", True),
        ("a single one", False),
        ("no member", True),
        ("not the one that is on", False),
        ("the one, not the other", True),
        ("an endless expression", True),
        ("no layer at all", True),
    ],
)
def test_a_note_is_drawn_where_its_layer_is_on(tmp_path: Path, layer: str, drawn: bool) -> None:
    assert is_drawn(tmp_path, layer) is drawn


@pytest.mark.parametrize("layer", ["neither", "no layer at all"])
def test_what_is_not_named_is_as_all_are(tmp_path: Path, layer: str) -> None:
    assert is_drawn(tmp_path, layer, base="/OFF") is (layer == "no layer at all")


def test_fields_too_and_in_an_encrypted_document(tmp_path: Path) -> None:
    assert not is_drawn(tmp_path, "off", password="secret")
    assert not is_drawn(tmp_path, "off", kind="/Widget")
    assert is_drawn(tmp_path, "on", kind="/Widget")


def test_a_file_that_cannot_be_understood_switches_nothing_off(tmp_path: Path) -> None:
    (tmp_path / "damaged.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    assert switched_off(tmp_path / "damaged.pdf", "", 0) == frozenset()
    assert is_drawn(tmp_path, "on") and switched_off(tmp_path / "layers.pdf", "", 7) == frozenset()
