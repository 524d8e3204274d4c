"""A DATABASE_URL that is no address of a PostgreSQL server."""

from __future__ import annotations

import pytest

from ocr_service.jobs.db.database import DatabaseError
from ocr_service.jobs.db.postgres import open_postgres

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "url", ["jobs", "host=db password=secret", "mysql://ocr:secret@db/jobs", "postgresql://ocr:secret@db:port/jobs"]
)
async def test_an_address_that_is_not_one_of_postgresql_is_named_in_one_line_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseError) as refused:
        async with open_postgres(url, lambda change: None, _no_gap):
            pass
    assert str(refused.value) == "DATABASE_URL: must be postgresql://user:password@host:port/database"


async def test_an_address_with_a_driver_or_the_short_scheme_is_tried() -> None:
    for url in ("postgres://ocr@127.0.0.1:1/jobs", "postgresql+asyncpg://ocr@127.0.0.1:1/jobs"):
        with pytest.raises(DatabaseError, match="connection failed"):
            async with open_postgres(url, lambda change: None, _no_gap):
                pass


async def _no_gap() -> None:
    pass
