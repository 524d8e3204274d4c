"""Which paragraphs are headings, and how deep."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ocr_service.geometry.letter_case import is_small
from ocr_service.geometry.numbering import list_marker, section_depth
from ocr_service.geometry.unspaced import is_square, letters_wide
from ocr_service.tesseract.blocks.paragraphs import BOLDER, Paragraph, is_slanted_head
from ocr_service.tesseract.lines.leaders import ENTRY

_AMOUNT = re.compile(r":\s\D{0,3}\d[\d\s.,]*+\D{0,5}$")  # ``Total due: £920.40``
_ENDS = ".。։।"  # of sentences
_SYLLABLES = frozenset(map(chr, range(0xAC00, 0xD7A4)))  # of Korean, two letters and more each
_LARGER = 1.15  # against the body's font size
_MAX_LENGTH, _MOST_LINES = 200, 4
_SAME_SIZE = 0.04
_MANY, _COMMON = 8, 0.12  # paragraphs in one type, and their share of the page's letters
_SHORT_LINES, _MOST_NARROW = 20, 8  # characters in each line, and lines, of a title in a narrow column
_LEGIBLE = 70.0  # Tesseract's confidence; headings are large and have 85 and more, logos and drawings less
_MUCH_LARGER = 1.35
_SURE_OF_TITLE = 0.6
_LEAST_CAPITALS = 0.88  # of the text's type: authors and addresses are set in smaller capitals


@dataclass(frozen=True, slots=True)
class Body:
    """The type that most of a page is set in: size ``em`` and strokes' width ``weight`` in pixels."""

    em: float
    weight: float


def in_capitals(text: str) -> bool:
    """Whether all its letters are capitals, of a script that has small ones too."""
    return text.upper() == text != text.lower()


def body_of(paragraphs: Sequence[Paragraph]) -> Body:
    """The medians by letters."""
    sizes = sorted((line.em, len(line.text)) for p in paragraphs for line in p.lines)
    weights = sorted((line.weight, len(line.text)) for p in paragraphs for line in p.lines)
    return Body(_weighted_median(sizes), _weighted_median(weights))


def _weighted_median(values: Sequence[tuple[float, int]]) -> float:
    half = sum(weight for _, weight in values) / 2
    for value, weight in values:
        half -= weight
        if half <= 0:
            return value
    return 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """What speaks for and against a paragraph as a heading, measured against the page's ``body``.

    ``title_score``: the layout model's for a title there, 0 where it saw none. ``alone``: white above and below.
    ``running``: running text of the page is set in its type, though most of the page is in a smaller one.
    """

    paragraph: Paragraph
    body: Body
    title_score: float
    alone: bool
    running: bool = False

    @property
    def text(self) -> str:
        return self.paragraph.text

    @property
    def letters(self) -> int:
        return sum(2 if is_square(ord(c)) or c in _SYLLABLES else 1 for c in self.text if c.isalpha())

    @property
    def size(self) -> float:
        """The type size as a multiple of the body's."""
        return self.paragraph.em / self.body.em if self.body.em else 1.0

    @property
    def bold(self) -> bool:
        return (self.paragraph.weight / self.body.weight if self.body.weight else 1.0) >= BOLDER

    @property
    def all_slanted(self) -> bool:
        return all(line.slanted for line in self.paragraph.lines)

    @property
    def open_ended(self) -> bool:
        """Without the full stop or colon that ends a sentence."""
        return self.text[-1] not in _ENDS + ":："

    @property
    def narrow(self) -> bool:
        """Whether few of its letters go into a line of its column, as of a title over one of three."""
        lines = self.paragraph.lines
        return self.size >= _MUCH_LARGER and len(self.text) < _SHORT_LINES * len(lines) <= _SHORT_LINES * _MOST_NARROW

    @property
    def set_off(self) -> bool:
        return self.alone or self.title_score > 0


Rule = Callable[[Candidate], bool]


def running_types(paragraphs: Sequence[Paragraph]) -> list[Body]:
    """The types of the paragraphs that are too long for headings, and of more than headings are; each once.

    The type that most of a page is set in may be that of its small print.
    """
    found: dict[tuple[int, int], list[Paragraph]] = {}
    for p in paragraphs:
        found.setdefault((round(2 * p.em), round(10 * p.weight)), []).append(p)
    letters = {key: sum(len(line.text) for p in group for line in p.lines) for key, group in found.items()}
    least = _COMMON * sum(letters.values())
    return [
        Body(group[0].em, group[0].weight)
        for key, group in found.items()
        if any(len(p.lines) > _MOST_LINES and len(p.text) > _MAX_LENGTH for p in group)
        or (len(group) >= _MANY and letters[key] > least)
    ]


