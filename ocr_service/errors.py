"""Every error that a user can meet: its stable code, its HTTP status, and whether trying again can help.

Foreign errors (pdfium, boto3, HTTP) are mapped to these where they arise; one handler turns them into a response.
The text names the thing and the way out. A class method builds the message of a code's typical case: the code that
raises it and the example in the OpenAPI schema both call it, so the example is what the service says.
"""

from __future__ import annotations

from typing import Self


class ServiceError(Exception):
    """The root. ``code`` is stable and documented; ``str(error)`` is for a person."""

    code = "internal_error"
    status = 500
    retryable = False

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s

    @classmethod
    def internal(cls, request_id: str) -> Self:
        return cls(f"The service met an error of its own; its log has the traceback under request {request_id}")

    def __reduce__(self) -> tuple[object, ...]:  # crosses process boundaries whole
        return _rebuild, (type(self), str(self), self.retry_after_s)


_PARTIAL = "result.md?partial=true and result.json?partial=true"


def _rebuild(kind: type[ServiceError], message: str, retry_after_s: float | None) -> ServiceError:
    return kind(message, retry_after_s=retry_after_s)


# What came in


class UnsupportedType(ServiceError):
    code, status = "unsupported_type", 415

    @classmethod
    def looks_like(cls, described: str, accepted: str) -> Self:
        return cls(f"this looks like {described}, which cannot be read; {accepted} can")


class FileTooLarge(ServiceError):
    code, status = "file_too_large", 413

    @classmethod
    def upload(cls, max_bytes: int) -> Self:
        return cls(f"The file is larger than {max_bytes >> 20} MiB (MAX_UPLOAD_MB); split it or raise the limit")


class UploadTooSlow(ServiceError):
    code, status, retryable = "upload_too_slow", 408, True

    @classmethod
    def received(cls, count: int, seconds: float) -> Self:
        return cls(f"{count} bytes arrived in {seconds:.0f} s; send faster, or in parts")


class EmptyFile(ServiceError):
    code, status = "empty_file", 422

    @classmethod
    def named(cls, name: str) -> Self:
        return cls(f"{name} is empty")


class DamagedFile(ServiceError):
    """A PDF or an image that cannot be opened: one code for both."""

    code, status = "damaged_pdf", 422

    @classmethod
    def no_structure(cls) -> Self:
        return cls("the PDF is damaged: its structure cannot be read")


class EncryptedPdf(ServiceError):
    code, status = "encrypted_pdf", 422

    @classmethod
    def no_password(cls) -> Self:
        return cls("the PDF is encrypted: give its password in the field `password`")

    @classmethod
    def password_removed(cls) -> Self:
        return cls("the PDF is encrypted, and its password was removed when the job ended: send the document again")


class TooManyPages(ServiceError):
    code, status = "too_many_pages", 422

    @classmethod
    def of_file(cls, name: str, pages: int, most: int) -> Self:
        return cls(f"{name} has {pages} pages, more than {most} (MAX_PAGES); ask for a part of it with pages=1-{most}")

    @classmethod
    def of_a_day(cls, pages: int, quota: int) -> Self:
        return cls(
            f"{pages} pages are asked for, more than the {quota} a day of this API key (PAGES_PER_DAY); ask for a part "
            f"of them with pages=1-{quota}"
        )


class PageTooLarge(ServiceError):
    code, status = "page_too_large", 422


class BadPages(ServiceError):
    code, status = "bad_pages", 422


class BadOption(ServiceError):
    code, status = "bad_option", 422

    @classmethod
    def not_json(cls) -> Self:
        return cls("Send JSON, with Content-Type: application/json")

    @classmethod
    def no_form(cls) -> Self:
        return cls("Send the document as multipart/form-data with a part named file: curl -F file=@document.pdf …")


class TooManyDocuments(ServiceError):
    """More documents than a batch may have."""

    code, status = "too_many_documents", 422

    @classmethod
    def under(cls, prefix: str, count: int, most: int) -> Self:
        return cls(f"{count} documents under {prefix!r}; a batch has at most {most}")

    @classmethod
    def in_a_batch(cls, most: int) -> Self:
        return cls(f"The input has more than {most} requests; send them in several batches")


