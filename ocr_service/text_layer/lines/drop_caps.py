"""Large initials that reach over several lines: the first letter of the first of these."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ocr_service.text_layer.lines.words import WORD_GAP, Frame
from ocr_service.text_layer.page.glyphs import Glyphs

_LARGE = 1.8  # times the type beside it
_MOST = 60  # of a page
_REACH = 0.6  # of an initial's size, from it to the lines beside it
_HEIGHT = 0.7  # of a capital's size
_OFF = 0.6  # of the lines' type size, that the initial's top and foot are off theirs
_OWN_WORD = 0.25  # em beside a letter that may be a word
_WORDS = frozenset("AIOАВИКОСУЯÀÉÓ")


def with_drop_caps(glyphs: Glyphs, frame: Frame) -> Frame:
    """``frame`` with each such initial on the baseline, and in the size, of its line; in one word with what follows it.

    A letter that is a word by itself is one where white parts it from the next.
    """
    usual = float(np.median(frame.size)) if len(frame.size) else 0.0
    large = [i for i in np.flatnonzero(frame.size >= _LARGE * usual).tolist() if _is_capital(glyphs, frame, i)]
    if not 0 < len(large) <= _MOST:
        return frame
    base, size, right = frame.base.copy(), frame.size.copy(), frame.right.copy()
    for i in large:
        first = _first_beside(frame, i)
        if first is None:
            continue
        base[i], size[i] = frame.base[first], frame.size[first]
        gap = float(frame.left[first] - frame.right[i]) / float(frame.size[first])
        if gap < _OWN_WORD or chr(int(glyphs.codes[frame.index[i]])) not in _WORDS:
            right[i] = max(frame.right[i], frame.left[first])
        else:
            right[i] = min(frame.right[i], frame.left[first] - 2 * WORD_GAP * frame.size[first])
    return replace(frame, base=base, size=size, right=right)


def _is_capital(glyphs: Glyphs, frame: Frame, i: int) -> bool:
    return chr(int(glyphs.codes[frame.index[i]])).isupper()


def _first_beside(frame: Frame, i: int) -> int | None:
    """The glyph after the initial ``i``; None where it is none: alone, a letter of a large word, or beside one line."""
    size, base, left, right = (float(v[i]) for v in (frame.size, frame.base, frame.left, frame.right))
    alike = (frame.size > size / _LARGE) & (np.abs(frame.base - base) < 0.3 * size)
    alike[i] = False
    if (alike & (frame.left < right + _REACH * size) & (frame.right > left - _REACH * size)).any():
        return None
    beside = (frame.size <= size / _LARGE) & (frame.base > base - 0.95 * size) & (frame.base < base + 0.2 * size)
    beside &= (frame.left > right - 0.2 * size) & (frame.left < right + _REACH * size)
    places = np.flatnonzero(beside)
    if not len(places):
        return None
    type_size = float(np.median(frame.size[places]))
    bases = np.sort(frame.base[places])
    top, foot = float(bases[0]), float(bases[-1])
    if foot - top < 0.8 * type_size or abs(foot - base) > _OFF * type_size:
        return None
    if abs((base - _HEIGHT * size) - (top - _HEIGHT * type_size)) > _OFF * type_size:
        return None
    row = places[np.abs(frame.base[places] - top) < 0.2 * type_size]
    return int(row[frame.left[row].argmin()])
