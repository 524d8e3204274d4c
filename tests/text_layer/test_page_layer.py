"""Whole pages: what their text layer is believed, what is hidden, what is left to the eye."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.text_layer_pdfs import SECRET, map_and_hidden_samples
from tests.support.text_layer_set import read_sample, words_of

_SAMPLES = {sample.name: sample for sample in map_and_hidden_samples()}
_BAD_MAPS = [name for name, sample in _SAMPLES.items() if sample.trusted is None]
_HIDDEN = [name for name, sample in _SAMPLES.items() if sample.secrets]


@pytest.mark.parametrize("name", ["en_clean", "ru_clean", "kk_clean"])
def test_a_clean_page_is_delivered_letter_by_letter(tmp_path: Path, name: str) -> None:
    page = read_sample(tmp_path, _SAMPLES[name])
    assert page.markdown.strip() == _SAMPLES[name].truth.strip()
    assert {region.source for region in page.regions} == {"text_layer"}
    assert page.text_layer is not None and page.text_layer.used and not page.text_layer.rejected_fonts


@pytest.mark.slow
@pytest.mark.parametrize("name", _BAD_MAPS)
def test_no_wrong_character_comes_from_a_map_that_lies(tmp_path: Path, name: str) -> None:
    page = read_sample(tmp_path, _SAMPLES[name])
    assert words_of(page.markdown) == words_of(_SAMPLES[name].truth)


@pytest.mark.parametrize("name", ["en_swapped", "ru_look_alike", "en_digits"])
def test_a_font_that_lies_is_named_and_its_regions_are_read_by_eye(tmp_path: Path, name: str) -> None:
    page = read_sample(tmp_path, _SAMPLES[name])
    assert page.text_layer is not None
    assert [font for font in page.text_layer.rejected_fonts if "DejaVuSerif" in font]
    assert "DejaVuSans-Bold" in "".join(page.text_layer.trusted_fonts)
    assert [region.source for region in page.regions][:2] == ["text_layer", "tesseract"]


@pytest.mark.parametrize("name", _HIDDEN)
def test_hidden_text_is_in_no_result_and_is_counted(tmp_path: Path, name: str) -> None:
    page = read_sample(tmp_path, _SAMPLES[name])
    delivered = page.markdown + "".join(region.content for region in page.regions)
    assert not set(SECRET.split()) - {"all", "and", "above"} & set(delivered.split())
    assert page.markdown.strip() == _SAMPLES[name].truth.strip()
    assert page.hidden_text is not None
    assert page.hidden_text.characters >= len(SECRET.replace(" ", ""))


def test_only_reads_nothing_by_eye_and_says_what_it_left_out(tmp_path: Path) -> None:
    page = read_sample(tmp_path, _SAMPLES["en_one_bad_font"], "only")
    assert {region.source for region in page.regions} == {"text_layer"}
    assert any("text_layer=only" in warning for warning in page.warnings)


def test_ignore_reads_all_by_eye(tmp_path: Path) -> None:
    page = read_sample(tmp_path, _SAMPLES["en_clean"], "ignore")
    assert page.text_layer is None
    assert {region.source for region in page.regions} == {"tesseract"}
