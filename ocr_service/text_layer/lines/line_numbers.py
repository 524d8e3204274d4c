"""Numbers in the margin that count a page's lines, apart from the lines that they stand beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_service.geometry.line_numbers import Token, as_digits, margin_numbers
from ocr_service.text_layer.lines.words import LayerLine


def without_line_numbers(lines: Sequence[LayerLine]) -> tuple[list[LayerLine], list[LayerLine]]:
    """The lines without such numbers, and these, each a line of its own."""
    level = [line for line in lines if line.angle == 0]
    found = margin_numbers([[Token(word.text, word.box, word.size) for word in line.words] for line in level])
    if not found:
        return list(lines), []
    places = {place for margin in found for place in margin}
    rest = [line for line in lines if line.angle]
    numbers = []
    for at, line in enumerate(level):
        kept = tuple(word for place, word in enumerate(line.words) if (at, place) not in places)
        if kept:
            rest.append(line if len(kept) == len(line.words) else replace(line, words=kept))
        for place, word in enumerate(line.words):
            if (at, place) in places:
                numbers.append(LayerLine((replace(word, text=as_digits(word.text)),), 0, line.size))
    return rest, numbers
