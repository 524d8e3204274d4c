from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.running import PATIENCE_S, RunningService


def test_health_has_the_agreed_fields(service: RunningService) -> None:
    health = service.client.get("/health").json()
    assert health["status"] == "healthy"
    assert health["paddleocr"] == "not_initialized"
    assert health["s3_storage"] == "not_configured"
    assert health["output_dir"] == str(service.output)
    assert health["temp_dir"] == str(service.temp)
    assert health["docs"] == "/docs"


def test_probes_answer(service: RunningService) -> None:
    for probe in ("live", "ready", "startup"):
        assert service.client.get(f"/health/{probe}").status_code == 200


@pytest.mark.slow
def test_not_ready_when_the_output_cannot_be_written(tmp_path: Path) -> None:
    with RunningService(tmp_path) as service:
        service.output.rename(tmp_path / "away")
        service.output.write_text("a file stands in the way")
        answer = service.client.get("/health/ready")
        assert answer.status_code == 503
        assert answer.json()["waiting_for"][0].startswith("OUTPUT_DIR")
        assert service.client.get("/health/live").status_code == 200
        service.output.unlink()
        assert service.client.get("/health/ready").status_code == 200


def test_versions_name_the_libraries(service: RunningService) -> None:
    versions = service.client.get("/version").json()
    assert versions["service"] and versions["libraries"]["pypdfium2"]


def test_an_unknown_path_is_a_problem(service: RunningService) -> None:
    answer = service.client.get("/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def serve_with(**settings: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **settings}
    command = [sys.executable, "-m", "ocr_service", "serve"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S)


def test_each_wrong_setting_is_named_in_one_line() -> None:
    run = serve_with(APP_PORT="99999", LAYOUT_MODEL="big", API_KEYS="name:secret", VLLM_URL="localhost:8080")
    assert run.returncode == 2
    lines = run.stderr.splitlines()
    assert [line.split(":")[0] for line in lines] == ["APP_PORT=99999", "LAYOUT_MODEL=big", "VLLM_URL=localhost"]


def test_secrets_are_not_shown_with_a_wrong_setting() -> None:
    run = serve_with(CLOUDRU_S3_SECRET_KEY="hidden-key", CLOUDRU_S3_BUCKET="b")
    assert run.returncode == 2
    assert "CLOUDRU_S3_ACCESS_KEY" in run.stderr and "hidden-key" not in run.stderr


def test_an_unwritable_output_dir_stops_the_start_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = serve_with(OUTPUT_DIR=str(tmp_path / "file" / "out"))
    assert run.returncode == 2
    assert run.stderr.startswith("OUTPUT_DIR=") and len(run.stderr.splitlines()) == 1
