"""The container's CPU quota bounds how many workers are started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ocr_service.workers.hardware import gpu_visible, usable_cores

ALL = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("limit", "cores"),
    [("max 100000", ALL), ("50000 100000", 1), ("100000 100000", 1), (f"{(ALL + 1) * 100000} 100000", ALL)],
)
def test_the_quota_of_cgroup_v2_is_kept(tmp_path: Path, limit: str, cores: int) -> None:
    (tmp_path / "cpu.max").write_text(f"{limit}\n")
    assert usable_cores(tmp_path) == cores


@pytest.mark.parametrize(("quota", "cores"), [("-1", ALL), ("60000", 1)])
def test_the_quota_of_cgroup_v1_is_kept(tmp_path: Path, quota: str, cores: int) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text(f"{quota}\n")
    (tmp_path / "cpu/cpu.cfs_period_us").write_text("100000\n")
    assert usable_cores(tmp_path) == cores


def test_without_cgroups_every_core_counts(tmp_path: Path) -> None:
    assert usable_cores(tmp_path) == ALL


@pytest.mark.parametrize(("device", "seen"), [("nvidia0", True), ("dxg", True), ("nvidiactl", False), ("null", False)])
def test_a_gpu_is_known_by_its_device_file(tmp_path: Path, device: str, seen: bool) -> None:
    (tmp_path / device).touch()
    assert gpu_visible(tmp_path) is seen
