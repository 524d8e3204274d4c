r"""LaTeX from the places of symbols and rules: fractions, roots, scripts, limits, accents, delimiters, matrices.

The measures are those of TeX's fonts of mathematics (The TeXbook, appendix G), with room for what their users change.
What has no certain reading raises Unbuildable.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ocr_service.text_layer.formulas.items import AXIS, Bar, Item, Unbuildable, joined, piled, spans
from ocr_service.text_layer.formulas.words import joined_words, written

_LEVEL = 0.09  # em: on one baseline
_CENTRED = 0.16  # em: around one axis
_SCRIPT = 0.85  # of the size of its base
_DEEPEST = 12
_ROW = 0.5  # em between the baselines of two rows, at least
_BINOMIAL = 1.3  # em between the baselines of its two rows; a matrix's rows have 1.2
_OVERPRINTED = 0.45  # of the narrower of two signs; slanted ones lean over by less
_COLUMN = 0.62  # em of white between two columns
_NO_COLUMN = 1.4  # em: no white that lines of one formula share
_MATRICES = {("(", ")"): "pmatrix", ("[", "]"): "bmatrix", ("\\{", "\\}"): "Bmatrix", ("|", "|"): "vmatrix",
             ("\\|", "\\|"): "Vmatrix"}  # fmt: skip
_SIDE_LIMITS = frozenset({"\\int", "\\oint", "\\smallint"})
_PIECES_APART = 0.12  # em


def build(items: Sequence[Item], bars: Sequence[Bar], depth: int = 0) -> str:
    """The LaTeX of one line of mathematics. Raises Unbuildable."""
    return written(_parts(items, bars, depth))


def _parts(items: Sequence[Item], bars: Sequence[Bar], depth: int) -> list[Item]:
    """What stands on the line, with its scripts."""
    if not items or depth > _DEEPEST:
        raise Unbuildable
    return _line(list(items), list(bars), depth)


def rows(items: Sequence[Item], bars: Sequence[Bar]) -> list[tuple[list[Item], list[Bar]]]:
    """The items and rules of each line, from top to bottom. Raises Unbuildable."""
    prepared = _joined_pieces(list(items), list(bars))
    size = max(item.size for item in prepared)
    fractions = [
        (members, joined(members, "", base=bar.y + AXIS * size)) for bar, members in _fractions(prepared, bars, size)
    ]
    keepers: dict[int, Item] = {}  # of what a delimiter or a fraction keeps together, the item whose line it is on
    for left, inner in reversed(_enclosed(prepared)):
        keepers |= {id(item): left for item in inner}
    for members, whole in fractions:
        for item in members:
            keepers.setdefault(id(item), whole)
    anchors = [item for item in prepared if not _is_script(item, size) and _has_line(item) and id(item) not in keepers]
    anchors += [whole for members, whole in fractions if keepers[id(members[0])] is whole]
    if not anchors:
        raise Unbuildable
    lines: list[list[Item]] = []
    bases: list[float] = []
    for anchor in sorted(anchors, key=lambda item: item.base):
        near = next((n for n, other in enumerate(bases) if abs(other - anchor.base) < _ROW * size), None)
        if near is None:
            lines.append([anchor])
            bases.append(anchor.base)
        else:
            lines[near].append(anchor)
    own_line = {id(item): n for n, line in enumerate(lines) for item in line}
    found: list[list[Item]] = [[] for _ in lines]
    for item in prepared:
        keeper = item
        while id(keeper) in keepers and id(keeper) not in own_line:
            keeper = keepers[id(keeper)]
        own = own_line.get(id(keeper))
        if own is None:
            own = _nearest(keeper.x0, keeper.y0, keeper.x1, keeper.y1, lines)
        found[own].append(item)
    rules: list[list[Bar]] = [[] for _ in lines]
    for bar in bars:
        rules[_nearest(bar.x0, bar.y0, bar.x1, bar.y1, found)].append(bar)
    return list(zip(found, rules, strict=True))


def _has_line(item: Item) -> bool:
    """Whether its baseline is that of its line."""
    return item.kind not in ("radical", "accent", "brace", "prime", "not")


def _fractions(items: Sequence[Item], bars: Sequence[Bar], size: float) -> list[tuple[Bar, list[Item]]]:
    """The bars of fractions with what is over and under them; of one in another only the outer one."""
    found: list[tuple[Bar, list[Item]]] = []
    for bar in sorted(bars, key=lambda bar: -bar.width):
        if any(item.kind == "radical" and _has_roof(item, bar) for item in items):
            continue
        above, below = _over_and_under(bar, items, bars, size)
        members = [*above, *below]
        if above and below and not any(members[0] in other for _, other in found):
            found.append((bar, members))
    return found


def _over_and_under(bar: Bar, items: Sequence[Item], bars: Sequence[Bar], size: float) -> tuple[list[Item], list[Item]]:
    slack = 0.12 * size
    over = spans(bar, items, 0.02 * size)
    inner = [b for b in bars if b is not bar and bar.x0 - slack <= b.x0 and b.x1 <= bar.x1 + slack]
    above = piled(
        [i for i in over if i.y < bar.y], [b for b in inner if b.y < bar.y], bar.y, True, 0.5 * size, 0.33 * size
    )
    below = piled(
        [i for i in over if i.y > bar.y], [b for b in inner if b.y > bar.y], bar.y, False, 0.55 * size, 0.33 * size
    )
    return above, below


def _nearest(x0: float, y0: float, x1: float, y1: float, lines: Sequence[Sequence[Item]]) -> int:
    """The line with the item that is nearest to a box."""

    def distance(other: Item) -> float:
        across = max(0.0, other.x0 - x1, x0 - other.x1)
        return across + 2 * max(0.0, other.y0 - y1, y0 - other.y1) + 0.1 * abs(other.y - (y0 + y1) / 2)

    return min(range(len(lines)), key=lambda n: min(map(distance, lines[n])))


def _enclosed(items: Sequence[Item]) -> list[tuple[Item, list[Item]]]:
    """What stands between two tall delimiters or behind a tall brace, which keep it together; the outer ones first."""
    brace = _lone_brace(items)
    pairs: list[tuple[Item, Item | None]] = [*([(brace, None)] if brace else []), *_pairs(items)]
    return [(left, [item for item in items if _is_between(item, left, right)]) for left, right in pairs]


def _lone_brace(items: Sequence[Item]) -> Item | None:
    """A brace of several lines that nothing closes."""
    closed = [left for left, _ in _pairs(items)]
    high = (i for i in items if i.large and i.latex == "\\{" and i.y1 - i.y0 > 2.0 * i.size)
    return next((item for item in high if item not in closed), None)


def _is_between(item: Item, left: Item, right: Item | None) -> bool:
    if item is left or item is right or not left.y0 - 0.1 * left.size <= item.y <= left.y1 + 0.1 * left.size:
        return False
    return item.x > left.x1 and (right is None or item.x < right.x0)


def _is_script(item: Item, size: float) -> bool:
    return item.size < _SCRIPT * size


def _line(items: list[Item], bars: list[Bar], depth: int) -> list[Item]:
    items = _joined_pieces(items, bars)
    items = _with_braces(items, bars, depth)
    items = _with_delimited(items, bars, depth)
    items = _with_bars(items, bars, depth)
    if bars:
        raise Unbuildable
    items = _with_accents(items, depth)
    items = joined_words(items)
    return _with_scripts(items, depth)


def _joined_pieces(items: list[Item], bars: list[Bar]) -> list[Item]:
    """Delimiters and radical signs that TeX puts together from pieces, each as one item."""
    pieces = sorted((item for item in items if item.kind == "piece"), key=lambda item: item.y0)
    whole = _joined_dots([item for item in items if item.kind != "piece"])
    columns: list[list[Item]] = []
    for piece in pieces:
        name = piece.latex.rpartition(":")[0]
        for column in columns:
            last = column[-1]
            beside = abs(piece.x0 - last.x0) < 0.35 * piece.size or abs(piece.x1 - last.x1) < 0.35 * piece.size
            if (
                column[0].latex.rpartition(":")[0] == name
                and beside
                and piece.y0 - last.y1 < _PIECES_APART * piece.size
            ):
                column.append(piece)
                break
        else:
            columns.append([piece])
    for column in columns:
        name = column[0].latex.rpartition(":")[0]
        ends = {piece.latex.rpartition(":")[2] for piece in column}
        if name not in ("|", "\\|") and not {"t", "b"} <= ends:
            raise Unbuildable
        kind = {"(": "open", "[": "open", "\\{": "open", "|": "fence", "\\|": "fence", "\\sqrt": "radical"}.get(
            name, "close"
        )
        y0, y1, size = column[0].y0, max(piece.y1 for piece in column), column[0].size
        base = (y0 + y1) / 2 + AXIS * size
        whole.append(joined(column, name, kind, base=base, centred=True, large=True, built=False, y1=y1))
    return whole


def _joined_dots(items: list[Item]) -> list[Item]:
    """Three dots one under the other, or down a slope, as one item."""
    dots = sorted((item for item in items if item.latex == "."), key=lambda item: item.y0)
    made: list[Item] = []
    used: list[Item] = []
    for first in dots:
        for name, right in (("\\vdots", 0.0), ("\\ddots", 0.45)):
            second = _dot_below(first, right, dots)
            third = _dot_below(second, right, dots) if second else None
            if second is None or third is None or any(dot in used for dot in (first, second, third)):
                continue
            used += [first, second, third]
            base = second.y + AXIS * first.size
            made.append(joined([first, second, third], name, base=base, centred=True, built=False))
    return [item for item in items if item not in used] + made


def _dot_below(dot: Item, right: float, dots: Sequence[Item]) -> Item | None:
    size = dot.size
    return next(
        (o for o in dots if abs(o.x - dot.x - right * size) < 0.1 * size and 0.2 * size < o.y - dot.y < 0.5 * size),
        None,
    )


def _pairs(items: Sequence[Item]) -> list[tuple[Item, Item]]:
    """Tall delimiters that belong together, the outer ones first."""
    tall = sorted(
        (item for item in items if item.large and item.kind in ("open", "close", "fence")), key=lambda i: i.x0
    )
    open_: list[Item] = []
    found: list[tuple[Item, Item]] = []
    for item in tall:
        match = next(
            (o for o in reversed(open_) if _are_alike(o, item) and (o.kind == "open") == (item.kind == "close")), None
        )
        if item.kind != "open" and match is not None and (item.kind == "close" or match.latex == item.latex):
            found.append((match, item))
            del open_[open_.index(match) :]
        elif item.kind != "close":
            open_.append(item)
    return sorted(found, key=lambda pair: pair[0].x0 - pair[1].x1)


def _are_alike(left: Item, right: Item) -> bool:
    """Whether two delimiters have one height and one middle."""
    if left.kind == "fence" and right.kind == "fence" and left.latex != right.latex:
        return False
    tall = max(left.y1 - left.y0, right.y1 - right.y0)
    return abs(left.y - right.y) < 0.1 * tall and min(left.y1 - left.y0, right.y1 - right.y0) > 0.85 * tall


def _with_delimited(items: list[Item], bars: list[Bar], depth: int) -> list[Item]:
    """Delimiters with what they enclose as one item; those that a rule covers come later, with its part."""
    while True:
        pair = next((pair for pair in _pairs(items) if not _is_covered(pair, bars)), None)
        if pair is None:
            return _with_cases(items, bars, depth)
        left, right = pair
        inner = [item for item in items if _is_between(item, left, right)]
        rules = [bar for bar in bars if left.x1 <= (bar.x0 + bar.x1) / 2 <= right.x0 and left.y0 <= bar.y <= left.y1]
        if not inner:
            raise Unbuildable
        made = _delimited(left, right, inner, rules, depth)
        for bar in rules:
            bars.remove(bar)
        items = [item for item in items if item not in inner and item is not left and item is not right] + [made]


def _is_covered(pair: tuple[Item, Item], bars: Sequence[Bar]) -> bool:
    left, right = pair
    slack = 0.1 * left.size
    return any(
        bar.x0 - slack <= left.x0 and right.x1 <= bar.x1 + slack and not left.y0 < bar.y < left.y1 for bar in bars
    )


def _delimited(left: Item, right: Item, inner: list[Item], bars: list[Bar], depth: int) -> Item:
    lines = rows(inner, bars)
    ends = left.latex, right.latex
    if len(lines) > 1:
        if ends == ("(", ")") and _is_binomial(lines, left):
            (top, over), (bottom, under) = lines
            latex = f"\\binom{{{build(top, over, depth + 1)}}}{{{build(bottom, under, depth + 1)}}}"
        elif ends in _MATRICES:
            name = _MATRICES[ends]
            latex = f"\\begin{{{name}}}{_table(lines, depth)}\\end{{{name}}}"
        else:
            columns = "c" * _column_count(lines)
            latex = f"\\left{ends[0]}\\begin{{array}}{{{columns}}}{_table(lines, depth)}\\end{{array}}\\right{ends[1]}"
    else:
        latex = f"\\left{ends[0]} {build(inner, bars, depth + 1)} \\right{ends[1]}"
    parts = [left, *inner, right]
    return joined(parts, latex, "delimited", base=left.y + AXIS * left.size, centred=True, size=left.size)


def _is_binomial(lines: Sequence[tuple[list[Item], list[Bar]]], left: Item) -> bool:
    """Whether two rows stand as far apart as a fraction's, or are as small, and not as a matrix's rows."""
    if len(lines) != 2 or _columns(lines):
        return False
    sizes = [max(item.size for item in line) for line, _ in lines]
    bases = [_baseline(line)[0] for line, _ in lines]
    return max(sizes) < _SCRIPT * left.size or bases[1] - bases[0] > _BINOMIAL * max(sizes)


def _with_cases(items: list[Item], bars: list[Bar], depth: int) -> list[Item]:
    """A tall brace that nothing closes, with its rows."""
    left = _lone_brace(items)
    if left is None or _is_covered((left, left), bars):
        return items
    inner = [item for item in items if _is_between(item, left, None)]
    rules = [bar for bar in bars if bar.x0 > left.x1 and left.y0 <= bar.y <= left.y1]
    if not inner:
        raise Unbuildable
    lines = rows(inner, rules)
    if len(lines) < 2:
        raise Unbuildable
    for bar in rules:
        bars.remove(bar)
    latex = f"\\begin{{cases}}{_table(lines, depth)}\\end{{cases}}"
    made = joined([left, *inner], latex, "delimited", base=left.y + AXIS * left.size, centred=True, size=left.size)
    return [item for item in items if item not in inner and item is not left] + [made]


def has_columns(lines: Sequence[tuple[list[Item], list[Bar]]]) -> bool:
    """Whether all lines have a wide white at one place."""
    return bool(_columns(lines, _NO_COLUMN))


def _columns(lines: Sequence[tuple[list[Item], list[Bar]]], least: float = _COLUMN) -> list[float]:
    """Where columns end: the middles of the white, ``least`` em, that all rows have."""
    size = max(item.size for line, _ in lines for item in line)
    edges = sorted((item.x0, item.x1) for line, _ in lines for item in line)
    cuts, right = [], edges[0][1]
    for x0, x1 in edges:
        if x0 - right > least * size:
            cuts.append((right + x0) / 2)
        right = max(right, x1)
    return cuts


def _column_count(lines: Sequence[tuple[list[Item], list[Bar]]]) -> int:
    return len(_columns(lines)) + 1


def _table(lines: Sequence[tuple[list[Item], list[Bar]]], depth: int) -> str:
    cuts = _columns(lines)
    written_rows = []
    for items, bars in lines:
        cells = []
        for left, right in zip([float("-inf"), *cuts], [*cuts, float("inf")], strict=True):
            cell = sorted((item for item in items if left < item.x <= right), key=lambda item: item.x0)
            rules = [bar for bar in bars if left < (bar.x0 + bar.x1) / 2 <= right]
            cells.append(build(cell, rules, depth + 1) if cell else "")
        written_rows.append(" & ".join(cells))
    return " " + " \\\\ ".join(written_rows) + " "


def _with_braces(items: list[Item], bars: list[Bar], depth: int) -> list[Item]:
    """Braces over and under, with what they span and what they say."""
    ends = sorted((item for item in items if item.kind == "brace"), key=lambda item: (round(item.y0), item.x0))
    if not ends:
        return items
    if len(ends) % 4:
        raise Unbuildable
    for at in range(0, len(ends), 4):
        four = ends[at : at + 4]
        order = [item.latex for item in sorted(four, key=lambda item: item.x0)]
        up = order == ["brace:0", "brace:3", "brace:2", "brace:1"]
        if not up and order != ["brace:2", "brace:1", "brace:0", "brace:3"]:
            raise Unbuildable
        x0, x1 = min(i.x0 for i in four), max(i.x1 for i in four)
        y0, y1, size = min(i.y0 for i in four), max(i.y1 for i in four), four[0].size
        for bar in [b for b in bars if y0 - 2 <= b.y <= y1 + 2 and x0 - 2 <= b.x0 and b.x1 <= x1 + 2]:
            bars.remove(bar)
        over = Bar(x0, x1, y0, y1)
        rest = spans(over, [item for item in items if item.kind != "brace"], 0.1 * size)
        body = piled(
            [i for i in rest if (i.y > y1 if up else i.y < y0)], [], y1 if up else y0, not up, 0.6 * size, 0.3 * size
        )
        said = piled(
            [i for i in rest if (i.y < y0 if up else i.y > y1)], [], y0 if up else y1, up, 0.5 * size, 0.2 * size
        )
        if not body:
            raise Unbuildable
        inner = _take_bars(bars, body)
        latex = f"\\{'over' if up else 'under'}brace{{{build(body, inner, depth + 1)}}}"
        if said:
            latex += f"{'^' if up else '_'}{{{build(said, _take_bars(bars, said), depth + 1)}}}"
        largest = max(body, key=lambda item: item.size)
        made = joined([largest, *body, *four, *said], latex, "ord")
        items = [item for item in items if item not in body and item not in four and item not in said] + [made]
    return items


def _take_bars(bars: list[Bar], items: Sequence[Item]) -> list[Bar]:
    """The rules in the place of items, taken out of ``bars``."""
    x0, x1 = min(i.x0 for i in items), max(i.x1 for i in items)
    y0, y1, size = min(i.y0 for i in items), max(i.y1 for i in items), max(i.size for i in items)
    slack = 0.35 * size
    found = [b for b in bars if x0 - slack <= b.x0 and b.x1 <= x1 + slack and y0 - slack <= b.y <= y1 + slack]
    for bar in found:
        bars.remove(bar)
    return found


def _with_bars(items: list[Item], bars: list[Bar], depth: int) -> list[Item]:
    """Fractions, roots, and rules over and under, the widest first."""
    while bars:
        bar = max(bars, key=lambda b: b.width)
        bars.remove(bar)
        size = max(item.size for item in items)
        sign = next((item for item in items if item.kind == "radical" and _has_roof(item, bar)), None)
        made, used = _root(sign, bar, items, bars, depth) if sign else _fraction(bar, items, bars, size, depth)
        items = [item for item in items if item not in used] + [made]
    return items


def _has_roof(sign: Item, bar: Bar) -> bool:
    near = 0.15 * sign.size
    return abs(sign.x1 - bar.x0) < near and abs(sign.y0 - bar.y) < near


def _root(sign: Item, bar: Bar, items: list[Item], bars: list[Bar], depth: int) -> tuple[Item, list[Item]]:
    slack = 0.1 * sign.size
    under = [i for i in spans(bar, items, slack) if i is not sign and i.x0 < bar.x1]
    inner = [i for i in under if bar.y < i.y < sign.y1 + slack]
    index = [item for item in items if _is_degree(item, sign)]
    if not inner:
        raise Unbuildable
    rules = _take_bars(bars, inner)
    degree = f"[{build(index, [], depth + 1)}]" if index else ""
    parts = _parts(inner, rules, depth + 1)
    latex = f"\\sqrt{degree}{{{written(parts)}}}"
    base, size = _baseline(parts)
    made = joined([sign, *inner, *index], latex, base=base, x1=bar.x1, advance=bar.x1, size=size)
    centred = all(part.centred for part in parts)
    return replace(made, centred=centred, large=False), [sign, *inner, *index]


def _is_degree(item: Item, sign: Item) -> bool:
    """Whether it stands in the angle of a root's sign."""
    wide, high = sign.x1 - sign.x0, sign.y1 - sign.y0
    across = sign.x0 - 0.6 * sign.size < item.x0 and item.x < sign.x0 + 0.6 * wide and item.x1 < sign.x1
    down = sign.y0 - 0.35 * sign.size < item.y0 and item.y1 < sign.y1 - 0.35 * high
    return item.size < 0.8 * sign.size and across and down


