"""Bosons by Eq. (4) as printed: what they conserve, and how far they are from the spins."""

import numpy as np

from quantsync.papers.ghildiyal2024.printed import follow_printed_bosons, printed_error

TIMES = np.linspace(0, 60, 601)


def test_excitations_are_conserved():
    path = follow_printed_bosons((6, 4), TIMES[:50], start=(0.6, -0.3, 0.2, 0.4), weight=0.5)
    total = path.quanta.sum(axis=1) + path.sigma_z / 2
    np.testing.assert_allclose(total, total[0], atol=1e-12)
    assert np.ptp(path.quanta[:, 0]) > 0.01


def test_they_are_off_by_a_third_of_the_signal():
    assert [round(printed_error(N, TIMES, start=(0.5, 0, 0, 0)), 3) for N in (5, 10)] == [
        0.052,
        0.054,
    ]
