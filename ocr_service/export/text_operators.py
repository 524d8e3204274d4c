"""The operators of a page's content that show text, in the order in which a viewer meets them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from decimal import Decimal
from typing import Any, NamedTuple

import pikepdf
from pikepdf import ContentStreamInstruction, Dictionary, Name, Operator

_SHOWING = frozenset({"Tj", "TJ", "'", '"'})
_INVISIBLE = 3  # text render mode (ISO 32000-1, table 106)
_DEEPEST_FORM = 40  # form XObjects inside one another, as text_layer.page_objects counts them
_MOST_DRAWN = 200_000  # form XObjects that a page draws; they can draw one another without end
_OF_STREAMS = frozenset({"/Length", "/Filter", "/DecodeParms", "/F", "/FFilter", "/FDecodeParms"})

_Stream = tuple[int, int]  # object number and generation of a form XObject
_PAGE: _Stream = (0, 0)
# By what is removed from which forms: the changed copies of forms.
Copies = dict[frozenset[tuple[_Stream, frozenset[int]]], dict[_Stream, pikepdf.Object]]


def shown_invisibly(page: pikepdf.Page) -> list[bool]:
    """Of each text object that the page's content makes, also in form XObjects, whether its render mode is invisible.

    Raises ValueError where too many form XObjects are drawn.
    """
    return [place.invisible for place in _Shows(page).places()]


class _Place(NamedTuple):
    """The stream of an operator that shows text, and at which of its operators."""

    stream: _Stream
    at: int
    invisible: bool


class _Found(NamedTuple):
    """An operator that shows text, or that draws the XObject ``name``; ``mode`` is None where it is the caller's."""

    at: int
    name: Name | None
    mode: int | None


def remove_shown(pdf: pikepdf.Pdf, page: pikepdf.Page, removed: Sequence[bool], copies: Copies) -> None:
    """Removes text objects by their order; one of a form XObject that is drawn twice stays where one of the two does.

    Other pages may draw the same form XObjects: this page gets copies, which pages that lose the same share in
    ``copies`` (empty at first, one for a document). Raises ValueError where ``removed`` is not as long as the page has
    text objects. Text that goes on where removed text ended moves: compare the pictures.
    """
    shows = _Shows(page)
    places = [(place[:2], gone) for place, gone in zip(shows.places(), removed, strict=True)]
    wanted = {place for place, gone in places if gone} - {place for place, gone in places if not gone}
    indices: dict[_Stream, set[int]] = {}
    for stream, index in wanted:
        indices.setdefault(stream, set()).add(index)
    if _PAGE in indices:
        page.obj.Contents = pdf.make_stream(_without(page, indices.pop(_PAGE)))
    if indices:
        made = copies.setdefault(frozenset((stream, frozenset(gone)) for stream, gone in indices.items()), {})
        changed = _Copying(pdf, indices, shows.drawing(indices), made)
        page.obj.Resources = changed.resources(page.obj.Resources)


class _Copying:
    """Copies of the form XObjects ``affected``, which lose the text at ``indices`` or draw others that do."""

    def __init__(
        self,
        pdf: pikepdf.Pdf,
        indices: Mapping[_Stream, set[int]],
        affected: Collection[_Stream],
        made: dict[_Stream, pikepdf.Object],
    ) -> None:
        self._pdf, self._indices, self._affected, self._made = pdf, indices, affected, made

    def resources(self, resources: pikepdf.Object) -> pikepdf.Object:
        """The resources with the copies in them."""
        objects = resources.get("/XObject")
        if not isinstance(objects, Dictionary):
            return resources
        changed, forms = copy(resources), copy(objects)
        for name, item in objects.items():
            if isinstance(item, pikepdf.Stream) and item.objgen in self._affected:
                forms[name] = self._copy(item)
        changed.XObject = forms
        return changed

    def _copy(self, form: pikepdf.Object) -> pikepdf.Object:
        if form.objgen not in self._made:
            made = self._pdf.make_stream(_without(form, self._indices.get(form.objgen, set())))
            self._made[form.objgen] = made  # before its resources, in which it may be itself
            for name in form.keys() - _OF_STREAMS:
                made[name] = form[name]
            if isinstance(form.get("/Resources"), Dictionary):
                made.Resources = self.resources(form.Resources)
        return self._made[form.objgen]


def _without_text(instruction: Any) -> list[Any]:
    """What an operator that shows text does besides: steps to the next line, and spaces that hold from then on."""
    operator, operands = str(instruction.operator), list(instruction.operands)
    spaces = zip(operands, ("Tw", "Tc"), strict=False) if operator == '"' and len(operands) == 3 else ()
    kept = [ContentStreamInstruction([value], Operator(name)) for value, name in spaces]
    return [*kept, ContentStreamInstruction([], Operator("T*"))] if operator in ("'", '"') else []


def _without(content: pikepdf.Page | pikepdf.Object, removed: set[int]) -> bytes:
    kept: list[Any] = []
    for index, instruction in enumerate(pikepdf.parse_content_stream(content)):
        kept.extend(_without_text(instruction) if index in removed else [instruction])
    return pikepdf.unparse_content_stream(kept)


class _Shows:
    """The page's operators that show text or draw form XObjects; each stream is parsed once."""

    def __init__(self, page: pikepdf.Page) -> None:
        self._page = page
        self._parsed: dict[_Stream, list[_Found]] = {}
        self._drawn_by: dict[_Stream, set[_Stream]] = {}
        self._count = 0

    def places(self) -> Iterator[_Place]:
        """In the order in which a viewer meets them. Raises ValueError where too many form XObjects are drawn."""
        return self._places(self._page, _PAGE, self._page.obj.get("/Resources"), 0, 0)

    def drawing(self, streams: Iterable[_Stream]) -> set[_Stream]:
        """``streams``, and those met by ``places`` that draw one of them, themselves or through others."""
        found, ahead = set(), list(streams)
        while ahead:
            stream = ahead.pop()
            if stream not in found:
                found.add(stream)
                ahead.extend(self._drawn_by.get(stream, ()))
        return found

    def _places(self, content: Any, stream: _Stream, resources: Any, outer_mode: int, depth: int) -> Iterator[_Place]:
        if stream not in self._parsed:
            self._parsed[stream] = list(_of_interest(pikepdf.parse_content_stream(content)))
        for index, name, own_mode in self._parsed[stream]:
            mode = outer_mode if own_mode is None else own_mode
            if name is None:
                yield _Place(stream, index, mode == _INVISIBLE)
            elif depth < _DEEPEST_FORM and (form := _form(name, resources)) is not None:
                self._count += 1
                if self._count > _MOST_DRAWN:
                    raise ValueError("too many form XObjects")
                self._drawn_by.setdefault(form.objgen, set()).add(stream)
                yield from self._places(form, form.objgen, form.get("/Resources", resources), mode, depth + 1)


def _of_interest(instructions: Iterable[Any]) -> Iterator[_Found]:
    """The operators that show text or draw an XObject. The render mode belongs to the graphics state (q, Q)."""
    mode: int | None = None
    saved: list[int | None] = []
    for index, instruction in enumerate(instructions):
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "q":
            saved.append(mode)
        elif operator == "Q" and saved:
            mode = saved.pop()
        elif operator == "Tr" and operands and isinstance(operands[0], int | Decimal):
            mode = int(operands[0])
        elif operator in _SHOWING and _has_text(instruction):
            yield _Found(index, None, mode)
        elif operator == "Do" and operands and isinstance(operands[0], Name):
            yield _Found(index, operands[0], mode)


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