def _fraction(bar: Bar, items: list[Item], bars: list[Bar], size: float, depth: int) -> tuple[Item, list[Item]]:
    above, below = _over_and_under(bar, items, bars, size)
    if above and below:
        top = build(above, _take_bars(bars, above), depth + 1)
        bottom = build(below, _take_bars(bars, below), depth + 1)
        own = max(i.size for i in (*above, *below))
        made = joined([*above, *below], f"\\frac{{{top}}}{{{bottom}}}", "fraction", size=own, base=bar.y + AXIS * own)
        made = replace(
            made, x0=min(made.x0, bar.x0), x1=max(made.x1, bar.x1), advance=bar.x1, centred=True, large=False
        )
        return made, [*above, *below]
    body = below or above
    if not body:
        raise Unbuildable
    latex = build(body, _take_bars(bars, body), depth + 1)
    main = max(body, key=lambda item: item.size)
    name = "overline" if below else "underline"
    made = joined([main, *body], f"\\{name}{{{latex}}}")
    return replace(made, y0=min(made.y0, bar.y0), y1=max(made.y1, bar.y1), large=False), body


def _with_accents(items: list[Item], depth: int) -> list[Item]:
    """Accents on their letters, and slashes through relations."""
    for mark in [item for item in items if item.kind in ("accent", "not")]:
        rest = [item for item in items if item is not mark]
        if mark.kind == "not":
            crossed = min((i for i in rest if i.kind in ("rel", "ord")), key=lambda i: abs(i.x - mark.x), default=None)
            if crossed is None or abs(crossed.x - mark.x) > 0.3 * mark.size:
                raise Unbuildable
            latex = {"=": "\\neq", "\\in": "\\notin"}.get(crossed.latex, f"\\not{crossed.latex}")
            items = [item for item in rest if item is not crossed] + [joined([crossed, mark], latex, "rel")]
            continue
        wide = mark.latex.startswith("\\wide")
        below = [
            item
            for item in rest
            if (mark.x0 - 0.1 * mark.size < item.x < mark.x1 + 0.1 * mark.size if wide else _is_under(mark, item))
            and -0.12 * mark.size < item.y0 - mark.y1 < 0.45 * mark.size
        ]
        if not below:
            raise Unbuildable
        if not wide:
            below = [min(below, key=lambda item: (item.y0 - mark.y1 > 0.3 * mark.size, abs(item.x - mark.x)))]
            body = below[0].latex
        else:
            body = build(below, [], depth + 1)
        main = max(below, key=lambda item: item.size)
        made = joined([main, *below, mark], f"{mark.latex}{{{body}}}", advance=max(i.advance for i in below))
        items = [item for item in rest if item not in below] + [made]
    return items


