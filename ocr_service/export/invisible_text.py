"""Removes invisible text from a PDF's page: an old OCR layer, before a new one is added."""

from __future__ import annotations

from typing import Any

import pikepdf
from pikepdf import Name

from ocr_service.export.text_operators import SHOWING, without_text

_INVISIBLE = 3  # text render mode (ISO 32000-1, table 106)
_DEEPEST = 4  # form XObjects inside one another: programs graft their text as one


def remove_invisible_text(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """Removes text of render mode 3, also in form XObjects; everything else stays unchanged."""
    kept = _without(pikepdf.parse_content_stream(page))
    if kept is not None:
        page.obj.Contents = pdf.make_stream(pikepdf.unparse_content_stream(kept))
    _in_forms(pdf, page.obj.get("/Resources"), 0)


def _in_forms(pdf: pikepdf.Pdf, resources: Any, depth: int) -> None:
    if not isinstance(resources, pikepdf.Dictionary) or depth >= _DEEPEST:
        return
    for item in (resources.get("/XObject") or pikepdf.Dictionary()).values():
        if not isinstance(item, pikepdf.Stream) or item.get("/Subtype") != Name.Form:
            continue
        kept = _without(pikepdf.parse_content_stream(item))
        if kept is not None:
            item.write(pikepdf.unparse_content_stream(kept))
        _in_forms(pdf, item.get("/Resources"), depth + 1)


def _without(instructions: Any) -> list[Any] | None:
    """The instructions that stay; None where all do. The render mode belongs to the graphics state (q, Q)."""
    mode, saved = 0, []
    kept: list[Any] = []
    removed = False
    for instruction in instructions:
        operator = str(instruction.operator)
        if operator == "q":
            saved.append(mode)
        elif operator == "Q" and saved:
            mode = saved.pop()
        elif operator == "Tr" and instruction.operands:
            mode = int(instruction.operands[0])
        if mode == _INVISIBLE and operator in SHOWING:
            removed = True
            kept.extend(without_text(instruction))
            continue
        kept.append(instruction)
    return kept if removed else None
