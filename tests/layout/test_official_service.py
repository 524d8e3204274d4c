"""LAYOUT_MODEL=auto on a running service, with the gpu image's packages and synthetic weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.vllm import Asked, FakeVllm, Reply
from tests.support.layout_weights import PAGE, write_layout_weights
from tests.support.running import RunningService, wait_until
from tests.support.simple_documents import pdf

pytestmark = [pytest.mark.pins, pytest.mark.slow]

WORDS = "words, as many as there is ink in the region that they are read from"  # fewer would be marked
ANSWERS = {
    "OCR:": WORDS,
    "Table Recognition:": r"<fcel>Total<fcel>$1,200.50 \(^{1}\)<nl>",
    "Formula Recognition:": r"\[ E = mc^2 \]",
}


@pytest.fixture
def vllm() -> Iterator[FakeVllm]:
    def answer(asked: Asked) -> Reply:
        return Reply(text=ANSWERS[asked.prompt])

    with FakeVllm(answer=answer).running() as vllm:
        yield vllm


def service(folder: Path, vllm: FakeVllm, **settings: str) -> RunningService:
    return RunningService(
        folder,
        USE_VLM_API="true",
        VLLM_URL=vllm.url,
        PADDLEX_HOME=str(folder / "weights"),
        TEXT_LAYER="ignore",
        **settings,
    )


def wait_ready(running: RunningService) -> None:
    wait_until(lambda: running.client.get("/health/ready").status_code == 200, what="readiness")


@pytest.mark.parametrize(("version", "model"), [("1.6", "PP-DocLayoutV3"), ("1.0", "PP-DocLayoutV2")])
def test_a_page_comes_out_with_the_official_labels(tmp_path: Path, vllm: FakeVllm, version: str, model: str) -> None:
    write_layout_weights(tmp_path / "weights", model)
    with service(tmp_path, vllm, PADDLEOCR_VL_VERSION=version, OFFLINE="true") as running:
        wait_ready(running)
        health = running.client.get("/health").json()
        assert (health["status"], health["layout_model"], health["paddleocr"]) == ("healthy", model, "ready")
        assert health["layout_warning"] == ""
        result = running.read("page.pdf", pdf("A page with ink")).json()
    (page,) = result["pages"]
    assert (page["status"], page["layout_model"], page["warnings"]) == ("completed", model, [])
    assert [region["label"] for region in page["regions"]] == [found.label for found in PAGE]
    assert "layout" in [stage["stage"] for stage in page["stages"]]
    figures = {region["label"]: region["image"] for region in page["regions"] if region["image"]}
    assert set(figures) == {"chart", "seal"}
    assert page["markdown"] == "\n\n".join(
        [
            f"# {WORDS}",
            WORDS,
            rf"$$E = mc^2 \tag*{{{WORDS}}}$$",
            WORDS,
            f"![]({figures['chart']})",
            "<table><tr><td>Total</td><td>$1,200.50  $ ^{1} $</td></tr></table>",
            f"![]({figures['seal']})",
        ]
    )


def test_without_weights_the_embedded_model_reads_and_says_so(tmp_path: Path, vllm: FakeVllm) -> None:
    with service(tmp_path, vllm, OFFLINE="true") as running:
        wait_ready(running)
        health = running.client.get("/health").json()
        assert health["layout_model"] == "embedded"
        assert health["paddleocr"].startswith("failed: ")
        assert "PP-DocLayoutV3" in health["layout_warning"]
        (page,) = running.read("page.pdf", pdf("A page with ink")).json()["pages"]
        assert page["status"] == "completed"
        assert page["layout_model"] == "layout_cdla"
        assert page["warnings"] == [
            "layout by the embedded model: it knows no formulas, seals, charts or vertical text; /health says why"
        ]
    assert running.log.read_text().count("LAYOUT_MODEL=auto cannot use PP-DocLayoutV3") == 1


def test_weights_that_are_missing_are_fetched_at_the_start(tmp_path: Path, vllm: FakeVllm) -> None:
    write_layout_weights(tmp_path / "mirror", "PP-DocLayoutV3")
    source = str(tmp_path / "mirror" / "official_models")
    with service(tmp_path, vllm, PADDLE_PDX_MODEL_SOURCE=source) as running:
        wait_ready(running)
        assert running.client.get("/health").json()["layout_model"] == "PP-DocLayoutV3"
    assert (tmp_path / "weights/official_models/PP-DocLayoutV3_onnx/inference.onnx").is_file()
