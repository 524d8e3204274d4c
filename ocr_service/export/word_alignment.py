"""Which run of ink is which word: the cheapest alignment of the words of a text with the runs of its lines.

Dynamic programming, as for the edit distance. Mostly a word is a run; but a word may be broken at the end of a line or
by a wide gap, words may touch, ink may be no text, and a word may have no ink.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ocr_service.export.ink_lines import InkLine

SPACE = 0.3  # em
_NARROW = frozenset("iljtfrI.,:;|!'\"()[]-·1 ")
_WIDE = frozenset("mwшщжюфмыMWШЩЖЮФМЫД@%—…№")

_ODD = 0.5  # what an alignment other than one word, one run costs, in squared line heights
_NO_INK = 3.0
_BAND = 8  # runs that an alignment may stray from the diagonal, besides a tenth of all


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
class _Step:
    """So many words on so many runs."""

    words: int
    runs: int
    cost: float


def text_width(text: str) -> float:
    """About how wide a text is, in em: averages of Liberation and PT fonts for three kinds of letters."""
    return sum(0.3 if c in _NARROW else 0.82 if c in _WIDE else 0.7 if c.isupper() else 0.54 for c in text)


def align(words: Sequence[str], lines: Sequence[InkLine]) -> list[Place]:
    """A place for each word, in order. ``lines`` has at least one line."""
    runs = [_Run(index, x0, x1) for index, line in enumerate(lines) for x0, x1 in line.runs]
    widths = [text_width(word) for word in words]
    em = sum(run.x1 - run.x0 for run in runs) / max(sum(widths), 1e-6)
    height = sum(line.height for line in lines) / len(lines)
    sizes = [width * em / height for width in widths]
    space = SPACE * em / height
    best: dict[tuple[int, int], tuple[float, _Step | None]] = {(0, 0): (0.0, None)}
    slope, stray = len(runs) / max(len(words), 1), _BAND + len(runs) // 10
    for word in range(len(words) + 1):
        for run in range(max(0, round(word * slope) - stray), min(len(runs), round(word * slope) + stray) + 1):
            if (word, run) not in best:
                continue
            cost = best[word, run][0]
            for step in _steps(sizes, runs, word, run, height, space):
                reached = word + step.words, run + step.runs
                if reached not in best or cost + step.cost < best[reached][0]:
                    best[reached] = (cost + step.cost, step)
    return _places(_walked(best, len(words), len(runs)), runs, widths)


def _steps(
    sizes: Sequence[float], runs: Sequence[_Run], word: int, run: int, height: float, space: float
) -> Iterator[_Step]:
    """What may come next; sizes in line heights."""
    words_left, runs_left = len(sizes) - word, len(runs) - run
    if words_left:
        yield _Step(1, 0, _NO_INK)
    if not runs_left:
        return
    ink = (runs[run].x1 - runs[run].x0) / height
    yield _Step(0, 1, _ODD + min(ink, 1.5) ** 2)
    if words_left:
        yield _Step(1, 1, (sizes[word] - ink) ** 2)
    for count in range(2, min(3, words_left) + 1):
        together = sum(sizes[word : word + count]) + space * (count - 1)
        yield _Step(count, 1, _ODD * (count - 1) + (together - ink) ** 2)
    for count in range(2, min(3, runs_left) + 1) if words_left else ():
        first, last = runs[run], runs[run + count - 1]
        if first.line == last.line:
            yield _Step(1, count, _ODD * (count - 1) + (sizes[word] - (last.x1 - first.x0) / height) ** 2)
        elif count == 2 and last.line == first.line + 1:  # broken at the end of the line
            both = ink + (last.x1 - last.x0) / height
            yield _Step(1, 2, _ODD + (sizes[word] - both) ** 2)


def _walked(best: dict[tuple[int, int], tuple[float, _Step | None]], words: int, runs: int) -> list[_Step]:
    """The steps of the cheapest alignment; what lies beyond the band is left without a partner."""
    steps: list[_Step] = []
    reached = max((place for place in best if place[0] == words), key=lambda place: (place[1] == runs, -best[place][0]))
    while (step := best[reached][1]) is not None:
        steps.append(step)
        reached = reached[0] - step.words, reached[1] - step.runs
    return steps[::-1]


def _places(steps: Sequence[_Step], runs: Sequence[_Run], widths: Sequence[float]) -> list[Place]:
    places: list[Place] = []
    run = 0
    for step in steps:
        if step.words and step.runs:
            first = runs[run]
            # Of a word broken at the end of a line the first part is marked.
            end = max(r.x1 for r in runs[run : run + step.runs] if r.line == first.line)
            places += _shared(first.line, first.x0, end, widths[len(places) : len(places) + step.words])
        elif step.words:
            near = runs[min(run, len(runs) - 1)]
            x = near.x0 if run < len(runs) else near.x1
            places.append(Place(near.line, x, x))
        run += step.runs
    return places


def _shared(line: int, x0: float, x1: float, widths: Sequence[float]) -> list[Place]:
    """Words side by side on one run, by their widths."""
    unit = (x1 - x0) / (sum(widths) + SPACE * (len(widths) - 1))
    starts = list(accumulate((width + SPACE for width in widths), initial=0.0))
    return [
        Place(line, x0 + start * unit, x0 + (start + width) * unit)
        for start, width in zip(starts, widths, strict=False)
    ]
