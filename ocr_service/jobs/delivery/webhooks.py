"""Webhooks: the body of a call, and its signature.

``X-OCR-Signature: t=<seconds since the epoch>,v1=<HMAC-SHA256 in hex of "t.body">``, with WEBHOOK_SECRET as the key.
The time is signed too, so that a receiver can refuse a replayed call. docs/webhooks.md has the
code of a receiver.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Collection

import httpx

from ocr_service.errors import AddressRefused
from ocr_service.jobs.models import CORRECTED, Job, JobEvent, PageCounts
from ocr_service.net.safe_http import SafeHttp

SIGNATURE = "X-OCR-Signature"
END_EVENTS = frozenset({"completed", "partial", "failed", "cancelled"})


class WebhookFailed(Exception):
    """The receiver answered with another status than 2xx, or not at all. One line, without the address's query."""


def wanted(event: JobEvent, events: Collection[str]) -> bool:
    """Whether ``webhook_events`` lists this event; an empty list means the job's end."""
    if event.kind == "page":
        return "page" in events
    if event.data.get("reason") == CORRECTED:  # the job ended before, and that was told
        return False
    return event.kind == "end" and (event.data["state"] in events or not END_EVENTS & set(events))


def name_of(event: JobEvent) -> str:
    """``page``, or the state in which the job ended."""
    return event.kind if event.kind == "page" else event.data["state"]


def body_of(job: Job, counts: PageCounts, event: JobEvent) -> bytes:
    """The JSON that is sent. A retry has the same ``id``, so that a receiver can drop duplicates."""
    content = {
        "id": f"{job.id}-{event.seq}",
        "event": name_of(event),
        "job": {
            "id": job.id,
            "state": job.state.value,
            "file": job.file.name,
            "pages": {"total": job.page_total, "done": counts.done, "failed": counts.failed},
            "batch_id": job.batch_id,
            "error": {"code": job.failure.code, "message": job.failure.message} if job.failure else None,
            "result": f"/jobs/{job.id}/result",
        },
    }
    if event.kind == "page":
        content["page"] = {name: event.data[name] for name in ("number", "status", "error")}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, body: bytes, at: int) -> str:
    """The header's value for a body sent at ``at``, seconds since the epoch."""
    code = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={code}"


class WebhookSender:
    """Sends to addresses that clients gave, under the address rules. Unsigned where there is no secret."""

    def __init__(self, http: SafeHttp, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        self._http = http
        self._secret = secret
        self._clock = clock

    async def send(self, url: str, body: bytes, *, event: str, delivery: str) -> None:
        """One try. Raises WebhookFailed."""
        headers = {"Content-Type": "application/json", "X-OCR-Event": event, "X-OCR-Delivery": delivery}
        if self._secret:
            headers[SIGNATURE] = signature(self._secret, body, int(self._clock()))
        try:
            async with self._http.request("POST", url, headers=headers, content=body) as response:
                if not response.is_success:  # a redirect fails too: its target is not checked
                    raise WebhookFailed(f"the receiver answered {response.status_code}")
        except AddressRefused as exc:
            raise WebhookFailed(str(exc)) from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise WebhookFailed(f"no answer ({type(exc).__name__})") from exc
