"""Headings in the line where their text begins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocr_service.tesseract.blocks.compose import compose
from ocr_service.tesseract.words import Line
from tests.support.sheets import blank_sheet, text_line


def styled(line: Line, count: int, *, bold: bool) -> Line:
    words = [
        replace(word, bold=bold and place < count, slanted=not bold and place < count, size=30.0)
        for place, word in enumerate(line.words)
    ]
    return replace(line, words=tuple(words))


def read(head: str, *, bold: bool = True) -> list[tuple[str, str]]:
    rest = ["the", "rules", "below", "hold", "for", "all"]
    first = styled(text_line(200, 600, *head.split(), *rest), len(head.split()), bold=bold)
    text = [text_line(200, 600 + 40 * n, *["these", "are", "words", "of", "text"] * 2) for n in range(1, 6)]
    above = [text_line(200, 200 + 40 * n, *["these", "are", "words", "of", "text"] * 2) for n in range(5)]
    found = compose([*above, first, *text], [], [], blank_sheet(), first_page=False).regions
    return [(region.label, region.content.split(" these")[0]) for region in found[1:]]


@pytest.mark.parametrize("bold", [True, False])
def test_a_numbered_heading_in_its_own_type_is_parted_from_its_text(*, bold: bool) -> None:
    head = "2.1. Scope of this law."
    assert read(head, bold=bold) == [("paragraph_title", head), ("text", "the rules below hold for all")]


@pytest.mark.parametrize("head", ["Scope of this law.", "1. Scope.", "2.1. Scope of this law"])
def test_bold_words_of_other_texts_stay_in_them(head: str) -> None:
    assert read(head) == [("text", f"{head} the rules below hold for all")]