def _is_under(mark: Item, item: Item) -> bool:
    shared = min(mark.x1, item.x1) - max(mark.x0, item.x0)
    if abs(item.size - mark.size) > 0.15 * mark.size:
        return False
    return item.kind in ("ord", "letter", "bin", "rel") and shared > 0.4 * min(mark.x1 - mark.x0, item.x1 - item.x0)


def _lie_on_one_another(left: Item, right: Item) -> bool:
    """Whether signs of one line cover each other, as the pieces of long arrows do."""
    shared = min(left.x1, right.x1) - right.x0
    return (
        shared > _OVERPRINTED * min(left.x1 - left.x0, right.x1 - right.x0)
        and left.y0 < right.y1
        and right.y0 < left.y1
    )


@dataclass(slots=True)
class _Node:
    item: Item
    above: list[Item] = field(default_factory=list)
    below: list[Item] = field(default_factory=list)


def _baseline(items: Sequence[Item]) -> tuple[float, float]:
    """The baseline and the size of a line of type."""
    telling = [i for i in items if i.kind != "prime"] or list(items)
    size = max(item.size for item in telling)
    full = [item for item in telling if not _is_script(item, size) and not item.centred]
    full = full or [item for item in telling if not _is_script(item, size)]
    counts = {item.base: sum(abs(item.base - other.base) < _LEVEL * size for other in full) for item in full}
    most = max(counts.values())
    return next(item.base for item in sorted(full, key=lambda i: i.x0) if counts[item.base] == most), size


