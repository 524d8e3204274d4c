"""Lines of symbols: which rows there are, and what delimiters, fractions and pieces keep together in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ocr_service.text_layer.formulas.hosts import hosts_of, letters_under
from ocr_service.text_layer.formulas.items import SCRIPT, Bar, Item, Unbuildable, has_line, joined, piled, spans
from ocr_service.text_layer.formulas.limits import limits_of
from ocr_service.text_layer.formulas.words import joined_words
from ocr_service.text_layer.proof.known_glyphs import AXIS

_ROW = 0.5  # em between the baselines of two rows, at least
COLUMN = 0.62  # em of white between two columns
_NO_COLUMN = 1.4  # em: no white that lines of one formula share
_FROM_RULE = (0.55, 0.7)  # em to the halves of a fraction: mostly, and in a line whose type is larger
_BEHIND_TALL = 0.5  # em from a tall delimiter to its scripts
_NEAR_LIMIT = 0.9  # em between an operator and the parts of its limits
_PIECES_APART = 0.12  # em
_NUMERATOR_BASE, _DENOMINATOR_BASE = 0.6, 1.25  # em from a fraction's bar to their baselines, at most
_CLOSE = 0.3  # em from a fraction's bar to the ink over and under it where their baselines are further off
_NUMERATOR = 0.9  # em on both sides of a bar, in which the middle of a numerator is
_TOUCHES = 0.15  # em from a brace's piece to the rule that fills it


def rows(items: Sequence[Item], bars: Sequence[Bar]) -> list[tuple[list[Item], list[Bar]]]:
    """The items and rules of each line, from top to bottom. Raises Unbuildable."""
    prepared = joined_pieces(list(items), list(bars))
    size = max(item.size for item in prepared)
    fractions = [
        (members, joined(members, "", base=bar.y + AXIS * size)) for bar, members in _fractions(prepared, bars, size)
    ]
    hosts = hosts_of([item for item in prepared if is_script(item, size)], prepared)
    keepers = limits_at(prepared, size, hosts) | _keepers(prepared, fractions)
    anchors = [item for item in prepared if not is_script(item, size) and has_line(item) and id(item) not in keepers]
    anchors += [whole for members, whole in fractions if keepers[id(members[0])] is whole]
    if not anchors:
        raise Unbuildable
    lines = _lines_of(anchors, size)
    own_line = {id(item): n for n, line in enumerate(lines) for item in line}
    keepers = hosts | letters_under([item for item in prepared if item.kind == "accent"], prepared) | keepers
    found: list[list[Item]] = [[] for _ in lines]
    for item in prepared:
        keeper, passed = item, set[int]()
        while id(keeper) in keepers and id(keeper) not in own_line and id(keeper) not in passed:
            passed.add(id(keeper))
            keeper = keepers[id(keeper)]
        own = own_line.get(id(keeper))
        if own is None:
            own = _nearest(keeper.x0, keeper.y0, keeper.x1, keeper.y1, lines)
        found[own].append(item)
    rules: list[list[Bar]] = [[] for _ in lines]
    for bar in bars:
        rules[_nearest(bar.x0, bar.y0, bar.x1, bar.y1, found)].append(bar)
    return list(zip(found, rules, strict=True))


def _keepers(items: Sequence[Item], fractions: Sequence[tuple[list[Item], Item]]) -> dict[int, Item]:
    """Of what a delimiter or a fraction keeps together, the item whose line it is on."""
    keepers: dict[int, Item] = {}
    for left, inner in reversed(_enclosed(items)):
        keepers |= {id(item): left for item in inner}
    for members, whole in fractions:
        keeper = next((item for item in items if _has_behind(item, members, whole)), whole)
        for item in members:
            keepers.setdefault(id(item), keeper)
    return keepers


def _has_behind(delimiter: Item, members: Sequence[Item], fraction: Item) -> bool:
    """Whether a fraction is the superscript or the subscript of a tall delimiter, whose middle is far from it."""
    if not delimiter.large or delimiter.kind not in ("close", "fence"):
        return False
    near = -_PIECES_APART < (fraction.x0 - delimiter.x1) / delimiter.size < _BEHIND_TALL
    level = delimiter.y0 - delimiter.size < fraction.y < delimiter.y1 + delimiter.size
    apart = abs(fraction.y - delimiter.y) > _ROW * delimiter.size
    return near and level and apart and all(is_script(item, delimiter.size) for item in members)


def limits_at(items: Sequence[Item], size: float, hosts: Mapping[int, Item] | None = None) -> dict[int, Item]:
    """Of the limits near an operator, the operator. ``hosts``: the signs that scripts stand behind."""
    scripts = [item for item in items if is_script(item, size)]
    behind = {id(item): _sign_of(item, hosts or {}) for item in scripts}
    with_scripts = {id(sign) for sign in behind.values() if sign.centred}
    scripts = [i for i in scripts if is_script(behind[id(i)], size) or behind[id(i)].centred]
    operators = operators_of(items, size)
    keepers: dict[int, Item] = {}
    for op in operators:
        if id(op) in with_scripts:
            continue
        others = [other for other in operators if other is not op and abs(other.base - op.base) < _ROW * size]
        near = [i for i in scripts if op.y0 - i.y1 < _NEAR_LIMIT * size and i.y0 - op.y1 < _NEAR_LIMIT * size]
        for limit in limits_of(op, others, near, size):
            keepers |= {id(item): op for item in limit}
    return keepers


def _sign_of(script: Item, hosts: Mapping[int, Item]) -> Item:
    """What a script stands behind, or what that goes on with; itself where it stands behind nothing."""
    while id(script) in hosts:
        script = hosts[id(script)]
    return script


def operators_of(items: Sequence[Item], size: float) -> list[Item]:
    """What may have limits: large operators, and functions such as ``max``."""
    full = [item for item in items if not is_script(item, size)]
    return [item for item in joined_words(full) if item.kind in ("op", "func")]


def _lines_of(anchors: Sequence[Item], size: float) -> list[list[Item]]:
    """Items by the line of their baseline, from top to bottom."""
    lines: list[list[Item]] = []
    for anchor in sorted(anchors, key=lambda item: item.base):
        near = next((line for line in lines if abs(line[0].base - anchor.base) < _ROW * size), None)
        if near is None:
            lines.append([anchor])
        else:
            near.append(anchor)
    return lines


def _fractions(items: Sequence[Item], bars: Sequence[Bar], size: float) -> list[tuple[Bar, list[Item]]]:
    """The bars of fractions with what is over and under them; of one in another only the outer one."""
    found: list[tuple[Bar, list[Item]]] = []
    for bar in sorted(bars, key=lambda bar: -bar.width):
        if any((item.kind == "radical" and has_roof(item, bar)) or _is_filled_by(item, bar) for item in items):
            continue
        above, below = over_and_under(bar, items, bars, size)
        members = [*above, *below]
        if above and below and not any(members[0] in other for _, other in found):
            found.append((bar, members))
    return found


def _is_filled_by(piece: Item, bar: Bar) -> bool:
    """Whether a rule goes on from a piece of a level brace."""
    beside = min(abs(bar.x0 - piece.x1), abs(bar.x1 - piece.x0)) < _TOUCHES * piece.size
    return piece.kind == "brace" and beside and piece.y0 - 2 <= bar.y <= piece.y1 + 2


def over_and_under(bar: Bar, items: Sequence[Item], bars: Sequence[Bar], size: float) -> tuple[list[Item], list[Item]]:
    slack = 0.12 * size
    over = spans(bar, items, 0.02 * size)
    next_to = [i for i in over if bar.y - _NUMERATOR * size < i.y < bar.y + _NUMERATOR * size]
    if next_to and all(is_script(item, size) for item in next_to):  # of a fraction in a line; others are of other lines
        over = [item for item in over if is_script(item, size)]
    inner = [b for b in bars if b is not bar and bar.x0 - slack <= b.x0 and b.x1 <= bar.x1 + slack]
    letters = letters_under([item for item in over if item.kind == "accent"], over)
    heights = extents(over, limits_at(over, size) | letters)

    def half(up: bool) -> list[Item]:
        mine = [i for i in over if (i.y < bar.y) == up and i.y != bar.y and id(i) not in letters]
        rules = [b for b in inner if (b.y < bar.y) == up and b.y != bar.y]
        near, far = (piled(mine, rules, bar.y, up, gap * size, 0.33 * size, heights) for gap in _FROM_RULE)
        if near and not (is_near_over(near, bar, size) if up else is_near_under(near, bar, size)):
            return []
        found = near or far
        here = {id(item) for item in found}
        return found + [i for i in over if id(i) in letters and id(letters[id(i)]) in here]

    return half(True), half(False)


def is_near_over(items: Sequence[Item], bar: Bar, size: float) -> bool:
    """Whether items stand over a bar as near as numerators do; a line above a rule over letters is further off."""
    return any(bar.y - item.y1 < _CLOSE * size or bar.y - item.base < _NUMERATOR_BASE * size for item in items)


def is_near_under(items: Sequence[Item], bar: Bar, size: float) -> bool:
    return any(item.y0 - bar.y < _CLOSE * size or item.base - bar.y < _DENOMINATOR_BASE * size for item in items)


def extents(items: Sequence[Item], keepers: Mapping[int, Item]) -> dict[int, tuple[float, float]]:
    """The top and bottom of each operator with its limits, and of each letter with its accent."""
    found: dict[int, tuple[float, float]] = {}
    for item in items:
        keeper = keepers.get(id(item))
        if keeper is not None:
            y0, y1 = found.get(id(keeper), (keeper.y0, keeper.y1))
            found[id(keeper)] = min(y0, item.y0), max(y1, item.y1)
    return found


def _nearest(x0: float, y0: float, x1: float, y1: float, lines: Sequence[Sequence[Item]]) -> int:
    """The line with the item that is nearest to a box."""

    def distance(other: Item) -> float:
        across = max(0.0, other.x0 - x1, x0 - other.x1)
        return across + 2 * max(0.0, other.y0 - y1, y0 - other.y1) + 0.1 * abs(other.y - (y0 + y1) / 2)

    return min(range(len(lines)), key=lambda n: min(map(distance, lines[n])))


def _enclosed(items: Sequence[Item]) -> list[tuple[Item, list[Item]]]:
    """What stands between two tall delimiters or behind a tall brace, which keep it together; the outer ones first."""
    brace = lone_brace(items)
    pairs: list[tuple[Item, Item | None]] = [*([(brace, None)] if brace else []), *delimiter_pairs(items)]
    return [(left, [item for item in items if is_between(item, left, right)]) for left, right in pairs]


def lone_brace(items: Sequence[Item]) -> Item | None:
    """A brace of several lines that nothing closes."""
    closed = [left for left, _ in delimiter_pairs(items)]
    high = (i for i in items if i.large and i.latex == "\\{" and i.y1 - i.y0 > 2.0 * i.size)
    return next((item for item in high if item not in closed), None)


def is_between(item: Item, left: Item, right: Item | None) -> bool:
    if item is left or item is right or not left.y0 - 0.1 * left.size <= item.y <= left.y1 + 0.1 * left.size:
        return False
    return item.x > left.x1 and (right is None or item.x < right.x0)


def is_script(item: Item, size: float) -> bool:
    return item.size < SCRIPT * size


def joined_pieces(items: list[Item], bars: list[Bar]) -> list[Item]:
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


def delimiter_pairs(items: Sequence[Item]) -> list[tuple[Item, Item]]:
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
            at = open_.index(match)
            open_ = [o for n, o in enumerate(open_) if n < at or (o is not match and not match.y0 < o.y < match.y1)]
        elif item.kind != "close":
            open_.append(item)
    return sorted(found, key=lambda pair: pair[0].x0 - pair[1].x1)


def _are_alike(left: Item, right: Item) -> bool:
    """Whether two delimiters have one height and one middle."""
    if left.kind == "fence" and right.kind == "fence" and left.latex != right.latex:
        return False
    tall = max(left.y1 - left.y0, right.y1 - right.y0)
    return abs(left.y - right.y) < 0.1 * tall and min(left.y1 - left.y0, right.y1 - right.y0) > 0.85 * tall


def has_columns(lines: Sequence[tuple[list[Item], list[Bar]]]) -> bool:
    """Whether all lines have a wide white at one place, and two of them something on both sides of it."""
    return any(
        sum(any(i.x < cut for i in line) and any(i.x > cut for i in line) for line, _ in lines) > 1
        for cut in column_ends(lines, _NO_COLUMN)
    )


def column_ends(lines: Sequence[tuple[list[Item], list[Bar]]], least: float = COLUMN) -> list[float]:
    """Where columns end: the middles of the white, ``least`` em, that all rows have."""
    size = max(item.size for line, _ in lines for item in line)
    edges = sorted((item.x0, item.x1) for line, _ in lines for item in line)
    cuts, right = [], edges[0][1]
    for x0, x1 in edges:
        if x0 - right > least * size:
            cuts.append((right + x0) / 2)
        right = max(right, x1)
    return cuts


def has_roof(sign: Item, bar: Bar) -> bool:
    near = 0.15 * sign.size
    return abs(sign.x1 - bar.x0) < near and abs(sign.y0 - bar.y) < near
