"""What OCR read of a word, compared with what its glyphs are mapped to: evidence for or against each character."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.text_layer.page.glyphs import Flags
from ocr_service.text_layer.proof.alphabets import is_digit_lookalike, look_the_same
from ocr_service.text_layer.proof.evidence import Evidence, Key

# Pairs of letters that fonts have one glyph for; old exports map it to one of the two.
_LIGATURES = frozenset(
    ["ff", "fi", "fl", "ft", "fj", "fb", "fh", "fk", "ti", "tt", "th", "ct", "st", "sp", "ch", "ck", "oe", "ae", "ij"]
)
_SMALL_LETTERS = 3  # of a word whose spelling tells


def compare_reading(
    word: tuple[int, ...],
    written: Sequence[str],
    text: str,
    keys: Sequence[Key],
    known: dict[Key, Evidence],
    joined: Flags | None = None,
) -> None:
    """Counts how each glyph of a word was read. One beside which more was read may be a ligature.

    ``joined``: the page's glyphs that are letters of a ligature.
    """
    letters = [(letter, at) for at, sign in enumerate(written) for letter in unicodedata.normalize("NFKC", sign)]
    alignment = align([letter for letter, _ in letters], text)
    beside = {
        letters[i][1]
        for gap, extra in alignment.extra
        for i, is_after in ((gap - 1, False), (gap, True))
        if 0 <= i < len(letters)
        and (extra + letters[i][0] if is_after else letters[i][0] + extra).lower() in _LIGATURES
    }
    if len(letters) == 1 and any(extra.isalnum() for _, extra in alignment.extra):  # as of a № that the map calls N
        beside.add(0)
    for (_, read), (sign, at) in zip(alignment.pairs, letters, strict=True):
        evidence = known.setdefault(keys[word[at]], Evidence())
        if read is not None and joined is not None and joined[word[at]] and {sign, read} == {"i", "l"}:
            evidence.wrong[read] += 1  # an fi is no fl
        elif read is not None and _is_so(sign, read, written):
            evidence.right += at not in beside
        elif read is None:
            evidence.wrong[""] += 1
        else:
            evidence.wrong[read] += 1


def _is_so(sign: str, read: str, written: Sequence[str]) -> bool:
    """Whether a sign of a word was read. Between small letters OCR knows an l from an I."""
    if {sign, read} == {"l", "I"} and sum(s.islower() for s in written) >= _SMALL_LETTERS:
        return False
    return look_the_same(sign, read) and not _in_disguise(sign, read, written)


def _in_disguise(sign: str, read: str, written: Sequence[str]) -> bool:
    """A letter in a number where a digit was read, or a digit in a word where a letter was."""
    others = [s for s in written if s != sign and s.isalnum()]
    if sign.isalpha() and read.isdigit():
        return is_digit_lookalike(sign) and bool(others) and all(s.isdigit() for s in others)
    return sign.isdigit() and read.isalpha() and len(others) > 1 and all(s.isalpha() for s in others)


@dataclass(frozen=True, slots=True)
class Alignment:
    """``pairs``: each sign's number with the one that was read in its place, None where there is none.

    ``extra``: what was read where nothing is written, each with the number of the sign before which it may stand, which
    is one more than the last number at the end.
    """

    pairs: tuple[tuple[int, str | None], ...]
    extra: frozenset[tuple[int, str]]


def _gaps(written: Sequence[str], gap: int, extra: str) -> set[tuple[int, str]]:
    """Where a sign may stand that was read at ``gap``: of several like it, nobody knows which one is too many."""
    first = last = gap
    while first and look_the_same(written[first - 1], extra):
        first -= 1
    while last < len(written) and look_the_same(written[last], extra):
        last += 1
    return {(place, extra) for place in range(first, last + 1)}


def _change(written: str, read: str) -> float:
    """Of two places for a sign the one is its own where it was read itself."""
    if written == read:
        return 0.0
    return 0.001 if look_the_same(written, read) else 0.99


def _is_number(signs: Sequence[str]) -> bool:
    return any(map(str.isdigit, signs)) and not any(map(str.isalpha, signs))


def align(written: Sequence[str], read: str) -> Alignment:
    """The cheapest alignment (Levenshtein), signs that look the same costing next to nothing.

    Two numbers of one length stand place by place: of 1718 for 7178 three digits would be right otherwise.
    """
    if len(written) == len(read) and _is_number(written) and _is_number(read):
        return Alignment(tuple(enumerate(read)), frozenset())
    rows, columns = len(written) + 1, len(read) + 1
    cost = [[0.0] * columns for _ in range(rows)]
    for i in range(rows):
        for j in range(columns):
            if not i or not j:
                cost[i][j] = float(i + j)
                continue
            change = _change(written[i - 1], read[j - 1])
            cost[i][j] = min(cost[i - 1][j - 1] + change, cost[i - 1][j] + 1, cost[i][j - 1] + 1)
    pairs: list[tuple[int, str | None]] = []
    extra: set[tuple[int, str]] = set()
    i, j = rows - 1, columns - 1
    while i:
        change = _change(written[i - 1], read[j - 1]) if j else 0.0
        if j and cost[i][j] == cost[i - 1][j - 1] + change:
            i, j = i - 1, j - 1
            pairs.append((i, read[j]))
        elif cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            extra |= _gaps(written, i, read[j])
    for sign in read[:j]:
        extra |= _gaps(written, 0, sign)
    return Alignment(tuple(reversed(pairs)), frozenset(extra))
