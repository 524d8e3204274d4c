"""The examples of errors in the OpenAPI schema are what the code raises."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import ocr_service
from ocr_service import errors
from ocr_service.api.schemas import problem

PACKAGE = Path(ocr_service.__file__).parent
DEFINED, SHOWN = Path(errors.__file__), Path(problem.__file__)


def built_in(path: Path) -> Iterator[str]:
    """``QueueFull.waiting`` for each call of an error's class method in a module."""
    text = path.read_text()
    if "errors import " not in text and "import errors" not in text:
        return  # most modules raise none, and each takes time to parse
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            kind = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if node.func.attr in vars(getattr(errors, kind, object)):
                yield f"{kind}.{node.func.attr}"


@pytest.fixture(scope="module")
def raised_by_the_code() -> set[str]:
    modules = (path for path in PACKAGE.rglob("*.py") if path not in (DEFINED, SHOWN))
    return {built for path in modules for built in built_in(path)}


def test_every_error_has_an_example() -> None:
    assert problem.EXAMPLES.keys() == problem.error_kinds().keys()


def test_an_example_is_built_by_what_the_code_raises(raised_by_the_code: set[str]) -> None:
    shown = set(built_in(SHOWN))
    assert len(shown) > 25
    assert shown - raised_by_the_code == set()


def test_every_typical_message_is_shown(raised_by_the_code: set[str]) -> None:
    builders = {
        f"{kind.__name__}.{name}"
        for kind in problem.error_kinds().values()
        for name, member in vars(kind).items()
        if isinstance(member, classmethod)
    }
    assert builders - set(built_in(SHOWN)) == set()
    assert builders - raised_by_the_code == set()
