"""The S3 store against moto's server over HTTP, with a proxy between that injects faults."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ocr_service.errors import FileTooLarge, NotFound, S3Refused, S3Unavailable
from ocr_service.storage.s3 import MULTIPART_FROM, S3Config, S3Store, Silence
from tests.fakes.fault_proxy import FaultProxy
from tests.support.running import until
from tests.support.s3_server import fetch

pytestmark = pytest.mark.anyio


def config(proxy: FaultProxy, **changes: str) -> S3Config:
    return S3Config(
        **{  # type: ignore[arg-type]
            "endpoint": proxy.url,
            "region": "ru-central-1",
            "bucket": "results",
            "access_key": "key",
            "secret_key": "very-secret",
            "tenant_id": "tenant",
            **changes,
        }
    )


@pytest.fixture
async def store(proxy: FaultProxy) -> AsyncIterator[S3Store]:
    store = S3Store(config(proxy))
    yield store
    store.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "letter.md"
    path.write_text("# Письмо\n", encoding="utf-8")
    return path


async def test_upload_arrives_with_its_content_type_and_the_link_downloads_it(store: S3Store, file: Path) -> None:
    await store.upload(file, "ocr/1/letter.md", "text/markdown; charset=utf-8")
    assert fetch((await store.links(["ocr/1/letter.md"]))[0]) == ("# Письмо\n".encode(), "text/markdown; charset=utf-8")
    assert store.state == "ok"


async def test_the_wire_shows_what_cloud_ru_wants(
    store: S3Store, proxy: FaultProxy, file: Path, tmp_path: Path
) -> None:
    large = tmp_path / "large.pdf"
    large.write_bytes(b"x" * (MULTIPART_FROM + 10))
    await store.upload(file, "ocr/1/letter.md", "text/markdown")
    await store.upload(large, "ocr/1/large.pdf", "application/pdf")
    await store.download("ocr/1/letter.md", tmp_path / "back", max_bytes=1000)
    assert {seen.method for seen in proxy.seen} == {"PUT", "POST", "HEAD", "GET"}
    for seen in proxy.seen:
        assert seen.path.startswith("/results/ocr/1/")  # path-style
        assert "Credential=tenant:key/" in seen.headers["authorization"]
        assert "/ru-central-1/s3/aws4_request" in seen.headers["authorization"]
        foreign = [name for name in seen.headers if "checksum" in name or "trailer" in name or "acl" in name]
        assert foreign == []
        assert seen.headers.get("content-encoding") is None
        assert seen.headers.get("transfer-encoding") is None
    put = next(seen for seen in proxy.seen if seen.path == "/results/ocr/1/letter.md")
    assert put.headers["content-md5"]


async def test_large_file_goes_in_parts_and_arrives_whole(store: S3Store, proxy: FaultProxy, tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    large.write_bytes(hashlib.shake_256(b"seed").digest(2 * MULTIPART_FROM + 5))
    proxy.faults = ["500", "reset"]
    await store.upload(large, "ocr/1/large.pdf", "application/pdf")
    assert sum(seen.method == "PUT" and "partNumber" in seen.path for seen in proxy.seen) >= 3
    back = tmp_path / "back"
    assert await store.download("ocr/1/large.pdf", back, max_bytes=10 * MULTIPART_FROM) == large.stat().st_size
    assert back.read_bytes() == large.read_bytes()


async def test_errors_and_resets_on_the_way_are_tried_again(store: S3Store, proxy: FaultProxy, file: Path) -> None:
    proxy.faults = ["500", "reset"]
    await store.upload(file, "ocr/1/letter.md", "text/markdown")
    assert [item.key for item in await store.objects("ocr/")] == ["ocr/1/letter.md"]
    assert sum(seen.method == "PUT" for seen in proxy.seen) == 3


async def test_bytes_changed_on_the_way_are_noticed(store: S3Store, proxy: FaultProxy, file: Path) -> None:
    proxy.faults = ["corrupt"] * 4
    with pytest.raises(S3Unavailable):
        await store.upload(file, "ocr/1/letter.md", "text/markdown")


async def test_store_that_is_down_is_said_and_found_again(store: S3Store, proxy: FaultProxy, file: Path) -> None:
    await store.check()
    assert store.state == "ok"
    proxy.take_down()
    with pytest.raises(S3Unavailable):
        await store.upload(file, "ocr/1/letter.md", "text/markdown")
    assert store.state.startswith("error: S3, upload of ocr/1/letter.md")
    proxy.bring_up()
    await store.upload(file, "ocr/1/letter.md", "text/markdown")
    assert store.state == "ok"


async def test_object_above_the_limit_is_refused_before_it_is_fetched(
    store: S3Store, proxy: FaultProxy, file: Path, tmp_path: Path
) -> None:
    await store.upload(file, "in/letter.md", "text/markdown")
    with pytest.raises(FileTooLarge):
        await store.download("in/letter.md", tmp_path / "back", max_bytes=5)
    assert not any(seen.method == "GET" for seen in proxy.seen)


async def test_missing_object_is_not_found(store: S3Store, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await store.download("in/none.pdf", tmp_path / "back", max_bytes=5)


async def test_answer_cut_short_is_no_success(store: S3Store, proxy: FaultProxy, file: Path, tmp_path: Path) -> None:
    await store.upload(file, "in/letter.md", "text/markdown")
    proxy.methods, proxy.faults = frozenset({"GET"}), ["truncate"]
    with pytest.raises(S3Unavailable):
        await store.download("in/letter.md", tmp_path / "back", max_bytes=1000)


async def test_wrong_bucket_is_refused_with_the_way_out_and_no_secret(proxy: FaultProxy, file: Path) -> None:
    store = S3Store(config(proxy, bucket="other"))
    await store.check()
    assert "CLOUDRU_S3_BUCKET" in store.state
    with pytest.raises(S3Refused) as refused:
        await store.upload(file, "a", "text/plain")
    store.close()
    for text in (store.state, str(refused.value), repr(store.config)):
        assert "very-secret" not in text
        assert "tenant:key" not in text


async def test_unknown_key_names_the_tenant_and_shows_no_key(proxy: FaultProxy) -> None:
    store = S3Store(config(proxy, access_key="AKID42", tenant_id=""))
    proxy.methods, proxy.faults = frozenset({"GET"}), ["unknown_key"]
    await store.check()
    store.close()
    assert "CLOUDRU_S3_TENANT_ID" in store.state
    assert "AKID42" not in store.state


async def test_health_recovers_without_an_upload(proxy: FaultProxy) -> None:
    store = S3Store(config(proxy))
    proxy.take_down()
    watching = asyncio.create_task(store.watch(every_s=0.05))
    await until(lambda: store.state.startswith("error: "))
    proxy.bring_up()
    await until(lambda: store.state == "ok")
    watching.cancel()
    store.close()


async def test_closed_store_uploads_no_more(proxy: FaultProxy, file: Path) -> None:
    store = S3Store(config(proxy))
    store.close()
    with pytest.raises(RuntimeError):
        await store.upload(file, "a", "text/plain")
    assert proxy.seen == []


@pytest.mark.parametrize(
    ("access", "tenant", "full"), [("k", "t", "t:k"), ("t:k", "t", "t:k"), ("k", "", "k"), ("t:k", "", "t:k")]
)
def test_tenant_is_joined_once(access: str, tenant: str, full: str) -> None:
    config = S3Config("", "", "", access_key=access, secret_key="", tenant_id=tenant)
    assert config.full_access_key == full


async def test_an_upload_to_a_store_that_says_nothing_is_given_up(
    store: S3Store, file: Path, proxy: FaultProxy
) -> None:
    with proxy.silent():
        # Far shorter than boto3's own time-outs, after which the same error would come.
        with pytest.raises(S3Unavailable, match=r"no answer for 0\.3 s"):
            await store.upload(file, "ocr/1/a.md", "text/markdown", silent_s=0.3)
        assert store.state.startswith("error: S3, upload of ocr/1/a.md: no answer")
    assert 0 <= await store.upload(file, "ocr/1/a.md", "text/markdown", silent_s=60) < 60
    assert store.state == "ok"


async def test_a_read_from_a_store_that_says_nothing_is_given_up_and_writes_no_file(
    store: S3Store, file: Path, proxy: FaultProxy, tmp_path: Path
) -> None:
    await store.upload(file, "in/a.pdf", "application/pdf")
    target = tmp_path / "fetched"
    with proxy.silent():
        # Far shorter than boto3's own time-outs, after which the same error would come.
        with pytest.raises(S3Unavailable, match=r"download of in/a\.pdf: no answer for 0\.3 s"):
            await store.download("in/a.pdf", target, max_bytes=1 << 20, silence=Silence(0.3))
        listing = Silence(0.3)
        with pytest.raises(S3Unavailable, match=r"list of in/: no answer for 0\.3 s"):
            await store.objects("in/", silence=listing)
        assert listing.longest_s >= 0.3
    assert [found.key for found in await store.objects("in/", silence=Silence(60))] == ["in/a.pdf"]
    assert not target.exists()
    assert await store.download("in/a.pdf", target, max_bytes=1 << 20, silence=Silence(60)) == file.stat().st_size
