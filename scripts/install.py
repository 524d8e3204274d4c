"""Packages into a virtual environment, as pip would install them, in a third of the time: uv takes all cores.

``python scripts/install.py ENVIRONMENT REQUIREMENT…``, from the environment that has pip. uv looks where pip is told to
look; where pip is told what uv has no word for, or uv does not reach what pip does, pip installs.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_LOCK = Path(__file__).parents[1] / "requirements.lock"
_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
_UV = Path(sys.executable).with_name("uv")
# Where to look, with which certificates and patience: an option of pip's, and the variable that tells uv.
_MEANS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "constraint": "UV_CONSTRAINT",
    "cert": "SSL_CERT_FILE",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "retries": "UV_HTTP_RETRIES",
    "proxy": "ALL_PROXY",
}
# Of what pip says and how, and what uv does by itself.
_NO_MATTER = {
    "break-system-packages",
    "config-file",
    "disable-pip-version-check",
    "no-cache-dir",
    "no-color",
    "no-input",
    "prefer-binary",
    "progress-bar",
    "quiet",
    "require-virtualenv",
    "root-user-action",
    "verbose",
}
_SEPARATORS = {"UV_FIND_LINKS": ","}  # else blanks, as pip's
_SECTIONS = (":env:", "install", "global")  # the first that says something counts
_OPTION = re.compile(r"^([\w:-]++)\.([\w-]++)='(.*)'$", re.MULTILINE)


def uv_environment(pip_config: str) -> dict[str, str] | None:
    """Variables that make uv look where pip does; ``pip_config`` is what ``pip config list`` says.

    None where pip is told what uv would not heed.
    """
    environment = {"UV_INDEX_STRATEGY": "unsafe-best-match"}  # all places are looked at, as pip does
    told = [found for found in _OPTION.findall(pip_config) if found[0] in _SECTIONS]
    for _, option, value in sorted(told, key=lambda found: _SECTIONS.index(found[0])):
        if option in _MEANS:
            variable = _MEANS[option]
            environment.setdefault(variable, _SEPARATORS.get(variable, " ").join(value.replace("\\n", " ").split()))
        elif option not in _NO_MATTER:
            return None
    return environment


def _installed_by_uv(environment: Path, requirements: Sequence[str]) -> bool:
    config = subprocess.run([*_PIP, "config", "list"], capture_output=True, text=True, check=True).stdout
    variables = uv_environment(config)
    if variables is None:
        return False
    if not _UV.exists():
        uv = next(line for line in _LOCK.read_text("utf-8").splitlines() if line.startswith("uv=="))
        subprocess.run([*_PIP, "install", "-qq", "--no-deps", uv], check=True)
    # No settings of the folder's project: they are for the lock.
    python = str(environment / "bin/python")
    command = [str(_UV), "pip", "install", "--quiet", "--no-config", "--python", python, *requirements]
    return subprocess.run(command, env=variables | os.environ, check=False).returncode == 0


def main() -> None:
    environment, requirements = Path(sys.argv[1]).absolute(), sys.argv[2:]
    if not _installed_by_uv(environment, requirements):
        print("== by pip, which takes some minutes", flush=True)
        python = str(environment / "bin/python")
        command = [*_PIP, "--python", python, "install", "-qq", "--no-compile", *requirements]
        sys.exit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()
