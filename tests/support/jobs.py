"""Jobs on a running service: submit, look, wait; a service that reads with the fake vLLM, quickly."""

from __future__ import annotations

import io
import itertools
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from tests.fakes.vllm import Asked, FakeVllm, Reply
from tests.support.running import RunningService, wait_until


def document(title: str, pages: int) -> bytes:
    """A PDF of small pages, each another image than the others and than those of another title."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(300, 200), invariant=True)
    for number in range(1, pages + 1):
        canvas.setFont("Helvetica", 24)
        canvas.drawString(20, 100, f"{title} {number}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def quick_service(folder: Path, fake: FakeVllm, **settings: str) -> RunningService:
    """One region a page, so that one chat is one page."""
    quick = {"USE_VLM_API": "true", "VLLM_URL": fake.url, "LAYOUT_MODEL": "stub:1", "RENDER_DPI": "72"}
    return RunningService(folder, **{**quick, **settings})


_WARM_UP_SIZE = (560, 224)


def is_page(asked: Asked) -> bool:
    """Not one of the warm-up pictures, which have another size."""
    with Image.open(io.BytesIO(asked.jpeg)) as image:
        return image.size != _WARM_UP_SIZE


def held(gate: threading.Event, *, after: int = 0) -> Callable[[Asked], Reply | None]:
    """Answers warm-ups and the first ``after`` pages; the other pages wait for ``gate``."""
    pages = itertools.count()

    def answer(asked: Asked) -> Reply | None:
        if gate.is_set() or not is_page(asked) or next(pages) < after:
            return None
        return Reply(hold=gate)

    return answer


def submit(client: httpx.Client, name: str, content: bytes, **options: str) -> str:
    answer = client.post("/jobs", files={"file": (f"{name}.pdf", content)}, data=options)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/jobs/{answer.json()['id']}"
    return str(answer.json()["id"])


def job(client: httpx.Client, job_id: str) -> dict[str, Any]:
    answer = client.get(f"/jobs/{job_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def wait_finished(client: httpx.Client, job_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The jobs as they ended."""
    ended: dict[str, dict[str, Any]] = {}

    def all_ended() -> bool:
        for job_id in (job_id for job_id in job_ids if job_id not in ended):
            found = job(client, job_id)
            if found["state"] in ("queued", "running"):
                return False
            ended[job_id] = found
        return True

    wait_until(all_ended, what="the end of every job")
    return ended


def kept_pages(service: RunningService) -> dict[str, bytes]:
    """Every page that is kept, by job and number, with its content."""
    return {
        f"{path.parent.parent.name}/{path.stem}": path.read_bytes()
        for path in (service.output / ".jobs").glob("*/pages/p*.json")
    }


@dataclass(frozen=True)
class Event:
    id: int
    kind: str
    data: dict[str, Any]


def events(client: httpx.Client, job_id: str, after: int | None = None) -> Iterator[Event]:
    """The stream's events until it ends or the caller breaks off."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    with client.stream("GET", f"/jobs/{job_id}/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                yield Event(int(fields["id"]), fields["event"], json.loads(fields["data"]))
                fields = {}
