#!/usr/bin/env bash
# container_check.sh IMAGE: reads a page in a container of the cpu image, as a platform and as a laptop would run it.
# Needs podman (or ENGINE=docker) and root; the network is not used.
set -euo pipefail
image=$1
engine=${ENGINE:-podman}
here=$(cd "$(dirname "$0")" && pwd)
name=ocr-check-$$
work=$(mktemp -d)
trap '$engine rm -f "$name" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

fail() {
    $engine logs "$name" 2>&1 | tail -30
    echo "FAIL: $*"
    exit 1
}

start() { # flags of run
    $engine rm -f "$name" >/dev/null 2>&1 || true
    $engine run -d --name "$name" --network none "$@" "$image" >/dev/null
}

reads_a_page() { $engine exec -i "$name" python - <"$here/read_one_page.py" || fail "$1: the page was not read"; }

stops_in_order() {
    local began=$SECONDS code
    $engine stop -t 20 "$name" >/dev/null
    code=$($engine inspect -f '{{.State.ExitCode}}' "$name")
    [ "$code" = 0 ] || fail "$1: exit code $code after SIGTERM"
    [ $((SECONDS - began)) -lt 10 ] || fail "$1: stopped after $((SECONDS - began)) s"
}

# What Cloud.ru asks of an image: linux/amd64, no volumes (Container Apps refuses them), not root. Labels say what it is.
inspected() { $engine image inspect -f "$1" "$image"; }
expect() { # what it is, as found, as it should be
    [ "$2" = "$3" ] || fail "the image's $1: '$2', not '$3'"
}
expect platform "$(inspected '{{.Os}}/{{.Architecture}}')" linux/amd64
expect volumes "$(inspected '{{len .Config.Volumes}}')" 0
expect user "$(inspected '{{.Config.User}}')" 1000:0
expect title "$(inspected '{{index .Config.Labels "org.opencontainers.image.title"}}')" pages2md
expect version "$(inspected '{{index .Config.Labels "org.opencontainers.image.version"}}')" \
    "$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$here/../../ocr_service/__init__.py")"
for label in source revision; do
    inspected '{{json .Config.Labels}}' | grep -q "org.opencontainers.image.$label" || fail "the image has no label $label"
done

# Nothing mounted, nothing set: as somebody tries it.
start
reads_a_page "nothing mounted"
stops_in_order "nothing mounted"

# A platform: any UID, no HOME, read-only root, no capabilities.
start --read-only --tmpfs /tmp:rw,nosuid,size=256m --user 1000710000:0 -e HOME= \
    --cap-drop ALL --security-opt no-new-privileges --memory 4g --pids-limit 256
reads_a_page "unknown UID"
stops_in_order "unknown UID"

# A UID whose group is not 0 either.
start --read-only --tmpfs /tmp --user 12345:12345 --cap-drop ALL
reads_a_page "unknown UID and group"

# The command line that older notes give, with a folder that the container may write, and with one that it may not.
for mode in 0777 0755; do
    mkdir -p "$work/$mode"
    chmod "$mode" "$work/$mode"
    start -v "$work/$mode:/workspace/output" -e PADDLEX_HOME=/home/paddleocr/.paddlex -e OUTPUT_DIR=/workspace/output \
        -e VLLM_URL=http://127.0.0.1:8080/v1/markdown -e USE_VLM_API=true
    reads_a_page "output folder $mode"
done
[ -n "$(find "$work/0777" -name '*.md')" ] || fail "no Markdown in the mounted folder"
case $($engine logs "$name" 2>&1) in
    *"OUTPUT_DIR=/workspace/output is not writable"*) ;;
    *) fail "no warning about the folder" ;;
esac
stops_in_order "older command line"
echo "container_check: all well"
