"""Delivery as a user meets it: a running service, an S3 server over HTTP, a webhook receiver."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen import canvas

from tests.fakes.fault_proxy import FaultProxy
from tests.fakes.web_server import Answer, Request, WebServer
from tests.support.running import RunningService, wait_until
from tests.support.s3_server import BUCKET, REGION, fetch, s3_proxy, s3_server

SECRET = "geheim"


class Receiver:
    """Takes webhooks after refusing the first ``refusals`` of them."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.accepted: list[Request] = []

    def __call__(self, request: Request) -> Answer:
        if self.refusals:
            self.refusals -= 1
            return Answer(503)
        self.accepted.append(request)
        return Answer(204)


@pytest.fixture(scope="module")
def proxy() -> Iterator[FaultProxy]:
    with s3_server() as server, s3_proxy(server) as proxy:
        yield proxy


def settings(proxy: FaultProxy, **more: str) -> dict[str, str]:
    return {
        "CLOUDRU_S3_ENDPOINT": proxy.url,
        "CLOUDRU_S3_BUCKET": BUCKET,
        "CLOUDRU_S3_TENANT_ID": "tenant",
        "CLOUDRU_S3_ACCESS_KEY": "key-id",
        "CLOUDRU_S3_SECRET_KEY": "very-secret-key",
        "WEBHOOK_SECRET": SECRET,
        "URL_TRUSTED_HOSTS": "127.0.0.1",
        **more,
    }


@pytest.fixture(scope="module")
def service(proxy: FaultProxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("delivery")
    with RunningService(folder, **settings(proxy, ALLOW_URL_INPUT="true", ALLOW_WEBHOOKS="true")) as running:
        yield running


def scan(text: str) -> bytes:
    """A scanned page with one line of text."""
    image = Image.new("L", (1240, 600), "white")
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 44)
    ImageDraw.Draw(image).text((120, 200), text, "black", font)
    buffer = io.BytesIO()
    image.save(buffer, "PDF", resolution=150)
    return buffer.getvalue()


def pdf(text: str) -> bytes:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=(300, 120))
    page.drawString(30, 60, text)
    page.save()
    return buffer.getvalue()


def finished(service: RunningService, job_id: str) -> dict[str, Any]:
    def state() -> dict[str, Any] | None:
        job: dict[str, Any] = service.client.get(f"/jobs/{job_id}").json()
        return job if job["state"] in ("completed", "partial", "failed") else None

    wait_until(state, what="the end of the job")
    return state() or {}


def s3_files(service: RunningService, job_id: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = service.client.get(f"/jobs/{job_id}/result").json()["artifacts"]["s3"]
    return found


def uploaded(service: RunningService, job_id: str) -> bool:
    return {file["state"] for file in s3_files(service, job_id)} == {"uploaded"}


def bucket(proxy: FaultProxy) -> Any:
    return boto3.session.Session().client(
        "s3",
        endpoint_url=f"http://{proxy.upstream[0]}:{proxy.upstream[1]}",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        region_name=REGION,
    )


def keys(proxy: FaultProxy, prefix: str) -> list[str]:
    client = bucket(proxy)
    try:
        return [item["Key"] for item in client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])]
    finally:
        client.close()


def test_result_goes_to_the_bucket_and_its_links_download_it(service: RunningService, proxy: FaultProxy) -> None:
    assert service.client.get("/health").json()["s3_storage"] == "ok"
    proxy.faults = ["500", "reset"]
    result = service.read("письмо.pdf", pdf("Hello bucket")).json()
    job_id = result["job_id"]
    wait_until(lambda: uploaded(service, job_id), what="the upload")
    assert sorted(keys(proxy, "ocr/")) == [f"ocr/{job_id}/письмо.json", f"ocr/{job_id}/письмо.md"]
    for file in s3_files(service, job_id):
        content, kind = fetch(file["url"])
        assert content == (service.output / job_id / Path(file["key"]).name).read_bytes()
        assert kind in ("application/json", "text/markdown; charset=utf-8")
    assert "very-secret-key" not in service.log.read_text() + service.client.get("/version").text


