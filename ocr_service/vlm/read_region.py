"""Reads one region: tries, checks of the answers, and what is kept when no answer is whole."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass

from ocr_service.document import NO_USAGE, Crop, PageUsage
from ocr_service.errors import RecognitionFailed, ServiceError
from ocr_service.export.content_words import Confidences, carried, content_words
from ocr_service.net.retry import RetryPolicy
from ocr_service.vlm.answer_checks import AnswerProblem, check_answer
from ocr_service.vlm.client import Backend, BackendTrouble, Sampling
from ocr_service.vlm.scheduler import Scheduler

# After an incomplete answer: at temperature 0 the next one would be the same.
_TEMPERATURES = (0.0, 0.3, 0.7)
# Backends that may stop under a request before it counts: a picture that ends each server that sees it must fail.
_MOST_OUTAGES = 5


@dataclass(frozen=True, slots=True)
class RegionReading:
    """A region as read in ``tries`` requests. ``degraded``: no answer was whole, and the text is what could be kept.

    ``problem``: why not. With ``error`` there is no text. ``usage``: the tokens of all its answers. ``confidence``: the
    mean probability of the tokens of the one that was kept, where it is known; ``word_confidences``: the same for each
    of the text's ``content_words``.
    """

    text: str
    tries: int
    degraded: bool = False
    error: ServiceError | None = None
    problem: AnswerProblem | None = None
    usage: PageUsage = NO_USAGE
    confidence: float | None = None
    word_confidences: Confidences = ()


async def read_region(
    scheduler: Scheduler,
    crop: Crop,
    document: str,
    order: int,
    *,
    retry: RetryPolicy,
    max_tokens: int,
    confidence: bool = False,
) -> RegionReading:
    """Sends the crop until an answer passes the checks or no try is left. A failure is a value of the reading.

    ``confidence``: the probability of the answer's tokens is asked for.
    """
    most = math.inf if retry.retries is None else retry.retries
    tries = failures = outages = 0
    problems: list[AnswerProblem] = []
    kept, sureness = "", None
    by_word: Confidences = ()
    usage = NO_USAGE
    avoid: Backend | None = None
    reason: ServiceError = RecognitionFailed("no request was sent")
    while tries <= most and len(problems) < len(_TEMPERATURES):
        sampling = Sampling(max_tokens, _TEMPERATURES[len(problems)], bool(problems), confidence)
        try:
            async with scheduler.slot(document, order, avoid=avoid) as backend:
                avoid = backend
                tries += 1
                answer = await backend.ask(crop, sampling)
        except BackendTrouble as trouble:
            reason = RecognitionFailed(str(trouble))
            if trouble.outage and outages < _MOST_OUTAGES:
                outages += 1
                tries -= 1
                scheduler.retries[trouble.trouble.name.lower()] += 1
                continue
            failures += 1
            if tries <= most:
                scheduler.retries[trouble.trouble.name.lower()] += 1
                await asyncio.sleep(retry.pause_s(failures, trouble.retry_after_s))
            continue
        except ServiceError as error:
            reason = error
            break
        usage += answer.usage
        checked = check_answer(answer.text, answer.finish_reason, table=crop.is_table, letters=crop.letters)
        if checked.problem is None or (checked.problem is AnswerProblem.EMPTY and crop.blank):
            return RegionReading(
                checked.text,
                tries,
                usage=usage,
                confidence=answer.confidence,
                word_confidences=answer.word_confidences if checked.text else (),
            )
        problems.append(checked.problem)
        scheduler.answer_problems[checked.problem.name.lower()] += 1
        if tries <= most and len(problems) < len(_TEMPERATURES):
            scheduler.retries["answer"] += 1
        if len(checked.text) > len(kept):
            kept, sureness = checked.text, answer.confidence
            by_word = answer.word_confidences
            if by_word and kept != answer.text:
                by_word = carried(content_words(kept), content_words(answer.text), by_word)
        if problems[-2:] == [AnswerProblem.SHORT] * 2:
            break  # the model sees no more there; a third answer would cost as much again
        reason = RecognitionFailed.doubtful(str(avoid), str(checked.problem), len(problems))
    if kept.strip():
        return RegionReading(
            kept, tries, True, problem=problems[-1], usage=usage, confidence=sureness, word_confidences=by_word
        )
    return RegionReading("", tries, error=reason, usage=usage)
