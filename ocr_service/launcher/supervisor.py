"""``python -m ocr_service supervise``: the container's process tree, from the first line to the exit code.

The app is started at once, so that its port answers while weights come and vLLM loads for minutes. When either process
ends, the other is stopped and the container ends with the code of the one that died: the platform then starts a whole
new container, and CUDA comes back clean. SIGTERM stops the app first, so that its pages still find vLLM.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ocr_service.launcher import vllm
from ocr_service.launcher.child import Child
from ocr_service.launcher.folders import writable_environment, writable_output, writable_paddlex_home
from ocr_service.launcher.orphans import adopt_orphans, end_orphans, reap_orphans
from ocr_service.launcher.plan import Plan, decide
from ocr_service.launcher.weights import is_whole, missing_line, needed
from ocr_service.logs import configure_logging
from ocr_service.settings import Settings
from ocr_service.workers.hardware import gpu_visible

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

log = logging.getLogger(__name__)

# On top of SHUTDOWN_GRACE_S, which the app keeps itself: closing its files and workers.
_APP_MARGIN_S = 2.0
# vLLM has nothing in flight by then. Both bounds together stay under the 25 s after which a platform may kill.
_GENAI_GRACE_S = 2.5
_DIED_GRACE_S = 2.0  # for the other one, when one has died


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the container ends, and its exit code."""

    code: int
    reason: str


def add_command(commands: Commands) -> None:
    parser = commands.add_parser(
        "supervise", help="run the service and, where there is a GPU, the genai server beside it (start.sh)"
    )
    parser.set_defaults(run=lambda _, settings: supervise(settings))


def supervise(settings: Settings, app_command: Sequence[str] = (sys.executable, "-m", "ocr_service", "serve")) -> int:
    """Runs until a signal or a death; the exit code is 0 only for an ordered stop."""
    configure_logging(settings.log_level, settings.log_format)
    adopt_orphans()
    environ = {**os.environ, **writable_environment(os.environ)}
    plan = decide(
        settings,
        gpu=gpu_visible(),
        search_path=vllm.path_without_ours(environ.get("PATH", os.defpath)),
        answers=_answers,
    )
    log.log(logging.WARNING if plan.surprising else logging.INFO, "%s", plan.reason)
    models = needed(settings, vlm=plan.genai is not None and plan.genai.kind != "custom")
    if models or settings.model_copy(update={"use_vlm_api": plan.use_vlm}).auto_layout:
        home = writable_paddlex_home(settings.weights_home, Path(environ["HOME"]))
        if home != settings.weights_home:
            log.info("PADDLEX_HOME=%s is not writable: PaddleX writes its own files to %s", settings.weights_home, home)
        settings = settings.model_copy(update={"paddlex_home": home})
        environ["PADDLEX_HOME"] = str(home)
    missing = [model for model in models if not is_whole(settings.weights_home, model)]
    if missing and settings.offline:
        print(missing_line(missing, settings), file=sys.stderr)
        return 2
    output = writable_output(settings, environ)
    if output:
        log.warning(
            "OUTPUT_DIR=%s is not writable for UID %d: results are kept in %s and are lost with this container. "
            "Make it writable for the UID (chown, or chmod 0777), or mount a volume",
            settings.output_dir, os.getuid(), output,
        )  # fmt: skip
        environ["OUTPUT_DIR"] = str(output)
    try:
        vllm.parse_flags(settings.vllm_extra_args)
    except vllm.BadExtraArgs as error:
        print(error, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="ocr-launcher-") as scratch:
        code = asyncio.run(_Supervisor(settings, plan, environ, Path(scratch), missing).run(app_command))
        log.debug("%d processes were left over and have been killed", end_orphans())
        return code


