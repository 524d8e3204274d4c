"""Whether the processes that were started have become ready: asked over HTTP until they have."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import httpx

from ocr_service.launcher.vllm import Genai
from ocr_service.settings import Settings


async def app_is_ready(settings: Settings) -> None:
    """Returns once the app's readiness probe is 200."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.app_host, settings.app_host)
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        while True:
            with suppress(httpx.HTTPError):  # not listening yet
                if (await client.get(f"http://{host}:{settings.app_port}/health/ready")).status_code == 200:
                    return
            await asyncio.sleep(0.5)


def models_answer(url: str) -> bool:
    """Whether an OpenAI server answers at this base address now."""
    try:
        return httpx.get(f"{url}/models", timeout=2, trust_env=False).status_code in (200, 401)
    except httpx.HTTPError:
        return False


async def genai_is_ready(genai: Genai, settings: Settings, on_step: Callable[[str], None]) -> None:
    """Returns once ``/health`` is 200 and ``/v1/models`` names a model; raises TimeoutError.

    ``on_step`` is told what has been reached, and every half minute that it is still loading.
    """
    key = settings.vllm_api_key
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    limit = settings.vllm_start_timeout_s
    # trust_env: a proxy of the company must not be asked for 127.0.0.1.
    async with httpx.AsyncClient(trust_env=False, timeout=5, headers=headers) as client:
        try:
            async with asyncio.timeout(limit):
                await _until(client, genai.url.removesuffix("/v1") + "/health", lambda answer: "yes", on_step)
                on_step("the genai server is healthy")
                name = await _until(client, f"{genai.url}/models", _model_name, on_step)
        except TimeoutError:
            raise TimeoutError(f"not ready within VLLM_START_TIMEOUT_S={limit:g} s at {genai.url}") from None
    on_step(f"the genai server serves {name}")


async def _until(
    client: httpx.AsyncClient, url: str, found: Callable[[httpx.Response], str], on_step: Callable[[str], None]
) -> str:
    loop = asyncio.get_running_loop()
    told = loop.time()
    while True:
        try:
            answer = await client.get(url)
            if answer.status_code == 200 and (value := found(answer)):
                return value
        except httpx.HTTPError:
            pass  # not listening yet
        if loop.time() - told >= 30:
            told = loop.time()
            on_step("the genai server is still loading")
        await asyncio.sleep(0.5)


def _model_name(answer: httpx.Response) -> str:
    try:
        models = answer.json()["data"]
        return str(models[0]["id"]) if models else ""
    except (ValueError, KeyError, TypeError):
        return ""
