"""Lines that belong together, and their text as one."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.geometry.hyphenation import join_lines, vocabulary, word_is_broken
from ocr_service.geometry.letter_case import is_small
from ocr_service.geometry.numbering import list_marker, section_depth
from ocr_service.geometry.unspaced import is_unspaced
from ocr_service.tesseract.blocks.own_lines import Space, is_field, own_lines
from ocr_service.tesseract.lines.leaders import ENTRY
from ocr_service.tesseract.lines.references import REFERENCE
from ocr_service.tesseract.words import Line

# Strokes' width against the other line's: regular lines of a scan measure 0.97 to 1.03 of each other, bold 1.15 up.
BOLDER = 1.12
_BLANK = re.compile(r"_{3}")  # to be signed or filled in
_LETTERED = re.compile(r"[A-Z]\. [A-Z]")  # the sections of a section, in journals of the IEEE and the APS
_RAGGED = 0.65  # of the column's width: shorter lines are verses, addresses, entries
_PROSE = 18.0  # em
_HANGING = 4.0  # em that the lines of a definition stand right of their term's at most
_SHOWS_LEADING, _STEPS = 3, 6  # lines of a block, and distances, that show the page's leading
_FAR = 1.6  # times as far apart are no lines of a paragraph
_DROP = 0.8  # em below its line that a large initial reaches; a descender has 0.25


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines from the top, which are one paragraph (or heading, or item). ``known``: the page's words in lower case.

    ``runs_in``: it is a heading in whose line the next paragraph begins. ``own_line``: it is one of several lines that
    stand by themselves, as in an address.
    """

    lines: tuple[Line, ...]
    known: frozenset[str] = frozenset()
    runs_in: bool = False
    own_line: bool = False

    @property
    def box(self) -> Box:
        return enclosing([line.box for line in self.lines])

    @property
    def em(self) -> float:
        return statistics.median(line.em for line in self.lines)

    @property
    def weight(self) -> float:
        return statistics.median(line.weight for line in self.lines)

    @property
    def text(self) -> str:
        return join_lines([line.text for line in self.lines], self.known)


def group_paragraphs(lines: Sequence[Line], end: int = 0, others: Sequence[Box] = ()) -> list[Paragraph]:
    """Paragraphs of lines that stand in one or several columns, in no particular order.

    ``end``: how far right their page or panel reaches, in pixels. ``others``: what stands beside them.
    """
    chains = _chains(lines)
    known = vocabulary(line.text for chain in chains for line in chain)
    leading = _leading(chains)
    taken = [*others, *(line.box for line in lines)]
    usual = statistics.median([line.em for line in lines for _ in line.words]) if lines else 0.0
    space = Space(taken, max([end, *(box[2] for box in taken)], default=0), usual)
    return [replace(paragraph, known=known) for chain in chains for paragraph in _split(chain, leading, space)]


def _leading(chains: Sequence[Sequence[Line]]) -> float:
    """The usual distance of a page's lines in em; without end where few lines show it."""
    steps = [
        (lower.baseline - upper.baseline) / min(upper.em, lower.em)
        for chain in chains
        if len(chain) >= _SHOWS_LEADING
        for upper, lower in pairwise(chain)
    ]
    return statistics.quantiles(steps, n=4)[0] if len(steps) >= _STEPS else math.inf


def _chains(lines: Sequence[Line]) -> list[list[Line]]:
    """Runs of lines one under the other without a gap that ends any paragraph."""
    ordered = sorted(lines, key=lambda line: line.box[1])
    baselines = [line.baseline for line in ordered]
    below: dict[int, int] = {}
    above: dict[int, int] = {}
    for i, line in enumerate(ordered):
        nearest = None
        for j in range(i + 1, len(ordered)):
            other = ordered[j]
            if baselines[j] - baselines[i] < 0.5 * min(line.em, other.em) or not _stacked(line, other):
                continue
            if nearest is None or baselines[j] < baselines[nearest]:
                nearest = j
            if other.box[1] > line.box[3] + 3 * line.em:
                break
        if nearest is None or nearest in above:
            continue
        other = ordered[nearest]
        if baselines[nearest] - baselines[i] <= 2.2 * max(line.em, other.em):
            below[i], above[nearest] = nearest, i
    chains = []
    for start in range(len(ordered)):
        if start in above:
            continue
        chain = [ordered[start]]
        index = start
        while index in below:
            index = below[index]
            chain.append(ordered[index])
        chains.append(chain)
    return chains


def _stacked(upper: Line, lower: Line) -> bool:
    shared = min(upper.box[2], lower.box[2]) - max(upper.box[0], lower.box[0])
    return shared > 0.3 * min(upper.box[2] - upper.box[0], lower.box[2] - lower.box[0])


