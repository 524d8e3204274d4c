"""``make demo``: starts the service on a free port, reads a scanned contract through it, shows what came out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import httpx

from scripts.make_samples import make_contract, scan

OUTPUT = Path("output").absolute()
START_TIMEOUT_S = 120


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        print("== Making a sample: a Russian supply contract, printed and scanned")
        document = Path(folder) / "contract.scan.pdf"
        make_contract(Path(folder) / "contract.pdf")
        scan(Path(folder) / "contract.pdf", document)
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        print(f"== Starting the service on {address}")
        log = Path(folder) / "service.log"
        environment = {**os.environ, "APP_HOST": "127.0.0.1", "APP_PORT": str(port), "OUTPUT_DIR": str(OUTPUT)}
        with log.open("wb") as log_file:
            service = subprocess.Popen([sys.executable, "-m", "ocr_service", "serve"], env=environment, stderr=log_file)
        try:
            if not _ready(address, service):
                print(f"The service did not start; its log:\n{log.read_text()}", file=sys.stderr)
                return 1
            print(f"== curl -F file=@{document.name} {address}/ocr/pdf")
            started = time.monotonic()
            with document.open("rb") as file:
                answer = httpx.post(f"{address}/ocr/pdf", files={"file": (document.name, file)}, timeout=300)
            seconds = time.monotonic() - started
            if answer.status_code != 200:
                print(f"{answer.status_code}: {answer.text}", file=sys.stderr)
                return 1
            _show(answer.json(), seconds)
            return 0
        finally:
            service.terminate()
            service.wait(30)


def _show(result: dict[str, object], seconds: float) -> None:
    pages = result["pages"]
    assert isinstance(pages, list)
    print(f"== {result['status']}: {len(pages)} pages in {seconds:.1f} s, read by {result['engine']}\n")
    print(result["markdown"])
    artifacts = result["artifacts"]
    assert isinstance(artifacts, dict)
    files = [artifacts["markdown"], artifacts["json"], *artifacts["images"]]
    print(f"\n== Its files, in {artifacts['directory']}:")
    print("\n".join(f"   {name}" for name in files))
    print("== Next: `make serve`, then http://localhost:8081/docs")


def _ready(address: str, service: subprocess.Popen[bytes]) -> bool:
    """Whether it is, in time; False at once when the service ends."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if httpx.get(f"{address}/health/ready", timeout=5).status_code == 200:
                return True
        with suppress(subprocess.TimeoutExpired):
            service.wait(0.2)
            return False
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
