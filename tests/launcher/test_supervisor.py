"""The supervisor with real child processes that behave and misbehave as told; every exit code is the real one."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import psutil
import pytest

from tests.support.running import PATIENCE_S, ROOT, free_port, wait_until

pytestmark = pytest.mark.slow

_START = """
import sys
from ocr_service.launcher.supervisor import supervise
from ocr_service.settings import SettingsError, load_settings
sys.exit(supervise(load_settings(), sys.argv[1:]))
"""


class Container:
    """The supervisor as a process, with a fake app and a fake genai server, and what they wrote down."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal_file = folder / "journal"
        self.journal_file.touch()
        self.app_port, self.genai_port = free_port(), free_port()

    def start(self, app: str = "", genai: str | None = "", **settings: str) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "OUTPUT_DIR": str(self.folder / "output"),
            "TEMP_DIR": str(self.folder / "temp"),
            "APP_PORT": str(self.app_port),
            "VLLM_URL": f"http://127.0.0.1:{self.genai_port}/v1",
            "SHUTDOWN_GRACE_S": "1.5",
            **({"VLLM_COMMAND": shlex.join(self._fake("genai", self.genai_port, genai))} if genai is not None else {}),
            **settings,
        }
        self.log_file = (self.folder / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START, *self._fake("app", self.app_port, app)],
            env=environment, cwd=ROOT, stderr=self.log_file, start_new_session=True,
        )  # fmt: skip

    def _fake(self, name: str, port: int, flags: str) -> list[str]:
        script = str(ROOT / "tests/support/fake_service.py")
        place = ["--name", name, "--port", str(port), "--journal", str(self.journal_file)]
        return [sys.executable, script, *place, *shlex.split(flags)]

    @property
    def journal(self) -> list[str]:
        return self.journal_file.read_text(encoding="utf-8").splitlines()

    @property
    def events(self) -> list[str]:
        return [line for line in self.journal if line.split()[1] not in ("pid", "environ", "helper")]

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def noted(self, name: str, what: str) -> str:
        """The rest of the journal's line ``name what …``; empty while it is not there."""
        start = f"{name} {what} "
        return next((line.removeprefix(start) for line in self.journal if line.startswith(start)), "")

    def pid(self, name: str, what: str = "pid") -> int:
        wait_until(lambda: self.noted(name, what))
        return int(self.noted(name, what))

    def wait_for(self, line: str) -> None:
        wait_until(lambda: line in self.journal)

    def wait_for_log(self, text: str) -> None:
        wait_until(lambda: text in self.log)

    def end(self, limit_s: float = PATIENCE_S) -> int:
        return self.process.wait(limit_s)

    def pids(self) -> list[int]:
        return [int(line.split()[2]) for line in self.journal if line.split()[1] in ("pid", "helper")]

    def nothing_is_left(self) -> bool:
        return not any(psutil.pid_exists(pid) for pid in self.pids())


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Container]:
    container = Container(tmp_path)
    yield container
    for pid in [container.process.pid, *container.pids()]:
        if psutil.pid_exists(pid):
            os.kill(pid, signal.SIGKILL)
    container.process.wait()
    container.log_file.close()


def test_the_app_answers_while_the_genai_server_is_still_loading(container: Container) -> None:
    container.start(genai="--startup -1")
    container.wait_for("app listens")
    container.wait_for("genai listens")
    environ = json.loads(container.noted("app", "environ"))
    assert environ["USE_VLM_API"] == "true"
    assert "genai server" in Path(environ["STARTUP_NOTE"]).read_text(encoding="utf-8")
    assert ": ready" not in container.log


def test_it_is_ready_once_the_genai_server_names_its_model_and_the_app_is(container: Container) -> None:
    container.start(genai="--startup 0.4", app="--startup 0.2")
    container.wait_for_log(": ready")
    assert "the genai server serves the-model" in container.log
    assert not Path(json.loads(container.noted("app", "environ"))["STARTUP_NOTE"]).exists()


