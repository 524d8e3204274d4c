"""Where formulas stand by themselves."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ocr_service.text_layer.formulas.comments import beside_rows, comments_of, without_comment
from ocr_service.text_layer.formulas.display import (
    Display,
    bars_of,
    cells_of,
    frame_of,
    has_neighbours,
    is_beside,
    is_built_up,
    is_table,
)
from ocr_service.text_layer.formulas.inline_runs import SymbolsOfPage, is_bold_letter, kind_of
from ocr_service.text_layer.formulas.items import Bar
from ocr_service.text_layer.formulas.prose import (
    has_gutter,
    is_number,
    is_set_apart,
    middle_of,
    prose_lines,
    split_at_hosts,
    words_of_prose,
)
from ocr_service.text_layer.formulas.words import is_function_name
from ocr_service.text_layer.lines.words import SMALL, LayerLine

_NEAR_DOWN, _NEAR_ACROSS = 0.75, 2.6  # em between the parts of a formula
_CONTINUED = 1.2  # em between the lines of a formula that is broken at an operator
_ALIGNED = 0.1  # em between the places of two relations
_AT_MARGIN = 0.2  # em from the place where lines of paragraphs begin
_FILLS_BAR = 0.8  # of a fraction's bar, that its wider half has
_NEAR_BRACE = 0.5  # em between a brace and what is said over or under it
_BEFORE_NUMBER, _BEFORE_NUMBER_AT_EDGE = 1.5, 0.7  # em of white, and where it ends at the column's edge
_BEHIND_NUMBER_AT_EDGE = 1.0  # em of white where it begins there; behind the number of a list's item there is 0.5
_ITEM = re.compile(r"[•–]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]")


@dataclass(frozen=True, slots=True)
class Zones:
    """Where formulas stand by themselves, and where built-up ones stand in a table, beside other cells."""

    displays: list[Display]
    cells: list[Display]


def find_zones(
    lines: Sequence[LayerLine], page: SymbolsOfPage, bars: Sequence[Bar], others: Sequence[tuple[float, float]] = ()
) -> Zones:
    """``others``: from and to which x prose stands that is not among the lines."""
    prose = _prose_but_cases(lines, page)
    strips = [*others, *((line.box[0], line.box[2]) for line in prose)]
    parted = [part for line in _beside_prose(lines, prose, page) for part in _without_number(line, strips, page)]
    apart = [part for line in parted for part in without_comment(line, page)]
    numbers = [line for line in apart if is_number(line, page)]
    comments = beside_rows([line for line in [*apart, *prose] if not is_number(line, page)], strips, page)
    taken = {id(line) for line in [*numbers, *comments]}
    rest = [line for line in apart if id(line) not in taken and not _begins_as_prose(line, prose, page)]
    clusters = _one_above_the_other(_clusters(rest, strips, bars, page), strips, page)
    displays: list[Display] = []
    cells: list[Display] = []
    for zone in map(Display, clusters):
        zone.frame = frame_of(zone, bars)
        if _is_of_a_paragraph(zone, prose, page):
            continue
        if _is_mathematics(zone, prose, bars, page) and not is_table(zone, bars):
            zone.numbers = [n for n in numbers if is_beside(n, zone) and not has_gutter(n.box, zone.box, strips)]
            zone.bars = bars_of(zone, bars)
            zone.comments = comments_of(zone, rest, comments, strips, page)
            zone.lines += _conditions_of_words(zone, rest, page)
            if not has_neighbours(zone, lines, strips):
                displays.append(zone)
                continue
        cells += [cell for cell in cells_of(zone, bars, page) if is_built_up(cell, page)]
    return Zones(displays, cells)


def _begins_as_prose(line: LayerLine, prose: Sequence[LayerLine], page: SymbolsOfPage) -> bool:
    """Whether a line begins with a word where the lines of paragraphs begin: it is the last one of a paragraph."""
    if line.words[0] not in words_of_prose(line, page):
        return False
    return any(abs(line.box[0] - other.box[0]) < _AT_MARGIN * line.size for other in prose)


def _conditions_of_words(zone: Display, lines: Sequence[LayerLine], page: SymbolsOfPage) -> list[LayerLine]:
    """Conditions of nothing but words (``otherwise``) in a brace's rows, apart from their cases; a point behind."""
    braces = [page.glyphs.ink[i].tolist() for line in zone.lines for i in line.glyphs if _is_tall_brace(i, page)]
    if not braces:
        return []
    known = {id(line) for line in zone.lines}
    left, right = min(box[2] for box in braces), zone.box[2]
    top, bottom = min(box[1] for box in braces), max(box[3] for box in braces)
    inside = [line for line in lines if id(line) not in known and top < (line.box[1] + line.box[3]) / 2 < bottom]
    words = [line for line in inside if _is_words(line, page)]
    found = [line for line in words if left < line.box[0] < right + _NEAR_ACROSS * line.size]
    right = max([right, *(line.box[2] for line in found)])
    points = (line for line in inside if line.text in (".", ",", ";"))
    return found + [line for line in points if left < line.box[0] < right + _NEAR_ACROSS * line.size]


