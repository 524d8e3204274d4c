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
EVEN = 600  # pages of which each of four backends must have a quarter, within 10 %
HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")
_WARM_UP_TOKENS = 64


def pages_asked(fake: FakeVllm) -> list[bytes]:
    """The crops of pages that this backend was given, not those of its warm-up."""
    return [asked.jpeg for asked in fake.asked if asked.body["max_completion_tokens"] != _WARM_UP_TOKENS]


def counts(fakes: Sequence[FakeVllm]) -> list[int]:
    return [len(pages_asked(fake)) for fake in fakes]


def totals(fakes: Sequence[FakeVllm]) -> list[int]:
    """With the warm-up, before which a backend is not up; costs nothing, so that looking slows no fake down."""
    return [len(fake.asked) for fake in fakes]


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
        fakes[0].wait_until(lambda fake: len(fake.asked) > 30)
        assert counts(fakes)[1:] == [0, 0, 0]

        dns.addresses = HOSTS
        alone = len(fakes[0].asked)
        while len(up(service)) < 4:
            alone = len(fakes[0].asked)
        # Since they came: they are filled at once from what waits, and the first one makes up for that.
        before = sum(totals(fakes)) - sum(counts(fakes)[1:])
        wait_until(lambda: sum(totals(fakes)) - before >= EVEN, what=f"{EVEN} pages at four backends")
        shares = [len(fakes[0].asked) - alone, *counts(fakes[1:])]
        print(f"pages at each of four backends: {shares}")
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
