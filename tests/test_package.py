"""The wheel as somebody gets it who runs ``pip install`` on a server: installed alone, it serves."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ocr_service import __version__
from tests.support.running import RunningService

ROOT = Path(__file__).parents[1]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def run(*command: str | Path) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment that holds the wheel and what pip brought along."""
    folder = tmp_path_factory.mktemp("package")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "ocr_service", source / "ocr_service", ignore=shutil.ignore_patterns("__pycache__"))
    run(sys.executable, "-m", "venv", folder / "venv")
    programs = folder / "venv" / "bin"
    run(programs / "pip", "install", "--quiet", "--disable-pip-version-check", source)
    return programs


def test_both_ways_to_call_it_say_the_version(installed: Path) -> None:
    assert run(installed / "pages2md", "--version") == f"pages2md {__version__}"
    assert run(installed / "python", "-m", "ocr_service", "--version") == f"pages2md {__version__}"


def test_opencv_is_the_build_that_needs_no_display(installed: Path) -> None:
    packages = [line.partition("==")[0] for line in run(installed / "pip", "freeze").splitlines()]
    assert [name for name in packages if name.startswith("opencv")] == ["opencv-python-headless"]


def test_the_installed_service_reads_a_scan(installed: Path, tmp_path: Path, contract_scan: Path) -> None:
    service = RunningService(tmp_path)
    service.python = str(installed / "python")
    service.command = [str(installed / "pages2md"), "serve"]
    with service:
        result = service.read("contract.pdf", contract_scan.read_bytes()).json()
    assert result["status"] == "completed"
    assert "ДОГОВОР" in result["markdown"].upper()
