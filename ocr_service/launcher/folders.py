"""Folders that this user can write, whatever UID the platform gives, with a read-only root or a foreign volume."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ocr_service.settings import Settings

# Caches of vLLM and what is under it, and our scratch: each fails late and unclearly when its folder cannot be written.
_CACHES = {"XDG_CACHE_HOME": "", "VLLM_CACHE_ROOT": "vllm", "TRITON_CACHE_DIR": "triton", "TEMP_DIR": "tmp"}


def writable_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """HOME and the cache folders: as given where they can be written, else below the temporary folder."""
    fallback = Path(tempfile.gettempdir()) / f"ocr-home-{os.getuid()}"
    home = environ.get("HOME", "")
    chosen = {"HOME": home if home not in ("", "/") and can_write(Path(home)) else str(_made(fallback))}
    for name, folder in _CACHES.items():
        given = environ.get(name, "")
        if given and not can_write(Path(given)):
            chosen[name] = str(_made(fallback / ".cache" / folder))
    return chosen


def writable_output(settings: Settings, environ: Mapping[str, str]) -> Path | None:
    """Another OUTPUT_DIR where the set one cannot be written, else None.

    Docker makes a bind-mounted folder that is not there yet as root's; answering without keeping results for long is of
    more use than not starting. The caller warns.
    """
    if can_write(settings.output_dir):
        return None
    cache = environ.get("XDG_CACHE_HOME", "")
    base = Path(cache) if cache and can_write(Path(cache)) else Path(tempfile.gettempdir())
    return base / "ocr-output"


def writable_paddlex_home(home: Path, user_home: Path) -> Path:
    """``home``, or where it cannot be written a folder of this user's that takes the weights from there by a link.

    PaddleX makes folders beside the weights when it is imported: weights in a read-only image would stop it.
    """
    if can_write(home):
        return home
    own = user_home if can_write(user_home) else Path(tempfile.gettempdir())
    overlay = own / f"paddlex-{os.getuid()}"
    overlay.mkdir(exist_ok=True)
    link = overlay / "official_models"
    if (home / "official_models").is_dir() and not link.is_symlink():
        link.symlink_to(home / "official_models")
    return overlay


def can_write(folder: Path) -> bool:
    """Whether a file can be made in ``folder``, which is made when it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
