"""Where Tesseract's language data lies on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from ocr_service.errors import EngineUnavailable

_DEBIAN = tuple(Path(f"/usr/share/tesseract-ocr/{version}/tessdata") for version in ("5", "4.00"))
_NO_LANGUAGES = frozenset({"osd", "equ"})  # orientation and script detection, equations


def find_tessdata(language: str, tessdata: Path | None = None) -> Path:
    """The folder with every part of ``language`` ("rus+eng"): ``tessdata``, else TESSDATA_PREFIX, else Debian's.

    Raises EngineUnavailable, which names the Debian package to install.
    """
    folder = _folder(tessdata)
    if folder is None:
        raise EngineUnavailable(
            "No Tesseract language data found. Install the Debian package tesseract-ocr, or set TESSDATA_PREFIX."
        )
    for part in language.split("+"):
        if not (folder / f"{part}.traineddata").is_file():
            raise EngineUnavailable(
                f"Tesseract has no language {part!r} in {folder}. "
                f"Install the Debian package tesseract-ocr-{part.replace('_', '-').lower()}."
            )
    return folder


def installed_languages() -> list[str]:
    """The languages that Tesseract can read here, such as ``eng``; none where it is not installed."""
    folder = _folder(None)
    names = (path.name.removesuffix(".traineddata") for path in folder.glob("*.traineddata")) if folder else ()
    return sorted(name for name in names if name not in _NO_LANGUAGES)


def _folder(tessdata: Path | None) -> Path | None:
    prefix = os.environ.get("TESSDATA_PREFIX")  # Tesseract's own variable, not a setting of the service
    candidates = [tessdata] if tessdata else [*([Path(prefix)] if prefix else []), *_DEBIAN]
    return next((folder for folder in candidates if folder.is_dir()), None)
