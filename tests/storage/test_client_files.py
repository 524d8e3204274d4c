"""Files that clients uploaded, in a folder that replicas share or in the bucket with copies in each one's folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ocr_service.errors import NotFound, S3Unavailable
from ocr_service.storage.client_files import ClientFile, ClientFiles
from ocr_service.storage.s3 import S3Config, S3Store
from tests.fakes.fault_proxy import FaultProxy
from tests.support.s3_server import BUCKET, REGION

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
Replica = Callable[[], ClientFiles]
HOUR = 3600.0


@pytest.fixture(params=["folder", "bucket"])
def replica(request: pytest.FixtureRequest, tmp_path: Path, proxy: FaultProxy) -> Iterator[Replica]:
    """Another one at each call, all of which see the same files."""
    stores: list[S3Store] = []

    def made() -> ClientFiles:
        if request.param == "folder":
            return ClientFiles(tmp_path / "shared", HOUR)
        stores.append(S3Store(S3Config(proxy.url, REGION, BUCKET, "key-id", "secret")))
        return ClientFiles(tmp_path / f"replica{len(stores)}", HOUR, stores[-1])

    yield made
    for store in stores:
        store.close()


async def kept(files: ClientFiles, folder: Path, name: str, owner: str = "anna") -> ClientFile:
    upload = folder / "upload"
    upload.write_bytes(name.encode())
    return await files.keep(upload, owner=owner, name=name, sha256="", size=len(name), purpose="ocr")


async def test_every_replica_has_what_one_was_given_until_any_removes_it(tmp_path: Path, replica: Replica) -> None:
    one, other = replica(), replica()
    a, b = await kept(one, tmp_path, "a.pdf"), await kept(other, tmp_path, "b.pdf", owner="boris")
    for files in (one, other):
        assert await files.newest(None) == [b, a]
        assert await files.newest("anna") == [a]
        assert (await files.content(await files.get(a.id, "anna"))).read_bytes() == b"a.pdf"
        with pytest.raises(NotFound):
            await files.get(a.id, "boris")
    await other.remove(a.id)
    for files in (one, other):
        assert await files.newest(None) == [b]
        with pytest.raises(NotFound):
            await files.get(a.id, None)
        await files.sweep()
    assert not list(tmp_path.glob(f"*/.files/{a.id}"))


async def test_what_is_no_file_leaves_nothing(tmp_path: Path, replica: Replica) -> None:
    files = replica()
    for name in ("0" * 8 + "-0000-0000-0000-" + "0" * 12, "../upload", "x"):
        with pytest.raises(NotFound):
            await files.get(name, None)
    assert not list(tmp_path.glob("*/.files/*"))


async def test_what_a_process_that_died_has_left_goes_when_it_is_old(tmp_path: Path, replica: Replica) -> None:
    files = replica()
    await kept(files, tmp_path, "a.pdf")
    await files.newest(None)
    (folder,) = tmp_path.glob("*/.files")
    for name, age_s in (("old", 2 * HOUR), ("new", HOUR / 2)):
        left = folder / f".writing-{name}"
        left.touch()
        os.utime(left, (left.stat().st_mtime - age_s,) * 2)
    await files.sweep()
    assert [path.name for path in folder.glob(".writing-*")] == [".writing-new"]
    assert len(await files.newest(None)) == 1


async def test_a_file_that_the_bucket_does_not_take_is_not_there(tmp_path: Path, proxy: FaultProxy) -> None:
    store = S3Store(S3Config(proxy.url, REGION, BUCKET, "key-id", "secret"))
    files = ClientFiles(tmp_path / "replica", HOUR, store)
    proxy.take_down()
    with pytest.raises(S3Unavailable):
        await kept(files, tmp_path, "a.pdf")
    proxy.bring_up()
    assert await files.newest(None) == []
    store.close()