def _prose_but_cases(lines: Sequence[LayerLine], page: SymbolsOfPage) -> list[LayerLine]:
    """The lines of prose; conditions behind a brace are none, however many words they have."""
    braces = [line for line in lines if _has_brace(line, page)]
    return [line for line in prose_lines(lines, page) if not any(_is_behind(line, brace) for brace in braces)]


def _beside_prose(lines: Sequence[LayerLine], prose: Sequence[LayerLine], page: SymbolsOfPage) -> Iterator[LayerLine]:
    """The lines that are neither prose nor a piece of a formula in it."""
    _, attached = split_at_hosts(lines, page)
    taken = {id(line) for line in prose} | {id(fragment) for fragments in attached for fragment in fragments}
    return (line for line in lines if id(line) not in taken)


def _without_number(line: LayerLine, strips: Sequence[tuple[float, float]], page: SymbolsOfPage) -> list[LayerLine]:
    """A line, and the equation's number that stands at one of its ends in a narrow column, apart."""
    if len(line.words) < 2:
        return [line]
    first, second = line.words[:2]
    before, last = line.words[-2:]
    at_edge = any(abs(last.box[2] - right) < 0.3 * line.size for _, right in strips)
    white = _BEFORE_NUMBER_AT_EDGE if at_edge else _BEFORE_NUMBER
    number = replace(line, words=(last,))
    if last.box[0] - before.box[2] > white * line.size and is_number(number, page):
        return [replace(line, words=line.words[:-1]), number]
    number = replace(line, words=(first,))
    at_edge = any(abs(first.box[0] - left) < 0.3 * line.size for left, _ in strips)
    white = _BEHIND_NUMBER_AT_EDGE if at_edge else _BEFORE_NUMBER
    if second.box[0] - first.box[2] > white * line.size and is_number(number, page):
        return [number, replace(line, words=line.words[1:])]
    return [line]


def _has_brace(line: LayerLine, page: SymbolsOfPage) -> bool:
    """Whether it has a brace of several lines, behind which cases stand."""
    return any(_is_tall_brace(i, page) for i in line.glyphs)


def _is_tall_brace(glyph: int, page: SymbolsOfPage) -> bool:
    symbol = page.symbol(glyph)
    return symbol is not None and symbol.encoding == "OMX" and symbol.latex.startswith("\\{")


def _is_behind(line: LayerLine, brace: LayerLine) -> bool:
    middle = (line.box[1] + line.box[3]) / 2
    return brace.box[1] < middle < brace.box[3] and 0 < line.box[0] - brace.box[0] < 12 * line.size


def _is_words(line: LayerLine, page: SymbolsOfPage) -> bool:
    """Whether it has nothing but words and signs."""
    letters = [page.is_word_letter(i) for i in line.glyphs]
    words = all(letter or page.char(i) in ".,;:-–" for i, letter in zip(line.glyphs, letters, strict=True))
    return any(letters) and words and not is_function_name(line.text)


