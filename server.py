"""The application for an ASGI server: ``uvicorn server:app --port 8081``.

What a server does before the application hears of a request is its own: README.md has the options that bound it.
"""

from ocr_service.api.app import create_app
from ocr_service.logs import configure_logging
from ocr_service.settings import load_settings

settings = load_settings()
configure_logging(settings.log_level, settings.log_format)
app = create_app(settings)
