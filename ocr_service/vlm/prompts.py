"""The prompt for a region of each label, with the limits of its image in pixels.

Source: paddlex 3.7 ``inference/pipelines/paddleocr_vl/pipeline.py``; the pixel limits are those that its client asks
the server for. Those of other models are in ``profiles.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ocr_service.document import FIGURE_LABELS, ReadOptions
from ocr_service.vlm.profiles import PROFILES, Form, ModelProfile, ProfileName

Kind = Literal["text", "table", "formula", "chart", "seal", "spotting", "page"]

_SPOTTING_PIXELS = 1_605_632
_PICTURES = frozenset({"image", "header_image", "footer_image"})
_OWN_PROMPT: dict[str, Kind] = {"table": "table", "chart": "chart", "seal": "seal"}


@dataclass(frozen=True, slots=True)
class Prompt:
    """``text`` of a request; its image has ``min_pixels`` to ``max_pixels`` pixels (width x height).

    ``special_tokens``: the server is to leave them in the answer, whose places or structure they are.
    """

    kind: Kind
    text: str
    min_pixels: int = 112_896
    max_pixels: int = 1_003_520
    special_tokens: bool = False


@dataclass(frozen=True, slots=True)
class PromptSet:
    """The prompts of VLM_PROFILE. READ_CHARTS and READ_SEALS send those labels to the VLM, where it reads them.

    ``page_prompt`` (VLM_PROMPT) replaces the prompt of a profile for whole pages. ``read_figures``: pictures are read
    as text. ``whole_label``: pages are not cut into regions but read as one with this label.
    """

    profile_name: ProfileName = "paddleocr-vl"
    read_charts: bool = False
    read_seals: bool = False
    page_prompt: str | None = None
    read_figures: bool = False
    whole_label: str = ""

    def asked_for(self, options: ReadOptions) -> PromptSet:
        """The same with what a client asked for."""
        return replace(
            self,
            read_charts=self.read_charts if options.read_charts is None else options.read_charts,
            read_seals=self.read_seals if options.read_seals is None else options.read_seals,
            read_figures=options.read_figures,
            whole_label=options.whole_page,
        )

    @property
    def form(self) -> Form | None:
        """Of the answer for a whole page; None where its answer is that of a region."""
        return self.profile.form if self.profile.page is not None else None

    @property
    def profile(self) -> ModelProfile:
        return PROFILES[self.profile_name]

    @property
    def figures(self) -> frozenset[str]:
        """Labels of regions that are kept as image files and never sent to the VLM."""
        profile = self.profile
        read = {"chart": self.read_charts and profile.chart, "seal": self.read_seals and profile.seal}
        figures = FIGURE_LABELS - {label for label, prompt in read.items() if prompt}
        return figures - _PICTURES if self.read_figures else figures

    @property
    def whole_page(self) -> Prompt | None:
        """The prompt for a page; None where the model reads regions."""
        profile = self.profile
        if profile.page is None:
            return self.for_label(self.whole_label) if self.whole_label else None
        text = self.page_prompt if self.page_prompt and self.profile_name == "page" else profile.page
        return Prompt("page", text, profile.min_pixels, profile.max_pixels, profile.special_tokens)

    @property
    def kinds(self) -> tuple[Prompt, ...]:
        """Each prompt that will be sent, once."""
        if (page := self.whole_page) is not None:
            return (page,)
        labels = ["text", "table", "formula", *({"chart", "seal"} - self.figures)]
        found = {prompt.text: prompt for label in labels if (prompt := self.for_label(label)) is not None}
        return tuple(found.values())

    def for_label(self, label: str) -> Prompt | None:
        """The prompt for a region with this layout label; None where the region stays a figure."""
        if label in self.figures:
            return None
        profile = self.profile
        if label == "spotting":
            return Prompt("spotting", "Spotting:", profile.min_pixels, _SPOTTING_PIXELS, special_tokens=True)
        kind: Kind = "text"
        if "formula" in label and label != "formula_number":
            kind = "formula"
        elif label in _OWN_PROMPT:
            kind = _OWN_PROMPT[label]
        texts: dict[Kind, str | None] = {
            "text": profile.text,
            "table": profile.table,
            "formula": profile.formula,
            "chart": profile.chart,
            "seal": profile.seal,
        }
        return Prompt(kind, texts[kind] or profile.text, profile.min_pixels, profile.max_pixels)