def test_store_that_is_down_fails_no_job_and_gets_the_result_after_a_restart(tmp_path: Path) -> None:
    with s3_server() as server, s3_proxy(server) as proxy:
        with RunningService(tmp_path, **settings(proxy)) as service:
            proxy.take_down()
            result = service.read("a.pdf", pdf("Hello again")).json()
            assert result["status"] == "completed"
            job_id = result["job_id"]
            assert {file["state"] for file in s3_files(service, job_id)} == {"pending"}
            assert "url" not in s3_files(service, job_id)[0]
            wait_until(lambda: service.client.get("/health").json()["s3_storage"].startswith("error: "))
            service.stop()
            proxy.bring_up()
            service.start()
            wait_until(lambda: uploaded(service, job_id), what="the upload")
        assert len(keys(proxy, "")) == 2


def test_webhook_comes_once_signed_after_the_receiver_refused_it(service: RunningService) -> None:
    receiver = Receiver(refusals=3)
    with WebServer(receiver) as server:
        answer = service.client.post(
            "/jobs",
            files={"file": ("a.pdf", pdf("Hello hook"))},
            data={"webhook_url": f"{server.url}/hook", "webhook_events": "page,completed"},
        )
        assert answer.status_code == 202, answer.text
        wait_until(lambda: len(receiver.accepted) == 2, what="the webhooks")
    assert [request.headers["x-ocr-event"] for request in receiver.accepted] == ["page", "completed"]
    for request in receiver.accepted:
        parts = dict(part.split("=") for part in request.headers["x-ocr-signature"].split(","))
        signed = hmac.new(SECRET.encode(), parts["t"].encode() + b"." + request.body, hashlib.sha256)
        assert parts["v1"] == signed.hexdigest()
        assert json.loads(request.body)["job"]["id"] == answer.json()["id"]


def test_a_corrected_result_is_uploaded_again_and_no_second_end_is_told(service: RunningService) -> None:
    receiver = Receiver(refusals=0)
    with WebServer(receiver) as server:
        form = {"webhook_url": f"{server.url}/hook", "webhook_events": "page,completed", "cache": "false"}
        submitted = service.client.post("/jobs", files={"file": ("plums.pdf", pdf("Four red plums"))}, data=form)
        job_id = submitted.json()["id"]
        wait_until(lambda: len(receiver.accepted) == 2 and uploaded(service, job_id), what="the first delivery")
        change = {"revision": 0, "content": "Five blue plums"}
        service.client.patch(f"/jobs/{job_id}/pages/1/regions/0", json=change).raise_for_status()

        def arrived() -> bool:
            files = [file for file in s3_files(service, job_id) if file["key"].endswith(".md") and "url" in file]
            return bool(files) and b"Five blue plums" in fetch(files[0]["url"])[0]

        wait_until(arrived, what="the upload of the corrected result")
        wait_until(lambda: len(receiver.accepted) == 3, what="the page's webhook")
    assert [request.headers["x-ocr-event"] for request in receiver.accepted] == ["page", "completed", "page"]


@pytest.mark.parametrize("url", ["https://localhost/hook", "http://example.com/", "https://169.254.169.254/"])
def test_webhook_to_an_address_inside_is_refused_at_once(service: RunningService, url: str) -> None:
    answer = service.read("a.pdf", pdf("x"), path="/jobs", webhook_url=url)
    assert (answer.status_code, answer.json()["code"]) == (422, "address_refused")
    assert service.temp_files("upload-") == []


def test_batch_reads_all_and_names_the_broken(service: RunningService, proxy: FaultProxy) -> None:
    client = bucket(proxy)
    for number in range(12):
        body = pdf(f"Document {number}")
        if number == 3:
            body = b"%PDF-1.7 broken"
        if number == 7:
            body = b"no document at all"
        client.put_object(Bucket=BUCKET, Key=f"incoming/{number:02}.pdf", Body=body)
    client.close()
    answer = service.client.post("/jobs", json={"source": {"s3_prefix": "incoming/"}, "dpi": 100})
    assert answer.status_code == 202, answer.text
    batch = answer.headers["location"]

    def summary() -> dict[str, Any]:
        found: dict[str, Any] = service.client.get(batch).json()
        return found

    wait_until(lambda: summary()["state"] != "running", what="the end of the batch")
    assert summary()["state"] == "partial"
    assert summary()["documents"] == {"completed": 10, "refused": 2}
    assert [(failure["key"], failure["code"]) for failure in summary()["failures"]] == [
        ("incoming/03.pdf", "damaged_pdf"),
        ("incoming/07.pdf", "unsupported_type"),
    ]
    jobs = service.client.get(summary()["jobs"]).json()["jobs"]
    assert len(jobs) == 10
    assert {job["state"] for job in jobs} == {"completed"}


