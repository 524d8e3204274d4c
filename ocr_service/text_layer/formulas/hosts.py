"""Which sign each script stands behind, and each accent over: so both are on its line, and on none above or below."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from ocr_service.text_layer.formulas.items import Item, has_line

_SMALLER = 0.87  # of the size of its sign, at most
_BEFORE, _BEHIND = 0.3, 0.35  # em from the end of a sign to its script: letters lean, and operators have space behind
_LEVEL = 0.05  # em between the baselines of the signs of one script
_SUPERSCRIPT, _SUBSCRIPT = (-0.8, -0.2), (0.04, 0.5)  # em between the baselines of a sign and its script
_USUAL = (-0.4, 0.2)
_OVERLAP, _UNDER, _LEANING = 0.15, 0.45, 0.25  # em between an accent and its letter, and their middles
_AT_END = 0.5  # em from the top or bottom of a tall sign to the middle of its script


def hosts_of(scripts: Sequence[Item], items: Sequence[Item]) -> dict[int, Item]:
    """By the id of a script its sign; none for what stands behind nothing, as a limit does."""
    by_end = sorted(filter(has_line, items), key=lambda item: item.x1)
    ends = [item.x1 for item in by_end]
    found: dict[int, Item] = {}
    for script in sorted(scripts, key=lambda item: item.x0):
        most = script.size / _SMALLER
        first = bisect_left(ends, script.x0 - 2 * _BEHIND * most)
        last = bisect_right(ends, script.x0 + 2 * _BEFORE * most)
        near = [(cost, item) for item in by_end[first:last] if (cost := _cost(script, item)) is not None]
        if near:
            found[id(script)] = min(near, key=lambda pair: pair[0])[1]
    return found


def letters_under(accents: Sequence[Item], items: Sequence[Item]) -> dict[int, Item]:
    """By the id of an accent the sign that it stands over."""
    by_middle = sorted((item for item in items if has_line(item)), key=lambda item: item.x)
    middles = [item.x for item in by_middle]
    found: dict[int, Item] = {}
    for accent in accents:
        reach = _LEANING * accent.size + accent.width / 2
        near = by_middle[bisect_left(middles, accent.x - reach) : bisect_right(middles, accent.x + reach)]
        under = [item for item in near if -_OVERLAP < (item.y0 - accent.y1) / accent.size < _UNDER]
        if under:
            found[id(accent)] = min(under, key=lambda item: item.y0)
    return found


def _cost(script: Item, item: Item) -> float | None:
    """How unusual a script's place behind an item would be; None where it cannot be its script, nor go on with one."""
    size = item.size
    gap = (script.x0 - item.x1) / size
    if item is script or item.x0 >= script.x0 or not -_BEFORE < gap < _BEHIND:
        return None
    down = (script.base - item.base) / size
    if script.size > _SMALLER * size:
        return abs(gap) if abs(down) < _LEVEL and abs(script.size - size) < _LEVEL * size else None
    if item.large or item.centred:
        off = min(abs(script.y - item.y0), abs(script.y - item.y1)) / size
        return off + abs(gap) if off < _AT_END else None
    if not (_SUPERSCRIPT[0] < down < _SUPERSCRIPT[1] or _SUBSCRIPT[0] < down < _SUBSCRIPT[1]):
        return None
    return min(abs(down - usual) for usual in _USUAL) + abs(gap)
