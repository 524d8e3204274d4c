"""Clients of others, run in an environment of their own (`make test-clients`): the lock stays small."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.support.running import PATIENCE_S, ROOT

PYTHON = ROOT / ".venv-clients/bin/python"
NODE_MODULES = ROOT / ".venv-clients/node/node_modules"
_SCRIPTS = ROOT / "tests/clients/scripts"


def run_client(script: str, *arguments: object, **environment: str) -> Any:
    """What the client's script prints as its last line of JSON. AssertionError with its output when it fails."""
    done = subprocess.run(
        [PYTHON, _SCRIPTS / script, *map(str, arguments)],
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=5 * PATIENCE_S,
    )
    assert done.returncode == 0, f"{script}: {done.stdout}\n{done.stderr}"
    return json.loads(done.stdout.splitlines()[-1])


def command(*arguments: object, cwd: Path | None = None) -> str:
    """What a command prints. AssertionError with its output when it fails."""
    done = subprocess.run(
        [str(argument) for argument in arguments], cwd=cwd, capture_output=True, text=True, timeout=5 * PATIENCE_S
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout
