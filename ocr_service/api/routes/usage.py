"""``/usage``: what each API key has read, by day, and its quota."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, cast

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ocr_service.api.dependencies import ServicesDep, owner_of
from ocr_service.api.schemas.problem import problem_answers
from ocr_service.jobs.db.usage import DayUsage, QuotaUse, UsageRows

router = APIRouter(tags=["service"])

_EPOCH = date(1970, 1, 1)
_MOST_DAYS = 366


class DayUsageModel(BaseModel):
    """What a key has read on one day."""

    day: date = Field(description="Of UTC")
    key: str = Field(description="Name of the API key; empty where no keys are set")
    pages: int = Field(description="Pages with a result; copies of an equal document are not counted")
    failed_pages: int = Field(description="Pages without a result")
    regions: int = Field(description="Regions of these pages")
    prompt_tokens: int = Field(description="As the backends count them, images included")
    completion_tokens: int = Field(description="Of all answers of the backends")
    cpu_s: float = Field(description="CPU seconds of the page workers")


class QuotaModel(BaseModel):
    """What the key may still read today."""

    pages_per_day: int = Field(description="PAGES_PER_DAY of this key")
    read: int = Field(description="Pages read today")
    waiting: int = Field(description="Pages of unfinished jobs that are not read yet")
    left: int = Field(description="Pages that may still be submitted today")
    resets_at: datetime = Field(description="Midnight UTC")


class UsageModel(BaseModel):
    """Usage by key and day."""

    usage: list[DayUsageModel] = Field(description="Newest day first; a day without pages is left out")
    quota: QuotaModel | None = Field(description="Of the key that asks; null without one")


class UsageQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    since: date | None = Field(None, description="First day, of UTC; 29 days before `until` when missing")
    until: date | None = Field(None, description="Last day; today when missing")

    @model_validator(mode="after")
    def _bounded(self) -> UsageQuery:
        last = self.until or datetime.now(UTC).date()
        if self.since is not None and last - self.since >= timedelta(days=_MOST_DAYS):
            raise ValueError(f"since and until may be at most {_MOST_DAYS} days apart")
        return self


@router.get("/usage", summary="Usage by API key and day", responses=problem_answers("bad_option"))
async def get_usage(request: Request, services: ServicesDep, query: Annotated[UsageQuery, Query()]) -> UsageModel:
    """A key sees its own usage; keys of ADMIN_KEYS, and everybody where no keys are set, that of all.

    A page is counted when its result is stored: once, however often the service restarts. Read again, it counts again.
    """
    owner = owner_of(request)
    rows = UsageRows(services.jobs.store.database)
    found = await rows.by_day(None if sees_all(request) else owner, _day(query.since), _day(query.until))
    quota = services.jobs.store.limits.quotas.of(owner or "")
    use = await rows.quota_use(owner or "") if quota else None
    return UsageModel(usage=[_day_model(one) for one in found], quota=_quota_model(quota, use) if use else None)


def sees_all(request: Request) -> bool:
    """Whether the request may see the usage of all keys."""
    admins = cast(frozenset[str], request.app.state.admin_keys)
    owner = owner_of(request)
    return not request.app.state.keys or owner in admins


def _day(value: date | None) -> int | None:
    return None if value is None else (value - _EPOCH).days


def _day_model(one: DayUsage) -> DayUsageModel:
    read = one.usage
    return DayUsageModel(
        day=_EPOCH + timedelta(days=one.day),
        key=one.owner,
        pages=read.pages,
        failed_pages=read.failed_pages,
        regions=read.regions,
        prompt_tokens=read.prompt_tokens,
        completion_tokens=read.completion_tokens,
        cpu_s=read.cpu_s,
    )


def _quota_model(quota: int, use: QuotaUse) -> QuotaModel:
    return QuotaModel(
        pages_per_day=quota,
        read=use.read,
        waiting=use.waiting,
        left=max(0, quota - use.pages),
        resets_at=datetime.fromtimestamp(use.day_ends_at, UTC),
    )
