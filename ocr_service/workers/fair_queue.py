"""A queue with a fair share for each document: a book of 1,000 pages does not delay a letter of one page."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Round robin over documents; within a document the lowest ``order`` first, first in, first out among equals.

    A plain data structure for one event loop: it neither waits nor locks. Every call is O(log n) (removal amortised).
    """

    def __init__(self) -> None:
        # Insertion order is the round-robin order: the document at the front is next.
        self._documents: dict[str, list[tuple[int, int]]] = {}
        self._items: dict[int, tuple[str, T]] = {}
        self._tickets = count()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, document: str, order: int, item: T) -> int:
        """Add ``item``; the number returned takes it out again through ``remove``."""
        ticket = next(self._tickets)
        self._items[ticket] = (document, item)
        heappush(self._documents.setdefault(document, []), (order, ticket))
        return ticket

    def remove(self, ticket: int) -> bool:
        """Remove an item that waits. False where it has been popped or removed before."""
        entry = self._items.pop(ticket, None)
        if entry is None:
            return False
        document, _ = entry
        waiting = self._documents[document]
        # The heap keeps the dead ticket until it comes up, unless none but dead ones are left at its front.
        while waiting and waiting[0][1] not in self._items:
            heappop(waiting)
        if not waiting:
            del self._documents[document]
        return True

    def pop(self) -> T:
        """The next item. Raises IndexError when empty."""
        if not self._items:
            raise IndexError("pop from an empty FairQueue")
        document = next(iter(self._documents))
        waiting = self._documents.pop(document)
        _, ticket = heappop(waiting)
        _, item = self._items.pop(ticket)
        while waiting and waiting[0][1] not in self._items:
            heappop(waiting)
        if waiting:
            self._documents[document] = waiting  # to the back: the other documents are next
        return item