def _split(chain: list[Line], leading: float, space: Space) -> list[Paragraph]:
    runs = _runs_of_one_style(chain, leading)
    left, right = min(line.box[0] for line in chain), max(line.box[2] for line in chain)
    body = statistics.median(line.weight for line in chain)
    paragraphs: list[list[Line]] = []
    own: set[int] = set()
    for run in runs:
        parts = own_lines(run, space)
        if len(parts) > 1:
            own.update(range(len(paragraphs), len(paragraphs) + len(parts)))
            paragraphs.extend(parts)
            continue
        # A heading of two lines breaks where its author liked; body text breaks where the column ends.
        heavy = len(runs) > 1 and statistics.median(line.weight for line in run) > BOLDER * body
        # Below lines of the page's full width a column has its own end, which a few lines of it show.
        end = max(line.box[2] for line in run) if heavy or len(run) > 3 or _fill_a_column(run) else right
        paragraphs.append([run[0]])
        for place, line in enumerate(run[1:], start=1):
            hanging = _hangs_with_next(paragraphs[-1], run[place : place + 2])
            if not hanging and _begins(paragraphs[-1], line, left, end):
                if is_field(paragraphs[-1][0].text) and is_field(line.text):
                    own |= {len(paragraphs) - 1, len(paragraphs)}
                paragraphs.append([line])
            else:
                paragraphs[-1].append(line)
    return [Paragraph(tuple(lines), own_line=place in own) for place, lines in enumerate(paragraphs)]


def _fill_a_column(lines: Sequence[Line]) -> bool:
    """Whether two lines or more end at one place, and a sentence goes on from one to the next."""
    full = [line.box[2] for line in lines[:-1]]
    apart = max(full, default=0) - min(full, default=0)
    return len(full) > 1 and apart < lines[0].em and any(line.text[0].islower() for line in lines[1:])


def _runs_of_one_style(chain: list[Line], leading: float) -> list[list[Line]]:
    """Lines of one size and weight with their usual distance between them. ``leading``: the page's, in em."""
    steps = [b.baseline - a.baseline for a, b in pairwise(chain)]
    # The quartile of two steps is extrapolated, below both of them.
    usual = max(min(steps), statistics.quantiles(steps, n=4)[0]) if len(steps) > 1 else sum(steps)
    size = statistics.median(line.em for line in chain)
    if usual > _FAR * leading * size and len(chain) < _SHOWS_LEADING:  # two paragraphs of a line each
        usual = leading * size
    runs: list[list[Line]] = [[chain[0]]]
    for line, step in zip(chain[1:], steps, strict=True):
        em = min(runs[-1][-1].em, line.em)
        # A heading's lines stand as much further apart as its type is larger than that of the text below it.
        scaled = usual * max(1.0, em / size)
        if _other_style(runs[-1][-1], line) or _wide_step(step, scaled, em):
            runs.append([line])
        else:
            runs[-1].append(line)
    return runs


def _other_style(last: Line, line: Line) -> bool:
    if word_is_broken(last.text) and is_small(line.text[0]):
        return False
    small, large = sorted((last.em, line.em))
    if large > 1.2 * small and min(len(last.text), len(line.text)) > 3:
        return True
    head = is_slanted_head(last) and not line.slanted
    under = is_slanted_head(line) and not last.slanted
    return bolder(last, line) or bolder(line, last) or head or under


def is_slanted_head(line: Line) -> bool:
    """Whether a line in italics begins as a numbered section does: ``2.1. Scope``, ``A. Scope``."""
    if not line.slanted or line.text[-1] in ".,;:":
        return False
    return (section_depth(line.text) or 0) > 1 or _LETTERED.match(line.text) is not None


def _wide_step(step: float, usual: float, em: float) -> bool:
    """Whether two baselines are further apart than lines of one paragraph are."""
    return step > 1.28 * min(usual, 1.45 * em) and step > 1.3 * em and step > usual + 0.2 * em


def _begins(so_far: list[Line], line: Line, left: int, right: int) -> bool:
    """Whether ``line`` begins a new paragraph after ``so_far``, which is set in the same style."""
    last = so_far[-1]
    if ENTRY.search(last.text) or (_BLANK.search(last.text) and _BLANK.search(line.text)):
        return True
    em = min(last.em, line.em)
    if REFERENCE.match(line.text) and _may_begin_reference(so_far, line, em):
        return True
    marker = list_marker(line.text)
    if marker is not None and _parts_a_series(marker.mark, so_far):
        marker = None
    if marker is not None and (marker.kind in ("bullet", "box") or _may_begin_item(so_far, line, em)):
        return True
    if word_is_broken(last.text) and line.text[0].isalpha():
        return False
    if is_field(so_far[0].text) and is_field(line.text) and last.text[-1] != ",":
        return True
    # The next word would have fitted: the writer ended the line on purpose, or breaks lines before the column ends.
    fits = right - last.box[2] > _first_width(line, em) + 1.2 * em
    if fits and not _hangs(so_far, line, em) and not _runs_on(last, line, left, right):
        return True
    indented = line.box[0] - last.box[0] > 0.8 * em and line.box[0] - left > 0.8 * em
    return indented and not _hangs(so_far, line, em) and not _centred(last, line, em) and not _has_drop_cap(last)


