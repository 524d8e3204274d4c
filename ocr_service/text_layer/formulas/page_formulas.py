"""The formulas of a page: those that stand by themselves as LaTeX, and its lines with the others in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.formulas.bands import bands
from ocr_service.text_layer.formulas.build import build
from ocr_service.text_layer.formulas.cells import cell_formulas
from ocr_service.text_layer.formulas.completeness import says_all, signs_of
from ocr_service.text_layer.formulas.display import Display, is_built_up
from ocr_service.text_layer.formulas.inline_marks import InlineFormula, with_inline
from ocr_service.text_layer.formulas.items import LONGEST, Bar, Item, Unbuildable, around, box_of
from ocr_service.text_layer.formulas.page_symbols import PageSymbols
from ocr_service.text_layer.formulas.prose import parted_at_gutters, split_at_hosts
from ocr_service.text_layer.formulas.rows import has_columns, is_script, rows
from ocr_service.text_layer.formulas.zones import find_zones
from ocr_service.text_layer.lines.words import LayerLine, LayerWord, clean_text
from ocr_service.text_layer.page.glyphs import Flags, Glyphs
from ocr_service.text_layer.proof.known_glyphs import KnownGlyphs

_MOST_LINES = 600  # of a page with formulas; all are compared with all, and a page of two columns has 150
_AT_RELATION, _FURTHEST = 0.25, 2.6  # em around a relation at which lines are aligned, and of white behind it
_NUMBER = re.compile(r"\(\s*([\w.′'*–-]{1,12})\s*\)")


@dataclass(frozen=True, slots=True)
class DisplayFormula:
    """``box`` in pixels of the page; ``latex`` with its number as a tag; ``words``: its characters as words.

    Without ``latex`` it is one that has no certain reading, and only its picture can be shown.
    """

    latex: str
    box: tuple[float, float, float, float]
    words: tuple[LayerWord, ...]


@dataclass(frozen=True, slots=True)
class PageFormulas:
    """``lines``: the page's lines with inline formulas as one character each, FIRST_MARK and on, by their number.

    ``glyphs``: what is in a formula, and so is proven.
    """

    lines: list[LayerLine]
    inline: tuple[InlineFormula, ...] = ()
    displays: tuple[DisplayFormula, ...] = ()
    glyphs: Flags = field(default_factory=lambda: np.zeros(0, bool))


def find_formulas(
    glyphs: Glyphs,
    known: KnownGlyphs,
    lines: Sequence[LayerLine],
    bars: Sequence[Bar],
    trusted: Flags,
    unexplained: Gray,
    prose: Sequence[tuple[float, float]] = (),
) -> PageFormulas:
    """``trusted``: the glyphs whose text is proven, for words in formulas. ``unexplained``: ink of no glyph.

    ``prose``: from and to which x lines of prose stand that are not among the lines.
    """
    page = PageSymbols(glyphs, known, trusted, unexplained)
    used = np.zeros(len(glyphs), bool)
    level = [line for line in lines if line.angle == 0]
    if len(level) > _MOST_LINES or not any(page.is_strong(i) for i in range(len(glyphs))):
        return PageFormulas(list(lines), (), (), used)
    level = parted_at_gutters(level, page, prose)
    lines = [*level, *(line for line in lines if line.angle)]
    zones = find_zones(level, page, bars, prose)
    found, cells = _displays(zones.displays, page), cell_formulas(zones.cells, page)
    used[[*found.built, *cells.glyphs]] = True
    apart = found.taken | found.refused | cells.glyphs
    result = [*cells.lines, *(line for line in lines if not found.refused.isdisjoint(line.glyphs))]
    rest = [line for line in lines if apart.isdisjoint(line.glyphs)]
    hosts, attached = split_at_hosts([line for line in rest if line.angle == 0], page)
    result += [line for line in rest if line.angle]
    inline = list(cells.formulas)
    for line, fragments in zip(hosts, attached, strict=True):
        made_line, formulas, members = with_inline(line, fragments, page, bars, len(inline))
        inline += formulas
        used[members] = True
        result.append(made_line)
        result += [fragment for fragment in fragments if not set(fragment.glyphs) <= set(members)]
    return PageFormulas(result, tuple(inline), found.formulas, used)


@dataclass(frozen=True, slots=True)
class _Displays:
    """The formulas of the zones. Glyphs: ``built`` into LaTeX, ``taken`` from the page's lines, ``refused``.

    The lines of a refused zone keep their words, without inline formulas.
    """

    formulas: tuple[DisplayFormula, ...]
    built: frozenset[int]
    taken: frozenset[int]
    refused: frozenset[int]


def _displays(zones: Sequence[Display], page: PageSymbols) -> _Displays:
    formulas: list[DisplayFormula] = []
    built: set[int] = set()
    taken: set[int] = set()
    refused: set[int] = set()
    for zone in zones:
        if made := _display(zone, page):
            formulas += made
            built |= zone.glyphs
            taken |= zone.glyphs
        elif is_built_up(zone, page):
            formulas.append(DisplayFormula("", around([line.box for line in zone.all_lines]), ()))
            taken |= zone.glyphs
        elif len(zone.lines) > 1:
            refused |= zone.glyphs
    return _Displays(tuple(formulas), frozenset(built), frozenset(taken), frozenset(refused))


def mathematical_words(glyphs: Glyphs, known: KnownGlyphs, lines: Sequence[LayerLine]) -> frozenset[LayerWord]:
    """The words that have a sign of mathematics."""
    page = PageSymbols(glyphs, known, np.zeros(len(glyphs), bool), np.zeros((0, 0), np.uint8))
    strong = np.array([page.is_strong(index) for index in range(len(glyphs))], bool)
    if not strong.any():
        return frozenset()
    return frozenset(word for line in lines for word in line.words if strong[list(word.glyphs)].any())


def _display(zone: Display, page: PageSymbols) -> list[DisplayFormula]:
    """The formulas of a zone, each line by itself where they have numbers of their own; none where one is uncertain."""
    if not page.is_explained(zone.box) or not page.has_no_other(zone.box, zone.glyphs):
        return []
    try:
        items = page.items([i for line in zone.lines for i in line.glyphs])
        found = [row for band, rules in bands(items, zone.bars) for row in rows(band, rules)]
        tags, comments = _tags(zone, [line for line, _ in found]), _comments(zone, found, page)
        made = []
        first = 0
        for lines, tag in _groups(found, tags):
            said = [comments.get(first + place, []) for place in range(len(lines))]
            first += len(lines)
            latex = _aligned(lines, said)
            members = [item for line, _ in lines for item in line] + [item for words in said for item in words]
            if not says_all(latex, signs_of(members)):
                raise Unbuildable
            if tag:
                latex += f" \\tag{{{tag}}}"
            if len(latex) > LONGEST:
                return []
            made.append(DisplayFormula(latex, box_of(members), ()))
    except Unbuildable:
        return []
    return _with_words(made, zone, page)


def _with_words(made: list[DisplayFormula], zone: Display, page: PageSymbols) -> list[DisplayFormula]:
    words: list[list[LayerWord]] = [[] for _ in made]
    for line in sorted(zone.all_lines, key=lambda line: (line.box[1], line.box[0])):
        middle = (line.box[1] + line.box[3]) / 2
        nearest = min(range(len(made)), key=lambda n: abs((made[n].box[1] + made[n].box[3]) / 2 - middle))
        words[nearest] += [w for w in line.words if clean_text(w.text)]
    result = []
    for formula, mine in zip(made, words, strict=True):
        beside = [n.box for n in zone.numbers if formula.box[1] < (n.box[1] + n.box[3]) / 2 < formula.box[3]]
        result.append(replace(formula, words=tuple(mine), box=around([formula.box, *beside])))
    return result


def _tags(zone: Display, lines: Sequence[Sequence[Item]]) -> dict[int, str]:
    """The equations' numbers by the line that each stands beside."""
    tags: dict[int, str] = {}
    boxes = [box_of(line) for line in lines]
    for number in zone.numbers:
        match = _NUMBER.fullmatch(number.text.replace(" ", ""))
        if match is None:
            raise Unbuildable
        row = _row_at((number.box[1] + number.box[3]) / 2, boxes)
        if row in tags:
            raise Unbuildable
        tags[row] = match[1]
    return tags


