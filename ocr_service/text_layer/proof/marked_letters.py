"""Letters with marks over them that stand on their font's own letter: of round types an a looks like others' o."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.page.glyphs import Glyphs
from ocr_service.text_layer.proof.evidence import Evidence, Key
from ocr_service.text_layer.proof.shapes import samples_of

_SAME_LETTER, _SAME_SIDE = 0.9, 0.04  # correlation of a letter with the same under a mark; em
_ABOVE = 230  # Unicode's class of marks over letters


def without_own_letters(
    others: Mapping[Key, str],
    glyphs: Glyphs,
    plates: Sequence[Gray],
    keys: Sequence[Key],
    signs: Sequence[str],
    known: Mapping[Key, Evidence],
) -> dict[Key, str]:
    """``others``, what characters look like in other fonts, without those whose letter is that of their own font.

    What is under the mark is compared with the font's letter without it, where that is proven.
    """
    if not others:
        return {}
    level = glyphs.level & (glyphs.plate == 0)
    first: dict[Key, int] = {}
    plain: dict[tuple[str, int], int] = {}
    for index in np.flatnonzero(level).tolist():
        first.setdefault(keys[index], index)
        if keys[index] in known and known[keys[index]].proven:
            plain.setdefault(keys[index][:2], index)
    return {
        key: other
        for key, other in others.items()
        if key not in first or not _has_its_letter(glyphs, plates, first[key], signs[first[key]], other, key[0], plain)
    }


def _has_its_letter(
    glyphs: Glyphs,
    plates: Sequence[Gray],
    index: int,
    sign: str,
    other: str,
    font: str,
    plain: Mapping[tuple[str, int], int],
) -> bool:
    """Whether a letter stands on the font's own letter without its marks, and not on that of ``other``."""
    letter, *marks = list(unicodedata.normalize("NFD", sign))
    base = plain.get((font, ord(letter)))
    if base is None or not marks or any(unicodedata.combining(mark) != _ABOVE for mark in marks):
        return False
    other_base = plain.get((font, ord(unicodedata.normalize("NFD", other)[0])))
    alike = _likeness_below(glyphs, plates, index, base)
    return alike >= _SAME_LETTER and (other_base is None or alike > _likeness_below(glyphs, plates, index, other_base))


def _likeness_below(glyphs: Glyphs, plates: Sequence[Gray], index: int, base: int) -> float:
    """The correlation of a glyph, as high as ``base`` is, with that; 0 where their sides differ."""
    size = float(glyphs.size[index])
    x0, _, x1, y1 = glyphs.ink[index].tolist()
    top = float(glyphs.origin[index][1] - glyphs.rise[base] * size)
    part = np.array([[x0, top, x1, y1], glyphs.ink[base].tolist()])
    width = (part[:, 2] - part[:, 0]) / glyphs.size[[index, base]]
    apart = max(abs(float(width[1] - width[0])), abs(float(glyphs.drop[index] - glyphs.drop[base])))
    if apart > _SAME_SIDE:
        return 0.0
    own, its = samples_of(plates[0], part)
    return float(own @ its)
