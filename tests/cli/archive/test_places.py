"""A folder or a bucket's prefix, by the same names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocr_service.cli.archive.places import Address, FolderFailed, Place, each, is_document, read_text, write_text
from ocr_service.errors import BadOption, NotFound
from ocr_service.storage.s3 import S3Config
from tests.fakes.fault_proxy import FaultProxy
from tests.support.s3_server import BUCKET, REGION

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path, proxy: FaultProxy) -> Iterator[Place]:
    s3 = S3Config(proxy.url, REGION, "another", "key-id", "secret")
    text = str(tmp_path / "out") if request.param == "folder" else f"s3://{BUCKET}/deep/out/"
    opened = Address(text, s3).open()
    yield opened
    opened.close()


async def test_what_is_put_is_there(place: Place, tmp_path: Path) -> None:
    assert await place.names() == []
    (tmp_path / "file").write_bytes(b"content")
    for name in ("b/2.pdf", "a/1.pdf", "a/10.pdf"):
        await place.put(tmp_path / "file", name)
    assert await place.names() == ["a/1.pdf", "a/10.pdf", "b/2.pdf"]
    assert await place.names("a/1.") == ["a/1.pdf"]
    assert await place.get("a/1.pdf", tmp_path / "copy") == 7
    assert (tmp_path / "copy").read_bytes() == b"content"
    await place.remove("a/1.pdf")
    assert await place.names("a/") == ["a/10.pdf"]


async def test_folders_that_become_empty_go_and_so_does_what_killed_writers_have_left(tmp_path: Path) -> None:
    place = Address(str(tmp_path / "out"), None).open()
    for name in ("parts/a/pages/1", "parts/a/pages/2", "kept/1"):
        await write_text(place, name, "page")
    left, written = (tmp_path / "out/.unfinished" / name for name in ("half-a-page", "being-written"))
    left.parent.mkdir(exist_ok=True)
    for path in (left, written):
        path.write_text("pa")
    os.utime(left, (0, 0))
    await place.tidy()
    assert list(written.parent.iterdir()) == [written]
    os.utime(written, (0, 0))
    await place.tidy()
    await place.tidy()
    assert not written.parent.exists()
    for name in ("parts/a/pages/1", "parts/a/pages/2"):
        await place.remove(name)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["kept"]


async def test_what_is_not_there_is_not_found(place: Place, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await place.get("missing/file.pdf", tmp_path / "copy")
    assert await read_text(place, "plan.jsonl") is None
    await write_text(place, "plan.jsonl", "Ü")
    assert await read_text(place, "plan.jsonl") == "Ü"


async def test_a_folder_that_cannot_be_written_says_so_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    place = Address(str(tmp_path), None).open()
    await write_text(place, "a.pdf", "a file")
    with pytest.raises(FolderFailed, match=str(tmp_path)):
        await write_text(place, "a.pdf/a.md", "in a file")
    with pytest.raises(FolderFailed):
        await write_text(place, "a" * 300, "a name that no file system takes")
    assert await place.names() == ["a.pdf"]


async def test_the_first_error_of_many_is_raised() -> None:
    async def work(number: int) -> int:
        if number == 2:
            raise NotFound("two")
        return number * 10

    assert await each([1, 3], work) == [10, 30]
    with pytest.raises(NotFound, match="two"):
        await each([1, 2, 3], work)


def test_documents_are_told_by_their_suffix() -> None:
    names = ("a.pdf", "a/B.TIFF", "a.txt", ".hidden/a.pdf", "a/.b.pdf", "pdf")
    assert [name for name in names if is_document(name)] == ["a.pdf", "a/B.TIFF"]


def test_a_target_inside_the_source_is_known(tmp_path: Path) -> None:
    source = Address("s3://bucket/in", None)
    assert Address("s3://bucket/in/out/", None).inside(source) == "out/"
    assert Address("s3://bucket/in2/", None).inside(source) is None
    assert source.inside(source) is None


def test_a_bucket_without_keys_is_refused() -> None:
    with pytest.raises(BadOption, match="CLOUDRU_S3"):
        Address("s3://bucket/in", None).open()
