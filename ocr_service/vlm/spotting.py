"""The answer to ``Spotting:``: lines of text, each with the four corners of where it stands.

Source: ``post_process_for_spotting`` in paddlex 3.7 (``inference/pipelines/paddleocr_vl/uilts.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ocr_service.document import Box

_TEXT = re.compile(r"<\|TEXT_START\|>(.*?)<\|TEXT_END\|>", re.DOTALL)
_PLACE = re.compile(r"<\|LOC_BEGIN\|>(.*?)<\|LOC_END\|>", re.DOTALL)
_NUMBER = re.compile(r"<\|LOC_(\d+)\|>")
_CORNERS = 8  # numbers: x and y of four points, in thousandths of the image's sides


@dataclass(frozen=True, slots=True)
class SpottedLine:
    """``polygon``: x0, y0, … x3, y3 in pixels of the page."""

    text: str
    polygon: tuple[int, ...]

    @property
    def box(self) -> Box:
        xs, ys = self.polygon[0::2], self.polygon[1::2]
        return min(xs), min(ys), max(xs), max(ys)


def spotted_lines(answer: str, width: int, height: int) -> list[SpottedLine]:
    """The lines of a page of this size, in the model's order; empty where the answer has no places."""
    return [
        SpottedLine(
            text.strip(), tuple(round(number / 1000 * (height if at % 2 else width)) for at, number in enumerate(place))
        )
        for text, place in (list(_marked(answer)) or list(_inline(answer)))
    ]


def _marked(answer: str) -> Iterator[tuple[str, list[int]]]:
    for text, place in zip(_TEXT.findall(answer), _PLACE.findall(answer), strict=False):
        numbers = [int(number) for number in _NUMBER.findall(place)]
        if len(numbers) >= _CORNERS:
            yield text, numbers[:_CORNERS]


def _inline(answer: str) -> Iterator[tuple[str, list[int]]]:
    """Text followed by eight numbers, over and over."""
    numbers = list(_NUMBER.finditer(answer))
    end = 0
    for first in range(0, len(numbers) - _CORNERS + 1, _CORNERS):
        group = numbers[first : first + _CORNERS]
        yield answer[end : group[0].start()], [int(number[1]) for number in group]
        end = group[-1].end()
