"""Processes of others, as the tests find them: they may end, or be dead and not yet reaped, at any moment."""

from __future__ import annotations

from collections.abc import Sequence

import psutil

WORKER = "ocr_service.workers.sandbox"  # stands in the command line of a page worker


def children_running(process: psutil.Process, word: str) -> list[psutil.Process]:
    """The living descendants that have this word in their command line."""
    return [child for child in process.children(recursive=True) if word in _command_line(child)]


def kill_all(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue  # it ended by itself meanwhile


def gone(processes: Sequence[psutil.Process]) -> bool:
    return not any(_lives(process) for process in processes)


def pid_gone(pid: int) -> bool:
    try:
        return gone([psutil.Process(pid)])
    except psutil.NoSuchProcess:
        return True


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # a zombie too
        return ""


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
