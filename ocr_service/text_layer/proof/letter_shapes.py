"""Letters and signs that Tesseract's language lacks, by what they look like: a map may call a ν an υ, a £ a €.

Each is compared with drawings of the letters of its alphabet, or of signs, in common text fonts. One that looks like
another and unlike itself is not what the map says. The table is made by ``scripts/make_letter_shapes.py``.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.page.glyphs import Flags, Floats, Glyphs, Ints
from ocr_service.text_layer.proof.alphabets import script_of, shape_of
from ocr_service.text_layer.proof.evidence import Key
from ocr_service.text_layer.proof.shapes import Samples, samples_of

Drawing = tuple[Floats, Samples]  # its box and its sample, as ``drawings_of`` has them

TABLE = Path(__file__).with_name("letter_shapes.npz")
_SIGNS = "£€$¥₽&%‰§#@+−±×÷=<>≤≥≠*?°¶²³¹½¼¾№©®™"
_BASIC = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_LETTERS = ((0xC0, 0x180), (0x218, 0x21C), (0x386, 0x3CF), (0x400, 0x460), (0x490, 0x494), (0x49A, 0x49C))
_MORE_LETTERS = "ҢңҮүҰұҺһӘәӨөẞƠơƯư"
# Armenian, Hebrew, Thai, Georgian, kana; and Arabic letters, which have the drawings of all their forms.
_UNREAD = (
    (0x531, 0x557),
    (0x561, 0x588),
    (0x5D0, 0x5EB),
    (0xE01, 0xE2F),
    (0x10D0, 0x10F1),
    (0x3041, 0x3097),
    (0x30A1, 0x30FB),
)
_THAI_VOWELS, ARABIC_FORMS = "ะาเแโใไๆฯ", (0xFE80, 0xFEFD)
_READ = ("DIGIT", "LATIN", "CYRILLIC", "GREEK")
# Of letters and signs in 30 families that were left out of the table, 0.2 % look so unlike themselves and so like
# another; of letters that are given another's name, two of three do (0.1 more of it in the families of the table).
_UNLIKE, _LIKE = 0.1, 0.18  # distances: by which another is nearer, and that of the other at most
# Of letters and digits on clean pages in 18 families, nine of ten are so much nearer to themselves.
_OWN, _CLEARLY = 0.12, 0.05
_OWN_AT_MOST, _FAR = 0.18, 0.3  # of one that all others are far from
_KNOWN = 0.2  # the distance of a letter from one that it is like, at most
_LEAST_PX = 20.0  # an em
_SAMPLES = 3  # glyphs of each character
_ALIKE = ("үұ", "һћђ", "αο", "Ωω", "ßB")  # in some fonts, by drawing alone
_UNLIKE_THEIR_LIKES = "ңқүұьъ"  # which Tesseract takes for н, к and у, or for each other


def compared_signs() -> list[str]:
    """All that the table may have."""
    letters = (chr(code) for first, end in (*_LETTERS, *_UNREAD) for code in range(first, end))
    return sorted({*_SIGNS, *_BASIC, *_DIGITS, *_MORE_LETTERS, *_THAI_VOWELS, *filter(str.isalpha, letters)})


def looks_like_another(
    glyphs: Glyphs, plates: Sequence[Gray], keys: Sequence[Key], signs: Sequence[str], asked: Flags
) -> dict[Key, str]:
    """Of the characters ``asked`` for those that look like another, with it.

    Arabic letters vary too much: one of every second font looks like another.
    """
    table = _table()
    places = places_of(table.compared, glyphs, keys, signs, asked)
    found: dict[Key, str] = {}
    for key, box, sample in drawings_of(glyphs, places, plates):
        if other := table.other(signs[places[key][0]], box, sample):
            found[key] = other
    return found


def look_like_themselves(
    glyphs: Glyphs, plates: Sequence[Gray], keys: Sequence[Key], signs: Sequence[str], asked: Flags
) -> dict[Key, Drawing]:
    """Those of the characters ``asked`` for that look like no other as much as like themselves, with their drawings."""
    table = _table()
    places = places_of(table.own, glyphs, keys, signs, asked)
    return {
        key: (box, sample)
        for key, box, sample in drawings_of(glyphs, places, plates)
        if table.is_itself(signs[places[key][0]], box, sample)
    }


def known_signs() -> frozenset[str]:
    """All signs that the table has."""
    return _table().own


def distances(signs: Sequence[str], box: Floats, sample: Samples) -> Floats:
    """How far a drawing is from those of each of the table's ``signs``."""
    return _table().distances(signs, box, sample)


def tells_apart(sign: str, other: str, drawing: Drawing) -> bool:
    """Whether a ``drawing`` that looks like ``sign`` is known not to be ``other``.

    It was compared with those of the sign's alphabet, and with digits. Those of other alphabets have to be far from it.
    """
    if other not in _table().own or _base(sign) == _base(other):
        return False
    if _group(other) in ("DIGIT", _group(sign)):
        return True
    own, theirs = distances([sign, other], *drawing)
    return bool(theirs - own > _FAR)


def like_known_letters(glyphs: Glyphs, plates: Sequence[Gray], here: Sequence[int]) -> list[bool]:
    """Whether each of the glyphs ``here`` looks like a letter or digit of the table."""
    places = {("", place, 0): [index] for place, index in enumerate(here)}
    return [_table().is_known(box, sample) for _, box, sample in drawings_of(glyphs, places, plates)]


