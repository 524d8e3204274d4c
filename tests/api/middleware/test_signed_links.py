"""Links that open a result without a key."""

from __future__ import annotations

import pytest

from ocr_service.api.middleware.signed_links import is_signed, link_owner, link_query

PATH = f"/api/v2/ocr/jobs/{'a' * 32}-d/files/result.jsonl"
KEYS = [b"1" * 32, b"2" * 32]


def test_a_link_opens_its_path_for_its_owner_whatever_the_order_of_keys() -> None:
    query = link_query(PATH, "anna", KEYS)
    assert link_owner(PATH, query) == "anna"
    assert is_signed(PATH, query, "anna", KEYS[::-1])
    assert not is_signed(PATH, query, "anna", KEYS[:1])  # a key was removed
    assert not is_signed(PATH, query, "boris", KEYS)
    assert not is_signed(PATH.replace("-d", "-o"), query, "anna", KEYS)


def test_an_old_link_opens_nothing() -> None:
    assert link_owner(PATH, link_query(PATH, "anna", KEYS, now=1e9)) is None


@pytest.mark.parametrize("query", ["", "owner=anna", "owner=anna&expires=never", f"owner=anna&expires={'9' * 40}"])
def test_a_query_that_is_no_link_is_none(query: str) -> None:
    assert link_owner(PATH, query) is None


@pytest.mark.parametrize("path", ["/jobs/1/result", f"/api/v2/ocr/jobs/{'a' * 32}-d", "/api/v2/ocr/jobs/x/files/a"])
def test_no_other_path_opens_by_a_link(path: str) -> None:
    assert link_owner(path, link_query(path, "anna", KEYS)) is None
