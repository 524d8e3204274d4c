"""``batch`` on a Ray cluster of two nodes, with a bucket and a VLM that answers as it is told (`make test-ray`)."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.fakes.fault_proxy import FaultProxy
from tests.fakes.vllm import FakeVllm, Reply
from tests.support.jobs import document, is_page
from tests.support.running import PATIENCE_S, ROOT, wait_until
from tests.support.s3_server import BUCKET, REGION, s3_proxy, s3_server

pytestmark = pytest.mark.ray

SMALL, LARGE_PAGES = 90, 60
FAILED = {"broken.pdf": "damaged_pdf", "no document.png": "unsupported_type"}


class Bucket:
    """The archive and its results."""

    def __init__(self, proxy: FaultProxy) -> None:
        self.proxy = proxy
        url = self.url = proxy.url
        self.client = boto3.session.Session().client(
            "s3", endpoint_url=url, aws_access_key_id="a", aws_secret_access_key="b", region_name=REGION
        )

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content)

    def get(self, key: str) -> bytes:
        return self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def keys(self, prefix: str) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", ())]

    def rows(self) -> list[dict[str, Any]]:
        import pyarrow.parquet

        files = [key for key in self.keys("out/pages/") if key.endswith(".parquet")]
        tables = [pyarrow.parquet.read_table(io.BytesIO(self.get(key))) for key in files]
        return [row for table in tables for row in table.to_pylist()]


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    """Documents of one page, and two that cannot be read."""
    with s3_server() as server, s3_proxy(server) as proxy:
        made = Bucket(proxy)
        for number in range(SMALL):
            made.put(f"in/{number % 7}/d{number:03d}.pdf", document(f"d{number}", 1))
        made.put("in/broken.pdf", b"%PDF-1.7 and nothing else")
        made.put("in/no document.png", b"MZ")
        made.put("in/notes.txt", b"not for reading")
        yield made


def started(start: Callable[[], Any]) -> Any:
    """Ray gives a node 30 seconds to start, which a busy machine may not keep."""
    for _ in range(3):
        with suppress(Exception):
            return start()
    return start()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head and a second node, with a CPU each."""
    from ray.cluster_utils import Cluster

    sizes = {"num_cpus": 1, "object_store_memory": 100 << 20, "include_dashboard": False}
    cluster = started(lambda: Cluster(initialize_head=True, head_node_args=sizes))
    try:
        cluster.second = started(lambda: cluster.add_node(num_cpus=1, object_store_memory=100 << 20))
        yield cluster
    finally:
        cluster.shutdown()


class Batch:
    """The command, in a process of its own."""

    def __init__(self, folder: Path, bucket: Bucket, fake: FakeVllm, *arguments: str) -> None:
        settings = {
            "CLOUDRU_S3_ENDPOINT": bucket.url,
            "CLOUDRU_S3_BUCKET": BUCKET,
            "CLOUDRU_S3_ACCESS_KEY": "key-id",
            "CLOUDRU_S3_SECRET_KEY": "very-secret-key",
            "CLOUDRU_S3_REGION": REGION,
            "USE_VLM_API": "true",
            "VLLM_URL": fake.url,
            "LAYOUT_MODEL": "stub:1",
            "RENDER_DPI": "72",
            "TEMP_DIR": str(folder / "temp"),
            "TEXT_LAYER": "ignore",
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        command = [sys.executable, "-m", "ocr_service", "batch", f"s3://{BUCKET}/in/", "--to", f"s3://{BUCKET}/out/"]
        self.log = folder / "batch.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--large", "20", *arguments],
                cwd=ROOT, env=kept | settings | {"PYTHONPATH": str(ROOT)}, stdout=log, stderr=log,
            )  # fmt: skip

    def wait(self) -> int:
        return self.process.wait(5 * PATIENCE_S)


def asked(fake: FakeVllm) -> Counter[bytes]:
    return Counter(one.jpeg for one in list(fake.asked) if is_page(one))


def check_whole(bucket: Bucket, *, large_pages: int = 0) -> None:
    """Every document is there once, with its page rows; those that cannot be read are named."""
    rows = bucket.rows()
    pages = Counter((row["document"], row["page"]) for row in rows)
    assert set(pages.values()) == {1}
    small = {(f"{number % 7}/d{number:03d}.pdf", 1) for number in range(SMALL)}
    large = {("large.pdf", number) for number in range(1, large_pages + 1)}
    assert set(pages) == small | large | {(name, 0) for name in FAILED}
    assert {row["document"]: row["error_code"] for row in rows if row["status"] == "failed"} == FAILED
    keys = bucket.keys("out/")
    for name, _ in small:
        stem = name.rpartition("/")[2].removesuffix(".pdf")
        assert {f"out/{name}/{stem}.json", f"out/{name}/{stem}.md"} <= set(keys)
    if large:
        result = json.loads(bucket.get("out/large.pdf/large.json"))
        assert [page["number"] for page in result["pages"]] == list(range(1, large_pages + 1))
        assert result["status"] == "completed"
        assert not [key for key in keys if ".parts/" in key]
    manifest = json.loads(bucket.get("out/manifest.json"))
    documents = SMALL + len(FAILED) + bool(large)
    assert (manifest["documents"], manifest["documents_done"]) == (documents, documents)
    assert manifest["pages"] == SMALL + large_pages
    assert manifest["errors"] == dict.fromkeys(FAILED.values(), 1)
    assert manifest["not_finished"] == []


