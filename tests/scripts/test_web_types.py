"""The TypeScript types that are written from an OpenAPI schema."""

from __future__ import annotations

from typing import Any

from scripts.web_types import types_text

_STRING = {"type": "string"}
_SCHEMAS: dict[str, Any] = {
    "JobListModel": {
        "description": "Newest\nfirst.",
        "properties": {
            "jobs": {"type": "array", "items": {"$ref": "#/components/schemas/JobModel"}},
            "next": {"anyOf": [_STRING, {"type": "null"}], "description": "For `after`"},
        },
        "required": ["jobs"],
    },
    "JobModel": {
        "properties": {
            "state": {"$ref": "#/components/schemas/JobState"},
            "sizes": {"type": "object", "additionalProperties": {"type": "number"}},
        },
        "required": ["state", "sizes"],
    },
    "JobState": {"enum": ["queued", "running"]},
    "OptionsModel": {"properties": {}},
    "PageModel": {
        "properties": {"bbox": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "integer"}]}},
        "required": ["bbox"],
    },
    "ProblemModel": {"properties": {"tags": {"type": "array", "items": {"anyOf": [_STRING, {"type": "integer"}]}}}},
    "UnusedModel": {"properties": {"secret": _STRING}},
}


def test_models_that_the_page_reads_become_types_with_their_descriptions() -> None:
    assert types_text(_SCHEMAS, ["bad_pages", "cancelled"]).split("\n\n")[1:] == [
        '/** Each has a text in the page\'s languages. */\nexport type ErrorCode =\n  | "bad_pages"\n  | "cancelled";',
        "/** Newest first. */\n"
        "export interface JobList {\n"
        "  jobs: Job[];\n"
        "  /** For `after` */\n"
        "  next?: string | null;\n"
        "}",
        "export interface Job {\n  state: JobState;\n  sizes: Record<string, number>;\n}",
        'export type JobState = "queued" | "running";',
        "export interface Options {\n}",
        "export interface Page {\n  bbox: [number, number];\n}",
        "export interface Problem {\n  tags?: (string | number)[];\n}\n",
    ]
