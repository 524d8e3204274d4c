"""LibreOffice, which opens files as a person's office program does."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


def converted(file: Path, target: str, *, infilter: str | None = None) -> Path:
    """The file as ``target`` (``odt``, ``csv``, ``html``), beside it. ``infilter``: the program that opens it."""
    folder = file.parent
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile"]
    if infilter:
        command.append(f"--infilter={infilter}")
    done = subprocess.run(
        [*command, "--convert-to", target, "--outdir", str(folder), str(file)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    made = file.with_suffix(f".{target.partition(':')[0]}")
    assert made.exists(), done.stdout + done.stderr
    return made
