"""Who can read what lies in OUTPUT_DIR, and how long a PDF's password lies there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from ocr_service.document import ReadOptions
from ocr_service.jobs.batches.rows import BatchRows
from ocr_service.jobs.db.queue import cache_key, request_digest
from ocr_service.jobs.db.sqlite import open_sqlite
from ocr_service.jobs.models import JobState
from ocr_service.jobs.store import Store
from ocr_service.storage.filesystem import JobFolder
from tests.support.store import OpenStore, new_job

pytestmark = pytest.mark.anyio

PASSWORD = "correct-horse-battery"


@contextmanager
def umask(value: int) -> Iterator[None]:
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


def modes(root: Path) -> dict[str, int]:
    paths = [root, *root.rglob("*")]
    return {str(path.relative_to(root.parent)): stat.S_IMODE(path.stat().st_mode) for path in paths}


@pytest.mark.parametrize(("mask", "file_mode", "folder_mode"), [(0o077, 0o600, 0o700), (0o027, 0o640, 0o750)])
async def test_a_jobs_files_have_the_rights_that_file_umask_leaves(
    tmp_path: Path, mask: int, file_mode: int, folder_mode: int
) -> None:
    upload = tmp_path / "upload"
    upload.touch(mode=0o600)
    with umask(mask):
        root = tmp_path / "output"
        root.mkdir()
        folder = JobFolder(root, "job")
        folder.create(upload)
        folder.keep_page(1, b"{}")
        with folder.publishing() as staging:
            (staging / "letter.md").write_text("text")
    for name, mode in modes(root).items():
        assert mode == (folder_mode if (tmp_path / name).is_dir() else file_mode), name


async def test_a_database_that_others_could_read_is_closed_to_them(
    tmp_path: Path, open_sqlite_store: OpenStore
) -> None:
    with umask(0o022):
        async with open_sqlite(tmp_path / "jobs.sqlite3", lambda change: None):
            pass
    assert modes(tmp_path)[f"{tmp_path.name}/jobs.sqlite3"] == 0o644
    with umask(0o077):
        async with open_sqlite_store():
            assert set(modes(tmp_path).values()) <= {0o600, 0o700}


@pytest.mark.parametrize("end", [JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED])
async def test_the_password_goes_with_the_end_of_the_job(store: Store, end: JobState) -> None:
    new = new_job(options=ReadOptions(password=PASSWORD))
    await store.submit(new)
    claim = await store.claim_next("here")
    assert claim is not None and claim.job.options.password == PASSWORD
    assert not claim.job.password_removed
    if end is JobState.CANCELLED:
        await store.cancel(new.id)
    else:
        await store.finish(new.id, claim.run_id, end)
    ended = await store.get(new.id)
    assert ended.options.password == "" and ended.password_removed
    rows = await store.read(lambda tx: [str(row) for row in tx.all(text("SELECT * FROM jobs"))])
    assert rows and not any(PASSWORD in row for row in rows)


async def test_nothing_of_the_password_is_left_in_the_file(tmp_path: Path, open_sqlite_store: OpenStore) -> None:
    async with open_sqlite_store() as store:
        new = new_job(options=ReadOptions(password=PASSWORD))
        await store.submit(new)
        assert PASSWORD.encode() in b"".join(path.read_bytes() for path in tmp_path.glob("jobs.sqlite3*"))
        await store.cancel(new.id)
    assert PASSWORD.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("jobs.sqlite3*"))


async def test_a_fed_batch_forgets_the_password(store: Store) -> None:
    batches = BatchRows(store.database)
    await batches.create("b", "", "in/", {"password": PASSWORD}, ["in/a.pdf"])
    batch = await batches.claim(most_of_owner=1)
    assert batch is not None and batch.options["password"] == PASSWORD
    document = await batches.next_document(batch)
    assert document is not None
    await batches.accepted(document, "job")
    assert await batches.next_document(batch) is None
    assert (await batches.progress("b")).batch.options["password"] == ""


def test_digests_do_not_depend_on_the_password() -> None:
    with_one, without = (new_job(content="same", options=ReadOptions(password=word)) for word in (PASSWORD, ""))
    assert cache_key(with_one) == cache_key(without)
    assert request_digest(with_one) == request_digest(without)
