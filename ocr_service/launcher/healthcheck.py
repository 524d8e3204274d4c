"""``python -m ocr_service.launcher.healthcheck``: the image's HEALTHCHECK, since it has no curl. 0: the app answers."""

from __future__ import annotations

import sys

import httpx

from ocr_service.settings import load_settings


def check(port: int) -> int:
    try:
        return 0 if httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=4, trust_env=False).is_success else 1
    except httpx.HTTPError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(check(load_settings().app_port))
