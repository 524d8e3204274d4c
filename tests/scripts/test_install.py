"""Packages come by uv from where pip is told to look, and by pip where uv is not told enough."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from scripts.install import uv_environment

INSTALL = Path(__file__).parents[2] / "scripts/install.py"


def test_uv_looks_where_pip_is_told_to_look() -> None:
    told = uv_environment(
        "global.extra-index-url='\\nhttps://a.example/simple\\nhttps://b.example/simple'\n"
        "global.index-url='https://files.example/simple'\n"
        ":env:.index-url='https://environment.example/simple'\n"
        "install.find-links='/one /two'\n"
        "install.no-cache-dir='true'\n"
        "download.platform='any'\n"
    )
    assert told == {
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_DEFAULT_INDEX": "https://environment.example/simple",
        "UV_INDEX": "https://a.example/simple https://b.example/simple",
        "UV_FIND_LINKS": "/one,/two",
    }


def test_what_uv_would_not_heed_is_left_to_pip() -> None:
    assert uv_environment("global.index-url='https://files.example/simple'\nglobal.client-cert='/key.pem'\n") is None


def wheel(folder: Path) -> None:
    """A wheel of one empty module, ``leaf``."""
    with zipfile.ZipFile(folder / "leaf-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("leaf.py", "")
        archive.writestr("leaf-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: leaf\nVersion: 1.0\n")
        archive.writestr("leaf-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("leaf-1.0.dist-info/RECORD", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("more", "installer"),
    [({}, "uv"), ({"PIP_NO_INDEX": "1"}, "pip"), ({"UV_FIND_LINKS": "/nowhere"}, "pip")],
    ids=["uv", "uv-is-not-told-enough", "uv-does-not-find-it"],
)
def test_a_package_is_installed(more: dict[str, str], installer: str, tmp_path: Path) -> None:
    wheel(tmp_path)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    (tmp_path / "index").mkdir()
    told = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": f"file://{tmp_path}/index", "PIP_FIND_LINKS": str(tmp_path)}
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    subprocess.run(
        [sys.executable, INSTALL, tmp_path / "venv", "leaf"], env=environment | told | more, check=True, timeout=300
    )
    (information,) = (tmp_path / "venv").rglob("leaf-1.0.dist-info")
    assert (information / "INSTALLER").read_text().strip() == installer
