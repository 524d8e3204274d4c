"""A client's fields against a model, and what is wrong with them in one line. Page workers import this: no FastAPI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ocr_service.errors import BadOption

Model = TypeVar("Model", bound=BaseModel)

_MOST_REPORTED = 20
_LONGEST_NAME, _LONGEST_MESSAGE = 100, 500  # characters


def validated(model: type[Model], fields: Mapping[str, Any]) -> Model:
    """The fields as the model has them. Raises BadOption, which names each wrong one."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False, include_input=False)
        raise BadOption(describe_validation(wrong)) from None


def describe_validation(errors: Sequence[Any]) -> str:
    """``dpi: Input should be …`` for each wrong field, in one line; of many the first 20."""
    lines = [_line(item) for item in errors[:_MOST_REPORTED]]
    if len(errors) > _MOST_REPORTED:
        lines.append(f"and {len(errors) - _MOST_REPORTED} more")
    return "; ".join(lines)


def _line(item: Any) -> str:
    place = [str(part)[:_LONGEST_NAME] for part in item["loc"] if part not in ("body", "query", "path", "header")]
    message = item["msg"].removeprefix("Value error, ")[:_LONGEST_MESSAGE]
    if item["type"] == "extra_forbidden":
        message = "there is no such option"
    return f"{'.'.join(place)}: {message}" if place else message
