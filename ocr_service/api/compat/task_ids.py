"""Ids of foreign protocols' tasks: a job, and what its result is to hold, since jobs know nothing of other protocols.

An id is the job's, a hyphen, and the codes of the task's fields in their order, as each field's annotation writes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict

from ocr_service.api.dependencies import Services, owner_of
from ocr_service.errors import NotFound
from ocr_service.jobs.models import Job

_JOB_ID = re.compile(r"[0-9a-f]{32}")


class _Code(Protocol):
    def write(self, value: Any) -> str: ...

    def read(self, text: str) -> tuple[Any, str]:
        """The value that a text begins with, and the rest of the text. Raises ValueError where there is none."""


@dataclass(frozen=True)
class Flag:
    """A letter when it is set."""

    letter: str

    def write(self, value: bool) -> str:
        return self.letter * value

    def read(self, text: str) -> tuple[bool, str]:
        rest = text.removeprefix(self.letter)
        return rest != text, rest


@dataclass(frozen=True)
class OneOf:
    """A choice, written as its code."""

    values: Mapping[str, Any]

    def write(self, value: Any) -> str:
        return next(code for code, coded in self.values.items() if coded == value)

    def read(self, text: str) -> tuple[Any, str]:
        for code, value in self.values.items():
            if text.startswith(code):
                return value, text.removeprefix(code)
        raise ValueError(text)


@dataclass(frozen=True)
class SomeOf:
    """Choices, each written as its letter, in the order of ``values``; at least one."""

    values: Mapping[str, Any]

    def write(self, value: tuple[Any, ...]) -> str:
        return "".join(letter for letter, coded in self.values.items() if coded in value)

    def read(self, text: str) -> tuple[tuple[Any, ...], str]:
        rest = text.lstrip("".join(self.values))
        letters = text.removesuffix(rest) if rest else text
        if not letters:
            raise ValueError(text)
        return tuple(value for letter, value in self.values.items() if letter in letters), rest


@dataclass(frozen=True)
class Digits:
    """A number within these limits, or nothing."""

    least: int
    most: int

    def write(self, value: int | None) -> str:
        return "" if value is None else str(value)

    def read(self, text: str) -> tuple[int | None, str]:
        rest = text.lstrip("0123456789")
        digits = text.removesuffix(rest) if rest else text
        if digits and not self.least <= int(digits) <= self.most:
            raise ValueError(text)
        return int(digits) if digits else None, rest


@dataclass(frozen=True)
class Text:
    """A short text in hexadecimal digits, up to the end of the id."""

    def write(self, value: str) -> str:
        return value.encode().hex()

    def read(self, text: str) -> tuple[str, str]:
        return bytes.fromhex(text).decode(), ""


class TaskRef(BaseModel):
    """A subclass annotates each field of its own with the code that writes it."""

    model_config = ConfigDict(frozen=True)

    job_id: str

    @classmethod
    def parsed(cls, text: str) -> Self:
        """Raises NotFound."""
        job_id, _, rest = text.partition("-")
        values: dict[str, Any] = {"job_id": job_id}
        try:
            for name, code in cls._codes().items():
                values[name], rest = code.read(rest)
        except ValueError:
            raise NotFound("Task not found.") from None
        if rest or _JOB_ID.fullmatch(job_id) is None:
            raise NotFound("Task not found.")
        return cls.model_validate(values)

    @classmethod
    def of(cls, job_id: str, asked: object) -> Self:
        """The task of a job; ``asked`` has the task's other fields among its attributes."""
        return cls.model_validate({"job_id": job_id, **{name: getattr(asked, name) for name in cls._codes()}})

    @property
    def id(self) -> str:
        return f"{self.job_id}-" + "".join(code.write(getattr(self, name)) for name, code in self._codes().items())

    @classmethod
    def _codes(cls) -> dict[str, _Code]:
        return {name: field.metadata[0] for name, field in cls.model_fields.items() if name != "job_id"}


Task = TypeVar("Task", bound=TaskRef)


async def own_task(request: Request, services: Services, task_id: str, kind: type[Task]) -> tuple[Job, Task]:
    """The task that the client names, and its job. Raises NotFound, also for a job of another key."""
    task = kind.parsed(task_id)
    return await services.jobs.get(task.job_id, owner_of(request)), task
