"""Pages whose layer is good but set in unusual ways, and old OCR under scans."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.text_layer_layouts import LAYOUTS
from tests.support.text_layer_set import read_sample, sample_of, words_of

# Fields with their values may be a table of two columns; items of a list stand with or without a line between.
_EXACT = sorted(LAYOUTS.keys() - {"form", "bullets", "type3", "type3_own_units", "type3_other_codes", "type3_few"})


@pytest.mark.parametrize("name", _EXACT)
def test_text_structure_and_order_are_those_of_the_page(tmp_path: Path, name: str) -> None:
    page = read_sample(tmp_path, sample_of(name))
    assert page.markdown.strip() == sample_of(name).truth.strip()
    assert {region.source for region in page.regions if region.format != "image"} == {"text_layer"}


@pytest.mark.parametrize("name", ["form", "bullets"])
def test_fields_check_boxes_and_items_are_read(tmp_path: Path, name: str) -> None:
    page = read_sample(tmp_path, sample_of(name))
    assert words_of(page.markdown) == words_of(sample_of(name).truth)
    assert {region.source for region in page.regions} == {"text_layer"}


@pytest.mark.parametrize("name", ["type3", "type3_own_units", "type3_few"])
def test_type_3_glyphs_at_the_codes_of_ascii_are_proven_by_reading(tmp_path: Path, name: str) -> None:
    page = read_sample(tmp_path, sample_of(name))
    assert page.hidden_text is None
    assert words_of(page.markdown) == words_of(sample_of(name).truth)
    assert {region.source for region in page.regions} == {"text_layer"}


def test_type_3_glyphs_at_other_codes_are_read_by_eye(tmp_path: Path) -> None:
    sample = sample_of("type3_other_codes")
    page = read_sample(tmp_path, sample)
    assert words_of(page.markdown) == words_of(sample.truth)
    assert [region.source for region in page.regions] == ["text_layer", "text_layer", "tesseract"]


@pytest.mark.parametrize("name", ["ocr_layer_bad", pytest.param("ocr_layer_good", marks=pytest.mark.slow)])
def test_old_ocr_under_a_scan_is_not_used(tmp_path: Path, name: str) -> None:
    page = read_sample(tmp_path, sample_of(name))
    assert words_of(page.markdown) == words_of(sample_of(name).truth)
    assert {region.source for region in page.regions} == {"tesseract"}
    assert page.hidden_text is not None and page.hidden_text.reasons.keys() == {"invisible"}


def test_half_a_scan_is_read_by_eye_and_the_rest_is_not(tmp_path: Path) -> None:
    page = read_sample(tmp_path, sample_of("half_scan"))
    assert words_of(page.markdown) == words_of(sample_of("half_scan").truth)
    assert [region.source for region in page.regions][:2] == ["text_layer", "text_layer"]
    assert {region.source for region in page.regions} == {"text_layer", "tesseract"}
