"""PostgreSQL that holds its connections and says nothing."""

from __future__ import annotations

import asyncio

import pytest

from ocr_service.errors import NotReady
from tests.support.postgres_server import PostgresServer
from tests.support.running import PATIENCE_S
from tests.support.store import OpenStore

pytestmark = pytest.mark.anyio


async def test_what_waits_for_a_silent_server_is_cancelled_without_an_answer(
    open_postgres_store: OpenStore, postgres: PostgresServer
) -> None:
    async with open_postgres_store() as store:
        await store.ping()
        postgres.freeze()
        try:
            waiting = asyncio.create_task(store.without_limit().ping())
            with pytest.raises(NotReady):
                await store.within(0.2).ping()
            waiting.cancel()
            await asyncio.wait({waiting}, timeout=PATIENCE_S)
            assert waiting.cancelled()
        finally:
            postgres.thaw()
        await store.ping()
