import pytest

from ocr_service.document import FileInfo, ReadOptions
from ocr_service.jobs.models import (
    Job,
    JobState,
    Priority,
    moved,
    new_job_id,
    options_from_json,
    options_to_json,
)

ALLOWED = {
    "queued": {"running", "failed", "cancelled"},
    "running": {"completed", "partial", "failed", "cancelled", "queued"},
    "partial": {"queued", "completed", "failed"},
    "failed": {"queued", "completed", "partial"},
    "cancelled": {"queued"},
    "completed": {"queued", "partial", "failed"},
}


def job_in(state: JobState) -> Job:
    return Job(
        id="1",
        state=state,
        priority=Priority.BATCH,
        owner="",
        file=FileInfo("a.pdf", "pdf", "00", 1, 1),
        page_total=1,
        options=ReadOptions(),
        engine="tesseract",
        engine_version="5",
        created_at=0.0,
    )


@pytest.mark.parametrize("start", list(JobState))
@pytest.mark.parametrize("to", list(JobState))
def test_only_the_moves_of_the_diagram_exist(start: JobState, to: JobState) -> None:
    if to.value in ALLOWED[start.value]:
        assert moved(job_in(start), to).state is to
    else:
        with pytest.raises(AssertionError, match=f"{start} -> {to}"):
            moved(job_in(start), to)


def test_ids_sort_by_age_and_differ() -> None:
    ids = [new_job_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert [i[:12] for i in ids] == sorted(i[:12] for i in ids)
    assert all(len(i) == 32 for i in ids)


def test_options_of_another_version_are_read_as_far_as_they_are_known() -> None:
    written = options_to_json(ReadOptions(pages="1-3", dpi=150)) | {"from_the_future": True}
    assert options_from_json(written) == ReadOptions(pages="1-3", dpi=150)
