"""Re-OCR of Latin words: those that Tesseract doubts, read again by PP-OCR with the words beside them.

PP-OCR reads faint, blurred and coarse print better than Tesseract, and mixes up other things: it drops spaces beside
quotation marks, takes ``()`` for ``0``, and a comma for a point. So it has a say only on what it sees with more ink.
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ocr_service.document import Box, Gray
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.ppocr import Glyph
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.homoglyphs import CYRILLIC_LETTER
from ocr_service.tesseract.words import Line, Word, make_line, without_overlaps

# Tesseract's confidence below which a word is doubtful: of a clean scan's words 1.5 % have less than the first. Where
# more have, most of Tesseract's errors are above it; reading up to the second takes half as long as Tesseract took.
_DOUBTFUL, _DOUBTFUL_ON_BAD = 80.0, 93.0
_BAD = 0.02  # of the page's words
_WIDEST = 16.0  # em of a chunk
_APART = 1.5  # em: words farther apart are no neighbours
_PAD = (0.3, 0.12)  # em beside a chunk, and above and below
_SPACE = 0.6  # of the line's usual space: from there on a gap parts words
# em at most between the middles of two characters, of a space, and from a word's edge to the middle of a character
_PITCH, _WIDE_SPACE, _EDGE = 1.0, 0.6, 0.65
_HALF_CHAR = 0.15  # em, of the narrowest characters
_SHORTER = 0.7  # of Tesseract's characters there must be so many
# The model's least probability of a character: in words of letters, of digits, where only the marks differ.
_SURE, _SURE_OF_DIGITS, _SURE_OF_MARKS = 0.5, 0.8, 0.95
_SURE_OF_ACCENT = 0.97
_NEVER = 1.1
_TYPOGRAPHIC = frozenset("©®°±§£€¥½¼¾×“”‘’–—•…«»")
_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "—": "-", "–": "-", "´": "'", "`": "'"})
_DECIMAL = re.compile(r"\d+[.,]\d+")
_NUMERAL = re.compile(r"[^\w]*\d[^A-Za-z]*")
_LONE_I = re.compile(r"\W*I\W*")
_LONE_ONE = re.compile(r"[^\w|]*[|1l]\W*")
_ALIKE = (re.compile(r"[Il1|!]"), re.compile(r"\(\)|0|o|O"))


def reocr_latin(lines: Sequence[Line], gray: Gray, read: Callable[[Gray], list[Glyph]], budget: Budget) -> list[Line]:
    """``lines`` of a page in Latin script, with doubtful words as ``read`` has them where it is surer."""
    read_words = [word for line in lines for word in line.words]
    limit = _limit(read_words)
    boxes = np.array([word.box for word in read_words], int).reshape(-1, 4)
    result = []
    for line in lines:
        words: dict[int, list[Word]] = {}
        if any(_is_doubtful(word, limit) for word in line.words):
            line = without_overlaps(line)
        for first, last in _chunks(line, limit):
            if budget.take():
                words |= _read_chunk(line, (first, last), limit, gray, boxes, read)
        if words:
            parts = [words.get(index, [word]) for index, word in enumerate(line.words)]
            line = make_line([word for part in parts for word in part], line.weight)
        result.append(line)
    return result


def _limit(words: Sequence[Word]) -> float:
    """Tesseract's confidence below which a word of this page is doubtful."""
    doubtful = sum(word.confidence < _DOUBTFUL for word in words)
    return _DOUBTFUL_ON_BAD if doubtful > _BAD * len(words) else _DOUBTFUL


def _is_doubtful(word: Word, limit: float) -> bool:
    return word.confidence < limit and not CYRILLIC_LETTER.search(word.text)


def _chunks(line: Line, limit: float) -> Iterator[tuple[int, int]]:
    """The first and the last index of runs of doubtful words, with a neighbour on either side."""
    words, run = line.words, None
    for index, word in enumerate(words):
        if not _is_doubtful(word, limit):
            continue
        first = index - 1 if index and _near(words[index - 1], word, line.em) else index
        last = index + 1 if index + 1 < len(words) and _near(word, words[index + 1], line.em) else index
        if run is None:
            run = first, last
        elif first <= run[1] + 1 and words[last].box[2] - words[run[0]].box[0] < _WIDEST * line.em:
            run = run[0], last
        else:
            yield run
            start = max(first, run[1] + 1)
            run = (start, last) if start <= last else None
    if run is not None:
        yield run


def _near(left: Word, right: Word, em: float) -> bool:
    return right.box[0] - left.box[2] < _APART * em


