"""``python -m ocr_service jobs`` beside a running service, and with none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest

from ocr_service.jobs.db.sqlite import owned
from tests.fakes.vllm import FakeVllm
from tests.support.jobs import document, held, quick_service, submit, wait_finished
from tests.support.running import PATIENCE_S, ROOT, RunningService
from tests.support.warm_start import WarmProcess


def jobs(service: RunningService, *arguments: str) -> tuple[int, str]:
    """The command's exit code and what it writes."""
    written = service.folder / "jobs.log"
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_bytes(b"")
    code = WarmProcess(["jobs", *arguments], _environment(service), ROOT, written).wait(PATIENCE_S)
    return code, written.read_text()


def _environment(service: RunningService) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "OUTPUT_DIR": str(service.output), "APP_PORT": str(service.port)}


def test_an_operator_looks_cancels_retries_and_purges(tmp_path: Path) -> None:
    gate = threading.Event()
    fake = FakeVllm(answer=held(gate, after=2))
    with fake.running(), quick_service(tmp_path, fake, RENDER_WORKERS="1") as service:
        book = submit(service.client, "book", document("book", 4))
        fake.wait_until(lambda fake: fake.in_flight == 2)
        code, listed = jobs(service, "list", "--state", "running")
        assert code == 0 and book in listed and "2/4" in listed
        code, lines = jobs(service, "list", "--json")
        [row] = map(json.loads, lines.splitlines())
        assert code == 0 and (row["id"], row["state"], row["pages"]["total"]) == (book, "running", 4)
        assert datetime.fromisoformat(row["created_at"]).tzinfo is not None
        assert jobs(service, "cancel", book) == (0, f"{book}  cancelled\n")
        gate.set()
        service.stop()

        # With no service the database is free: the same command works on it.
        assert jobs(service, "retry", book) == (0, f"{book}  queued\n")
        asked = len(fake.asked)
        service.start()
        assert wait_finished(service.client, [book])[book]["state"] == "completed"
        warm_up = 3
        assert len(fake.asked) - asked - warm_up == 2
        code, shown = jobs(service, "show", book)
        assert code == 0 and "4/4 pages" in shown and "(retry)" in shown and "cancelled" in shown
        assert jobs(service, "purge", "--older-than", "0") == (0, "1 jobs removed\n")
        assert jobs(service, "show", book) == (1, f"There is no job {book!r}.\n")


def test_where_no_job_ever_was_the_answer_is_one_line(tmp_path: Path) -> None:
    service = RunningService(tmp_path)
    service.client.close()
    command = [sys.executable, "-m", "ocr_service", "jobs", "list"]
    done = subprocess.run(command, env=_environment(service), cwd=ROOT, capture_output=True, text=True)
    code, said = done.returncode, done.stdout + done.stderr
    assert code == 2 and said.count("\n") == 1 and "jobs.sqlite3 is not there" in said


def test_neither_an_unknown_job_nor_an_odd_name_keeps_others_from_what_was_asked(tmp_path: Path) -> None:
    fake = FakeVllm()
    with fake.running(), quick_service(tmp_path, fake) as service:
        book = submit(service.client, "a[/b]", document("book", 1))
        wait_finished(service.client, [book])
        service.stop()
        code, listed = jobs(service, "list")
        assert code == 0 and "a[/b].pdf" in listed
        code, shown = jobs(service, "show", "nobody", book)
        assert code == 1 and "There is no job 'nobody'." in shown and f"{book}  completed" in shown
        unknown = "nobody  There is no job 'nobody'.\n"
        assert jobs(service, "retry", "nobody", book) == (1, f"{unknown}{book}  completed\n")


def test_a_job_that_ended_before_its_cancel_stays_with_its_results(tmp_path: Path) -> None:
    fake = FakeVllm()
    with fake.running(), quick_service(tmp_path, fake) as service:
        book = submit(service.client, "book", document("book", 1))
        wait_finished(service.client, [book])
        refused = 1, f"{book}  The job ended before it could be cancelled: it is completed.\n"
        assert jobs(service, "cancel", book) == refused
        assert service.client.get(f"/jobs/{book}/result").is_success
        service.stop()
        assert jobs(service, "cancel", book) == refused
        code, shown = jobs(service, "show", book)
        assert code == 0 and "completed  1/1 pages" in shown


@pytest.mark.parametrize(
    "arguments",
    [("purge", "--older-than", "-5"), ("purge", "--older-than", "nan"), ("list", "--limit", "-1")],
    ids=" ".join,
)
def test_a_figure_that_makes_no_sense_is_refused_before_anything_is_done(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    service = RunningService(tmp_path)
    service.client.close()
    code, said = jobs(service, *arguments)
    assert code == 2 and f"argument {arguments[1]}: {arguments[2]} is " in said


def test_looking_at_a_damaged_database_says_so_in_one_line(tmp_path: Path) -> None:
    service = RunningService(tmp_path)
    service.client.close()
    database = service.output / ".jobs" / "jobs.sqlite3"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"no database " * 400)
    code, said = jobs(service, "list")
    assert code == 2 and said.count("\n") == 1 and f"{database} cannot be read: file is not a database" in said


def test_a_service_at_another_port_is_named_as_the_reason(tmp_path: Path) -> None:
    service = RunningService(tmp_path)
    service.client.close()
    path = service.output / ".jobs" / "jobs.sqlite3"
    path.parent.mkdir(parents=True)
    with owned(path):
        code, said = jobs(service, "cancel", "whatever")
    assert code == 1 and said.count("\n") == 1 and "APP_PORT" in said
