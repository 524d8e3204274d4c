#!/bin/sh
# In the image's build: the app's interpreter in /opt/python (where the base has no Python 3.11, for which the lock was
# compiled) and its virtual environment in /opt/app. Arguments: further requirement files, which replace what they name.
set -eu
cd "$(dirname "$0")"
mkdir -p /opt/python
if python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    python=$(command -v python3)
else
    # uv's Python is built against an old glibc and is relocatable: it runs on every base. Debian's would not on Ubuntu
    # 22.04, and that has a release candidate of 3.11 only.
    python3 -m pip install --quiet --no-cache-dir --target /tmp/uv "$(grep '^uv==' requirements.lock)"
    UV_PYTHON_INSTALL_DIR=/opt/python /tmp/uv/bin/uv python install --no-bin 3.11
    python=$(ls -d /opt/python/cpython-3.11.*/bin/python3.11)
    rm -rf /tmp/uv
fi
"$python" -m venv /opt/app
sed '/^# --- development only/,$d' requirements.lock >runtime.txt
/opt/app/bin/python -m pip uninstall --quiet --yes setuptools
install() { /opt/app/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps "$@"; }
install -r runtime.txt
for file in "$@"; do
    # One module must come from one package: onnxruntime-gpu and opencv-contrib-python bring what the lock's have.
    /opt/app/bin/python -m pip uninstall --quiet --yes onnxruntime opencv-python-headless
    install -r "$file"
done
/opt/app/bin/python -m pip uninstall --quiet --yes pip
# `python -m ocr_service` works from any folder.
echo /app >"$(echo /opt/app/lib/python3*/site-packages)/app.pth"
