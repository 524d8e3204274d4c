"""Delimiters with what they enclose as one item: binomials, matrices, cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from ocr_service.text_layer.formulas.items import SCRIPT, Bar, Item, Unbuildable, joined
from ocr_service.text_layer.formulas.limits import limits_of
from ocr_service.text_layer.formulas.rows import (
    COLUMN,
    column_ends,
    delimiter_pairs,
    is_between,
    is_script,
    lone_brace,
    operators_of,
    over_and_under,
    rows,
)
from ocr_service.text_layer.formulas.scripts import LEVEL, baseline
from ocr_service.text_layer.proof.known_glyphs import AXIS

Build: TypeAlias = Callable[[Sequence[Item], Sequence[Bar]], str]  # the LaTeX of a part; raises Unbuildable

_SMALL_BINOMIAL, _SCRIPT_SIZE, _MOST_IN_BINOMIAL = 0.75, 0.7, 20
_HIGHER = 0.25  # em from delimiters up to a rule between them
_SMALL_COLUMN = 0.22  # em of white between two columns of a small matrix
_BEFORE_POINT = 0.3  # em of white before the point of a line behind cases, at least; before a case's own is less
_BINOMIAL = 1.3  # em between the baselines of its two rows; a matrix's rows have 1.2
_SIZES = {"big": 1.2, "Big": 1.8, "bigg": 2.4, "Bigg": 3.0}  # em of height
_SIDES = {"open": "l", "close": "r", "fence": ""}
_TEXT_SIZE = 1.0
_SIZE_SLACK, _NEEDED_SLACK = 0.05, 0.08  # em that bars are higher, and that ink is lower than the boxes of TeX
_DELIMITER_FACTOR, _DELIMITER_SHORTFALL = 0.901, 0.5
_MATRICES = {("(", ")"): "pmatrix", ("[", "]"): "bmatrix", ("\\{", "\\}"): "Bmatrix", ("|", "|"): "vmatrix",
             ("\\|", "\\|"): "Vmatrix"}  # fmt: skip


def with_small_binomials(items: list[Item], build: Build) -> list[Item]:
    """Binomials of scripts, and small matrices: brackets of the line's own size around two rows that are smaller."""
    ordered = sorted(items, key=lambda item: item.x0)
    for place, left in enumerate(ordered):
        if left.kind != "open" or left.latex != "(" or left.large:
            continue
        following = ordered[place + 1 : place + 1 + _MOST_IN_BINOMIAL]
        end = next((n for n, item in enumerate(following) if _closes(left, item)), 0)
        halves = _small_rows(left, following[:end])
        if halves is None:
            continue
        top, bottom = halves
        lines: list[tuple[list[Item], list[Bar]]] = [(top, []), (bottom, [])]
        if column_ends(lines, _SMALL_COLUMN):
            latex = _small_matrix(("(", ")"), lines, build)
        else:
            latex = f"\\binom{{{build(top, [])}}}{{{build(bottom, [])}}}"
        size = _SCRIPT_SIZE * left.size
        parts = [left, *following[: end + 1]]
        made = joined(parts, latex, "delimited", base=left.y + AXIS * size, centred=True, size=size)
        return with_small_binomials([*(item for item in items if item not in parts), made], build)
    return items


def _small_rows(left: Item, inner: Sequence[Item]) -> tuple[list[Item], list[Item]] | None:
    """What is behind a bracket as two rows that are smaller than it; None where it is none."""
    if not inner or any(item.size > _SMALL_BINOMIAL * left.size for item in inner):
        return None
    top, bottom = [i for i in inner if i.y < left.y], [i for i in inner if i.y >= left.y]
    if not top or not bottom or max(i.y1 for i in top) > min(i.y0 for i in bottom):
        return None
    return top, bottom


def _closes(left: Item, item: Item) -> bool:
    level = abs(item.base - left.base) < LEVEL * left.size and abs(item.size - left.size) < 0.1 * left.size
    return item.kind == "close" and item.latex == ")" and not item.large and level


