"""The documents for developers name files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_PATH = re.compile(r"`((?:[\w.-]+/)+(?:[\w.-]+\.(?:py|md|ts|tsx|yaml|sh|json))?)`")
_BASES = (ROOT, ROOT / "ocr_service", ROOT / "ocr_service" / "api")


def named_paths(document: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    outside_blocks = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    return _PATH.findall(outside_blocks)


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "docs/architecture.md", "docs/dependencies.md"])
def test_paths_that_are_named_exist(document: str) -> None:
    paths = named_paths(document)
    assert paths
    assert [path for path in paths if not any((base / path).exists() for base in _BASES)] == []
