"""The versions of PaddleOCR-VL."""

from __future__ import annotations

import pytest

from ocr_service.vlm.versions import VERSIONS, Version, version_of


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS.keys())
def test_a_version_is_found_by_its_vlm(version: Version) -> None:
    assert version_of(version.vlm) == version


def test_version_1_0_has_the_older_layout_model() -> None:
    assert VERSIONS["1.0"].layout == "PP-DocLayoutV2"


def test_another_model_is_no_version() -> None:
    assert version_of("glm-ocr") is None
