"""The command where Ray is not installed."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.running import PATIENCE_S, ROOT


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed")
def test_it_says_what_to_install(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ocr_service", "batch", str(tmp_path), "--to", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert (done.returncode, "pages2md[ray]" in done.stderr) == (2, True)
