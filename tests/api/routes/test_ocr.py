"""``POST /ocr/*`` on a running service with the embedded reader."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from tests.support.running import RunningService
from tests.support.simple_documents import encoded, pdf, picture


def refused(service: RunningService, name: str, content: bytes, **fields: str) -> tuple[int, str, str]:
    """Status, code and detail of a refusal."""
    answer = service.read(name, content, **fields)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert (problem["status"], problem["type"]) == (answer.status_code, f"urn:ocr-service:{problem['code']}")
    return answer.status_code, problem["code"], problem["detail"]


def test_a_scanned_contract_is_read_whole(service: RunningService, contract_scan: Path) -> None:
    answer = service.read("Договор 41.pdf", contract_scan.read_bytes())
    assert answer.status_code == 200
    result = answer.json()
    assert result["status"] == "completed"
    assert result["engine"] == "tesseract"
    assert result["file"]["name"] == "Договор 41.pdf"
    assert [page["number"] for page in result["pages"]] == [1, 2]
    markdown = result["markdown"]
    assert "# Договор поставки № 41/2026" in markdown
    assert "## 3. Спецификация" in markdown
    assert "- согласует с Покупателем день и час разгрузки;" in markdown
    assert "| 2 | Шкаф управления | 3 | 61 200 | 183 600 |" in markdown
    folder = service.output / result["job_id"]
    assert result["artifacts"]["directory"] == str(folder)
    assert (folder / "Договор 41.md").read_text() == markdown
    assert json.loads((folder / "Договор 41.json").read_text()) == result
    [image] = result["artifacts"]["images"]
    with Image.open(folder / image) as figure:
        assert figure.width > 300
    assert f"({image})" in markdown


def test_markdown_alone_can_be_asked_for(service: RunningService) -> None:
    answer = service.read("a.pdf", pdf("Hello reader"), output="markdown")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "Hello reader" in answer.text


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "TIFF"])
def test_images_are_told_by_content(service: RunningService, form: str) -> None:
    answer = service.read("wrong-name.pdf", encoded(picture("Good morning"), form), path="/ocr/image")
    assert answer.status_code == 200, answer.text
    assert answer.json()["file"]["type"] == form.lower()
    assert "Good morning" in answer.json()["markdown"]


def test_a_tiff_with_many_pages_gives_many_pages(service: RunningService) -> None:
    frames = [picture(text) for text in ("Monthly invoice", "Delivery receipt")]
    content = encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    pages = service.read("fax.tiff", content, path="/ocr/image").json()["pages"]
    assert ["Monthly invoice" in page["markdown"] for page in pages] == [True, False]
    assert "Delivery receipt" in pages[1]["markdown"]


def test_pages_are_picked_by_range(service: RunningService) -> None:
    answer = service.read("a.pdf", pdf("One", "Two", "Three", "Four"), pages="4,1-2")
    assert [page["number"] for page in answer.json()["pages"]] == [1, 2, 4]


def test_an_encrypted_pdf_opens_with_its_password_only(service: RunningService) -> None:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf("Secret words"))) as document:
        document.save(buffer, encryption=pikepdf.Encryption(user="open sesame", owner="another"))
    assert refused(service, "locked.pdf", buffer.getvalue())[:2] == (422, "encrypted_pdf")
    assert refused(service, "locked.pdf", buffer.getvalue(), password="wrong")[:2] == (422, "encrypted_pdf")
    answer = service.read("locked.pdf", buffer.getvalue(), password="open sesame")
    assert "Secret words" in answer.json()["markdown"]
    assert "sesame" not in answer.text + service.log.read_text()


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("empty.pdf", b"", (422, "empty_file")),
        ("notes.pdf", b"just some text\n" * 20, (415, "unsupported_type")),
        ("archive.zip", b"PK\x03\x04" + bytes(100), (415, "unsupported_type")),
        ("half.pdf", pdf("One", "Two")[:300], (422, "damaged_pdf")),
        ("half.png", encoded(Image.new("RGB", (50, 50)), "PNG")[:40], (422, "damaged_pdf")),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_code(
    service: RunningService, name: str, content: bytes, expected: tuple[int, str]
) -> None:
    assert refused(service, name, content)[:2] == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"pages": "9"}, (422, "bad_pages")),
        ({"pages": "x"}, (422, "bad_pages")),
        ({"dpi": "5"}, (422, "bad_option")),
        ({"colour": "red"}, (422, "bad_option")),
        ({"language": "klingon"}, (422, "bad_option")),
        ({"engine": "vlm"}, (503, "engine_unavailable")),
    ],
)
def test_wrong_options_are_named(service: RunningService, fields: dict[str, str], expected: tuple[int, str]) -> None:
    status, code, detail = refused(service, "a.pdf", pdf("One"), **fields)
    assert (status, code) == expected
    assert next(iter(fields)) in detail


def test_an_unknown_option_in_the_query_is_refused_before_the_upload(service: RunningService) -> None:
    answer = service.client.post("/ocr/pdf?colour=red", files={"file": ("a.pdf", pdf("One"))})
    assert (answer.status_code, answer.json()["detail"]) == (422, "colour: there is no such option")


def test_a_file_over_the_limit_is_refused_while_it_arrives(service: RunningService) -> None:
    status, code, detail = refused(service, "big.pdf", b"%PDF-1.7\n" + bytes(21 << 20))
    assert (status, code) == (413, "file_too_large")
    assert "20 MiB (MAX_UPLOAD_MB)" in detail


def test_too_many_pages_say_how_to_ask_for_a_part(service: RunningService) -> None:
    many = pdf(*(["x"] * 51))
    answer = service.read("book.pdf", many)
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_pages")
    assert answer.json()["detail"].endswith("pages=1-50")
    assert "51 pages" in answer.json()["detail"]
    assert service.read("book.pdf", many, pages="50-51").status_code == 200


def test_a_form_without_a_file_is_refused(service: RunningService) -> None:
    answer = service.client.post("/ocr/pdf", data={"file": "text"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_option")
    answer = service.client.post("/ocr/pdf", files={"document": b"x"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_option")


def test_nothing_is_left_in_temp_dir(service: RunningService) -> None:
    service.read("notes.pdf", b"text")
    service.read("a.pdf", pdf("One"))
    assert service.temp_files() == []
