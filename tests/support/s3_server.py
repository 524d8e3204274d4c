"""moto's S3 server with one empty bucket, and the fault proxy before it."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from moto.server import ThreadedMotoServer

from tests.fakes.fault_proxy import FaultProxy
from tests.support.running import PATIENCE_S

BUCKET = "results"
REGION = "ru-central-1"


@contextmanager
def s3_server() -> Iterator[tuple[str, int]]:
    """A server process's worth of S3 in a thread, over HTTP; its host and port."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        yield server.get_host_and_port()
    finally:
        server.stop()


@contextmanager
def s3_proxy(server: tuple[str, int]) -> Iterator[FaultProxy]:
    """An empty bucket, reached through a proxy without faults yet."""
    url = f"http://{server[0]}:{server[1]}"
    urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/reset", method="POST"), timeout=PATIENCE_S).close()
    client = boto3.session.Session().client(
        "s3", endpoint_url=url, aws_access_key_id="a", aws_secret_access_key="b", region_name=REGION
    )
    client.create_bucket(
        Bucket=BUCKET,
        CreateBucketConfiguration={"LocationConstraint": REGION},  # type: ignore[typeddict-item] # AWS's regions only
    )
    client.close()
    with FaultProxy(server) as proxy:
        yield proxy


def fetch(link: str) -> tuple[bytes, str]:
    """What a link gives: body and content type."""
    with urllib.request.urlopen(link, timeout=PATIENCE_S) as answer:
        return answer.read(), answer.headers["Content-Type"]
