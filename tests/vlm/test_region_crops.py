"""A page's regions as pictures and kinds: broken paragraphs, formulas, figures in tables."""

from __future__ import annotations

import base64
import io
from dataclasses import replace

import numpy as np
from PIL import Image

from ocr_service.document import Box, PageImage, PreparedPage, PreparedRegion, Region
from ocr_service.layout.text_ink import text_ink
from ocr_service.vlm.assemble_page import assemble_page
from ocr_service.vlm.prompts import Prompt, PromptSet
from ocr_service.vlm.read_region import RegionReading
from ocr_service.vlm.region_crops import page_crops, whole_page_crop, with_ink
from tests.support.sheets import DrawnPage

PAGE = PageImage(1, np.full((1000, 800, 3), 255, dtype=np.uint8), dpi=100)


def region(label: str, *bbox: int, order: int = 0) -> Region:
    x0, y0, x1, y1 = bbox
    return Region(label, (x0, y0, x1, y1), order, 0.9)


def picture(prepared: PreparedRegion) -> Image.Image:
    assert prepared.crop is not None
    return Image.open(io.BytesIO(base64.b64decode(prepared.crop.jpeg_base64)))


def assembled(regions: tuple[PreparedRegion, ...], *texts: str) -> str:
    answers = iter(texts)
    readings = [RegionReading(next(answers), 1) if each.crop else None for each in regions]
    return assemble_page(PreparedPage(1, 800, 1000, 100, 0, regions), readings, seconds=0).markdown


def test_each_label_gets_its_question() -> None:
    labels = ["text", "table", "display_formula", "formula_number", "image", "chart", "seal", "header_image"]
    regions = [region(label, 0, 100 * place, 500, 100 * place + 90) for place, label in enumerate(labels)]
    prompts = [each.crop and each.crop.prompt for each in page_crops(PAGE, regions, {}, PromptSet())]
    assert prompts == ["OCR:", "Table Recognition:", "Formula Recognition:", "OCR:", None, None, None, None]
    asked = page_crops(PAGE, regions, {}, PromptSet(read_charts=True, read_seals=True))
    assert [each.crop and each.crop.prompt for each in asked[5:7]] == ["Chart Recognition:", "Seal Recognition:"]


def test_a_paragraph_broken_by_a_figure_is_read_as_one() -> None:
    regions = [
        region("text", 50, 100, 750, 200, order=0),
        region("image", 450, 205, 750, 400, order=1),
        region("text", 50, 205, 440, 400, order=2),
        region("text", 50, 500, 750, 600, order=3),
    ]
    prepared = page_crops(PAGE, regions, {1: "images/figure.jpg"}, PromptSet())
    assert [each.region.bbox for each in prepared] == [regions[place].bbox for place in (0, 2, 1, 3)]
    assert [each.region.order for each in prepared] == [0, 1, 2, 3]
    assert [each.crop is not None for each in prepared] == [True, False, False, True]
    assert picture(prepared[0]).size == (700, 295)  # 700 x 100 above 390 x 195
    assert assembled(prepared, "One paragraph.", "Next.") == "One paragraph.\n\n![](images/figure.jpg)\n\nNext."


def test_a_figure_in_a_table_comes_back_in_its_cell() -> None:
    boxes: list[Box] = [(100, 100, 700, 500), (150, 150, 350, 300), (400, 150, 420, 170)]
    regions = [region("table", *boxes[0]), region("image", *boxes[1], order=1), region("image", *boxes[2], order=2)]
    prepared = page_crops(PAGE, regions, {1: "images/a.jpg", 2: "images/small.jpg"}, PromptSet())
    crop = prepared[0].crop
    assert crop is not None
    assert crop.figures == (("[F22]", "images/a.jpg"),)
    assert np.asarray(picture(prepared[0]))[50:200, 50:250].min() < 100  # the token is painted
    assert PAGE.pixels.min() == 255  # on the crop, not on the page
    html = "<table><tr><td>[F22]</td></tr></table>".replace("[F22]", '<img src="images/a.jpg" alt="Image" />')
    assert assembled(prepared, "<fcel>[F22]<nl>") == f"{html}\n\n![](images/small.jpg)"