class _Supervisor:
    """Owns the processes. The first signal or death puts an Ending; ``run`` then stops the others in order."""

    def __init__(
        self, settings: Settings, plan: Plan, environ: Mapping[str, str], scratch: Path, missing: list[str]
    ) -> None:
        self._settings = settings
        self._plan = plan
        self._environ = environ
        self._scratch = scratch
        self._missing = missing
        self._fetches = bool(missing) and settings.preload
        self._note = scratch / "waiting_for"
        self._began = time.monotonic()
        self._endings: asyncio.Queue[Ending] = asyncio.Queue()
        self._signalled = False
        self._at_once = asyncio.Event()
        self._watches: set[asyncio.Task[None]] = set()
        self._children: list[Child] = []  # in the order of starting: the app is the first

    async def run(self, app_command: Sequence[str]) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal, number)
        if self._plan.genai or self._fetches:
            # Before the app can be ready.
            self._waits_for("the genai server to start" if self._plan.genai else "weights")
        app = await Child.start("the app", app_command, self._app_environment())
        self._children.append(app)
        self._watch(app)
        reaper = asyncio.create_task(reap_orphans(lambda: {child.pid for child in self._children}), name="reap orphans")
        self._watches.add(reaper)
        boot = asyncio.create_task(self._boot(), name="boot")
        boot.add_done_callback(self._on_booted)
        ending = await self._endings.get()
        self._step(f"stopping: {ending.reason}", warn=ending.code != 0)
        for task in (boot, *self._watches):
            task.cancel()
        await asyncio.wait({boot, *self._watches})
        return await self._stop(ending)

    async def _boot(self) -> None:
        """Everything between the app's start and readiness."""
        # Here, not above: httpx takes a tenth of a second to load, and the app was to be started first.
        from ocr_service.launcher import readiness

        if self._fetches:
            await self._preload()
        elif self._missing:
            self._step(
                f"the weights of {', '.join(self._missing)} are missing: fetched when the model loads (see PRELOAD)"
            )
        if genai := self._plan.genai:
            self._waits_for(f"the genai server to load {self._settings.vllm_model}")
            await self._start_genai(genai)
            await readiness.genai_is_ready(genai, self._settings, self._step)
        self._note.unlink(missing_ok=True)
        await readiness.app_is_ready(self._settings)
        self._step("ready")

    async def _preload(self) -> None:
        self._waits_for(f"the weights of {', '.join(self._missing)}")
        self._step(f"fetching the weights of {', '.join(self._missing)}")
        names = [part for model in self._missing for part in ("--model", model)]
        child = await Child.start("preload", [sys.executable, "-m", "ocr_service", "preload", *names], self._environ)
        self._children.append(child)
        code = await child.wait()
        self._children.remove(child)
        if code:
            raise _BootFailed(code, "the weights could not be fetched")
        self._step("the weights are complete")

    async def _start_genai(self, genai: vllm.Genai) -> None:
        # After the weights have come: the command names their folder.
        argv = vllm.command_line(genai, self._settings, self._scratch / "backend_config.yaml")
        self._step(f"starting the genai server: {' '.join(argv)}")
        try:
            environment = vllm.genai_environment(self._environ, self._settings)
            child = await Child.start("the genai server", argv, environment)
        except OSError as error:
            raise _BootFailed(127, f"{argv[0]} cannot be started: {error.strerror}") from error
        self._children.append(child)
        self._watch(child)

    async def _stop(self, ending: Ending) -> int:
        """The app first, with time for its pages; then the rest. The exit code."""
        ordered = ending.code == 0
        app, *others = self._children
        code = await app.stop(
            self._settings.shutdown_grace_s + _APP_MARGIN_S if ordered else _DIED_GRACE_S, self._at_once
        )
        for child in reversed(others):
            await child.stop(_GENAI_GRACE_S if ordered else _DIED_GRACE_S, self._at_once)
        if not ordered:
            return ending.code
        if self._at_once.is_set():
            self._step("stopped at once")
            return 128 + signal.SIGTERM
        if code not in (0, 128 + signal.SIGTERM):  # uvicorn ends by the signal that it was sent
            self._step(f"the app did not stop in order: exit code {code}", warn=True)
            return code
        self._step("stopped in order")
        return 0

    def _on_signal(self, number: signal.Signals) -> None:
        if self._signalled:
            self._step(f"{number.name} again: stopping at once")
            self._at_once.set()
        self._signalled = True
        self._endings.put_nowait(Ending(0, number.name))

    def _watch(self, child: Child) -> None:
        async def until_death() -> None:
            code = await child.wait()
            # A service that ends by itself has failed, even with 0: the platform must start a new container.
            self._endings.put_nowait(Ending(code or 1, f"{child.name} ended by itself with exit code {code}"))

        task = asyncio.create_task(until_death(), name=f"watch {child.name}")
        self._watches.add(task)

    def _on_booted(self, boot: asyncio.Task[None]) -> None:
        if boot.cancelled():
            return
        error = boot.exception()
        if isinstance(error, _BootFailed):
            self._endings.put_nowait(Ending(error.code, str(error)))
        elif isinstance(error, TimeoutError):
            self._endings.put_nowait(Ending(1, f"the genai server: {error}"))
        elif error is not None:
            log.error("the start failed", exc_info=error)
            self._endings.put_nowait(Ending(1, "the start failed"))

    def _app_environment(self) -> dict[str, str]:
        told = {"USE_VLM_API": str(self._plan.use_vlm).lower(), "STARTUP_NOTE": str(self._note)}
        return {**self._environ, **self._settings.paddle_environment(), **told}

    def _waits_for(self, what: str) -> None:
        """Written whole: the app's startup probe reads it at any time."""
        draft = self._note.with_suffix(".new")
        draft.write_text(what, encoding="utf-8")
        draft.replace(self._note)

    def _step(self, text: str, *, warn: bool = False) -> None:
        log.log(logging.WARNING if warn else logging.INFO, "%.1f s: %s", time.monotonic() - self._began, text)


class _BootFailed(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def _answers(url: str) -> bool:
    from ocr_service.launcher.readiness import models_answer  # httpx: see _boot

    return models_answer(url)
