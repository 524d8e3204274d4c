"""Models that read regions: their answers, in the shapes that their makers document, as one and the same page."""

from __future__ import annotations

import pytest

from ocr_service.document import Crop, PreparedPage, PreparedRegion, Region
from ocr_service.vlm.assemble_page import assemble_page
from ocr_service.vlm.profiles import PROFILES, ProfileName
from ocr_service.vlm.read_region import RegionReading

LABELS = ("doc_title", "paragraph_title", "text", "display_formula", "table")
OTSL = r"<fcel>Total \(^{1}\)<fcel>$1,200.50<nl>"
HTML = r"<table><tr><td>Total \(^{1}\)</td><td>$1,200.50</td></tr></table>"
ANSWERS: list[tuple[ProfileName, tuple[str, ...]]] = [
    ("paddleocr-vl", ("Invoice 7", "1. Terms", "Paid within $5.", r"\[ E = mc^2 \]", OTSL)),
    ("glm-ocr", ("Invoice 7", "1. Terms", "Paid within $5.", "$$\nE = mc^2\n$$", HTML)),
    ("glm-ocr", ("Invoice 7", "1. Terms", "Paid within $5.", "E = mc^2", f"```html\n{HTML}\n```")),
    ("mineru", ("Invoice 7", "1. Terms", "Paid within $5.", "\\[\nE = mc^2\n\\]", OTSL)),
]


@pytest.mark.parametrize(("profile", "answers"), ANSWERS, ids=lambda value: value if isinstance(value, str) else "")
def test_regions_of_each_model_are_the_same_page(profile: ProfileName, answers: tuple[str, ...]) -> None:
    assert PROFILES[profile].page is None
    crop = Crop(PROFILES[profile].text, b"", b"crop")
    regions = tuple(
        PreparedRegion(Region(label, (0, 100 * at, 900, 100 * at + 80), at, 0.9), crop)
        for at, label in enumerate(LABELS)
    )
    page = PreparedPage(1, 1000, 1400, 200, 0, regions)
    result = assemble_page(page, [RegionReading(answer, tries=1) for answer in answers], seconds=0)
    assert result.status == "completed"
    title, section, text, formula, table = result.markdown.split("\n\n")
    assert (title, section, text) == ("# Invoice 7", "## 1. Terms", "Paid within $5.")
    assert "".join(formula.split()) == "$$E=mc^2$$"
    assert table == "<table><tr><td>Total  $ ^{1} $</td><td>$1,200.50</td></tr></table>"
