"""Chunks on threads: their order, their errors, and what looking after them costs."""

import sys
import threading
import time

import pytest

from quantsync.parallel import map_threads


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_the_order_of_the_items(workers):
    here, seen = threading.get_ident(), []

    def work(k):
        time.sleep(0.002 * (k % 3))
        return k * k

    def done(k):
        assert threading.get_ident() == here
        seen.append(k)

    assert map_threads(work, range(30), workers, done) == [k * k for k in range(30)]
    assert sorted(seen) == list(range(30))


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_is_raised_and_nothing_further_started(workers):
    started = []

    def work(k):
        started.append(k)
        if k == 3:
            raise ZeroDivisionError("item 3")
        time.sleep(0.01)

    with pytest.raises(ZeroDivisionError, match="item 3"):
        map_threads(work, range(500), workers)
    assert len(started) < 50


def test_looking_after_the_items_is_linear_in_their_number():
    def calls(count):
        seen = 0

        def profile(*_):
            nonlocal seen
            seen += 1

        sys.setprofile(profile)  # of this thread alone
        try:
            map_threads(lambda _: time.sleep(0.0005), range(count), 2)
        finally:
            sys.setprofile(None)
        return seen

    assert calls(1200) < 10 * calls(200)  # 6 times as many; 36 if each looked at all the others
