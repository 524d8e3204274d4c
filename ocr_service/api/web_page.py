"""The web page at ``/``: files that ``make web`` built, under a policy that allows nothing else.

The page shows what strangers' documents say. It cleans their Markdown itself (``web/src/markdown/safe-dom.ts``); the
content security policy stands behind that: no inline script, no inline style, no other origin, and with Trusted Types
required and none allowed no string becomes HTML at all.
"""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from ocr_service.api.web_files import ASSET_HEADERS, PAGE_HEADERS, WEB_FILES, WEB_HEADERS


def install_web_page(app: FastAPI) -> None:
    """Adds ``/``, ``/favicon.svg`` and ``/assets``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def page() -> FileResponse:
        return FileResponse(WEB_FILES / "index.html", headers=PAGE_HEADERS)

    @router.get("/favicon.svg")
    async def icon() -> FileResponse:
        return FileResponse(WEB_FILES / "favicon.svg", headers=WEB_HEADERS)

    app.include_router(router)
    app.mount("/assets", _Assets(directory=WEB_FILES / "assets"), name="web-assets")


class _Assets(StaticFiles):
    """Files whose names hold a hash of their content: kept by browsers for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(ASSET_HEADERS)
        return response


_ASSETS = "/docs/assets"
_SCHEMA = "/openapi.json"


def install_docs(app: FastAPI) -> None:
    app.mount(_ASSETS, StaticFiles(directory=str(files("fastapi_offline") / "static")), name="docs-assets")

    # In a thread, unlike FastAPI's own: whoever asks first has it generated, which takes 0.3 s.
    def schema(request: Request) -> JSONResponse:
        generated, root = app.openapi(), request.scope.get("root_path", "").rstrip("/")
        return JSONResponse({**generated, "servers": [{"url": root}]} if root else generated)

    app.add_route(_SCHEMA, schema, include_in_schema=False)

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        root = request.scope.get("root_path", "")
        return get_swagger_ui_html(
            openapi_url=f"{root}{_SCHEMA}",
            title=app.title,
            swagger_js_url=f"{root}{_ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{_ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{root}{_ASSETS}/favicon.png",
            swagger_ui_parameters={"tryItOutEnabled": True, "displayRequestDuration": True},
        )
