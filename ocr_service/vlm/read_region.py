"""Reading one region: tries, doubts about the answer, and what is kept when it stays doubtful."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass

from ocr_service.document import Crop
from ocr_service.errors import RecognitionFailed, ServiceError
from ocr_service.vlm.answer_checks import Doubt, judge
from ocr_service.vlm.client import Backend, BackendTrouble, Sampling
from ocr_service.vlm.prompts import TABLE
from ocr_service.vlm.scheduler import Scheduler

# A doubtful answer at temperature 0 would come back the same.
_TEMPERATURES = (0.0, 0.3, 0.7)


@dataclass(frozen=True, slots=True)
class RegionReading:
    """What came of a region: ``degraded`` text is what could be kept of a cut answer; with ``error`` there is none."""

    text: str
    tries: int
    degraded: bool = False
    error: ServiceError | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """``retries`` after the first try; pauses between them grow from ``pause_s`` and end at ``longest_pause_s``."""

    retries: int = 3
    pause_s: float = 0.5
    longest_pause_s: float = 15.0

    def pause(self, failures: int, retry_after_s: float) -> float:
        """Full jitter, so that requests that failed together do not come back together; never before Retry-After."""
        most = min(self.longest_pause_s, self.pause_s * 2.0**failures)
        return retry_after_s + random.uniform(0.0, most)


async def read_region(
    scheduler: Scheduler, crop: Crop, document: str, order: int, *, patience: Patience, max_tokens: int
) -> RegionReading:
    """Asks until there is an answer that holds, or the tries are used up. A failure is a value."""
    tries = failures = 0
    doubts: list[Doubt] = []
    kept = ""
    avoid: Backend | None = None
    reason: ServiceError = RecognitionFailed("never asked")
    while tries <= patience.retries and len(doubts) < len(_TEMPERATURES):
        sampling = Sampling(max_tokens, _TEMPERATURES[len(doubts)], detect_repetition=bool(doubts))
        try:
            async with scheduler.slot(document, order, avoid=avoid) as backend:
                avoid = backend
                tries += 1
                answer = await backend.ask(crop, sampling)
        except BackendTrouble as trouble:
            failures += 1
            reason = RecognitionFailed(str(trouble))
            if tries <= patience.retries:
                scheduler.retries[trouble.trouble.name.lower()] += 1
                await asyncio.sleep(patience.pause(failures - 1, trouble.retry_after_s))
            continue
        except ServiceError as error:
            reason = error
            break
        verdict = judge(answer.text, answer.finish_reason, table=crop.prompt == TABLE.prompt)
        if verdict.doubt is None or (verdict.doubt is Doubt.EMPTY and crop.blank):
            return RegionReading(verdict.text, tries)
        doubts.append(verdict.doubt)
        scheduler.guards[verdict.doubt.name.lower()] += 1
        if tries <= patience.retries and len(doubts) < len(_TEMPERATURES):
            scheduler.retries["doubt"] += 1
        kept = max(kept, verdict.text, key=len)
        reason = RecognitionFailed.doubtful(str(avoid), str(verdict.doubt), len(doubts))
    if kept.strip():
        return RegionReading(kept, tries, degraded=True)
    return RegionReading("", tries, error=reason)
