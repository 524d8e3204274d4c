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

_CONTEXT: dict[str, ContextVar[Any]] = {"job": job_var, "page": page_var, "request": request_var}


def configure_logging(level: str, form: str) -> None:
    """Every logger of the process writes to stderr in this form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter() if form == "json" else _TextFormatter())
    handler.addFilter(_add_context)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for noisy in ("httpx", "httpcore", "botocore", "boto3", "urllib3", "alembic", "procrastinate"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


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
    return record.getMessage().replace("\n", "\\n")
