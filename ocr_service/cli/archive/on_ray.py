"""The items of a plan on Ray Data: a pool of actors reads them; one that dies costs what it had begun."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import ray
import ray.data
from ray.exceptions import RayError

from ocr_service.cli.archive.plan import Item, RayFailed, Summary
from ocr_service.cli.archive.shard_reader import Archive, ShardReader, shard_reader
from ocr_service.settings import Settings

_OBJECT_STORE = 256 << 20  # bytes of a local Ray: only items and what came of them go through it
_ITEMS_A_TASK = 8  # read at the same time, so that the last documents of one keep nobody waiting


class Reader:
    """An actor: one event loop with the engines of its process, for as long as it lives."""

    def __init__(self, archive: Archive, settings: Settings) -> None:
        settings.temp_dir.mkdir(parents=True, exist_ok=True)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True, name="archive").start()
        self._stack = AsyncExitStack()
        self._reader: ShardReader = self._run(self._stack.enter_async_context(shard_reader(archive, settings)))

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[str]]:
        items = [Item.from_json(str(text)) for text in batch["item"]]
        return {"summary": [summary.to_json() for summary in self._run(self._read(items))]}

    async def _read(self, items: Sequence[Item]) -> list[Summary]:
        return await asyncio.gather(*map(self._reader.read, items))

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def connect(address: str | None) -> None:
    """To the cluster at ``address`` (``head:6379``, ``auto``), else starts a Ray of this machine. Raises RayFailed.

    The second call does nothing.
    """
    if ray.is_initialized():
        return
    options: dict[str, Any] = {} if address else {"object_store_memory": _OBJECT_STORE}
    try:
        ray.init(address=address or "local", log_to_driver=False, logging_level="warning", **options)
    except Exception as error:  # Ray raises bare ones, as where a node needs more than 30 s to start
        raise RayFailed(f"Ray at {address or 'this machine'}: {_line(error)}") from error
    logging.getLogger("ray.data").setLevel(logging.ERROR)  # what matters of it comes as an exception
    ray.data.DataContext.get_current().enable_progress_bars = False


def cluster_cpus() -> int:
    return int(ray.cluster_resources().get("CPU", 1))


def read_items(
    items: Sequence[Item], archive: Archive, settings: Settings, *, actors: int, cpus: int
) -> Iterator[Summary]:
    """What came of each item, as they end. ``cpus``: of one actor, which has as many page workers. Raises RayFailed."""
    a_task = max(1, min(_ITEMS_A_TASK, math.ceil(len(items) / (4 * actors))))
    rows = [{"item": item.to_json()} for item in items]
    data = ray.data.from_items(rows, override_num_blocks=math.ceil(len(rows) / a_task))
    read = data.map_batches(
        Reader,
        fn_constructor_args=(archive, settings.model_copy(update={"render_workers": cpus})),
        batch_size=a_task,
        num_cpus=cpus,
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=actors),
    )
    try:
        for row in read.iter_rows():
            yield Summary.from_json(row["summary"])
    except RayError as error:
        raise RayFailed(_line(error)) from error


def _line(error: Exception) -> str:
    """The last line, which names the cause; before it stands a traceback."""
    return str(error).strip().splitlines()[-1][:500]
