"""The objects of a page's content and what their marked content says, as PDFium gives them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ocr_service.text_layer.page.glyphs import TooManyGlyphs

_MOST_OBJECTS = 200_000
_DEEPEST_FORM = 40  # form XObjects inside one another, as in PDFium (kMaxFormLevel)
_PAGINATION = ("Attached", "Subtype")  # keys of artifacts that paging made


def page_objects(page: pdfium.PdfPage) -> Iterator[tuple[Any, int]]:
    """The page's objects with their types, also those inside of form XObjects. Raises TooManyGlyphs."""
    found = _objects(page.raw, pdfium_c.FPDFPage_CountObjects, pdfium_c.FPDFPage_GetObject, 0)
    for count, item in enumerate(found):
        if count >= _MOST_OBJECTS:
            raise TooManyGlyphs
        yield item


def annotation_objects(annotation: Any) -> Iterator[tuple[Any, int]]:
    """The objects of an annotation's normal appearance with their types, as ``page_objects`` gives a page's."""
    return _objects(annotation, pdfium_c.FPDFAnnot_GetObjectCount, pdfium_c.FPDFAnnot_GetObject, 0)


def _objects(parent: Any, count: Any, get: Any, depth: int) -> Iterator[tuple[Any, int]]:
    for index in range(count(parent)):
        handle = get(parent, index)
        if not handle:
            continue
        kind = pdfium_c.FPDFPageObj_GetType(handle)
        yield handle, kind
        if kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            yield from _objects(handle, pdfium_c.FPDFFormObj_CountObjects, pdfium_c.FPDFFormObj_GetObject, depth + 1)


def marks(handle: Any) -> tuple[bool, bool]:
    """Whether marked content says that the object can be switched off (``/OC``), and that it is a page's artifact.

    A pagination artifact is ``Attached`` to a side of the page or has a ``Subtype``, ``Header`` and the like (ISO
    32000-2, 14.8.2.2.2); PDFium does not tell the names themselves. Others may be anything, a table's body as well.
    """
    optional = artifact = False
    for index in range(max(0, pdfium_c.FPDFPageObj_CountMarks(handle))):
        mark = pdfium_c.FPDFPageObj_GetMark(handle, index)
        name = _text_of(pdfium_c.FPDFPageObjMark_GetName, mark) if mark else ""
        optional |= name == "OC"
        if name == "Artifact":
            keys = range(max(0, pdfium_c.FPDFPageObjMark_CountParams(mark)))
            artifact |= any(_text_of(pdfium_c.FPDFPageObjMark_GetParamKey, mark, key) in _PAGINATION for key in keys)
    return optional, artifact


def _text_of(get: Any, *where: Any) -> str:
    buffer = (ctypes.c_ushort * 16)()
    length = ctypes.c_ulong()
    if not get(*where, buffer, ctypes.sizeof(buffer), length):
        return ""
    return bytes(buffer)[: max(0, length.value - 2)].decode("utf-16-le", "replace")


def other_text(handle: Any) -> str:
    """What marked content says instead of the object's text (``/ActualText``); nothing where it says nothing."""
    for index in range(max(0, pdfium_c.FPDFPageObj_CountMarks(handle))):
        mark = pdfium_c.FPDFPageObj_GetMark(handle, index)
        if mark and (text := _parameter(mark, b"ActualText")):
            return text
    return ""


def span_of(handle: Any) -> int:
    """A number for the marked content that has another text for the object; 0 where there is none."""
    for index in range(max(0, pdfium_c.FPDFPageObj_CountMarks(handle))):
        mark = pdfium_c.FPDFPageObj_GetMark(handle, index)
        if mark and _parameter(mark, b"ActualText"):
            return ctypes.cast(mark, ctypes.c_void_p).value or 0
    return 0


def _parameter(mark: Any, key: bytes) -> str:
    length = ctypes.c_ulong()
    if not pdfium_c.FPDFPageObjMark_GetParamStringValue(mark, key, None, 0, length) or length.value <= 2:
        return ""
    buffer = (ctypes.c_ushort * (length.value // 2))()
    pdfium_c.FPDFPageObjMark_GetParamStringValue(mark, key, buffer, ctypes.sizeof(buffer), length)
    return bytes(buffer)[: length.value - 2].decode("utf-16-le", "replace")