class AddressRefused(ServiceError):
    """A URL that the address rules do not allow (``net/address_rules.py``)."""

    code, status = "address_refused", 422

    @classmethod
    def no_webhooks(cls) -> Self:
        return cls("Webhooks are switched off here (ALLOW_WEBHOOKS)")

    @classmethod
    def switched_off(cls) -> Self:
        return cls("Documents by URL are switched off here (ALLOW_URL_INPUT)")


class FetchFailed(ServiceError):
    """A document could not be had from its URL."""

    code, status = "fetch_failed", 422

    @classmethod
    def answered(cls, status: int) -> Self:
        return cls(f"the address answered {status}")


# Who asks, and for what


class Unauthorized(ServiceError):
    code, status = "unauthorized", 401

    @classmethod
    def no_key(cls) -> Self:
        return cls("A valid API key is needed: Authorization: Bearer <key>, or X-API-Key: <key>")


class HostRefused(ServiceError):
    """The request's Host is not one of the service's names: DNS rebinding, or a proxy's name that nobody set."""

    code, status = "host_refused", 421

    @classmethod
    def named(cls, host: str) -> Self:
        return cls(f"{host!r} is not a name of this service; add it to ALLOWED_HOSTS, or set API_KEYS")


class CrossSiteRefused(ServiceError):
    """Another site's page asked a browser to change something here."""

    code, status = "cross_site_refused", 403

    @classmethod
    def sent_by(cls, origin: str) -> Self:
        return cls(f"A page of {origin} may change nothing here; add its origin to CORS_ORIGINS, or set API_KEYS")


class NotFound(ServiceError):
    code, status = "not_found", 404

    @classmethod
    def job(cls, job_id: str) -> Self:
        return cls(f"There is no job {job_id!r}.")


class NotFinished(ServiceError):
    code, status = "not_finished", 409

    @classmethod
    def job(cls, state: str) -> Self:
        return cls(f"The job is {state}; {_PARTIAL} give what is read so far.")

    @classmethod
    def to_correct(cls, state: str) -> Self:
        return cls(f"The job is {state}; its pages can be corrected once it has ended.")


class AlreadyFinished(ServiceError):
    """A job ended before it could be cancelled."""

    code, status = "already_finished", 409

    @classmethod
    def job(cls, state: str) -> Self:
        return cls(f"The job ended before it could be cancelled: it is {state}.")


class IdempotencyConflict(ServiceError):
    code, status = "idempotency_conflict", 409

    @classmethod
    def other_file(cls) -> Self:
        return cls("This Idempotency-Key was used with another file or other options.")


class CorrectionConflict(ServiceError):
    """A region was corrected, or its page read again, since the one who corrects it now has looked."""

    code, status = "correction_conflict", 409

    @classmethod
    def corrected(cls, page: int, region: int, seen: int, by: str) -> Self:
        who = f" by {by}" if by else ""
        return cls(f"Region {region} of page {page} was corrected{who} after revision {seen}: get the page again.")

    @classmethod
    def read_again(cls, page: int, seen: int) -> Self:
        return cls(f"Page {page} was read again after revision {seen}: get the page again.")


# What the service cannot do now


class QueueFull(ServiceError):
    code, status, retryable = "queue_full", 429, True

    @classmethod
    def waiting(cls, jobs: int, retry_after_s: float | None = None) -> Self:
        return cls(
            f"{jobs} jobs are waiting, as many as QUEUE_LIMIT allows. Try again later.", retry_after_s=retry_after_s
        )


class QuotaExceeded(ServiceError):
    """The API key has read, or has waiting, as many pages as it may in a day."""

    code, status, retryable = "quota_exceeded", 429, True

    @classmethod
    def pages(cls, used: int, quota: int, day_ends_in_s: float | None = None) -> Self:
        return cls(
            f"{used} of {quota} pages a day (PAGES_PER_DAY) are read or waiting, which leaves too few for this "
            "document. The day ends at midnight UTC.",
            retry_after_s=day_ends_in_s,
        )


class EngineUnavailable(ServiceError):
    code, status, retryable = "engine_unavailable", 503, True

    @classmethod
    def no_vlm(cls) -> Self:
        return cls("No VLM is configured here (USE_VLM_API, VLLM_URL); ask for engine=tesseract or auto")


