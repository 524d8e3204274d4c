"""Same regions and same answers, same Markdown as paddlex; docs/parity.md lists what differs on purpose.

The cases are made by scripts/make_parity_cases.py with paddlex itself.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_service.document import FIGURE_LABELS, Crop, PageImage, PreparedPage, Region
from ocr_service.layout.filter_paddlex import filter_for_vlm
from ocr_service.vlm.answer_checks import check_answer
from ocr_service.vlm.assemble_page import assemble_page
from ocr_service.vlm.prompts import PromptSet
from ocr_service.vlm.read_region import RegionReading
from ocr_service.vlm.region_crops import page_crops

PARITY = json.loads((Path(__file__).parent / "parity_cases.json").read_text(encoding="utf-8"))
PAGE = PageImage(1, np.full((PARITY["height"], PARITY["width"], 3), 255, dtype=np.uint8), dpi=200)


def prepared_page(boxes: list[Any]) -> PreparedPage:
    found = [Region(label, (x0, y0, x1, y1), order, 0.9) for order, (label, x0, y0, x1, y1) in enumerate(boxes)]
    regions = filter_for_vlm(found)
    images = {
        region.order: "imgs/img_in_{}_box_{}_{}_{}_{}.jpg".format(region.label, *region.bbox)
        for region in regions
        if region.label in FIGURE_LABELS
    }
    prepared = page_crops(PAGE, regions, images, PromptSet())
    return PreparedPage(1, PAGE.width, PAGE.height, 200, 0, prepared)


def normal(markdown: str) -> str:
    """Without what Markdown does not count (blank lines, spaces in a heading), and with upstream's ``<img>`` mended."""
    markdown = re.sub(r"\s*\n\s*\n\s*", "\n\n", markdown.replace('alt="Image"" />', 'alt="Image" />')).strip()
    return re.sub(r"^#.*", lambda title: re.sub(r" +", " ", title[0]).strip(), markdown, flags=re.MULTILINE)


def without_prices(markdown: str) -> str:
    """paddlex deletes the dollar sign of a price that stands in an answer with a formula."""
    return re.sub(r"\\\$(?=\d)", "", markdown)


@pytest.mark.parametrize("case", PARITY["cases"], ids=lambda case: str(PARITY["cases"].index(case)))
def test_a_page_reads_as_paddlex_reads_it(case: dict[str, Any]) -> None:
    page = prepared_page(case["boxes"])
    crops = [region.crop for region in page.regions]
    assert [crop.prompt for crop in crops if crop] == case["prompts"]
    answers = iter(case["answers"])
    result = assemble_page(page, [reading(crop, next(answers)) if crop else None for crop in crops], seconds=0)
    assert normal(without_prices(result.markdown)) == normal(case["markdown"])


def reading(crop: Crop, answer: str) -> RegionReading:
    for place, (token, _) in enumerate(crop.figures):
        answer = answer.replace(f"{{{place}}}", token)
    return RegionReading(check_answer(answer, "stop", table=crop.is_table).text, tries=1)