def test_a_figure_whose_token_the_model_loses_is_shown_after_the_table() -> None:
    regions = [region("table", 100, 100, 700, 500), region("image", 150, 150, 350, 300, order=1)]
    prepared = page_crops(PAGE, regions, {1: "images/a.jpg"}, PromptSet())
    assert assembled(prepared, "<fcel>x<nl>") == "<table><tr><td>x</td></tr></table>\n\n![](images/a.jpg)"


def test_a_formula_carries_its_number() -> None:
    regions = [region("display_formula", 50, 100, 600, 160), region("formula_number", 650, 100, 700, 160, order=1)]
    prepared = page_crops(PAGE, regions, {}, PromptSet())
    assert assembled(prepared, r"\[ x^2 \]", "(7)") == r"$$x^2 \tag*{(7)}$$"


def test_titles_get_their_level_from_their_number() -> None:
    texts = ["Report", "1. Aims", "1.2 Means", "Version 2.0 of it"]
    labels = ["doc_title"] + ["paragraph_title"] * 3
    regions = [region(label, 50, 100 * place, 700, 100 * place + 50) for place, label in enumerate(labels)]
    prepared = page_crops(PAGE, regions, {}, PromptSet())
    assert assembled(prepared, *texts) == "# Report\n\n## 1. Aims\n\n### 1.2 Means\n\n## Version 2.0 of it"


def test_a_whole_page_is_one_picture() -> None:
    (prepared,) = whole_page_crop(PAGE, Prompt("page", "Read.", max_pixels=4_014_080))
    assert prepared.crop is not None
    assert (prepared.crop.prompt, picture(prepared).size) == ("Read.", (800, 1000))


def test_a_whole_page_has_the_places_and_letters_of_its_text_and_none_of_its_pictures() -> None:
    drawn = DrawnPage(1240, 1000)
    for top in (120, 300, 700):
        drawn.text(70, top, "Договор")
    page = drawn.page()
    pixels = page.pixels.copy()
    pixels[500:650, 700:1100] = np.linspace(20, 235, 400).astype(np.uint8)[:, None]
    page = replace(page, pixels=pixels)
    (prepared,) = whole_page_crop(page, Prompt("page", "Read."), ink=text_ink(page.pixels, page.dpi))
    assert [box[1] // 100 for box, _ in sorted(prepared.text_areas, key=lambda area: area[0][1])] == [1, 3, 7]
    assert all(4 <= letters <= 12 for _, letters in prepared.text_areas)
    assert prepared.ink and prepared.crop and prepared.crop.letters == sum(n for _, n in prepared.text_areas)


def test_each_crop_has_the_letters_of_its_ink_and_a_paragraph_those_of_all_its_parts() -> None:
    drawn = DrawnPage(1240, 1000)
    for top in (120, 300, 700):
        drawn.text(70, top, "Договор")
    regions = [
        region("text", 50, 100, 1200, 200, order=0),
        region("image", 700, 205, 1200, 600, order=1),
        region("text", 50, 205, 690, 600, order=2),
        region("display_formula", 50, 650, 1200, 800, order=3),
    ]
    page = drawn.page()
    prepared = with_ink(page_crops(page, regions, {}, PromptSet()), text_ink(page.pixels, page.dpi), PromptSet())
    letters = [each.crop.letters if each.crop else None for each in prepared]
    assert letters[0] is not None and 10 < letters[0] < 24
    assert letters[1:] == [None, None, 0]
    assert [each.ink is not None and each.ink > 0 for each in prepared] == [True, False, False, True]
    assert not any(each.missed for each in prepared)
