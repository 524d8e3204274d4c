"""Answers that are files written for them alone."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.background import BackgroundTask

from ocr_service.api.dependencies import Services


@asynccontextmanager
async def answer_folder(services: Services, prefix: str) -> AsyncIterator[tuple[Path, BackgroundTask]]:
    """A folder in TEMP_DIR, and what removes it after the answer. It is removed at once when the block fails."""
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=prefix, dir=services.scratch))
    try:
        yield folder, BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        raise
