"""What a page worker does for a Word file: it writes the kept pages of a document, joined as for HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ocr_service.document import PageResult, ReadOptions
from ocr_service.export.join_pages import joined_pages, text_pages
from ocr_service.export.result_json import page_without_words
from ocr_service.storage.filesystem import JobFolder


@dataclass(frozen=True, slots=True)
class DocxTask:
    """A document called ``title`` whose pages ``numbers`` are kept in ``folder``; the Word file goes to ``target``."""

    folder: JobFolder
    title: str
    numbers: tuple[int, ...]
    options: ReadOptions
    target: Path


def write_docx_file(task: DocxTask) -> None:
    from ocr_service.export.docx import write_docx  # python-docx is loaded in the workers alone

    def pages() -> Iterator[PageResult]:
        return (page_without_words(task.folder.page(number)) for number in task.numbers)

    options = task.options
    stream = joined_pages(pages, headers=options.headers) if options.join_pages else text_pages(pages, options.headers)
    language = "ru" if options.language.startswith("rus") else "en"
    write_docx(stream, task.target, title=task.title, language=language, image_of=task.folder.image)
