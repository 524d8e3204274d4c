"""Which prompt a region gets, by its label and the model's profile."""

from __future__ import annotations

import pytest

from ocr_service.document import ReadOptions
from ocr_service.vlm.profiles import PROFILES, ProfileName
from ocr_service.vlm.prompts import PromptSet

REGION_MODELS = [name for name, profile in PROFILES.items() if profile.page is None]
PAGE_MODELS = [name for name, profile in PROFILES.items() if profile.page is not None]


@pytest.mark.parametrize(
    ("label", "prompt"),
    [
        ("text", "OCR:"),
        ("doc_title", "OCR:"),
        ("formula_number", "OCR:"),
        ("display_formula", "Formula Recognition:"),
        ("inline_formula", "Formula Recognition:"),
        ("table", "Table Recognition:"),
        ("spotting", "Spotting:"),
        ("image", None),
        ("chart", None),
        ("seal", None),
        ("header_image", None),
    ],
)
def test_a_label_has_its_prompt(label: str, prompt: str | None) -> None:
    found = PromptSet().for_label(label)
    assert (found.text if found else None) == prompt


def test_charts_and_seals_are_read_where_the_settings_say_so() -> None:
    prompts = PromptSet(read_charts=True, read_seals=True)
    assert [prompt.text for prompt in prompts.kinds[3:]] == ["Chart Recognition:", "Seal Recognition:"] or [
        prompt.text for prompt in prompts.kinds[3:]
    ] == ["Seal Recognition:", "Chart Recognition:"]
    assert prompts.figures == {"image", "header_image", "footer_image"}


def test_a_model_without_a_prompt_for_charts_leaves_them_figures() -> None:
    assert "chart" in PromptSet("glm-ocr", read_charts=True).figures
    seal = PromptSet("glm-ocr", read_seals=True).for_label("seal")
    assert seal is not None
    assert seal.text == "Text Recognition:"


@pytest.mark.parametrize("name", REGION_MODELS)
def test_a_model_of_regions_has_a_prompt_for_text_tables_and_formulas(name: ProfileName) -> None:
    prompts = PromptSet(name)
    assert prompts.whole_page is None
    assert [prompt.kind for prompt in prompts.kinds] == ["text", "table", "formula"]


@pytest.mark.parametrize("name", PAGE_MODELS)
def test_a_model_of_pages_has_one_prompt(name: ProfileName) -> None:
    (prompt,) = PromptSet(name).kinds
    assert prompt.kind == "page"
    assert prompt == PromptSet(name).whole_page


def test_the_prompt_of_a_page_is_a_setting_where_the_model_has_none_of_its_own() -> None:
    whole = [
        PromptSet(name, page_prompt="Read it all.").whole_page for name in PAGE_MODELS if name in ("page", "olmocr")
    ]
    assert [prompt is not None and prompt.text == "Read it all." for prompt in whole] == [False, True]


def test_a_client_may_ask_for_charts_pictures_and_whole_pages() -> None:
    prompts = PromptSet().asked_for(ReadOptions(read_charts=True, read_figures=True))
    assert prompts.figures == {"seal"}
    assert PromptSet(read_charts=True).asked_for(ReadOptions(read_charts=False)).figures >= {"chart"}
    whole = PromptSet().asked_for(ReadOptions(whole_page="spotting"))
    assert whole.whole_page == PromptSet().for_label("spotting")
    assert whole.form is None
