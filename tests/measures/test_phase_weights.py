"""Weights of the kinds of phase distributions: tables, exact sums of many digits, bounds."""

import mpmath
import numpy as np
import pytest

import quantsync as qs
from quantsync.measures import _phase_weights
from quantsync.measures._phase_weights import phase_weights


def test_weights_of_few_levels():
    root = np.sqrt(np.pi)
    mode, spin = qs.Fock(3), qs.Spin(1)
    tables = {
        (mode, "husimi"): (root / 2, 2**-0.5, 3 * root / 4 / 2**0.5),
        (mode, "wigner"): (root / 2**0.5, 2**0.5, root / 2),
        (spin, "husimi"): (3 * np.pi / 8 / 2**0.5, 0.5, 3 * np.pi / 8 / 2**0.5),
        (spin, "wigner"): (3 * np.pi / 8, 10**0.5 / 2, 3 * np.pi / 8),
        (mode, "phase_states"): (1, 1, 1),
        (spin, "phase_states"): (1, 1, 1),
        (qs.Spin(1 / 2), "wigner"): (3**0.5 * np.pi / 4,),
        (qs.Spin(1 / 2), "husimi"): (np.pi / 4,),
    }
    for (site, kind), expected in tables.items():
        weights = phase_weights(site, kind)
        upper = weights[np.triu_indices(site.dimension, 1)]
        np.testing.assert_allclose(upper, expected, rtol=2e-15, err_msg=f"{kind} of {site}")
        np.testing.assert_array_equal(weights, weights.T)
        np.testing.assert_array_equal(weights.diagonal(), 1)


def exact_wigner_of_spin(size, q, i):
    """The sum over ranks for m = S - i, m' = m - q, with enough digits to recur upwards only."""
    sqrt, mpf = mpmath.sqrt, mpmath.mpf
    x = mpf(size - 1 - 2 * i - q) / 2
    here = sqrt(mpmath.binomial(size - 1 - i, q) * mpmath.binomial(i + q, q))
    here /= sqrt(mpmath.binomial(size + q, 2 * q + 1))
    before, behind, total = mpf(0), mpf(0), mpf(0)
    for k in range(q, size):
        if (k - q) % 2 == 0:
            # int P_k^q(x) dx between -1 and 1, in Gamma functions.
            integral = 2 ** mpf(q - 1) * q * mpmath.gamma(mpf(k) / 2)
            integral *= mpmath.gamma(mpf(k + q + 1) / 2) / mpmath.factorial((k - q) // 2)
            integral /= mpmath.gamma(mpf(k + 3) / 2)
            norm = (2 * k + 1) / (4 * mpmath.pi) * mpmath.factorial(k - q) / mpmath.factorial(k + q)
            total += here * integral * sqrt(norm)
        if k == size - 1:
            break
        ahead = sqrt(
            mpf(((k + 1) ** 2 - q * q) * (size**2 - (k + 1) ** 2)) / (4 * (k + 1) ** 2 - 1)
        )
        here, before = (2 * x * here - behind * before) / ahead, here
        behind = ahead
    return float(sqrt(size * mpmath.pi) * total)


@pytest.mark.parametrize(
    ("size", "elements"),
    [
        (4, [(1, 0), (1, 1), (2, 1), (3, 0)]),
        (32, [(1, 0), (1, 15), (2, 0), (13, 2), (20, 11), (31, 0)]),
        (201, [(1, 0), (1, 99), (7, 30), (100, 0), (100, 50), (199, 1)]),
        (1001, [(1, 0), (2, 450), (500, 3)]),
    ],
)
def test_wigner_weights_of_spins_are_those_of_many_digits(size, elements):
    weights = phase_weights(qs.Spin((size - 1) / 2), "wigner")
    with mpmath.workdps(30 + 3 * size // 4):
        for q, i in elements:
            expected = exact_wigner_of_spin(size, q, i)
            mirrored = size - 1 - i
            for row, column in ((i, i + q), (i + q, i), (mirrored, mirrored - q)):
                assert weights[row, column] == pytest.approx(expected, rel=size * 1e-15, abs=0)


@pytest.mark.parametrize("kind", ["husimi", "wigner"])
def test_weights_of_modes_are_those_of_many_digits(kind):
    weights = phase_weights(qs.Fock(1000), kind)
    with mpmath.workdps(30):
        for n, m in [(0, 1), (3, 40), (199, 198), (100, 160), (999, 998), (999, 800), (0, 999)]:
            gamma, half = mpmath.gamma, mpmath.mpf(1) / 2
            if kind == "husimi":
                exact = gamma(half * (n + m) + 1)
                exact /= mpmath.sqrt(mpmath.factorial(n) * mpmath.factorial(m))
            else:
                low, high = (gamma(x * half + 1) / gamma(x * half + half) for x in sorted((n, m)))
                exact = mpmath.sqrt(high / low if min(n, m) % 2 == 0 else low / high)
            assert weights[n, m] == pytest.approx(float(exact), rel=3e-13, abs=0)
            assert weights[m, n] == weights[n, m]


def test_the_corner_of_a_large_spin_is_a_mode():
    # Holstein and Primakoff: near a pole the sphere is a plane.
    for kind in ("husimi", "wigner"):
        spin = phase_weights(qs.Spin(400), kind)[:6, :6]
        np.testing.assert_allclose(spin, phase_weights(qs.Fock(6), kind), rtol=0.02)


@pytest.mark.parametrize("kind", ["husimi", "phase_states", "wigner"])
@pytest.mark.parametrize(
    "site",
    [qs.Spin(s / 2) for s in (1, 2, 3, 4, 5, 40, 201)] + [qs.Fock(n) for n in (2, 3, 9, 300)],
)
def test_no_state_has_a_resultant_above_1(site, kind):
    # The operator of cos(phi): the circular variance is not negative, of Wigner's kind neither.
    weights = np.diag(phase_weights(site, kind).diagonal(1), 1) / 2
    assert np.linalg.eigvalsh(weights + weights.T)[-1] <= 1
    if kind != "wigner":
        values = np.linalg.eigvalsh(phase_weights(site, kind))
        assert values[0] > -1e-12 * len(values)  # P is nowhere negative


def test_weights_are_kept_and_cannot_be_changed():
    first = phase_weights(qs.Spin(7), "wigner")
    assert phase_weights(qs.Spin(7), "wigner") is first
    assert phase_weights(qs.Fock(4), "husimi") is phase_weights(qs.Fock(4, finite=True), "husimi")
    for kind in _phase_weights.KINDS:
        with pytest.raises(ValueError, match="read-only"):
            phase_weights(qs.Fock(3), kind)[0, 1] = 2