def places_of(
    wanted: Container[str], glyphs: Glyphs, keys: Sequence[Key], signs: Sequence[str], asked: Flags
) -> dict[Key, list[int]]:
    """Some glyphs of each of the characters ``wanted`` that can be compared with drawings."""
    level = glyphs.level
    stretched = np.abs(np.array([item.stretch for item in glyphs.objects])[glyphs.object] - 1) > 0.02
    asked = asked & glyphs.whole & level & ~stretched & (glyphs.plate == 0) & (glyphs.size >= _LEAST_PX)
    places: dict[Key, list[int]] = {}
    for index in np.flatnonzero(asked).tolist():
        if signs[index] in wanted and len(same := places.setdefault(keys[index], [])) < _SAMPLES:
            same.append(index)
    return places


def drawings_of(
    glyphs: Glyphs, places: Mapping[Key, Sequence[int]], plates: Sequence[Gray]
) -> Iterator[tuple[Key, Floats, Samples]]:
    """Of each character width, rise and drop in em, and the sample: the middle of its glyphs.

    All in one, for the picture is softened once.
    """
    every = [index for here in places.values() for index in here]
    samples = samples_of(plates[0], glyphs.ink[every])
    ink, size = glyphs.ink[every], glyphs.size[every]
    boxes = np.stack([(ink[:, 2] - ink[:, 0]) / size, glyphs.rise[every], glyphs.drop[every]], axis=1)
    start = 0
    for key, here in places.items():
        part = slice(start, start + len(here))
        start += len(here)
        sample = samples[part].mean(axis=0)
        yield key, np.median(boxes[part], axis=0), sample / max(1e-6, float(np.linalg.norm(sample)))


class _Table:
    """Drawings of signs, each with its box and sample."""

    def __init__(self, signs: Sequence[str], boxes: Floats, samples: Samples) -> None:
        self._signs, self._boxes, self._samples = signs, boxes, samples
        self._codes = np.array([ord(sign) for sign in signs])
        self.own = frozenset(signs)
        groups, bases = {sign: _group(sign) for sign in self.own}, {sign: _base(sign) for sign in self.own}
        self.compared = frozenset(sign for sign in self.own if groups[sign] != "ARABIC")
        self._groups = np.array([groups[sign] for sign in signs])
        self._bases = np.array([bases[sign] for sign in signs])
        self._letters = np.isin(self._groups, _READ)
        self._compared: dict[str, tuple[Ints, Flags]] = {}

    def other(self, sign: str, box: Floats, sample: Samples) -> str:
        """The sign that a drawing looks like, if it looks unlike ``sign``; else empty."""
        row, theirs, own = self._nearest(sign, box, sample)
        return self._signs[row] if theirs < _LIKE and own - theirs > _UNLIKE else ""

    def is_itself(self, sign: str, box: Floats, sample: Samples) -> bool:
        """Whether a drawing looks like ``sign``, and not like another."""
        _, theirs, own = self._nearest(sign, box, sample)
        return (own < _OWN and theirs - own > _CLEARLY) or (own < _OWN_AT_MOST and theirs - own > _FAR)

    def distances(self, signs: Sequence[str], box: Floats, sample: Samples) -> Floats:
        """Those of the nearest drawings of each sign."""
        codes = np.array([ord(sign) for sign in signs])
        parts = [np.arange(*pair) for pair in zip(*self._ends(codes), strict=True)]
        rows, starts = np.concatenate(parts), np.cumsum([0, *map(len, parts[:-1])])
        apart = 1 - self._samples[rows] @ sample + np.abs(self._boxes[rows] - box).max(axis=1)
        nearest: Floats = np.minimum.reduceat(apart, starts)
        return nearest

    def _ends(self, codes: Ints) -> tuple[Ints, Ints]:
        """Where the drawings of each begin and end: they are in the order of their signs."""
        return np.searchsorted(self._codes, codes), np.searchsorted(self._codes, codes, side="right")

    def is_known(self, box: Floats, sample: Samples) -> bool:
        """Whether a drawing looks like any letter or digit of an alphabet that is read here."""
        apart = 1 - self._samples[self._letters] @ sample + np.abs(self._boxes[self._letters] - box).max(axis=1)
        return float(apart.min()) < _KNOWN

    def _nearest(self, sign: str, box: Floats, sample: Samples) -> tuple[int, float, float]:
        """The drawing of another sign that is nearest, its distance, and that of the nearest of ``sign`` itself."""
        rows, own = self._rows(sign)
        apart = 1 - self._samples[rows] @ sample + np.abs(self._boxes[rows] - box).max(axis=1)
        nearest = int(np.where(own, np.inf, apart).argmin())
        theirs = math.inf if own[nearest] else float(apart[nearest])
        return int(rows[nearest]), theirs, float(apart[own].min())

    def _rows(self, sign: str) -> tuple[Ints, Flags]:
        """The drawings that one of ``sign`` is compared with, and which of them are its own.

        The others are letters of its alphabet, of a sign all; not those that only marks, or nothing, part.
        """
        if sign not in self._compared:
            group = _group(sign)
            others = self._bases != _base(sign)
            if group:
                others &= np.isin(self._groups, [group, "DIGIT"] if group in _READ else [group])
            likes = [ord(other) for alike in _ALIKE if sign in alike for other in alike]
            others &= ~np.isin(self._codes, likes)
            own = self._codes == ord(sign)
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
    if unicodedata.category(sign) in ("No", "So"):  # ² is no 2, and № no N
        return sign
    if sign.lower() in _UNLIKE_THEIR_LIKES:
        return sign.lower()
    return shape_of(unicodedata.normalize("NFD", sign)[0]).lower()
