"""``/file_parse`` and ``/tasks``: what clients of MinerU call."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from starlette.background import BackgroundTask

from ocr_service import __version__
from ocr_service.api.compat.forms import form_schema, received_form
from ocr_service.api.compat.job_results import failure_reason, iso_time, kept_figures, kept_pages, markdown_file
from ocr_service.api.compat.json_pieces import as_json, list_texts, pieces, string_texts
from ocr_service.api.compat.mineru.mapping import content_list, middle_pages
from ocr_service.api.compat.mineru.models import ParseAnswer, ParseForm, Task, TaskStatus
from ocr_service.api.dependencies import Services, ServicesDep, owner_of
from ocr_service.api.intake.admission import Admitted
from ocr_service.api.routes.jobs import submit
from ocr_service.api.schemas.problem import NOT_FOUND, READ, RESULTS
from ocr_service.api.validation import validated
from ocr_service.api.wait_for_job import read_to_the_end
from ocr_service.export.image_links import data_uri
from ocr_service.export.zip_bundle import write_files
from ocr_service.jobs.models import Job, JobState, Priority
from ocr_service.storage.filesystem import JobFolder
from ocr_service.storage.space import storage_errors

router = APIRouter(tags=["MinerU"])

_STATUS = {JobState.QUEUED: "pending", JobState.RUNNING: "processing"} | dict.fromkeys(
    (JobState.COMPLETED, JobState.PARTIAL), "completed"
)
_FORM = form_schema(ParseForm.model_json_schema()["properties"], part="files")
_ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
}
_WAITING: dict[int | str, dict[str, Any]] = {202: {"model": TaskStatus, "description": "It is still being read"}}
TaskId = Annotated[str, PathParameter(max_length=64, description="As the answer to the submission gave it")]


@router.post(
    "/file_parse",
    summary="Read a document, as MinerU",
    response_model=ParseAnswer,
    responses=READ | _ZIP,
    openapi_extra=_FORM,
)
async def mineru_file_parse(request: Request, services: ServicesDep) -> Response:
    """The request and the answer of MinerU. It is a job like any other, waited for until it is finished."""
    admitted, asked = await _admitted(request, services)
    job = await read_to_the_end(request, services, admitted)
    return await _result(request, services, job, Task.of(job.id, asked))


@router.post("/tasks", status_code=202, summary="Submit a document, as MinerU", responses=READ, openapi_extra=_FORM)
async def mineru_submit(request: Request, services: ServicesDep) -> TaskStatus:
    """Answers at once with the task."""
    admitted, asked = await _admitted(request, services)
    submission = await submit(services, admitted, owner_of(request), None, Priority.BATCH)
    return await _status(request, services, submission.job, Task.of(submission.job.id, asked))


@router.get("/tasks/{task_id}", summary="State of a task, as MinerU", responses=NOT_FOUND)
async def mineru_status(request: Request, services: ServicesDep, task_id: TaskId) -> TaskStatus:
    task = Task.parsed(task_id)
    return await _status(request, services, await services.jobs.get(task.job_id, owner_of(request)), task)


@router.get(
    "/tasks/{task_id}/result",
    summary="Result of a task, as MinerU",
    response_model=ParseAnswer,
    responses=RESULTS | _ZIP | _WAITING,
)
async def mineru_result(request: Request, services: ServicesDep, task_id: TaskId) -> Response:
    """202 while it is being read, 409 where it failed, both with its state."""
    task = Task.parsed(task_id)
    job = await services.jobs.get(task.job_id, owner_of(request))
    if job.state in (JobState.COMPLETED, JobState.PARTIAL):
        return await _result(request, services, job, task)
    status = await _status(request, services, job, task)
    if job.state.finished:
        return JSONResponse({**status.model_dump(), "message": "Task execution failed"}, 409)
    return JSONResponse({**status.model_dump(), "message": "Task result is not ready yet"}, 202)


async def _admitted(request: Request, services: Services) -> tuple[Admitted, ParseForm]:
    async with received_form(request, services, part="files") as upload:
        asked = validated(ParseForm, {name: value for name, value in upload.fields.items() if value})
        return await services.admission.inspected(upload, asked.submission()), asked


async def _status(request: Request, services: Services, job: Job, task: Task) -> TaskStatus:
    queued = job.state is JobState.QUEUED
    failed = job.state in (JobState.FAILED, JobState.CANCELLED)
    base = str(request.base_url).rstrip("/")
    return TaskStatus.model_validate(
        {
            "task_id": task.id,
            "status": _STATUS.get(job.state, "failed"),
            "backend": job.engine,
            "file_names": [PurePath(job.file.name).stem],
            "created_at": iso_time(job.created_at),
            "started_at": iso_time(job.started_at),
            "completed_at": iso_time(job.finished_at),
            "error": failure_reason(job) if failed else None,
            "status_url": f"{base}/tasks/{task.id}",
            "result_url": f"{base}/tasks/{task.id}/result",
            "queued_ahead": max(0, (await services.jobs.store.position(job.id) or 1) - 1) if queued else 0,
        }
    )


async def _result(request: Request, services: Services, job: Job, task: Task) -> Response:
    """What can fail is done before the first byte. Raises StorageFull, and as ``JobFiles.of``."""
    result = _Result(job, task, await services.jobs.files.of(job, "pages"), await services.jobs.files.of(job, "result"))
    headers = {"Location": f"/jobs/{job.id}"}
    if task.zipped:
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="mineru-", dir=services.scratch))
        gone = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
        try:
            await asyncio.to_thread(result.write_zip, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        name = f"{result.safe_stem}.zip"
        return FileResponse(
            folder / "results.zip", media_type="application/zip", filename=name, headers=headers, background=gone
        )
    status = (await _status(request, services, job, task)).model_dump()
    return StreamingResponse(pieces(result.json(status)), media_type="application/json", headers=headers)


class _Result:
    """A job's result in MinerU's files, each as texts that concatenate to it."""

    def __init__(self, job: Job, task: Task, pages: JobFolder, result: JobFolder) -> None:
        self._job, self._task, self._folder = job, task, pages
        self._markdown = markdown_file(result, job)
        self._stem = PurePath(job.file.name).stem
        self.safe_stem = _safe(self._stem)

    def json(self, status: dict[str, Any]) -> Iterator[str]:
        yield f'{as_json({**status, "version": __version__})[:-1]},"results":{{{as_json(self._stem)}:{{'
        yield '"model_output":null'
        for name, texts in self._files():
            yield f",{as_json(name)}:"
            yield from string_texts(texts)
        if self._task.images:
            yield ',"images":{'
            for place, path in enumerate(kept_figures(self._folder, self._job)):
                yield f"{',' if place else ''}{as_json(path.name)}:{as_json(data_uri(path.name, path.read_bytes()))}"
            yield "}"
        yield "}}}"

    def write_zip(self, folder: Path) -> None:
        """Raises StorageFull. Blocks."""
        suffixes = {"md_content": ".md", "middle_json": "_middle.json", "content_list": "_content_list.json"}
        packed: list[tuple[str, Path]] = []
        with storage_errors("TEMP_DIR"):
            for name, texts in self._files():
                path = folder / f"{name}{Path(suffixes[name]).suffix}"
                with path.open("w", encoding="utf-8", newline="\n") as file:
                    file.writelines(texts)
                packed.append((f"{self.safe_stem}/{self.safe_stem}{suffixes[name]}", path))
            if self._task.images:
                packed += [
                    (f"{self.safe_stem}/images/{path.name}", path) for path in kept_figures(self._folder, self._job)
                ]
            write_files(packed, folder / "results.zip")

    def _files(self) -> Iterator[tuple[str, Iterable[str]]]:
        if self._task.markdown:
            yield "md_content", _lines(self._markdown)
        if self._task.middle:
            yield "middle_json", self._middle()
        if self._task.content:
            yield "content_list", list_texts(content_list(kept_pages(self._folder, self._job)))

    def _middle(self) -> Iterator[str]:
        yield '{"pdf_info":'
        yield from list_texts(middle_pages(kept_pages(self._folder, self._job)))
        yield f',"_backend":{as_json(self._job.engine)},"_version_name":{as_json(__version__)}}}'


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as lines:
        yield from lines


def _safe(stem: str) -> str:
    """The name as MinerU writes it in a zip (``sanitize_filename``): clients look for it there."""
    inside = re.sub(r"[/\\.]{2,}|[/\\]", "", stem)
    safe = re.sub(r"[^\w.-]", "_", inside)
    return f"_{safe[1:]}" if safe.startswith(".") else safe or "unnamed"