def _clusters(
    lines: Sequence[LayerLine], strips: Sequence[tuple[float, float]], bars: Sequence[Bar], page: SymbolsOfPage
) -> list[list[LayerLine]]:
    """The lines by formulas: those that stand close together, or over, under and beside one bar."""
    at_bars = _at_bars(lines, bars)
    groups: list[tuple[list[LayerLine], set[int]]] = []
    for line, mine in zip(lines, at_bars, strict=True):
        apart: list[tuple[list[LayerLine], set[int]]] = []
        merged, touched = [line], set(mine)
        for group, others in groups:
            if not mine.isdisjoint(others) or any(_are_near(line, other, strips, page) for other in group):
                merged += group
                touched |= others
            else:
                apart.append((group, others))
        groups = [*apart, (merged, touched)]
    return [group for group, _ in groups]


def _at_bars(lines: Sequence[LayerLine], bars: Sequence[Bar]) -> list[set[int]]:
    """By line the numbers of the bars over or under which it stands, or that go on from it."""
    found: list[set[int]] = [set() for _ in lines]
    if not lines:
        return found
    x0, y0, x1, y1 = np.array([line.box for line in lines]).T
    size = np.array([line.size for line in lines])
    for number, bar in enumerate(bars):
        slack = 0.3 * size
        inside = (x0 > bar.x0 - slack) & (x1 < bar.x1 + slack)
        above = inside & (y1 < bar.y + slack) & (bar.y - y1 < _NEAR_DOWN * size)
        below = inside & (y0 > bar.y - slack) & (y0 - bar.y < _NEAR_DOWN * size)
        level = np.abs((y0 + y1) / 2 - bar.y) < 0.5 * size
        beside = level & (np.maximum(x0 - bar.x1, bar.x0 - x1) < size) & (np.maximum(x0 - bar.x1, bar.x0 - x1) > -slack)
        if above.any() and below.any():
            for line in np.flatnonzero(above | below | beside).tolist():
                found[line].add(number)
    return found


def _one_above_the_other(
    groups: Sequence[list[LayerLine]], strips: Sequence[tuple[float, float]], page: SymbolsOfPage
) -> list[list[LayerLine]]:
    """The groups, joined where one goes on with the other: the white between lines may be wider than inside of one."""
    joined: list[Display] = []
    for group in map(Display, sorted(groups, key=lambda group: min(line.box[1] for line in group))):
        _, top, _, _ = group.box
        size = max(line.size for line in group.lines)
        # Those above it, by where they end: only a few are near enough to be looked at.
        near = [other for other in joined if abs(top - other.bottom) < _CONTINUED * size]
        before = next((other for other in near if _is_continued(other, group, strips, page)), None)
        if before is None:
            group.bottom = group.box[3]
            joined.append(group)
        else:
            before.lines += group.lines
            before.bottom = before.box[3]
    return [group.lines for group in joined]


def _is_continued(above: Display, below: Display, strips: Sequence[tuple[float, float]], page: SymbolsOfPage) -> bool:
    """Whether two groups are near by the size of their type, which their limits have not, and are one formula.

    They are where one ends or begins with an operator, or where relations of both stand at one place. The last line of
    one that is broken (``multline``) may begin where the first ends.
    """
    first, second = above.box, below.box
    size = min(max(line.size for line in above.lines), max(line.size for line in below.lines))
    white, aside = second[1] - first[3], max(first[0], second[0]) - min(first[2], second[2])
    if not -0.2 * size < white < _CONTINUED * size or aside > _NEAR_ACROSS * size:
        return False
    if any(_is_words(line, page) for line in (*above.lines, *below.lines)) or has_gutter(first, second, strips):
        return False
    limits = any(line.size < SMALL * size for line in (*above.lines, *below.lines))
    if white < _NEAR_DOWN * size and aside < 0 and limits:
        return True
    glyphs = [[i for line in group.lines for i in line.glyphs] for group in (above, below)]
    full = [[i for i in group if page.glyphs.size[i] > SMALL * size] for group in glyphs]
    if not all(full):
        return False
    last = max(full[0], key=lambda i: float(page.glyphs.ink[i][2]))
    next_ = min(full[1], key=lambda i: float(page.glyphs.ink[i][0]))
    if kind_of(last, page) in ("bin", "rel") or kind_of(next_, page) in ("bin", "rel"):
        return True
    left, right = (np.sort([page.glyphs.ink[i][0] for i in group if kind_of(i, page) == "rel"]) for group in full)
    reach = _ALIGNED * size
    return bool(np.any(np.searchsorted(right, left - reach) < np.searchsorted(right, left + reach)))