class NotReady(ServiceError):
    code, status, retryable = "not_ready", 503, True

    @classmethod
    def stopping(cls) -> Self:
        return cls("The service is shutting down. Try again in a moment.", retry_after_s=5.0)

    @classmethod
    def no_database(cls) -> Self:
        return cls("The job database does not answer. Try again soon.", retry_after_s=5.0)


class StorageFull(ServiceError):
    code, status, retryable = "storage_full", 507, True

    @classmethod
    def no_space(cls, folder: str) -> Self:
        return cls(f"No space left on {folder}; remove old jobs or enlarge the volume")


class S3Unavailable(ServiceError):
    """The store is down, overloaded or lost bytes on the way: trying again later may succeed."""

    code, status, retryable = "s3_unavailable", 503, True

    @classmethod
    def no_answer(cls, doing: str, reason: str) -> Self:
        return cls(f"S3, {doing}: no answer ({reason})")


class S3Refused(ServiceError):
    """The store refuses the request: wrong keys, missing rights or a wrong bucket name."""

    code, status = "s3_refused", 502

    @classmethod
    def refused(cls, doing: str, reason: str, s3_code: str) -> Self:
        return cls(f"S3, {doing}: {reason} ({s3_code})")


# What happens to a page or a region; seen inside results


class RenderFailed(ServiceError):
    """Neither pdfium nor poppler could draw the page."""

    code, status = "render_failed", 422

    @classmethod
    def page(cls, number: int) -> Self:
        return cls(f"page {number} is damaged: neither pdfium nor poppler can draw it")


class PageTimeout(ServiceError):
    code, status = "page_timeout", 422

    @classmethod
    def after(cls, seconds: float) -> Self:
        return cls(f"the page took longer than {seconds:g} s (PAGE_TIMEOUT_S)")


class WorkerCrashed(ServiceError):
    """The page's worker process died (a crash, its memory limit, a kill) on both tries."""

    code, status = "worker_crashed", 422

    @classmethod
    def out_of_memory(cls, memory_mb: int) -> Self:
        return cls(f"the page needs more than {memory_mb} MB of memory (RENDER_MEMORY_MB)")


class UploadLost(ServiceError):
    """The job is there and its upload is not: somebody removed the file from OUTPUT_DIR."""

    code, status = "upload_lost", 410

    @classmethod
    def input_gone(cls) -> Self:
        return cls("The uploaded file is no longer where the service keeps it: send the document again")


class ServiceCrashed(ServiceError):
    """The service ended MAX_CRASHES times in a row while it read the document, with no page finished in between."""

    code, status = "service_crashed", 422

    @classmethod
    def runs(cls, count: int) -> Self:
        return cls(
            f"The service crashed {count} times in a row while it read this document, with no page finished in between "
            "(MAX_CRASHES). A retry gives it as many chances again."
        )


class RecognitionFailed(ServiceError):
    """The backend answered, but with nothing usable, on every try."""

    code, status = "recognition_failed", 502

    @classmethod
    def doubtful(cls, backend: str, doubt: str, times: int) -> Self:
        return cls(f"{backend}: {doubt}, {times} times")


class BackendRefused(ServiceError):
    """The backend said 400, 401 or 404: asking again would give the same."""

    code, status = "backend_refused", 502

    @classmethod
    def answered(cls, url: str, status: int, said: str) -> Self:
        return cls(f"{url} refused the request with {status}: {said}")


class DeadlineExceeded(ServiceError):
    code, status = "deadline_exceeded", 504

    @classmethod
    def passed(cls) -> Self:
        return cls("The job's deadline passed before it was finished.")


class Cancelled(ServiceError):
    code, status = "cancelled", 409

    @classmethod
    def job(cls) -> Self:
        return cls(f"The job was cancelled; {_PARTIAL} give what was read before.")


def error_for(code: str, message: str) -> ServiceError:
    """The error of a stored code; a code that this version does not know is a ServiceError."""
    kinds = {kind.code: kind for kind in ServiceError.__subclasses__()}
    return kinds.get(code, ServiceError)(message)
