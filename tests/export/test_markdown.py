"""Regions as Markdown, checked by what a CommonMark parser makes of it where escaping is at stake."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from ocr_service.document import Failure, RegionResult
from ocr_service.export.markdown import list_depth, page_markdown

BOX = (0, 0, 10, 10)


def _region(content: str, label: str = "text", order: int = 0, **more: object) -> RegionResult:
    return RegionResult(label=label, bbox=BOX, order=order, score=1.0, content=content, **more)  # type: ignore[arg-type]


def test_regions_come_in_order_and_margins_stay_out() -> None:
    regions = [_region("вторая", order=2), _region("7", "number", order=3), _region("Глава", "doc_title", order=0)]
    assert page_markdown(regions) == "# Глава\n\nвторая"


def test_heading_levels_formulas_and_figures() -> None:
    regions = [
        _region("Раздел", "paragraph_title", order=0, level=3),
        _region("E = mc^2", "display_formula", order=1, format="latex"),
        _region("Рис. [1]", "image", order=2, format="image", image="images/p1.jpg"),
    ]
    assert page_markdown(regions) == "### Раздел\n\n$$\nE = mc^2\n$$\n\n![Рис. \\[1\\]](images/p1.jpg)"


def test_a_region_that_failed_leaves_a_comment() -> None:
    failed = _region("", error=Failure("recognition_failed", "no answer", "recognition"))
    assert page_markdown([failed]) == "<!-- text not read: recognition_failed -->"


@pytest.mark.parametrize(
    "text",
    [
        "# не заголовок",
        "- не пункт",
        "12. не пункт",
        "> не цитата",
        "a *b* c",
        "`код`",
        "[не](ссылка)",
        "<b>нет",
        "+ и",
    ],
)
def test_what_looks_like_markdown_is_shown_as_written(text: str) -> None:
    tokens = MarkdownIt().parse(page_markdown([_region(text)]))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children) == text


@pytest.mark.parametrize("text", ["2.1. Оплата", "5 * 3", "snake_case_name", "№ 5", "1998 год", "a < b", "—", "50 %"])
def test_ordinary_text_is_not_escaped(text: str) -> None:
    assert page_markdown([_region(text)]) == text


def test_nested_items_keep_their_indents_and_other_text_has_none() -> None:
    items = ["1. Стены", "    a) кладка", "    - [x] раствор", "        - песок", "2. Крыша"]
    regions = [_region(item, order=order, format="markdown") for order, item in enumerate(items)]
    text = page_markdown([*regions, _region("    просто текст", order=9, format="markdown")])
    assert text.startswith("1. Стены\n\n    a) кладка\n\n    - [x] раствор\n\n        - песок\n\n2. Крыша")
    assert text.endswith("\n\nпросто текст")
    rendered = MarkdownIt("commonmark").render(text)
    assert rendered.count("<ol>") == 1
    assert rendered.count("<ul>") == 2
    assert "<pre>" not in rendered
    assert [list_depth(item) for item in items] == [0, 1, 1, 2, 0]


@pytest.mark.parametrize("text", ["снизу _одно\nи *другое", "a*b\nc* d", "2 * 3\n*x", "*a *b *c"])
def test_a_mark_means_emphasis_only_with_another_in_its_line(text: str) -> None:
    html = MarkdownIt("commonmark").render(page_markdown([_region(text)]))
    assert html == f"<p>{text}</p>\n"


def test_a_mark_without_another_is_not_escaped() -> None:
    assert page_markdown([_region("см. *сноску\nи _имя")]) == "см. *сноску\nи _имя"
