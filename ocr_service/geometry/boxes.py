"""Boxes against one another: what they share, what is around them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ocr_service.document import Box


class Boxed:
    """Gives what has a ``box`` its width and height, in the box's unit."""

    __slots__ = ()
    box: Box

    @property
    def width(self) -> int:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> int:
        return self.box[3] - self.box[1]


def area(box: Box) -> int:
    """Square pixels; 0 for a box whose sides are the wrong way round."""
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def shared_area(a: Box, b: Box) -> int:
    """Square pixels that are in both boxes."""
    return area((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))


def overlap_of_smaller(a: Box, b: Box) -> float:
    """The shared area as a part of the smaller box's area, 0 to 1."""
    shared = shared_area(a, b)
    return shared / min(area(a), area(b)) if shared else 0.0


def enclosing(boxes: Sequence[Box]) -> Box:
    """The smallest box around one box or more."""
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def contains_centre(outer: Box, inner: Box) -> bool:
    """Whether the middle of ``inner`` lies in ``outer``."""
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x < outer[2] and outer[1] <= y < outer[3]


def covers(outer: Box, inner: Box) -> bool:
    """Whether more than half of the area of ``inner`` lies in ``outer``."""
    return shared_area(outer, inner) > 0.5 * area(inner)


Run = tuple[int, int]  # start and end in pixels, the end exclusive


def ink_runs(inked: npt.NDArray[np.bool_]) -> list[Run]:
    """The runs of ``inked`` flags, in their order."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], inked, [False])).astype(np.int8))).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))
