"""``python -m ocr_service preload`` and ``preload_models.py`` as an operator runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.web_server import WebServer
from tests.support.running import PATIENCE_S, ROOT
from tests.support.weights_mirror import LARGE, SMALL, WeightsMirror


def preload(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "preload_models.py"), *arguments]
    environment = {"PATH": os.environ["PATH"], **settings}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S)


@pytest.mark.parametrize(
    ("version", "folders"),
    [
        ("1.6", ["PP-DocLayoutV3_onnx", "PaddleOCR-VL-1.6"]),
        pytest.param("1.5", ["PP-DocLayoutV3_onnx", "PaddleOCR-VL-1.5"], marks=pytest.mark.slow),
        pytest.param("1.0", ["PP-DocLayoutV2_onnx", "PaddleOCR-VL"], marks=pytest.mark.slow),
    ],
)
def test_a_version_is_its_vlm_and_its_layout_model(tmp_path: Path, version: str, folders: list[str]) -> None:
    mirror = WeightsMirror()
    for folder in folders:
        mirror.add(folder, {"config.json": SMALL, "weights": LARGE})
    with WebServer(mirror.answer) as server:
        run = preload("--version", version, PADDLEX_HOME=str(tmp_path), PADDLE_PDX_MODEL_SOURCE=server.url)
    assert run.returncode == 0, run.stderr
    models = tmp_path / "official_models"
    assert sorted(path.name for path in models.iterdir() if not path.name.startswith(".")) == folders
    offline = preload(PADDLEOCR_VL_VERSION=version, PADDLEX_HOME=str(tmp_path), OFFLINE="true")
    assert offline.returncode == 0, "the setting means the same models, and all are there"


def test_offline_names_what_is_missing_and_how_to_get_it(tmp_path: Path) -> None:
    run = preload(PADDLEX_HOME=str(tmp_path), OFFLINE="true")
    assert run.returncode == 1
    assert "PaddleOCR-VL-1.6-0.9B, PP-DocLayoutV3_onnx" in run.stderr
    assert "python -m ocr_service preload --model PaddleOCR-VL-1.6-0.9B" in run.stderr


def test_a_source_that_it_does_not_speak_is_named(tmp_path: Path) -> None:
    run = preload(PADDLEX_HOME=str(tmp_path), PADDLE_PDX_MODEL_SOURCE="bos")
    assert run.returncode == 1
    assert "PADDLE_PDX_MODEL_SOURCE=bos" in run.stderr
