"""The command where Ray is not installed: one that is here for other tests is hidden from it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.running import PATIENCE_S, ROOT


@pytest.mark.slow
def test_it_says_what_to_install(tmp_path: Path) -> None:
    without_ray = "import runpy, sys; sys.modules['ray'] = None; runpy.run_module('ocr_service', run_name='__main__')"
    command = [sys.executable, "-c", without_ray, "batch", str(tmp_path), "--to", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert (done.returncode, "pages2md[ray]" in done.stderr) == (2, True)