def _with_scripts(items: list[Item], depth: int) -> list[Item]:
    """The items of the baseline with their superscripts, subscripts and limits, from left to right."""
    base, size = _baseline(items)
    level: list[Item] = []
    scripts: list[Item] = []
    for item in sorted(items, key=lambda item: item.x0):
        on_line = abs(item.base - base) < (_CENTRED if item.centred else _LEVEL) * size
        small = _is_script(item, size) and not (item.kind in ("fraction", "delimited") and on_line)
        (level if on_line and not small else scripts).append(item)
    if not level:
        raise Unbuildable
    if any(_lie_on_one_another(a, b) for a, b in itertools.pairwise(level)):
        raise Unbuildable
    nodes = [_Node(item) for item in level]
    for node in nodes:
        if node.item.kind in ("op", "func"):
            scripts = _take_limits(node, nodes, scripts, size)
    for node in nodes:
        if node.item.kind in ("rel", "text", "function"):
            scripts = _take_stacked(node, scripts, size, depth)
    _attach(nodes, scripts, base, size)
    return [_with_script(node, depth) for node in nodes]


def _take_limits(node: _Node, nodes: Sequence[_Node], scripts: list[Item], size: float) -> list[Item]:
    """The limits over and under an operator; the scripts that are left."""
    op = node.item
    if op.latex in _SIDE_LIMITS:
        over = [i for i in scripts if abs(i.x - op.x) < 0.5 * (op.x1 - op.x0) and (i.y1 < op.y0 or i.y0 > op.y1)]
        if not over:
            return scripts
    for up in (True, False):
        side = [i for i in scripts if (i.y1 < op.y0 + 0.12 * size if up else i.y0 > op.y1 - 0.12 * size)]
        if op.kind == "func":
            side = [i for i in side if up is False and i.base > op.base + 0.3 * size]
        core = _level_with(op, side, size)
        if not core:
            continue
        for other in nodes:
            if other is not node and other.item.kind in ("op", "func"):
                side = _own_side(core, _level_with(other.item, side, size), side)
        chosen = _in_one_run(core, side, size)
        (node.above if up else node.below).extend(chosen)
        scripts = [item for item in scripts if item not in chosen]
    return scripts


