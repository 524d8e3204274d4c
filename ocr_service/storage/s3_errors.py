"""What boto3 raises, as errors of ours. The store's own text stays out: some stores repeat the access key in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from boto3.exceptions import Boto3Error, S3UploadFailedError
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from ocr_service.errors import NotFound, S3Refused, S3Unavailable, ServiceError

_REFUSALS = {
    # Cloud.ru wants `<tenant_id>:<key_id>`; without the tenant it does not know the key.
    "InvalidAccessKeyId": "the store does not know the access key. On Cloud.ru this mostly means that the tenant is "
    "missing: set CLOUDRU_S3_TENANT_ID, or give CLOUDRU_S3_ACCESS_KEY as tenant:key",
    "SignatureDoesNotMatch": "the signature does not match: check CLOUDRU_S3_SECRET_KEY and CLOUDRU_S3_REGION",
    "AccessDenied": "access denied: the key lacks the right to do this in the bucket",
    "NoSuchBucket": "there is no such bucket: check CLOUDRU_S3_BUCKET",
    "RequestTimeTooSkewed": "the clocks differ too much: set this machine's clock",
}
_NOT_FOUND = {"NoSuchKey", "404", "NotFound"}
# A later try may not meet these, whatever their HTTP status. IncompleteBody, BadDigest: bytes lost on the way.
_PASSING = {"SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "IncompleteBody", "BadDigest"}


@contextmanager
def s3_errors(doing: str) -> Iterator[None]:
    """Maps boto3's errors; ``doing`` says what was tried, such as ``upload of ocr/1/a.md``.

    Raises NotFound, S3Refused (trying again gives the same until someone changes something) or S3Unavailable.
    """
    try:
        yield
    except ClientError as error:
        raise _of_answer(doing, error) from error
    except S3UploadFailedError as error:
        cause = error.__context__
        raise (_of_answer(doing, cause) if isinstance(cause, ClientError) else _unavailable(doing, error)) from error
    except (HTTPClientError, BotoCoreError, Boto3Error) as error:
        raise _unavailable(doing, error) from error


def _of_answer(doing: str, error: ClientError) -> ServiceError:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _NOT_FOUND:
        return NotFound(f"S3, {doing}: not found")
    if code in _REFUSALS:
        return S3Refused.refused(doing, _REFUSALS[code], code)
    if code in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        return S3Unavailable(f"S3, {doing}: the store answered {status} {code}")
    if status == HTTPStatus.FORBIDDEN:  # HEAD has no body, so no code
        return S3Refused(f"S3, {doing}: access denied: check the keys, the tenant and the rights in the bucket")
    return S3Refused(f"S3, {doing}: the store answered {status} {code}")


def _unavailable(doing: str, error: Exception) -> S3Unavailable:
    return S3Unavailable.no_answer(doing, type(error).__name__)
