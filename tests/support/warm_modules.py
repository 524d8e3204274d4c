"""What a service loads until it is ready, and the command ``jobs``; see ``warm_start``."""

from ocr_service.workers.loading import without_collector

with without_collector():
    import encodings.idna

    import anyio._backends._asyncio
    import fastapi_offline
    import httpcore
    import uvicorn.lifespan.on
    import uvicorn.loops.auto
    import uvicorn.loops.uvloop

    import ocr_service.__main__
    import ocr_service.api.app
    import ocr_service.bootstrap.engines
    import ocr_service.cli.jobs
    import ocr_service.cli.serve
    import ocr_service.jobs.service

__all__ = ["anyio", "encodings", "fastapi_offline", "httpcore", "ocr_service", "uvicorn"]
