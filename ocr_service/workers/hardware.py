"""What this process may use of the machine: CPU cores, of which a container may have fewer, and a GPU."""

from __future__ import annotations

import math
import os
from pathlib import Path


def usable_cores(cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """Cores that this process can keep busy: by affinity, and by the container's quota (``--cpus``), rounded up."""
    cores = len(os.sched_getaffinity(0))
    quota = _quota(cgroup)
    return max(1, min(cores, math.ceil(quota))) if quota else cores


def _quota(cgroup: Path) -> float | None:
    """Cores that cgroups allow (docs.kernel.org: v2 ``cpu.max``; v1 ``cpu.cfs_quota_us``), None without a limit."""
    try:
        if (cgroup / "cpu.max").is_file():
            quota, period = (cgroup / "cpu.max").read_text(encoding="ascii").split()
        else:
            quota = (cgroup / "cpu/cpu.cfs_quota_us").read_text(encoding="ascii").strip()
            period = (cgroup / "cpu/cpu.cfs_period_us").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return None if quota in ("max", "-1") else int(quota) / int(period)


def gpu_visible(devices: Path = Path("/dev")) -> bool:
    """Whether a CUDA device was given to this container: NVIDIA's device files, or WSL's."""
    return any(devices.glob("nvidia[0-9]*")) or (devices / "dxg").exists()
