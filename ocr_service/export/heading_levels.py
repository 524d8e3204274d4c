"""Levels of headings, the same over a whole document: by their numbers (1, 1.2, 1.2.3) and, without, by their size."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from ocr_service.document import PageResult, RegionResult
from ocr_service.geometry.font_metrics import ink_height
from ocr_service.geometry.numbering import section_depth

FIRST = 2  # level of the highest section: 1 is the document's own title
DEEPEST = 6
_SAME_SIZE = 0.82  # of the largest in a group; what is left of the noise once ascenders and descenders are counted
_SAME_TOLD_SIZE = 0.96  # the same of sizes that the files tell
_ROMAN = re.compile(r"[IVX]{1,5}\.\s+\S")
_LETTERED = re.compile(r"[A-Z]\.\s+\S")
_LEAST_ROMAN = 2  # headings of a document that has letters for its sections' parts

_LEADING = 1.2  # em, from line to line


@dataclass(frozen=True, slots=True)
class TitleSizes:
    """Lower bounds of the type sizes (points), each with its level, from the largest on.

    ``roman``: its sections have Roman numbers, and their parts letters, as in journals of the IEEE.
    """

    steps: tuple[tuple[float, int], ...] = ()
    roman: bool = False

    def level(self, size: float) -> int:
        for smallest, level in self.steps:
            if size >= smallest:
                return level
        return self.steps[-1][1] if self.steps else FIRST


def title_sizes(pages: Callable[[], Iterable[PageResult]]) -> TitleSizes:
    """Groups the headings of a document by size. A group with numbered headings takes its level from them."""
    roman = sum(_ROMAN.match(region.content) is not None for _, region in _titles(pages())) >= _LEAST_ROMAN
    found = sorted(
        (
            (title_points(page, region), _numbered_level(region.content, roman=roman), region.type_size is not None)
            for page, region in _titles(pages())
        ),
        key=lambda item: item[0],
        reverse=True,
    )
    groups: list[list[tuple[float, int | None]]] = []
    last_told = False
    for size, level, told in found:
        same = _SAME_TOLD_SIZE if told and last_told else _SAME_SIZE
        if groups and size >= same * groups[-1][0][0]:
            groups[-1].append((size, level))
        else:
            groups.append([(size, level)])
        last_told = told
    steps: list[tuple[float, int]] = []
    previous = FIRST - 1
    for group in groups:
        numbered = [level for _, level in group if level is not None]
        if numbered:
            previous = min(max(round(median(numbered)), previous), DEEPEST)
        elif not steps and len(group) == 1 and len(groups) > 1 and _has_no_title(pages):
            previous = 1  # the one largest heading of a document without a title is its title
        else:
            previous = min(previous + 1, DEEPEST)
        steps.append((group[-1][0], previous))
    return TitleSizes(tuple(steps), roman)


def title_level(page: PageResult, region: RegionResult, sizes: TitleSizes) -> int:
    """The level of one heading, 1 to 6; a person's word counts."""
    if "level" in region.edited and region.level is not None:
        return region.level
    if region.label == "doc_title":
        return 1
    if region.outline_level is not None:
        return region.outline_level
    return _numbered_level(region.content, roman=sizes.roman) or sizes.level(title_points(page, region))


def title_points(page: PageResult, region: RegionResult) -> float:
    """Its type size in points: as the file tells it, or by its box.

    Its lines are those written, or as many as the box asks for.
    """
    if region.type_size is not None:
        return region.type_size
    x0, y0, x1, y1 = region.bbox
    height, width = max(y1 - y0, 1), max(x1 - x0, 1)
    text = region.content.strip()
    lines = max(text.count("\n") + 1, estimated_lines(text, width, height))
    ink = ink_height("".join(text.split()), text)
    return height / (ink + _LEADING * (lines - 1)) * 72 / max(page.dpi, 1)


def estimated_lines(text: str, width: int, height: int) -> int:
    """How many lines of text fill a box: a letter is about half as wide as its line is high."""
    return max(1, round(math.sqrt(0.5 * len(text.strip()) * height / width)))


def _has_no_title(pages: Callable[[], Iterable[PageResult]]) -> bool:
    return not any(region.label == "doc_title" for page in pages() for region in page.regions)


def _titles(pages: Iterable[PageResult]) -> Iterable[tuple[PageResult, RegionResult]]:
    return ((page, region) for page in pages for region in page.regions if region.label == "paragraph_title")


def _numbered_level(text: str, *, roman: bool) -> int | None:
    if roman and (_ROMAN.match(text) or _LETTERED.match(text)):
        return FIRST if _ROMAN.match(text) else FIRST + 1
    depth = section_depth(text)
    return min(FIRST - 1 + depth, DEEPEST) if depth else None
