"""Backends behind a DNS name, as a headless Service of Kubernetes has them: from one to four to two under load.

The service runs in a mount namespace with a resolv.conf of its own, which takes root.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes.dns import FakeDns
from tests.fakes.vllm import FakeVllm, Reply
from tests.support.aftermath import VLM, check_whole, submit, wait_ended
from tests.support.running import RunningService, free_port, wait_until

pytestmark = pytest.mark.slow

PAGES = 1000
EVEN = 480  # pages of which each of four backends must have a quarter, within 10 %
HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")
_WARM_UP_TOKENS = 64


def pages_asked(fake: FakeVllm) -> list[bytes]:
    """The crops of pages that this backend was given, not those of its warm-up."""
    return [asked.jpeg for asked in fake.asked if asked.body["max_completion_tokens"] != _WARM_UP_TOKENS]


def counts(fakes: Sequence[FakeVllm]) -> list[int]:
    return [len(pages_asked(fake)) for fake in fakes]


def service_with_dns(folder: Path, dns: FakeDns, url: str) -> RunningService:
    resolv = folder / "resolv.conf"
    resolv.write_text(f"nameserver {dns.host}\noptions timeout:1 attempts:2\n")
    service = RunningService(folder, **VLM | {"VLLM_URL": url, "RENDER_WORKERS": "2"})
    script = f"mount --bind {resolv} /etc/resolv.conf && exec {service.python} -m ocr_service serve"
    service.python, service.command = "/usr/bin/unshare", ["--mount", "sh", "-c", script]
    return service


def up(service: RunningService) -> list[str]:
    return [backend["url"] for backend in service.client.get("/backends").json() if backend["up"]]


def test_backends_come_and_go_and_every_page_is_read_once(tmp_path: Path) -> None:
    port = free_port()
    fakes = [FakeVllm(host=host, then=Reply(delay_s=0.3)) for host in HOSTS]
    with ExitStack() as stack:
        for fake in fakes:
            stack.enter_context(fake.running(port))
        dns = stack.enter_context(FakeDns("vllm.papers.test", HOSTS[:1]).running())
        service = stack.enter_context(service_with_dns(tmp_path, dns, f"dns+http://vllm.papers.test:{port}/v1"))
        job = submit(service, "book", PAGES)
        fakes[0].wait_until(lambda fake: len(pages_asked(fake)) > 20)
        assert counts(fakes)[1:] == [0, 0, 0]

        dns.addresses = HOSTS
        wait_until(lambda: len(up(service)) == 4, what="four backends")
        # The first one works off what it was given alone, so the four are even only after that.
        alone = fakes[0].in_flight
        joined = counts(fakes)
        wait_until(lambda: min(now - then for now, then in zip(counts(fakes)[1:], joined[1:], strict=True)) >= alone)
        before = counts(fakes)
        wait_until(lambda: sum(counts(fakes)) - sum(before) >= EVEN, what=f"{EVEN} pages at four backends")
        shares = [now - then for now, then in zip(counts(fakes), before, strict=True)]
        print(f"pages at each of four backends: {shares}, {alone} in flight at the first when the others came")
        assert max(shares) - min(shares) <= 0.1 * sum(shares) / len(shares)

        dns.addresses = HOSTS[2:]
        wait_until(lambda: len(service.client.get("/backends").json()) == 2, what="two backends")
        gone = counts(fakes[:2])
        assert wait_ended(service, [job]) == ["completed"]
        assert counts(fakes[:2]) == gone
        check_whole(service, job, PAGES)
        times = Counter(jpeg for fake in fakes for jpeg in pages_asked(fake))
        assert len(times) == PAGES
        assert set(times.values()) == {1}
        assert "draining" not in service.client.get("/metrics").text
