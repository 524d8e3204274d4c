"""Superscripts, subscripts and limits: which symbol of a baseline each belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ocr_service.text_layer.formulas.items import Item, Unbuildable
from ocr_service.text_layer.formulas.rows import SCRIPT, is_script

LEVEL = 0.09  # em: on one baseline
CENTRED = 0.16  # em: around one axis
_OVERPRINTED = 0.45  # of the narrower of two signs; slanted ones lean over by less
_SIDE_LIMITS = frozenset({"\\int", "\\iint", "\\iiint", "\\oint", "\\smallint"})


def lie_on_one_another(left: Item, right: Item) -> bool:
    """Whether signs of one line cover each other, as the pieces of long arrows do."""
    shared = min(left.x1, right.x1) - right.x0
    return (
        shared > _OVERPRINTED * min(left.x1 - left.x0, right.x1 - right.x0)
        and left.y0 < right.y1
        and right.y0 < left.y1
    )


@dataclass(slots=True)
class Node:
    """A symbol of the baseline, and what stands above and below it."""

    item: Item
    above: list[Item] = field(default_factory=list)
    below: list[Item] = field(default_factory=list)


def baseline(items: Sequence[Item]) -> tuple[float, float]:
    """The baseline and the size of a line of type."""
    telling = [i for i in items if i.kind != "prime"] or list(items)
    size = max(item.size for item in telling)
    full = [item for item in telling if not is_script(item, size) and not item.centred]
    full = full or [item for item in telling if not is_script(item, size)]
    counts = {item.base: sum(abs(item.base - other.base) < LEVEL * size for other in full) for item in full}
    most = max(counts.values())
    return next(item.base for item in sorted(full, key=lambda i: i.x0) if counts[item.base] == most), size


def take_limits(node: Node, nodes: Sequence[Node], scripts: list[Item], size: float) -> list[Item]:
    """The limits over and under an operator; the scripts that are left."""
    op = node.item
    if op.latex in _SIDE_LIMITS and not any(_stands_over_or_under(item, op) for item in scripts):
        return scripts
    others = [other.item for other in nodes if other is not node and other.item.kind in ("op", "func")]
    for limits, side in ((node.above, _over(op, scripts, size)), (node.below, _under(op, scripts, size))):
        core = _level_with(op, side, size)
        if not core:
            continue
        for other in others:
            side = _own_side(core, _level_with(other, side, size), side)
        chosen = in_one_run(core, side, size)
        limits.extend(chosen)
        scripts = [item for item in scripts if item not in chosen]
    return scripts


def _stands_over_or_under(item: Item, op: Item) -> bool:
    return abs(item.x - op.x) < 0.5 * (op.x1 - op.x0) and (item.y1 < op.y0 or item.y0 > op.y1)


def _over(op: Item, scripts: Sequence[Item], size: float) -> list[Item]:
    """The scripts above an operator; a named function has no limits there."""
    return [] if op.kind == "func" else [item for item in scripts if item.y1 < op.y0 + 0.12 * size]


def _under(op: Item, scripts: Sequence[Item], size: float) -> list[Item]:
    below = [item for item in scripts if item.y0 > op.y1 - 0.12 * size]
    return [item for item in below if item.base > op.base + 0.3 * size] if op.kind == "func" else below


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


def in_one_run(core: Sequence[Item], side: Sequence[Item], size: float) -> list[Item]:
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


def attach(nodes: Sequence[Node], scripts: Sequence[Item], base: float, size: float) -> None:
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


def _goes_up(item: Item, node: Node, base: float, size: float) -> bool:
    """Whether a script is one above: by its baseline, or by the larger script before it, whose own it is."""
    groups = []
    for up, group in ((True, node.above), (False, node.below)):
        larger = [i for i in group if item.size < 0.9 * i.size and i.x0 <= item.x0]
        if larger:
            last = max(larger, key=lambda i: i.x0)
            rise = (last.base - item.base) / last.size
            if item.x0 - last.x1 < 0.6 * last.size and -0.5 < rise < 0.75:
                groups.append((abs(rise - (0.4 if rise > 0 else -0.2)), up))
    if groups and is_script(item, size * SCRIPT):
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
