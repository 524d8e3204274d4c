"""What stands between the title of an article and its text: authors, addresses, a date. None of it is a heading."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ocr_service.document import Box
from ocr_service.geometry.boxes import contains_centre, enclosing, shared_area
from ocr_service.geometry.numbering import section_depth
from ocr_service.tesseract.blocks.headings import Body, body_of, in_capitals
from ocr_service.tesseract.blocks.paragraphs import BOLDER, Paragraph, group_paragraphs
from ocr_service.tesseract.tables.cells import is_data
from ocr_service.tesseract.words import Line

_TITLE = 1.25  # times the body's type size
_HIGHEST = 0.6  # of the page's height, where the text begins at the latest
_LONG, _LINES = 200, 4  # letters and lines of a paragraph of running text
_CENTRED = 0.8  # em between the middles of two lines
_STEP = 1.9  # times the larger type, between the baselines of a name and its address
_NEXT_NAME = 1.1  # times the type of the address above it: a name's
_IN_ROW = 0.4  # em between the baselines of names side by side
_NARROW = 0.5  # of the page's width
_ABOVE_TEXT = 3.0  # em from a heading to its text
_SAME_SIZE = 0.1
_SAME_EDGE = 0.5  # em
_SMALLER = 0.95  # of the title's type, at most
_MARKED = re.compile(r"\w[¹²³⁴⁵⁶⁷⁸⁹∗*†‡§]")  # a name with the mark of its address
_NAMES = re.compile(r"(?:[^\W\d_a-zа-я][^,;:]*,\s*){2,}(?:and |und |et |и )?[^\W\d_a-zа-я][^,;:]*")
_MOST = 200  # lines of a title block


@dataclass(frozen=True, slots=True)
class TitleBlock:
    """The page's paragraphs with each author's lines as one, the places of those that are no headings, and the boxes
    of authors side by side, which are read across."""

    paragraphs: list[Paragraph]
    plain: frozenset[int] = frozenset()
    rows: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class _Zone:
    """The title, the ``paragraphs`` between it and the running text, and the paragraphs of this ``text``."""

    title: Paragraph
    paragraphs: list[Paragraph]
    text: list[Paragraph]

    @property
    def lines(self) -> list[Line]:
        return [line for p in self.paragraphs for line in p.lines]


def with_title_block(paragraphs: Sequence[Paragraph], body: Body, size: tuple[int, int]) -> TitleBlock:
    """``size``: of the first page of a document, in pixels."""
    width, height = size
    title = _title_of(paragraphs, body, height)
    zone = _zone_under(title, paragraphs, height) if title else None
    if zone is None:
        return TitleBlock(list(paragraphs))
    return _with_authors(paragraphs, zone, body, _rows(zone.lines, _NARROW * width))


def _title_of(paragraphs: Sequence[Paragraph], body: Body, height: int) -> Paragraph | None:
    """The paragraph of the largest type, where it is a title's and in the upper half of the page."""
    largest = max(paragraphs, key=lambda p: (p.em, -p.box[1]), default=None)
    if largest is None or largest.em < _TITLE * body.em or largest.box[3] > height / 2:
        return None
    return largest


def _zone_under(title: Paragraph, paragraphs: Sequence[Paragraph], height: int) -> _Zone | None:
    """None where the running text begins too low, or there is too much before it."""
    below = title.box[3]
    text = [p for p in paragraphs if _is_running(p) and p.box[1] >= below]
    begins = min((p.box[1] for p in text), default=height)
    if begins > _HIGHEST * height:
        return None
    top = below - 0.5 * title.em
    zone = _Zone(title, [p for p in paragraphs if p is not title and p.box[1] >= top and p.box[3] <= begins], text)
    return zone if len(zone.lines) <= _MOST else None


def _is_running(paragraph: Paragraph) -> bool:
    return len(paragraph.lines) >= _LINES and len(paragraph.text) > _LONG


def _with_authors(
    paragraphs: Sequence[Paragraph], zone: _Zone, body: Body, rows: Sequence[Sequence[Sequence[Line]]]
) -> TitleBlock:
    """The paragraphs that have no author's line, the rest of those that have, and each author of ``rows``."""
    stacks = [stack for row in rows for stack in row]
    taken = {line for stack in stacks for line in stack}
    others = [p for p in paragraphs if taken.isdisjoint(p.lines)]
    rest = [_without(p, taken) for p in zone.paragraphs if _is_partly(p, taken)]
    known = paragraphs[0].known
    left = set(others).intersection(zone.paragraphs)
    plain = {p for p in left if _is_plain(p, zone, body)}
    result = [*others, *rest, *(Paragraph(tuple(stack), known) for stack in stacks)]
    first_author = len(others) + len(rest)
    return TitleBlock(
        result,
        frozenset(place for place, p in enumerate(result) if p in plain or place >= first_author),
        tuple(enclosing([line.box for stack in row for line in stack]) for row in rows),
    )


