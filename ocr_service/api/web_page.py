"""The web page at ``/``: files that ``make web`` built, under headers that let nothing else in.

The page shows what strangers' documents say. It cleans their Markdown itself (``web/src/markdown/safe-dom.ts``); the
content security policy stands behind that: no inline script, no inline style, no other origin, and with Trusted Types
required and none allowed no string becomes HTML at all.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

_BUILT = Path(__file__).resolve().parent.parent / "web_static"

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' blob:",  # pages' pictures come by fetch, since <img> can send no API key
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
# The headers that every answer has come from ``middleware/access.py``.
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def install_web_page(app: FastAPI) -> None:
    """Adds ``/``, ``/favicon.svg`` and ``/assets``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def page() -> FileResponse:
        # Asked for anew each time: it names the assets of this version.
        return FileResponse(_BUILT / "index.html", headers={**_HEADERS, "Cache-Control": "no-cache"})

    @router.get("/favicon.svg")
    async def icon() -> FileResponse:
        return FileResponse(_BUILT / "favicon.svg", headers=_HEADERS)

    app.include_router(router)
    app.mount("/assets", _Assets(directory=_BUILT / "assets"), name="web-assets")


class _Assets(StaticFiles):
    """Files whose names hold a hash of their content: kept by browsers for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update({**_HEADERS, "Cache-Control": "public, max-age=31536000, immutable"})
        return response


_ASSETS = "/docs/assets"


def install_docs(app: FastAPI) -> None:
    app.mount(_ASSETS, StaticFiles(directory=str(files("fastapi_offline") / "static")), name="docs-assets")

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        root = request.scope.get("root_path", "")
        return get_swagger_ui_html(
            openapi_url=f"{root}{app.openapi_url}",
            title=app.title,
            swagger_js_url=f"{root}{_ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{_ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{root}{_ASSETS}/favicon.png",
            swagger_ui_parameters={"tryItOutEnabled": True, "displayRequestDuration": True},
        )
