"""Code of clients that no package index has, at the commits and with the checksums of ``tests/clients/sources.json``.

It is read from checkouts in the folder that the environment variable CLIENT_SOURCES names (``<folder>/ragflow``, …), or
fetched once into ``.venv-clients/sources``. A test that needs code which cannot be had is skipped.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path

import httpx
import pytest

from tests.support.running import ROOT

_PINS = ROOT / "tests/clients/sources.json"
_KEPT = ROOT / ".venv-clients/sources"
_ADDRESS = "https://raw.githubusercontent.com/{repository}/{commit}/{path}"
_TIMEOUT_S = 20.0


def client_source(repository: str) -> Path:
    """The folder with the pinned files of ``owner/name``. AssertionError for a file that is another than the pinned."""
    folder, missing = _found(repository)
    if missing:
        pytest.skip(missing)
    return folder


@cache
def _found(repository: str) -> tuple[Path, str]:
    """The folder, or why there is none."""
    pinned = json.loads(_PINS.read_text(encoding="utf-8"))[repository]
    commit: str = pinned["commit"]
    folder = _KEPT / commit
    for path, sha256 in pinned["files"].items():
        kept = folder / path
        if not kept.is_file():
            try:
                content = _content(repository, commit, path)
            except (OSError, httpx.HTTPError) as error:
                return folder, f"{repository} at {commit[:7]}: {path} cannot be read (CLIENT_SOURCES): {error}"
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(content)
        found = hashlib.sha256(kept.read_bytes()).hexdigest()
        if found != sha256:
            kept.unlink()
        assert found == sha256, f"{repository} at {commit[:7]}: {path} is not the file that was pinned"
    return folder, ""


def _content(repository: str, commit: str, path: str) -> bytes:
    if checkouts := os.environ.get("CLIENT_SOURCES"):
        return (Path(checkouts) / repository.partition("/")[2] / path).read_bytes()
    answer = httpx.get(_ADDRESS.format(repository=repository, commit=commit, path=path), timeout=_TIMEOUT_S)
    return answer.raise_for_status().content