def test_documents_come_from_the_bucket_and_by_url(service: RunningService, proxy: FaultProxy) -> None:
    client = bucket(proxy)
    client.put_object(Bucket=BUCKET, Key="in/письмо.pdf", Body=pdf("From the bucket"))
    client.close()
    with WebServer(lambda request: Answer(body=pdf("From afar"))) as server:
        sources = {"From the bucket": {"s3_key": "in/письмо.pdf"}, "From afar": {"url": f"{server.url}/b.pdf"}}
        for text, source in sources.items():
            answer = service.client.post("/jobs", json={"source": source})
            assert answer.status_code == 202, answer.text
            finished(service, answer.json()["id"])
            assert text in service.client.get(f"/jobs/{answer.json()['id']}/result.md").text
    for source, code in (
        ({"s3_key": "in/none.pdf"}, "not_found"),
        ({"s3_prefix": "nothing/"}, "not_found"),
        ({"url": "https://localhost/x.pdf"}, "address_refused"),
        ({"s3_key": "a", "url": "b"}, "bad_option"),
        ({}, "bad_option"),
    ):
        assert service.client.post("/jobs", json={"source": source}).json()["code"] == code
    assert service.client.post("/jobs", content=b"{", headers={"Content-Type": "application/json"}).status_code == 422


def test_links_to_figures_work_in_the_zip_from_the_bucket_and_inside(
    service: RunningService, contract_scan: Path
) -> None:
    job_id = service.read("contract.pdf", contract_scan.read_bytes(), dpi="120").json()["job_id"]
    base = f"/jobs/{job_id}/result"
    [link] = figure_links(service.client.get(f"{base}.md").text)
    with zipfile.ZipFile(io.BytesIO(service.client.get(f"{base}.zip").content)) as bundle:
        assert figure_links(bundle.read("contract.md").decode()) == [link]
        in_zip = bundle.read(link)
    assert Image.open(io.BytesIO(in_zip)).width > 100
    wait_until(lambda: uploaded(service, job_id), what="the upload")
    [from_bucket] = figure_links(service.client.get(f"{base}.md?image_links=s3").text)
    assert fetch(from_bucket) == (in_zip, "image/jpeg")
    [embedded] = figure_links(service.client.get(f"{base}.md?image_links=embedded").text)
    assert base64.b64decode(embedded.removeprefix("data:image/jpeg;base64,")) == in_zip


def figure_links(markdown: str) -> list[str]:
    return re.findall(r"!\[[^]]*\]\(([^)]*)\)", markdown)


def test_every_format_can_be_had(service: RunningService, tmp_path: Path) -> None:
    job_id = service.read("скан.pdf", scan("Мельница на реке")).json()["job_id"]
    base = f"/jobs/{job_id}/result"
    html = service.client.get(f"{base}.html")
    assert html.headers["content-type"] == "text/html; charset=utf-8"
    assert "Мельница на реке" in html.text
    assert service.client.get(f"{base}.txt").text.strip() == "Мельница на реке"
    with zipfile.ZipFile(io.BytesIO(service.client.get(f"{base}.zip").content)) as bundle:
        assert sorted(bundle.namelist()) == ["скан.json", "скан.md"]
    searchable = tmp_path / "searchable.pdf"
    searchable.write_bytes(service.client.get(f"{base}.pdf").content)
    found = subprocess.run(["pdftotext", searchable, "-"], check=True, capture_output=True, text=True).stdout
    assert found.split() == ["Мельница", "на", "реке"]
    assert service.read("скан.pdf", scan("Мельница на реке"), output="text").text.strip() == "Мельница на реке"