def with_delimited(items: list[Item], bars: list[Bar], build: Build) -> list[Item]:
    """Delimiters with what they enclose as one item; those that a rule covers come later, with its part."""
    while True:
        pair = next((pair for pair in delimiter_pairs(items) if not _is_covered(pair, bars)), None)
        if pair is None:
            return _with_cases(items, bars, build)
        left, right = pair
        rules = [bar for bar in bars if _is_rule_between(left, right, bar)]
        inner = _enclosed(left, right, items, rules)
        if not inner:
            raise Unbuildable
        made = _delimited(left, right, inner, rules, build)
        for bar in rules:
            bars.remove(bar)
        items = [item for item in items if item not in inner and item is not left and item is not right] + [made]


def _is_rule_between(left: Item, right: Item, bar: Bar) -> bool:
    """Whether a rule stands between delimiters, or over what is as high as they are."""
    higher = _HIGHER * left.size if left.x1 <= bar.x0 and bar.x1 <= right.x0 else 0.0
    level = left.y0 - higher <= bar.y <= left.y1 + higher
    return level and left.x1 <= (bar.x0 + bar.x1) / 2 <= right.x0


def _enclosed(left: Item, right: Item, items: Sequence[Item], bars: Sequence[Bar]) -> list[Item]:
    r"""What stands between delimiters, with the limits and the halves of fractions that are higher than these.

    ``\big`` has less height than a sum with its limits, or a fraction of the line's size.
    """
    between = [item for item in items if is_between(item, left, right)]
    halves = [item for bar in bars for half in over_and_under(bar, items, bars, left.size) for item in half]
    operators = operators_of(items, left.size)
    scripts = [i for i in items if is_script(i, left.size) and not is_between(i, left, right)]
    own: list[Item] = []
    foreign: list[Item] = []
    for op in operators:
        others = [other for other in operators if other is not op]
        mine = own if is_between(op, left, right) else foreign
        mine += [item for limit in limits_of(op, others, scripts, left.size) for item in limit]
    higher = [item for item in scripts if left.x1 < item.x < right.x0 and item not in foreign]
    members = {id(item) for item in (*between, *halves, *own, *higher)}
    return [item for item in items if id(item) in members]


def _is_covered(pair: tuple[Item, Item], bars: Sequence[Bar]) -> bool:
    left, right = pair
    slack = 0.1 * left.size
    return any(
        bar.x0 - slack <= left.x0 and right.x1 <= bar.x1 + slack and not left.y0 < bar.y < left.y1 for bar in bars
    )


def _delimited(left: Item, right: Item, inner: list[Item], bars: list[Bar], build: Build) -> Item:
    lines = rows(inner, bars)
    ends = left.latex, right.latex
    if len(lines) > 1:
        if _is_small_matrix(lines, left):
            latex = _small_matrix(ends, lines, build)
        elif ends == ("(", ")") and _is_binomial(lines, left):
            (top, over), (bottom, under) = lines
            latex = f"\\binom{{{build(top, over)}}}{{{build(bottom, under)}}}"
        elif ends in _MATRICES:
            name = _MATRICES[ends]
            latex = f"\\begin{{{name}}}{_table(lines, build)}\\end{{{name}}}"
        else:
            columns = "c" * _column_count(lines)
            latex = f"\\left{ends[0]}\\begin{{array}}{{{columns}}}{_table(lines, build)}\\end{{array}}\\right{ends[1]}"
    else:
        size = explicit_size(left, inner)
        begin, end = (f"\\{size}l", f"\\{size}r") if size else ("\\left", "\\right")
        latex = f"{begin}{ends[0]} {build(inner, bars)} {end}{ends[1]}"
    parts = [left, *inner, right]
    return joined(parts, latex, "delimited", base=left.y + AXIS * left.size, centred=True, size=left.size)


def explicit_size(delimiter: Item, inner: Sequence[Item]) -> str:
    r"""``big``, ``Big`` … where a delimiter's size is one of TeX's, and ``\left`` would have had another one.

    That makes it as high as nine tenths of what it encloses, around the axis, or half an em lower than that (The
    TeXbook, appendix G, rule 19).
    """
    name = _size_of(delimiter)
    if not name:
        return ""
    half = max([0.0, *(max(delimiter.y - item.y0, item.y1 - delimiter.y) for item in inner)]) / delimiter.size
    needed = max(_DELIMITER_FACTOR * 2 * half, 2 * half - _DELIMITER_SHORTFALL)
    smaller = max((h for h in (_TEXT_SIZE, *_SIZES.values()) if h < _SIZES[name]), default=0.0)
    is_of_left = smaller - _NEEDED_SLACK < needed < _SIZES[name] + _NEEDED_SLACK
    return "" if is_of_left else name


