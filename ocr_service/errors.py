"""Every error that a user can meet: its stable code, its HTTP status, and whether trying again can help.

Foreign errors (pdfium, boto3, HTTP) are mapped to these where they arise; one handler turns them into a response.
The text names the thing and the way out.
"""

from __future__ import annotations


class ServiceError(Exception):
    """The root. ``code`` is stable and documented; ``str(error)`` is for a person."""

    code = "internal_error"
    status = 500
    retryable = False

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s

    def __reduce__(self) -> tuple[object, ...]:  # crosses process boundaries whole
        return _rebuild, (type(self), str(self), self.retry_after_s)


def _rebuild(kind: type[ServiceError], message: str, retry_after_s: float | None) -> ServiceError:
    return kind(message, retry_after_s=retry_after_s)


# What came in


class UnsupportedType(ServiceError):
    code, status = "unsupported_type", 415


class FileTooLarge(ServiceError):
    code, status = "file_too_large", 413


class UploadTooSlow(ServiceError):
    code, status, retryable = "upload_too_slow", 408, True


class EmptyFile(ServiceError):
    code, status = "empty_file", 422


class DamagedFile(ServiceError):
    """A PDF or an image that cannot be opened: one code for both."""

    code, status = "damaged_pdf", 422


class EncryptedPdf(ServiceError):
    code, status = "encrypted_pdf", 422


class TooManyPages(ServiceError):
    code, status = "too_many_pages", 422


class PageTooLarge(ServiceError):
    code, status = "page_too_large", 422


class BadPages(ServiceError):
    code, status = "bad_pages", 422


class BadOption(ServiceError):
    code, status = "bad_option", 422


class TooManyDocuments(ServiceError):
    """More documents under a prefix than a batch may have."""

    code, status = "too_many_documents", 422


class AddressRefused(ServiceError):
    """A URL that the address rules do not allow (``net/address_rules.py``)."""

    code, status = "address_refused", 422


class FetchFailed(ServiceError):
    """A document could not be had from its URL."""

    code, status = "fetch_failed", 422


# Who asks, and for what


class Unauthorized(ServiceError):
    code, status = "unauthorized", 401


class NotFound(ServiceError):
    code, status = "not_found", 404


class NotFinished(ServiceError):
    code, status = "not_finished", 409


class AlreadyFinished(ServiceError):
    """A job ended before it could be cancelled."""

    code, status = "already_finished", 409


class IdempotencyConflict(ServiceError):
    code, status = "idempotency_conflict", 409


# What the service cannot do now


class QueueFull(ServiceError):
    code, status, retryable = "queue_full", 429, True


class EngineUnavailable(ServiceError):
    code, status, retryable = "engine_unavailable", 503, True


class NotReady(ServiceError):
    code, status, retryable = "not_ready", 503, True


class StorageFull(ServiceError):
    code, status, retryable = "storage_full", 507, True


class S3Unavailable(ServiceError):
    """The store is down, overloaded or lost bytes on the way: a later try may do."""

    code, status, retryable = "s3_unavailable", 503, True


class S3Refused(ServiceError):
    """The store does not let us: keys, rights or the bucket's name."""

    code, status = "s3_refused", 502


# What happens to a page or a region; seen inside results


class RenderFailed(ServiceError):
    """Neither pdfium nor poppler could draw the page."""

    code, status = "render_failed", 422


class PageTimeout(ServiceError):
    code, status = "page_timeout", 422


class WorkerCrashed(ServiceError):
    """The page's worker process died (a crash, its memory limit, a kill) on both tries."""

    code, status = "worker_crashed", 422


_UPLOAD_LOST = "The uploaded file is no longer where the service keeps it: send the document again"


class UploadLost(ServiceError):
    """What was uploaded is no longer there, though the job is: somebody removed it from OUTPUT_DIR."""

    code, status = "upload_lost", 410

    def __init__(self, message: str = _UPLOAD_LOST, *, retry_after_s: float | None = None) -> None:
        super().__init__(message, retry_after_s=retry_after_s)


class ServiceCrashed(ServiceError):
    """The whole service died again and again while it read the document."""

    code, status = "service_crashed", 422


class RecognitionFailed(ServiceError):
    """The backend answered, but with nothing usable, on every try."""

    code, status = "recognition_failed", 502


class BackendRefused(ServiceError):
    """The backend said 400, 401 or 404: asking again would give the same."""

    code, status = "backend_refused", 502


class DeadlineExceeded(ServiceError):
    code, status = "deadline_exceeded", 504


class Cancelled(ServiceError):
    code, status = "cancelled", 409


def error_for(code: str, message: str) -> ServiceError:
    """The error of a code that was written down earlier; a code that this version does not know is a ServiceError."""
    kinds = {kind.code: kind for kind in ServiceError.__subclasses__()}
    return kinds.get(code, ServiceError)(message)
