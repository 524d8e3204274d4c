"""Headings that stand in the line where their text begins, as the AMS sets them: ``2.1. Scope. The rules …``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ocr_service.geometry.numbering import section_depth
from ocr_service.tesseract.blocks.paragraphs import BOLDER, Paragraph
from ocr_service.tesseract.words import Word, make_line

_LEAST_DEPTH = 2  # of its number: items of lists begin with bold words, too
_LONGEST = 120  # characters
_LETTERS, _LEAST_TEXT = 3, 3  # of the heading, and words that follow in its line


def with_run_in_heads(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """The paragraphs; numbered headings in bold or slanted type that their first lines begin with are paragraphs.

    Only a text layer knows the type of single words.
    """
    return [part for paragraph in paragraphs for part in _parts(paragraph)]


def _parts(paragraph: Paragraph) -> tuple[Paragraph, ...]:
    first = paragraph.lines[0]
    length = max(_styled(first.words, lambda word: word.bold), _styled(first.words, lambda word: word.slanted))
    head, rest = first.words[:length], first.words[length:]
    text = " ".join(word.text for word in head)
    if not head or len(rest) < _LEAST_TEXT or not _is_head(text):
        return (paragraph,)
    begun = make_line(rest, first.weight)
    top = min(first.box[1], begun.box[1])  # above what follows it, as reading order goes by
    heading = replace(make_line(head, BOLDER * first.weight), em=first.em)
    return (
        replace(paragraph, lines=(heading,), runs_in=True),
        replace(
            paragraph,
            lines=(replace(begun, em=first.em, box=(begun.box[0], top, *begun.box[2:])), *paragraph.lines[1:]),
        ),
    )


def _styled(words: Sequence[Word], style: Callable[[Word], bool]) -> int:
    """How many words from the first on are in this style; numbers and signs have none of their own."""
    count = 0
    for place, word in enumerate(words):
        lettered = any(map(str.isalpha, word.text))
        if lettered and not style(word):
            break
        if style(word):
            count = place + 1
    return count


def _is_head(text: str) -> bool:
    depth = section_depth(text)
    letters = sum(map(str.isalpha, text))
    return (
        depth is not None
        and depth >= _LEAST_DEPTH
        and letters >= _LETTERS
        and text[-1] in ".:"
        and len(text) < _LONGEST
    )
