"""``python -m ocr_service send`` as a user runs it, against a real service, over a network that breaks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.fault_proxy import FaultProxy
from tests.support.running import PATIENCE_S, RunningService, free_port
from tests.support.simple_documents import pdf


def send(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ocr_service", "send", *map(str, arguments)]
    clean = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(command, env=clean, capture_output=True, text=True, timeout=PATIENCE_S)


def test_each_file_gets_a_folder_and_a_broken_one_costs_the_exit_code(service: RunningService, tmp_path: Path) -> None:
    (tmp_path / "good.pdf").write_bytes(pdf("Sent first", "Sent second"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "good.pdf").write_bytes(pdf("Another one that was sent"))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    out = tmp_path / "results"
    files = [tmp_path / "good.pdf", tmp_path / "broken.pdf", tmp_path / "missing.pdf", tmp_path / "other" / "good.pdf"]
    options = ("--formats", "folder,html,txt,pdf", "--text-layer", "ignore", "--words")
    run = send(*files, "-o", out, "--url", service.url, *options)
    assert run.returncode == 1, run.stderr
    assert "Sent second" in (out / "good" / "good.md").read_text()
    region = json.loads((out / "good" / "good.json").read_text())["pages"][0]["regions"][0]
    assert (region["source"], [word["text"] for word in region["words"]]) == ("tesseract", ["Sent", "first"])
    assert "Sent first" in (out / "good" / "good.html").read_text()
    assert "Sent first" in (out / "good" / "good.txt").read_text()
    assert (out / "good" / "good.pdf").read_bytes().startswith(b"%PDF")
    assert "Another one" in (out / "good-2" / "good.md").read_text()
    assert "broken.pdf: damaged_pdf" in run.stderr
    assert "missing.pdf: No such file" in run.stderr
    assert str(out / "good" / "good.md") in run.stdout.split()
    assert sorted(path.name for path in out.iterdir()) == ["good", "good-2"]
    written = ["good.html", "good.json", "good.md", "good.pdf", "good.txt"]
    assert sorted(path.name for path in (out / "good").iterdir()) == written


def test_an_upload_that_was_lost_is_sent_again_as_the_same_job(service: RunningService, tmp_path: Path) -> None:
    (tmp_path / "lost.pdf").write_bytes(pdf("Lost once"))
    with FaultProxy(("127.0.0.1", service.port), faults=["reset"], methods=frozenset({"POST"})) as proxy:
        run = send(tmp_path / "lost.pdf", "-o", tmp_path / "results", "--url", proxy.url)
    assert run.returncode == 0, run.stderr
    assert "Lost once" in (tmp_path / "results" / "lost" / "lost.md").read_text()
    keys = [seen.headers["idempotency-key"] for seen in proxy.seen if seen.method == "POST"]
    assert len(keys) == 2 and len(set(keys)) == 1


def test_events_and_downloads_that_broke_are_taken_up(service: RunningService, tmp_path: Path) -> None:
    (tmp_path / "book.pdf").write_bytes(pdf(*(f"Broken line {number}" for number in range(1, 5))))
    book = ("127.0.0.1", service.port)
    get = frozenset({"GET"})
    with (
        FaultProxy(book, faults=["truncate"], methods=get, at="/result.zip") as downloads,
        FaultProxy(("127.0.0.1", downloads.port), faults=["truncate"], methods=get, at="/events") as events,
    ):
        run = send(tmp_path / "book.pdf", "-o", tmp_path / "results", "--url", events.url)
    assert run.returncode == 0, run.stderr
    assert "Broken line 4" in (tmp_path / "results" / "book" / "book.md").read_text()
    first, second = [seen.headers["last-event-id"] for seen in events.seen if "/events" in seen.path]
    assert first == "0" and int(second) > 0
    assert sum(seen.path.endswith("/result.zip") for seen in downloads.seen) == 2


def test_the_same_command_again_brings_the_same_job(service: RunningService, tmp_path: Path) -> None:
    (tmp_path / "twice.pdf").write_bytes(pdf("Sent twice"))
    command = (tmp_path / "twice.pdf", "-o", tmp_path / "results", "--url", service.url, "--formats", "md")

    def jobs() -> list[str]:
        listed = service.client.get("/jobs", params={"limit": 500}).json()["jobs"]
        return [job["id"] for job in listed if job["file"]["name"] == "twice.pdf"]

    assert send(*command).returncode == 0
    first = jobs()
    assert send(*command).returncode == 0
    assert jobs() == first
    assert send(*command, "--again").returncode == 0
    assert len(jobs()) == 2


@pytest.mark.parametrize("arguments", [("--formats", "doc"), ("--parallel", "0")])
def test_wrong_arguments_are_named(tmp_path: Path, arguments: tuple[str, str]) -> None:
    run = send("a.pdf", "-o", tmp_path, *arguments)
    assert run.returncode == 2
    assert arguments[1] in run.stderr


def test_a_service_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    run = send("a.pdf", "-o", tmp_path / "results", "--url", f"http://127.0.0.1:{free_port()}")
    assert run.returncode == 2
    assert "All connection attempts failed" in run.stderr


def test_help_teaches() -> None:
    run = send("--help")
    assert run.returncode == 0
    assert "Exit code" in run.stdout and "--formats" in run.stdout