def _size_of(delimiter: Item) -> str:
    height = (delimiter.y1 - delimiter.y0) / delimiter.size
    name, _ = min(_SIZES.items(), key=lambda item: abs(item[1] - height))
    return name if abs(_SIZES[name] - height) < _SIZE_SLACK else ""


def in_its_size(item: Item) -> Item:
    r"""A tall delimiter by itself, as the bar of ``\bigm|``, with its size."""
    if not item.large or item.kind not in _SIDES:
        return item
    name = _size_of(item)
    return replace(item, latex=f"\\{name}{_SIDES[item.kind]}{item.latex}") if name else item


def _small_matrix(ends: tuple[str, str], lines: Sequence[tuple[list[Item], list[Bar]]], build: Build) -> str:
    table = _table(lines, build, _SMALL_COLUMN)
    return f"\\left{ends[0]}\\begin{{smallmatrix}}{table}\\end{{smallmatrix}}\\right{ends[1]}"


def _is_small_matrix(lines: Sequence[tuple[list[Item], list[Bar]]], left: Item) -> bool:
    """Whether rows of the size of scripts have columns."""
    small = all(item.size < SCRIPT * left.size for line, _ in lines for item in line)
    return small and bool(column_ends(lines, _SMALL_COLUMN))


def _is_binomial(lines: Sequence[tuple[list[Item], list[Bar]]], left: Item) -> bool:
    """Whether two rows stand as far apart as a fraction's, or are as small, and not as a matrix's rows."""
    if len(lines) != 2 or column_ends(lines):
        return False
    sizes = [max(item.size for item in line) for line, _ in lines]
    bases = [baseline(line)[0] for line, _ in lines]
    return max(sizes) < SCRIPT * left.size or bases[1] - bases[0] > _BINOMIAL * max(sizes)


def _with_cases(items: list[Item], bars: list[Bar], build: Build) -> list[Item]:
    """A tall brace that nothing closes, with its rows."""
    left = lone_brace(items)
    if left is None or _is_covered((left, left), bars):
        return items
    inner = [item for item in items if is_between(item, left, None)]
    inner = [item for item in inner if not _ends_the_line(item, inner, left)]
    high = _HIGHER * left.size
    rules = [bar for bar in bars if bar.x0 > left.x1 and left.y0 - high <= bar.y <= left.y1 + high]
    if not inner:
        raise Unbuildable
    lines = rows(inner, rules)
    if len(lines) < 2:
        raise Unbuildable
    for bar in rules:
        bars.remove(bar)
    latex = f"\\begin{{cases}}{_table(lines, build)}\\end{{cases}}"
    made = joined([left, *inner], latex, "delimited", base=left.y + AXIS * left.size, centred=True, size=left.size)
    return [item for item in items if item not in inner and item is not left] + [made]


def _ends_the_line(item: Item, inner: Sequence[Item], brace: Item) -> bool:
    """Whether a point behind all cases is that of the whole line, on whose baseline it stands beside no case."""
    if item.latex not in (".", ",", ";") or abs(item.base - brace.y - AXIS * brace.size) > LEVEL * item.size:
        return False
    others = [other for other in inner if other is not item]
    beside = [other for other in others if abs(other.base - item.base) < LEVEL * item.size]
    behind = all(other.x1 <= item.x0 for other in others)
    return behind and all(item.x0 - other.x1 > _BEFORE_POINT * item.size for other in beside)


def _column_count(lines: Sequence[tuple[list[Item], list[Bar]]]) -> int:
    return len(column_ends(lines)) + 1


def _table(lines: Sequence[tuple[list[Item], list[Bar]]], build: Build, least: float = COLUMN) -> str:
    cuts = column_ends(lines, least)
    written_rows = []
    for items, bars in lines:
        cells = []
        for left, right in zip([float("-inf"), *cuts], [*cuts, float("inf")], strict=True):
            cell = sorted((item for item in items if left < item.x <= right), key=lambda item: item.x0)
            rules = [bar for bar in bars if left < (bar.x0 + bar.x1) / 2 <= right]
            cells.append(build(cell, rules) if cell else "")
        written_rows.append(" & ".join(cells))
    return " " + " \\\\ ".join(written_rows) + " "
