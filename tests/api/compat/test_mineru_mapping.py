"""Our pages as MinerU's blocks."""

from __future__ import annotations

from typing import Any

from ocr_service.api.compat.mineru.mapping import content_list, middle_pages
from ocr_service.document import RegionResult
from tests.support.pages import page, region

TABLE = "| a |\n| --- |\n| 1 |"


def blocks(*regions: RegionResult) -> list[dict[str, Any]]:
    return list(content_list([page(1, *regions)]))


def test_captions_belong_to_their_table_or_figure() -> None:
    found = blocks(
        region("table_title", "Table 1"),
        region("table", TABLE),
        region("image", "", format="image", image="images/a.jpg"),
        region("figure_title", "Figure 1"),
        region("figure_title", "Figure 2"),
        region("text", "End."),
        region("table_title", "Lonely"),
    )
    assert [block["type"] for block in found] == ["table", "image", "text", "text"]
    assert found[0]["table_caption"] == ["Table 1"] and found[0]["table_body"].startswith("<table>")
    assert found[1]["image_caption"] == ["Figure 1", "Figure 2"]
    assert [block["text"] for block in found[2:]] == ["End.", "Lonely"]


def test_what_stands_in_the_margin_is_discarded_and_nothing_is_lost() -> None:
    found = blocks(
        region("header", "Head"), region("doc_title", "Title"), region("footnote", "Note"), region("text", "")
    )
    assert [(block["type"], block["text"]) for block in found] == [
        ("discarded", "Head"),
        ("text", "Title"),
        ("text", "Note"),
    ]
    assert found[1]["text_level"] == 1


def test_boxes_are_thousandths_and_the_middle_json_has_points() -> None:
    [block] = blocks(region("text", "abc", (100, 140, 500, 700)))
    assert (block["bbox"], block["page_idx"]) == ([100, 100, 500, 500], 0)
    [middle] = middle_pages([page(1, region("text", "abc", (100, 140, 500, 700)), region("number", "1"))])
    assert middle["page_size"] == [720, 1008]
    assert middle["para_blocks"][0]["bbox"] == [72.0, 100.8, 360.0, 504.0]
    assert middle["discarded_blocks"][0]["lines"][0]["spans"][0]["content"] == "1"


def test_a_formula_is_an_equation_and_a_table_html() -> None:
    [formula] = blocks(region("display_formula", "$$x$$", format="latex"))
    assert (formula["type"], formula["text"], formula["text_format"]) == ("equation", "$$x$$", "latex")
    [middle] = middle_pages([page(1, region("table", TABLE), region("display_formula", "x", format="latex"))])
    spans = [block["lines"][0]["spans"][0] for block in middle["para_blocks"]]
    assert spans[0]["html"].startswith("<table>") and spans[1]["type"] == "interline_equation"
