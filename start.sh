#!/bin/sh
# Starts everything this container runs: `supervise` starts the app and, where there is a GPU, vLLM beside it.
set -eu
cd "$(dirname "$0")"
for python in "${APP_PYTHON:-}" .venv/bin/python python3; do
    [ -n "$python" ] && command -v "$python" >/dev/null && break
done
exec "$python" -m ocr_service supervise "$@"
