"""One at a time, in order, and only so many waiting."""

from __future__ import annotations

import threading
import time

import pytest

from chatbot.errors import Overloaded
from chatbot.models.turnstile import Turnstile


def _until(condition) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.001)


def _caller(turnstile: Turnstile, name: int, order: list[int], cancel: threading.Event | None = None):
    def call() -> None:
        if turnstile.enter(cancel):
            order.append(name)
            turnstile.leave()
        else:
            order.append(-name)

    before = turnstile.waiting
    thread = threading.Thread(target=call)
    thread.start()
    _until(lambda: turnstile.waiting > before)
    return thread


def test_first_come_first_served() -> None:
    turnstile, order = Turnstile("tiny"), []
    assert turnstile.enter()
    threads = [_caller(turnstile, name, order) for name in range(1, 11)]
    assert order == []
    turnstile.leave()
    for thread in threads:
        thread.join()
    assert order == list(range(1, 11))
    assert not turnstile.busy


def test_one_inside_at_a_time() -> None:
    turnstile, inside, most = Turnstile("tiny", waiting=50), [], []

    def call() -> None:
        for _ in range(20):
            assert turnstile.enter()
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            turnstile.leave()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 160
    assert max(most) == 1


def test_the_queue_is_bounded_and_says_when_to_come_back() -> None:
    turnstile, order = Turnstile("tiny", waiting=2), []
    turnstile.enter()
    threads = [_caller(turnstile, name, order) for name in (1, 2)]
    with pytest.raises(Overloaded, match=r"tiny is busy and 2 already wait") as caught:
        turnstile.enter()
    assert caught.value.retry_after >= 1
    turnstile.leave()
    for thread in threads:
        thread.join()
    assert turnstile.enter()
    turnstile.leave()


def test_cancelling_leaves_the_queue() -> None:
    turnstile, order, cancel = Turnstile("tiny"), [], threading.Event()
    turnstile.enter()
    first = _caller(turnstile, 1, order, cancel)
    second = _caller(turnstile, 2, order)
    cancel.set()
    first.join()
    assert order == [-1]
    assert turnstile.waiting == 1
    turnstile.leave()
    second.join()
    assert order == [-1, 2]
    assert not turnstile.busy


def test_a_cancelled_caller_still_gets_in_when_nobody_is_before_it() -> None:
    turnstile, cancel = Turnstile("tiny"), threading.Event()
    cancel.set()
    assert turnstile.enter(cancel)


def test_a_turn_waits_however_long_the_queue_is_and_is_given_up_on_errors() -> None:
    turnstile, order = Turnstile("tiny", waiting=1), []
    turnstile.enter()
    waiting = _caller(turnstile, 1, order)

    def swap() -> None:
        with pytest.raises(ValueError), turnstile.turn():
            order.append(2)
            raise ValueError

    thread = threading.Thread(target=swap)
    thread.start()
    _until(lambda: turnstile.waiting == 2)
    turnstile.leave()
    waiting.join()
    thread.join()
    assert order == [1, 2]
    assert not turnstile.busy
