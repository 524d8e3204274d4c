"""Answers of a web server that holds weights, with the faults that long downloads meet."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

from tests.fakes.web_server import Answer, Request

LARGE = bytes(range(256)) * 8192  # 2 MiB
SMALL = b'{"architectures": ["PaddleOCRVLForConditionalGeneration"]}'


@dataclass
class WeightsMirror:
    """``files`` are served by their path; the rest says what goes wrong. Give ``answer`` to a WebServer."""

    files: dict[str, bytes] = field(default_factory=dict)
    break_after: int = 0  # bytes after which the connection of a large answer is dropped …
    breaks: int = 0  # … this many times
    ranges: bool = True
    down: bool = False

    def add(self, folder: str, contents: dict[str, bytes], *, wrong_hash: bool = False) -> None:
        entries = [
            {"path": path, "size": len(data), "sha256": "0" * 64 if wrong_hash else hashlib.sha256(data).hexdigest()}
            for path, data in contents.items()
        ]
        self.files |= {f"/{folder}/{path}": data for path, data in contents.items()}
        self.files[f"/{folder}/manifest.json"] = json.dumps({"files": entries}).encode()

    def answer(self, request: Request) -> Answer:
        data = self.files.get(request.path)
        if self.down or data is None:
            return Answer(503 if self.down else 404)
        wanted = request.headers.get("range", "")
        partial = bool(wanted) and self.ranges
        body = data[int(wanted.removeprefix("bytes=").split("-")[0]) :] if partial else data
        headers = (("Content-Length", str(len(body))),)
        if self.breaks and len(body) > self.break_after:
            self.breaks -= 1
            body = body[: self.break_after]  # less than announced: the connection is closed under the client
        return Answer(206 if partial else 200, body, headers)
