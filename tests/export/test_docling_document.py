"""A document as DoclingDocument: labels, boxes, tables, reading order."""

from __future__ import annotations

from typing import Any

from ocr_service.document import FileInfo, RegionResult
from ocr_service.export.docling_document import docling_document
from tests.support.pages import HEIGHT, WIDTH, page, region

FILE = FileInfo("contract.v2.pdf", "pdf", "0123456789abcdef" + "0" * 48, 1000, 1)


def exported(*regions: RegionResult, file: FileInfo = FILE) -> dict[str, Any]:
    return docling_document(file, [page(1, *regions)]).document


def test_name_and_origin_are_those_of_the_file() -> None:
    document = exported()
    assert document["name"] == "contract.v2"
    assert document["origin"] == {
        "mimetype": "application/pdf",
        "binary_hash": 0x0123456789ABCDEF,
        "filename": "contract.v2.pdf",
    }


def test_an_image_has_its_own_media_type() -> None:
    scan = FileInfo("scan", "jpeg", "f" * 64, 1000, 1)
    document = exported(file=scan)
    assert (document["name"], document["origin"]["mimetype"]) == ("scan", "image/jpeg")


def test_pages_and_boxes_are_in_points() -> None:
    document = exported(region("text", "abc", (100, 200, 300, 400)))
    assert document["pages"] == {"1": {"page_no": 1, "size": {"width": WIDTH * 0.72, "height": HEIGHT * 0.72}}}
    (provenance,) = document["texts"][0]["prov"]
    assert provenance["bbox"] == {"l": 72.0, "t": 144.0, "r": 216.0, "b": 288.0, "coord_origin": "TOPLEFT"}
    assert provenance["charspan"] == [0, 3]


def test_body_refers_to_the_items_in_reading_order() -> None:
    document = exported(
        region("text", "first"),
        region("image", "", format="image", image="images/a.jpg"),
        region("table", "| a | b |\n| --- | --- |\n| 1 | 2 |", format="markdown"),
        region("text", "last"),
    )
    references = [child["$ref"] for child in document["body"]["children"]]
    assert references == ["#/texts/0", "#/pictures/0", "#/tables/0", "#/texts/1"]
    assert document["texts"][1]["self_ref"] == "#/texts/1"


def test_a_heading_has_its_level_below_the_title() -> None:
    document = exported(
        region("doc_title", "T", level=1), region("paragraph_title", "A", level=3), region("paragraph_title", "B")
    )
    assert [(item["label"], item.get("level")) for item in document["texts"]] == [
        ("title", None),
        ("section_header", 2),
        ("section_header", 1),
    ]


def test_running_headers_are_furniture() -> None:
    document = exported(region("header", "Annual report"), region("text", "abc"))
    assert [(item["label"], item["content_layer"]) for item in document["texts"]] == [
        ("page_header", "furniture"),
        ("text", "body"),
    ]


def test_a_formula_is_latex() -> None:
    (item,) = exported(region("formula", r"\frac{a}{b}", format="latex"))["texts"]
    assert (item["label"], item["text"]) == ("formula", r"\frac{a}{b}")


def test_merged_cells_of_an_html_table_keep_their_spans() -> None:
    content = '<table><tr><th colspan="2">a</th></tr><tr><td>1</td><td>2</td></tr></table>'
    (table,) = exported(region("table", content, format="html"))["tables"]
    data = table["data"]
    assert (data["num_rows"], data["num_cols"]) == (2, 2)
    head = data["table_cells"][0]
    assert (head["text"], head["col_span"], head["end_col_offset_idx"]) == ("a", 2, 2)


def test_the_first_row_of_a_markdown_table_is_its_head() -> None:
    content = "| a | b |\n| --- | --- |\n| 1 | 2 |"
    (table,) = exported(region("table", content, format="markdown"))["tables"]
    cells = [(cell["text"], cell["column_header"]) for cell in table["data"]["table_cells"]]
    assert cells == [("a", True), ("b", True), ("1", False), ("2", False)]


def test_an_empty_region_is_left_out() -> None:
    assert exported(region("text", ""))["body"]["children"] == []
