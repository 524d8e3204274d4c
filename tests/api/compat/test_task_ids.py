"""The ids of tasks of foreign protocols: what they hold comes back, and nothing else is one."""

from __future__ import annotations

from typing import Any

import pytest

from ocr_service.api.compat.datalab.models import RequestTask
from ocr_service.api.compat.docling.models import ConvertTask
from ocr_service.api.compat.docling_chunks.models import ChunkTask
from ocr_service.api.compat.mineru.models import Task
from ocr_service.api.compat.paddleocr_jobs.models import JobTask
from ocr_service.api.compat.task_ids import TaskRef
from ocr_service.errors import NotFound

JOB = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("kind", "code", "fields"),
    [
        (ConvertTask, "me", {"to_formats": ("md",), "md_page_break_placeholder": ""}),
        (ConvertTask, "he", {"to_formats": ("html",), "image_export_mode": "embedded"}),
        (ConvertTask, "mjhtr", {"to_formats": ("md", "json", "html", "text"), "image_export_mode": "referenced"}),
        (ConvertTask, "mp0cd196", {"image_export_mode": "placeholder", "md_page_break_placeholder": "\fі"}),
        (ChunkTask, "hybrid", {"chunker": "hybrid", "max_tokens": None, "merge_peers": False}),
        (ChunkTask, "hierarchical512mrd", {"chunker": "hierarchical", "max_tokens": 512, "include_raw_text": True}),
        (Task, "", {"return_md": False, "response_format_zip": False}),
        (Task, "mjciz", {"return_md": True, "return_middle_json": True, "response_format_zip": True}),
        (Task, "cz", {"return_md": False, "return_content_list": True, "return_images": False}),
        (RequestTask, "mhjpi", {"output_format": ("markdown", "html", "json"), "paginate": True}),
        (RequestTask, "j", {"output_format": ("json",), "paginate": False, "include_images": False}),
        (JobTask, "di", {"lines": False, "joined": False, "without_figures": True}),
        (JobTask, "or", {"lines": True, "joined": True, "without_figures": False}),
    ],
)
def test_an_id_holds_what_was_asked_for(kind: type[TaskRef], code: str, fields: dict[str, Any]) -> None:
    task = kind.parsed(f"{JOB}-{code}")
    assert (task.job_id, task.id) == (JOB, f"{JOB}-{code}")
    assert {name: getattr(task, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ConvertTask, ""),
        (ConvertTask, JOB),
        (ConvertTask, f"{JOB}-m"),
        (ConvertTask, f"{JOB}-e"),
        (ConvertTask, f"{JOB}-hybrid"),
        (ConvertTask, f"{JOB}-me-"),
        (ConvertTask, f"{JOB}-me0"),
        (ConvertTask, f"{JOB}-meff"),
        (ConvertTask, f"{JOB.upper()}-me"),
        (ConvertTask, f"{JOB}0-me"),
        (ChunkTask, f"{JOB}-me"),
        (ChunkTask, f"{JOB}-hybrid99999"),
        (ChunkTask, f"{JOB}-hybrid1"),
        (ChunkTask, f"{JOB}-hybrid٣٢"),
        (Task, f"{JOB}-x"),
        (Task, f"{JOB}-im"),
        (RequestTask, f"{JOB}-"),
        (JobTask, f"{JOB}-"),
    ],
)
def test_what_is_no_task_is_not_found(kind: type[TaskRef], text: str) -> None:
    with pytest.raises(NotFound):
        kind.parsed(text)
