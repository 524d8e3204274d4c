"""A job's files go to the bucket and come to another folder as they were."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ocr_service.errors import DamagedFile, NotFound, S3Unavailable
from ocr_service.storage.artifacts import S3Artifacts
from ocr_service.storage.filesystem import JobFolder
from ocr_service.storage.s3 import S3Config, S3Store
from tests.fakes.fault_proxy import FaultProxy
from tests.support.s3_server import BUCKET, REGION

pytestmark = pytest.mark.anyio

CONTENT = b"%PDF a document"


@pytest.fixture
async def store(proxy: FaultProxy) -> AsyncIterator[S3Store]:
    store = S3Store(S3Config(proxy.url, REGION, BUCKET, "key", "very-secret", prefix="ocr"))
    yield store
    store.close()


@pytest.fixture
def bucket(store: S3Store) -> S3Artifacts:
    return S3Artifacts(store)


@pytest.fixture
def here(tmp_path: Path) -> JobFolder:
    """A job with a page that has two figures, and one without, and its result."""
    folder = JobFolder(tmp_path / "here", "job1")
    upload = tmp_path / "upload"
    upload.write_bytes(CONTENT)
    folder.create(upload)
    read(folder, 1, "first", figures=2)
    read(folder, 2, "second")
    publish(folder, "whole")
    return folder


@pytest.fixture
def there(tmp_path: Path) -> JobFolder:
    """The same job at a replica that has nothing of it."""
    return JobFolder(tmp_path / "there", "job1")


def read(folder: JobFolder, number: int, text: str, *, figures: int = 0) -> None:
    for figure in range(figures):
        (folder.images / f"p{number:04d}_r{figure:02d}_image.jpg").write_bytes(f"{text} {figure}".encode())
    folder.keep_page(number, text.encode())


def publish(folder: JobFolder, text: str) -> None:
    with folder.publishing() as staging:
        (staging / "letter.md").write_text(text)


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "copies")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def test_another_folder_gets_all_that_a_job_has(
    bucket: S3Artifacts, store: S3Store, here: JobFolder, there: JobFolder
) -> None:
    await bucket.keep_input(here)
    await bucket.keep_pages(here, [1, 2], "run1")
    await bucket.keep_result(here, "run1")
    assert [item.key for item in await store.objects("")] == [
        f"ocr/.jobs/job1/{name}" for name in ("input", "p0001-run1.zip", "p0002-run1.zip", "result-run1.zip")
    ]
    await bucket.fetch_input(there, sha256(CONTENT))
    await bucket.fetch_pages(there, {1: "run1", 2: "run1"})
    await bucket.fetch_result(there, ["run1"])
    assert files(there.work) == files(here.work)
    assert files(there.published) == files(here.published)
    assert there.kept_pages() == [1, 2]


async def test_what_is_here_already_is_neither_sent_nor_fetched_again(
    bucket: S3Artifacts, proxy: FaultProxy, here: JobFolder, there: JobFolder
) -> None:
    for _ in range(2):
        await bucket.keep_pages(here, [1, 2], "run1")
        await bucket.fetch_pages(there, {1: "run1", 2: "run1"})
        await bucket.fetch_pages(here, {1: "run1", 2: "run1"})
    assert sorted(seen.method for seen in proxy.seen) == ["GET", "GET", "PUT", "PUT"]


async def test_a_page_that_another_run_read_again_takes_the_old_ones_place(
    bucket: S3Artifacts, here: JobFolder, there: JobFolder
) -> None:
    await bucket.keep_pages(here, [1, 2], "run1")
    await bucket.fetch_pages(there, {1: "run1", 2: "run1"})
    there.drop_page(1)
    read(there, 1, "again")
    await bucket.keep_pages(there, [1], "run2")
    assert here.page(1) == b"first"
    await bucket.fetch_pages(here, {1: "run2", 2: "run1"})
    assert (here.page(1), here.page(2)) == (b"again", b"second")


async def test_a_page_that_was_replaced_but_never_sent_is_fetched_as_the_bucket_has_it(
    bucket: S3Artifacts, here: JobFolder
) -> None:
    await bucket.keep_pages(here, [1, 2], "run1")
    before = files(here.work)
    await bucket.about_to_replace(here, [1])
    here.images_again.mkdir(parents=True)
    (here.images_again / "p0001_r00_chart.jpg").write_bytes(b"again")
    here.replace_page(1, b"again")
    await bucket.fetch_pages(here, {1: "run1", 2: "run1"})
    assert files(here.work) == before


async def test_a_run_that_lost_its_job_overwrites_nothing(
    bucket: S3Artifacts, here: JobFolder, there: JobFolder
) -> None:
    await bucket.keep_pages(here, [1], "run2")
    there.make()
    read(there, 1, "late")
    publish(there, "late")
    await bucket.keep_result(here, "run2")
    await bucket.keep_pages(there, [1], "run1")
    await bucket.keep_result(there, "run1")
    await bucket.fetch_pages(there, {1: "run2"})
    await bucket.fetch_result(there, ["run2", "run1"])
    assert there.page(1) == b"first"
    assert (there.published / "letter.md").read_text() == "whole"


async def test_pages_that_were_dropped_elsewhere_go_with_their_figures(bucket: S3Artifacts, here: JobFolder) -> None:
    await bucket.keep_pages(here, [1, 2], "run1")
    await bucket.fetch_pages(here, {2: "run1"})
    assert here.kept_pages() == [2]
    assert list(here.images.iterdir()) == []


async def test_the_result_is_the_newest_runs_that_made_one(
    bucket: S3Artifacts, here: JobFolder, there: JobFolder
) -> None:
    await bucket.fetch_result(there, ["run1"])
    assert not there.published.exists()
    await bucket.keep_result(here, "run1")
    await bucket.fetch_result(there, ["run2", "run1"])  # the second was cancelled
    assert (there.published / "letter.md").read_text() == "whole"
    assert sorted(path.name for path in (there.published / "images").iterdir()) == [
        "p0001_r00_image.jpg",
        "p0001_r01_image.jpg",
    ]


async def test_an_input_that_is_not_what_was_uploaded_is_not_read(
    bucket: S3Artifacts, here: JobFolder, there: JobFolder
) -> None:
    await bucket.keep_input(here)
    with pytest.raises(DamagedFile, match="SHA-256"):
        await bucket.fetch_input(there, sha256(b"another"))
    assert files(there.work) == {}


async def test_a_bundle_that_is_damaged_is_said_to_be(
    bucket: S3Artifacts, store: S3Store, there: JobFolder, tmp_path: Path
) -> None:
    (tmp_path / "damaged").write_bytes(b"no zip")
    await store.upload(tmp_path / "damaged", "ocr/.jobs/job1/p0001-run1.zip", "application/zip")
    with pytest.raises(DamagedFile):
        await bucket.fetch_pages(there, {1: "run1"})
    assert there.kept_pages() == []


async def test_what_the_bucket_lost_is_not_found(bucket: S3Artifacts, there: JobFolder) -> None:
    with pytest.raises(NotFound):
        await bucket.fetch_input(there, sha256(CONTENT))
    with pytest.raises(NotFound):
        await bucket.fetch_pages(there, {1: "run1"})


async def test_pages_from_before_the_bucket_was_used_stay(bucket: S3Artifacts, here: JobFolder) -> None:
    await bucket.fetch_pages(here, {1: "run1", 2: "run1"})
    assert here.kept_pages() == [1, 2]


async def test_removal_takes_the_jobs_objects_and_no_others(
    bucket: S3Artifacts, store: S3Store, here: JobFolder, tmp_path: Path
) -> None:
    await bucket.keep_input(here)
    await bucket.keep_pages(here, [1, 2], "run1")
    other = JobFolder(here.root, "job10")
    (tmp_path / "upload").write_bytes(CONTENT)
    other.create(tmp_path / "upload")
    await bucket.keep_input(other)
    await bucket.remove("job1")
    await bucket.remove("job1")
    assert [item.key for item in await store.objects("")] == ["ocr/.jobs/job10/input"]


async def test_a_bucket_that_is_away_leaves_nothing_half_done(
    bucket: S3Artifacts, proxy: FaultProxy, here: JobFolder, there: JobFolder
) -> None:
    await bucket.keep_pages(here, [1], "run1")
    proxy.take_down()
    with pytest.raises(S3Unavailable):
        await bucket.keep_pages(here, [2], "run1")
    with pytest.raises(S3Unavailable):
        await bucket.fetch_pages(there, {1: "run1"})
    proxy.bring_up()
    assert not [*here.work.rglob(".writing-*"), *there.work.rglob(".writing-*")]
    await bucket.keep_pages(here, [2], "run1")
    await bucket.fetch_pages(there, {1: "run1", 2: "run1"})
    assert files(there.work / "pages") == files(here.work / "pages")
