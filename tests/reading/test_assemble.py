"""A document's files, made of its kept pages: both say the same."""

import json
from pathlib import Path

from ocr_service.document import FileInfo, ReadOptions
from ocr_service.export.result_json import page_to_json, public_page
from ocr_service.reading.pipeline import assemble
from ocr_service.reading.readers import DocumentWork
from ocr_service.storage.filesystem import JobFolder
from tests.support.pages import page, region


def test_the_json_has_the_text_of_the_markdown_file_and_the_pages_as_they_were_kept(tmp_path: Path) -> None:
    texts = ['Said: "so \\ be it".', "Строка\r\nи другая.", "много слов " * 10_000 + "конец", "\t<b>&amp;</b>"]
    pages = [page(number, region("text", text), markdown=text) for number, text in enumerate(texts, start=1)]
    work = DocumentWork(JobFolder(tmp_path, "job"), FileInfo("book.pdf", "pdf", "0" * 64, 1, 4), ReadOptions())
    work.folder.make()
    for kept in pages:
        work.folder.keep_page(kept.number, page_to_json(kept))

    summary = assemble(work, range(1, 5), "tesseract", {})

    assert (summary.status, summary.pages, summary.failed) == ("completed", 4, ())
    markdown = (work.folder.published / "book.md").read_bytes().decode()
    result = json.loads((work.folder.published / "book.json").read_bytes())
    assert result["markdown"] == markdown
    assert "Строка\r\nи другая." in markdown and "слов конец" in markdown
    assert result["pages"] == [json.loads(public_page(page_to_json(kept), words=False)) for kept in pages]
