"""The genai server: which command this image has, its flags and its environment."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ocr_service.launcher.weights import VLM_REPOSITORIES, model_folder
from ocr_service.settings import Settings

Kind = Literal["paddlex", "vllm", "custom"]

# In this order: PaddleX's own entry point knows the model's chat template; plain vLLM has the model from 0.11.1 on.
_COMMANDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("paddlex", ("paddlex_genai_server",)),
    ("paddlex", ("paddleocr", "genai_server")),
    ("vllm", ("vllm", "serve")),
)

# vLLM's recipe for PaddleOCR-VL: pages never share a prefix, and no image is seen twice.
# max-model-len is PaddleX's own default for the model.
_RECIPE: dict[str, Any] = {"max-model-len": 16384, "no-enable-prefix-caching": True, "mm-processor-cache-gb": 0}
# Seconds in which vLLM finishes what is in flight after SIGTERM (vllm-project/vllm, pull request 34730).
_SHUTDOWN_TIMEOUT_S = 2
_HAS_SHUTDOWN_TIMEOUT = (0, 18)
_VERSION = re.compile(r"vllm-(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Command:
    kind: Kind
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Genai:
    """A genai server to start: ``argv`` is whole for ``custom``, else the command without its flags."""

    kind: Kind
    argv: tuple[str, ...]
    url: str  # the base, ending in /v1
    port: int


class BadExtraArgs(ValueError):
    """VLLM_EXTRA_ARGS cannot be read as flags."""


def find_command(search_path: str) -> Command | None:
    """The first genai command on ``search_path`` (as PATH is written)."""
    for kind, argv in _COMMANDS:
        program = shutil.which(argv[0], path=search_path)
        if program:
            return Command(kind, (program, *argv[1:]))
    return None


def vllm_version(program: str) -> tuple[int, int] | None:
    """Version of the vLLM that the script ``program`` would run, by the packages of its interpreter; None if unknown.

    ``vllm --version`` would import torch, which takes ten seconds and more.
    """
    try:
        with Path(program).open("rb") as script:
            first_line = script.readline(1000)
    except OSError:
        return None
    if not first_line.startswith(b"#!"):
        return None
    prefix = Path(os.fsdecode(first_line[2:]).split()[0]).parent.parent
    found = (_VERSION.match(folder.name) for folder in prefix.glob("lib*/python3*/*-packages/vllm-*.dist-info"))
    return max(((int(match[1]), int(match[2])) for match in found if match), default=None)


def _recipe(genai: Genai, settings: Settings) -> dict[str, Any]:
    flags = _RECIPE | {
        "gpu-memory-utilization": settings.vllm_gpu_memory,
        "max-num-batched-tokens": settings.vllm_batched_tokens,
    }
    if settings.vllm_api_servers > 1:
        flags["api-server-count"] = settings.vllm_api_servers
    if (vllm_version(genai.argv[0]) or (0, 0)) >= _HAS_SHUTDOWN_TIMEOUT:
        flags["shutdown-timeout"] = _SHUTDOWN_TIMEOUT_S
    return flags | parse_flags(settings.vllm_extra_args)


def command_line(genai: Genai, settings: Settings, config: Path) -> list[str]:
    """The whole command; for PaddleX the flags go into ``config``, which is written here.

    It listens on 127.0.0.1 only: vLLM before 0.14.1 can be made to run code by the images it is sent.
    """
    if genai.kind == "custom":
        return list(genai.argv)
    flags = _recipe(genai, settings)
    folder = model_folder(settings.weights_home, settings.vllm_model)
    here = ["--host", "127.0.0.1", "--port", str(genai.port)]
    if genai.kind == "paddlex":
        config.write_text(json.dumps(flags, indent=1), encoding="utf-8")  # JSON is YAML, which PaddleX reads
        model = ["--model_name", settings.vllm_model, *(["--model_dir", str(folder)] if folder.is_dir() else [])]
        # Its default backend is fastdeploy.
        return [*genai.argv, *model, *here, "--backend", "vllm", "--backend_config", str(config)]
    repository = VLM_REPOSITORIES.get(settings.vllm_model, settings.vllm_model)
    model = [str(folder) if folder.is_dir() else repository, "--served-model-name", settings.vllm_model]
    return [*genai.argv, *model, *here, "--trust-remote-code", *_as_arguments(flags)]


def parse_flags(extra: str) -> dict[str, Any]:
    """VLLM_EXTRA_ARGS as a mapping: ``--a 1 --b=2 --c`` is ``{"a": "1", "b": "2", "c": True}``.

    A value stays text, ``false`` too: PaddleX turns every YAML boolean into a bare flag, whatever its value.
    Raises BadExtraArgs.
    """
    flags: dict[str, Any] = {}
    name = ""
    for word in shlex.split(extra):
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            name = name.replace("_", "-")
            flags[name] = value if equals else True
        elif name and flags[name] is True:
            flags[name] = word
        else:
            raise BadExtraArgs(f"VLLM_EXTRA_ARGS={extra}: {word!r} belongs to no --flag")
    return flags


def _as_arguments(flags: Mapping[str, Any]) -> list[str]:
    return [
        part
        for name, value in flags.items()
        for part in ([f"--{name}"] if value is True else [f"--{name}", str(value)])
    ]


def genai_environment(environ: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """The environment without our settings and our PATH: no secret reaches a process that decodes images.

    VLLM_PORT goes whoever set it: vLLM takes it for its internal traffic, and Kubernetes sets it to an address where a
    service is called "vllm". VLLM_API_KEY stays, since vLLM asks its clients for that key.
    """
    ours = {name.upper() for name in type(settings).model_fields} - {"VLLM_API_KEY", "HF_ENDPOINT"}
    foreign = {"VLLM_PORT", "VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH"}
    kept = {name: value for name, value in environ.items() if name.upper() not in ours | foreign}
    return kept | {"PATH": path_without_ours(environ.get("PATH", os.defpath))} | settings.paddle_environment()


def path_without_ours(path: str) -> str:
    """PATH without this interpreter's folder: the app's PaddleX brings a genai command too, but no vLLM."""
    ours = Path(sys.executable).parent
    return os.pathsep.join(part for part in path.split(os.pathsep) if Path(part) != ours)