@pytest.mark.parametrize("dies", ["genai", "app"])
def test_a_killed_child_ends_the_container_with_its_code(container: Container, dies: str) -> None:
    container.start()
    container.wait_for_log(": ready")
    os.kill(container.pid(dies), signal.SIGKILL)
    assert container.end() == 128 + signal.SIGKILL
    other = "app" if dies == "genai" else "genai"
    assert f"{other} ended" in container.events, "the other one was stopped in order"
    assert container.nothing_is_left()


@pytest.mark.parametrize(("code", "expected"), [(3, 3), (0, 1)])
def test_a_genai_server_that_ends_by_itself_is_a_failure_with_any_code(
    container: Container, code: int, expected: int
) -> None:
    container.start(genai=f"--exit-code {code}")
    assert container.end() == expected
    assert f"the genai server ended by itself with exit code {code}" in container.log
    assert container.nothing_is_left()


def test_a_hanging_app_does_not_hold_up_the_end_when_the_genai_server_died(container: Container) -> None:
    container.start(app="--ignore-term", SHUTDOWN_GRACE_S="600")
    container.wait_for_log(": ready")
    os.kill(container.pid("genai"), signal.SIGKILL)
    assert container.end() == 128 + signal.SIGKILL
    assert container.nothing_is_left()


def test_a_genai_server_that_is_never_ready_ends_the_container(container: Container) -> None:
    container.start(genai="--startup -1", VLLM_START_TIMEOUT_S="0.5")
    assert container.end() == 1
    assert "VLLM_START_TIMEOUT_S=0.5" in container.log
    assert container.nothing_is_left()


def test_a_command_that_is_not_there_is_named(container: Container) -> None:
    container.start(genai=None, VLLM_COMMAND="/no/such/genai --port 1")
    assert container.end() == 127
    assert "/no/such/genai cannot be started" in container.log


def test_sigterm_stops_the_app_before_the_genai_server(container: Container) -> None:
    container.start(app="--drain 0.5")
    container.wait_for_log(": ready")
    container.process.terminate()
    assert container.end() == 0
    assert container.events[-4:] == ["app SIGTERM", "app ended", "genai SIGTERM", "genai ended"]


def test_sigterm_lets_a_request_finish(container: Container) -> None:
    container.start()
    container.wait_for_log(": ready")
    answers: list[int] = []

    def ask() -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{container.app_port}/slow", timeout=PATIENCE_S) as answer:
            answers.append(answer.status)

    asking = Thread(target=ask)
    asking.start()
    container.wait_for("app request begun")
    container.process.terminate()
    assert container.end() == 0
    asking.join(PATIENCE_S)
    assert answers == [200]


def test_an_app_that_hangs_at_its_stop_is_killed_after_the_grace(container: Container) -> None:
    container.start(app="--ignore-term", SHUTDOWN_GRACE_S="0.2")
    container.wait_for_log(": ready")
    container.process.terminate()
    assert container.end() == 128 + signal.SIGKILL
    assert "genai ended" in container.events
    assert container.nothing_is_left()


def test_a_genai_server_that_hangs_at_its_stop_is_killed(container: Container) -> None:
    container.start(genai="--ignore-term")
    container.wait_for_log(": ready")
    container.process.terminate()
    assert container.end() == 0
    assert container.nothing_is_left()


def test_a_second_sigterm_stops_at_once(container: Container) -> None:
    container.start(app="--drain 600", genai="--drain 600", SHUTDOWN_GRACE_S="600")
    container.wait_for_log(": ready")
    container.process.terminate()
    container.wait_for("app SIGTERM")
    container.process.terminate()
    assert container.end() == 128 + signal.SIGTERM
    assert container.nothing_is_left()


def test_sigterm_while_the_genai_server_loads_stops_both(container: Container) -> None:
    container.start(genai="--startup -1")
    container.wait_for("genai listens")
    container.process.terminate()
    assert container.end() == 0
    assert container.nothing_is_left()


def test_processes_in_sessions_of_their_own_do_not_outlive_the_container(container: Container) -> None:
    container.start(genai="--helper")
    container.wait_for_log(": ready")
    helper = container.pid("genai", "helper")
    os.kill(container.pid("genai"), signal.SIGKILL)
    assert container.end() == 128 + signal.SIGKILL
    assert not psutil.pid_exists(helper)


