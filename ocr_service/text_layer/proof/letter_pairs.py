"""Pairs of letters, or signs, that reading takes for each other, or cannot read: ү and ұ, ц and щ, k and K, ( and [.

Each pair has one weighted sum over a drawing's box and sample that parts the two letters in the common text fonts,
also in those that the weights were not made of: a single letter of a font is enough to tell which of the two it is.
The table is made by ``scripts/make_letter_pairs.py``.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ocr_service.document import Gray
from ocr_service.text_layer.page.glyphs import Floats, Glyphs
from ocr_service.text_layer.proof.evidence import Evidence, Key
from ocr_service.text_layer.proof.letter_shapes import drawings_of, places_of
from ocr_service.text_layer.proof.mirrored import SIDED, mirrors_brackets
from ocr_service.text_layer.proof.shapes import Samples

TABLE = Path(__file__).with_name("letter_pairs.npz")
_BOTH = 0.2  # the sum for both letters of a font, each of which is drawn more like the other one
_CAPITALS, _HIGHEST = frozenset("ABCDEFGHIKLMNOPRSTUVWXYZ0123456789"), 0.82  # and em: their most usual height
_SLANTED = 0.1  # em: letters that a program slants, of fonts without italics, look like none of the table's
_BOX = 3.0  # the weight of a box's sides, em, beside a sample's values
# The others are told by their heights, by the marks above them, or by reading.
PAIRS = (
    "үұ", "ҮҰ", "уү", "уұ", "УҮ", "УҰ", "цщ", "ЦЩ", "шщ", "ШЩ", "ьъ", "ЬЪ", "ыь", "гґ", "ГҐ", "гғ", "ГҒ", "кқ",
    "КҚ", "нң", "НҢ", "нһ", "оө", "ОӨ", "аә", "АӘ", "сє", "еє", "эє", "ії", "ІЇ", "ћђ", "цџ", "νυ", "ζξ", "ζς",
    "ηκ", "κχ", "ρσ", "γν", "λδ", "οα", "il", "ıi", "łl", "ŁL", "đd", "øo", "ØO", "aą", "eę", "sş", "cç", "tț",
    "kK", "5S", "²³", "½¼", "½¾", "¼¾", "([", ")]", "({", ")}", "[{", "]}",
    "«<", "»>", '"*', "'`", "•°", "gq", "/\\", "Z2", "PR", "ΑΕ", "ΡΒ", "ΟΘ", "ΕΣ",
    "№N", "ßB",
    "°º", "ºª", "°ª", "æœ", "ÆŒ", "§$", "«‹", "»›", "ÞP", "þp", "ðd", "¿?", "¡!", "¡i", "–—", "ØÖ", "øö",
    "ΌΟ", "ΈΕ", "ΆΑ", "ΉΗ", "ΊΙ", "ΎΥ", "ΏΩ", "œe", "æa", "äö", "äü", "öü", "åö", "ëö", "ëä", "áó", "áé", "éó", "óú",
    "áú", "éú", "àò", "àè", "èò", "òù", "âô", "âê", "êô", "ôû", "ãõ", "őű", "āō", "ēō", "ÄÖ", "ÄÜ", "ÖÜ", "ÅÖ", "ÁÓ",
    "ÁÉ", "ÉÓ", "ÓÚ", "ÀÒ", "ÀÈ", "ÂÔ", "ÂÊ", "ÊÔ", "ÃÕ", "ŐŰ", "†‡", "¢c", "€£", "ķk", "ļl", "ņn", "ųu", "įi", "ģg",
    "ĄA", "ĘE", "ÇC", "ŞS", "ŅN", "ĶK", "ĻL", "ŢT", "ȚT", "ĮI", "ŲU", "1l",
)  # fmt: skip

_MARKS = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c"  # above letters
MARK_PAIRS = tuple(f"{one}{other}" for one, other in itertools.combinations(_MARKS, 2))
_LETTERS = frozenset("".join(PAIRS))


def features(box: Floats, sample: Samples) -> Floats:
    """What the weights are for: the 8 x 12 values of a sample, width, rise and drop, and 1."""
    return np.concatenate([sample.astype(np.float64), _BOX * box, [1.0]])


@dataclass(frozen=True, slots=True)
class _Other:
    """Another letter, and the weights of the sum by which a drawing is that rather than its pair.

    It is where the sum is over ``margin``; ``margin`` differs, for some letters vary more than others.
    """

    sign: str
    weights: npt.NDArray[np.float64]
    margin: float


def drawn_as_other(
    glyphs: Glyphs,
    plates: Sequence[Gray],
    keys: Sequence[Key],
    signs: Sequence[str],
    small_capitals: Container[Key] = frozenset(),
) -> dict[Key, str]:
    """Letters that are drawn as the other one of a pair, with that; none of the ``small_capitals``."""
    table = _table()
    asked = np.array([sign in _LETTERS for sign in signs], bool) & ~glyphs.of_one_glyph  # not those of a ligature
    asked &= np.array([abs(item.slant) < _SLANTED for item in glyphs.objects] or [True], bool)[glyphs.object]
    asked &= ~np.isin(glyphs.font, _larger_than_their_size(glyphs, signs))
    if mirrors_brackets(signs):
        asked &= np.array([sign not in SIDED for sign in signs], bool)
    if not asked.any():
        return {}
    found: dict[Key, str] = {}
    sums: dict[tuple[str, str, str], tuple[float, Key]] = {}  # by font, letter and the other one of its pair
    places = places_of(table.keys(), glyphs, keys, signs, asked)
    places = {key: here for key, here in places.items() if key not in small_capitals}
    for key, box, sample in drawings_of(glyphs, places, plates):
        drawn, sign = features(box, sample), signs[places[key][0]]
        for other in table[sign]:
            likeness = float(other.weights @ drawn)
            sums.setdefault((key[0], sign, other.sign), (likeness, key))
            if likeness > other.margin:
                found[key] = other.sign
    for (font, sign, other_sign), (likeness, key) in sums.items():
        pair = sums.get((font, other_sign, sign))
        if pair is not None and likeness + pair[0] > _BOTH:
            found[key] = other_sign
    return found


def drawn_as_itself(
    glyphs: Glyphs, plates: Sequence[Gray], keys: Sequence[Key], signs: Sequence[str], known: Mapping[Key, Evidence]
) -> frozenset[Key]:
    """Letters and digits that were read as nothing but the other ones of their pairs, and are drawn as themselves.

    A row of 2 may be read as one of Z. The other one would be told from such a drawing if it had that name.
    """
    table = _table()
    others = {key: set(known[key].wrong) for key in set(keys) if key in known and not known[key].proven}
    open_ = {
        key: read
        for key, read in others.items()
        if read and read <= {other.sign for other in table.get(chr(key[1]), ())}
    }
    asked = np.array([key in open_ for key in keys], bool) & ~glyphs.of_one_glyph
    asked &= ~np.isin(glyphs.font, _larger_than_their_size(glyphs, signs)) if asked.any() else asked
    if not asked.any():
        return frozenset()
    places = places_of(table.keys(), glyphs, keys, signs, asked)
    found: set[Key] = set()
    for key, box, sample in drawings_of(glyphs, places, plates):
        drawn, sign = features(box, sample), signs[places[key][0]]
        back = [other for read in open_[key] for other in table[read] if other.sign == sign]
        if all(float(other.weights @ drawn) > other.margin for other in back):
            found.add(key)
    return frozenset(found)


def beyond_margin(sign: str, drawn: Floats) -> float:
    """How far the ``features`` of a drawing are beyond the margin of another sign that is paired with ``sign``.

    Negative where they are those of no other one.
    """
    return max((float(other.weights @ drawn) - other.margin for other in _table().get(sign, ())), default=-math.inf)


def _larger_than_their_size(glyphs: Glyphs, signs: Sequence[str]) -> list[int]:
    """Fonts whose capitals are higher than an em has them, as those of some Type 3 fonts: their boxes tell nothing."""
    high = np.flatnonzero(np.array([sign in _CAPITALS for sign in signs], bool) & glyphs.level)
    font, rise = glyphs.font[high], glyphs.rise[high]
    return [number for number in np.unique(font).tolist() if float(np.median(rise[font == number])) > _HIGHEST]


@lru_cache(maxsize=1)
def _table() -> Mapping[str, tuple[_Other, ...]]:
    with np.load(TABLE) as stored:
        pairs, weights = stored["pairs"].tolist(), stored["weights"].astype(np.float64)
        margins = stored["margins"].tolist()
    found: dict[str, list[_Other]] = defaultdict(list)
    for (first, second), towards_second, (of_first, of_second) in zip(pairs, weights, margins, strict=True):
        found[first].append(_Other(second, towards_second, of_first))
        found[second].append(_Other(first, -towards_second, of_second))
    return {sign: tuple(others) for sign, others in found.items()}
