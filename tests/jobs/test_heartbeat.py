"""A replica that is busy lives: its heartbeat shares neither the event loop nor a connection with its work."""

from __future__ import annotations

import time

import psycopg
import pytest

from ocr_service.jobs.heartbeat import heartbeat
from tests.support.postgres_server import PostgresServer
from tests.support.running import PATIENCE_S, wait_until

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


def seen_at(connection: psycopg.Connection[tuple[float]]) -> float:
    row = connection.execute("SELECT seen_at FROM replicas WHERE id = 'busy'").fetchone()
    return row[0] if row else 0.0


async def test_a_held_loop_and_taken_connections_do_not_stop_the_heartbeat(postgres: PostgresServer) -> None:
    url = postgres.create_database("heartbeat", template="migrated")
    with heartbeat(url, "busy", every_s=0.05), psycopg.connect(url, autocommit=True) as connection:
        first = seen_at(connection)
        until = time.monotonic() + PATIENCE_S
        beats: set[float] = set()
        while len(beats) < 5 and time.monotonic() < until:  # the event loop does nothing meanwhile
            beats.add(seen_at(connection))
        assert len(beats) == 5 and max(beats) > first


async def test_the_heartbeat_comes_back_after_its_connection_was_cut(postgres: PostgresServer) -> None:
    url = postgres.create_database("heartbeat_cut", template="migrated")
    with heartbeat(url, "busy", every_s=0.05), psycopg.connect(url, autocommit=True) as connection:
        wait_until(lambda: seen_at(connection), what="a heartbeat")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = %s",
            ("heartbeat_cut",),
        )
        before = seen_at(connection)
        wait_until(lambda: seen_at(connection) > before, what="the next heartbeat")