def test_children_end_when_the_supervisor_is_killed(container: Container) -> None:
    container.start()
    container.wait_for_log(": ready")
    container.process.kill()
    container.process.wait()
    wait_until(container.nothing_is_left)


def test_without_a_vlm_the_app_runs_alone_and_says_why(container: Container) -> None:
    container.start(USE_VLM_API="false")
    container.wait_for_log(": ready")
    assert "USE_VLM_API=false: no genai server; pages are read with Tesseract" in container.log
    assert json.loads(container.noted("app", "environ"))["USE_VLM_API"] == "false"
    assert not container.noted("genai", "pid")


def test_a_backend_elsewhere_is_used_and_none_is_started(container: Container) -> None:
    container.start(USE_VLM_API="true", VLLM_URL="http://192.0.2.1:8080/v1")
    container.wait_for_log(": ready")
    assert json.loads(container.noted("app", "environ"))["USE_VLM_API"] == "true"
    assert not container.noted("genai", "pid")


def test_the_genai_server_sees_no_secret_of_ours(container: Container) -> None:
    secrets = {
        "API_KEYS": "s3cret",
        "CLOUDRU_S3_BUCKET": "b",
        "CLOUDRU_S3_ACCESS_KEY": "s3cret",
        "CLOUDRU_S3_SECRET_KEY": "s3cret",
        "WEBHOOK_SECRET": "s3cret",
    }
    container.start(VLLM_PORT="tcp://10.0.0.1:8080", **secrets)
    container.wait_for_log(": ready")
    environ = json.loads(container.noted("genai", "environ"))
    assert "s3cret" not in environ.values()
    assert "VLLM_PORT" not in environ
    assert environ["PADDLE_PDX_CACHE_HOME"] == str(container.folder / ".paddlex")


def test_an_output_folder_that_cannot_be_written_is_replaced_with_a_warning(container: Container) -> None:
    container.start(USE_VLM_API="false", OUTPUT_DIR="/dev/null/output", XDG_CACHE_HOME=str(container.folder / "cache"))
    container.wait_for_log(": ready")
    assert "OUTPUT_DIR=/dev/null/output is not writable" in container.log
    assert json.loads(container.noted("app", "environ"))["OUTPUT_DIR"] == str(container.folder / "cache/ocr-output")


def test_offline_without_weights_names_them_and_the_way_to_get_them(container: Container) -> None:
    container.start(USE_VLM_API="false", OFFLINE="true", LAYOUT_MODEL="PP-DocLayoutV3")
    assert container.end() == 2
    assert "PP-DocLayoutV3_onnx" in container.log and "python -m ocr_service preload" in container.log
    assert not container.noted("app", "pid")


def test_weights_are_fetched_while_the_app_already_answers(container: Container, tmp_path: Path) -> None:
    weights = tmp_path / "mirror" / "PP-DocLayoutV3_onnx"
    weights.mkdir(parents=True)
    (weights / "inference.onnx").write_bytes(b"onnx")
    container.start(
        USE_VLM_API="false", PRELOAD="true", LAYOUT_MODEL="PP-DocLayoutV3", PADDLE_PDX_MODEL_SOURCE=str(weights.parent)
    )
    container.wait_for_log(": ready")
    assert container.log.index("fetching the weights") < container.log.index("the weights are complete")
    assert (container.folder / ".paddlex/official_models/PP-DocLayoutV3_onnx/inference.onnx").read_bytes() == b"onnx"


def test_weights_that_cannot_be_fetched_end_the_container(container: Container, tmp_path: Path) -> None:
    container.start(
        USE_VLM_API="false", PRELOAD="true", LAYOUT_MODEL="PP-DocLayoutV3", PADDLE_PDX_MODEL_SOURCE=str(tmp_path)
    )
    assert container.end() == 1
    assert "PP-DocLayoutV3_onnx is not there" in container.log
    assert container.nothing_is_left()


def test_flags_that_cannot_be_read_end_the_start(container: Container) -> None:
    container.start(VLLM_EXTRA_ARGS="64 --max-num-seqs")
    assert container.end() == 2
    assert "'64' belongs to no --flag" in container.log
