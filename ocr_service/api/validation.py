"""A client's fields against a model, and what is wrong with them in one line. Page workers import this: no FastAPI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ValidationError

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


def must_be_empty(why: str) -> AfterValidator:
    """For a field that means nothing here: what is set is refused, so that nobody waits for it."""

    def check(value: object) -> object:
        if value:
            raise ValueError(why)
        return value

    return AfterValidator(check)


def at_most(most: int) -> BeforeValidator:
    """Refuses a longer list or object before its items are looked at: each wrong one would be an error of its own."""

    def check(value: object) -> object:
        if isinstance(value, list | dict) and len(value) > most:
            raise ValueError(f"has more than {most} items")
        return value

    return BeforeValidator(check)


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