def _level_with(op: Item, scripts: Sequence[Item], size: float) -> list[Item]:
    """The scripts right over or under an operator."""
    return [i for i in scripts if op.x0 - 0.05 * size < i.x < op.x1 + 0.05 * size]


def _own_side(core: Sequence[Item], others: Sequence[Item], side: list[Item]) -> list[Item]:
    """What of ``side`` is left or right of the widest white between the limits of two operators."""
    if not others or any(item in core for item in others):
        return side
    first, second = sorted((core, others), key=lambda items: min(i.x0 for i in items))
    left, right = min(i.x0 for i in first), max(i.x1 for i in second)
    between = sorted((i for i in side if left <= i.x0 and i.x1 <= right), key=lambda i: i.x0)
    gaps = [(b.x0 - a.x1, (a.x1 + b.x0) / 2) for a, b in pairwise(between) if a.x >= first[0].x and b.x <= second[-1].x]
    if not gaps:
        return side
    _, at = max(gaps)
    return [i for i in side if (i.x < at) == (core[0].x < at)]


def _take_stacked(node: _Node, scripts: list[Item], size: float, depth: int) -> list[Item]:
    """A relation or a word with what stands right over or under it; the scripts that are left."""
    item = node.item
    for name, up in (("overset", True), ("underset", False)):
        side = [s for s in scripts if (s.y1 < item.y0 + 0.05 * size if up else s.y0 > item.y1 - 0.05 * size)]
        core = [s for s in side if item.x0 < s.x < item.x1]
        if not core:
            continue
        stacked = _in_one_run(core, side, size)
        middle = (min(s.x0 for s in stacked) + max(s.x1 for s in stacked)) / 2
        if abs(middle - item.x) > 0.25 * size:
            continue
        latex = f"\\{name}{{{build(stacked, [], depth + 1)}}}{{{node.item.latex}}}"
        latex = {"\\overset{\\sim}{=}": "\\cong", "\\overset{.}{=}": "\\doteq"}.get(latex, latex)
        node.item = replace(joined([node.item, *stacked], latex, node.item.kind), x0=item.x0)
        scripts = [s for s in scripts if s not in stacked]
    return scripts


