"""Which prompt a region gets, by its label."""

from __future__ import annotations

import pytest

from ocr_service.vlm.prompts import CHART, FORMULA, OCR, SEAL, TABLE, Prompt, PromptSet, page_prompt


@pytest.mark.parametrize(
    ("label", "prompt"),
    [
        ("text", OCR),
        ("doc_title", OCR),
        ("formula_number", OCR),
        ("display_formula", FORMULA),
        ("inline_formula", FORMULA),
        ("table", TABLE),
        ("image", None),
        ("chart", None),
        ("seal", None),
        ("header_image", None),
    ],
)
def test_a_label_has_its_prompt(label: str, prompt: Prompt | None) -> None:
    assert PromptSet().for_label(label) == prompt


def test_charts_and_seals_are_read_where_the_settings_say_so() -> None:
    prompts = PromptSet(read_charts=True, read_seals=True)
    assert (prompts.for_label("chart"), prompts.for_label("seal")) == (CHART, SEAL)
    assert prompts.for_label("image") is None
    assert prompts.figures == {"image", "header_image", "footer_image"}


def test_a_whole_page_may_have_more_pixels_than_a_region() -> None:
    prompt = page_prompt("Read.")
    assert prompt.text == "Read."
    assert prompt.max_pixels > OCR.max_pixels
