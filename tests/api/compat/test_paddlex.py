"""PaddleX's serving API: the requests that its clients send, and what they look at in the answers."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from ocr_service.api.compat.paddlex.mapping import with_html_figures
from ocr_service.export.markdown import page_markdown
from tests.support.encrypted import encrypted
from tests.support.jobs import document
from tests.support.pages import page, region
from tests.support.running import RunningService
from tests.support.simple_documents import encoded, pdf, picture


def parse(service: RunningService, content: bytes, **options: Any) -> httpx.Response:
    return service.client.post("/layout-parsing", json={"file": base64.b64encode(content).decode(), **options})


@pytest.fixture(scope="module")
def contract(service: RunningService, contract_scan: Path) -> dict[str, Any]:
    answer = parse(service, contract_scan.read_bytes(), fileType=0, logId="tracked")
    assert answer.status_code == 200, answer.text
    parsed: dict[str, Any] = answer.json()
    return parsed


def test_the_envelope_is_upstreams(contract: dict[str, Any]) -> None:
    assert contract["logId"] == "tracked"
    assert (contract["errorCode"], contract["errorMsg"]) == (0, "Success")
    info = contract["result"]["dataInfo"]
    assert (info["type"], info["numPages"]) == ("pdf", 2)
    first = contract["result"]["layoutParsingResults"][0]["prunedResult"]
    assert info["pages"][0] == {"width": first["width"], "height": first["height"]}


def test_blocks_carry_label_text_box_and_reading_order(contract: dict[str, Any]) -> None:
    pruned = contract["result"]["layoutParsingResults"][0]["prunedResult"]
    title = pruned["parsing_res_list"][0]
    assert title["block_label"] in ("doc_title", "paragraph_title")
    assert "Договор поставки" in title["block_content"]
    x0, y0, x1, y1 = title["block_bbox"]
    assert 0 <= x0 < x1 <= pruned["width"] and 0 <= y0 < y1 <= pruned["height"]
    assert pruned["confidence"] > 0.85 and 0.5 < title["block_confidence"] <= 1
    orders = [block["block_order"] for block in pruned["parsing_res_list"] if block["block_order"]]
    assert orders == list(range(1, len(orders) + 1))


def test_figures_are_keys_that_the_text_links_to(contract: dict[str, Any]) -> None:
    markdown = contract["result"]["layoutParsingResults"][1]["markdown"]
    [(name, content)] = markdown["images"].items()
    figure = f'<div style="text-align: center;"><img src="{name}" alt="Image" width="'
    assert figure in markdown["text"]
    assert Image.open(io.BytesIO(base64.b64decode(content))).width > 300


def test_the_input_image_has_the_size_that_boxes_are_in(contract: dict[str, Any]) -> None:
    page = contract["result"]["layoutParsingResults"][0]
    image = Image.open(io.BytesIO(base64.b64decode(page["inputImage"])))
    assert image.size == (page["prunedResult"]["width"], page["prunedResult"]["height"])


def test_a_book_of_30_pages_is_read(service: RunningService) -> None:
    pages = parse(service, document("Number", 30), visualize=False).json()["result"]["layoutParsingResults"]
    assert [page["markdown"]["text"] for page in pages] == [f"Number {number}" for number in range(1, 31)]


def test_an_image_is_described_as_one(service: RunningService) -> None:
    result = parse(service, encoded(picture("Good morning"), "PNG"), fileType=1, visualize=False).json()["result"]
    assert result["dataInfo"] == {"type": "image", "width": 1200, "height": 300}
    [page] = result["layoutParsingResults"]
    assert "inputImage" not in page
    assert "Good morning" in page["markdown"]["text"]
    assert page["markdown"]["images"] == {}  # clients go through it without looking whether it is there


def test_options_that_change_nothing_and_unknown_ones_are_taken(service: RunningService) -> None:
    answer = parse(
        service, pdf("Hello"), fileType=0, useDocUnwarping=False, temperature=0.1, layoutNms=True, somethingNew={"a": 1}
    )
    assert answer.status_code == 200


def test_labels_to_ignore_leave_the_markdown(service: RunningService, contract_scan: Path) -> None:
    ignored = ["doc_title", "paragraph_title", "table", "image"]
    result = parse(service, contract_scan.read_bytes(), visualize=False, markdownIgnoreLabels=ignored).json()["result"]
    text = result["layoutParsingResults"][0]["markdown"]["text"]
    assert "Договор поставки №" not in text
    assert "Шкаф управления" not in text
    assert "Поставщик обязуется" in text


def test_restructured_pages_are_what_restructure_pages_makes_of_them(
    service: RunningService, contract_scan: Path, contract: dict[str, Any]
) -> None:
    at_once = parse(service, contract_scan.read_bytes(), visualize=False, restructurePages=True).json()["result"]
    pages = [
        {"prunedResult": page["prunedResult"], "markdownImages": page["markdown"]["images"]}
        for page in contract["result"]["layoutParsingResults"]
    ]
    answer = service.client.post("/restructure-pages", json={"pages": pages, "logId": "again"}).json()
    assert answer["logId"] == "again"
    later = answer["result"]["layoutParsingResults"]
    assert [page["markdown"] for page in later] == [page["markdown"] for page in at_once["layoutParsingResults"]]
    answer = service.client.post("/restructure-pages", json={"pages": pages, "concatenatePages": True}).json()
    [whole] = answer["result"]["layoutParsingResults"]
    assert whole["markdown"]["text"] == "\n\n".join(page["markdown"]["text"] for page in later)
    assert len(whole["markdown"]["images"]) == 1


def test_tables_of_upstreams_pages_are_joined(service: RunningService) -> None:
    def page(rows: str, top: int) -> dict[str, Any]:
        block = {"block_label": "table", "block_content": f"<table>{rows}</table>", "block_bbox": [100, top, 900, 1200]}
        return {"prunedResult": {"width": 1000, "height": 1400, "parsing_res_list": [block]}}

    head = "<tr><td>Item</td><td>Sum</td></tr>"
    pages = [
        page(f"{head}<tr><td>Pump</td><td>10</td></tr>", 800),
        page(f"{head}<tr><td>Valve</td><td>3</td></tr>", 80),
    ]
    results = service.client.post("/restructure-pages", json={"pages": pages}).json()["result"]["layoutParsingResults"]
    texts = [result["markdown"]["text"] for result in results]
    assert texts[0].count("Item") == 1 and "Valve" in texts[0] and texts[1] == ""
    apart = service.client.post("/restructure-pages", json={"pages": pages, "mergeTables": False}).json()
    assert "Valve" in apart["result"]["layoutParsingResults"][1]["markdown"]["text"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "bad_option: file"),
        ({"file": "!no base 64!"}, 422, "bad_option: The document is not base64"),
        ({"file": base64.b64encode(b"MZ not a document").decode()}, 415, "unsupported_type"),
        ({"file": base64.b64encode(encrypted(pdf("Hidden"), "geheim")).decode()}, 422, "encrypted_pdf"),
        ({"file": "https://example.org/a.pdf"}, 422, "address_refused"),
        ({"file": "", "fileType": 0}, 422, "empty_file"),
        ({"file": "QUJD", "topP": 7}, 422, "bad_option: topP"),
        ({"file": "QUJD", "outputFormats": ["docx"]}, 422, "bad_option: outputFormats"),
    ],
)
def test_errors_have_upstreams_shape_and_our_code(
    service: RunningService, body: dict[str, Any], status: int, code: str
) -> None:
    answer = service.client.post("/layout-parsing", json={**body, "logId": "mine"})
    assert answer.status_code == status
    error = answer.json()
    assert error["logId"] == "mine"
    assert error["errorCode"] == status
    assert error["errorMsg"].startswith(code)


@pytest.mark.parametrize(
    "body", [b"", b"[1]", b'{"file": "QUJD"', b"[" * 100_000, b'{"pages": [{"prunedResult": {}}]}']
)
def test_a_body_that_cannot_be_used_is_refused(service: RunningService, body: bytes) -> None:
    for path in ("/layout-parsing", "/restructure-pages"):
        answer = service.client.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, answer.text
        assert answer.json()["errorMsg"].startswith("bad_option")
    assert not service.temp_files("body-")


def test_figures_are_centred_images_as_upstream_writes_them() -> None:
    figure = replace(
        region("image", 'The "north" [gate]', (0, 0, 250, 100), format="image"), image="images/p0001_r00_image.jpg"
    )
    table = replace(
        region("table", "<table><tr><td>1</td></tr></table>", format="html"), image="images/p0001_r01_table.jpg"
    )
    text = page_markdown([figure, table])
    assert text.startswith("![")
    assert with_html_figures(text, page(1, figure, table)) == (
        '<div style="text-align: center;">'
        '<img src="images/p0001_r00_image.jpg" alt="The &quot;north&quot; [gate]" width="25%" /></div>'
        "\n\n<table><tr><td>1</td></tr></table>"
    )
