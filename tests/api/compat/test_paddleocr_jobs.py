"""The job API of PaddleOCR: what its clients are not seen to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.running import RunningService, wait_until
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.slow

JOBS = "/api/v2/ocr/jobs"
ANNA, BORIS = {"X-API-Key": "anna-key-0001"}, {"X-API-Key": "boris-key-0002"}


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    keys = "anna:anna-key-0001,boris:boris-key-0002"
    with RunningService(tmp_path_factory.mktemp("keyed"), API_KEYS=keys) as service:
        yield service


def submitted(service: RunningService, text: str, **fields: str) -> httpx.Response:
    files = {"file": ("a.pdf", pdf(text))}
    return service.client.post(JOBS, files=files, data={"model": "PaddleOCR-VL-1.6", **fields}, headers=ANNA)


def finished(service: RunningService, job_id: str) -> dict[str, Any]:
    def state() -> dict[str, Any]:
        data: dict[str, Any] = service.client.get(f"{JOBS}/{job_id}", headers=ANNA).json()["data"]
        return data

    wait_until(lambda: state()["state"] in ("done", "failed"))
    return state()


def test_a_result_opens_by_its_link_alone_and_the_link_opens_nothing_else(keyed: RunningService) -> None:
    job_id = submitted(keyed, "By link").json()["data"]["jobId"]
    link = finished(keyed, job_id)["resultUrl"]["jsonUrl"]
    assert "By link" in keyed.client.get(link).text
    path, _, query = link.removeprefix(keyed.url).partition("?")
    other = submitted(keyed, "Another").json()["data"]["jobId"]
    for wrong in (
        path,
        f"{path}?{query.replace('owner=anna', 'owner=boris')}",
        f"{path}?{query[:-1]}{'0' if query[-1] != '0' else '1'}",
        f"{path}?{query.replace('expires=', 'expires=1')}",
        f"{path.replace(job_id, other)}?{query}",
        f"{JOBS}/{job_id}?{query}",
        f"/jobs/{job_id[:32]}?{query}",
    ):
        assert keyed.client.get(wrong).status_code == 401, wrong
    assert keyed.client.get(path, headers=BORIS).status_code == 404


def test_pages_options_and_errors_are_in_its_shape(keyed: RunningService) -> None:
    assert submitted(keyed, "One", pageRanges="2").json() == {
        "code": 422, "msg": "bad_pages: pages='2': '2' is not in this document, which has 1 page",
    }  # fmt: skip
    assert submitted(keyed, "One", batchId="b").json()["msg"].startswith("bad_option: batchId")
    assert submitted(keyed, "One", optionalPayload="{").json()["code"] == 422
    quiet = submitted(keyed, "One", optionalPayload='{"returnMarkdownImages": false, "visualize": false}')
    assert quiet.json()["data"]["jobId"].endswith("-di")
    assert keyed.client.get(f"{JOBS}/none", headers=ANNA).json()["msg"].startswith("not_found")
