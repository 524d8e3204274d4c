"""A DNS server on UDP port 53 of a loopback address of its own. It answers for one name."""

from __future__ import annotations

import secrets
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_A, _NAME_ERROR, _RESPONSE = 1, 3, 0x8580


@dataclass
class FakeDns:
    """``addresses`` may be set at any time; without any, the name does not exist."""

    name: str
    addresses: tuple[str, ...] = ()
    host: str = field(default_factory=lambda: f"127.{secrets.randbelow(200) + 20}.{secrets.randbelow(250)}.53")

    @contextmanager
    def running(self) -> Iterator[FakeDns]:
        """Takes root, as every port below 1024."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
            listener.bind((self.host, 53))
            thread = threading.Thread(target=self._serve, args=(listener,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                with suppress(OSError):  # "not connected", and yet it wakes the thread
                    listener.shutdown(socket.SHUT_RDWR)
                thread.join()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                question, client = listener.recvfrom(512)
            except OSError:
                return
            if not question:
                return
            listener.sendto(self._answer(question), client)

    def _answer(self, question: bytes) -> bytes:
        """RFC 1035, section 4: the header, the question again, and an A record for each address."""
        labels, position = [], 12
        while length := question[position]:
            labels.append(question[position + 1 : position + 1 + length].decode())
            position += 1 + length
        asked = question[12 : position + 5]
        (kind,) = struct.unpack_from(">H", question, position + 1)
        known = ".".join(labels).lower() == self.name and bool(self.addresses)
        found = self.addresses if known and kind == _A else ()
        flags = _RESPONSE | (0 if known else _NAME_ERROR)
        header = question[:2] + struct.pack(">HHHHH", flags, 1, len(found), 0, 0)
        record = b"\xc0\x0c" + struct.pack(">HHIH", _A, 1, 0, 4)  # a TTL of 0 s
        return header + asked + b"".join(record + socket.inet_aton(address) for address in found)
