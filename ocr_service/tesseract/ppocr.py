"""PP-OCRv6's recognition model on onnxruntime: the picture of some words to characters with their places.

The model (https://arxiv.org/abs/2009.09941 and its successors) gives a score for each of 18,710 characters at every
eighth pixel of a picture 48 pixels high, and the blank between them (connectionist temporal classification). It knows
the Latin alphabet with its accents, digits and signs, Greek and Chinese, and no Cyrillic.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ocr_service.document import Gray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_FILE = "PP-OCRv6_rec_small.onnx"
_HEIGHT = 48
_LEAST_WIDTH = 16


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character, the model's probability, 0 to 1, and the middle of its place, as a share of the picture's width."""

    text: str
    probability: float
    middle: float


class PpOcr:
    """Owns one onnxruntime session, from the first picture on: it takes 0.15 s and 50 MB."""

    def __init__(self) -> None:
        self._session: InferenceSession | None = None
        self._characters: list[str] = []

    def _load(self) -> InferenceSession:
        """Raises EngineUnavailable where the model is not installed."""
        from ocr_service.layout.onnx_model import model_file, open_session  # 60 MB: only where it reads something

        session, characters = open_session(model_file(_FILE, Path(__file__).parent, "rapidocr"))
        self._characters = ["", *characters, " "]
        return session

    def __call__(self, gray: Gray) -> list[Glyph]:
        """The characters on ``gray``, which holds one line of text, dark on light."""
        if self._session is None:
            self._session = self._load()
        height, width = gray.shape
        to = max(_LEAST_WIDTH, round(width * _HEIGHT / height))
        how = cv2.INTER_AREA if height > _HEIGHT else cv2.INTER_CUBIC
        levels = cv2.resize(gray, (to, _HEIGHT), interpolation=how).astype(np.float32) / 127.5 - 1
        scores = self._session.run(None, {"x": np.stack([levels] * 3)[None]})[0][0]
        best, probabilities = scores.argmax(axis=1).tolist(), scores.max(axis=1).tolist()
        glyphs: list[Glyph] = []
        start = 0
        for end in range(1, len(best) + 1):
            if end < len(best) and best[end] == best[start]:
                continue
            if best[start]:
                middle = (start + end) / 2 / len(best)
                glyphs.append(Glyph(self._characters[best[start]], max(probabilities[start:end]), middle))
            start = end
        return glyphs
