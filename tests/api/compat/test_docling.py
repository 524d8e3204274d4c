"""docling-serve's answers, request by request; its own clients are driven in ``tests/clients``."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from ocr_service.api.compat.docling.models import ConvertAnswer
from tests.support.jobs import wait_finished
from tests.support.running import RunningService, wait_until
from tests.support.simple_documents import pdf

FORMS = {"md": "md_content", "json": "json_content", "html": "html_content", "text": "text_content"}


def convert(service: RunningService, path: Path, **fields: Any) -> dict[str, Any]:
    files = {"files": ('Договор "41".pdf', path.read_bytes(), "application/pdf")}
    answer = service.client.post("/v1/convert/file", files=files, data=fields)
    assert answer.headers["content-type"] == "application/json"
    ConvertAnswer.model_validate_json(answer.raise_for_status().content)
    found: dict[str, Any] = answer.json()
    return found


def test_each_form_is_what_the_jobs_own_routes_give(service: RunningService, contract_scan: Path) -> None:
    document = convert(service, contract_scan, to_formats=list(FORMS), image_export_mode="referenced")["document"]
    upload = {"file": ('Договор "41".pdf', contract_scan.read_bytes())}
    job_id = service.client.post("/jobs", files=upload, params={"cache": "true"}).raise_for_status().json()["id"]
    own = f"/jobs/{job_id}"
    wait_finished(service.client, [job_id])
    for form, suffix in (("md", "md"), ("text", "txt"), ("html", "html")):
        answer = service.client.get(f"{own}/result.{suffix}", params={"wait": 60} if form != "md" else None)
        assert document[FORMS[form]] == answer.raise_for_status().content.decode(), form
    texts = document["json_content"]["texts"]
    assert [text["self_ref"] for text in texts] == [f"#/texts/{number}" for number in range(len(texts))]
    assert list(document["json_content"]["pages"]) == ["1", "2"]


@pytest.mark.parametrize("form", FORMS)
def test_forms_that_were_not_asked_for_are_null(service: RunningService, contract_scan: Path, form: str) -> None:
    answer = convert(service, contract_scan, to_formats=form)
    given = {name for name in FORMS.values() if answer["document"][name] is not None}
    assert (answer["status"], answer["errors"], given) == ("success", [], {FORMS[form]})


@pytest.mark.parametrize(
    ("mode", "picture"), [("placeholder", "<!-- image -->"), ("embedded", "](data:image/jpeg;base64,")]
)
def test_figures_stand_in_the_markdown_as_asked(
    service: RunningService, contract_scan: Path, mode: str, picture: str
) -> None:
    markdown = convert(service, contract_scan, image_export_mode=mode)["document"]["md_content"]
    assert picture in markdown
    assert "](images/" not in markdown


def test_pages_stand_apart_where_it_is_asked_for(service: RunningService) -> None:
    files = {"files": ("a.pdf", pdf("One", "", "Three"), "application/pdf")}
    form = {"md_page_break_placeholder": "\f"}
    at_once = service.client.post("/v1/convert/file", files=files, data=form).raise_for_status().json()
    assert at_once["document"]["md_content"] == "One\n\n\f\n\nThree"
    task = service.client.post("/v1/convert/file/async", files=files, data=form).raise_for_status().json()
    path = task["task_id"]
    wait_until(lambda: service.client.get(f"/v1/status/poll/{path}").json()["task_status"] == "success")
    assert service.client.get(f"/v1/result/{path}").json()["document"] == at_once["document"]
    too_long = service.client.post("/v1/convert/file", files=files, data={"md_page_break_placeholder": "x" * 33})
    assert too_long.json()["code"] == "bad_option"


def test_ragflows_parser_gets_the_text(service: RunningService, contract_scan: Path) -> None:
    """It asks for chunks in a way that docling-serve does not know, and takes the document that comes instead."""
    assert service.client.head("/openapi.json").status_code == 200
    content = base64.b64encode(contract_scan.read_bytes()).decode()
    chunking = {"max_tokens": 512, "overlap": 50, "tokenizer": "sentencepiece"}
    options = {"from_formats": ["pdf"], "to_formats": ["json", "md", "text"], "do_chunking": True}
    body = {
        "options": {**options, "chunking_options": chunking},
        "sources": [{"kind": "file", "filename": contract_scan.name, "base64_string": content}],
    }
    answer = service.client.post("/v1/convert/source", json=body).raise_for_status().json()
    assert "# Договор поставки № 41/2026" in answer["document"]["md_content"]
    assert not answer.keys() & {"chunks", "results"}
