"""HTTP to addresses that clients name: every request goes to the address that passed the rules, redirects too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx

from ocr_service.errors import AddressRefused
from ocr_service.net.address_rules import AddressRules, resolve

MAX_REDIRECTS = 5


class SafeHttp:
    """One client without proxies, cookies or redirects of its own; ``close`` ends it."""

    def __init__(self, rules: AddressRules, *, timeout_s: float) -> None:
        self.rules = rules
        self._client = httpx.AsyncClient(
            trust_env=False,  # a proxy would connect for us, to addresses that nobody checked
            verify=httpx.create_ssl_context(),
            follow_redirects=False,
            timeout=timeout_s,
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=0),
        )

    @asynccontextmanager
    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> AsyncIterator[httpx.Response]:
        """Opens a request; its body is not read yet. Raises AddressRefused and httpx.HTTPError."""
        target = await resolve(url, self.rules)
        request = self._client.build_request(
            method,
            target.pinned,
            headers={"User-Agent": "ocr-service", **(headers or {}), "Host": target.host_header},
            content=content,
            extensions={"sni_hostname": target.url.host},  # the certificate is checked for the name, not the number
        )
        response = await self._client.send(request, stream=True)
        try:
            yield response
        finally:
            await response.aclose()

    @asynccontextmanager
    async def get(self, url: str) -> AsyncIterator[httpx.Response]:
        """GET that follows redirects, each checked as the first address was."""
        for _hop in range(MAX_REDIRECTS + 1):
            # Compressed answers could unpack to any size.
            async with self.request("GET", url, headers={"Accept-Encoding": "identity"}) as response:
                if not response.has_redirect_location:
                    yield response
                    return
                url = str(httpx.URL(url).join(response.headers["Location"]))
        raise AddressRefused(f"more than {MAX_REDIRECTS} redirects")

    async def close(self) -> None:
        await self._client.aclose()
