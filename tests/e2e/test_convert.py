"""``python -m ocr_service convert`` as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.running import PATIENCE_S
from tests.support.simple_documents import pdf


def convert(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ocr_service", "convert", *map(str, arguments)]
    clean = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(command, env=clean, capture_output=True, text=True, timeout=PATIENCE_S)


def test_each_file_gets_a_folder_and_a_broken_one_costs_the_exit_code(tmp_path: Path) -> None:
    (tmp_path / "good.pdf").write_bytes(pdf("First page", "Second page"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "good.pdf").write_bytes(pdf("Another one"))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    out = tmp_path / "results"
    run = convert(
        tmp_path / "good.pdf", tmp_path / "broken.pdf", tmp_path / "missing.pdf", tmp_path / "other" / "good.pdf",
        "-o", out,
    )  # fmt: skip
    assert run.returncode == 1
    assert "Second page" in (out / "good" / "good.md").read_text()
    assert "Another one" in (out / "good-2" / "good.md").read_text()
    assert "broken.pdf: damaged_pdf" in run.stderr
    assert "missing.pdf: No such file" in run.stderr
    assert run.stdout.split() == [str(out / "good" / "good.md"), str(out / "good-2" / "good.md")]
    assert sorted(path.name for path in out.iterdir()) == ["good", "good-2"]


def test_works_for_an_unknown_user_without_a_home(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf("No home"))
    # Root may become a user that no passwd file knows; it keeps the right to read, since the tests' Python may lie in
    # root's home. Anybody else goes without the home only.
    unknown = ["setpriv", "--reuid=1000710000", "--regid=0", "--clear-groups"]
    rights = ["--inh-caps=+dac_override,+dac_read_search", "--ambient-caps=+dac_override,+dac_read_search"]
    become = [*unknown, *rights] if os.geteuid() == 0 else []
    run = subprocess.run(
        [*become, sys.executable, "-m", "ocr_service", "convert", tmp_path / "a.pdf", "-o", tmp_path / "results"],
        env={"PATH": os.environ["PATH"], "TEMP_DIR": str(tmp_path / "temp")},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert run.returncode == 0, run.stderr
    assert "No home" in (tmp_path / "results" / "a" / "a.md").read_text()


def test_help_teaches(tmp_path: Path) -> None:
    run = convert("--help")
    assert run.returncode == 0
    assert "results/contract/contract.md" in run.stdout and "Exit code" in run.stdout


def test_an_output_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf("x"))
    (tmp_path / "file").write_text("")
    run = convert(tmp_path / "a.pdf", "-o", tmp_path / "file" / "results")
    assert run.returncode == 2
    assert run.stderr.startswith("-o ") and "Not a directory" in run.stderr
