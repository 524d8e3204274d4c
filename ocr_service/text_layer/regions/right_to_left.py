"""Pages with text that is written from right to left, for rules that know text from left to right.

A page of Hebrew is one of English in a mirror: its columns, tables, marks and indents begin at the other side. So it is
composed in a mirror. In a line of any page what runs the other way has its words' places exchanged: sorted by these
they are in the order in which they are read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ocr_service.document import Box, Pixels, Region, RegionResult
from ocr_service.tesseract.blocks.compose import Insert
from ocr_service.tesseract.words import Line
from ocr_service.text_layer.lines.directions import mostly_to_the_left, runs_to_the_left
from ocr_service.text_layer.lines.words import LayerLine, LayerWord, pixel_box
from ocr_service.text_layer.page_layer import PageLayer

_Place = tuple[float, float, float, float]
_Placing = Callable[[Box], Box]


def directed(layer: PageLayer) -> Directed | None:
    """How to compose a page with letters that run from right to left; None where it has none."""
    codes = np.array([ord(sign) for line in layer.lines for word in line.words for sign in word.text], np.int64)
    if not runs_to_the_left(codes).any():
        return None
    return Directed(layer.picture.width, layer.picture.height, mirrored=mostly_to_the_left(codes))


def in_order_of_reading(line: LayerLine) -> LayerLine:
    """A level line with the places of words exchanged that stand in another order than they are read in."""
    if line.angle:
        return line
    places = in_order([word.box for word in line.words])
    return replace(line, words=tuple(replace(word, box=box) for word, box in zip(line.words, places, strict=True)))


def in_order(boxes: Sequence[_Place]) -> list[_Place]:
    """Boxes that are to stand from left to right; runs of them that do not are turned round in their places."""
    found: list[_Place] = []
    at = 0
    while at < len(boxes):
        end = at + 1
        while end < len(boxes) and boxes[end][0] < boxes[end - 1][0]:
            end += 1
        run = boxes[at:end]
        both = min(box[0] for box in run) + max(box[2] for box in run)
        found += [(both - x1, y0, both - x0, y1) for x0, y0, x1, y1 in run] if len(run) > 1 else run
        at = end
    return found


@dataclass(frozen=True, slots=True)
class Directed:
    """A page's parts as they are composed, and its regions as they stand on the page."""

    width: int
    height: int
    mirrored: bool
    _true: dict[Box, Box] = field(default_factory=dict)  # the words' places on the page

    def layer(self, layer: PageLayer) -> PageLayer:
        """The layer to be composed; formulas stay where they are, as such pages have none."""
        turned: dict[LayerWord, LayerWord] = {}
        lines = tuple(self._line(line, turned) for line in layer.lines)
        parts = tuple(self._line(line, turned) for line in layer.parts)
        return replace(
            layer,
            lines=lines,
            parts=parts,
            bold=frozenset(turned.get(word, word) for word in layer.bold),
            slanted=frozenset(turned.get(word, word) for word in layer.slanted),
            artifacts=frozenset(turned.get(word, word) for word in layer.artifacts),
            urls={turned.get(word, word): url for word, url in layer.urls.items()},
            picture=replace(layer.picture, pixels=self._picture(layer.picture.pixels)),
            ground=self._picture(layer.ground),
            remainder=self._picture(layer.remainder),
        )

    def others(self, lines: Sequence[Line]) -> list[Line]:
        """Lines that OCR read, whose words keep their order."""
        return [self._other(line) for line in lines] if self.mirrored else list(lines)

    def hints(self, hints: Sequence[Region]) -> list[Region]:
        return [replace(hint, bbox=self._mirrored(hint.bbox)) for hint in hints]

    def inserts(self, inserts: Sequence[Insert]) -> list[Insert]:
        return [
            Insert(self._mirrored(item.box), tuple(self._region(region, self._mirrored) for region in item.regions))
            for item in inserts
        ]

    def result(self, region: RegionResult) -> RegionResult:
        """A composed region as it stands on the page."""
        return self._region(region, lambda box: self._true.get(box) or self._mirrored(box))

    def _region(self, region: RegionResult, place: _Placing) -> RegionResult:
        words = tuple(replace(word, bbox=place(word.bbox)) for word in region.words)
        return replace(region, bbox=self._mirrored(region.bbox), words=words)

    def _line(self, line: LayerLine, turned: dict[LayerWord, LayerWord]) -> LayerLine:
        boxes = [self._mirrored_place(word.box) for word in line.words]
        places = boxes if line.angle else in_order(boxes)
        for word, box in zip(line.words, places, strict=True):
            turned[word] = replace(word, box=box)
            self._true[pixel_box(box, self.width, self.height)] = pixel_box(word.box, self.width, self.height)
        return replace(line, words=tuple(turned[word] for word in line.words))

    def _other(self, line: Line) -> Line:
        left, _, right, _ = self._mirrored(line.box)
        words = []
        for word in line.words:
            x0, y0, x1, y1 = word.box
            box = x0 - line.box[0] + left, y0, x1 - line.box[2] + right, y1
            self._true[box] = word.box
            words.append(replace(word, box=box))
        return Line(tuple(words), self._mirrored(line.box), line.em, line.weight)

    def _mirrored(self, box: Box) -> Box:
        return (self.width - box[2], box[1], self.width - box[0], box[3]) if self.mirrored else box

    def _mirrored_place(self, box: _Place) -> _Place:
        return (self.width - box[2], box[1], self.width - box[0], box[3]) if self.mirrored else box

    def _picture(self, pixels: Pixels) -> Pixels:
        return np.ascontiguousarray(pixels[:, ::-1]) if self.mirrored else pixels