def _in_one_run(core: Sequence[Item], side: Sequence[Item], size: float) -> list[Item]:
    """``core`` with what goes on beside it at the same height."""
    chosen = list(core)
    while True:
        x0, x1 = min(i.x0 for i in chosen), max(i.x1 for i in chosen)
        y0, y1 = min(i.y0 for i in chosen), max(i.y1 for i in chosen)
        more = [
            item
            for item in side
            if item not in chosen and item.x0 - x1 < 0.4 * size and x0 - item.x1 < 0.4 * size
            and item.y0 < y1 + 0.15 * size and item.y1 > y0 - 0.15 * size
        ]  # fmt: skip
        if not more:
            return chosen
        chosen += more


def _attach(nodes: Sequence[_Node], scripts: Sequence[Item], base: float, size: float) -> None:
    """Each script to the node before it, above or below."""
    for item in sorted(scripts, key=lambda item: item.x0):
        before = [n for n, node in enumerate(nodes) if node.item.x0 < item.x and node.item.x0 <= item.x0 + 0.05 * size]
        if not before:
            raise Unbuildable(f"{item.latex} before all")
        node = nodes[before[-1]]
        following = nodes[before[-1] + 1].item.x0 if before[-1] + 1 < len(nodes) else float("inf")
        reach = max([node.item.x1, node.item.advance, *(i.advance for i in (*node.above, *node.below))])
        if item.x0 - reach > 0.45 * size or item.x > following + 0.1 * size:
            raise Unbuildable(f"{item.latex} behind {node.item.latex}")
        up = _goes_up(item, node, base, size)
        (node.above if up else node.below).append(item)