@dataclass(frozen=True, slots=True)
class _Char:
    text: str
    probability: float
    x: float  # its middle, in pixels of the sheet


def _read_chunk(
    line: Line,
    chunk: tuple[int, int],
    limit: float,
    gray: Gray,
    boxes: npt.NDArray[np.int_],
    read: Callable[[Gray], list[Glyph]],
) -> dict[int, list[Word]]:
    """What stands for the words of the chunk, its first and last index in the line, by their index; may be nothing."""
    first, last = chunk
    x0, y0, x1, y1 = _area(line, first, last, gray, boxes)
    if x1 - x0 < 3 or y1 - y0 < 3:
        return {}
    glyphs = read(np.ascontiguousarray(gray[y0:y1, x0:x1]))
    found = _split(_words(glyphs, x0, x1), line)
    changed: dict[int, list[Word]] = {}
    for indices, texts in _groups(line, found):
        if indices[0] < first or indices[-1] > last or not texts:
            continue
        old = [line.words[index] for index in indices]
        if not any(_is_doubtful(word, limit) for word in old) or any(CYRILLIC_LETTER.search(word.text) for word in old):
            continue
        new = _decided(old, texts, line.em)
        if new is not None:
            changed |= {index: [] for index in indices} | {indices[0]: new}
    return changed


def _area(line: Line, first: int, last: int, gray: Gray, boxes: npt.NDArray[np.int_]) -> Box:
    """The chunk with some white around it, at most half of the gaps beside it. ``boxes``: of the page's words."""
    em = line.em
    x0, y0, x1, y1 = enclosing([word.box for word in line.words[first : last + 1]])
    # A word beside the chunk may be a line of its own.
    level = boxes[np.minimum(boxes[:, 3], y1) - np.maximum(boxes[:, 1], y0) > 0.5 * (y1 - y0)]
    before = x0 - level[level[:, 2] <= x0, 2].max(initial=x0 - round(em))
    after = level[level[:, 0] >= x1, 0].min(initial=x1 + round(em)) - x1
    left, right = (round(min(_PAD[0] * em, gap / 2)) for gap in (before, after))
    high = round(_PAD[1] * em)
    height, width = gray.shape
    return max(0, x0 - left), max(0, y0 - high), min(width, x1 + right), min(height, y1 + high)


def _words(glyphs: Sequence[Glyph], x0: int, x1: int) -> list[list[_Char]]:
    words: list[list[_Char]] = [[]]
    for glyph in glyphs:
        if glyph.text.isspace():
            words.append([])
        else:
            words[-1].append(_Char(glyph.text, glyph.probability, x0 + glyph.middle * (x1 - x0)))
    return [word for word in words if word]


def _split(words: Sequence[list[_Char]], line: Line) -> list[list[_Char]]:
    """``words`` parted where the line has a gap as wide as its spaces are, but for decimals in wide typefaces.

    Not in one where characters stand that Tesseract did not read.
    """
    gaps = [(left.box[2], right.box[0]) for left, right in pairwise(line.words)]
    if not gaps:
        return list(words)
    usual = min(statistics.median(right - left for left, right in gaps), 0.35 * line.em)
    least, edge = max(_SPACE * usual, 0.08 * line.em), _EDGE * line.em
    standing = [char.x for word in words for char in word]
    middles = [
        (left + right) / 2
        for left, right in gaps
        if right - left >= least and not any(left + edge < x < right - edge for x in standing)
    ]
    parted = []
    for word in words:
        if _DECIMAL.fullmatch("".join(char.text for char in word)):
            parted.append(word)
            continue
        places = np.searchsorted(middles, [char.x for char in word])
        for place in sorted(set(places.tolist())):
            parted.append([char for char, at in zip(word, places, strict=True) if at == place])
    return parted


def _groups(line: Line, found: Sequence[list[_Char]]) -> list[tuple[list[int], list[list[_Char]]]]:
    """Words of the line, by index, with the words of ``found`` in their place; what shares a character is together."""
    boxes = [word.box for word in line.words]
    owners = [sorted({_owner(boxes, char.x) for char in word}) for word in found]
    group = list(range(len(boxes)))

    def join(first: int, last: int) -> None:
        for index in range(first, last + 1):
            old, new = group[index], group[first]
            for other, number in enumerate(group):
                if number == old:
                    group[other] = new

    for own in owners:
        join(own[0], own[-1])
    joined: dict[int, tuple[list[int], list[list[_Char]]]] = {}
    for index, number in enumerate(group):
        joined.setdefault(number, ([], []))[0].append(index)
    for own, word in zip(owners, found, strict=True):
        joined[group[own[0]]][1].append(word)
    return list(joined.values())


