"""Files of a result that are made when they are asked for: the waiting request, and the one that does not wait."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from tests.support.encrypted import encrypted
from tests.support.jobs import submit, wait_finished
from tests.support.running import RunningService
from tests.support.simple_documents import pdf


def finished(service: RunningService, name: str, content: bytes, **options: str) -> str:
    job_id = submit(service.client, name, content, cache="false", **options)
    assert wait_finished(service.client, [job_id])[job_id]["state"] == "completed"
    return f"/jobs/{job_id}"


@pytest.mark.parametrize("form", ["pdf", "docx", "html", "txt", "chunks.json", "zip"])
def test_a_file_that_was_not_ready_is_made_on_for_the_request_that_waits(service: RunningService, form: str) -> None:
    path = f"{finished(service, 'waiting', pdf('Waiting for the file'))}/result.{form}"
    early = service.client.get(path, params={"wait": 0})
    assert early.status_code == 202
    assert early.json()["status"] == "preparing"
    assert int(early.headers["retry-after"]) >= 1
    whole = service.client.get(path, params={"wait": 60})
    assert whole.status_code == 200
    assert len(whole.content) == int(whole.headers["content-length"])
    if form == "pdf":
        with pikepdf.open(io.BytesIO(whole.content)) as made:
            assert len(made.pages) == 1


def test_what_a_file_cannot_be_made_for_is_told_by_the_status_of_the_request_that_waits(
    service: RunningService,
) -> None:
    job = finished(service, "secret", encrypted(pdf("Hidden"), "geheim"), password="geheim")
    answer = service.client.get(f"{job}/result.pdf", params={"wait": 60})
    assert (answer.status_code, answer.json()["code"]) == (422, "encrypted_pdf")
    assert answer.headers["content-type"] == "application/problem+json"


def test_words_come_where_they_are_asked_for_and_stand_on_their_ink(
    service: RunningService, contract_scan: Path
) -> None:
    job = finished(service, "contract.pdf", contract_scan.read_bytes(), include_words="true", text_layer="ignore")
    page = service.client.get(f"{job}/pages/1").raise_for_status().json()
    assert service.client.get(f"{job}/result").json()["pages"][0] == page
    words = [word for region in page["regions"] for word in region["words"]]
    texts = [word["text"] for word in words]
    assert "Договор" in texts and "52" in texts and len(texts) > 150
    assert all(0 < word["confidence"] <= 1 for word in words)
    picture = Image.open(io.BytesIO(service.client.get(f"{job}/pages/1/image").raise_for_status().content)).convert("L")
    scale = picture.width / page["width"]
    gray = np.asarray(picture)
    for word in words:
        x0, y0, x1, y1 = (round(side * scale) for side in word["bbox"])
        assert gray[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)].min() < 150, word
    for region in page["regions"]:
        x0, y0, x1, y1 = region["bbox"]
        for word in region["words"]:
            left, top, right, bottom = word["bbox"]
            assert x0 - 2 <= left < right <= x1 + 2 and y0 - 2 <= top < bottom <= y1 + 2


def test_no_words_come_where_they_are_not_asked_for(service: RunningService, contract_scan: Path) -> None:
    job = finished(service, "contract.pdf", contract_scan.read_bytes(), pages="1")
    page = service.client.get(f"{job}/pages/1").raise_for_status().json()
    assert "words" not in page and not any("words" in region for region in page["regions"])
    assert page["confidence"] > 0.85


@pytest.mark.slow
def test_min_confidence_decides_what_is_marked_for_review(service: RunningService, contract_scan: Path) -> None:
    content = contract_scan.read_bytes()
    reviews = {}
    for least in ("0", "1"):
        job = finished(service, "contract.pdf", content, pages="1", min_confidence=least)
        page = service.client.get(f"{job}/pages/1").raise_for_status().json()
        reviews[least] = [region["review"] for region in page["regions"] if region["confidence"] is not None]
    assert reviews["0"] and not any(reviews["0"])
    assert all(review == ["low_confidence"] for review in reviews["1"])


def test_one_page_has_its_words_where_they_are_asked_for(service: RunningService, contract_scan: Path) -> None:
    job = finished(service, "contract.pdf", contract_scan.read_bytes(), text_layer="ignore")
    without = service.client.get(f"{job}/pages/1").json()
    page = service.client.get(f"{job}/pages/1", params={"include_words": True}).json()
    words = [word for region in page["regions"] for word in region.pop("words")]
    assert len(words) > 50 and all(0 <= word["confidence"] <= 1 for word in words)
    assert [region | {"words": None} for region in page["regions"]] == [
        region | {"words": None} for region in without["regions"]
    ]
