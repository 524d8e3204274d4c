"""What holds of every target of the Dockerfile. container_check.sh looks at the image that is built from one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_service import __version__

_LINES = (Path(__file__).parents[2] / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
_TARGETS = ("cpu", "gpu")


def instructions(target: str) -> list[tuple[str, str]]:
    """The instructions of a build stage and their arguments, continued lines joined."""
    stage = ""
    found = []
    for line in _LINES:
        name, _, arguments = line.strip().partition(" ")
        if name == "FROM":
            stage = arguments.rpartition(" AS ")[2]
        elif stage == target and name.isupper():
            found.append((name, " ".join(arguments.split())))
    return found


def test_no_stage_declares_a_volume() -> None:
    assert not [line for line in _LINES if line.split()[:1] == ["VOLUME"]]


@pytest.mark.parametrize("target", _TARGETS)
def test_the_image_does_not_run_as_root(target: str) -> None:
    users = [arguments for name, arguments in instructions(target) if name == "USER"]
    assert users[-1] == "1000:0"


@pytest.mark.parametrize("target", _TARGETS)
def test_labels_say_source_version_and_revision(target: str) -> None:
    labels = next(arguments for name, arguments in instructions(target) if name == "LABEL")
    for label in ("source", "version", "revision"):
        assert f'org.opencontainers.image.{label}="${label.upper()}"' in labels
    assert ("ARG", f"SOURCE= VERSION={__version__} REVISION=") in instructions(target)
