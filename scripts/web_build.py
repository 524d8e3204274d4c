"""Tells whether the built web page belongs to its sources, without Node.

``record`` (after a build) writes the hashes of both into ``ocr_service/web_static/BUILD.sha256``; ``check`` compares.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_BUILT = _ROOT / "ocr_service" / "web_static"
_RECORD = _BUILT / "BUILD.sha256"
_SOURCES = (
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
    "index.html",
    "src",
    "public",
    "scripts",
)


def main() -> int:
    match sys.argv[1:]:
        case ["record"]:
            _RECORD.write_text(_hashes())
            return 0
        case ["check"]:
            return check()
    print("usage: python -m scripts.web_build record|check", file=sys.stderr)
    return 2


def check() -> int:
    recorded = set(_RECORD.read_text().splitlines()) if _RECORD.exists() else set()
    now = set(_hashes().splitlines())
    changed = sorted({line.split("  ", 1)[1] for line in recorded ^ now})
    if not changed:
        return 0
    print("The built web page is not that of web/: run `make web`. Changed:", *changed, sep="\n  ", file=sys.stderr)
    return 1


def _hashes() -> str:
    """One line a file, as ``sha256sum`` writes them."""
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(_ROOT).as_posix()}\n"
        for path in sorted(_files())
    )


def _files() -> Iterator[Path]:
    for name in _SOURCES:
        path = _ROOT / "web" / name
        yield from (file for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())
    yield from (file for file in _BUILT.rglob("*") if file.is_file() and file != _RECORD)


if __name__ == "__main__":
    sys.exit(main())
