"""Fields of PaddleX's serving that change what the VLM is asked."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.fakes.vllm import Asked, FakeVllm, Reply
from tests.support.running import RunningService
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.slow

PLACES = "".join(f"<|LOC_{number}|>" for number in (100, 50, 300, 50, 300, 80, 100, 80))
ANSWERS = {
    "OCR:": "words",
    "Table Recognition:": r"<fcel>Total<fcel>$1,200.50 \(^{1}\)<nl>",
    "Spotting:": f"Total{PLACES}",
}


@pytest.fixture(scope="module")
def vllm() -> Iterator[FakeVllm]:
    def answer(asked: Asked) -> Reply:
        return Reply(text=ANSWERS.get(asked.prompt, "read"))

    with FakeVllm(answer=answer).running() as vllm:
        yield vllm


@pytest.fixture(scope="module")
def vlm_service(tmp_path_factory: pytest.TempPathFactory, vllm: FakeVllm) -> Iterator[RunningService]:
    folder: Path = tmp_path_factory.mktemp("service")
    with RunningService(
        folder, USE_VLM_API="true", VLLM_URL=vllm.url, LAYOUT_MODEL="stub:2", TEXT_LAYER="ignore"
    ) as running:
        yield running


def parse(service: RunningService, **fields: Any) -> dict[str, Any]:
    body = {"file": base64.b64encode(pdf("Total 1,200.50")).decode(), "fileType": 0, **fields}
    answer = service.client.post("/layout-parsing", json=body)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()["result"]
    return result


def test_spotting_gives_polygons_with_texts(vlm_service: RunningService, vllm: FakeVllm) -> None:
    result = parse(vlm_service, promptLabel="spotting")
    pruned = result["layoutParsingResults"][0]["prunedResult"]
    width, height = pruned["width"], pruned["height"]
    ((x0, y0), _, (x2, y2), _) = pruned["spotting_res"]["rec_polys"][0]
    assert (abs(x0 - 0.1 * width) <= 1, abs(y0 - 0.05 * height) <= 1) == (True, True)
    assert (abs(x2 - 0.3 * width) <= 1, abs(y2 - 0.08 * height) <= 1) == (True, True)
    assert pruned["spotting_res"]["rec_texts"] == ["Total"]
    assert "warnings" not in result
    spotted = next(asked for asked in vllm.asked if asked.prompt == "Spotting:")
    assert spotted.body["skip_special_tokens"] is False


def test_a_page_without_layout_is_read_as_its_label(vlm_service: RunningService) -> None:
    result = parse(vlm_service, useLayoutDetection=False, promptLabel="table")
    page = result["layoutParsingResults"][0]
    assert [block["block_label"] for block in page["prunedResult"]["parsing_res_list"]] == ["table"]
    assert page["markdown"]["text"] == "<table><tr><td>Total</td><td>$1,200.50  $ ^{1} $</td></tr></table>"


def test_fields_that_change_nothing_are_named(vlm_service: RunningService) -> None:
    result = parse(vlm_service, temperature=0.2, layoutNms=True, promptLabel="table", useChartRecognition=True)
    assert [warning.split(":")[0] for warning in result["warnings"]] == [
        "layoutNms",
        "temperature",
        "promptLabel (it needs useLayoutDetection",
    ]


@pytest.mark.parametrize(("visualize", "drawn"), [(True, True), (None, False)])
def test_the_layout_is_drawn_where_it_is_asked_for(vlm_service: RunningService, visualize: Any, drawn: bool) -> None:
    page = parse(vlm_service, visualize=visualize)["layoutParsingResults"][0]
    assert ("outputImages" in page) is drawn
    if drawn:
        picture = Image.open(io.BytesIO(base64.b64decode(page["outputImages"]["layout_det_res"])))
        plain = Image.open(io.BytesIO(base64.b64decode(page["inputImage"])))
        assert picture.size == plain.size
        assert picture.convert("RGB").getpixel((1, picture.height // 2)) != (255, 255, 255)
