"""Which run of ink is which word: the cheapest alignment of the words of a text with the runs of its lines.

Dynamic programming, as for the edit distance. Mostly a word is a run; but a word may be broken at the end of a line or
by a wide gap, words may touch, ink may be no text, and a word may have no ink.

An alignment is a way through a grid of words by runs. Only a band along its diagonal is looked at; it is made wider
until the cheapest way keeps away from its edges (after Ukkonen, 1985).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from ocr_service.export.ink_lines import InkLine

SPACE = 0.3  # em
_NARROW = frozenset("iljtfrI.,:;|!'\"()[]-·1 ")
_WIDE = frozenset("mwшщжюфмыMWШЩЖЮФМЫД@%—…№")

_ODD = 0.5  # the least that an alignment other than one word, one run costs, in squared line heights
_NO_INK = 3.0
_BAND = 8  # runs that an alignment may stray from the diagonal at most, besides a tenth of all
_FIRST_BAND = 3
_CLEAR = 2  # places between the way and the edge of the band
# Words and runs of each kind of step, by the index that the grid keeps.
_STEPS = ((1, 0), (0, 1), (1, 1), (2, 1), (3, 1), (1, 2), (1, 3))


@dataclass(frozen=True, slots=True)
class Place:
    """A word's line (its index) and where it begins and ends there, in pixels."""

    line: int
    x0: float
    x1: float


@dataclass(frozen=True, slots=True)
class _Run:
    line: int
    x0: int
    x1: int


@dataclass(frozen=True, slots=True)
class _Costs:
    """What is compared, in line heights; infinite where there is no such step.

    ``words[n]``: the width of ``n + 1`` words from each word on; ``runs[n]`` the same of runs.
    """

    words: tuple[Sequence[float], Sequence[float], Sequence[float]]
    runs: tuple[Sequence[float], Sequence[float], Sequence[float]]


def text_width(text: str) -> float:
    """About how wide a text is, in em: averages of Liberation and PT fonts for three kinds of letters."""
    return sum(0.3 if c in _NARROW else 0.82 if c in _WIDE else 0.7 if c.isupper() else 0.54 for c in text)


def align(words: Sequence[str], lines: Sequence[InkLine]) -> list[Place]:
    """A place for each word, in order. ``lines`` has at least one line."""
    runs = [_Run(index, x0, x1) for index, line in enumerate(lines) for x0, x1 in line.runs]
    widths = [text_width(word) for word in words]
    em = sum(run.x1 - run.x0 for run in runs) / max(sum(widths), 1e-6)
    height = sum(line.height for line in lines) / len(lines)
    costs = _costs([width * em / height for width in widths], runs, height, SPACE * em / height)
    return _places(_cheapest(costs, len(words), len(runs)), runs, widths)


def _costs(sizes: Sequence[float], runs: Sequence[_Run], height: float, space: float) -> _Costs:
    none = math.inf
    two = [first + second + space for first, second in pairwise(sizes)] + [none]
    three = [first + second + space for first, second in zip(two, sizes[2:], strict=False)] + [none, none]
    ink = [(run.x1 - run.x0) / height for run in runs]
    pairs, triples = [none] * len(runs), [none] * len(runs)
    for place, (first, second) in enumerate(pairwise(runs)):
        if first.line == second.line:
            pairs[place] = (second.x1 - first.x0) / height
        elif second.line == first.line + 1:  # broken at the end of the line
            pairs[place] = ink[place] + ink[place + 1]
        if place + 2 < len(runs) and runs[place + 2].line == first.line:
            triples[place] = (runs[place + 2].x1 - first.x0) / height
    return _Costs((sizes, two, three), (ink, pairs, triples))


def _cheapest(costs: _Costs, words: int, runs: int) -> list[tuple[int, int]]:
    """The steps of the cheapest alignment within the widest band, each as words and runs."""
    widest = _BAND + max(words, runs) // 10
    band = _FIRST_BAND
    while True:
        steps = _cheapest_within(costs, words, runs, band)
        if band >= widest or _strays(steps) <= band - _CLEAR:
            return steps
        band = min(2 * band, widest)


