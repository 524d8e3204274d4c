"""What formulas are made of: symbols with their places, and ruling lines."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

SCRIPT = 0.85  # of the size of its base
_BASELINES, _TOUCHING = 0.4, 0.1  # em between two lines, and that their signs may reach into each other
LONGEST = 4_000  # characters of a formula's LaTeX


class Unbuildable(Exception):
    """The places of a formula's symbols have no reading that is certain."""


class _Sided:
    """Gives what has four sides its middle and its width."""

    __slots__ = ()
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def x(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def y(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def width(self) -> float:
        return self.x1 - self.x0


@dataclass(frozen=True, slots=True)
class Item(_Sided):
    """A symbol, or a part of a formula that is built. Pixels of the page; ``base`` is the y of its baseline.

    ``centred``: it stands around the axis of its line, and ``base`` is where that line's baseline would be. ``kind`` as
    in ``known_glyphs``; ``letter`` is an upright one. ``advance``: where its own space ends. ``begin``: where an
    operator's limits begin.
    """

    latex: str
    kind: str
    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    size: float
    advance: float
    centred: bool = False
    large: bool = False
    built: bool = False
    begin: float | None = None


@dataclass(frozen=True, slots=True)
class Bar(_Sided):
    """A level rule of the page. ``boxed``: upright ones stand at both of its ends, as at the sides of a frame."""

    x0: float
    x1: float
    y0: float
    y1: float
    boxed: bool = False


def around(boxes: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def box_of(items: Sequence[Item]) -> tuple[float, float, float, float]:
    return around([(i.x0, i.y0, i.x1, i.y1) for i in items])


def joined(parts: Sequence[Item], latex: str, kind: str = "ord", **changes: object) -> Item:
    """One item in the place of several; its line is that of the first."""
    first = parts[0]
    around = replace(
        first,
        latex=latex,
        kind=kind,
        x0=min(p.x0 for p in parts),
        y0=min(p.y0 for p in parts),
        x1=max(p.x1 for p in parts),
        y1=max(p.y1 for p in parts),
        advance=max(p.advance for p in parts),
        built=True,
    )
    return replace(around, **changes)  # type: ignore[arg-type]


def spans(bar: Bar, items: Iterable[Item], slack: float) -> list[Item]:
    """The items whose middle is over or under the bar."""
    return [item for item in items if bar.x0 - slack <= item.x <= bar.x1 + slack]


def piled(
    items: Sequence[Item],
    bars: Sequence[Bar],
    edge: float,
    up: bool,
    first: float,
    gap: float,
    heights: Mapping[int, tuple[float, float]] | None = None,
) -> list[Item]:
    """The items that lie one upon another from ``edge`` on, up or down, with no more than ``gap`` between them.

    A line of signs lies upon another only with a bar between them; what reaches into one beside it is of it, as the
    scripts of the smallest type are, which have its size. ``heights``: the top and bottom of items, by their id, that
    reach further than they do themselves.
    """
    found: list[Item] = []
    sign = -1.0 if up else 1.0
    things: list[tuple[float, float, Item | None]] = []
    for item in items:
        y0, y1 = (heights or {}).get(id(item), (item.y0, item.y1))
        near, far = (y1, y0) if up else (y0, y1)
        things.append(((near - edge) * sign, (far - edge) * sign, item))
    things += [((bar.y - edge) * sign, (bar.y - edge) * sign, None) for bar in bars]
    rules = sorted((bar.y - edge) * sign for bar in bars)
    reach, most = 0.0, first
    line: list[Item] = []  # what says the line that lies there since the last rule
    since = 0  # the number of those that were found before that rule
    for near, far, thing in sorted(things, key=lambda thing: thing[0]):
        if near - reach > most:
            break
        beside_rule = bisect_left(rules, near) < bisect_right(rules, far)
        if thing is not None and not beside_rule and line:
            apart = near > reach or any(thing.x0 < other.x1 and other.x0 < thing.x1 for other in found[since:])
            if apart and _is_of_next_line(thing, line[0], near - reach):
                break
        reach, most = max(reach, far), gap
        if thing is None:
            line, since = [], len(found)
            continue
        found.append(thing)
        if has_line(thing) and not (line and line[0].size >= thing.size):
            line = [thing]
    return found


def _is_of_next_line(item: Item, other: Item, gap: float) -> bool:
    """Whether an item is no smaller than another that it lies upon, on a baseline of its own."""
    apart = abs(item.base - other.base) > _BASELINES * other.size and gap > -_TOUCHING * other.size
    return has_line(item) and item.size > SCRIPT * other.size and apart


def has_line(item: Item) -> bool:
    """Whether its baseline is that of its line."""
    return item.kind not in ("radical", "accent", "brace", "prime", "not")
