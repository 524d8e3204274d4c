"""The service against a VLM server: what the service itself costs, and what it leaves of the server's limit.

    python bench/vlm.py --sim PATH [--sim-args="--gpu fixed --latency 0.3"] [--document BOOK.pdf] [SCENARIO …]
    python bench/vlm.py --url http://HOST:8080 --bare 64,128,256

``PATH`` is a program that answers ``/v1/chat/completions`` as vLLM does and takes ``--port``; its ``/sim/stats``, where
it has one, gives the requests and the peak in flight as the server saw them. ``--url`` is a server that runs already,
such as vLLM, whose ``/metrics`` give its tokens/s. Layout is stubbed to 15 regions a page unless ``--layout`` names a
model. No two pages of the default document are equal, so that nothing is answered from the cache; the bench fails where
the server got another number of requests than the result has regions. Scenarios:

    pages     the whole document once: pages/s, CPU a page, peak in flight, time to the first page, beside the bare loop
    latency   a document of one page, alone, several times: seconds above the server's own
    fairness  the one-page document while the whole document is read, against alone
    memory    the document ten times: memory after each
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shlex
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pypdfium2

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.service import BenchedService, running_service, wait_for
from ocr_service.document import Crop
from ocr_service.layout.stub import StubDetector
from ocr_service.render.rasterise import render_page
from ocr_service.vlm.client import Sampling, chat_body
from ocr_service.vlm.prompts import PromptSet
from ocr_service.vlm.region_crops import page_crops
from tests.support.running import free_port, wait_until

_REGIONS = 15


@dataclass(frozen=True)
class Server:
    """The VLM server. ``stats`` are empty for one that is not simulated."""

    url: str

    def stats(self) -> dict[str, Any]:
        response = httpx.get(f"{self.url}/sim/stats")
        return dict(response.json()) if response.status_code == 200 else {}

    def reset(self) -> None:
        httpx.post(f"{self.url}/sim/reset")

    def tokens(self) -> float:
        """Tokens that a vLLM has generated since its start; 0 for other servers."""
        lines = httpx.get(f"{self.url}/metrics").text.splitlines()
        counted = [line for line in lines if line.startswith("vllm:generation_tokens_total")]
        return sum(float(line.rsplit(" ", 1)[1]) for line in counted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    scenarios: dict[str, Callable[[BenchedService, Server, argparse.Namespace], None]] = {
        "pages": _pages,
        "latency": _latency,
        "fairness": _fairness,
        "memory": _memory,
    }
    parser.add_argument("scenarios", nargs="*", default=["pages"], metavar="SCENARIO", help=", ".join(scenarios))
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--sim", type=Path, help="the simulated server")
    which.add_argument("--url", help="a server that runs, without /v1")
    parser.add_argument("--sim-args", default="--gpu fixed --latency 0.3", help="its further arguments")
    parser.add_argument("--document", type=Path, help="PDF of many pages; default: a made one of 120 pages")
    parser.add_argument("--layout", default=f"stub:{_REGIONS}", help="LAYOUT_MODEL: embedded, PP-DocLayoutV3, …")
    parser.add_argument("--bare", default="", metavar="N,N", help="the server's own limit first, with N in flight")
    parser.add_argument("--concurrency", type=int, default=200, help="VLM_CONCURRENCY")
    arguments = parser.parse_args()
    if unknown := set(arguments.scenarios) - scenarios.keys():
        parser.error(f"no such scenario: {', '.join(unknown)}")
    with tempfile.TemporaryDirectory() as folder:
        arguments.letter = Path(folder) / "letter.pdf"
        _first_page(arguments.document or _made_book(Path(folder) / "one.pdf", 1), arguments.letter)
        arguments.document = arguments.document or _made_book(Path(folder) / "book.pdf", 120)
        with _server(arguments) as server:
            _bare(server, arguments)
            for name in arguments.scenarios:
                print(f"== {name} ({arguments.url or arguments.sim_args}, layout {arguments.layout})")
                with running_service(
                    USE_VLM_API="true",
                    VLLM_URL=server.url,
                    VLM_CONCURRENCY=str(arguments.concurrency),
                    LAYOUT_MODEL=arguments.layout,
                    CACHE_TTL_H="0",
                ) as service:
                    server.reset()
                    scenarios[name](service, server, arguments)


def _pages(service: BenchedService, server: Server, arguments: argparse.Namespace) -> None:
    first: list[float] = []
    with service.measured() as usage, _first_kept_page(service.output, first):
        started = time.monotonic()
        result = _read_result(service, arguments.document)
        seconds = time.monotonic() - started
    pages = len(result["pages"])
    asked = sum(region["tries"] > 0 for page in result["pages"] for region in page["regions"])
    stats = server.stats()
    if stats.get("requests", asked) != asked or stats.get("images_seen_again"):
        raise SystemExit(
            f"{asked} regions were read with {stats['requests']} requests, {stats['images_seen_again']} of them for "
            "pictures seen before: pages/s would say nothing. Use a document whose pages all differ"
        )
    server.reset()
    bare = asyncio.run(_bare_loop(server.url, _bodies(arguments.document), asked, arguments.concurrency))
    bare_peak = server.stats().get("peak_in_flight", "?")
    print(f"pages/s            {pages / seconds:8.1f}   ({pages} pages in {seconds:.1f} s)")
    print(f"bare loop, pages/s {bare * pages / asked:8.1f}   ({bare:.0f} requests/s, no rendering)")
    print(f"CPU ms a page, app {usage.app_cpu_s / pages * 1e3:8.1f}")
    workers_s = usage.cpu_s - usage.app_cpu_s - usage.layout_cpu_s - usage.exporter_cpu_s
    print(f"CPU ms, workers    {workers_s / pages * 1e3:8.1f}")
    print(
        f"CPU ms, layout     {usage.layout_cpu_s / pages * 1e3:8.1f}   (its process; 0 where the workers run the model)"
    )
    print(
        f"CPU ms, exporter   {usage.exporter_cpu_s / pages * 1e3:8.1f}   (layers of the searchable PDF, in idle time)"
    )
    for stage in ("render", "layout", "crops"):
        spent = sum(each["seconds"] for page in result["pages"] for each in page["stages"] if each["stage"] == stage)
        print(f"{stage + ', ms a page':18} {spent / pages * 1e3:8.1f}   (wall time, waiting included)")
    print(
        f"peak in flight     {stats.get('peak_in_flight', '?'):>8}   of {arguments.concurrency}; bare loop {bare_peak}"
    )
    print(f"requests           {stats.get('requests', '?'):>8}   for {asked} regions of {pages} pages")
    print(f"first page, s      {first[0] - started if first else float('nan'):8.2f}")
    print(f"peak memory, MiB   {usage.peak_mib:8.0f}")


def _latency(service: BenchedService, server: Server, arguments: argparse.Namespace) -> None:
    took = [_timed(service, arguments.letter) for _ in range(6)][1:]
    body = _bodies(arguments.letter)[0]
    alone = [_timed_request(server.url, body) for _ in range(5)]
    above = statistics.median(took) - statistics.median(alone)
    print(f"one page, s        {statistics.median(took):8.2f}   ({min(took):.2f} to {max(took):.2f})")
    print(f"one request, s     {statistics.median(alone):8.2f}")
    print(f"above it, s        {above:8.2f}")


def _fairness(service: BenchedService, server: Server, arguments: argparse.Namespace) -> None:
    _timed(service, arguments.letter)
    alone = statistics.median(_timed(service, arguments.letter) for _ in range(3))
    book = threading.Thread(target=_read, args=(service, arguments.document))
    book.start()

    def has_all_slots() -> bool:
        return bool(server.stats().get("in_flight", arguments.concurrency) >= arguments.concurrency)

    # Or until it has ended, which it does early where something is wrong.
    wait_until(lambda: has_all_slots() or not book.is_alive(), 60, what="a book in all slots")
    beside = [_timed(service, arguments.letter) for _ in range(3)]
    book.join()
    print(f"alone, s           {alone:8.2f}")
    print(f"beside a book, s   {statistics.median(beside):8.2f}   ({min(beside):.2f} to {max(beside):.2f})")


def _memory(service: BenchedService, server: Server, arguments: argparse.Namespace) -> None:
    del server
    for number in range(1, 11):
        with service.measured() as usage:
            pages = _read(service, arguments.document)
        print(f"after {number * pages:5} pages: peak {usage.peak_mib:6.0f} MiB, now {service.memory_mib():6.0f} MiB")


def _bare(server: Server, arguments: argparse.Namespace) -> None:
    """The server's own limit, without the service."""
    bodies = _bodies(arguments.document)
    for concurrency in (int(number) for number in arguments.bare.split(",") if number):
        tokens, started = server.tokens(), time.monotonic()
        rate = asyncio.run(_bare_loop(server.url, bodies, max(len(bodies), 4 * concurrency), concurrency))
        tokens_s = (server.tokens() - tokens) / (time.monotonic() - started)
        pages_s = rate / _REGIONS
        print(
            f"bare, {concurrency:4} in flight: {rate:8.1f} requests/s {pages_s:6.1f} pages/s {tokens_s:8.0f} tokens/s"
        )


