"""The operators of a page's content that show text, in the order in which a viewer meets them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pikepdf
from pikepdf import ContentStreamInstruction, Dictionary, Name, Operator

SHOWING = frozenset({"Tj", "TJ", "'", '"'})
_DEEPEST_FORM = 12  # form XObjects inside one another, as text_layer.page_objects counts them

_Stream = tuple[int, int]  # object number and generation of a form XObject
_PAGE: _Stream = (0, 0)


def count_shown(page: pikepdf.Page) -> int:
    """How many text objects the page's content makes, also in form XObjects."""
    return sum(1 for _place in _Shows(page).places())


def remove_shown(pdf: pikepdf.Pdf, page: pikepdf.Page, removed: Sequence[bool]) -> None:
    """Removes text objects by their order; one of a form XObject that is drawn twice stays where one of the two does.

    Raises ValueError where ``removed`` is not as long as the page has text objects. Text that goes on where removed
    text ended moves: compare the pictures.
    """
    places = list(zip(_Shows(page).places(), removed, strict=True))
    wanted = {place for place, gone in places if gone} - {place for place, gone in places if not gone}
    for stream in {stream for stream, _index in wanted}:
        indices = {index for owner, index in wanted if owner == stream}
        if stream == _PAGE:
            page.obj.Contents = pdf.make_stream(_without(page, indices))
        else:
            form = pdf.get_object(stream)
            form.write(_without(form, indices))


def without_text(instruction: Any) -> list[Any]:
    """What an operator that shows text does besides: steps to the next line, and spaces that hold from then on."""
    operator, operands = str(instruction.operator), list(instruction.operands)
    spaces = zip(operands, ("Tw", "Tc"), strict=False) if operator == '"' and len(operands) == 3 else ()
    kept = [ContentStreamInstruction([value], Operator(name)) for value, name in spaces]
    return [*kept, ContentStreamInstruction([], Operator("T*"))] if operator in ("'", '"') else []


def _without(content: pikepdf.Page | pikepdf.Object, removed: set[int]) -> bytes:
    kept: list[Any] = []
    for index, instruction in enumerate(pikepdf.parse_content_stream(content)):
        kept.extend(without_text(instruction) if index in removed else [instruction])
    return pikepdf.unparse_content_stream(kept)


class _Shows:
    """The page's operators that show text or draw form XObjects; each stream is parsed once."""

    def __init__(self, page: pikepdf.Page) -> None:
        self._page = page
        self._parsed: dict[_Stream, list[tuple[int, Name | None]]] = {}

    def places(self) -> Iterator[tuple[_Stream, int]]:
        """The stream and the operator's index in it."""
        return self._places(self._page, _PAGE, self._page.obj.get("/Resources"), 0)

    def _places(self, content: Any, stream: _Stream, resources: Any, depth: int) -> Iterator[tuple[_Stream, int]]:
        if stream not in self._parsed:
            self._parsed[stream] = list(_of_interest(pikepdf.parse_content_stream(content)))
        for index, name in self._parsed[stream]:
            if name is None:
                yield stream, index
            elif depth < _DEEPEST_FORM and (form := _form(name, resources)) is not None:
                yield from self._places(form, form.objgen, form.get("/Resources", resources), depth + 1)


def _of_interest(instructions: Iterable[Any]) -> Iterator[tuple[int, Name | None]]:
    """The index of each operator that shows text, with None, or that draws an XObject, with its name."""
    for index, instruction in enumerate(instructions):
        operator = str(instruction.operator)
        if operator in SHOWING and _has_text(instruction):
            yield index, None
        elif operator == "Do" and instruction.operands and isinstance(instruction.operands[0], Name):
            yield index, instruction.operands[0]


def _has_text(instruction: Any) -> bool:
    """Whether the operator makes a text object: one without any string only moves."""
    if not instruction.operands:
        return False
    shown = instruction.operands[-1]
    parts = (
        [part for part in shown if isinstance(part, pikepdf.String)] if isinstance(shown, pikepdf.Array) else [shown]
    )
    return any(bytes(part) for part in parts if isinstance(part, pikepdf.String))


def _form(name: Name, resources: Any) -> Any:
    objects = resources.get("/XObject") if isinstance(resources, Dictionary) else None
    found = objects.get(name) if isinstance(objects, Dictionary) else None
    return found if isinstance(found, pikepdf.Stream) and found.get("/Subtype") == Name.Form else None
