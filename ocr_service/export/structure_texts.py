"""The texts that a tagged PDF's structure has for what its pages show (``/ActualText``; ISO 32000-1, 14.9.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary


def remove_other_texts(pdf: pikepdf.Pdf, is_read: Callable[[str], bool]) -> None:
    """Takes out those that are not what was read."""
    ahead: list[Any] = [pdf.Root.get("/StructTreeRoot")]
    seen: set[tuple[int, int]] = set()
    while ahead:
        element = ahead.pop()
        if isinstance(element, Array):
            ahead.extend(element)
        elif isinstance(element, Dictionary) and not (element.is_indirect and element.objgen in seen):
            seen.add(element.objgen)
            if "/ActualText" in element and not is_read(str(element["/ActualText"])):
                del element["/ActualText"]
            ahead.append(element.get("/K"))
