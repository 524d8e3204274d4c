"""Languages and the scripts that they read."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.scripts import document_language, full_codes, language_for


@pytest.mark.parametrize(
    ("asked", "full"),
    [("en", "eng"), ("ru+en", "rus+eng"), ("EN", "eng"), ("zh", "chi_sim"), ("rus+eng", "rus+eng"), ("xx", "xx")],
)
def test_two_letter_codes_become_tesseracts_names(asked: str, full: str) -> None:
    assert full_codes(asked) == full


def test_a_script_that_no_language_reads_names_the_one_to_install() -> None:
    assert language_for("Greek", "rus+eng") == "ell"
    assert language_for("Han", "rus+eng") == "chi_sim"
    assert language_for("Greek", "eng+ell") is None
    assert language_for("Arabic", "fas") is None
    assert language_for("Cyrillic", "eng") is None
    assert language_for("Latin", "rus") is None


@pytest.mark.parametrize(
    ("language", "tag"), [("rus+eng", "ru"), ("eng", "en"), ("kaz+rus", "kk"), ("chi_sim", "zh"), ("srp_latn", "srp")]
)
def test_a_document_s_language_is_the_first_of_those_it_was_read_with(language: str, tag: str) -> None:
    assert document_language(language) == tag
