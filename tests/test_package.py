"""The wheels as somebody gets them who runs ``pip install``: the service's serves, the client's reads."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ocr_service import __version__
from tests.support.running import PATIENCE_S, RunningService
from tests.support.simple_documents import pdf

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
    return environment_with(source, folder / "venv")


def environment_with(source: Path, folder: Path) -> Path:
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    run(sys.executable, ROOT / "scripts/install.py", folder, source)
    return folder / "bin"


def pip(environment: Path, *arguments: str | Path) -> str:
    """The tests' own pip, on this environment."""
    command = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    return run(*command, "--python", environment / "python", *arguments)


def test_both_ways_to_call_it_say_the_version(installed: Path) -> None:
    assert run(installed / "pages2md", "--version") == f"pages2md {__version__}"
    assert run(installed / "python", "-m", "ocr_service", "--version") == f"pages2md {__version__}"


def test_opencv_is_the_build_that_needs_no_display(installed: Path) -> None:
    packages = [line.partition("==")[0] for line in pip(installed, "freeze").splitlines()]
    assert [name for name in packages if name.startswith("opencv")] == ["opencv-python-headless"]


@pytest.mark.parametrize("module", ["layout.embedded", "tesseract.ppocr"])
def test_each_model_lies_beside_the_module_that_runs_it(installed: Path, module: str) -> None:
    module = f"ocr_service.{module}"
    script = f"from pathlib import Path; import {module} as m; print(Path(m.__file__).with_name(m._FILE).is_file())"
    assert run(installed / "python", "-I", "-c", script) == "True"


def test_the_installed_service_reads_a_scan(installed: Path, tmp_path: Path, contract_scan: Path) -> None:
    service = RunningService(tmp_path)
    service.python = str(installed / "python")
    service.command = [str(installed / "pages2md"), "serve"]
    with service:
        result = service.read("contract.pdf", contract_scan.read_bytes()).json()
    assert result["status"] == "completed"
    assert "ДОГОВОР" in result["markdown"].upper()


@pytest.fixture(scope="module")
def client_alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment that holds the client's wheel."""
    folder = tmp_path_factory.mktemp("client")
    unwanted = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    for name in ("packaging", "ocr_service"):
        shutil.copytree(ROOT / name, folder / "source" / name, ignore=unwanted)
    return environment_with(folder / "source/packaging/client", folder / "venv")


def test_the_client_alone_brings_httpx_and_tenacity_and_no_server(client_alone: Path) -> None:
    packages = {line.partition("==")[0].partition(" ")[0] for line in pip(client_alone, "freeze").splitlines()}
    assert packages == {"pages2md-client", "httpx", "httpcore", "h11", "anyio", "certifi", "idna", "tenacity"} | (
        packages & {"sniffio", "typing_extensions"}  # of anyio, by the version of Python
    )
    files = pip(client_alone, "show", "--files", "pages2md-client")
    assert "ocr_service/py.typed" in files and "ocr_service/settings.py" not in files


def test_the_client_alone_reads_a_document(client_alone: Path, service: RunningService, tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(pdf("Read from far away"))
    program = f"from ocr_service import Client; print(Client({service.url!r}).read('letter.pdf').markdown)"
    done = subprocess.run(
        [client_alone / "python", "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert (done.returncode, done.stdout.strip()) == (0, "Read from far away"), done.stderr