def _goes_up(item: Item, node: _Node, base: float, size: float) -> bool:
    """Whether a script is one above: by its baseline, or by the larger script before it, whose own it is."""
    groups = []
    for up, group in ((True, node.above), (False, node.below)):
        larger = [i for i in group if item.size < 0.9 * i.size and i.x0 <= item.x0]
        if larger:
            last = max(larger, key=lambda i: i.x0)
            rise = (last.base - item.base) / last.size
            if item.x0 - last.x1 < 0.6 * last.size and -0.5 < rise < 0.75:
                groups.append((abs(rise - (0.4 if rise > 0 else -0.2)), up))
    if groups and _is_script(item, size * _SCRIPT):
        return min(groups)[1]
    middle = node.item.y if node.item.centred and node.item.y1 - node.item.y0 > 1.2 * size else None
    if middle is not None:
        return item.y < middle
    rise = (base - item.base) / size
    if item.kind == "prime":
        return rise > 0.1
    if rise > 0.15:
        return True
    if rise < -0.06:
        return False
    raise Unbuildable(f"{item.latex} beside {node.item.latex}")


def _script(items: list[Item], depth: int) -> str:
    """What stands over or under an operator, in lines."""
    lines = rows(items, [])
    if len(lines) == 1:
        return build(items, [], depth + 1)
    return "\\substack{" + " \\\\ ".join(build(line, bars, depth + 1) for line, bars in lines) + "}"


def _with_script(node: _Node, depth: int) -> Item:
    latex = node.item.latex
    if not node.above and not node.below:
        return node.item
    if node.item.kind in ("bin", "rel", "punct", "open") and node.item.latex not in (
        "\\ast",
        "*",
        "+",
        "-",
        "\\rightarrow",
        "=",
        "\\dagger",
        "\\sim",
    ):
        raise Unbuildable
    if node.below:
        latex += f"_{{{_script(node.below, depth)}}}"
    primes = [item for item in node.above if item.kind == "prime"]
    other = [item for item in node.above if item.kind != "prime"]
    if primes and not other:
        latex = node.item.latex + "'" * len(primes) + latex[len(node.item.latex) :]
    elif primes:
        raised = "'" * len(primes) + f"^{{{build(other, [], depth + 1)}}}"
        latex = node.item.latex + raised + latex[len(node.item.latex) :]
    elif other:
        latex += f"^{{{build(other, [], depth + 1)}}}"
    parts = [node.item, *node.above, *node.below]
    return replace(joined(parts, latex, node.item.kind), x0=node.item.x0)
