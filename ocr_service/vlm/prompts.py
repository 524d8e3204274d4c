"""The prompt for a region of each label, with the limits of its image in pixels.

Source: paddlex 3.7 ``inference/pipelines/paddleocr_vl/pipeline.py``; the pixel limits are those that its client asks
the server for.
"""

from __future__ import annotations

from dataclasses import dataclass

from ocr_service.document import FIGURE_LABELS


@dataclass(frozen=True, slots=True)
class Prompt:
    """``text`` of a request; its image has ``min_pixels`` to ``max_pixels`` pixels (width x height)."""

    text: str
    min_pixels: int = 112_896
    max_pixels: int = 1_003_520


OCR = Prompt("OCR:")
TABLE = Prompt("Table Recognition:")
FORMULA = Prompt("Formula Recognition:")
CHART = Prompt("Chart Recognition:")
SEAL = Prompt("Seal Recognition:")
SPOTTING = Prompt("Spotting:", max_pixels=1_605_632)
_BY_LABEL = {"table": TABLE, "chart": CHART, "seal": SEAL, "spotting": SPOTTING}


@dataclass(frozen=True, slots=True)
class PromptSet:
    """The prompts for a page's regions. READ_CHARTS and READ_SEALS send those labels to the VLM.

    With ``page_prompt`` (VLM_MODE=page) the page is one region with that prompt.
    """

    read_charts: bool = False
    read_seals: bool = False
    page_prompt: str | None = None

    @property
    def figures(self) -> frozenset[str]:
        """Labels of regions that are kept as image files and never sent to the VLM."""
        asked = {"chart": self.read_charts, "seal": self.read_seals}
        return FIGURE_LABELS - {label for label, read in asked.items() if read}

    def for_label(self, label: str) -> Prompt | None:
        """The prompt for a region with this layout label; None where the region stays a figure."""
        if label in self.figures:
            return None
        if "formula" in label and label != "formula_number":
            return FORMULA
        return _BY_LABEL.get(label, OCR)


def page_prompt(text: str) -> Prompt:
    """The prompt of VLM_MODE=page. Other models take larger images: 28 x 28 pixels a token, some 5,000 tokens."""
    return Prompt(text, max_pixels=4_014_080)
