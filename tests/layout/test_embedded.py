from __future__ import annotations

import numpy as np
import pypdfium2 as pdfium
import pytest

from ocr_service.document import Pixels
from ocr_service.layout.embedded import EmbeddedDetector
from scripts.make_samples import make_contract


@pytest.fixture(scope="module")
def detector() -> EmbeddedDetector:
    return EmbeddedDetector()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Pixels]:
    """The sample contract at 100 dpi."""
    path = tmp_path_factory.mktemp("samples") / "contract.pdf"
    make_contract(path)
    with pdfium.PdfDocument(path) as document:
        return [np.asarray(page.render(scale=100 / 72).to_pil().convert("RGB")) for page in document]


def test_the_kinds_of_regions_of_a_contract_are_found(detector: EmbeddedDetector, pages: list[Pixels]) -> None:
    found = {region.label for page in pages for region in detector.detect(page)}
    assert {"text", "paragraph_title", "table", "image"} <= found


def test_boxes_lie_on_the_ink_and_inside_the_page(detector: EmbeddedDetector, pages: list[Pixels]) -> None:
    page = pages[0]
    height, width = page.shape[:2]
    covered = np.zeros((height, width), dtype=bool)
    for region in detector.detect(page):
        x0, y0, x1, y1 = region.bbox
        assert 0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height
        covered[y0:y1, x0:x1] = True
    ink = page.min(axis=2) < 128
    assert (ink & covered).sum() > 0.9 * ink.sum()
    assert covered.mean() < 0.8


def test_no_two_boxes_of_a_label_are_the_same_region(detector: EmbeddedDetector, pages: list[Pixels]) -> None:
    for page in pages:
        centres = [
            (r.label, (r.bbox[0] + r.bbox[2]) // 50, (r.bbox[1] + r.bbox[3]) // 50) for r in detector.detect(page)
        ]
        assert len(set(centres)) == len(centres)


def test_boxes_grow_with_the_page(detector: EmbeddedDetector, pages: list[Pixels]) -> None:
    twice = pages[0].repeat(2, axis=0).repeat(2, axis=1)
    small, large = (
        sorted(detector.detect(page), key=lambda region: (region.label, region.bbox[1])) for page in (pages[0], twice)
    )
    assert [region.label for region in small] == [region.label for region in large]
    for region, doubled in zip(small, large, strict=True):
        assert np.abs(np.array(doubled.bbox) - 2 * np.array(region.bbox)).max() <= 8


@pytest.mark.parametrize("shape", [(1169, 827), (1, 1), (20, 3000)])
def test_a_blank_page_has_no_regions(detector: EmbeddedDetector, shape: tuple[int, int]) -> None:
    assert detector.detect(np.full((*shape, 3), 255, dtype=np.uint8)) == []
