from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_service.workers.fair_queue import FairQueue


def drained(queue: FairQueue[str]) -> list[str]:
    return [queue.pop() for _ in range(len(queue))]


def test_documents_take_turns() -> None:
    queue: FairQueue[str] = FairQueue()
    for number in range(4):
        queue.put("book", number, f"book {number}")
    queue.put("letter", 0, "letter 0")
    queue.put("memo", 0, "memo 0")
    assert drained(queue) == ["book 0", "letter 0", "memo 0", "book 1", "book 2", "book 3"]


def test_early_pages_come_first_inside_a_document_and_equals_in_their_order() -> None:
    queue: FairQueue[str] = FairQueue()
    for order, item in ((3, "c"), (1, "a"), (2, "b"), (1, "a2")):
        queue.put("d", order, item)
    assert drained(queue) == ["a", "a2", "b", "c"]


def test_document_that_was_just_served_waits_for_the_others() -> None:
    queue: FairQueue[str] = FairQueue()
    queue.put("a", 1, "a1")
    queue.put("b", 1, "b1")
    assert queue.pop() == "a1"
    queue.put("a", 0, "a0")
    assert drained(queue) == ["b1", "a0"]


def test_removed_item_never_comes() -> None:
    queue: FairQueue[str] = FairQueue()
    tickets = [queue.put("a", order, str(order)) for order in range(3)]
    assert queue.remove(tickets[1])
    assert not queue.remove(tickets[1])
    assert drained(queue) == ["0", "2"]
    assert not queue.remove(tickets[0])


def test_pop_of_an_empty_queue_is_an_error() -> None:
    with pytest.raises(IndexError):
        FairQueue[str]().pop()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.sampled_from(["put", "pop", "remove"]))))
def test_like_a_plain_list_under_any_sequence(steps: list[tuple[str, int, str]]) -> None:
    queue: FairQueue[tuple[str, int, int]] = FairQueue()
    expected: dict[str, list[tuple[int, int]]] = defaultdict(list)
    turns: list[str] = []
    for document, order, step in steps:
        waiting = [(name, *item) for name in turns for item in expected[name]]
        if step == "put":
            if not expected[document]:
                turns.append(document)
            ticket = queue.put(document, order, (document, order, len(waiting)))
            expected[document].append((order, ticket))
        elif step == "pop" and waiting:
            name = turns.pop(0)
            item = min(expected[name])
            expected[name].remove(item)
            if expected[name]:
                turns.append(name)
            assert queue.pop()[:2] == (name, item[0])
        elif step == "remove" and waiting:
            name, removed_order, ticket = waiting[order % len(waiting)]
            expected[name].remove((removed_order, ticket))
            if not expected[name]:
                turns.remove(name)
            assert queue.remove(ticket)
        assert len(queue) == sum(map(len, expected.values()))
