"""Which processes this container runs, decided from the settings and what the machine has; nothing is started here."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from ocr_service.launcher.vllm import Genai, find_command
from ocr_service.settings import Settings

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Plan:
    """``genai`` is the server to start, if any; ``use_vlm`` is what the app is told; ``reason`` is for the log."""

    genai: Genai | None
    use_vlm: bool
    reason: str
    surprising: bool = False  # the settings asked for more than this machine has: a warning rather than a note


def decide(
    settings: Settings,
    *,
    gpu: bool,
    search_path: str,
    answers: Callable[[str], bool],
) -> Plan:
    """What to start.

    A VLLM_URL on this machine is the server of this container, so it is started here when there is a command and a GPU
    for it (VLLM_COMMAND is trusted to know its own device). Any other address is somebody else's server.

    ``answers(url)`` says whether an OpenAI server answers there now; it is asked only when nothing can be started.
    """
    asked = settings.use_vlm_api if "use_vlm_api" in settings.model_fields_set else None
    if asked is False:
        return Plan(None, False, "USE_VLM_API=false: no genai server; pages are read with Tesseract")
    own = next((url for url in settings.vllm_url if urlsplit(url).hostname in _LOOPBACK), None)
    if own is None:
        if asked:
            return Plan(
                None, True, f"pages are read by the VLM at {', '.join(settings.vllm_url)}; none is started here"
            )
        return Plan(None, False, "VLLM_URL is set without USE_VLM_API=true: pages are read with Tesseract", True)
    port = urlsplit(own).port or 80
    if settings.vllm_command:
        return Plan(Genai("custom", tuple(shlex.split(settings.vllm_command)), own, port), True, "VLLM_COMMAND is set")
    found = find_command(search_path)
    if gpu and found:
        return Plan(Genai(found.kind, found.argv, own, port), True, f"a GPU and {' '.join(found.argv)} are here")
    lack = "no GPU is visible" if found or not gpu else "this image has no genai server command"
    if not asked:
        return Plan(None, False, f"{lack}: the app alone; pages are read with Tesseract")
    if answers(own):
        return Plan(None, True, f"{lack}, but a server answers at {own}: it reads the pages")
    return Plan(None, False, f"USE_VLM_API=true, but {lack}: the app alone; pages are read with Tesseract", True)
