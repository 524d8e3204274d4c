"""Takes text objects out of a page's content, or their Unicode, and leaves everything else as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Literal

import pikepdf
from pikepdf import ContentStreamInstruction, Dictionary, Name, Operator

from ocr_service.export.silent_fonts import silent_font
from ocr_service.export.text_operators import PAGE, FontChoice, Place, Shows, StreamId, shown_strings

Fate = Literal["kept", "removed", "silent"]  # silent: drawn as before, in a font without Unicode

_SILENT = "Silent"  # after a font's name in the resources, where nothing else is told
_OF_STREAMS = frozenset({"/Length", "/Filter", "/DecodeParms", "/F", "/FFilter", "/FDecodeParms"})
# By what is changed in which streams: the changed copies of form XObjects.
Copies = dict[frozenset[tuple[StreamId, frozenset[int], frozenset[int]]], dict[StreamId, pikepdf.Object]]


def change_shown(pdf: pikepdf.Pdf, page: pikepdf.Page, fates: Sequence[Fate], copies: Copies) -> None:
    """What becomes of the page's text objects, in their order.

    One of a form XObject that is drawn twice is removed where both are, and silent where one of the two is.
    Other pages may draw the same form XObjects: this page gets copies, which pages with the same changes share in
    ``copies`` (empty at first, one for a document). Raises ValueError where ``fates`` is not as long as the page has
    text objects, or where a font cannot be silent. Text that goes on where removed text ended moves: compare the
    pictures.
    """
    shows = Shows(page, page.resources)
    edits = _edits(list(shows.places()), fates)
    if edits:
        key = frozenset((stream, frozenset(edit.removed), frozenset(edit.silent)) for stream, edit in edits.items())
        changing = _Changing(pdf, edits, shows.drawing(edits), copies.setdefault(key, {}))
        content, resources = changing.rewritten(page, PAGE, page.resources)
        page.obj.Resources = resources
        if PAGE in edits:
            page.obj.Contents = pdf.make_stream(content)


def silent_form(pdf: pikepdf.Pdf, form: pikepdf.Object, fonts: pikepdf.Object, suffix: str = _SILENT) -> pikepdf.Object:
    """A form XObject that looks as ``form`` does and whose text has no Unicode. Raises ValueError.

    ``fonts``: the resources that it draws with where it has none of its own. ``suffix`` of the silent fonts' names.
    """
    return _changed_form(pdf, form, fonts, "silent", suffix)


def form_without(pdf: pikepdf.Pdf, form: pikepdf.Object, fonts: pikepdf.Object) -> pikepdf.Object:
    """A form XObject without the text that ``form`` shows."""
    return _changed_form(pdf, form, fonts, "removed", _SILENT)


def _changed_form(
    pdf: pikepdf.Pdf, form: pikepdf.Object, fonts: pikepdf.Object, fate: Fate, suffix: str
) -> pikepdf.Object:
    resources = form.get("/Resources", fonts)
    shows = Shows(form, resources)
    places = list(shows.places())
    edits = _edits(places, [fate] * len(places))
    if not edits:
        return form
    return _Changing(pdf, edits, shows.drawing(edits), {}, suffix).copied(form, PAGE, resources)


@dataclass(slots=True)
class _Edits:
    """The operators of one stream that are removed, and those that are silent, with the fonts set there."""

    removed: set[int] = field(default_factory=set)
    silent: dict[int, FontChoice] = field(default_factory=dict)


def _edits(places: Sequence[Place], fates: Sequence[Fate]) -> dict[StreamId, _Edits]:
    fates_of: dict[tuple[StreamId, int], set[Fate]] = defaultdict(set)
    for place, fate in zip(places, fates, strict=True):
        fates_of[place.stream, place.at].add(fate)
    edits: dict[StreamId, _Edits] = {}
    for stream, at, _invisible, font in places:
        all_of_it = fates_of[stream, at]
        if all_of_it == {"removed"}:
            edits.setdefault(stream, _Edits()).removed.add(at)
        elif "silent" in all_of_it:
            if font is None:
                raise ValueError("text in a font that was set elsewhere")
            edits.setdefault(stream, _Edits()).silent[at] = font
    return edits


class _Changing:
    """Rewrites the streams ``affected``, which have edits or draw others that have. ``made``: the copies of forms."""

    def __init__(
        self,
        pdf: pikepdf.Pdf,
        edits: Mapping[StreamId, _Edits],
        affected: Collection[StreamId],
        made: dict[StreamId, pikepdf.Object],
        suffix: str = _SILENT,
    ) -> None:
        self._pdf, self._edits, self._affected, self._made, self._suffix = pdf, edits, affected, made, suffix

    def rewritten(
        self, content: pikepdf.Page | pikepdf.Object, stream: StreamId, resources: pikepdf.Object
    ) -> tuple[bytes, pikepdf.Object]:
        """The stream's content and the resources that it draws with."""
        edits = self._edits.get(stream, _Edits())
        instructions = list(pikepdf.parse_content_stream(content))
        changed = copy(resources)
        if edits.silent:
            fonts = resources.get("/Font")
            changed.Font = copy(fonts) if isinstance(fonts, Dictionary) else Dictionary()
            for name, shown in _shown_by_font(instructions, edits.silent).items():
                changed.Font[f"{name}{self._suffix}"] = silent_font(self._pdf, changed.Font.get(name), shown)
        forms = self._affected_forms(resources)
        if forms:
            changed.XObject = copy(resources.XObject)
            for name in forms:
                changed.XObject[name] = self._copy(resources.XObject[name], changed)
        renamed = _renamed(instructions, edits, forms, resources)
        return _edited(instructions, edits, renamed, self._suffix), changed

    def _affected_forms(self, resources: pikepdf.Object) -> set[str]:
        objects = resources.get("/XObject")
        items = objects.items() if isinstance(objects, Dictionary) else ()
        return {name for name, item in items if isinstance(item, pikepdf.Stream) and item.objgen in self._affected}

    def copied(self, form: pikepdf.Object, stream: StreamId, resources: pikepdf.Object) -> pikepdf.Object:
        made = self._pdf.make_stream(b"")
        self._made[stream] = made  # before its resources, in which it may be itself
        content, changed = self.rewritten(form, stream, resources)
        made.write(content)
        for name in form.keys() - _OF_STREAMS:
            made[name] = form[name]
        made.Resources = changed
        return made

    def _copy(self, form: pikepdf.Object, outer: pikepdf.Object) -> pikepdf.Object:
        made = self._made.get(form.objgen)
        return self.copied(form, form.objgen, form.get("/Resources", outer)) if made is None else made


