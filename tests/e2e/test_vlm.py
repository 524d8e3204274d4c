"""Documents through the whole service, read by a VLM server that answers or does not."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from ocr_service.export.content_words import content_words
from tests.fakes.vllm import Asked, FakeVllm, Reply, failure
from tests.support.running import RunningService

TABLE = "".join(f"<fcel>Насос циркуляционный {n}<fcel>{n}<nl>" for n in range(12)) + "<fcel>Итого<lcel><nl>"


def by_prompt(asked: Asked) -> Reply:
    """An answer of the right kind, the same for the same picture."""
    if asked.prompt == "Table Recognition:":
        return Reply(text=TABLE)
    return Reply(text=f"{asked.prompt} {hashlib.shake_256(asked.jpeg).hexdigest(1000)}")


@pytest.fixture(scope="module")
def vllm() -> Iterator[FakeVllm]:
    with FakeVllm(answer=by_prompt).running() as fake:
        yield fake


@pytest.fixture(scope="module")
def vlm_service(vllm: FakeVllm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("vlm")
    with RunningService(
        folder, USE_VLM_API="true", VLLM_URL=vllm.url, CACHE_TTL_H="0", VLM_TIMEOUT_S="10", VLM_RETRIES="1"
    ) as service:
        yield service


@pytest.fixture
def strips(tmp_path: Path) -> Path:
    """A TIFF of six pages with a word each."""
    pages = []
    for number in range(6):
        page = Image.new("RGB", (620, 877), "white")
        for top in range(60, 800, 60):
            ImageDraw.Draw(page).text((60, top), f"page {number} line {top}", fill="black", font_size=30)
        pages.append(page)
    path = tmp_path / "strips.tiff"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    return path


def read(service: RunningService, path: Path, **options: str) -> dict[str, Any]:
    kind = "pdf" if path.suffix == ".pdf" else "image"
    with path.open("rb") as file:
        answer = service.client.post(f"/ocr/{kind}", files={"file": (path.name, file)}, data=options)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_document_is_read_region_by_region(vlm_service: RunningService, vllm: FakeVllm, contract_scan: Path) -> None:
    vllm.asked.clear()
    result = read(vlm_service, contract_scan, dpi="120")
    assert (result["status"], result["engine"], len(result["pages"])) == ("completed", "vlm", 2)
    regions = [region for page in result["pages"] for region in page["regions"]]
    assert sum(region["tries"] for region in regions) == len(vllm.asked)
    assert len({asked.jpeg for asked in vllm.asked}) == len(vllm.asked)
    assert '<td colspan="2">Итого</td>' in result["markdown"]
    assert any(region["image"] for region in regions)
    for page in result["pages"]:
        assert [region["order"] for region in page["regions"]] == sorted(region["order"] for region in page["regions"])


def test_a_refused_region_is_named_and_the_rest_is_kept(
    vlm_service: RunningService, vllm: FakeVllm, contract_scan: Path
) -> None:
    vllm.answer = lambda asked: (
        failure(400, "cannot identify image file") if "Table" in asked.prompt else by_prompt(asked)
    )
    try:
        result = read(vlm_service, contract_scan, dpi="121")
    finally:
        vllm.answer = by_prompt
    assert result["status"] == "partial"
    failed = [region for page in result["pages"] for region in page["regions"] if region["error"]]
    assert {(region["label"], region["error"]["code"]) for region in failed} == {("table", "backend_refused")}
    assert "OCR: " in result["markdown"]


def test_health_shows_the_backend(vlm_service: RunningService, vllm: FakeVllm) -> None:
    (backend,) = vlm_service.client.get("/health").json()["vlm_backends"]
    assert (backend["up"], backend["model"], backend["in_flight"]) == (True, vllm.model, 0)


def test_page_mode_gives_whole_pages_to_another_model(tmp_path: Path, strips: Path) -> None:
    text = " ".join(["text"] * 40)  # as long as the ink of a page
    fake = FakeVllm(model="other-vlm", then=Reply(text=f"```markdown\n# Title\n\n{text}\n```"))
    settings = {"RENDER_WORKERS": "1", "VLM_MODE": "page", "VLM_PROMPT": "Read it all.", "VLM_CONCURRENCY": "2"}
    with (
        fake.running(),
        RunningService(tmp_path / "service", USE_VLM_API="true", VLLM_URL=fake.url, **settings) as service,
    ):
        fake.asked.clear()
        result = read(service, strips)
    assert [page["markdown"] for page in result["pages"]] == [f"# Title\n\n{text}"] * 6
    assert {page["coverage"] for page in result["pages"]} == {1.0}
    assert {asked.prompt for asked in fake.asked} == {"Read it all."}
    assert len({asked.jpeg for asked in fake.asked}) == len(fake.asked) == 6
    assert fake.peak_in_flight <= 2


def test_a_whole_page_of_which_the_model_leaves_out_most_is_partial(tmp_path: Path, contract_scan: Path) -> None:
    fake = FakeVllm(model="other-vlm", then=Reply(text="# Договор поставки"))
    settings = {"RENDER_WORKERS": "1", "VLM_MODE": "page", "VLM_PROMPT": "Read it all."}
    with (
        fake.running(),
        RunningService(tmp_path / "service", USE_VLM_API="true", VLLM_URL=fake.url, **settings) as service,
    ):
        result = read(service, contract_scan, pages="1")
    (page,) = result["pages"]
    assert (result["status"], page["status"]) == ("partial", "partial")
    assert 0 < page["coverage"] < 0.2
    assert "text may be missing" in page["warnings"][-1]
    assert page["regions"][0]["degraded"] and page["regions"][0]["tries"] == 2


def test_without_a_backend_pages_wait_and_then_tesseract_reads_them_where_allowed(tmp_path: Path, strips: Path) -> None:
    with FakeVllm().running() as fake:
        gone = fake.url
    service = RunningService(
        tmp_path / "service",
        USE_VLM_API="true",
        VLLM_URL=gone,
        VLM_FALLBACK="tesseract",
        BACKEND_WAIT_S="0.5",
        RENDER_WORKERS="1",
        OCR_LANGUAGE="eng",
    )
    try:
        service.start(until="/health/startup")
        assert service.client.get("/health/ready").status_code == 503
        result = read(service, strips, language="eng", pages="1")
    finally:
        service.stop()
        service.client.close()
    (page,) = result["pages"]
    assert page["reader"] == "tesseract"
    assert "No VLM backend is up" in page["warnings"][0]
    assert "page 0 line 60" in page["markdown"]


def test_words_and_confidence_of_regions_that_the_vlm_read(
    vlm_service: RunningService, vllm: FakeVllm, contract_scan: Path
) -> None:
    def unsure(asked: Asked) -> Reply:
        reply = by_prompt(asked)
        first = next(iter(content_words(reply.text or "")), "")
        return replace(reply, probability=0.5, probabilities=((first, 0.25),))

    vllm.answer = unsure
    try:
        result = read(vlm_service, contract_scan, dpi="122", include_words="true", min_confidence="0.6")
    finally:
        vllm.answer = by_prompt
    for page in result["pages"]:
        assert 0.25 < page["confidence"] <= 0.5
        for region in page["regions"]:
            if region["source"] == "vlm":
                assert 0.25 < region["confidence"] <= 0.5 and region["review"] == ["low_confidence"]
                if region["format"] != "latex":
                    told = {word["text"]: word["confidence"] for word in region["words"]}
                    assert told.pop(region["words"][0]["text"]) == 0.25
                    assert {*told.values()} == {0.5}
                    assert all(0 <= word["bbox"][0] < word["bbox"][2] <= page["width"] for word in region["words"])
    table = next(region for page in result["pages"] for region in page["regions"] if region["label"] == "table")
    assert [word["text"] for word in table["words"]] == re.sub(r"<[^>]*>", " ", table["content"]).split()