def _comments(zone: Display, found: Rows, page: PageSymbols) -> dict[int, list[Item]]:
    """The comments by the line that each stands beside."""
    boxes = [box_of(line) for line, _ in found]
    beside: dict[int, list[Item]] = {}
    for comment in zone.comments:
        row = _row_at((comment.box[1] + comment.box[3]) / 2, boxes)
        if row in beside:
            raise Unbuildable
        beside[row] = page.items(comment.glyphs)
    return beside


def _row_at(middle: float, boxes: Sequence[tuple[float, float, float, float]]) -> int:
    """The number of the line at a height, or next to it."""

    def away(row: int) -> float:
        _, top, _, bottom = boxes[row]
        return max(0.0, top - middle, middle - bottom) + 1e-3 * abs((top + bottom) / 2 - middle)

    return min(range(len(boxes)), key=away)


Rows = list[tuple[list[Item], list[Bar]]]


def _groups(found: Rows, tags: dict[int, str]) -> list[tuple[Rows, str]]:
    """The lines by equations, with their numbers.

    A line goes on with the one above it where it begins, or that ends, with an operator or a relation, or where
    relations of both stand at one place. Of several numbers, each ends its equation.
    """
    groups: list[tuple[Rows, str]] = []
    for place, row in enumerate(found):
        above = groups[-1] if groups else None
        ended = above is None or (len(tags) > 1 and place - 1 in tags)
        if above is None or ended or not _continues(above[0], row):
            groups.append(([row], tags.get(place, "")))
        else:
            groups[-1] = ([*above[0], row], above[1] or tags.get(place, ""))
    return groups


