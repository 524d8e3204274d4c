"""What is started, for every mix of settings and machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_service.launcher.plan import Plan, decide
from ocr_service.settings import load_settings

OWN = "http://127.0.0.1:8080/v1"


@pytest.fixture
def genai_path(tmp_path: Path) -> str:
    """A PATH with a genai command on it."""
    command = tmp_path / "paddlex_genai_server"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    return str(tmp_path)


def plan(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], *, gpu: bool = False, path: str = "", up: bool = False
) -> Plan:
    for name in ("USE_VLM_API", "VLLM_URL", "VLLM_COMMAND"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return decide(load_settings(), gpu=gpu, search_path=path, answers=lambda url: up and url == OWN)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"USE_VLM_API": "true"},
        # As older notes start the container.
        {"USE_VLM_API": "true", "VLLM_URL": "http://127.0.0.1:8080/v1/markdown"},
        {"VLLM_URL": "http://localhost:8080"},
        {"USE_VLM_API": "true", "VLLM_URL": "http://other:8080,http://127.0.0.1:8080"},
    ],
)
def test_with_a_gpu_and_a_command_the_genai_server_is_started(
    monkeypatch: pytest.MonkeyPatch, genai_path: str, environ: dict[str, str]
) -> None:
    found = plan(monkeypatch, environ, gpu=True, path=genai_path)
    assert found.genai is not None and found.genai.port == 8080
    assert found.use_vlm


@pytest.mark.parametrize("environ", [{}, {"USE_VLM_API": "true"}])
def test_without_a_gpu_the_app_runs_alone(
    monkeypatch: pytest.MonkeyPatch, genai_path: str, environ: dict[str, str]
) -> None:
    found = plan(monkeypatch, environ, path=genai_path)
    assert (found.genai, found.use_vlm) == (None, False)
    assert "no GPU is visible" in found.reason and "Tesseract" in found.reason
    assert found.surprising == bool(environ)


def test_a_gpu_without_a_genai_command_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found = plan(monkeypatch, {"USE_VLM_API": "true"}, gpu=True)
    assert found.genai is None and "no genai server command" in found.reason


def test_a_command_of_the_user_s_needs_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    found = plan(monkeypatch, {"VLLM_COMMAND": "serve 'a b'", "VLLM_URL": "http://127.0.0.1:9000/v1"})
    assert found.genai is not None
    assert (found.genai.argv, found.genai.port, found.use_vlm) == (("serve", "a b"), 9000, True)


def test_use_vlm_api_false_wins_over_everything(monkeypatch: pytest.MonkeyPatch, genai_path: str) -> None:
    found = plan(monkeypatch, {"USE_VLM_API": "false", "VLLM_COMMAND": "serve"}, gpu=True, path=genai_path)
    assert (found.genai, found.use_vlm) == (None, False)


def test_a_backend_elsewhere_is_not_ours_to_start(monkeypatch: pytest.MonkeyPatch, genai_path: str) -> None:
    environ = {"USE_VLM_API": "true", "VLLM_URL": "http://gpu-7:8080/v1"}
    found = plan(monkeypatch, environ, gpu=True, path=genai_path)
    assert (found.genai, found.use_vlm) == (None, True)


def test_a_server_that_somebody_else_runs_here_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    found = plan(monkeypatch, {"USE_VLM_API": "true"}, up=True)
    assert (found.genai, found.use_vlm) == (None, True)