def is_of_type(paragraph: Paragraph, types: Sequence[Body]) -> bool:
    """Whether ``paragraph`` has the size of one of ``types``, and is no bolder."""
    em, weight = paragraph.em, paragraph.weight
    return any(abs(t.em - em) < _SAME_SIZE * t.em and weight < BOLDER * t.weight for t in types)


def _is_list_item(c: Candidate) -> bool:
    marker = list_marker(c.text)
    return marker is not None and marker.kind in ("bullet", "dash", "box")


# A paragraph of which one of these holds is no heading, whatever its type.
_EXCLUSIONS: tuple[tuple[str, Rule], ...] = (
    ("too few letters", lambda c: c.letters < 3),
    ("too long", lambda c: len(c.text) > _MAX_LENGTH or (len(c.paragraph.lines) > _MOST_LINES and not c.narrow)),
    ("hardly legible", lambda c: statistics.fmean(line.confidence for line in c.paragraph.lines) < _LEGIBLE),
    ("a list item", _is_list_item),
    ("an amount with its name", lambda c: _AMOUNT.search(c.text) is not None and c.size < _LARGER),
    ("a line of an address", lambda c: c.paragraph.own_line and c.size < _LARGER and not c.bold),
    ("an entry of a table of contents", lambda c: ENTRY.search(c.text) is not None),
    ("goes on after its end", lambda c: c.text[-1] in ",;，、；"),
    ("begins inside a sentence", lambda c: is_small(c.text[0])),
    ("a long sentence", lambda c: c.text[-1] in _ENDS and letters_wide(c.text) > 60),
)

# The first kind that fits decides by its condition.
_KINDS: tuple[tuple[str, Rule, Rule], ...] = (
    ("much larger", lambda c: c.size >= _MUCH_LARGER and not c.running, lambda c: True),
    ("larger", lambda c: c.size >= _LARGER and not c.running, lambda c: c.open_ended or c.title_score > 0 or c.bold),
    (
        "bold",
        lambda c: c.bold and c.size > 0.9,
        lambda c: (c.open_ended or section_depth(c.text) is not None) and c.set_off,
    ),
    ("numbered, in italics", lambda c: is_slanted_head(c.paragraph.lines[0]) and c.size > 0.9, lambda c: c.all_slanted),
    (
        "capitals",
        lambda c: c.letters >= 5 and in_capitals(c.text) and c.alone and c.size > _LEAST_CAPITALS,
        lambda c: c.open_ended,
    ),
    (
        "seen by the layout model",
        lambda c: c.title_score >= _SURE_OF_TITLE,
        lambda c: c.alone and c.open_ended and len(c.paragraph.lines) <= 2,
    ),
)


def is_heading(candidate: Candidate) -> bool:
    """Whether no exclusion holds and the first kind that fits accepts it."""
    if any(holds(candidate) for _, holds in _EXCLUSIONS):
        return False
    accepted = next((accepts for _, fits, accepts in _KINDS if fits(candidate)), None)
    return accepted is not None and accepted(candidate)


def _title(headings: Sequence[Paragraph], body: Body, top: int) -> int:
    """Which of ``headings`` is the document's title; -1 for none. A second line of its size may follow it."""
    ordered = sorted(range(len(headings)), key=lambda i: headings[i].box[1])
    largest = max(heading.em for heading in headings)
    alike = [i for i in ordered if headings[i].em > 0.9 * largest]
    first = alike[0]
    rest = max([body.em, *(heading.em for i, heading in enumerate(headings) if i not in alike)])
    if headings[first].box[1] >= top or largest <= 1.1 * rest or len(alike) > 2:
        return -1
    if len(alike) == 2 and headings[alike[1]].box[1] - headings[first].box[3] > largest:
        return -1
    return first


def heading_levels(headings: Sequence[Paragraph], body: Body, *, first_page: bool, top: int) -> list[int]:
    """A level for each: 1 for the document's title, then by numbering where there is one, else by size.

    Only the first page has a document title: the largest heading, above ``top`` (pixels) and larger than the others.
    """
    if not headings:
        return []
    title = _title(headings, body, top) if first_page else -1
    sizes: list[float] = []
    for size in sorted((h.em for i, h in enumerate(headings) if i != title), reverse=True):
        if not sizes or size < 0.88 * sizes[-1]:
            sizes.append(size)
    levels = []
    for index, heading in enumerate(headings):
        if index == title:
            levels.append(1)
            continue
        if depth := section_depth(heading.text) or (2 if is_slanted_head(heading.lines[0]) else 0):
            levels.append(min(6, 1 + depth))
        else:
            levels.append(min(6, 2 + next(k for k, size in enumerate(sizes) if heading.em >= 0.88 * size)))
    return levels
