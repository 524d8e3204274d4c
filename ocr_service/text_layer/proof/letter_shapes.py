"""Letters and signs that Tesseract's language lacks, by what they look like: a map may call a ν an υ, a £ a €.

Each is compared with drawings of the letters of its alphabet, or of signs, in common text fonts. One that looks like
another and unlike itself is not what the map says. The table is made by ``scripts/make_letter_shapes.py``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.page.glyphs import Flags, Floats, Glyphs, Ints
from ocr_service.text_layer.proof.alphabets import script_of, shape_of
from ocr_service.text_layer.proof.evidence import Key
from ocr_service.text_layer.proof.shapes import Samples, samples_of

TABLE = Path(__file__).with_name("letter_shapes.npz")
_SIGNS = "£€$¥₽&%‰§#@+−±×÷=<>≤≥≠*?°¶"
_BASIC = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_LETTERS = ((0xC0, 0x180), (0x218, 0x21C), (0x386, 0x3CF), (0x400, 0x460), (0x490, 0x494), (0x49A, 0x49C))
_MORE_LETTERS = "ҢңҮүҰұҺһӘәӨөẞƠơƯư"
# Of letters and signs in 30 families that were left out of the table, 0.2 % look so unlike themselves and so like
# another; of letters that are given another's name, two of three do (0.1 more of it in the families of the table).
_UNLIKE, _LIKE = 0.1, 0.18  # distances: by which another is nearer, and that of the other at most
_LEAST_PX = 20.0  # an em
_SAMPLES = 3  # glyphs of each character
_ALIKE = ("үұ", "һћђ", "αο", "Ωω", "ßB")  # in some fonts, by drawing alone
_UNLIKE_THEIR_LIKES = "ңқүұ"  # which Tesseract takes for н, к and у


def compared_signs() -> list[str]:
    """All that the table may have."""
    letters = (chr(code) for first, end in _LETTERS for code in range(first, end))
    return sorted({*_SIGNS, *_BASIC, *_DIGITS, *_MORE_LETTERS, *filter(str.isalpha, letters)})


def looks_like_another(
    glyphs: Glyphs, plates: Sequence[Gray], keys: Sequence[Key], signs: Sequence[str], asked: Flags
) -> dict[Key, str]:
    """Of the characters ``asked`` for those that look like another, with it."""
    table = _table()
    level = np.minimum(glyphs.angle, 360 - glyphs.angle) < 1
    stretched = np.abs(np.array([item.stretch for item in glyphs.objects])[glyphs.object] - 1) > 0.02
    asked = asked & glyphs.whole & level & ~stretched & (glyphs.plate == 0) & (glyphs.size >= _LEAST_PX)
    places: dict[Key, list[int]] = {}
    for index in np.flatnonzero(asked).tolist():
        same = places.setdefault(keys[index], [])
        if signs[index] in table.own and len(same) < _SAMPLES:
            same.append(index)
    found: dict[Key, str] = {}
    for key, here in places.items():
        if here and (other := table.other(signs[here[0]], *_drawing(glyphs, here, plates))):
            found[key] = other
    return found


def _drawing(glyphs: Glyphs, here: Sequence[int], plates: Sequence[Gray]) -> tuple[Floats, Samples]:
    """Width, rise and drop in em, and the sample: the middle of several glyphs."""
    ink = glyphs.ink[here]
    boxes = np.stack([(ink[:, 2] - ink[:, 0]) / glyphs.size[here], glyphs.rise[here], glyphs.drop[here]], axis=1)
    sample = samples_of(plates[0], ink).mean(axis=0)
    return np.median(boxes, axis=0), sample / max(1e-6, float(np.linalg.norm(sample)))


class _Table:
    """Drawings of signs, each with its box and sample."""

    def __init__(self, signs: Sequence[str], boxes: Floats, samples: Samples) -> None:
        self._signs, self._boxes, self._samples = signs, boxes, samples
        self.own = frozenset(signs)
        groups, bases = {sign: _group(sign) for sign in self.own}, {sign: _base(sign) for sign in self.own}
        self._groups = np.array([groups[sign] for sign in signs])
        self._bases = np.array([bases[sign] for sign in signs])
        self._compared: dict[str, tuple[Ints, Flags]] = {}

    def other(self, sign: str, box: Floats, sample: Samples) -> str:
        """The sign that a drawing looks like, if it looks unlike ``sign``; else empty."""
        rows, own = self._rows(sign)
        apart = 1 - self._samples[rows] @ sample + np.abs(self._boxes[rows] - box).max(axis=1)
        nearest = int(np.where(own, np.inf, apart).argmin())
        is_another = not own[nearest] and apart[nearest] < _LIKE and apart[own].min() - apart[nearest] > _UNLIKE
        return self._signs[int(rows[nearest])] if is_another else ""

    def _rows(self, sign: str) -> tuple[Ints, Flags]:
        """The drawings that one of ``sign`` is compared with, and which of them are its own.

        The others are letters of its alphabet, of a sign all; not those that only marks, or nothing, part.
        """
        if sign not in self._compared:
            group = _group(sign)
            others = self._bases != _base(sign)
            if group:
                others &= np.isin(self._groups, [group, "DIGIT"])
            others &= np.array([not any(sign in alike and other in alike for alike in _ALIKE) for other in self._signs])
            own = np.array([other == sign for other in self._signs])
            rows = np.flatnonzero(others | own)
            self._compared[sign] = rows, own[rows]
        return self._compared[sign]


@lru_cache(maxsize=1)
def _table() -> _Table:
    with np.load(TABLE) as stored:
        signs = [chr(code) for code in stored["signs"].tolist()]
        boxes, samples = stored["boxes"].astype(np.float64), stored["samples"].astype(np.float32)
    return _Table(signs, boxes, samples / np.linalg.norm(samples, axis=1, keepdims=True))


def _group(sign: str) -> str:
    return "DIGIT" if sign.isdigit() else script_of(sign)


def _base(sign: str) -> str:
    if sign.lower() in _UNLIKE_THEIR_LIKES:
        return sign.lower()
    return shape_of(unicodedata.normalize("NFD", sign)[0]).lower()
