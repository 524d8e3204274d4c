"""Where language data is looked for, and what is said when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_service.errors import EngineUnavailable
from ocr_service.tesseract.tessdata import find_tessdata


def test_a_folder_that_is_given_comes_before_debians(tmp_path: Path) -> None:
    (tmp_path / "eng.traineddata").touch()
    assert find_tessdata("eng", tmp_path) == tmp_path


def test_a_missing_part_is_named_with_its_package(tmp_path: Path) -> None:
    (tmp_path / "eng.traineddata").touch()
    with pytest.raises(EngineUnavailable, match="tesseract-ocr-chi-sim"):
        find_tessdata("eng+chi_sim", tmp_path)


def test_no_folder_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="No Tesseract language data"):
        find_tessdata("eng", tmp_path / "missing")
