"""Which layout model reads, and what takes over where ``auto`` cannot have the official one."""

from __future__ import annotations

import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ocr_service.layout.runner import LayoutFailed, LayoutRunner
from ocr_service.layout.selection import Choice, LayoutModel, choose

pytestmark = pytest.mark.anyio

READY = "import sys; print('ready', flush=True); sys.stdin.read()"
FAILS = "print('failed: no such model', flush=True); raise SystemExit(1)"
DIES = "raise SystemExit(3)"


def runner(folder: Path, program: str) -> LayoutRunner:
    return LayoutRunner(
        folder / "socket",
        model="PP-DocLayoutV3",
        engine="onnxruntime",
        device="cpu",
        page_limit_s=30,
        environment={},
        command=(sys.executable, "-c", program),
    )


async def fetched() -> None:
    """The weights are there."""


async def not_fetched() -> None:
    raise LayoutFailed("its weights could not be fetched: no network")


@pytest.mark.parametrize("setting", ["embedded", "PP-DocLayoutV2", "stub:15"])
def test_a_model_that_is_named_is_taken(setting: str) -> None:
    assert choose(setting, official="PP-DocLayoutV3", installed=False) == Choice(setting)


def test_auto_is_the_embedded_model_where_no_vlm_reads() -> None:
    assert choose("auto", official=None, installed=True) == Choice("embedded")


def test_auto_is_the_official_model_where_a_vlm_reads() -> None:
    assert choose("auto", official="PP-DocLayoutV2", installed=True) == Choice("PP-DocLayoutV2")


def test_auto_without_paddleocr_is_the_embedded_model_with_a_warning() -> None:
    choice = choose("auto", official="PP-DocLayoutV3", installed=False)
    assert choice.model == "embedded"
    assert "PP-DocLayoutV3" in choice.warning
    assert "paddleocr is not installed" in choice.warning


async def test_auto_takes_the_official_model_once_its_process_is_ready(tmp_path: Path) -> None:
    async with LayoutModel(Choice("PP-DocLayoutV3"), runner(tmp_path, READY), fetched) as model:
        assert model.waiting_for.startswith("layout model PP-DocLayoutV3")
        await model.settled()
        assert (model.name, model.state, model.warning, model.waiting_for) == ("PP-DocLayoutV3", "ready", "", "")
        assert model.spec == f"PP-DocLayoutV3@{tmp_path / 'socket'}"


@pytest.mark.parametrize(
    ("program", "fetch", "reason"),
    [
        (FAILS, fetched, "no such model"),
        (DIES, fetched, "exit code 3"),
        (READY, not_fetched, "no network"),
    ],
)
async def test_auto_falls_back_to_the_embedded_model_and_says_why(
    tmp_path: Path, program: str, fetch: Callable[[], Awaitable[None]], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with LayoutModel(Choice("PP-DocLayoutV3"), runner(tmp_path, program), fetch) as model:
        await model.settled()
        assert (model.name, model.spec, model.waiting_for) == ("embedded", "embedded", "")
        assert reason in model.warning
        assert "embedded model" in model.page_warning
        assert reason not in model.page_warning
        assert model.state.startswith("failed: ")
    assert [record.levelno for record in caplog.records if reason in record.getMessage()].count(logging.WARNING) == 1


async def test_a_service_that_stops_meanwhile_ends_in_order(tmp_path: Path) -> None:
    silent = "import sys; sys.stdin.read()"
    async with LayoutModel(Choice("PP-DocLayoutV3"), runner(tmp_path, silent), fetched) as model:
        assert model.name == "PP-DocLayoutV3"
