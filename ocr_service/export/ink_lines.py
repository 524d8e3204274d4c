"""Lines of text as the ink of a picture shows them, each with the runs of ink that may be its words."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ocr_service.document import Gray
from ocr_service.geometry.boxes import Run, ink_runs

Ink = npt.NDArray[np.bool_]

_RULE = 0.8  # of a box's width or height that an inked row or column must cover to be a ruling
_TABLE_RULE = 0.5  # the same for a whole table, whose rulings may be skew or broken and whose text is never so dense
_LEAST_WORD_GAP = 0.12  # of a line's height; below it no gap parts words (spaces are 0.22 to 0.32 em)


@dataclass(frozen=True, slots=True)
class InkLine:
    """A line from ``top`` to ``bottom`` (pixels, exclusive); ``runs`` from left to right, at least one."""

    top: int
    bottom: int
    runs: tuple[Run, ...]

    @property
    def height(self) -> int:
        return self.bottom - self.top


def ink_of(gray: Gray) -> Ink:
    """Dark on light, or light on dark: what is far from the picture's own background."""
    background = float(np.median(gray))
    ink: Ink = np.abs(gray.astype(np.int16) - background) > 0.35 * max(background, 255 - background)
    return ink


def ink_lines(ink: Ink, words: int) -> list[InkLine]:
    """The lines in a box that holds about so many words, from top to bottom, without rulings."""
    ink = without_rulings(ink)
    spans = _line_spans(ink)
    if not spans:
        return []
    height = float(np.median([end - start for start, end in spans]))
    letters = [ink_runs(_columns(ink[start:end])) for start, end in spans]
    gap = _word_gap(letters, words, height)
    return [InkLine(start, end, tuple(_joined(runs, gap))) for (start, end), runs in zip(spans, letters, strict=True)]


def inner_rulings(profile: npt.NDArray[np.float64]) -> list[int]:
    """Where rulings cross a table, by the share of ink in its rows or columns; those at its edges are left out."""
    margin = 0.02 * len(profile)
    middles = ((start + end) // 2 for start, end in ink_runs(profile > _TABLE_RULE))
    return [middle for middle in middles if margin < middle < len(profile) - margin]


def without_rulings(ink: Ink, share: float = _RULE) -> Ink:
    """The ink without rows and columns that are inked over more than ``share`` of the box."""
    plain: Ink = ink & (ink.mean(axis=1) < share)[:, None] & (ink.mean(axis=0) < share)[None, :]
    return plain


def widest_gaps(ink: Ink, count: int) -> list[int]:
    """The middles of the ``count`` widest empty stretches between inked columns, from left to right; or fewer."""
    runs = ink_runs(_columns(without_rulings(ink, _TABLE_RULE)))
    gaps = sorted(((left[1], right[0]) for left, right in itertools.pairwise(runs)), key=lambda gap: gap[0] - gap[1])
    return sorted((start + end) // 2 for start, end in gaps[:count])


def _line_spans(ink: Ink) -> list[Run]:
    rows: Ink = np.any(ink, axis=1)
    spans = [(start, end) for start, end in ink_runs(rows) if ink[start:end].sum() > 3]
    typical = float(np.median([end - start for start, end in spans])) if spans else 0
    lines: list[Run] = []
    above: Run | None = None  # the dots of й and ё, accents: no line of their own, but part of the next
    for start, end in spans:
        if end - start < 0.4 * typical:
            if lines and start - lines[-1][1] < 0.35 * typical and _is_last(end, spans, typical):
                lines[-1] = (lines[-1][0], end)  # an underline, a cedilla
            else:
                above = above or (start, end)
            continue
        if above is not None and start - above[1] < 0.35 * typical:
            start = above[0]
        above = None
        lines.append((start, end))
    return lines


def _is_last(end: int, spans: list[Run], typical: float) -> bool:
    """Whether no line is close below."""
    return not any(0 <= start - end < 0.35 * typical for start, _ in spans)


def _word_gap(letters: list[list[Run]], words: int, height: float) -> float:
    """The width from which on a gap parts words: the clearest step in the gaps' widths near the number of words.

    No fixed width fits all fonts, but the number of gaps is known: one a word, less one a line, plus one for each word
    that is broken at the end of a line.
    """
    least = max(2.0, _LEAST_WORD_GAP * height)
    gaps = sorted((right[0] - left[1] for runs in letters for left, right in itertools.pairwise(runs)), reverse=True)
    gaps = [gap for gap in gaps if gap >= least]
    expected = max(0, words - len(letters))
    if expected >= len(gaps):
        return least
    candidates = range(max(expected, 1), min(len(gaps), expected + len(letters) // 2 + 2))
    if not candidates:
        return gaps[0] + 1.0
    step = max(candidates, key=lambda index: gaps[index - 1] - gaps[index])
    return (gaps[step - 1] + gaps[step]) / 2 if gaps[step - 1] > gaps[step] else float(gaps[step])


def _joined(runs: list[Run], gap: float) -> list[Run]:
    joined: list[Run] = []
    for start, end in runs:
        if joined and start - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _columns(ink: Ink) -> Ink:
    inked: Ink = np.any(ink, axis=0)
    return inked
