"""Logs: one line an event, as text or JSON, with the job, page and request it belongs to; uvicorn's included."""

from __future__ import annotations

import json
import logging
import sys
import time
from contextvars import ContextVar
from typing import Any

job_var: ContextVar[str | None] = ContextVar("job", default=None)
page_var: ContextVar[int | None] = ContextVar("page", default=None)
request_var: ContextVar[str | None] = ContextVar("request", default=None)

# They warn of what a client sent; the answer says it better, and the request's line has its code.
_CLIENTS_FAULT = ("python_multipart", "multipart")

# Line ends would make two events of one; the other control characters can do worse to a terminal.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))} | {
    0x0A: "\\n",
    0x0D: "\\r",
    0x09: "\\t",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}

_CONTEXT: dict[str, ContextVar[Any]] = {"job": job_var, "page": page_var, "request": request_var}


def configure_logging(level: str, form: str) -> None:
    """Every logger of the process writes to stderr in this form.

    Only the service's own loggers follow ``level``: at DEBUG, libraries write whole requests and SQL with its values,
    and so documents and secrets.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter() if form == "json" else _TextFormatter())
    handler.addFilter(_add_context)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("ocr_service").setLevel(level)
    logging.captureWarnings(True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("uvicorn").setLevel(max(logging.getLevelName(level), logging.INFO))
    for name in _CLIENTS_FAULT:
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.getLogger("uvicorn.access").propagate = False  # a request's line is the service's own


def _add_context(record: logging.LogRecord) -> bool:
    record.context = {name: value for name, var in _CONTEXT.items() if (value := var.get()) is not None}
    return True


def _stamp(record: logging.LogRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z"


class _TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        context = "".join(f" {name}={value}" for name, value in record.__dict__["context"].items())
        line = f"{_stamp(record)} {record.levelname:<7} {record.name}: {_one_line(record)}{context}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, Any] = {
            "time": _stamp(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _one_line(record),
            **record.__dict__["context"],
        }
        if record.exc_info:
            event["traceback"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False)


def _one_line(record: logging.LogRecord) -> str:
    return record.getMessage().translate(_CONTROLS)