def _read(service: BenchedService, document: Path) -> int:
    """Sends the document, waits for the whole result; its number of pages."""
    return len(_read_result(service, document)["pages"])


def _read_result(service: BenchedService, document: Path) -> dict[str, Any]:
    with document.open("rb") as file:
        answer = service.client.post("/ocr/pdf", files={"file": (document.name, file, "application/pdf")})
    if answer.status_code != 200:
        raise SystemExit(f"{answer.status_code}: {answer.text[:500]}")
    result: dict[str, Any] = answer.json()
    if result["status"] != "completed":
        print(f"status {result['status']}")
    return result


def _timed(service: BenchedService, document: Path) -> float:
    started = time.monotonic()
    _read(service, document)
    return time.monotonic() - started


def _timed_request(url: str, body: bytes) -> float:
    started = time.monotonic()
    httpx.post(f"{url}/v1/chat/completions", content=body, timeout=60).raise_for_status()
    return time.monotonic() - started


@contextmanager
def _first_kept_page(output: Path, found: list[float]) -> Iterator[None]:
    """Appends the time at which the first page was kept in its file."""
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.02):
            if any(output.glob(".jobs/*/pages/p*.json")):
                found.append(time.monotonic())
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()


async def _bare_loop(url: str, bodies: list[bytes], requests: int, concurrency: int) -> float:
    """Requests/s of a loop that does nothing but send ready bodies: what the server can give for as many requests."""
    queue = iter([bodies[number % len(bodies)] for number in range(requests)])
    headers = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency)) as session:

        async def worker() -> None:
            for body in queue:
                async with session.post(f"{url}/v1/chat/completions", data=body, headers=headers) as response:
                    await response.read()

        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(worker())
        return requests / (time.monotonic() - started)


