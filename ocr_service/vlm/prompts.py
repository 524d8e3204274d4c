"""What the VLM is asked for a region of each label, and how large its picture may be.

Source: paddlex 3.7 ``inference/pipelines/paddleocr_vl/pipeline.py``; the pixel limits are those that its client asks
the server for.
"""

from __future__ import annotations

from dataclasses import dataclass

from ocr_service.document import FIGURE_LABELS


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt with the least and the most pixels of the picture that goes with it."""

    prompt: str
    min_pixels: int = 112_896
    max_pixels: int = 1_003_520


OCR = Question("OCR:")
TABLE = Question("Table Recognition:")
FORMULA = Question("Formula Recognition:")
CHART = Question("Chart Recognition:")
SEAL = Question("Seal Recognition:")
SPOTTING = Question("Spotting:", max_pixels=1_605_632)
_BY_LABEL = {"table": TABLE, "chart": CHART, "seal": SEAL, "spotting": SPOTTING}


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked of a page: charts and seals only where wanted; with ``page_prompt`` the whole page at once."""

    read_charts: bool = False
    read_seals: bool = False
    page_prompt: str | None = None

    @property
    def figures(self) -> frozenset[str]:
        """Labels that stay figures."""
        asked = {"chart": self.read_charts, "seal": self.read_seals}
        return FIGURE_LABELS - {label for label, read in asked.items() if read}

    def question(self, label: str) -> Question | None:
        """What to ask for a region of this label; None when it stays a figure."""
        if label in self.figures:
            return None
        if "formula" in label and label != "formula_number":
            return FORMULA
        return _BY_LABEL.get(label, OCR)


def whole_page(prompt: str) -> Question:
    """The question of VLM_MODE=page. Other models take larger pictures: 28 x 28 pixels a token, some 5,000 tokens."""
    return Question(prompt, max_pixels=4_014_080)
