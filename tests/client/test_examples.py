"""Each example of docs/python.md runs, as a program of its own, against a real service."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.encrypted import encrypted
from tests.support.running import PATIENCE_S, ROOT, RunningService
from tests.support.simple_documents import pdf

EXAMPLES = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs/python.md").read_text(), re.MULTILINE | re.DOTALL)
# A piece of what each prints, in the order of the page.
PRINTED = ["completed 2", "page 2: completed", "[1, 2]", "letter.pdf completed", "encrypted_pdf"]


@pytest.mark.slow
@pytest.mark.parametrize(("example", "printed"), list(zip(EXAMPLES, PRINTED, strict=True)), ids=PRINTED)
def test_the_example_runs(service: RunningService, tmp_path: Path, example: str, printed: str) -> None:
    (tmp_path / "contract.pdf").write_bytes(pdf("Agreement of sale", "Signed by both"))
    (tmp_path / "letter.pdf").write_bytes(pdf("Dear Sir"))
    (tmp_path / "locked.pdf").write_bytes(encrypted(pdf("Hidden"), "geheim"))
    assert "http://localhost:8081" in example
    (tmp_path / "example.py").write_text(example.replace("http://localhost:8081", service.url))
    done = subprocess.run(
        [sys.executable, "example.py"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    assert printed in done.stdout