def _bodies(document: Path) -> list[bytes]:
    """The requests of the document's first pages, as the service would send them."""
    bodies = []
    with pypdfium2.PdfDocument(document) as pdf:
        pages = min(len(pdf), 10)
    for number in range(1, pages + 1):
        page = render_page(document, "pdf", number, dpi=200, max_pixels=40_000_000, password="")
        prepared = page_crops(page, StubDetector(_REGIONS).detect(page.pixels), {}, PromptSet())
        crops: list[Crop] = [region.crop for region in prepared if region.crop is not None]
        bodies += [chat_body(None, crop, Sampling()) for crop in crops]
    return bodies


def _made_book(path: Path, pages: int) -> Path:
    """A PDF of as many A4 pages of text, no two alike, nor any two fifteenths of their height."""
    from reportlab.lib.pagesizes import A4  # here: a machine that brings its own document may lack it
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=A4, invariant=True)
    for page in range(pages):
        words = random.Random(page)
        canvas.setFont("Helvetica", 10)
        for line in range(60):
            text = " ".join("".join(words.choices("abcdefghilmnoprstuvw", k=words.randint(2, 9))) for _ in range(13))
            canvas.drawString(50, 815 - line * 13.2, f"{page + 1}.{line} {text}"[:95])
        canvas.showPage()
    canvas.save()
    return path


def _first_page(document: Path, to: Path) -> None:
    with pypdfium2.PdfDocument.new() as letter, pypdfium2.PdfDocument(document) as source:
        letter.import_pages(source, [0])
        letter.save(to)


@contextmanager
def _server(arguments: argparse.Namespace) -> Iterator[Server]:
    if arguments.url:
        yield Server(arguments.url.rstrip("/").removesuffix("/v1"))
        return
    port = free_port()
    command = [sys.executable, str(arguments.sim), "--port", str(port), *shlex.split(arguments.sim_args)]
    process = subprocess.Popen(command)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/v1/models", process, what="the simulated server")
        yield Server(url)
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    main()
