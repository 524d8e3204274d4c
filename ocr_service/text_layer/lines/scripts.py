"""Superscripts and subscripts with the letters that they belong to, whose baselines are others.

A band is what stands on one baseline: indices of a frame's glyphs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocr_service.text_layer.lines.words import SMALL, Frame, is_number
from ocr_service.text_layer.page.glyphs import Floats, Glyphs, Ints

_APART = 1.2  # em: what is closer together on one baseline is one text
_NEAR_BANDS = 8  # baselines of two columns with their superscripts between one line and the next
_LONGEST_MARK, _BEHIND_MARK, _BEFORE_MARK = 3, 0.7, 2.0  # characters of a note's mark, and em beside it
_TAB = 2.5  # em behind the number of a note, where its text may begin
_SUBSCRIPT = 0.8  # em of its own below a letter's baseline
_LEAST_SCRIPT = 0.45  # of its letter's size: beside a large sign of a logo, smaller type is lines of their own
_LEAST_PROSE, _PROSE_GAP = 9, 0.15  # letters of two words, and em between these: no superscript is as long
_LEAST_OFF = 0.3  # of a large sign's size, from its baseline to that of a line beside it


def with_scripts(glyphs: Glyphs, frame: Frame, bands: list[list[int]]) -> list[list[int]]:
    """Superscripts and subscripts with the letters that they belong to.

    A band may have text of several columns, so what stands close together in it is judged by itself.
    """
    clusters = [(at, cluster) for at, band in enumerate(bands) for cluster in _runs(frame, band, _APART)]
    number = {i: n for n, (_, cluster) in enumerate(clusters) for i in cluster}
    edges = [_Edges.of(frame, band) for band in bands]
    taken: dict[int, int] = {}

    def root(n: int) -> int:
        while n in taken:
            n = taken[n]
        return n

    types = [(float(np.median(frame.size[c])), float(np.median(frame.base[c]))) for _, c in clusters]
    numbers = [len(c) <= _LONGEST_MARK and is_number(glyphs, frame, c) for _, c in clusters]
    prose = [_is_prose(glyphs, frame, cluster) for _, cluster in clusters]
    for n, (at, cluster) in sorted(enumerate(clusters), key=lambda item: types[item[0]]):
        for other in range(max(0, at - _NEAR_BANDS), min(len(bands), at + _NEAR_BANDS + 1)):
            if other == at:
                continue
            letter = edges[other].letter_beside(frame, cluster, *types[n], is_number=numbers[n], is_prose=prose[n])
            if letter is not None and root(number[letter]) != n:
                taken[n] = number[letter]
                break
    joined: dict[int, list[int]] = {}
    for n, (_, cluster) in enumerate(clusters):
        joined.setdefault(clusters[root(n)][0], []).extend(cluster)
    return [joined[at] for at in sorted(joined)]


def _runs(frame: Frame, band: Sequence[int], apart: float) -> list[list[int]]:
    """Cut where ``apart`` em of white are."""
    runs: list[list[int]] = []
    end = 0.0
    for i in sorted(band, key=lambda i: frame.left[i]):
        if runs and frame.left[i] - end < apart * frame.size[i]:
            runs[-1].append(i)
            end = max(end, float(frame.right[i]))
        else:
            runs.append([i])
            end = float(frame.right[i])
    return runs


def _is_prose(glyphs: Glyphs, frame: Frame, cluster: Sequence[int]) -> bool:
    """Whether a cluster is two words or more of letters, by the white between them."""
    if len(cluster) < _LEAST_PROSE:
        return False
    letters = [i for i in cluster if chr(int(glyphs.codes[frame.index[i]])).isalpha()]
    return len(letters) >= _LEAST_PROSE and len(_runs(frame, letters, _PROSE_GAP)) > 1


def is_note_number(glyphs: Glyphs, frame: Frame, piece: list[int], text: list[int]) -> bool:
    """Whether a piece is the small, raised number of the note that stands behind it at a tab."""
    if len(piece) > _LONGEST_MARK or not piece or not text or not is_number(glyphs, frame, piece):
        return False
    size, base = float(frame.size[text[0]]), float(frame.base[text[0]])
    near = frame.left[text[0]] - frame.right[piece[-1]] < _TAB * size
    return bool(near and all(frame.size[i] <= SMALL * size and base - frame.base[i] > 0.1 * size for i in piece))


@dataclass(frozen=True, slots=True)
class _Edges:
    """The glyphs of a band with their sides, for those that stand beside a smaller one."""

    index: Ints
    lefts: Floats
    rights: Floats
    base: float
    largest: float

    @classmethod
    def of(cls, frame: Frame, band: list[int]) -> _Edges:
        index = np.array(band, np.int64)
        base, largest = float(np.median(frame.base[index])), float(frame.size[index].max())
        return cls(index, frame.left[index], frame.right[index], base, largest)

    def letter_beside(
        self, frame: Frame, cluster: Sequence[int], size: float, base: float, *, is_number: bool, is_prose: bool
    ) -> int | None:
        """The letter whose superscripts or subscripts ``cluster`` is; None where a run of it touches none.

        A lone sign of the letters' own size may stand between two of them. ``size`` and ``base``: the cluster's type;
        ``is_number``: it is one, whose note may stand behind a tab; ``is_prose``: it is words of its own.
        """
        inside = size > SMALL * self.largest
        if (inside and (len(cluster) > 1 or size > 1.05 * self.largest)) or abs(self.base - base) > self.largest:
            return None
        found: int | None = None
        for run in _runs(frame, cluster, 0.3):
            left, right = frame.left[run[0]], frame.right[run].max()
            before, after = int(np.abs(self.rights - left).argmin()), int(np.abs(self.lefts - right).argmin())
            touching = [
                int(self.index[place])
                for place, gap in ((before, left - self.rights[before]), (after, self.lefts[after] - right))
                if abs(gap) < 0.3 * (em := float(frame.size[self.index[place]]))
                and (len(cluster) <= _LONGEST_MARK or size > _LEAST_SCRIPT * em)
                and _is_raised(size, base, em, float(frame.base[self.index[place]]), is_prose=is_prose)
            ]
            if not touching and not inside and len(run) <= _LONGEST_MARK:
                reach = _TAB if is_number else _BEHIND_MARK
                touching = self._behind_mark(frame, after, before, left, right, size, base, reach)
            if len(touching) < (2 if inside else 1):
                return None
            found = touching[0] if found is None else found
        return found

    def _behind_mark(
        self, frame: Frame, after: int, before: int, left: float, right: float, size: float, base: float, reach: float
    ) -> list[int]:
        """The first letter of a note whose raised mark stands a space before it, with nothing before itself."""
        letter = int(self.index[after])
        em = float(frame.size[letter])
        is_first = not -0.3 * em < left - self.rights[before] < _BEFORE_MARK * em
        near = 0 <= self.lefts[after] - right < reach * em
        raised = base < frame.base[letter] and _is_raised(size, base, em, float(frame.base[letter]))
        return [letter] if is_first and near and raised else []


def _is_raised(size: float, base: float, letter_size: float, letter_base: float, *, is_prose: bool = False) -> bool:
    """Whether type of ``size`` on ``base`` is a superscript or subscript of a letter, or a sign of its own size.

    A subscript reaches above the letter's baseline: small lines under a very large title are none. Words (``is_prose``)
    may stand a little off their line; farther off they are a line of their own, beside a large sign.
    """
    rise = (letter_base - base) / letter_size
    lowered = -0.4 < rise < -0.05 and base - letter_base < _SUBSCRIPT * size
    raised = 0.1 < rise < 0.75
    return size <= 1.05 * letter_size and (raised or lowered) and not (is_prose and abs(rise) > _LEAST_OFF)