def _strays(steps: Sequence[tuple[int, int]]) -> int:
    """How far a way leaves the band that its ends need."""
    ahead = list(accumulate((runs - words for words, runs in steps), initial=0))
    return max(max(ahead) - max(0, ahead[-1]), min(0, ahead[-1]) - min(ahead))


def _cheapest_within(costs: _Costs, words: int, runs: int, band: int) -> list[tuple[int, int]]:
    """Among the alignments whose runs are ahead of their words by ``-band`` to ``band``, besides the difference."""
    lowest, highest = min(0, runs - words) - band, max(0, runs - words) + band
    size = highest - lowest + 1
    one_word, two_words, three_words = costs.words
    one_run, two_runs, three_runs = costs.runs
    unread = [_ODD + min(ink, 1.5) ** 2 for ink in one_run]
    # Row: words placed. Place in it: how far the runs are ahead, from ``lowest``; three more rows and places at each
    # side take in what leads out of the band. No function for one step: calling it would take most of the time.
    best = [[math.inf] * (size + 6) for _ in range(words + 4)]
    came_by = [bytearray(size + 6) for _ in range(words + 4)]
    best[0][3 - lowest] = 0.0
    for word in range(words + 1):
        here, by = best[word], came_by[word]
        for run in range(max(0, word + lowest), min(runs, word + highest) + 1):
            place = run - word - lowest + 3
            cost = here[place]
            if cost == math.inf:
                continue
            if run < runs:
                ink = one_run[run]
                if (reached := cost + unread[run]) < here[place + 1]:
                    here[place + 1], by[place + 1] = reached, 1
            if word == words:
                continue
            wide, after, after_by = one_word[word], best[word + 1], came_by[word + 1]
            if (reached := cost + _NO_INK) < after[place - 1]:
                after[place - 1], after_by[place - 1] = reached, 0
            if run == runs:
                continue
            if (reached := cost + (wide - ink) ** 2) < after[place]:
                after[place], after_by[place] = reached, 2
            if (reached := cost + _ODD + (wide - two_runs[run]) ** 2) < after[place + 1]:
                after[place + 1], after_by[place + 1] = reached, 5
            if (reached := cost + 2 * _ODD + (wide - three_runs[run]) ** 2) < after[place + 2]:
                after[place + 2], after_by[place + 2] = reached, 6
            if (reached := cost + _ODD + (two_words[word] - ink) ** 2) < best[word + 2][place - 1]:
                best[word + 2][place - 1], came_by[word + 2][place - 1] = reached, 3
            if (reached := cost + 2 * _ODD + (three_words[word] - ink) ** 2) < best[word + 3][place - 2]:
                best[word + 3][place - 2], came_by[word + 3][place - 2] = reached, 4
    return _walked(came_by, words, runs, lowest)


def _walked(came_by: Sequence[bytearray], words: int, runs: int, lowest: int) -> list[tuple[int, int]]:
    steps: list[tuple[int, int]] = []
    while words or runs:
        step = _STEPS[came_by[words][runs - words - lowest + 3]]
        steps.append(step)
        words, runs = words - step[0], runs - step[1]
    return steps[::-1]


def _places(steps: Sequence[tuple[int, int]], runs: Sequence[_Run], widths: Sequence[float]) -> list[Place]:
    places: list[Place] = []
    run = 0
    for words_here, runs_here in steps:
        if words_here and runs_here:
            first = runs[run]
            # Of a word broken at the end of a line the first part is marked.
            end = max(r.x1 for r in runs[run : run + runs_here] if r.line == first.line)
            places += _shared(first.line, first.x0, end, widths[len(places) : len(places) + words_here])
        elif words_here:
            near = runs[min(run, len(runs) - 1)]
            x = near.x0 if run < len(runs) else near.x1
            places.append(Place(near.line, x, x))
        run += runs_here
    return places


def _shared(line: int, x0: float, x1: float, widths: Sequence[float]) -> list[Place]:
    """Words side by side on one run, by their widths."""
    unit = (x1 - x0) / (sum(widths) + SPACE * (len(widths) - 1))
    starts = list(accumulate((width + SPACE for width in widths), initial=0.0))
    return [
        Place(line, x0 + start * unit, x0 + (start + width) * unit)
        for start, width in zip(starts, widths, strict=False)
    ]
