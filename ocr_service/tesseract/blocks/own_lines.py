"""Lines that whoever wrote them broke: of an address, a letterhead, bank details, a signature.

Prose goes on in the next line because its column ends; such lines end though there was room, and begin anew.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.document import Box
from ocr_service.geometry.hyphenation import word_is_broken
from ocr_service.geometry.numbering import list_marker
from ocr_service.tesseract.words import Line

_MOST_LINES = 10
_MANY, _MOSTLY = 5, 0.7  # lines, and those of them that begin anew
_LARGER = 1.1  # than the page's usual type: a title
_ALIGNED, _RAGGED = 0.3, 1.0  # em between the ends of lines that end at one place, and that do not
_FREE, _LEAST_FREE = 0.3, 6.0  # of the block's width, and em, that is free beside two lines, of which one begins anew
_FREE_BESIDE_MORE = 3.5  # em; the white between two columns is narrower
_LITTLE_WORD = re.compile(  # more must follow
    r"(?<!\S)(?:an?|the|of|and|or|to|for|from|with|in|on|at|by|is|und|der|die|das|des|von|für|mit|zu|im|et|de|du|la|les?|y|el"
    r"|и|или|в|во|на|для|с|со|по|от|из|к|о|об|у|за|до|не|при|без|под|над)$"
)
# What begins a line of such a block without a capital: an e-mail address, ``р/с``, ``tel:``, ``кв. 5``.
_SMALL_BEGIN = re.compile(r"\S*[@/]|\S+:(?:\s|$)|\w{1,5}\.\s?[\d+(]|www\.")
_FIELD_NAME, _FIELD_WORDS = 30, 4  # of a field's name, at most: characters and words


def is_field(text: str) -> bool:
    """Whether a line begins as one of a form or a letterhead does: ``Prepared by: Finance``."""
    name, colon, value = text.partition(":")
    few = len(name) <= _FIELD_NAME and name.count(" ") < _FIELD_WORDS
    return bool(colon) and few and name[:1].isupper() and value[:1] in ("", " ")


@dataclass(frozen=True, slots=True)
class Space:
    """A page or a panel: what is ``taken``, where it ends at the right, in pixels, and the ``em`` of its usual type."""

    taken: Sequence[Box]
    end: int
    em: float

    def right_of(self, lines: Sequence[Line]) -> int:
        """How many pixels are free right of lines that stand one under the other."""
        right, top, bottom = max(line.box[2] for line in lines), lines[0].box[1], lines[-1].box[3]
        beside = [box[0] for box in self.taken if box[0] >= right and box[1] < bottom and top < box[3]]
        return min(beside, default=self.end) - right


def own_lines(lines: Sequence[Line], space: Space) -> list[list[Line]]:
    """``lines``, which stand one under the other in one type, as those that are one by themselves.

    One that does not begin anew stays with the line before it, where few are such.
    """
    anew = [_begins_anew(line.text) for line in lines[1:]]
    enough = all(anew) or (len(lines) >= _MANY and sum(anew) > _MOSTLY * len(anew))
    if not 2 <= len(lines) <= _MOST_LINES or not enough or not _may_be_own(lines, space):
        return [list(lines)]
    found = [[lines[0]]]
    for begins, line in zip(anew, lines[1:], strict=True):
        if begins:
            found.append([line])
        else:
            found[-1].append(line)
    return found


def _may_be_own(lines: Sequence[Line], space: Space) -> bool:
    """Whether the ends of ``lines``, their marks, their type and the room beside them allow it."""
    if not any(map(str.islower, "".join(line.text for line in lines))):  # in capitals or without: no line tells itself
        return False
    if any(map(_goes_on, (line.text for line in lines[:-1]))) or any(list_marker(line.text) for line in lines):
        return False
    em = statistics.median(line.em for line in lines)
    if em > _LARGER * space.em:
        return False
    lefts, rights = [line.box[0] for line in lines], [line.box[2] for line in lines]
    if max(rights) - min(rights) < _ALIGNED * em:
        return max(lefts) - min(lefts) > _RAGGED * em
    width = max(rights) - min(lefts)
    free = max(_FREE * width, _LEAST_FREE * em) if len(lines) == 2 else _FREE_BESIDE_MORE * em
    return max(lefts) - min(lefts) < _ALIGNED * em and space.right_of(lines) > free


def _begins_anew(text: str) -> bool:
    first = next((c for c in text if c.isalnum()), "0")
    return first.isupper() or first.isdigit() or _SMALL_BEGIN.match(text) is not None


def _goes_on(text: str) -> bool:
    return word_is_broken(text) or _LITTLE_WORD.search(text) is not None
