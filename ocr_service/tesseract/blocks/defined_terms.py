"""Terms in bold type over their indented definitions, which are no headings."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from ocr_service.tesseract.blocks.headings import Body
from ocr_service.tesseract.blocks.paragraphs import BOLDER, Paragraph

_LARGEST = 1.1  # times the text's type: a larger one is a heading's
_UNDER = (-0.3, 0.9)  # em of white between a term and its definition
_INDENT = (0.8, 6.0)  # em
_SAME = 0.3  # em that edges of one indent are off


def defined_terms(paragraphs: Sequence[Paragraph], body: Body) -> frozenset[int]:
    """The places of bold lines right above a paragraph that stands further right with all of its lines.

    The first line of any paragraph may be indented: one of a single line tells only with others as far to the right.
    """
    order = sorted(range(len(paragraphs)), key=lambda i: paragraphs[i].box[1])
    tops = [paragraphs[i].box[1] for i in order]
    indents: dict[int, float] = {}
    sure: list[float] = []
    for place, term in enumerate(paragraphs):
        if len(term.lines) > 1 or term.em > _LARGEST * body.em or term.weight < BOLDER * body.weight:
            continue
        x0, _, x1, y1 = term.box
        near = range(bisect_left(tops, y1 + _UNDER[0] * term.em), bisect_right(tops, y1 + _UNDER[1] * term.em))
        for other in (paragraphs[order[i]] for i in near):
            indent = (other.box[0] - x0) / term.em
            if other is term or other.box[0] > x1 or not _INDENT[0] < indent < _INDENT[1] or other.em > term.em + 1:
                continue
            indents[place] = indent
            lefts = [line.box[0] for line in other.lines]
            if len(lefts) > 1 and max(lefts) - min(lefts) < _SAME * term.em:
                sure.append(indent)
    return frozenset(place for place, indent in indents.items() if any(abs(indent - s) < _SAME for s in sure))
