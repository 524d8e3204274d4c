"""What the client can ask for is what the service takes."""

from __future__ import annotations

from typing import get_args

from ocr_service.api.schemas.document import SubmissionOptions
from ocr_service.client.values import FINISHED, Form, Job, JobFailed, Options, State
from ocr_service.jobs.files.exports import SUFFIXES
from ocr_service.jobs.models import JobState

_OF_OTHER_ROUTES = {"output", "cancel_on_disconnect"}  # of /ocr/*, which the client does not call


def test_the_options_are_those_of_a_submission() -> None:
    assert set(Options.__annotations__) == SubmissionOptions.model_fields.keys() - _OF_OTHER_ROUTES


def test_the_forms_are_those_of_a_result() -> None:
    assert set(get_args(Form)) == {"md", "json", *SUFFIXES.values()}


def test_the_states_are_those_of_a_job() -> None:
    assert set(get_args(State)) == {state.value for state in JobState}
    assert {state.value for state in JobState if state.finished} == FINISHED


def test_a_cancelled_job_says_so() -> None:
    pages = {"total": 1, "done": 0, "failed": 0}
    job = Job.of({"id": "a", "state": "cancelled", "file": {"name": "a.pdf"}, "pages": pages, "error": None})
    assert (JobFailed(job).code, str(JobFailed(job))) == ("cancelled", "cancelled: the job is cancelled")
