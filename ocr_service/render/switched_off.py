"""Annotations whose layer (optional content) is switched off: other viewers do not show them, PDFium draws them.

PDFium does not tell the state of an annotation's layer: the file is opened a second time, where a page asks for it.
States are those of the default configuration (ISO 32000-1, 8.11).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf

_DEEPEST = 8  # visibility expressions inside of one another


def switched_off(path: Path, password: str, index: int) -> frozenset[int]:
    """Places in the ``/Annots`` of page ``index`` (from 0); none where the file says nothing that can be understood."""
    try:
        with pikepdf.open(path, password=password) as pdf:
            annotations: Any = pdf.pages[index].obj.get("/Annots", [])
            states = _States(pdf.Root.get("/OCProperties", pikepdf.Dictionary()))
            return frozenset(place for place, found in enumerate(annotations) if not states.is_on(found.get("/OC")))
    except (pikepdf.PdfError, AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError):
        return frozenset()


class _States:
    """Which layers are on. What cannot be understood is."""

    def __init__(self, properties: Any) -> None:
        config = properties.get("/D", pikepdf.Dictionary())
        self._base_on = config.get("/BaseState", "/ON") != "/OFF"
        self._said: dict[tuple[int, int], bool] = {layer.objgen: True for layer in config.get("/ON", [])}
        self._said |= {layer.objgen: False for layer in config.get("/OFF", [])}
        for usage in config.get("/AS", []):
            viewed = usage.get("/OCGs", []) if usage.get("/Event") == "/View" else []
            self._said |= {layer.objgen: on for layer in viewed if (on := _on_screen(layer)) is not None}

    def is_on(self, layer: Any) -> bool:
        """Of a layer, or of a membership in some."""
        if not isinstance(layer, pikepdf.Dictionary):
            return True
        if layer.get("/Type") != "/OCMD":
            return bool(self._said.get(layer.objgen, self._base_on))
        if isinstance(expression := layer.get("/VE"), pikepdf.Array):
            return self._holds(expression, _DEEPEST)
        members: Any = layer.get("/OCGs", [])
        on = [self.is_on(member) for member in ([members] if isinstance(members, pikepdf.Dictionary) else members)]
        if not on:
            return True
        held = {"/AllOn": all(on), "/AnyOff": not all(on), "/AllOff": not any(on)}
        return held.get(str(layer.get("/P")), any(on))

    def _holds(self, expression: Any, depth: int) -> bool:
        if not isinstance(expression, pikepdf.Array) or not depth:
            return self.is_on(expression)
        operator, *operands = list(expression)
        held = [self._holds(operand, depth - 1) for operand in operands]
        return {"/And": all(held), "/Or": any(held), "/Not": not any(held)}.get(str(operator), True)


def _on_screen(layer: Any) -> bool | None:
    """What a layer's usage says of viewing it; None where it says nothing."""
    state = layer.get("/Usage", pikepdf.Dictionary()).get("/View", pikepdf.Dictionary()).get("/ViewState")
    return None if state is None else state != "/OFF"
