#!/bin/sh
# In the image's build, as root: Debian packages that the app needs (arguments: further ones), its user, and folders
# that any UID can write.
set -eu
# Further languages, such as OCR_LANGUAGES=ell+chi_sim.
languages=$(echo "${OCR_LANGUAGES:-}" | tr "+_" " -" | sed "s/\([^ ][^ ]*\)/tesseract-ocr-\1/g")
apt-get update -qq
# Tesseract itself comes in tesserocr's wheel; here are its languages. poppler-utils: the second renderer.
# shellcheck disable=SC2086  # one word a package
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    tini poppler-utils tesseract-ocr-eng tesseract-ocr-rus tesseract-ocr-osd $languages "$@" >/dev/null
rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log

# Group 0, as platforms that give random UIDs expect it.
id paddleocr >/dev/null 2>&1 ||  # PaddleOCR's own images have it
    useradd --uid 1000 --gid 0 --non-unique --no-log-init --home-dir /home/paddleocr --shell /usr/sbin/nologin paddleocr
# /.paddlex: where PaddleX writes when a UID has no home. Everybody may write: the UID may come with another group, and
# nobody else lives in this container.
for folder in /home/paddleocr /home/paddleocr/.paddlex /.paddlex /workspace/output /workspace/cache; do
    mkdir -p "$folder"
    chgrp 0 "$folder"
    chmod 0777 "$folder"
done