def test_a_node_and_the_driver_are_killed_and_every_document_is_there_once(
    tmp_path: Path, bucket: Bucket, cluster: Any
) -> None:
    bucket.put("in/large.pdf", document("large", LARGE_PAGES))
    fake = FakeVllm(then=Reply("read", delay_s=0.1))
    with fake.running():
        arguments = ("--ray", cluster.address, "--actors", "2")
        first = Batch(tmp_path, bucket, fake, *arguments)
        wait_until(lambda: len(asked(fake)) > 10 or first.process.poll() is not None, 2 * PATIENCE_S, what="pages")
        assert first.process.poll() is None, first.log.read_text()
        cluster.remove_node(cluster.second, allow_graceful=False)
        started(lambda: cluster.add_node(num_cpus=1, object_store_memory=100 << 20))
        seen = len(asked(fake))
        wait_until(lambda: len(asked(fake)) > seen + 10, 2 * PATIENCE_S, what="pages after the node's end")
        first.process.send_signal(signal.SIGKILL)
        first.wait()
        second = Batch(tmp_path, bucket, fake, *arguments)
        assert second.wait() == 1, second.log.read_text()
        check_whole(bucket, large_pages=LARGE_PAGES)
        third = Batch(tmp_path, bucket, fake, *arguments)
        before = asked(fake)
        assert third.wait() == 1, third.log.read_text()
        assert asked(fake) == before
        check_whole(bucket, large_pages=LARGE_PAGES)
    times = asked(fake)
    print(f"{len(times)} pages, asked again: {times.total() - len(times)}; {second.log.read_text()}")
    assert len(times) == SMALL + LARGE_PAGES


def test_a_bucket_that_goes_away_is_named_and_the_same_command_goes_on(
    tmp_path: Path, bucket: Bucket, cluster: Any
) -> None:
    fake = FakeVllm(then=Reply("read", delay_s=0.1))
    arguments = ("--ray", cluster.address, "--actors", "1")
    with fake.running():
        first = Batch(tmp_path, bucket, fake, *arguments)
        wait_until(lambda: len(asked(fake)) > 10 or first.process.poll() is not None, 2 * PATIENCE_S, what="pages")
        bucket.proxy.take_down()
        assert first.wait() == 3, first.log.read_text()
        assert "s3_unavailable" in first.log.read_text()
        bucket.proxy.bring_up()
        again = Batch(tmp_path, bucket, fake, *arguments)
        assert again.wait() == 1, again.log.read_text()
        check_whole(bucket)
        other = Batch(tmp_path, bucket, fake, *arguments, "--dpi", "96")
        assert other.wait() == 2
        assert "other options" in other.log.read_text()


def test_a_folder_is_read_to_a_folder(tmp_path: Path) -> None:
    """On a Ray that the command starts itself."""
    (tmp_path / "in/shards").mkdir(parents=True)
    (tmp_path / "in/shards/letter.pdf").write_bytes(document("letter", 3))
    (tmp_path / "in/out").mkdir()
    (tmp_path / "in/out/searchable.pdf").write_bytes(document("result", 1))  # what is in the results is no document
    command = [sys.executable, "-m", "ocr_service", "batch", str(tmp_path / "in"), "--to", str(tmp_path / "in/out")]
    command += ["--actors", "1"]

    def read() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=5 * PATIENCE_S)

    done = next((done for _ in range(3) if (done := read()).returncode != 3), None)  # 3: Ray did not start in time
    assert done is not None, "Ray did not start"
    assert done.returncode == 0, done.stderr
    assert "letter 2" in (tmp_path / "in/out/shards/letter.pdf/letter.md").read_text()
    assert json.loads((tmp_path / "in/out/manifest.json").read_text())["documents"] == 1
    (tmp_path / "empty").mkdir()
    command[4], command[6] = str(tmp_path / "empty"), str(tmp_path / "nothing")
    nothing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert (nothing.returncode, "no PDF or image" in nothing.stderr) == (2, True)
