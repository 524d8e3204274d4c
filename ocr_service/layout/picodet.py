"""PP-PicoDet (https://arxiv.org/abs/2111.00902) on onnxruntime: a page image to labelled, scored boxes.

The model has four levels of anchor points, 8, 16, 32 and 64 pixels of its input apart. Each level gives two outputs: a
score for each class at each point, and for each of the point's four sides a distribution over distances of 0 to 7 steps
(https://arxiv.org/abs/2006.04388). Constants are those of PaddleDetection's deployment code.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import Pixels
from ocr_service.layout.onnx_model import open_session

Floats = npt.NDArray[np.floating]

_HEIGHT, _WIDTH = 800, 608
_STRIDES = (8, 16, 32, 64)
_MAX_OVERLAP = 0.5
_CANDIDATES = 200
_KEPT = 100
_MEAN = np.array((0.485, 0.456, 0.406), dtype=np.float32) * 255
_SPREAD = np.array((0.229, 0.224, 0.225), dtype=np.float32) * 255


class Found(NamedTuple):
    """``box``: left, top, right, bottom in pixels of the page that was given, as fractions, inside the page."""

    label: str
    box: tuple[float, float, float, float]
    score: float


class PicoDet:
    """Owns one onnxruntime session."""

    def __init__(self, model: Path, min_score: float) -> None:
        self._session, self._labels = open_session(model)
        self._input = self._session.get_inputs()[0].name
        self._min_score = min_score

    def __call__(self, pixels: Pixels) -> list[Found]:
        """``pixels``: height x width x 3, RGB. Boxes come by class, within it by falling score."""
        outputs = self._session.run(None, {self._input: _normalised(pixels)})
        scores, distances = outputs[: len(_STRIDES)], outputs[len(_STRIDES) :]
        levels = [
            _above(self._min_score, score[0], distance[0], stride)
            for score, distance, stride in zip(scores, distances, _STRIDES, strict=True)
        ]
        classes, confidences, boxes = (np.concatenate(parts) for parts in zip(*levels, strict=True))
        found = []
        for number, label in enumerate(self._labels):
            mine = classes == number
            for box, score in _without_overlaps(boxes[mine], confidences[mine]):
                found.append(Found(label, _on_page(box, pixels), score))
        return found


def _normalised(pixels: Pixels) -> Floats:
    """The model's input, 1 x 3 x 800 x 608. It was trained on OpenCV's order of colours, blue first."""
    small = cv2.resize(pixels, (_WIDTH, _HEIGHT))[:, :, ::-1]
    return np.ascontiguousarray(((small - _MEAN) / _SPREAD).transpose(2, 0, 1)[None], dtype=np.float32)


def _above(
    min_score: float, scores: Floats, distances: Floats, stride: int
) -> tuple[npt.NDArray[np.intp], Floats, Floats]:
    """Of one level: class, score and box, in pixels of the model's input, wherever a score is above ``min_score``."""
    points, classes = np.nonzero(scores > min_score)
    per_side = distances[points].reshape(len(points), 4, distances.shape[1] // 4)
    weights = np.exp(per_side - per_side.max(axis=2, keepdims=True, initial=0))
    steps = np.arange(per_side.shape[2], dtype=np.float32)
    left_top_right_bottom = (weights @ steps) / weights.sum(axis=2) * stride
    rows, columns = np.divmod(points, -(-_WIDTH // stride))
    centres = (np.stack((columns, rows, columns, rows), axis=1) + 0.5) * stride
    boxes = centres + left_top_right_bottom * (-1, -1, 1, 1)
    return classes, scores[points, classes], boxes.astype(np.float32)


def _on_page(box: Floats, pixels: Pixels) -> tuple[float, float, float, float]:
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = np.clip(box / (_WIDTH, _HEIGHT, _WIDTH, _HEIGHT), 0, 1) * (width, height, width, height)
    return float(x0), float(y0), float(x1), float(y1)


def _without_overlaps(boxes: Floats, scores: Floats) -> list[tuple[Floats, float]]:
    """Non-maximum suppression: the surest box first, then each that covers none before it by more than half."""
    kept: list[tuple[Floats, float]] = []
    left = np.argsort(scores)[-_CANDIDATES:]
    while len(left) and len(kept) < _KEPT:
        best, left = left[-1], left[:-1]
        kept.append((boxes[best], float(scores[best])))
        left = left[_overlaps(boxes[left], boxes[best]) <= _MAX_OVERLAP]
    return kept


def _overlaps(boxes: Floats, box: Floats) -> Floats:
    """Intersection over union of each of ``boxes`` with ``box``."""
    shared = _area(np.maximum(boxes[:, :2], box[:2]), np.minimum(boxes[:, 2:], box[2:]))
    either = _area(boxes[:, :2], boxes[:, 2:]) + _area(box[:2], box[2:]) - shared
    return shared / np.maximum(either, 1e-5)


def _area(left_top: Floats, right_bottom: Floats) -> Floats:
    sides = np.clip(right_bottom - left_top, 0, None)
    return sides[..., 0] * sides[..., 1]
