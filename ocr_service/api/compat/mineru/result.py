"""A job's result in MinerU's files: in the JSON of an answer, or in a zip."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any

from ocr_service import __version__
from ocr_service.api.compat.job_results import file_texts, kept_figures, kept_pages, markdown_file
from ocr_service.api.compat.json_pieces import list_texts, streamed_list, streamed_object, streamed_string, value_texts
from ocr_service.api.compat.mineru.mapping import content_list, middle_pages
from ocr_service.api.compat.mineru.models import Task
from ocr_service.export.image_links import data_uri
from ocr_service.export.zip_bundle import write_files
from ocr_service.jobs.models import Job
from ocr_service.storage.filesystem import JobFolder
from ocr_service.storage.space import storage_errors

_SUFFIXES = {"md_content": ".md", "middle_json": "_middle.json", "content_list": "_content_list.json"}


class ParsedResult:
    """What the task asks for of a job's pages and of its result."""

    def __init__(self, job: Job, task: Task, pages: JobFolder, result: JobFolder) -> None:
        self._job, self._task, self._folder = job, task, pages
        self._markdown = markdown_file(result, job)
        self._stem = PurePath(job.file.name).stem
        self.safe_stem = _safe(self._stem)

    def json(self) -> dict[str, Any]:
        """What stands beside the task's state; files are strings, whatever is in them."""
        document: dict[str, Any] = {"model_output": None}
        document |= {name: streamed_string(texts) for name, texts in self._files()}
        if self._task.return_images:
            figures = kept_figures(self._folder, self._job)
            images = ((path.name, data_uri(path.name, path.read_bytes())) for path in figures)
            document["images"] = streamed_object(images)
        return {"version": __version__, "results": {self._stem: document}}

    def write_zip(self, folder: Path) -> Path:
        """The files in a zip, in ``folder``. Raises StorageFull. Blocks."""
        bundle = folder / "results.zip"
        packed: list[tuple[str, Path]] = []
        with storage_errors("TEMP_DIR"):
            for name, texts in self._files():
                path = folder / f"{name}{Path(_SUFFIXES[name]).suffix}"
                with path.open("w", encoding="utf-8", newline="\n") as file:
                    file.writelines(texts)
                packed.append((f"{self.safe_stem}/{self.safe_stem}{_SUFFIXES[name]}", path))
            if self._task.return_images:
                figures = kept_figures(self._folder, self._job)
                packed += [(f"{self.safe_stem}/images/{path.name}", path) for path in figures]
            write_files(packed, bundle)
        return bundle

    def _files(self) -> Iterator[tuple[str, Iterable[str]]]:
        """Each as texts that concatenate to it."""
        if self._task.return_md:
            yield "md_content", file_texts(self._markdown)
        if self._task.return_middle_json:
            pages = streamed_list(middle_pages(kept_pages(self._folder, self._job)))
            middle = {"pdf_info": pages, "_backend": self._job.engine, "_version_name": __version__}
            yield "middle_json", value_texts(middle)
        if self._task.return_content_list:
            yield "content_list", list_texts(content_list(kept_pages(self._folder, self._job)))


def _safe(stem: str) -> str:
    """The name as MinerU writes it in a zip (``sanitize_filename``): clients look for it there."""
    inside = re.sub(r"[/\\.]{2,}|[/\\]", "", stem)
    safe = re.sub(r"[^\w.-]", "_", inside)
    return f"_{safe[1:]}" if safe.startswith(".") else safe or "unnamed"
