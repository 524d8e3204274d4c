"""The layout model in use: what LAYOUT_MODEL names, or for ``auto`` the official one of the VLM where it can run.

``auto`` falls back to the embedded model, once and for good, where the official one cannot be had: its package is not
installed, its weights cannot be fetched, or its process does not come up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ocr_service.layout.runner import LayoutFailed, LayoutRunner

_log = logging.getLogger(__name__)

EMBEDDED = "embedded"
_LOSS = "the embedded layout model reads the pages: it knows no formulas, seals, charts or vertical text"


@dataclass(frozen=True, slots=True)
class Choice:
    """``model`` to begin with; ``warning``: why it is not the official one that ``auto`` would take."""

    model: str
    warning: str = ""


def choose(setting: str, *, official: str | None, installed: bool) -> Choice:
    """The model for LAYOUT_MODEL. ``official``: what ``auto`` wants, None where no VLM reads pages by their regions.

    ``installed``: the Python package paddleocr is there.
    """
    if setting != "auto":
        return Choice(setting)
    if official is None:
        return Choice(EMBEDDED)
    if not installed:
        return _fallback(official, "the Python package paddleocr is not installed (the gpu image has it)")
    return Choice(official)


def _fallback(official: str, reason: str) -> Choice:
    return Choice(EMBEDDED, f"LAYOUT_MODEL=auto cannot use {official}: {reason}; {_LOSS}")


class LayoutModel:
    """``name`` of the model in use, ``spec`` for the page workers, ``warning`` where it is not the wanted one.

    Without ``runner`` the model runs in the page workers. With ``fetch`` (auto) the runner starts once that has
    returned, and where either fails the embedded model takes over. Use as an async context manager.
    """

    def __init__(
        self,
        choice: Choice,
        runner: LayoutRunner | None = None,
        fetch: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.name = choice.model
        self.warning = choice.warning
        self._runner = runner
        self._fetch = fetch
        self._settled = asyncio.Event()
        self._settling: asyncio.Task[None] | None = None
        self._step = "not_initialized" if runner is None else "loading"

    @property
    def page_warning(self) -> str:
        """For a page: the consequence, without the reason, which may name paths of the server."""
        return f"layout by the embedded model: {_LOSS.partition(': ')[2]}; /health says why" if self.warning else ""

    @property
    def spec(self) -> str:
        """What ``load_detector`` takes."""
        return self.name if self._runner is None else f"{self.name}@{self._runner.path}"

    @property
    def state(self) -> str:
        """Of the official model: ``not_initialized``, ``loading``, ``ready``, ``failed: reason``."""
        if self._runner is None or self._step != "started":
            return self._step
        return self._runner.state

    @property
    def waiting_for(self) -> str:
        """What pages wait for; empty when they can be read."""
        return "" if self._settled.is_set() else f"layout model {self.name}: {self.state}"

    async def settled(self) -> None:
        """Returns when pages can be read: with ``auto`` the official model is ready, or the embedded one stands in."""
        await self._settled.wait()

    async def __aenter__(self) -> LayoutModel:
        if self.warning:
            _log.warning("%s", self.warning)
        if self._runner is None:
            self._settled.set()
        elif self._fetch is None:
            await self._start()
            self._settled.set()  # page workers wait for the model while they start
        else:
            self._settling = asyncio.create_task(self._settle(self._fetch), name="layout model")
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._settling is not None:
            self._settling.cancel()
            await asyncio.wait([self._settling])
        if self._runner is not None:
            await self._runner.__aexit__(*exc)

    async def _settle(self, fetch: Callable[[], Awaitable[None]]) -> None:
        assert self._runner is not None
        try:
            await fetch()
            await self._start()
            await self._runner.first_ready()
        except LayoutFailed as error:
            await self._runner.__aexit__()
            self._runner = None
            fallback = _fallback(self.name, str(error))
            self.name, self.warning, self._step = fallback.model, fallback.warning, f"failed: {error}"
            _log.warning("%s", self.warning)
        self._settled.set()

    async def _start(self) -> None:
        assert self._runner is not None
        await self._runner.__aenter__()
        self._step = "started"
