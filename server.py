"""The application for an ASGI server: ``uvicorn server:app --port 8081``."""

from ocr_service.api.app import create_app
from ocr_service.settings import load_settings

app = create_app(load_settings())