def _are_near(a: LayerLine, b: LayerLine, strips: Sequence[tuple[float, float]], page: SymbolsOfPage) -> bool:
    size = max(a.size, b.size)
    down = max(a.box[1], b.box[1]) - min(a.box[3], b.box[3])
    if down > -0.2 * size and (_is_words(a, page) or _is_words(b, page)):  # a heading over a formula is none of it
        return (
            down < _NEAR_BRACE * size and a.box[0] < b.box[2] and b.box[0] < a.box[2] and _has_level_brace(a, b, page)
        )
    across = max(a.box[0], b.box[0]) - min(a.box[2], b.box[2])
    return down < _NEAR_DOWN * size and across < _NEAR_ACROSS * size and not has_gutter(a.box, b.box, strips)


def _has_level_brace(a: LayerLine, b: LayerLine, page: SymbolsOfPage) -> bool:
    return any(kind_of(i, page) == "brace" for i in (*a.glyphs, *b.glyphs))


def _is_mathematics(
    zone: Display, lines_of_prose: Sequence[LayerLine], bars: Sequence[Bar], page: SymbolsOfPage
) -> bool:
    """Whether it is a formula and not a label of a picture, a cell or a mark."""
    glyphs = [i for line in zone.lines for i in line.glyphs]
    kinds = {kind_of(i, page) for i in glyphs}
    if not any(page.is_strong(i) for i in glyphs) and not _is_of_vectors(glyphs, kinds, page):
        return "rel" in kinds and _has_fraction(zone, bars)
    prose = sum(len(words_of_prose(line, page)) for line in zone.lines)
    if prose > 1 and len(zone.lines) == 1 and not is_set_apart(zone.lines[0], lines_of_prose, page):
        return False
    large = any(symbol.encoding == "OMX" for i in glyphs if (symbol := page.symbol(i)) is not None)
    return bool(kinds & {"rel", "op", "radical"}) or large or (len(glyphs) >= 8 and not prose)


def _has_fraction(zone: Display, bars: Sequence[Bar]) -> bool:
    """Whether a rule as wide as what is over it or under it parts two lines, beside which a third one stands."""
    for bar in bars_of(zone, bars):
        halves = [line for line in zone.lines if bar.x0 - 2 <= line.box[0] and line.box[2] <= bar.x1 + 2]
        above = [line for line in halves if 0 < bar.y - line.box[3] < _NEAR_DOWN * line.size]
        below = [line for line in halves if 0 < line.box[1] - bar.y < _NEAR_DOWN * line.size]
        beside = any(line.box[1] < bar.y < line.box[3] for line in zone.lines)
        widest = max((line.box[2] - line.box[0] for line in (*above, *below)), default=0.0)
        if above and below and beside and widest > _FILLS_BAR * bar.width:
            return True
    return False


def _is_of_vectors(glyphs: Sequence[int], kinds: Collection[str], page: SymbolsOfPage) -> bool:
    """Whether it relates bold letters, without a word."""
    bold = [is_bold_letter(i, page) for i in glyphs]
    words = any(page.is_word_letter(i) and not heavy for i, heavy in zip(glyphs, bold, strict=True))
    return "rel" in kinds and any(bold) and not words


def _is_of_a_paragraph(zone: Display, prose: Sequence[LayerLine], page: SymbolsOfPage) -> bool:
    """Whether it is an item of a list, or its line follows a line of prose closely, and begins where that does."""
    first = min(zone.lines, key=lambda line: line.box[0])
    mark = first.words[0]
    if _ITEM.fullmatch(mark.text) and len(first.words) > 1 and not any(map(page.is_strong, mark.glyphs)):
        return True
    if len(zone.lines) > 1:
        return False
    if mark in words_of_prose(first, page):
        return True
    for line in prose:
        down = (middle_of(first) - middle_of(line)) / line.size
        right = (first.box[0] - line.box[0]) / line.size
        if 0.8 < down < 1.45 and -0.3 < right < 3.5 and abs(first.size - line.size) < 0.08 * line.size:
            return True
    return False
