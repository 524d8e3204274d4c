"""Signs of a line in the order in which they are read, where letters that run from right to left are among them.

Positions tell what stands left of what. Of Hebrew and Arabic text the last sign is the first one; numbers and Latin
words in it run to the right. This is Unicode's algorithm (UAX #9) backwards, from what is seen to what is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocr_service.text_layer.page.glyphs import Flags, Ints

_RIGHT_TO_LEFT = ((0x590, 0x900), (0xFB1D, 0xFE00), (0xFE70, 0xFEFF), (0x10800, 0x11000), (0x1E800, 0x1F000))
_MOSTLY = 0.5  # of a page's letters
_IN_NUMBERS, _BESIDE_NUMBERS = frozenset(".,:/"), frozenset("%‰$€£¥₪#°")
_SPACE = " "
_TURNED = str.maketrans("()[]{}«»", ")(][}{»«")
_AT_BEGINNING, _AT_END = (
    re.compile(r"^[)\]}»]++(?=\w)"),
    re.compile(r"(?<=\w)[(\[{«]++(?=[.,;:!?،؛؟]*+$)|^[(\[{«](?=[.,;:!?،؛؟]++$)"),
)


def runs_to_the_left(codes: Ints) -> Flags:
    """Which characters are of an alphabet that is written from right to left, by its blocks."""
    found = np.zeros(len(codes), bool)
    for first, end in _RIGHT_TO_LEFT:
        found |= (codes >= first) & (codes < end)
    return found


def mostly_to_the_left(codes: Ints) -> bool:
    """Whether most letters of a text are written from right to left."""
    to_the_left = int(runs_to_the_left(codes).sum())
    if not to_the_left:
        return False
    letters = sum(chr(code).isalpha() for code in codes.tolist())
    return to_the_left > _MOSTLY * max(1, letters)


def with_brackets_around(word: str) -> str:
    """A word as it is read, with brackets that open at its beginning and close at its end.

    Those of text that runs to the left are drawn mirrored, and PDFium turns round some of them.
    """
    opened = _AT_BEGINNING.sub(lambda match: match[0].translate(_TURNED), word)
    return _AT_END.sub(lambda match: match[0].translate(_TURNED), opened)


@dataclass(frozen=True, slots=True)
class _Item:
    """A sign with its ``place``, or the space between two words, which has none. ``kind``: L, R, N (digit) or none."""

    sign: str
    kind: str
    place: int


def in_reading_order(words: Sequence[str], *, to_the_left: bool) -> list[list[int]]:
    """Words as they stand from left to right, as they are read: places of their signs, counted through all words.

    ``to_the_left``: a line with letters of both directions, or none, is begun at its right.
    """
    items: list[_Item] = []
    start = 0
    for word in words:
        if items:
            items.append(_Item(_SPACE, "", -1))
        items += (_Item(sign, _kind(sign), place) for place, sign in enumerate(word, start))
        start += len(word)
    amount = {kind: sum(item.kind == kind for item in items) for kind in "RL"}
    if (to_the_left and (amount["R"] or not amount["L"])) or amount["R"] > amount["L"]:
        ordered = _from_the_right(items)
    else:
        ordered = _from_the_left(items)
    parts: list[list[int]] = [[]]
    for item in ordered:
        if item.place < 0:
            parts.append([])
        else:
            parts[-1].append(item.place)
    return [part for part in parts if part]


def _kind(sign: str) -> str:
    return {"R": "R", "AL": "R", "L": "L", "EN": "N", "AN": "N"}.get(unicodedata.bidirectional(sign), "")


def _from_the_right(items: Sequence[_Item]) -> list[_Item]:
    """Reversed, but for what runs to the right in itself."""
    parts: list[Sequence[_Item]] = []
    at = 0
    while at < len(items):
        before = items[at].sign in _BESIDE_NUMBERS and at + 1 < len(items) and items[at + 1].kind == "N"
        end = _end_of_run(items, at) if before or items[at].kind in ("L", "N") else at + 1
        parts.append(items[at:end])
        at = end
    return [item for part in reversed(parts) for item in part]


def _end_of_run(items: Sequence[_Item], start: int) -> int:
    """Where Latin words with what is between them and numbers behind them, or one number, end that begin here."""
    end, latin = start + 1, items[start].kind == "L"
    for at in range(start + 1, len(items)):
        kind, between = items[at].kind, items[end:at]
        if kind == "R":
            break
        if not kind:
            continue
        if latin or not between or (kind == "N" and len(between) == 1 and between[0].sign in _IN_NUMBERS):
            end, latin = at + 1, latin or kind == "L"
        else:
            break
    while end < len(items) and items[end - 1].kind == "N" and items[end].sign in _BESIDE_NUMBERS:
        end += 1
    return end


def _from_the_left(items: Sequence[_Item]) -> list[_Item]:
    """As they are, but for what runs to the left in itself."""
    ordered: list[_Item] = []
    at = 0
    while at < len(items):
        end = at + 1
        if items[at].kind == "R":
            for last in range(at + 1, len(items)):
                if items[last].kind == "L":
                    break
                if items[last].kind == "R":
                    end = last + 1
            ordered += _from_the_right(items[at:end])
        else:
            ordered.append(items[at])
        at = end
    return ordered
