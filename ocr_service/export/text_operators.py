"""The operators of a page's content that show text, in the order in which a viewer meets them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Dictionary, Name

_SHOWING = frozenset({"Tj", "TJ", "'", '"'})
_INVISIBLE = 3  # text render mode (ISO 32000-1, table 106)
_DEEPEST_FORM = 40  # form XObjects inside one another, as text_layer.page.objects counts them
_MOST_DRAWN = 200_000  # form XObjects that a page draws; they can draw one another without end

StreamId = tuple[int, int]  # object number and generation of a form XObject
PAGE: StreamId = (0, 0)
FontChoice = tuple[Name, Any]  # a font's name in the resources, and its size


class Place(NamedTuple):
    """The stream of an operator that shows text, at which of its operators, and the font that the stream set there."""

    stream: StreamId
    at: int
    invisible: bool
    font: FontChoice | None


class _Found(NamedTuple):
    """An operator that shows text, or that draws the XObject ``name``; ``mode`` is None where it is the caller's."""

    at: int
    name: Name | None
    mode: int | None
    font: FontChoice | None


def shown_invisibly(page: pikepdf.Page) -> list[bool]:
    """Of each text object that the page's content makes, also in form XObjects, whether its render mode is invisible.

    Raises ValueError where too many form XObjects are drawn.
    """
    return [place.invisible for place in Shows(page, page.resources).places()]


class Shows:
    """The operators of a page or a form XObject that show text or draw form XObjects; each stream is parsed once."""

    def __init__(self, content: pikepdf.Page | pikepdf.Object, resources: pikepdf.Object) -> None:
        self._content, self._resources = content, resources
        self._parsed: dict[StreamId, list[_Found]] = {}
        self._drawn_by: dict[StreamId, set[StreamId]] = {}
        self._count = 0

    def places(self) -> Iterator[Place]:
        """In the order in which a viewer meets them; the outermost stream is PAGE.

        Raises ValueError where too many form XObjects are drawn.
        """
        return self._places(self._content, PAGE, self._resources, 0, 0)

    def drawing(self, streams: Iterable[StreamId]) -> set[StreamId]:
        """``streams``, and those met by ``places`` that draw one of them, themselves or through others."""
        found, ahead = set(), list(streams)
        while ahead:
            stream = ahead.pop()
            if stream not in found:
                found.add(stream)
                ahead.extend(self._drawn_by.get(stream, ()))
        return found

    def _places(self, content: Any, stream: StreamId, resources: Any, outer_mode: int, depth: int) -> Iterator[Place]:
        if stream not in self._parsed:
            self._parsed[stream] = list(_of_interest(pikepdf.parse_content_stream(content)))
        for index, name, own_mode, font in self._parsed[stream]:
            mode = outer_mode if own_mode is None else own_mode
            if name is None:
                yield Place(stream, index, mode == _INVISIBLE, font)
            elif depth < _DEEPEST_FORM and (form := _form(name, resources)) is not None:
                self._count += 1
                if self._count > _MOST_DRAWN:
                    raise ValueError("too many form XObjects")
                self._drawn_by.setdefault(form.objgen, set()).add(stream)
                yield from self._places(form, form.objgen, form.get("/Resources", resources), mode, depth + 1)


def _of_interest(instructions: Iterable[Any]) -> Iterator[_Found]:
    """The operators that show text or draw an XObject. Render mode and font belong to the graphics state (q, Q)."""
    mode: int | None = None
    font: FontChoice | None = None
    saved: list[tuple[int | None, FontChoice | None]] = []
    for index, instruction in enumerate(instructions):
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "q":
            saved.append((mode, font))
        elif operator == "Q" and saved:
            mode, font = saved.pop()
        elif operator == "Tr" and operands and isinstance(operands[0], int | Decimal):
            mode = int(operands[0])
        elif operator == "Tf" and len(operands) == 2 and isinstance(operands[0], Name):
            font = operands[0], operands[1]
        elif operator in _SHOWING and any(shown_strings(instruction)):
            yield _Found(index, None, mode, font)
        elif operator == "Do" and operands and isinstance(operands[0], Name):
            yield _Found(index, operands[0], mode, font)


def shown_strings(instruction: Any) -> list[bytes]:
    """The strings that an operator shows; one without any only moves."""
    if not instruction.operands:
        return []
    shown = instruction.operands[-1]
    parts = list(shown) if isinstance(shown, pikepdf.Array) else [shown]
    return [bytes(part) for part in parts if isinstance(part, pikepdf.String)]


def _form(name: Name, resources: Any) -> Any:
    objects = resources.get("/XObject") if isinstance(resources, Dictionary) else None
    found = objects.get(name) if isinstance(objects, Dictionary) else None
    return found if isinstance(found, pikepdf.Stream) and found.get("/Subtype") == Name.Form else None
