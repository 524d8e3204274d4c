"""What is wrong with a client's fields, in one line."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from ocr_service.api.validation import at_most, must_be_empty, validated
from ocr_service.errors import BadOption


class Asked(BaseModel):
    agent: Annotated[str | None, must_be_empty("there are no agents here")] = None
    names: Annotated[dict[str, int] | list[Any] | None, at_most(3)] = None


def test_what_means_nothing_here_must_be_empty() -> None:
    assert validated(Asked, {"agent": None}) == validated(Asked, {"agent": ""}).model_copy(update={"agent": None})
    with pytest.raises(BadOption, match=r"^agent: there are no agents here$"):
        validated(Asked, {"agent": "a"})


def test_a_list_that_is_too_long_is_one_error_whatever_is_in_it() -> None:
    assert validated(Asked, {"names": {"a": 1, "b": 2, "c": 3}}).names == {"a": 1, "b": 2, "c": 3}
    with pytest.raises(BadOption, match=r"^names: has more than 3 items$"):
        validated(Asked, {"names": dict.fromkeys("abcd", "no number")})
