"""start.sh itself: the real supervisor, the real app, and a genai server that never ends loading."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.running import PATIENCE_S, ROOT, free_port, wait_until

FAKE = ROOT / "tests/support/fake_service.py"


class Started:
    def __init__(self, folder: Path, **settings: str) -> None:
        self.url = f"http://127.0.0.1:{settings['APP_PORT']}"
        self.client = httpx.Client(base_url=self.url, trust_env=False, timeout=PATIENCE_S)
        environment = {
            "PATH": os.environ["PATH"],
            "APP_PYTHON": sys.executable,
            "OUTPUT_DIR": str(folder / "output"),
            "TEMP_DIR": str(folder / "temp"),
            "RENDER_WORKERS": "1",
            **settings,
        }
        self.process = subprocess.Popen([ROOT / "start.sh"], env=environment, start_new_session=True)

    def status(self, probe: str) -> int:
        try:
            return self.client.get(f"/health/{probe}").status_code
        except httpx.HTTPError:
            return 0

    def waits_for(self, probe: str) -> list[str]:
        answer = self.client.get(f"/health/{probe}")
        assert answer.status_code == 503
        waiting_for: list[str] = answer.json()["waiting_for"]
        return waiting_for


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    port, genai_port = free_port(), free_port()
    journal = tmp_path / "journal"
    journal.touch()
    started = Started(
        tmp_path,
        APP_PORT=str(port),
        VLLM_URL=f"http://127.0.0.1:{genai_port}/v1",
        VLLM_COMMAND=f"{sys.executable} {FAKE} --name genai --port {genai_port} --journal {journal} --startup -1",
    )
    yield started
    started.process.kill()
    started.process.wait()
    started.client.close()


@pytest.mark.slow
def test_the_startup_probe_says_what_it_waits_for(started: Started) -> None:
    wait_until(lambda: started.status("live") == 200)
    wait_until(lambda: any("genai server" in reason for reason in started.waits_for("startup")))
    assert started.status("ready") == 503
    started.process.send_signal(signal.SIGTERM)
    assert started.process.wait(10) == 0


def test_a_wrong_setting_ends_the_start_with_one_line(tmp_path: Path) -> None:
    run = subprocess.run(
        [ROOT / "start.sh"],
        env={"PATH": os.environ["PATH"], "APP_PYTHON": sys.executable, "SHUTDOWN_GRACE_S": "soon"},
        capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert run.returncode == 2
    assert [line.split(":")[0] for line in run.stderr.splitlines()] == ["SHUTDOWN_GRACE_S=soon"]
