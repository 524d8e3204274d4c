"""Superscripts, subscripts and limits: which symbol of a baseline each belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ocr_service.text_layer.formulas.items import SCRIPT, Item, Unbuildable
from ocr_service.text_layer.formulas.limits import limits_of
from ocr_service.text_layer.formulas.rows import is_script

LEVEL = 0.09  # em: on one baseline
CENTRED = 0.16  # em: around one axis
_OVERPRINTED = 0.45  # of the narrower of two signs; slanted ones lean over by less


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
    others = [other.item for other in nodes if other is not node and other.item.kind in ("op", "func")]
    over, under = limits_of(node.item, others, scripts, size)
    node.above.extend(over)
    node.below.extend(under)
    return [item for item in scripts if item not in over and item not in under]


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
