from __future__ import annotations

import itertools

import numpy as np

from ocr_service.layout.stub import StubDetector


def test_the_stub_cuts_a_page_into_equal_strips_without_gaps() -> None:
    regions = StubDetector(15).detect(np.zeros((2339, 1654, 3), dtype=np.uint8))
    assert [region.order for region in regions] == list(range(15))
    assert regions[0].bbox[:3] == (0, 0, 1654)
    assert regions[-1].bbox[3] == 2339
    assert all(above.bbox[3] == below.bbox[1] for above, below in itertools.pairwise(regions))
    assert {region.bbox[3] - region.bbox[1] for region in regions} <= {155, 156}