def _first_width(line: Line, em: float) -> float:
    """The width of what cannot be parted at the beginning of ``line``: a word, or a sign of Chinese."""
    first = line.words[0]
    return em if is_unspaced(first.text[0]) else first.box[2] - first.box[0]


def _parts_a_series(mark: str, so_far: list[Line]) -> bool:
    """Whether a mark stands between words of the text before, which begins with none: ``Keywords: ink · paper``."""
    parts = any(word.text == mark for line in so_far for word in line.words[1:-1])
    return parts and list_marker(so_far[0].text) is None


def _may_begin_item(so_far: list[Line], line: Line, em: float) -> bool:
    """A dash or a number may also stand in the middle of a sentence: an item begins where the text before has ended."""
    last = so_far[-1]
    first = list_marker(so_far[0].text)
    if first is not None and abs(line.box[0] - so_far[0].box[0]) < 0.6 * em:
        return True
    outdented = line.box[0] < min(above.box[0] for above in so_far) - 0.8 * em
    return last.text[-1:] in ".:;!?" or line.box[0] - last.box[0] > 0.8 * em or outdented


def _may_begin_reference(so_far: list[Line], line: Line, em: float) -> bool:
    """A line of prose may begin with a reference (``[12] and``); an entry stands under the last one, or left of it."""
    lefts = [above.box[0] for above in so_far]
    if REFERENCE.match(so_far[0].text):
        return abs(line.box[0] - lefts[0]) < 0.6 * em
    return line.box[0] < min(lefts) - 0.8 * em


def _hangs(so_far: list[Line], line: Line, em: float) -> bool:
    """An item's second line stands under its text, right of the marker; that of a numbered heading exactly there."""
    first = so_far[0]
    if len(so_far) != 1:
        return False
    numbered = section_depth(first.text) is not None and len(first.words) > 1  # ``§5`` is one word
    if numbered and abs(line.box[0] - first.words[1].box[0]) < 0.25 * em:
        return True
    marked = list_marker(first.text) is not None or REFERENCE.match(first.text) is not None
    return marked and line.box[0] > first.box[0] + 0.5 * em


def _hangs_with_next(so_far: list[Line], lines: Sequence[Line]) -> bool:
    """Whether ``lines``, two of them, stand right of a first line that does not end its sentence: a term's definition.

    The first line of a paragraph is indented as well, but not the next.
    """
    if len(so_far) != 1 or len(lines) != 2 or so_far[0].text[-1:] in ".:;!?":
        return False
    first, (line, next_line) = so_far[0], lines
    em = min(first.em, line.em)
    indented = 0.8 * em < line.box[0] - first.box[0] < _HANGING * em
    ends_with_it = abs(first.box[2] - line.box[2]) < em or word_is_broken(first.text)
    return (
        indented and ends_with_it and abs(next_line.box[0] - line.box[0]) < 0.3 * em and list_marker(line.text) is None
    )


def _runs_on(last: Line, line: Line, left: int, right: int) -> bool:
    """Whether ``line`` goes on with the sentence of ``last``, which fills most of the column but is set ragged."""
    width = last.box[2] - left
    if width <= _RAGGED * (right - left) or last.text[-1] in ".:;!?" or list_marker(line.text) is not None:
        return False
    # An address or an entry may begin with a number, too, but is no line of prose.
    return is_small(line.text[0]) or (line.text[0].isdigit() and last.text[-1].islower() and width > _PROSE * last.em)


def _has_drop_cap(line: Line) -> bool:
    """Whether a line begins with a letter that reaches over the next one, which stands beside it."""
    return line.words[0].box[3] - line.baseline > _DROP * line.em


def _centred(upper: Line, lower: Line, em: float) -> bool:
    return abs((upper.box[0] + upper.box[2]) - (lower.box[0] + lower.box[2])) < em


def bolder(a: Line, b: Line) -> bool:
    """Whether ``a`` is printed in a bolder cut than ``b``; false where there is too little ink to tell."""
    return min(len(a.text), len(b.text)) >= 4 and b.weight > 0 and a.weight > BOLDER * b.weight
