"""The tables. Small rows only; page texts and images lie in the job's folder.

A page's row and a move's row are at the same time the events of the job: both carry ``seq``, handed out by the job's
row under its lock, so that ``seq`` grows in the order of the commits and a listener can resume after any of them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from ocr_service.jobs.models import UNFINISHED

ROW_VERSION = 1  # of what the JSON columns hold; written on every row

metadata = MetaData()

_IN_A_BATCH = text("batch_id IS NOT NULL")

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("row_version", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("turn", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("file_type", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("file_pages", Integer, nullable=False),
    Column("page_total", Integer, nullable=False),
    Column("options", JSON, nullable=False),
    Column("engine", Text, nullable=False),
    Column("engine_version", Text, nullable=False),
    Column("created_at", Float(53), nullable=False),
    Column("started_at", Float(53)),
    Column("finished_at", Float(53)),
    Column("deadline_at", Float(53)),
    Column("run_id", Text),
    Column("replica", Text),
    Column("runs", Integer, nullable=False),
    Column("lost_runs", Integer, nullable=False, server_default="0"),
    Column("last_seq", Integer, nullable=False),
    Column("cache_key", Text),
    Column("leader_id", Text),
    Column("cached", Boolean, nullable=False),
    Column("idempotency_key", Text),
    Column("request_digest", Text, nullable=False),
    Column("batch_id", Text),
    Column("webhook_url", Text),
    Column("webhook_events", JSON),
    Column("failure_code", Text),
    Column("failure_message", Text),
    Column("failure_page", Integer),
    Column("failure_stage", Text),
    Column("corrections", Integer, nullable=False, server_default="0"),  # how many people have made
    Index("jobs_queue", "state", text("priority DESC"), "turn", "id"),
    Index("jobs_cache", "cache_key"),
    Index("jobs_leader", "leader_id"),
    Index("jobs_finished", "finished_at"),
    Index("jobs_batch", "batch_id", "id", "state", sqlite_where=_IN_A_BATCH, postgresql_where=_IN_A_BATCH),
    Index("jobs_idempotency", "owner", "idempotency_key", unique=True),
)

pages = Table(
    "pages",
    metadata,
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("seconds", Float(53), nullable=False),
    Column("error_code", Text),
    Column("again", Boolean, nullable=False, server_default=false()),  # to be read again; it stays until then
    Index("pages_seq", "job_id", "seq"),
)

moves = Table(
    "moves",
    metadata,
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("at", Float(53), nullable=False),
    Column("run_id", Text),
    Column("reason", Text),
)

replicas = Table(
    "replicas",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seen_at", Float(53), nullable=False),
)


# A cursor over a job's events, see delivery_rows. ``next_at``: not before; ``in_hand``: until then it is a lease.
deliveries = Table(
    "deliveries",
    metadata,
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("pages_too", Boolean, nullable=False),
    Column("sent_seq", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Float(53), nullable=False),
    Column("in_hand", Boolean, nullable=False),
    Column("failing_since", Float(53)),
    Column("given_up_seq", Integer),
    Column("error", Text),
    Index("deliveries_due", "kind", "next_at"),
)


batches = Table(
    "batches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("options", JSON, nullable=False),
    Column("created_at", Float(53), nullable=False),
    Column("total", Integer, nullable=False),
    Column("fed", Boolean, nullable=False),  # every document has its job or its refusal
    Column("fed_until", Float(53), nullable=False),  # the lease of the replica that feeds it
    Column("kind", Text, nullable=False, server_default="s3"),  # which protocol its documents came in
    Column("about", JSON),  # what that protocol keeps of the batch
    Column("cancelled", Boolean, nullable=False, server_default=false()),
    Index("batches_owner", "owner", "id"),
)

batch_documents = Table(
    "batch_documents",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    Column("job_id", Text),
    Column("error_code", Text),
    Column("error_message", Text),
    Column("custom_id", Text),  # the client's name for it
    Column("asked", JSON),  # the request without its document
)


# What each API key has read on each day (of UTC, days since 1970-01-01): counted as the rows of pages are written.
usage = Table(
    "usage",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("pages", BigInteger, nullable=False),
    Column("failed_pages", BigInteger, nullable=False),
    Column("regions", BigInteger, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Column("cpu_s", Float(53), nullable=False),
    Index("usage_day", "day"),
)


def unfinished(job: FromClause = jobs) -> ColumnElement[bool]:
    """The job waits or runs."""
    return job.c.state.in_([state.value for state in UNFINISHED])


class db_now(FunctionElement[float]):
    """Seconds since the epoch by the database's own clock: replicas' clocks differ."""

    type = Float(53)
    inherit_cache = True


@compiles(db_now, "sqlite")
def _sqlite_now(element: Any, compiler: Any, **kw: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(db_now, "postgresql")
def _postgresql_now(element: Any, compiler: Any, **kw: Any) -> str:
    # As a subquery it is asked once a statement; asked for each row, as a volatile function is, no index would serve.
    return "(SELECT extract(epoch from clock_timestamp())::float8)"


class db_day(FunctionElement[int]):
    """Days since 1970-01-01 in UTC by the database's own clock."""

    type = Integer()
    inherit_cache = True


@compiles(db_day, "sqlite")
def _sqlite_day(element: Any, compiler: Any, **kw: Any) -> str:
    return "CAST(julianday('now') - 2440587.5 AS INTEGER)"


@compiles(db_day, "postgresql")
def _postgresql_day(element: Any, compiler: Any, **kw: Any) -> str:
    return "(SELECT floor(extract(epoch from clock_timestamp()) / 86400)::int)"
