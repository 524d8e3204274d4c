"""What SQLite's file may be at the start: in use, damaged, newer, foreign. Nothing is overwritten then."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from ocr_service.jobs.db.database import DatabaseError, Transaction
from ocr_service.jobs.db.sqlite import open_sqlite
from ocr_service.jobs.models import JobState, PageRow
from tests.support.store import OpenStore, keep_page, new_job

pytestmark = pytest.mark.anyio


async def refused(path: Path) -> str:
    before = path.read_bytes()
    with pytest.raises(DatabaseError) as caught:
        async with open_sqlite(path, lambda change: None):
            raise AssertionError("it was opened")
    assert path.read_bytes() == before
    message = str(caught.value)
    assert "\n" not in message and str(path) in message
    return message


async def make(path: Path) -> None:
    async with open_sqlite(path, lambda change: None):
        pass


async def test_a_second_process_is_refused_with_the_first_ones_pid(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite3"
    code = (
        "import sys, pathlib; from ocr_service.jobs.db.sqlite import owned\n"
        "with owned(pathlib.Path(sys.argv[1])):\n    print('owned', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout and other.stdout.readline() == "owned\n"
        path.touch()
        message = await refused(path)
        assert f"pid {other.pid}" in message and "DATABASE_URL" in message
        other.kill()
    await make(path)


async def test_a_process_that_ended_leaves_the_file_free(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite3"
    await make(path)
    await make(path)
    assert path.with_suffix(".lock").read_text().strip() == str(os.getpid())


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite3"
    path.write_bytes(b"no database" * 1000)
    assert "is damaged" in await refused(path)


async def test_a_damaged_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite3"
    await make(path)
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 8] = os.urandom(4096 * 6)
    path.write_bytes(content)
    assert "is damaged" in await refused(path)


async def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite3"
    await make(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    message = await refused(path)
    assert "newer version (schema 9999" in message


async def test_a_database_of_an_earlier_version_goes_on_with_its_jobs(
    tmp_path: Path, open_sqlite_store: OpenStore
) -> None:
    new = new_job()
    async with open_sqlite_store() as store:
        await store.submit(new)
        claim = await store.claim_next("here")
        assert claim is not None
        await keep_page(store, new.id, claim.run_id, PageRow(1, "completed", 0.1))
        await store.finish(new.id, claim.run_id, JobState.COMPLETED)
        before = await store.get(new.id)
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite3")) as connection:
        connection.execute("ALTER TABLE pages DROP COLUMN again")
        connection.execute("ALTER TABLE jobs DROP COLUMN corrections")
        connection.execute("DROP TABLE usage")
        connection.execute("DROP INDEX batches_owner")
        for column in (
            "batches.kind",
            "batches.about",
            "batches.cancelled",
            "batch_documents.custom_id",
            "batch_documents.asked",
        ):
            connection.execute("ALTER TABLE {} DROP COLUMN {}".format(*column.split(".")))
        connection.execute("DROP INDEX jobs_finished")
        connection.execute("DROP INDEX jobs_batch")
        connection.execute("UPDATE alembic_version SET version_num = '0004'")
        connection.commit()
    async with open_sqlite_store() as store:
        assert await store.get(new.id) == before
        assert await store.pages(new.id) == [PageRow(1, "completed", 0.1)]
        await store.retry(new.id, [1])
        assert await store.pages(new.id) == [PageRow(1, "completed", 0.1, again=True)]


async def test_a_foreign_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE jobs (id)")
    assert "did not make" in await refused(path)


async def test_every_commit_is_synced(open_sqlite_store: OpenStore) -> None:
    def ask(tx: Transaction) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        answers = [(tx.execute(text(f"PRAGMA {name}"))).scalar_one() for name in names]
        return dict(zip(names, answers, strict=True))

    async with open_sqlite_store() as store:
        assert await store.database.write(ask, give_up_s=1) == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
        }
