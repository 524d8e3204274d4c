"""Which scripts are the limits of an operator: what stands over and under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ocr_service.text_layer.formulas.items import SCRIPT, Item
from ocr_service.text_layer.proof.known_glyphs import AXIS

_WIDEST = 16.0  # em from an operator to the ends of its limits; a line may have hundreds of operators
_OFF_BASELINE, _OTHER_LINE = 0.05, 0.2  # em
_BETWEEN = 0.13  # em of white between the limits of two operators; TeX leaves 0.17
_NEAR, _DEEP = 0.6, 1.0  # em from a letter to its limits, and to a comma or a subscript in them
_OFF_MIDDLE = 0.15  # em from the middle of a letter to that of its limits
_SIDE_LIMITS = frozenset({"\\int", "\\iint", "\\iiint", "\\oint", "\\smallint"})


def limits_of(op: Item, others: Sequence[Item], scripts: Sequence[Item], size: float) -> tuple[list[Item], list[Item]]:
    """What stands over and what under an operator, and is not that of one of the ``others``."""
    scripts = [item for item in scripts if abs(item.x - op.x) < _WIDEST * size]
    others = [other for other in others if abs(other.x - op.x) < _WIDEST * size]
    if op.latex in _SIDE_LIMITS and not any(_stands_over_or_under(item, op) for item in scripts):
        return [], []
    return (
        _one_limit(op, others, _over(op, scripts, size), size),
        _one_limit(op, others, _under(op, scripts, size), size),
    )


def _one_limit(op: Item, others: Sequence[Item], side: list[Item], size: float) -> list[Item]:
    core = _level_with(op, side, size)
    if not core:
        return []
    for other in others:
        side = _own_side(core, _level_with(other, side, size), side)
    return in_one_run(core, side, size)


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


def with_letters_as_operators(items: Sequence[Item]) -> list[Item]:
    r"""The items, with capitals that limits stand under as operators: ``\mathop{\mathbb{E}}_{x \sim D}``."""
    others = [item for item in items if item.kind not in ("op", "accent", "brace", "piece", "radical")]
    return [_as_operator(item, others) if _has_limits_under(item, others) else item for item in items]


def _as_operator(letter: Item, items: Sequence[Item]) -> Item:
    r"""A letter as an operator; ``\mathop`` sets one by itself around the line's axis, and not on its baseline."""
    full = [i for i in items if i.latex != letter.latex and not i.centred and i.size > SCRIPT * letter.size]
    level = [i for i in full if abs(i.base - letter.base) < _OTHER_LINE * letter.size]  # fractions stand beside it, too
    nearest = min(level, key=lambda i: max(i.x0 - letter.x1, letter.x0 - i.x1), default=letter)
    moved = letter.base - nearest.base > _OFF_BASELINE * letter.size
    latex = f"\\mathop{{{letter.latex}}}" if moved else letter.latex
    return replace(letter, latex=latex, kind="op", base=letter.y + AXIS * letter.size, centred=True)


def _has_limits_under(letter: Item, items: Sequence[Item]) -> bool:
    name = letter.latex.removeprefix("\\mathbb{").removeprefix("\\mathbf{").removesuffix("}")
    if letter.kind not in ("ord", "letter") or not (len(name) == 1 and name.isupper()):
        return False
    size = letter.size
    under = [i for i in items if i.size < SCRIPT * size and -0.05 * size < i.y0 - letter.y1 < _DEEP * size]
    core = [item for item in under if letter.x0 < item.x < letter.x1 and item.y0 - letter.y1 < _NEAR * size]
    return bool(core) and _is_over(letter, in_one_run(core, under, size))


def _is_over(letter: Item, run: Sequence[Item]) -> bool:
    r"""Whether limits stand around a letter's middle, or those do that white parts from the next operator's.

    Those of ``\min`` and ``\mathbb{E}`` side by side may touch but for the white between two operators.
    """
    while run:
        middle = (min(item.x0 for item in run) + max(item.x1 for item in run)) / 2
        if abs(middle - letter.x) < _OFF_MIDDLE * letter.size:
            return True
        run = _on_its_side(letter, sorted(run, key=lambda item: item.x0))
    return False


def _on_its_side(letter: Item, run: Sequence[Item]) -> list[Item]:
    """The part of a run, cut at its widest white, that stands under a letter; none where no white parts it."""
    gaps = [(b.x0 - a.x1, n) for n, (a, b) in enumerate(pairwise(run), 1)]
    widest, at = max(gaps, default=(0.0, 0))
    if widest < _BETWEEN * letter.size:
        return []
    parts = run[:at], run[at:]
    return next((list(part) for part in parts if part[0].x0 < letter.x < part[-1].x1), [])


def middle_of_limits(x0: float, x1: float, under: Sequence[Item], size: float) -> float | None:
    """The middle of the run of signs ``under`` an operator from ``x0`` to ``x1``; None where none is right under it."""
    core = [item for item in under if x0 < item.x < x1]
    if not core:
        return None
    run = in_one_run(core, under, size)
    return (min(item.x0 for item in run) + max(item.x1 for item in run)) / 2
