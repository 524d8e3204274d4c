"""``python -m ocr_service jobs``: list, cancel, retry and remove jobs.

``list`` and ``show`` read the database beside a running service. ``cancel``, ``retry`` and ``purge`` change PostgreSQL,
or SQLite that no service has open, directly; where a running service owns the SQLite file, they call its HTTP API.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import httpx
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ocr_service.bootstrap.configs import jobs_config
from ocr_service.errors import AlreadyFinished, NotFound, ServiceError
from ocr_service.jobs.db.database import DatabaseError, DatabaseInUse
from ocr_service.jobs.models import Job, JobState, PageCounts
from ocr_service.jobs.service import JobsConfig, JobService, open_jobs_for_changes, open_jobs_read_only
from ocr_service.jobs.store import Store
from ocr_service.settings import Settings

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_EXAMPLES = """examples:
  python -m ocr_service jobs list --state failed
  python -m ocr_service jobs show 01a2012a85ad5c9b0ad38c6256f17aaf
  python -m ocr_service jobs retry 01a2012a85ad5c9b0ad38c6256f17aaf      reads only the pages that failed
  python -m ocr_service jobs purge --older-than 24                      finished more than 24 hours ago

The database is that of DATABASE_URL, or the SQLite file in OUTPUT_DIR; run this with the service's settings.
Exit code: 0 when done, 1 when a job is unknown or refused, or the service that owns the SQLite file does not answer,
2 when the database cannot be used."""

_LONGEST_H = 24 * 366 * 100


def add_command(commands: Commands) -> None:
    parser = commands.add_parser(
        "jobs",
        help="list, cancel, retry and remove jobs",
        description="Lists, cancels, retries and removes jobs, beside a running service or without one.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="list jobs, newest first")
    listing.add_argument("--state", choices=[state.value for state in JobState], help="default: all states")
    listing.add_argument("--limit", type=count, default=50, metavar="N", help="jobs to list at most; default: 50")
    listing.add_argument("--json", action="store_true", help="print one JSON object a line")
    for name, meaning in (
        ("show", "print state, history and failed pages of jobs"),
        ("cancel", "stop unfinished jobs; a finished job is refused"),
        ("retry", "read the failed pages of finished jobs again"),
    ):
        actions.add_parser(name, help=meaning).add_argument("ids", nargs="+", metavar="ID")
    purge = actions.add_parser("purge", help="remove finished jobs and their files")
    purge.add_argument(
        "--older-than",
        type=hours,
        metavar="HOURS",
        help="only jobs that finished more than HOURS hours ago; default: JOB_TTL_H",
    )
    parser.set_defaults(run=run)


def count(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def hours(text: str) -> float:
    """0 or more. Raises ArgumentTypeError."""
    if not 0 <= (number := float(text)) <= _LONGEST_H:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {_LONGEST_H}")
    return number


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    try:
        return asyncio.run(_run(arguments, settings))
    except DatabaseError as error:
        print(error, file=sys.stderr)
        return 2
    except httpx.TransportError as error:
        owner = "the service that owns the database; set APP_HOST and APP_PORT as that service has them"
        print(f"{error}: no answer from {owner}", file=sys.stderr)
        return 1
    except (ServiceError, httpx.HTTPError) as error:
        print(error, file=sys.stderr)
        return 1


async def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    config = jobs_config(settings)
    match arguments.action:
        case "list":
            return await _looking(
                config, lambda store: _list(store, arguments.state, arguments.limit, as_json=arguments.json)
            )
        case "show":
            return await _looking(config, lambda store: _show(store, arguments.ids))
    if arguments.action == "purge" and arguments.older_than is not None:
        age_s = arguments.older_than * 3600
    else:
        age_s = config.ttl_s
    try:
        async with open_jobs_for_changes(config) as service:
            return await _change(service, arguments.action, getattr(arguments, "ids", []), age_s)
    except DatabaseInUse:
        return _ask_service(settings, arguments.action, getattr(arguments, "ids", []), age_s)


async def _looking(config: JobsConfig, look: Callable[[Store], Awaitable[int]]) -> int:
    async with open_jobs_read_only(config) as store:
        return await look(store)


async def _list(store: Store, state: str | None, limit: int, *, as_json: bool) -> int:
    jobs = await store.newest(states=[JobState(state)] if state else (), limit=limit)
    counts = await store.page_counts([job.id for job in jobs])
    if as_json:
        for job in jobs:
            print(json.dumps(_fields(job, counts.get(job.id, PageCounts())), ensure_ascii=False))
        return 0
    table = Table("id", "state", "pages", "created", "file", "error", box=None)
    for job in jobs:
        failure = job.failure.code if job.failure else ""
        pages = _pages(job, counts.get(job.id, PageCounts()))
        name = Text(job.file.name)  # a plain string is parsed for rich's [markup]
        table.add_row(job.id, job.state, pages, _time(job.created_at), name, failure)
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    return 0


def _fields(job: Job, counts: PageCounts) -> dict[str, Any]:
    """The fields of ``GET /jobs`` that the list shows."""
    return {
        "id": job.id,
        "state": job.state,
        "pages": {"total": job.page_total, "done": counts.done, "failed": counts.failed},
        "file": job.file.name,
        "owner": job.owner,
        "created_at": _time(job.created_at),
        "error": {"code": job.failure.code, "message": job.failure.message} if job.failure else None,
    }


async def _show(store: Store, job_ids: list[str]) -> int:
    missing = 0
    for job_id in job_ids:
        if (job := await store.find(job_id)) is None:
            missing += 1
            print(f"There is no job {job_id!r}.", file=sys.stderr)
            continue
        counts = (await store.page_counts([job_id])).get(job_id, PageCounts())
        print(f"{job.id}  {job.state}  {_pages(job, counts)} pages  {job.file.name}")
        print(f"  engine {job.engine}, {job.priority.name.lower()}, key {job.owner or '-'}, runs {job.runs}")
        if job.failure:
            where = f" (page {job.failure.page}, {job.failure.stage})" if job.failure.page else ""
            print(f"  {job.failure.code}: {job.failure.message}{where}")
        for event in await store.events(job_id, 0):
            if event.kind == "state":
                reason = f" ({event.data['reason']})" if event.data["reason"] else ""
                print(f"  {_time(event.data['at'])}  {event.data['state']}{reason}")
        for page in await store.pages(job_id):
            if page.status != "completed" or page.error_code:
                print(f"  page {page.number}: {page.status} {page.error_code or ''}".rstrip())
    return 1 if missing else 0


async def _change(service: JobService, action: str, job_ids: list[str], age_s: float) -> int:
    if action == "purge":
        print(f"{await service.purge(age_s)} jobs removed")
        return 0
    refused = 0
    for job_id in job_ids:
        try:
            job = await (service.cancel(job_id) if action == "cancel" else service.retry(job_id))
        except (NotFound, AlreadyFinished) as error:
            refused += 1
            print(f"{job_id}  {error}")
        else:
            print(f"{job_id}  {job.state}")
    return 1 if refused else 0


def _ask_service(settings: Settings, action: str, job_ids: list[str], age_s: float) -> int:
    """Calls the service once with each of API_KEYS, since a key sees its own jobs only. Returns the exit code."""
    host = "127.0.0.1" if settings.app_host in ("0.0.0.0", "::") else settings.app_host
    keys = [entry.partition(":")[2] or entry for entry in settings.api_keys] or [""]
    clients = [
        httpx.Client(base_url=f"http://{host}:{settings.app_port}", headers={"X-API-Key": key}, timeout=30)
        for key in keys
    ]
    if action == "purge":
        old = [(client, job["id"]) for client in clients for job in _finished(client, age_s)]
        removed = sum(_delete(client, job_id, only="remove").is_success for client, job_id in old)
        print(f"{removed} jobs removed")
        return 0
    refused = 0
    for job_id in job_ids:
        answers = [
            client.post(f"/jobs/{job_id}/retry") if action == "retry" else _delete(client, job_id, only="cancel")
            for client in clients
        ]
        answer = next((answer for answer in answers if answer.status_code != 404), answers[0])
        refused += not answer.is_success
        print(f"{job_id}  {_said(answer)}")
    return 1 if refused else 0


def _delete(client: httpx.Client, job_id: str, *, only: Literal["cancel", "remove"]) -> httpx.Response:
    """Without ``only``, a DELETE cancels an unfinished job and removes a finished one."""
    return client.delete(f"/jobs/{job_id}", params={"only": only})


def _said(answer: httpx.Response) -> str:
    """The job's state, or the reason of the refusal."""
    if answer.status_code == httpx.codes.NO_CONTENT:
        return JobState.CANCELLED
    return str(answer.json()["state" if answer.is_success else "detail"])


def _finished(client: httpx.Client, age_s: float) -> Iterator[dict[str, Any]]:
    before = datetime.fromtimestamp(time.time() - age_s, UTC)
    after: str | None = ""
    while after is not None:
        part = (
            client.get("/jobs", params={"limit": 500} | ({"after": after} if after else {})).raise_for_status().json()
        )
        for job in part["jobs"]:
            if job["finished_at"] and datetime.fromisoformat(job["finished_at"]) < before:
                yield job
        after = part["next"]


def _pages(job: Job, counts: PageCounts) -> str:
    failed = f", {counts.failed} failed" if counts.failed else ""
    return f"{counts.done}/{job.page_total}{failed}"


def _time(seconds: float) -> str:
    """ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
