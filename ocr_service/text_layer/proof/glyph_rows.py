"""Rows of one glyph, by which a character is read that no word of the page has proven."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from ocr_service.text_layer.page.glyphs import Flags, Glyphs
from ocr_service.text_layer.proof.alphabets import look_the_same, may_be_digit
from ocr_service.text_layer.proof.evidence import Evidence, Key, one_other
from ocr_service.text_layer.proof.specimen import ReadSheet, TypeCase

REPEATS = 4  # of the glyph in its row
_MOST_REPEATED = 60
_CLEARLY = 0.35  # of a font's characters read otherwise: nothing has to be asked again
_DOUBTS = 2  # readings in words as another sign


def undecided(keys: Sequence[Key], readable: Flags, glyphs: Glyphs, known: Mapping[Key, Evidence]) -> list[int]:
    """A glyph of each character that words have not proven; none of fonts of which most are refuted."""
    fonts = glyphs.font.tolist()
    first: dict[int, dict[Key, int]] = {}
    seen: dict[int, set[Key]] = {}
    for index, key in enumerate(keys):
        if not readable[index] or not chr(key[1]).isalnum():
            continue
        font = fonts[index]
        seen.setdefault(font, set()).add(key)
        if key not in known or not (known[key].proven or known[key].settled):
            first.setdefault(font, {}).setdefault(key, index)
    chosen: list[int] = []
    for font, open_ in first.items():
        refuted = sum(key in known and known[key].times >= 2 for key in open_)
        if refuted <= max(3, _CLEARLY * len(seen[font])):
            chosen += open_.values()
    return chosen[:_MOST_REPEATED]


def read_rows(
    indices: Sequence[int],
    type_case: TypeCase,
    keys: Sequence[Key],
    signs: Sequence[str],
    read_sheet: ReadSheet,
    known: dict[Key, Evidence],
    drawn: Collection[Key],
) -> None:
    """Characters that stand alone, or seldom, or raised: read from rows of the one glyph, where no word misleads.

    A row alone may be taken for digits where it is of letters (``DDDD``); in a second one it stands among letters that
    are proven. Those that are ``drawn`` as common fonts have them need no second one.
    """
    if not indices:
        return
    companions = _companions(indices, keys, known)
    rows = [[index] * REPEATS for index in indices]
    rows += [[index, companion] * REPEATS for index, companion in zip(indices, companions, strict=True)]
    sheet = type_case.sheet([type_case.row(row) for row in rows])
    texts = sheet.read(read_sheet)
    for index, companion, alone, among in zip(
        indices, companions, texts[: len(indices)], texts[len(indices) :], strict=True
    ):
        others = among.replace(signs[companion], "") if signs[companion] != signs[index] else among
        if _is_read_in_row(signs[index], alone, others, known.get(keys[index]), keys[index] in drawn):
            known[keys[index]] = Evidence(right=REPEATS)
        elif len(alone) >= REPEATS - 1:
            read = Counter(alone).most_common(1)[0][0]
            if not _may_be(signs[index], read):
                known.setdefault(keys[index], Evidence()).wrong[read] += REPEATS


def _is_read_in_row(sign: str, alone: str, among: str, in_words: Evidence | None, drawn: bool) -> bool:
    """Whether rows prove a sign. One that words have always as the same other needs both rows, or to be drawn so.

    A digit has no such second row: a row of S may be read as one of 5.
    """
    if in_words is None or in_words.is_open or in_words.wrong.total() < _DOUBTS or not one_other(in_words.wrong):
        return _is_row_of(sign, alone) or _is_row_of(sign, among)
    # An l is drawn as a 1 is in some fonts, and an O as a 0: words tell them, rows do not.
    if any(read.isdigit() != sign.isdigit() for read in in_words.wrong):
        return False
    return _is_row_of(sign, alone) and (drawn or (not sign.isdigit() and _is_row_of(sign, among)))


def _is_row_of(sign: str, text: str) -> bool:
    alike = sum(_may_be(sign, read) for read in text)
    return alike >= REPEATS - 1 and alike >= len(text) - 1


def _may_be(sign: str, read: str) -> bool:
    return may_be_digit(sign, read) if sign.isdigit() else look_the_same(sign, read)


def _companions(indices: Sequence[int], keys: Sequence[Key], known: Mapping[Key, Evidence]) -> list[int]:
    """For each glyph a proven letter of its font, or itself where there is none."""
    proven: dict[str, int] = {}
    for index, key in enumerate(keys):
        sign = chr(key[1])
        if sign.isalpha() and sign.islower() and key in known and known[key].proven and known[key].right > 1:
            proven.setdefault(key[0], index)
    return [proven.get(keys[index][0], index) if chr(keys[index][1]).isalpha() else index for index in indices]