def _continues(lines: Rows, row: tuple[list[Item], list[Bar]]) -> bool:
    first = min(row[0], key=lambda item: item.x0)
    last = max(lines[-1][0], key=lambda item: item.x1)
    return (
        first.kind in ("rel", "bin")
        or last.kind in ("rel", "bin")
        or _alignment([items for items, _ in (*lines, row)]) is not None
    )


def _aligned(lines: Rows, comments: Sequence[list[Item]]) -> str:
    said = [f" \\quad {build(words, [])}" if words else "" for words in comments]
    if len(lines) == 1:
        return build(*lines[0]) + said[0]
    if has_columns(lines):  # a table without rules
        raise Unbuildable
    at = _alignment([items for items, _ in lines])
    parts = []
    for (items, bars), words in zip(lines, said, strict=True):
        parts.append((_halves(items, bars, at) if at is not None else build(items, bars)) + words)
    return "\\begin{aligned} " + " \\\\ ".join(parts) + " \\end{aligned}"


def _alignment(lines: Sequence[Sequence[Item]]) -> float | None:
    """The x at which a relation of the first line stands that the others are aligned at."""
    full = [[item for item in line if not is_script(item, max(i.size for i in line))] for line in lines]
    for item in _outer_relations(full[0]):
        if all(_is_aligned(line, item) for line in full[1:]):
            return item.x0 - _AT_RELATION * item.size
    return None


def _outer_relations(line: Sequence[Item]) -> Iterator[Item]:
    """The relations of a line from left to right but those in brackets, as the colon of ``A[1 : k]``."""
    depth = 0
    for item in sorted(line, key=lambda item: item.x0):
        depth = max(0, depth + (item.kind == "open") - (item.kind == "close" and item.latex not in ("!", "?")))
        if item.kind == "rel" and not depth:
            yield item


def _is_aligned(line: Sequence[Item], relation: Item) -> bool:
    """Whether a line has a relation at the place of another, or goes on behind it with an operator."""
    first = min(line, key=lambda item: item.x0)
    if any(item.kind == "rel" and abs(item.x0 - relation.x0) < _AT_RELATION * relation.size for item in line):
        return True
    behind = (first.x0 - relation.x0) / relation.size
    return first.kind == "bin" and -_AT_RELATION < behind < _FURTHEST


def _halves(items: list[Item], bars: list[Bar], at: float) -> str:
    left, right = [i for i in items if i.x < at], [i for i in items if i.x >= at]
    before = [b for b in bars if (b.x0 + b.x1) / 2 < at]
    after = [b for b in bars if (b.x0 + b.x1) / 2 >= at]
    size = max(item.size for item in items)
    indent = (min(i.x0 for i in items) - at) / size - _AT_RELATION
    space = "" if left or indent < 0.5 else "\\quad " if indent < 1.5 else "\\qquad "
    return f"{build(left, before) if left else ''} & {space}{build(right, after) if right else ''}".strip()
