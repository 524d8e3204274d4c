"""``GET /jobs/results.zip``: the results of several jobs in one file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from ocr_service.api.dependencies import ServicesDep, owner_of
from ocr_service.api.routes.jobs import StrictQuery
from ocr_service.api.routes.results import given_as
from ocr_service.api.schemas.document import NO_NUL
from ocr_service.api.schemas.problem import RESULTS
from ocr_service.errors import NotFinished
from ocr_service.export.zip_bundle import zipped
from ocr_service.storage.filesystem import folder_names

router = APIRouter(prefix="/jobs", tags=["jobs"])

_MOST = 200
JobIdOf = Annotated[str, Field(max_length=64, pattern=NO_NUL)]


class DownloadQuery(StrictQuery):
    id: list[JobIdOf] = Field(min_length=1, max_length=_MOST, description="Of the jobs, each as `id`; at most 200")


@router.get(
    "/results.zip",
    summary="Several results in one zip",
    response_class=StreamingResponse,
    responses=RESULTS | given_as("zip"),
)
async def get_results(
    request: Request, services: ServicesDep, query: Annotated[DownloadQuery, Query()]
) -> StreamingResponse:
    """A folder for each document, named as its file, with its Markdown, JSON and figures."""
    folders: list[Path] = []
    names: list[Path] = []
    for job_id in dict.fromkeys(query.id):
        job = await services.jobs.get(job_id, owner_of(request))
        folder = (await services.jobs.files.of(job, "result")).published
        if not job.state.finished or not folder.is_dir():
            raise NotFinished(f"{job.file.name} has no result: the job is {job.state}.")
        folders.append(folder)
        names.append(Path(job.file.name))
    headers = {"Content-Disposition": 'attachment; filename="results.zip"'}
    parts = zipped(_files(dict(zip(folder_names(names), folders, strict=True))))
    return StreamingResponse(parts, media_type="application/zip", headers=headers)


def _files(folders: dict[str, Path]) -> Iterator[tuple[str, Path]]:
    for name, folder in folders.items():
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            yield f"{name}/{path.relative_to(folder).as_posix()}", path