def author_lines(lines: Sequence[Line], size: tuple[int, int], rules: Sequence[Box]) -> set[Line]:
    """The lines of authors side by side, which are no rows of a table: none of its ``rules`` is between them."""
    paragraphs = group_paragraphs(lines)
    boxes = [
        box
        for box in with_title_block(paragraphs, body_of(paragraphs), size).rows
        if not any(shared_area(box, rule) > 0 for rule in rules)
    ]
    return {line for line in lines if any(contains_centre(box, line.box) for box in boxes)}


def _without(paragraph: Paragraph, taken: Collection[Line]) -> Paragraph:
    return replace(paragraph, lines=tuple(line for line in paragraph.lines if line not in taken))


def _is_partly(paragraph: Paragraph, taken: set[Line]) -> bool:
    """Whether some of its lines are ``taken``, not all."""
    return not taken.isdisjoint(paragraph.lines) and not taken.issuperset(paragraph.lines)


def _is_plain(paragraph: Paragraph, zone: _Zone, body: Body) -> bool:
    """Whether it is set or written as authors, addresses and dates under a title are."""
    if paragraph.em > _SMALLER * zone.title.em:
        return False
    text = paragraph.text
    return (
        "@" in text
        or len(_MARKED.findall(text)) > 1
        or _NAMES.fullmatch(text) is not None
        or (_is_in_the_middle(paragraph, zone.title, body) and not _is_at_the_edge(paragraph, zone.text))
        or any(_is_beside(paragraph, p) and not _are_heads((paragraph, p), zone.text) for p in zone.paragraphs)
    )


def _is_in_the_middle(paragraph: Paragraph, title: Paragraph, body: Body) -> bool:
    """Under the title, in no bold type and not in capitals."""
    stroke = paragraph.weight / paragraph.em if paragraph.em else 0.0
    regular = body.weight / body.em if body.em else 0.0
    return (
        stroke < BOLDER * regular
        and not in_capitals(paragraph.text)
        and all(abs(_middle(line.box) - _middle(title.box)) < _CENTRED * title.em for line in paragraph.lines)
    )


def _is_at_the_edge(paragraph: Paragraph, text: Sequence[Paragraph]) -> bool:
    """Whether it begins where the text does, as a heading that is as wide as the title by chance."""
    return any(abs(paragraph.box[0] - p.box[0]) < _SAME_EDGE * p.em for p in text)


def _is_beside(paragraph: Paragraph, other: Paragraph) -> bool:
    """Whether both are names in one row, not the headings of two columns."""
    if other is paragraph or any(in_capitals(p.text) or section_depth(p.text) for p in (paragraph, other)):
        return False
    a, b = paragraph.lines[0], other.lines[0]
    return abs(a.baseline - b.baseline) < _IN_ROW * a.em and abs(a.em - b.em) < _SAME_SIZE * a.em


def _are_heads(paragraphs: Sequence[Paragraph], text: Sequence[Paragraph]) -> bool:
    """Whether each of the paragraphs begins above the beginning of a column of the text."""
    return all(
        any(abs(p.box[0] - t.box[0]) < p.em and t.box[1] - p.box[3] < _ABOVE_TEXT * p.em for t in text)
        for p in paragraphs
    )


def _rows(lines: Sequence[Line], widest: float) -> list[list[list[Line]]]:
    """Centred lines under each other that stand side by side with others: names with addresses, from the left."""
    stacks: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.baseline):
        stack = next((s for s in reversed(stacks) if _goes_on(s[-1], line)), None)
        if stack is None:
            stacks.append([line])
        else:
            stack.append(line)
    rows: list[list[list[Line]]] = []
    for stack in stacks:
        first = stack[0]
        if rows and abs(rows[-1][0][0].baseline - first.baseline) < _IN_ROW * first.em:
            rows[-1].append(stack)
        else:
            rows.append([stack])
    return [sorted(row, key=lambda stack: stack[0].box[0]) for row in rows if _is_of_authors(row, widest)]


def _goes_on(last: Line, line: Line) -> bool:
    em = max(last.em, line.em)
    step = line.baseline - last.baseline
    under = 0.5 * em < step < _STEP * em and abs(_middle(line.box) - _middle(last.box)) < _CENTRED * em
    return under and (line.em < _NEXT_NAME * last.em or "@" in line.text)


def _is_of_authors(row: Sequence[Sequence[Line]], widest: float) -> bool:
    told = any(len(stack) > 2 or any("@" in line.text for line in stack) for stack in row)
    return (
        told
        and len(row) > 1
        and all(
            len(stack) > 1 and all(line.box[2] - line.box[0] < widest and not is_data(line.text) for line in stack)
            for stack in row
        )
    )


def _middle(box: Box) -> float:
    return (box[0] + box[2]) / 2
