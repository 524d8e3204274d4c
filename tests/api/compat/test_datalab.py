"""Datalab's API, request by request; its own client and Open WebUI's loader are driven in ``tests/clients``."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ocr_service.api.compat.datalab.mapping import page_blocks
from ocr_service.api.compat.datalab.models import ConvertForm, Result, Submitted
from tests.support.encrypted import encrypted
from tests.support.jobs import document
from tests.support.pages import page, region
from tests.support.running import RunningService, wait_until
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.slow

KEY = "anna-key-0001"
HEADERS = {"X-Api-Key": KEY}
# As its settings page sends them.
FORM = {
    "use_llm": "false", "skip_cache": "false", "force_ocr": "false", "paginate": "false",
    "strip_existing_ocr": "false", "disable_image_extraction": "false", "format_lines": "false",
    "output_format": "markdown",
}  # fmt: skip


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("keyed"), API_KEYS=f"anna:{KEY}") as service:
        yield service


def converted(service: RunningService, name: str, content: bytes, **form: str) -> dict[str, Any]:
    files = {"file": (name, content, "application/pdf")}
    answer = service.client.post("/api/v1/marker", files=files, data={**FORM, **form}, headers=HEADERS)
    submitted = Submitted.model_validate_json(answer.raise_for_status().content)
    assert submitted.success and submitted.request_check_url, submitted
    check = submitted.request_check_url

    def checked() -> dict[str, Any]:
        found: dict[str, Any] = service.client.get(check, headers=HEADERS).json()
        assert found["success"] is not False, found
        return found

    wait_until(lambda: checked()["status"] == "complete")
    result = checked()
    Result.model_validate(result)
    return result


def ours(service: RunningService, path: Path) -> dict[str, Any]:
    upload = {"file": (path.name, path.read_bytes())}
    found: dict[str, Any] = service.client.post("/ocr/pdf", files=upload, headers=HEADERS).raise_for_status().json()
    return found


def test_the_loader_gets_the_text_and_the_figures(keyed: RunningService, contract_scan: Path) -> None:
    result = converted(keyed, contract_scan.name, contract_scan.read_bytes())
    assert result["markdown"] == ours(keyed, contract_scan)["markdown"].replace("](images/", "](")
    assert (result["page_count"], result["output_format"]) == (2, "markdown")
    assert result["images"].keys() == set(re.findall(r"!\[[^\]]*\]\(([^)]+)\)", result["markdown"]))
    assert all(base64.b64decode(image).startswith(b"\xff\xd8") for image in result["images"].values())


def test_several_formats_at_once(keyed: RunningService, contract_scan: Path) -> None:
    form = {"output_format": "html,json,markdown", "disable_image_extraction": "true"}
    result = converted(keyed, contract_scan.name, contract_scan.read_bytes(), **form)
    assert "Договор поставки № 41/2026" in result["html"] and "# Договор поставки" in result["markdown"]
    first, second = result["json"]["children"]
    assert first["children"][0]["html"] == "<h1>Договор поставки № 41/2026</h1>"
    assert "Table" in {block["block_type"] for block in first["children"] + second["children"]}
    assert "images" not in result


def test_pages_count_from_zero_and_are_marked(keyed: RunningService) -> None:
    content = pdf("One", "Two", "Three")
    result = converted(keyed, "a.pdf", content, page_range="1-2", paginate="true")
    assert result["markdown"] == f"\n\n{{1}}{'-' * 48}\n\nTwo\n\n{{2}}{'-' * 48}\n\nThree"
    assert converted(keyed, "a.pdf", content, max_pages="2")["page_count"] == 2
    assert converted(keyed, "a.pdf", content, max_pages="9")["page_count"] == 3


def test_a_document_of_30_pages_is_read(keyed: RunningService) -> None:
    result = converted(keyed, "book.pdf", document("Marker page", 30))
    assert "Marker page 30" in result["markdown"] and result["page_count"] == 30


@pytest.mark.parametrize(
    ("content", "form", "code"),
    [
        (encrypted(pdf("Hidden"), "geheim"), {}, "encrypted_pdf"),
        (b"text", {}, "unsupported_type"),
        (pdf("A"), {"output_format": "docx"}, "bad_option"),
        (pdf("A"), {"page_range": "9"}, "bad_pages"),
    ],
)
def test_what_cannot_be_read_is_told(keyed: RunningService, content: bytes, form: dict[str, str], code: str) -> None:
    files = {"file": ("a.pdf", content)}
    answer = keyed.client.post("/api/v1/marker", files=files, data={**FORM, **form}, headers=HEADERS)
    assert answer.status_code == 200 and answer.json()["success"] is False
    assert answer.json()["error"].startswith(f"{code}: ")
    assert keyed.temp_files("upload-") == []


def test_a_failed_document_says_why(keyed: RunningService) -> None:
    files = {"file": ("b.pdf", document("Cancelled", 50))}
    submitted = keyed.client.post("/api/v1/convert", files=files, headers=HEADERS).json()
    keyed.client.delete(f"/jobs/{submitted['request_id'][:32]}", headers=HEADERS, params={"only": "cancel"})

    def checked() -> dict[str, Any]:
        found: dict[str, Any] = keyed.client.get(submitted["request_check_url"], headers=HEADERS).json()
        return found

    wait_until(lambda: checked()["status"] == "failed")
    assert checked()["success"] is False and checked()["error"].startswith("cancelled")


def test_a_wrong_key_is_refused(keyed: RunningService) -> None:
    files = {"file": ("a.pdf", pdf("A"))}
    assert httpx.post(f"{keyed.url}/api/v1/marker", files=files, headers={"X-Api-Key": "no"}).status_code == 401


def test_page_numbers_begin_at_zero() -> None:
    assert ConvertForm.understood({"page_range": "0-2, 5"}).options.pages == "1-3,6"


def test_a_documents_address_is_taken_from_a_form_without_a_file(keyed: RunningService) -> None:
    """As Datalab's client sends ``file_url``; ALLOW_URL_INPUT is off here."""
    for form, error in (
        ({"file_url": "https://files.example/a.pdf"}, "address_refused: "),
        ({"output_format": "markdown"}, "bad_option: "),
        ({f"field{number}": "x" for number in range(100)}, "bad_option: "),
        ({"file_url": "x" * 100_000}, "file_too_large: "),
    ):
        answer = keyed.client.post("/api/v1/convert", data=form, headers=HEADERS)
        assert answer.status_code == 200 and answer.json()["success"] is False
        assert answer.json()["error"].startswith(error)


def test_blocks_say_where_they_stand() -> None:
    text, formula = region("text", "a < b", (1, 2, 3, 4)), region("display_formula", "$$x$$", format="latex")
    [found] = page_blocks([page(3, text, formula)])
    assert (found["id"], found["bbox"]) == ("/page/2/Page/0", [0, 0, 1000, 1400])
    first, second = found["children"]
    assert (first["id"], first["html"], first["polygon"][2]) == ("/page/2/Text/0", "<p>a &lt; b</p>", [3, 4])
    assert second["block_type"] == "Equation"
