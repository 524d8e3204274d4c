"""Answers of each model in the shapes that its makers document, as one and the same page."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_service.document import Crop, PageResult, PreparedPage, PreparedRegion, Region
from ocr_service.vlm.assemble_page import assemble_page
from ocr_service.vlm.page_answer import page_blocks, without_wrappers
from ocr_service.vlm.profiles import PROFILES, Form, ProfileName
from ocr_service.vlm.read_region import RegionReading

WIDTH, HEIGHT = 1000, 1400
TABLE = "<table><tr><td>Total</td><td>$1,200.50</td></tr></table>"
MARKDOWN = f"# Invoice 7\n\n## 1. Terms\n\nPaid within ten days.\n\n$$\nE = mc^2\n$$\n\n{TABLE}"
_BOXES = {
    "title": (100, 70, 900, 140),
    "section": (100, 168, 900, 210),
    "text": (100, 224, 900, 280),
    "formula": (300, 300, 700, 350),
    "table": (100, 400, 900, 700),
    "picture": (100, 750, 500, 1000),
    "footer": (450, 1350, 550, 1380),
}


def thousandths(name: str, scale: int = 1000) -> list[int]:
    x0, y0, x1, y1 = _BOXES[name]
    return [x0 * scale // WIDTH, y0 * scale // HEIGHT, x1 * scale // WIDTH, y1 * scale // HEIGHT]


def dots() -> str:
    elements = [
        {"bbox": _BOXES["title"], "category": "Title", "text": "# Invoice 7"},
        {"bbox": _BOXES["section"], "category": "Section-header", "text": "## 1. Terms"},
        {"bbox": _BOXES["text"], "category": "Text", "text": "Paid within ten days."},
        {"bbox": _BOXES["formula"], "category": "Formula", "text": "$$E = mc^2$$"},
        {"bbox": _BOXES["table"], "category": "Table", "text": TABLE},
        {"bbox": _BOXES["picture"], "category": "Picture"},
        {"bbox": _BOXES["footer"], "category": "Page-footer", "text": "page 1"},
    ]
    return json.dumps(elements, ensure_ascii=False)


def deepseek() -> str:
    blocks = [
        ("title", "title", "# Invoice 7"),
        ("sub_title", "section", "## 1. Terms"),
        ("text", "text", "Paid within ten days."),
        ("equation", "formula", r"\[ E = mc^2 \]"),
        ("table", "table", TABLE),
        ("image", "picture", ""),
        ("footer", "footer", "page 1"),
    ]
    return "\n\n".join(
        f"<|ref|>{label}<|/ref|><|det|>[{thousandths(name, 999)}]<|/det|>\n{text}" for label, name, text in blocks
    )


def hpd() -> str:
    blocks = [
        ("doc_title", "title", "Invoice 7"),
        ("paragraph_title", "section", "1. Terms"),
        ("text", "text", "Paid within ten days."),
        ("equation", "formula", "E = mc^2"),
        ("table", "table", TABLE),
        ("image", "picture", None),
        ("page_number", "footer", "page 1"),
    ]
    return "".join(
        f"<BLOCK>{label} {thousandths(name)}" + ("" if text is None else f"<CHILD>{text}")
        for label, name, text in blocks
    )


HEAD = "primary_language: en\nis_rotation_valid: True\nrotation_correction: 0\nis_table: False\nis_diagram: False"
BODY = f"# Invoice 7\n\n## 1. Terms\n\nPaid within ten days.\n\n$$\nE = mc^2\n$$\n\n{TABLE}"
ANSWERS: list[tuple[ProfileName, str]] = [
    ("dots.ocr", dots()),
    ("dots.ocr", f"```json\n{dots()}\n```"),
    ("dots.ocr", json.dumps({"elements": json.loads(dots())})),
    ("deepseek-ocr", deepseek()),
    ("olmocr", f"---\n{HEAD}\n---\n{BODY}"),
    ("olmocr", json.dumps({"primary_language": "en", "natural_text": BODY})),
    ("hpd-parsing", hpd()),
    ("page", BODY),
    ("page", f"```markdown\n{BODY}\n```"),
    ("page", f"<think>A page with a table.</think>\n\n{BODY}"),
    ("page", f"Here is the Markdown of the page:\n\n```markdown\n{BODY}\n```\n\nLet me know if you need more."),
    ("page", f"---\ntitle: page\n---\n\n{BODY}"),
]


def read(profile: ProfileName, answer: str) -> PageResult:
    crop = Crop("", b"", b"page", size=(WIDTH, HEIGHT))
    whole = PreparedRegion(Region("text", (0, 0, WIDTH, HEIGHT), 0, 1.0), crop)
    page = PreparedPage(1, WIDTH, HEIGHT, 200, 0, (whole,))
    return assemble_page(page, [RegionReading(answer, tries=1)], seconds=0, whole=PROFILES[profile].form)


@pytest.mark.parametrize(("profile", "answer"), ANSWERS, ids=lambda value: value[:14])
def test_each_model_s_answer_is_the_same_page(profile: ProfileName, answer: str) -> None:
    result = read(profile, answer)
    assert result.status == "completed"
    assert result.markdown == MARKDOWN


@pytest.mark.parametrize(
    ("profile", "answer"), [("dots.ocr", dots()), ("deepseek-ocr", deepseek()), ("hpd-parsing", hpd())]
)
def test_blocks_become_regions_with_boxes_on_the_page(profile: ProfileName, answer: str) -> None:
    regions = read(profile, answer).regions
    labels = [region.label for region in regions]
    assert labels[:6] == ["doc_title", "paragraph_title", "text", "display_formula", "table", "image"]
    assert labels[6] in ("footer", "number")
    assert [region.order for region in regions] == list(range(7))
    for region, box in zip(regions, _BOXES.values(), strict=True):
        assert all(abs(given - expected) <= 2 for given, expected in zip(region.bbox, box, strict=True))


def test_a_list_that_was_cut_off_keeps_what_is_whole() -> None:
    blocks = page_blocks(dots()[: dots().index("Paid")], "dots-json", (WIDTH, HEIGHT))
    assert [block.text for block in blocks] == ["# Invoice 7", "## 1. Terms"]


@pytest.mark.parametrize("form", ["dots-json", "grounded-markdown", "blocks", "markdown"])
def test_an_answer_in_another_form_loses_no_text(form: Form) -> None:
    (block,) = page_blocks("Just words [1] and {braces}.", form, (WIDTH, HEIGHT))
    assert (block.label, block.text, block.box) == ("text", "Just words [1] and {braces}.", None)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("null", ""),
        ("text with a rule\n\n---\n\nmore", "text with a rule\n\n---\n\nmore"),
        ("---\nnot: closed", "---\nnot: closed"),
        ("before\n```\ncode\n```\nafter", "before\n```\ncode\n```\nafter"),
        ("```\na\n```\n\n```\nb\n```", "```\na\n```\n\n```\nb\n```"),
    ],
)
def test_what_is_no_wrapper_stays(answer: str, text: str) -> None:
    assert page_blocks(answer, "markdown", (WIDTH, HEIGHT))[0].text == text


@given(st.text(alphabet='<|>/refdtBLOCK[]0,9 \n{}"category:`-', max_size=200))
def test_no_answer_breaks_the_page(answer: str) -> None:
    for form in ("dots-json", "grounded-markdown", "blocks", "markdown"):
        for block in page_blocks(answer, form, (WIDTH, HEIGHT)):
            x0, y0, x1, y1 = block.pixels(WIDTH, HEIGHT)
            assert 0 <= x0 <= x1 <= WIDTH
            assert 0 <= y0 <= y1 <= HEIGHT
    without_wrappers(answer)
