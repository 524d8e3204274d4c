"""What webhooks say, and that the documentation's receiver believes it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ocr_service.jobs.delivery.webhooks import signature, wanted
from ocr_service.jobs.models import JobEvent

_DOCS = Path(__file__).parents[3] / "docs" / "webhooks.md"


@pytest.fixture
def is_genuine() -> Callable[..., bool]:
    """The receiver's check as docs/webhooks.md gives it."""
    found = re.search(r"```python\n(.*?)```", _DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {}
    exec(found[1], names)
    check: Callable[..., bool] = names["is_genuine"]
    return check


def test_documented_receiver_believes_us_and_nobody_else(is_genuine: Callable[..., bool]) -> None:
    body = '{"файл":1}'.encode()
    header = signature("geheim", body, int(time.time()))
    assert is_genuine("geheim", header, body)
    assert not is_genuine("geheim", header, body + b" ")
    assert not is_genuine("other", header, body)
    assert not is_genuine("geheim", signature("geheim", body, int(time.time()) - 3600), body)  # played again


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ((), ["completed"]),
        (("page",), ["page", "completed"]),
        (("page", "failed"), ["page"]),
        (("completed",), ["completed"]),
        (("failed",), []),
    ],
)
def test_receiver_is_told_what_it_asked_for(events: tuple[str, ...], told: list[str]) -> None:
    happened = [
        JobEvent(1, "state", {"state": "running"}),
        JobEvent(2, "page", {"number": 1}),
        JobEvent(3, "state", {"state": "completed"}),
        JobEvent(4, "end", {"state": "completed"}),
    ]
    sent = [event.data.get("state", "page") for event in happened if wanted(event, events)]
    assert sent == told