def _shown_by_font(instructions: Sequence[Any], silent: Mapping[int, FontChoice]) -> dict[str, list[bytes]]:
    shown: dict[str, list[bytes]] = defaultdict(list)
    for at, (name, _size) in silent.items():
        shown[str(name)].extend(shown_strings(instructions[at]))
    return shown


def _renamed(
    instructions: Sequence[Any], edits: _Edits, forms: Collection[str], resources: pikepdf.Object
) -> dict[int, Any]:
    """By their places, the properties that are left of marked content around edited text that has other text for it."""
    found: dict[int, Any] = {}
    open_at: list[int] = []
    for index, instruction in enumerate(instructions):
        operator, operands = str(instruction.operator), instruction.operands
        if operator in ("BDC", "BMC"):
            open_at.append(index)
        elif operator == "EMC" and open_at:
            open_at.pop()
        elif (
            index in edits.removed
            or index in edits.silent
            or (operator == "Do" and operands and str(operands[0]) in forms)
        ):
            for at in open_at:
                properties = _properties(instructions[at], resources)
                if at not in found and properties is not None and "/ActualText" in properties:
                    # No more than its place in the document's structure: others may be indirect objects.
                    found[at] = Dictionary({name: properties[name] for name in ("/MCID",) if name in properties})
    return found


def _properties(instruction: Any, resources: pikepdf.Object) -> Any:
    """Those of a BDC operator, which it may name in the resources."""
    given = instruction.operands[1] if len(instruction.operands) == 2 else None
    if isinstance(given, Name):
        named = resources.get("/Properties")
        given = named.get(given) if isinstance(named, Dictionary) else None
    return given if isinstance(given, Dictionary) else None


def _edited(instructions: Iterable[Any], edits: _Edits, renamed: Mapping[int, Any], suffix: str) -> bytes:
    kept: list[Any] = []
    for index, instruction in enumerate(instructions):
        if index in edits.removed:
            kept.extend(_without_text(instruction))
        elif index in edits.silent:
            name, size = edits.silent[index]
            silent = ContentStreamInstruction([Name(f"{name}{suffix}"), size], Operator("Tf"))
            kept.extend((silent, instruction, ContentStreamInstruction([name, size], Operator("Tf"))))
        elif index in renamed:
            kept.append(ContentStreamInstruction([instruction.operands[0], renamed[index]], Operator("BDC")))
        else:
            kept.append(instruction)
    return pikepdf.unparse_content_stream(kept)


def _without_text(instruction: Any) -> list[Any]:
    """What an operator that shows text does besides: steps to the next line, and spaces that hold from then on."""
    operator, operands = str(instruction.operator), list(instruction.operands)
    spaces = zip(operands, ("Tw", "Tc"), strict=False) if operator == '"' and len(operands) == 3 else ()
    kept = [ContentStreamInstruction([value], Operator(name)) for value, name in spaces]
    return [*kept, ContentStreamInstruction([], Operator("T*"))] if operator in ("'", '"') else []
