"""The TypeScript types of the web page, from the OpenAPI schema: ``write`` them, or ``check`` that they are up to date.

Only what the page reads: the models in ``_ROOTS`` and those that they refer to.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ocr_service.api.app import create_app
from ocr_service.errors import ServiceError
from ocr_service.settings import load_settings

_FILE = Path(__file__).parent.parent / "web" / "src" / "api" / "types.ts"
_ROOTS = ("JobListModel", "OptionsModel", "PageModel", "ProblemModel")
_HEAD = "/** The shapes of the HTTP contract that this page reads. Written by `python -m scripts.web_types write`. */\n"
_PREFIX = "#/components/schemas/"
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def main() -> int:
    match sys.argv[1:]:
        case ["write"]:
            _FILE.write_text(types_text(_schemas(), _codes()))
            return 0
        case ["check"]:
            if _FILE.exists() and _FILE.read_text() == types_text(_schemas(), _codes()):
                return 0
            print(f"{_FILE} is not what the OpenAPI schema says: run `make web`.", file=sys.stderr)
            return 1
    print("usage: python -m scripts.web_types write|check", file=sys.stderr)
    return 2


def _schemas() -> dict[str, Any]:
    found: dict[str, Any] = create_app(load_settings()).openapi()["components"]["schemas"]
    return found


def _codes() -> list[str]:
    return sorted({ServiceError.code, *(kind.code for kind in ServiceError.__subclasses__())})


def types_text(schemas: dict[str, Any], codes: list[str]) -> str:
    """The whole file. ``schemas``: OpenAPI's ``components.schemas``; ``codes``: those of errors."""
    needed = list(_ROOTS)
    for name in needed:  # grows meanwhile
        needed += [other for other in _references(schemas[name]) if other not in needed]
    union = "".join(f'\n  | "{code}"' for code in codes)
    error_codes = f"\n/** Each has a text in the page's languages. */\nexport type ErrorCode ={union};\n"
    return _HEAD + error_codes + "".join(f"\n{_declaration(name, schemas[name])}" for name in sorted(needed))


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for part in schema:
            yield from _references(part)
    elif isinstance(schema, dict):
        if isinstance(reference := schema.get("$ref"), str):
            yield reference.removeprefix(_PREFIX)
        for part in schema.values():
            yield from _references(part)


def _declaration(name: str, schema: dict[str, Any]) -> str:
    comment = _comment(schema, "")
    if "properties" not in schema:
        return f"{comment}export type {_short(name)} = {_type(schema)};\n"
    required = set(schema.get("required", ()))
    lines = [
        f"{_comment(part, '  ')}  {field}{'' if field in required else '?'}: {_type(part)};\n"
        for field, part in schema["properties"].items()
    ]
    return f"{comment}export interface {_short(name)} {{\n{''.join(lines)}}}\n"


def _comment(schema: dict[str, Any], indent: str) -> str:
    text = " ".join(schema.get("description", "").split()).replace("*/", "* /")
    return f"{indent}/** {text} */\n" if text else ""


def _short(name: str) -> str:
    return name.removesuffix("Model")


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _short(schema["$ref"].removeprefix(_PREFIX))
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_type(part) for part in schema["anyOf"])
    kind = schema.get("type")
    if kind == "array":
        if parts := schema.get("prefixItems"):
            return f"[{', '.join(_type(part) for part in parts)}]"
        item = _type(schema.get("items", {}))
        return f"({item})[]" if " | " in item else f"{item}[]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"Record<string, {_type(values) if isinstance(values, dict) else 'unknown'}>"
    return _PLAIN.get(str(kind), "unknown")


if __name__ == "__main__":
    sys.exit(main())
