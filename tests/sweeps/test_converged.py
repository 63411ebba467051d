"""How many levels a measure needs."""

import numpy as np
import pytest

import quantsync as qs
from quantsync.errors import InvalidArgumentError, LevelsError, OutOfMemoryError, UnknownNameError


def thermal(levels=4, quanta=1.0):
    space = qs.Space(A=qs.Fock(levels))
    a = space["A"]
    return qs.Lindbladian(space, [], [(quanta + 1, a.destroy), (quanta, a.create)])


def squeezed(levels=4, strength=0.15):
    space = qs.Space(A=qs.Fock(levels))
    a = space["A"]
    pair = 1j * (a.destroy @ a.destroy)
    return qs.Lindbladian(space, [(strength, pair + pair.conj().T)], [(1.0, a.destroy)])


def quanta(steady):
    return np.einsum("...nn,n->...", steady.rho, np.arange(steady.space.dimension)).real


def test_a_thermal_mode_needs_the_levels_that_its_tail_says():
    found = qs.converged(thermal, {"quanta": 2.0}, quanta, tolerance=1e-5)
    assert found.values["quanta"] == pytest.approx(2.0, abs=1e-5)
    # Cut at N levels, <n> = 2 - N r^N/(1 - r^N) with r = 2/3.
    error = {n: n * (2 / 3) ** n / (1 - (2 / 3) ** n) for n in range(4, 90)}
    assert error[found.levels] < 2e-5
    least = min(n for n in error if error[n] < 1e-5)
    assert least <= found.levels <= 1.6 * least
    assert [trial.levels for trial in found.history][:3] == [4, 5, 6]
    assert found.history[-1].truncation <= 1e-5


def test_even_and_odd_cutoffs_alternate_and_the_value_is_that_without_one():
    # sinh^2(r)-like: <n> = 2 s^2/(1 - 4 s^2) with H = i s (a^2 - a^dag^2) and loss 1, s = 2 * 0.15.
    found = qs.converged(squeezed, {}, quanta, tolerance=1e-6)
    s = 2 * 0.15
    assert found.values["quanta"] == pytest.approx(2 * s**2 / (1 - 4 * s**2), abs=2e-6)
    steps = np.diff([trial.levels for trial in found.history])
    assert (steps % 2 == 1).all()


def test_an_agreement_by_accident_is_not_enough():
    # The population of the vacuum's coherences vanishes with any number of levels.
    found = qs.converged(thermal, {"quanta": 2.0}, {"zero": lambda s: 0 * s.residual})
    assert found.history[-1].truncation <= 1e-6
    assert found.levels > 30


def test_two_modes_are_raised_together():
    def pair(first=3, second=3):
        space = qs.Space(A=qs.Fock(first), B=qs.Fock(second))
        a, b = space["A"], space["B"]
        jumps = [(1.2, a.destroy), (0.2, a.create), (1.2, b.destroy), (0.2, b.create)]
        return qs.Lindbladian(space, [(0.5, a.create @ b.destroy + b.create @ a.destroy)], jumps)

    found = qs.converged(pair, {}, "purity", levels=["first", "second"], tolerance=1e-4)
    assert found.values["purity"] == pytest.approx(1 / 1.4**2, abs=1e-4)  # thermal, n = 0.2 each


def test_what_never_settles_is_an_error_with_its_history():
    def rising(levels=4):
        space = qs.Space(A=qs.Fock(levels))
        a = space["A"]
        return qs.Lindbladian(space, [], [(1.0, a.destroy), (1.2, a.create)])

    with pytest.raises(LevelsError, match="more gain than loss") as error:
        qs.converged(rising, {}, "purity", max_levels=30)
    assert error.value.history[-1].levels == 30

    def large(levels=4):
        if levels > 9:
            raise OutOfMemoryError("No memory.")
        return thermal(levels)

    with pytest.raises(LevelsError, match="No memory"):
        qs.converged(large, {}, "purity")


def test_arguments_are_checked():
    with pytest.raises(UnknownNameError, match="cutoff"):
        qs.converged(thermal, {}, "purity", levels="cutoff")
    with pytest.raises(InvalidArgumentError, match="`max_levels`"):
        qs.converged(thermal, {"levels": 10}, "purity", max_levels=8)
    with pytest.raises(InvalidArgumentError, match="`tolerance`"):
        qs.converged(thermal, {}, "purity", tolerance=0)
    with pytest.raises(InvalidArgumentError, match="levels"):
        qs.converged(thermal, {"levels": 2.5}, "purity")