def _owner(boxes: Sequence[Box], x: float) -> int:
    return min(range(len(boxes)), key=lambda index: max(boxes[index][0] - x, x - boxes[index][2], 0))


def _decided(old: Sequence[Word], texts: Sequence[list[_Char]], em: float) -> list[Word] | None:
    """The words that stand for ``old``; None where they stay as they are."""
    read = "".join(word.text for word in old)
    again = ["".join(char.text for char in word) for word in texts]
    least = min(char.probability for word in texts for char in word)
    if [word.text.translate(_SAME) for word in old] == [text.translate(_SAME) for text in again]:
        return [_confirmed(word, 100 * least) for word in old]
    if least < _needed(read, "".join(again)) or not _are_latin(texts):
        return None
    box = enclosing([word.box for word in old])
    torn = len(again) > len(old) and not all(map(_is_word, again))
    if torn or len("".join(again)) < _SHORTER * len(read) or not _fills(box, texts, em):
        return None
    if len(old) == len(again):
        return [replace(word, text=text, confidence=100 * least) for word, text in zip(old, again, strict=True)]
    return [Word(text, part, 100 * least) for text, part in zip(again, _parts(box, texts, em), strict=True)]


def _confirmed(word: Word, confidence: float) -> Word:
    """``word``, which PP-OCR reads as Tesseract does; signs alone are no proof."""
    if not any(map(str.isalnum, word.text)):
        return word
    return replace(word, confidence=max(word.confidence, confidence))


def _is_word(text: str) -> bool:
    """Whether a space before and after it is likely: the digits of ``3.04`` stand apart in some typefaces."""
    return any(c.isalpha() for c in text)


def _needed(read: str, again: str) -> float:
    """The least probability with which ``again`` stands for ``read``."""
    if _LONE_I.fullmatch(again) and _LONE_ONE.fullmatch(read):
        return _SURE_OF_DIGITS
    if _plain(read) == again != read or (_differ_alike(read, again) and not _mixed(read) > _mixed(again)):
        return _NEVER
    if _NUMERAL.fullmatch(read) and not _NUMERAL.fullmatch(again):
        return _NEVER
    if [c for c in read if c.isalnum()] == [c for c in again if c.isalnum()]:
        return _SURE_OF_MARKS
    return _SURE_OF_DIGITS if any(c.isdigit() for c in read + again) else _SURE


def _differ_alike(read: str, again: str) -> bool:
    """Whether they differ only in signs that look alike."""
    return read != again and any(alike.sub("", read) == alike.sub("", again) for alike in _ALIKE)


def _mixed(text: str) -> bool:
    """Whether a digit stands between letters: ``be1ow``."""
    return re.search(r"[^\W\d_]\d+[^\W\d_]", text) is not None


def _plain(text: str) -> str:
    """``text`` without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _are_latin(texts: Sequence[list[_Char]]) -> bool:
    return all(_is_latin(char) for word in texts for char in word)


def _is_latin(char: _Char) -> bool:
    if " " < char.text <= "~" or char.text in _TYPOGRAPHIC:
        return True
    return "À" <= char.text <= "ſ" and char.text.isalpha() and char.probability >= _SURE_OF_ACCENT


def _fills(box: Box, texts: Sequence[list[_Char]], em: float) -> bool:
    """Whether the characters stand all over ``box``: no ink was passed over."""
    inner = max((right.x - left.x for word in texts for left, right in pairwise(word)), default=0.0)
    between = max((right[0].x - left[-1].x for left, right in pairwise(texts)), default=0.0)
    edge = max(texts[0][0].x - box[0], box[2] - texts[-1][-1].x)
    return inner <= _PITCH * em and between <= (_PITCH + _WIDE_SPACE) * em and edge <= _EDGE * em


def _parts(box: Box, texts: Sequence[list[_Char]], em: float) -> list[Box]:
    """``box`` cut between the words; it reaches to characters beside it, which Tesseract had in no word."""
    edges = [min(box[0], round(texts[0][0].x - _HALF_CHAR * em))]
    edges += [round((left[-1].x + right[0].x) / 2) for left, right in pairwise(texts)]
    edges.append(max(box[2], round(texts[-1][-1].x + _HALF_CHAR * em)))
    for index in range(1, len(edges)):
        edges[index] = max(edges[index], edges[index - 1] + 1)
    return [(left, box[1], right, box[3]) for left, right in pairwise(edges)]
