"""Two services on one database and one OUTPUT_DIR."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.fakes.vllm import FakeVllm
from tests.support.jobs import quick_service

TAKEOVER_S = 5.0


class Replicas:
    """Two services that share a database and an OUTPUT_DIR."""

    def __init__(self, folder: Path, fake: FakeVllm, url: str, **settings: str) -> None:
        shared = {
            "DATABASE_URL": url,
            "OUTPUT_DIR": str(folder / "shared"),
            "TAKEOVER_S": str(TAKEOVER_S),
            "RENDER_WORKERS": "1",
            "MAX_RUNNING_JOBS": "4",
            **settings,
        }
        self.a = quick_service(folder / "a", fake, **shared)
        self.b = quick_service(folder / "b", fake, **shared)
        for service in (self.a, self.b):
            service.output = folder / "shared"

    def __enter__(self) -> Replicas:
        self.a.start()
        self.b.start()
        return self

    def __exit__(self, *_: object) -> None:
        for service in (self.a, self.b):
            assert service.process is not None
            if service.process.poll() is None:
                service.process.send_signal(signal.SIGCONT)
                service.stop()
            service.client.close()
