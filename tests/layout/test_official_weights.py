"""The real ``paddleocr.LayoutDetection`` on synthetic weights in the shapes of PP-DocLayoutV2 and V3."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ocr_service.document import Pixels
from ocr_service.layout.official import OfficialDetector
from tests.support.layout_weights import PAGE, Found, write_layout_weights

pytestmark = [pytest.mark.pins, pytest.mark.slow]
MODELS = ("PP-DocLayoutV2", "PP-DocLayoutV3")
Load = Callable[..., OfficialDetector]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """``load(model, *found)``: paddlex looks for weights where its module was told at import."""
    monkeypatch.setenv("PADDLE_PDX_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")

    def loaded(model: str, *found: Found) -> OfficialDetector:
        folder = write_layout_weights(tmp_path, model, found or PAGE)
        return OfficialDetector(model, engine="onnxruntime", device="cpu", folder=folder)

    return loaded


def page(width: int = 1000, height: int = 1400, *, blank: bool = False) -> Pixels:
    pixels = np.full((height, width, 3), 255, np.uint8)
    if not blank:
        pixels[height // 2 : height // 2 + 10, :] = 0
    return pixels


@pytest.mark.parametrize("model", MODELS)
def test_labels_boxes_and_order_come_through(load: Load, model: str) -> None:
    regions = load(model).detect(page())
    assert [region.label for region in regions] == [found.label for found in PAGE]
    assert [region.order for region in regions] == list(range(len(PAGE)))
    for region, found in zip(regions, PAGE, strict=True):
        expected = [share * side for share, side in zip(found.box, (1000, 1400, 1000, 1400), strict=True)]
        assert np.abs(np.array(region.bbox) - expected).max() <= 1
        assert region.score == pytest.approx(found.score)


@pytest.mark.parametrize("model", MODELS)
def test_the_reading_order_is_the_model_s_own(load: Load, model: str) -> None:
    upper, lower = Found("text", (0.1, 0.1, 0.9, 0.2), order=1), Found("text", (0.1, 0.5, 0.9, 0.6), order=0)
    assert [region.bbox[1] for region in load(model, upper, lower).detect(page())] == [700, 140]


@pytest.mark.parametrize("model", MODELS)
def test_pages_of_different_sizes_are_one_batch(load: Load, model: str) -> None:
    sizes = [(1000, 1400), (600, 300), (1654, 2339)]
    found = load(model).detect_batch([page(*size) for size in sizes])
    assert [len(regions) for regions in found] == [len(PAGE)] * 3
    for (width, height), regions in zip(sizes, found, strict=True):
        x0, y0, x1, y1 = regions[0].bbox
        assert (abs(x0 - 0.1 * width) <= 1, abs(y1 - 0.1 * height) <= 1) == (True, True)
        assert x1 <= width
        assert y0 < y1 <= height


@pytest.mark.parametrize("model", MODELS)
def test_a_blank_page_has_no_regions(load: Load, model: str) -> None:
    detector = load(model)
    assert detector.detect(page(blank=True)) == []
    assert [len(regions) for regions in detector.detect_batch([page(blank=True), page()])] == [0, len(PAGE)]


@pytest.mark.parametrize(
    ("model", "label", "score", "kept"),
    [
        ("PP-DocLayoutV3", "text", 0.31, True),
        ("PP-DocLayoutV3", "text", 0.29, False),
        ("PP-DocLayoutV2", "text", 0.41, True),  # class 22
        ("PP-DocLayoutV2", "text", 0.39, False),
        ("PP-DocLayoutV2", "table", 0.49, False),  # class 21
        ("PP-DocLayoutV2", "seal", 0.46, True),  # class 20
    ],
)
def test_the_threshold_is_that_of_the_label(load: Load, model: str, label: str, score: float, kept: bool) -> None:
    certain, other = Found("table", (0.1, 0.6, 0.9, 0.9), 1), Found(label, (0.1, 0.1, 0.9, 0.3), 0, score)
    labels = [region.bbox[1] for region in load(model, other, certain).detect(page())]
    assert (140 in labels) is kept


@pytest.mark.parametrize("model", MODELS)
def test_of_two_equal_boxes_the_surer_one_stays(load: Load, model: str) -> None:
    weak, sure = Found("text", (0.1, 0.1, 0.9, 0.3), 0, 0.6), Found("text", (0.1, 0.1, 0.9, 0.31), 1, 0.8)
    assert [region.score for region in load(model, weak, sure).detect(page())] == [0.8]


@pytest.mark.parametrize("model", MODELS)
def test_a_formula_inside_a_formula_is_merged_into_it(load: Load, model: str) -> None:
    outer, inner = Found("display_formula", (0.1, 0.1, 0.9, 0.5), 0), Found("display_formula", (0.2, 0.2, 0.4, 0.3), 1)
    assert [region.order for region in load(model, outer, inner).detect(page())] == [0]
