"""PaddleOCR's layout models, PP-DocLayoutV3 and V2. In the layout process only: ``import paddleocr`` takes 2 s.

The options are those of paddlex's pipelines ``PaddleOCR-VL-1.6`` (V3) and ``PaddleOCR-VL`` (V2). Boxes come in reading
order, which these models find themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ocr_service.document import Pixels, Region
from ocr_service.errors import EngineUnavailable

# By class number, 0 to 24. Of overlapping boxes of one class "large" keeps the largest; "union" keeps all of them.
_LARGE = frozenset({3, 5, 6, 15, 17})  # chart, display formula, document title, inline formula, paragraph title
_MERGE = {number: "large" if number in _LARGE else "union" for number in range(25)}
_V2_THRESHOLDS = {number: 0.5 for number in range(25)} | {5: 0.4, 6: 0.4, 15: 0.4, 17: 0.4, 20: 0.45, 22: 0.4, 23: 0.4}
_THRESHOLDS: dict[str, float | dict[int, float]] = {"PP-DocLayoutV3": 0.3, "PP-DocLayoutV2": _V2_THRESHOLDS}


class OfficialDetector:
    """Owns one model; not for several threads at once. ``engine``: ``onnxruntime`` or ``paddle``."""

    in_reading_order = True

    def __init__(self, name: str, *, engine: str, device: str, folder: Path | None = None) -> None:
        """``folder``: of the weights; None for paddlex's own, ``official_models`` in PADDLE_PDX_CACHE_HOME.

        Raises EngineUnavailable where paddleocr is not installed; else whatever paddleocr raises."""
        try:
            from paddleocr import LayoutDetection
        except ImportError as exc:
            raise EngineUnavailable(f"LAYOUT_MODEL={name} needs the Python package paddleocr: {exc}") from exc
        self.name = name
        self._model = LayoutDetection(
            model_name=name,
            model_dir=None if folder is None else str(folder),
            engine=engine,
            device=device,
            threshold=_THRESHOLDS[name],
            layout_nms=True,
            layout_unclip_ratio=[1.0, 1.0],
            layout_merge_bboxes_mode=_MERGE,
        )

    def detect(self, pixels: Pixels) -> list[Region]:
        (regions,) = self.detect_batch([pixels])
        return regions

    def detect_batch(self, pages: Sequence[Pixels]) -> list[list[Region]]:
        """The regions of each page, which may have different sizes, in one call of the model."""
        bgr = [np.ascontiguousarray(page[:, :, ::-1]) for page in pages]
        # Overlaps are filtered by layout/filter_paddlex.py, whose rules are made for the VLM.
        results = self._model.predict(bgr, batch_size=len(bgr), layout_shape_mode="rect", filter_overlap_boxes=False)
        return [regions_of(result["boxes"]) for result in results]


def regions_of(boxes: Sequence[Mapping[str, Any]]) -> list[Region]:
    """paddlex's boxes (``label``, ``score``, ``coordinate`` as x0, y0, x1, y1 in pixels), in their order."""
    regions: list[Region] = []
    for box in boxes:
        x0, y0, x1, y1 = (int(value) for value in box["coordinate"])
        regions.append(Region(str(box["label"]), (x0, y0, x1, y1), len(regions), round(float(box["score"]), 3)))
    return regions
