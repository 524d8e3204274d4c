"""Formulas that the layout model sees and Tesseract cannot read: one picture each instead of letters without sense."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_service.document import FORMULA_LABELS, UNREAD_LABEL, Region, RegionResult, words_confidence
from ocr_service.geometry.boxes import area, enclosing, shared_area
from ocr_service.tesseract.ledger.unread_regions import unread
from ocr_service.tesseract.reading import Reading

_SURE = 0.7  # score of the layout model; formulas of clean pages have 0.8 and more
_INSIDE = 0.8  # of a region's box
_SURELY_READ = 0.93  # confidence of a formula that is one line of letters
_WORD, _WORDS = 4, 3  # letters of a word, and words, of what is no formula


def with_formula_pictures(reading: Reading, hints: Sequence[Region]) -> Reading:
    """The page with what was read inside of formulas as a picture of each; ``hints`` are the layout model's regions.

    A formula on one line that was read for sure stays text, and so does what has words. Such letters are not covered.
    """
    regions = list(reading.regions)
    lost = 0
    for hint in hints:
        if hint.label not in FORMULA_LABELS or hint.score < _SURE:
            continue
        inside = [r for r in regions if shared_area(r.bbox, hint.bbox) >= _INSIDE * max(1, area(r.bbox))]
        read = [r for r in inside if r.format != "image"]
        built = any(region.format == "latex" for region in inside)
        if not read or built or _is_read(read) or _has_words(read):
            continue
        place = regions.index(inside[0])
        words = tuple(word for region in read for word in region.words)
        box = enclosing([hint.bbox, *(region.bbox for region in inside)])
        lost += sum(len(word.text) for word in words)
        regions = [region for region in regions if region not in inside]
        regions.insert(place, RegionResult(UNREAD_LABEL, box, 0, hint.score, "image", error=unread(), words=words))
    if not lost:
        return replace(reading, regions=regions)
    letters = sum(len(word.text) for region in reading.regions for word in region.words)
    return replace(reading, regions=regions, coverage=round(reading.coverage * (1 - lost / letters), 3))


def _is_read(regions: Sequence[RegionResult]) -> bool:
    words = [word for region in regions for word in region.words]
    return len(regions) == 1 and (words_confidence(words) or 0.0) >= _SURELY_READ


def _has_words(regions: Sequence[RegionResult]) -> bool:
    sure = [word for region in regions for word in region.words if (word.confidence or 0.0) >= _SURELY_READ]
    return sum(len(word.text) >= _WORD and word.text.isalpha() for word in sure) >= _WORDS
