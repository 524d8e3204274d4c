"""Requests that are small for who sends them and large for who takes them in: each must end as a 4xx."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.support.simple_documents import pdf

MEBIBYTE = 1 << 20
_CONVERT = b'{"sources":[{"kind":"file","base64_string":"QUJD","filename":"a.pdf"}],'
# By route that takes JSON: how a body begins, and a field with a list or an object.
_JSON_ROUTES = {
    "/v1/ocr": (b'{"document":{"type":"file","file_id":"a"},', "pages"),
    "/layout-parsing": (b'{"file":"QUJD",', "markdownIgnoreLabels"),
    "/restructure-pages": (b'{"logId":"a",', "pages"),
    "/jobs": (b'{"dpi":100,', "source"),
    "/v1/convert/source": (_CONVERT, "options"),
    "/v1/convert/source/async": (_CONVERT, "options"),
    "/v1/chunk/{chunker}/source": (_CONVERT, "options"),
    "/v1/chunk/{chunker}/source/async": (_CONVERT, "options"),
    "/api/v2/ocr/jobs": (b'{"fileUrl":"https://127.0.0.1/","model":"m",', "optionalPayload"),
    "/v1/batch/jobs": (b'{"model":"m","endpoint":"/v1/ocr",', "requests"),
    "/jobs/{job_id}/pages/{number}/regions/{region}": (b'{"revision":0,', "content"),
}
JSON_PATHS = tuple(_JSON_ROUTES)
_MCP = {"/mcp": (b'{"jsonrpc":"2.0","id":1,"method":"tools/call",', "params")}  # in no schema
FORM_PATHS = (
    "/ocr/pdf",
    "/ocr/image",
    "/jobs",
    "/v1/files",
    "/v1/convert/file",
    "/v1/convert/file/async",
    "/v1/chunk/{chunker}/file",
    "/v1/chunk/{chunker}/file/async",
    "/api/v2/ocr/jobs",
    "/file_parse",
    "/tasks",
    "/api/v1/{endpoint}",
)
FIELDS_PATHS = ("/api/v1/{endpoint}",)
FIELDS_TYPE = "application/x-www-form-urlencoded"
FORM_TYPE = "multipart/form-data; boundary=X"


@dataclass(frozen=True, slots=True)
class Bomb:
    """``body`` gives the pieces anew for each sending; None sends no body."""

    name: str
    path: str
    body: Callable[[], Iterator[bytes]] | None
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "POST"

    def __str__(self) -> str:
        return f"{self.name} to {self.method} {self.path.partition('?')[0]}"


def json_bombs() -> Iterator[Bomb]:
    """Each to each route that takes JSON; what is a value goes where the route looks for one."""
    for template, (head, holder) in {**_JSON_ROUTES, **_MCP}.items():
        path, method = _filled(template), "PATCH" if template.startswith("/jobs/") else "POST"
        for name, value in _VALUES.items():
            yield Bomb(name, path, _around(head + f'"{holder}":'.encode(), value, b"}"), _JSON, method)
            yield Bomb(f"{name} in a field that nobody knows", path, _around(b'{"x":', value, b"}"), _JSON, method)
        for name, body in _BODIES.items():
            yield Bomb(name, path, body, _JSON, method)
        small = _pieces(head + b'"x":1}')
        yield Bomb("text/plain", path, small, {"Content-Type": "text/plain"}, method)
        yield Bomb("no Content-Type", path, small, {}, method)
        long = {"Content-Type": "application/json;" + '";"' * 20_000}
        yield Bomb("a long Content-Type", path, small, long, method)


def _filled(template: str) -> str:
    """A path with values that the route takes; the job is none."""
    values = {"chunker": "hybrid", "job_id": "0" * 32, "number": 1, "region": 0, "endpoint": "marker"}
    return template.format_map(values)


def deep_json_bombs() -> Iterator[Bomb]:
    """Values that only one route looks into."""
    page = b'{"pages":[{"prunedResult":{"width":%s,"height":1,"parsing_res_list":[{"block_label":"text",'
    page += b'"block_content":"x","block_bbox":[0,0,%s,1]}]},"markdownImages":%s}]}'
    for name, number in {"400 digits": b"9" * 400, "1e308": b"1e308", "-1e300": b"-1e300", "a list": b"[1]"}.items():
        yield Bomb(f"width {name}", "/restructure-pages", _pieces(page % (number, b"1", b"{}")), _JSON)
        yield Bomb(f"bbox {name}", "/restructure-pages", _pieces(page % (b"1", number, b"{}")), _JSON)
    many = b"{" + b",".join(b'"%d":1' % number for number in range(300_000)) + b"}"
    yield Bomb("300,000 figures that are none", "/restructure-pages", _pieces(page % (b"1", b"1", many)), _JSON)
    for name, payload in {
        "lists": b"[" * 60_000,
        "digits": b'{"a":' + b"9" * 6_000 + b"}",
        "half": b'"\\ud800"',
    }.items():
        form = _part(b'name="model"', b"m") + _part(b'name="optionalPayload"', payload) + _part(_FILE, pdf("One"))
        yield Bomb(f"payload of {name}", "/api/v2/ocr/jobs", _pieces(form + b"--X--\r\n"), {"Content-Type": FORM_TYPE})
    yield Bomb(
        "backtracking pages",
        "/v1/ocr",
        _pieces(_JSON_ROUTES["/v1/ocr"][0] + b'"pages":"' + b"0 ," * 34 + b'x"}'),
        _JSON,
    )
    yield Bomb(
        "backtracking pages, 60 KB",
        "/v1/ocr",
        _pieces(_JSON_ROUTES["/v1/ocr"][0] + b'"pages":"' + b"0 ," * 20_000 + b'x"}'),
        _JSON,
    )


def form_bombs() -> Iterator[Bomb]:
    for path in map(_filled, FORM_PATHS):
        for name, body in _FORMS.items():
            yield Bomb(name, path, body, {"Content-Type": FORM_TYPE})
        whole = _pieces(_part(b'name="file"; filename="a.pdf"', pdf("One")) + b"--X--\r\n")
        yield Bomb("a boundary of 300", path, whole, {"Content-Type": f"multipart/form-data; boundary={'X' * 300}"})
        yield Bomb("no boundary", path, whole, {"Content-Type": "multipart/form-data"})
        yield Bomb("an empty boundary", path, whole, {"Content-Type": 'multipart/form-data; boundary=""'})
        yield Bomb("quotes", path, whole, {"Content-Type": "multipart/form-data; " + '";' * 25_000})


def fields_bombs() -> Iterator[Bomb]:
    """Forms of fields alone."""
    for name, body in {
        "nothing": _pieces(b""),
        "100 MB of fields": _repeated(b"", b"a=1&", 100, b""),
        "a field of 100 MB": _repeated(b"file_url=", b"junk", 100, b""),
        "a name of 100 MB": _repeated(b"", b"junk", 100, b"=1"),
        "10,000 fields": _pieces(b"&".join(b"a%d=1" % number for number in range(10_000))),
        "half an escape": _pieces(b"file_url=%"),
        "no UTF-8": _pieces(b"file_url=\xff%FF%ED%A0%80"),
        "NUL": _pieces(b"file_url=https://files.example/%00"),
    }.items():
        for path in map(_filled, FIELDS_PATHS):
            yield Bomb(name, path, body, {"Content-Type": FIELDS_TYPE})


def raw_bombs() -> Iterator[Bomb]:
    """Documents that are none, as the whole body."""
    kind = {"Content-Type": "application/octet-stream"}
    for name, body in {
        "nothing": _pieces(b""),
        "60 MB of junk": _repeated(b"", b"junk", 60, b""),
        "100 MB": _repeated(b"%PDF-1.7", b"junk", 100, b""),
    }.items():
        yield Bomb(name, "/process", body, kind, "PUT")
        yield Bomb(f"{name} of a long name", "/process", body, {**kind, "X-Filename": "%F0%9F%98%80" * 4_000}, "PUT")


def query_bombs(path: str, method: str) -> Iterator[Bomb]:
    """Queries that every route must refuse or pass over; none may be a 5xx."""
    for name, query in {
        "a long value": f"pages={'1,' * 25_000}",
        "many names": "&".join(f"a{number}=1" for number in range(5_000)),
        "one name many times": "pages=1&" * 6_000,
        "400 digits": f"dpi={'9' * 400}&limit={'9' * 400}&after={'9' * 400}&deadline_s={'9' * 400}",
        "5,000 digits": f"dpi={'9' * 5000}&limit={'9' * 5000}&after={'9' * 5000}&deadline_s={'9' * 5000}",
        "no number": "deadline_s=nan&dpi=inf&limit=-inf&after=1e999",
        "half a surrogate pair": "pages=%ED%A0%80&state=%ED%A0%80&language=%ED%A0%80&batch_id=%ED%A0%80",
        "NUL": "pages=%00&language=%00&batch_id=%00&password=%00",
        "no UTF-8": "pages=%FF%FE&batch_id=%FF&language=%C0%80",
    }.items():
        yield Bomb(name, f"{path}?{query}", None, method=method)


def header_bombs(path: str, method: str) -> Iterator[Bomb]:
    for name, headers in {
        "a long Idempotency-Key": {"Idempotency-Key": "k" * 60_000},
        "a long Last-Event-ID": {"Last-Event-ID": "9" * 5_000},
        "a negative Last-Event-ID": {"Last-Event-ID": "-1"},
        "many ranges": {"Range": "bytes=" + "0-," * 15_000 + "0-"},
        "many small ranges": {"Range": "bytes=" + ",".join(f"{n * 2}-{n * 2}" for n in range(4_000))},
        "a range of blanks": {"Range": "bytes=" + " " * 60_000 + "0-"},
        "a long Accept": {"Accept": "application/openmetrics-text;version=1.0.0," * 1_200},
        "a long Prefer": {"Prefer": "respond-async, " * 4_000 + "wait=1"},
        "a long Authorization": {"Authorization": "Bearer " + " " * 60_000 + "x"},
        "a long X-Request-ID": {"X-Request-ID": "a" * 60_000},
        "a long Origin": {"Origin": "http://" + "[" * 60_000},
    }.items():
        yield Bomb(name, path, None, headers, method)


_JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


def _pieces(body: bytes) -> Callable[[], Iterator[bytes]]:
    return lambda: iter([body])


def _around(head: bytes, value: Callable[[], Iterator[bytes]], tail: bytes) -> Callable[[], Iterator[bytes]]:
    def body() -> Iterator[bytes]:
        yield head
        yield from value()
        yield tail

    return body


def _repeated(head: bytes, piece: bytes, mebibytes: int, tail: bytes) -> Callable[[], Iterator[bytes]]:
    def body() -> Iterator[bytes]:
        chunk = piece * (MEBIBYTE // len(piece))
        yield head
        for _ in range(mebibytes):
            yield chunk
        yield tail

    return body


_VALUES: dict[str, Callable[[], Iterator[bytes]]] = {
    "42 MB of empty lists": _repeated(b"[", b"[],", 42, b"1]"),
    "10 MB of empty objects": _repeated(b"[", b"{},", 10, b"1]"),
    "10 MB of numbers": _repeated(b"[", b"0,", 10, b"0]"),
    "10 MB of strings": _repeated(b"[", b'"",', 10, b'""]'),
    "10 MB of wrong values": _repeated(b"[", b'{"a":"b"},', 10, b"1]"),
    "10 MB of keys": _repeated(b"{", b'"a":1,', 10, b'"a":1}'),
    "a string of 40 MB": _repeated(b'"', b"a b ", 40, b'"'),
    "long strings": _repeated(b"[", b'"' + b"?" * 100_000 + b'",', 40, b"1]"),
    "40 MB of blanks": _repeated(b"", b" ", 40, b"1"),
    "40 MB of digits": _repeated(b"1", b"0", 40, b""),
    "100,000 lists in each other": _pieces(b"[" * 100_000 + b"]" * 100_000),
    "100,000 objects in each other": _pieces(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "400 digits": _pieces(b"9" * 400),
    "5,000 digits": _pieces(b"9" * 5_000),
    "1e999": _pieces(b"1e999"),
    "a long fraction": _pieces(b"0." + b"1" * 100_000),
    "NaN": _pieces(b"NaN"),
    "Infinity": _pieces(b"-Infinity"),
    "half a surrogate pair": _pieces(b'"\\ud800"'),
    "half a surrogate pair as a key": _pieces(b'{"\\udfff":1}'),
    "NUL": _pieces(b'"a\\u0000b"'),
    "a surrogate in bytes": _pieces(b'"\xed\xa0\x80"'),
    "no UTF-8": _pieces(b'"\xff\xfe"'),
    "no escape": _pieces(b'"\\x"'),
    "a line break": _pieces(b'"\n"'),
}
_BODIES: dict[str, Callable[[], Iterator[bytes]]] = {
    "nothing": _pieces(b""),
    "a list": _pieces(b"[1]"),
    "a number": _pieces(b"1"),
    "null": _pieces(b"null"),
    "no end": _pieces(b'{"a":"'),
    "an open escape": _pieces(b'{"a":"\\'),
    "a second value": _pieces(b"{} {}"),
    "UTF-16": _pieces('{"a":1}'.encode("utf-16")),
    "closing brackets": _repeated(b"{}", b"]", 10, b"]"),
    "quotes": _repeated(b"", b'"', 10, b""),
    "backslashes in a string": _repeated(b'{"a":"', b"\\\\", 40, b'"'),
    "40 MB of junk": _repeated(b"", b"junk", 40, b""),
}


def _part(disposition: bytes, content: bytes, more: bytes = b"") -> bytes:
    return b"--X\r\nContent-Disposition: form-data; " + disposition + b"\r\n" + more + b"\r\n" + content + b"\r\n"


_FILE = b'name="file"; filename="a.pdf"'
_FORMS: dict[str, Callable[[], Iterator[bytes]]] = {
    "parts of one name": _repeated(b"", _part(b'name="pages"', b"1"), 20, b"--X--\r\n"),
    "parts without a name": _repeated(b"", _part(b"", b""), 20, b"--X--\r\n"),
    "a field of 20 MB": _repeated(
        b'--X\r\nContent-Disposition: form-data; name="pages"\r\n\r\n', b"1,", 20, b"\r\n--X--"
    ),
    "a header of 20 MB": _repeated(b"--X\r\nContent-Disposition: ", b"a", 20, b"\r\n\r\n"),
    "a header's name of 20 MB": _repeated(b"--X\r\n", b"a", 20, b": b\r\n\r\n"),
    "many headers": _repeated(b"--X\r\n", b"A: b\r\n", 10, b"\r\n"),
    "a preamble of 20 MB": _repeated(b"", b"no part here\r\n", 20, b"--X--\r\n"),
    "almost boundaries": _repeated(b"--X\r\nContent-Disposition: form-data; ", b"\r\n--Y", 5, b""),
    "no end": _pieces(b'--X\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'),
    "two files": _pieces(_part(_FILE, pdf("One")) * 2 + b"--X--\r\n"),
    "no file": _pieces(_part(b'name="pages"', b"1") + b"--X--\r\n"),
    "a NUL in a field": _pieces(_part(b'name="password"', b"a\0b") + _part(_FILE, pdf("One")) + b"--X--\r\n"),
    "an empty form": _pieces(b"--X--\r\n"),
    "nothing": _pieces(b""),
    "text": _pieces(b"text"),
}


def send(client: Any, bomb: Bomb) -> Any:
    return client.request(
        bomb.method, bomb.path, content=None if bomb.body is None else bomb.body(), headers=bomb.headers, timeout=120
    )
