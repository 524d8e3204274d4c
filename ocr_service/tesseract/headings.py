"""Which paragraphs are headings, and how deep."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.tesseract.list_markers import find_marker
from ocr_service.tesseract.paragraphs import BOLDER, Paragraph

_LARGER = 1.15  # against the body's font size
_MAX_LENGTH = 200
_MOST_SECTIONS = 30  # "32 Track Recorder" is no section's number
_LEGIBLE = 70.0  # Tesseract's confidence; headings are large and have 85 and more, logos and drawings less
_NUMBERED = re.compile(
    r"^(?:(?:Глава|Раздел|Статья|Часть|Приложение|Chapter|Section|Part|Appendix)\s+)?(\d{1,2}(?:\.\d{1,2})*)[.)]?\s+\w",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Body:
    """The type that most of a page is set in: size ``em`` and strokes' width ``weight`` in pixels."""

    em: float
    weight: float


def body_of(paragraphs: Sequence[Paragraph]) -> Body:
    """The medians by letters."""
    sizes = sorted((line.em, len(line.text)) for p in paragraphs for line in p.lines)
    weights = sorted((line.weight, len(line.text)) for p in paragraphs for line in p.lines)
    return Body(_weighted_median(sizes), _weighted_median(weights))


def _weighted_median(values: Sequence[tuple[float, int]]) -> float:
    half = sum(weight for _, weight in values) / 2
    for value, weight in values:
        half -= weight
        if half <= 0:
            return value
    return 0.0


def is_heading(paragraph: Paragraph, body: Body, title_score: float, alone: bool) -> bool:
    """``title_score``: the layout model's for a title there, 0 where it saw none. ``alone``: white above and below."""
    text = paragraph.text
    letters = sum(c.isalpha() for c in text)
    if letters < 3 or len(text) > _MAX_LENGTH or len(paragraph.lines) > 4:
        return False
    if statistics.fmean(line.confidence for line in paragraph.lines) < _LEGIBLE:
        return False
    marker = find_marker(text)
    if marker is not None and marker.kind in ("bullet", "dash"):
        return False
    if text[-1] in ",;" or text[0].islower() or (text[-1] == "." and len(text) > 60):
        return False
    larger = paragraph.em / body.em if body.em else 1.0
    bolder = paragraph.weight / body.weight if body.weight else 1.0
    ends = text[-1] in ".:"
    capitals = letters >= 5 and text.upper() == text
    if larger >= 1.35:
        return True
    if larger >= _LARGER:
        return not ends or title_score > 0 or bolder >= BOLDER
    if bolder >= BOLDER and larger > 0.9:
        return (not ends or _NUMBERED.match(text) is not None) and (alone or title_score > 0)
    if capitals and alone:
        return not ends
    return title_score >= 0.6 and alone and not ends and len(paragraph.lines) <= 2


def _title(headings: Sequence[Paragraph], body: Body, top: int) -> int:
    """Which of ``headings`` is the document's title; -1 for none. A second line of its size may follow it."""
    ordered = sorted(range(len(headings)), key=lambda i: headings[i].box[1])
    largest = max(heading.em for heading in headings)
    alike = [i for i in ordered if headings[i].em > 0.9 * largest]
    first = alike[0]
    rest = max([body.em, *(heading.em for i, heading in enumerate(headings) if i not in alike)])
    if headings[first].box[1] >= top or largest <= 1.1 * rest or len(alike) > 2:
        return -1
    if len(alike) == 2 and headings[alike[1]].box[1] - headings[first].box[3] > largest:
        return -1
    return first


def heading_levels(headings: Sequence[Paragraph], body: Body, *, first_page: bool, top: int) -> list[int]:
    """A level for each: 1 for the document's title, then by numbering where there is one, else by size.

    Only the first page has a document title: the largest heading, above ``top`` (pixels) and larger than the others.
    """
    if not headings:
        return []
    title = _title(headings, body, top) if first_page else -1
    sizes: list[float] = []
    for size in sorted((h.em for i, h in enumerate(headings) if i != title), reverse=True):
        if not sizes or size < 0.88 * sizes[-1]:
            sizes.append(size)
    levels = []
    for index, heading in enumerate(headings):
        if index == title:
            levels.append(1)
            continue
        number = _NUMBERED.match(heading.text)
        if number and ("." in number[1] or int(number[1]) <= _MOST_SECTIONS):
            levels.append(min(6, 2 + number[1].count(".")))
        else:
            levels.append(min(6, 2 + next(k for k, size in enumerate(sizes) if heading.em >= 0.88 * size)))
    return levels
