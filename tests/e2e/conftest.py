"""What the tests in a browser share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.fakes.vllm import FakeVllm
from tests.support.browser import API_KEY, launch
from tests.support.running import PATIENCE_S, RunningService


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def vllm() -> Iterator[FakeVllm]:
    with FakeVllm().running() as fake:
        yield fake


@pytest.fixture(scope="package")
def vlm_service(vllm: FakeVllm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service that asks the fake VLM about two regions a page, one after the other, and wants no key."""
    settings = {"USE_VLM_API": "true", "VLLM_URL": vllm.url, "LAYOUT_MODEL": "stub:2", "VLM_RETRIES": "0"}
    settings["VLM_CONCURRENCY"] = "1"  # the fake's answers are for the regions in their order
    with RunningService(tmp_path_factory.mktemp("vlm"), **settings) as running:
        yield running


@pytest.fixture(scope="package")
def closed_service(vllm: FakeVllm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """The same for those who have the key."""
    settings = {"USE_VLM_API": "true", "VLLM_URL": vllm.url, "LAYOUT_MODEL": "stub:2", "API_KEYS": f"tester:{API_KEY}"}
    with RunningService(tmp_path_factory.mktemp("closed"), RENDER_WORKERS="1", **settings) as running:
        yield running
