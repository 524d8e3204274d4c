"""``confidence_scores`` of a page, of its words and of its blocks, as Mistral's OCR API has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ocr_service.api.compat.mistral.models import MistralBlockConfidence, MistralPageConfidence, MistralWordConfidence
from ocr_service.document import PageResult, RegionResult
from ocr_service.export.content_words import least_confidence, words_with_confidence

_MARKUP = re.compile(r"<[^>]*>|&#?\w+;")
_WORD = re.compile(r"[^\s|#*]+")
_MARKS = "|#*$"


def page_confidence(page: PageResult) -> MistralPageConfidence | None:
    """None where no reader of the page gives confidence."""
    if page.confidence is None:
        return None
    least = [value for region in page.regions if (value := least_confidence(region)) is not None]
    return MistralPageConfidence(
        average_page_confidence_score=page.confidence,
        minimum_page_confidence_score=min(least, default=page.confidence),
        word_confidence_scores=None,
    )


def block_confidence(region: RegionResult) -> MistralBlockConfidence:
    return MistralBlockConfidence(
        average_content_confidence_score=region.confidence,
        minimum_content_confidence_score=least_confidence(region),
        block_type_confidence_score=region.score,
    )


def words_in(
    text: str, region: RegionResult, start: int = 0, end: int | None = None
) -> Iterator[MistralWordConfidence]:
    """The words of a region, in order, that ``text`` has between ``start`` and ``end``.

    Words that are written otherwise there (escaped, or joined over a line's end) are left out.
    """
    at = start
    for word, confidence in _words(region, text[start:end]):
        found = text.find(word, at, end)
        if found >= 0:
            at = found + len(word)
            yield MistralWordConfidence(text=word, confidence=confidence, start_index=found)


def _words(region: RegionResult, text: str) -> Sequence[tuple[str, float]]:
    if region.confidence is None:
        return ()
    known = [word for word in words_with_confidence(region) if word[0].strip(_MARKS)]
    plain = _MARKUP.sub(lambda match: " " * len(match[0]), text)
    return known or [(match[0], region.confidence) for match in _WORD.finditer(plain)]
