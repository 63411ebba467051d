"""The newest wish wins, and maps go from coarse to fine."""

import threading
import time

import numpy as np
import pytest
from waiting import wait_until

import quantsync as qs
from quantsync.catalogue.models import Model
from quantsync.explorer.maps import AT_ONCE, MOST_SECONDS, Newest, Painter, SupersededError
from quantsync.explorer.view import Axis, View

EPSILON, DETUNING = Axis("epsilon", 0.0, 0.1), Axis("detuning", -2.0, 2.0)


def view_of(model, **changes):
    options = {"x": DETUNING, "y": EPSILON, "measures": ("synchronization",)} | changes
    return View(Model.of(model), **options)


def painted(painter, view, moving=False, check=lambda: None, **options):
    shown = []
    left = painter.paint(
        view,
        moving,
        check,
        lambda dataset, size, final: shown.append((dataset, size, final)),
        lambda *_: None,
        **options,
    )
    return shown, left


def test_of_many_wishes_the_last_one_is_done_and_those_before_it_end():
    newest, done, release = Newest(), [], threading.Event()

    def first(check):
        release.wait(5)
        check()
        done.append("first")

    newest.submit(first)
    for k in range(20):
        newest.submit(lambda check, k=k: done.append(k))
    release.set()
    wait_until(lambda: 19 in done)
    time.sleep(0.05)
    assert done == [19]


def test_the_newest_does_not_wait_for_one_that_does_not_look():
    newest, done, release = Newest(), [], threading.Event()
    newest.submit(lambda check: release.wait(20))
    time.sleep(0.05)
    newest.submit(lambda check: done.append("newest"))
    wait_until(lambda: done)
    release.set()


def test_what_is_closed_does_nothing_more():
    newest, done = Newest(), []
    seen = threading.Event()

    def work(check):
        seen.set()
        while True:
            time.sleep(0.01)
            try:
                check()
            except SupersededError:
                done.append("ended")
                raise

    newest.submit(work)
    seen.wait(5)
    newest.close()
    newest.submit(lambda check: done.append("late"))
    wait_until(lambda: done)
    time.sleep(0.05)
    assert done == ["ended"]


def test_a_map_goes_from_coarse_to_fine_and_its_numbers_are_those_of_sweep():
    shown, left = painted(Painter(), view_of("spin_pair"))
    sizes = [size for _, size, _ in shown]
    assert sizes == sorted(sizes)
    assert sizes[-1] == 41
    assert [final for _, _, final in shown] == [False] * (len(shown) - 1) + [True]
    assert left is None
    wanted = qs.sweep(
        "spin_pair",
        {"epsilon": np.linspace(0, 0.1, 41), "detuning": np.linspace(-2, 2, 41)},
        "synchronization",
    )
    np.testing.assert_array_equal(shown[-1][0].synchronization, wanted.synchronization)


def test_while_the_hand_moves_one_map_is_shown_which_is_quick():
    painter = Painter()
    view = view_of("spin_pair")
    painted(painter, view)
    painter.seconds = {6: 0.001, 11: 0.9 * AT_ONCE, 21: 2 * AT_ONCE, 41: 1.0}
    (shown,), _ = painted(painter, view, moving=True)
    assert shown[1:] == (11, False)


def test_a_finer_map_that_takes_too_long_is_left_to_a_wish():
    painter = Painter()
    view = view_of("spin_pair")
    painted(painter, view)
    painter.seconds = {6: MOST_SECONDS / 4}

    class Slow(Painter):
        def predicted(self, size, view):
            return 0.0 if size <= 6 else 2 * MOST_SECONDS

    shown, left = painted(Slow(), view)
    assert [size for _, size, _ in shown] == [6]
    assert left == 2 * MOST_SECONDS
    shown, left = painted(Slow(), view, patient=True)
    assert shown[-1][1:] == (41, True)
    assert left is None


def test_a_newer_wish_ends_a_map_between_its_pieces():
    def slow(epsilon=0.1, detuning=0.0):
        time.sleep(0.02)
        return qs.models.spin_pair(epsilon=float(epsilon), detuning=float(detuning))

    calls = []

    def check():
        calls.append(1)
        raise SupersededError

    with pytest.raises(SupersededError):
        painted(Painter(), view_of(slow, size=11), check=check)
    assert len(calls) == 1


def test_points_that_fail_are_marked_and_nothing_is_warned():
    # Both warnings are errors here.
    shown, _ = painted(Painter(), view_of("spin_pair", fixed={"gain_a": 0.0, "damping_a": 0.0}))
    assert "failed" in shown[-1][0]
