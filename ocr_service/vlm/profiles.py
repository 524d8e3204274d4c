"""Models that VLM_PROFILE knows: how each is asked, and the form of its answers. docs/vlm.md has the sources.

A model reads regions, which a layout model finds, or whole pages, whose regions it may find itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ProfileName = Literal["paddleocr-vl", "glm-ocr", "mineru", "dots.ocr", "deepseek-ocr", "olmocr", "hpd-parsing", "page"]
Form = Literal["markdown", "dots-json", "grounded-markdown", "blocks"]
"""Of a whole page's answer: Markdown, a JSON list of elements, Markdown with grounding tokens, ``<BLOCK>`` lines."""


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """``page``: the prompt for a whole page, None where the model reads regions with the other prompts.

    Images have ``min_pixels`` to ``max_pixels`` pixels (width x height). ``special_tokens``: the answer's structure is
    made of special tokens, which the server must not leave out. ``max_tokens`` of an answer, where VLM_MAX_TOKENS is
    not set.
    """

    page: str | None = None
    text: str = "OCR:"
    table: str = "Table Recognition:"
    formula: str = "Formula Recognition:"
    chart: str | None = None
    seal: str | None = None
    min_pixels: int = 112_896
    max_pixels: int = 1_003_520
    form: Form = "markdown"
    special_tokens: bool = False
    max_tokens: int = 4096


# 28 x 28 pixels are a token for most models: some 5,000 tokens.
_PAGE_PIXELS = 4_014_080
_PAGE_TOKENS = 8000

_DOTS_PROMPT = """Please output the layout information from the PDF image, including each layout element's bbox, its \
category, and the corresponding text content within the bbox.

1. Bbox format: [x1, y1, x2, y2]

2. Layout Categories: The possible categories are ['Caption', 'Footnote', 'Formula', 'List-item', 'Page-footer', \
'Page-header', 'Picture', 'Section-header', 'Table', 'Text', 'Title'].

3. Text Extraction & Formatting Rules:
    - Picture: For the 'Picture' category, the text field should be omitted.
    - Formula: Format its text as LaTeX.
    - Table: Format its text as HTML.
    - All Others (Text, Title, etc.): Format their text as Markdown.

4. Constraints:
    - The output text must be the original text from the image, with no translation.
    - All layout elements must be sorted according to human reading order.

5. Final Output: The entire output must be a single JSON object.
"""
_OLMOCR_PROMPT = (
    "Attached is one page of a document that you must process. Just return the plain text representation of this "
    "document as if you were reading it naturally. Convert equations to LateX and tables to HTML.\n"
    "If there are any figures or charts, label them with the following markdown syntax "
    "![Alt text describing the contents of the figure](page_startx_starty_width_height.png)\n"
    "Return your output as markdown, with a front matter section on top specifying values for the primary_language, "
    "is_rotation_valid, rotation_correction, is_table, and is_diagram parameters."
)

PROFILES: dict[ProfileName, ModelProfile] = {
    "paddleocr-vl": ModelProfile(chart="Chart Recognition:", seal="Seal Recognition:"),
    "glm-ocr": ModelProfile(
        text="Text Recognition:", seal="Text Recognition:", min_pixels=12_544, max_pixels=_PAGE_PIXELS
    ),
    "mineru": ModelProfile(
        text="\nText Recognition:",
        table="\nTable Recognition:",
        formula="\nFormula Recognition:",
        seal="\nText Recognition:",
        min_pixels=28 * 28,
        max_pixels=_PAGE_PIXELS,
    ),
    "dots.ocr": ModelProfile(
        page=_DOTS_PROMPT, min_pixels=3_136, max_pixels=11_289_600, form="dots-json", max_tokens=_PAGE_TOKENS
    ),
    "deepseek-ocr": ModelProfile(
        page="<|grounding|>Convert the document to markdown.",
        max_pixels=_PAGE_PIXELS,
        form="grounded-markdown",
        special_tokens=True,
        max_tokens=_PAGE_TOKENS,
    ),
    # 1,288 pixels on the longer side of an A4 page.
    "olmocr": ModelProfile(page=_OLMOCR_PROMPT, max_pixels=1_173_000, max_tokens=_PAGE_TOKENS),
    "hpd-parsing": ModelProfile(
        page="document parsing with fork.",
        max_pixels=_PAGE_PIXELS,
        form="blocks",
        special_tokens=True,
        max_tokens=_PAGE_TOKENS,
    ),
    "page": ModelProfile(page="Convert the page to Markdown.", max_pixels=_PAGE_PIXELS, max_tokens=_PAGE_TOKENS),
}
