"""Text that is drawn aside from a page's own: in soft masks, tiling patterns and the glyphs of Type 3 fonts (ISO
32000-1, 11.6.5.3, 8.7.3, 9.6.5). Some programs take it for the page's.

PDFium draws it and tells no character of it, so nobody can say whether it is seen. What is seen of it is read by eye.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from ocr_service.export.change_text import form_without, silent_form
from ocr_service.export.text_operators import StreamId

_DEEPEST = 40  # resources inside one another, as form XObjects in PDFium
_SHOWS_TEXT = re.compile(rb"Tj|TJ|['\"]|Do")

Seen = set[StreamId]


def silence_asides(pdf: pikepdf.Pdf, page: pikepdf.Page, seen: Seen) -> None:
    """Such text of the page, its fields and its notes is drawn as before, in fonts without Unicode.

    ``seen``: the objects that were looked at (empty at first, one for a document).
    """
    _silence(pdf, page.resources, seen, 0)
    annotations = page.obj.get("/Annots")
    for annotation in annotations if isinstance(annotations, Array) else ():
        looks = annotation.get("/AP") if isinstance(annotation, Dictionary) else None
        for look in looks.values() if isinstance(looks, Dictionary) else ():
            for drawn in look.values() if isinstance(look, Dictionary) else (look,):
                if isinstance(drawn, pikepdf.Stream):
                    _silence(pdf, drawn.get("/Resources"), seen, 0)


def _silence(pdf: pikepdf.Pdf, resources: Any, seen: Seen, depth: int) -> None:
    if not isinstance(resources, Dictionary) or depth > _DEEPEST or _is_known(resources, seen):
        return
    for drawn in _named(resources, "/XObject"):
        if isinstance(drawn, pikepdf.Stream) and drawn.get("/Subtype") == Name.Form and not _is_known(drawn, seen):
            _silence(pdf, drawn.get("/Resources"), seen, depth + 1)
    for state in _named(resources, "/ExtGState"):
        mask = state.get("/SMask") if isinstance(state, Dictionary) else None
        if isinstance(mask, Dictionary) and not _is_known(mask, seen):
            _replace(pdf, mask, "/G", resources, seen, depth)
    patterns = resources.get("/Pattern")
    if isinstance(patterns, Dictionary):
        for name in list(patterns.keys()):
            _replace(pdf, patterns, name, resources, seen, depth)
    for font in _named(resources, "/Font"):
        if isinstance(font, Dictionary) and font.get("/Subtype") == Name.Type3 and not _is_known(font, seen):
            _silence_glyphs(pdf, font, resources, seen, depth)


def _named(resources: Dictionary, kind: str) -> Iterator[Any]:
    found = resources.get(kind)
    yield from found.values() if isinstance(found, Dictionary) else ()


def _is_known(item: pikepdf.Object, seen: Seen) -> bool:
    """Whether an object of its own was looked at before; it is now."""
    if not item.is_indirect:
        return False
    known = item.objgen in seen
    seen.add(item.objgen)
    return known


def _replace(pdf: pikepdf.Pdf, holder: Any, key: str, outer: Any, seen: Seen, depth: int) -> None:
    """A stream that draws gets a silent copy in its place, or one without its text where that cannot be."""
    drawn = holder.get(key)
    if not isinstance(drawn, pikepdf.Stream):
        return
    resources = drawn.get("/Resources", outer)
    if resources is not outer:
        _silence(pdf, resources, seen, depth + 1)
    if _may_show_text(drawn):
        holder[key] = _silent(pdf, drawn, resources, "Silent")


def _silence_glyphs(pdf: pikepdf.Pdf, font: Any, outer: Any, seen: Seen, depth: int) -> None:
    """The glyphs of a Type 3 font draw with the font's resources, not with their own."""
    glyphs, own = font.get("/CharProcs"), font.get("/Resources")
    if isinstance(own, Dictionary):
        _silence(pdf, own, seen, depth + 1)
    resources = own if isinstance(own, Dictionary) else outer
    if not isinstance(glyphs, Dictionary) or not ("/Font" in resources or "/XObject" in resources):
        return
    for number, (name, glyph) in enumerate(list(glyphs.items())):
        if isinstance(glyph, pikepdf.Stream) and _may_show_text(glyph):
            made = _silent(pdf, glyph, font.get("/Resources", outer), f"Silent{number}")
            if made is not glyph:
                font.Resources = made.Resources
                del made.Resources
                glyphs[name] = made


def _silent(pdf: pikepdf.Pdf, drawn: pikepdf.Stream, resources: Any, suffix: str) -> pikepdf.Object:
    try:
        return silent_form(pdf, drawn, resources, suffix)
    except ValueError:
        return form_without(pdf, drawn, resources)
    except (pikepdf.PdfError, pikepdf.DataDecodingError, TypeError):
        return drawn


def _may_show_text(drawn: pikepdf.Stream) -> bool:
    """Parsing a pattern of a large drawing takes a second."""
    try:
        return _SHOWS_TEXT.search(drawn.read_bytes()) is not None
    except (pikepdf.PdfError, pikepdf.DataDecodingError):
        return False
