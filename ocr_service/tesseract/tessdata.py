"""Where Tesseract's language data lies on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from ocr_service.errors import EngineUnavailable

_DEBIAN = tuple(Path(f"/usr/share/tesseract-ocr/{version}/tessdata") for version in ("5", "4.00"))


def find_tessdata(language: str, tessdata: Path | None = None) -> Path:
    """The folder with every part of ``language`` ("rus+eng"): ``tessdata``, else TESSDATA_PREFIX, else Debian's.

    Raises EngineUnavailable, which names the Debian package to install.
    """
    prefix = os.environ.get("TESSDATA_PREFIX")  # Tesseract's own variable, not a setting of the service
    candidates = [tessdata] if tessdata else [*([Path(prefix)] if prefix else []), *_DEBIAN]
    folder = next((folder for folder in candidates if folder.is_dir()), None)
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
