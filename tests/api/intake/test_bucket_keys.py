"""A client names documents in the bucket, and never what the service keeps there for others."""

from __future__ import annotations

import pytest

from ocr_service.api.intake.bucket_keys import OwnKeys, check_key, check_prefix
from ocr_service.errors import BadOption

JOB = "0193" * 8


@pytest.mark.parametrize("prefix", ["ocr", "/ocr/", "ocr/"])
@pytest.mark.parametrize("key", [f"ocr/{JOB}/a.json", "ocr/.jobs/x/input", "ocr/", "ocr/anything", "ocr%2F.jobs/x"])
def test_all_under_the_own_prefix_is_the_services(prefix: str, key: str) -> None:
    assert OwnKeys(prefix).has(key)


@pytest.mark.parametrize("key", ["ocr", "oc", "ocr-in/a.pdf", "in/ocr/a.pdf", "OCR/a.pdf", "in/"])
def test_others_are_not(key: str) -> None:
    assert not OwnKeys("ocr").has(key)


def test_a_prefix_of_several_segments() -> None:
    own = OwnKeys("team/ocr")
    assert own.has("team/ocr/x")
    assert not own.has("team/in/x")
    assert not own.has("team/")


def test_without_a_prefix_results_are_told_by_their_jobs_folder() -> None:
    own = OwnKeys("")
    assert own.has(f"{JOB}/a.md") and own.has(".jobs/x/input")
    assert not own.has("in/a.pdf") and not own.has(JOB) and not own.has("a.pdf")


@pytest.mark.parametrize(
    "key",
    [
        "./ocr/x",
        "in/../ocr/x",
        "in/./x",
        "/ocr/x",
        "in//x",
        "..",
        "in/..",
        "in/%2e%2E/ocr/x",
        "in/%2E/x",
        "in\\..\\ocr",
        "in/\nx",
        "in/\x7f",
    ],
)
def test_odd_segments_are_refused(key: str) -> None:
    for check in (check_key, check_prefix):
        with pytest.raises(BadOption, match="s3_x"):
            check("s3_x", key)


def test_usual_keys_pass() -> None:
    for key in ("in/письмо.pdf", "a..b/c.d", "in/50%.pdf", "in/...pdf"):
        check_key("s3_key", key)
        check_prefix("s3_prefix", key)
    check_prefix("s3_prefix", "in/")
    with pytest.raises(BadOption):
        check_key("s3_key", "in/")
    with pytest.raises(BadOption):
        check_prefix("s3_prefix", "in//")
