"""Wigner functions: overlaps, marginals, limits, QuTiP and mpmath as oracles, and the cut-off."""

import warnings

import mpmath
import numpy as np
import pytest
import qutip
from numpy.testing import assert_allclose

import quantsync as qs
from quantsync.errors import (
    BroadcastError,
    InvalidArgumentError,
    NonFiniteError,
    OutOfMemoryError,
    TruncationWarning,
    UnknownNameError,
)
from quantsync.measures._phase_space import recurrence
from quantsync.measures.wigner import tensor_elements

SPIN_SIZES = [1 / 2, 1, 3 / 2, 5]
PLACES = np.array([0, 0.6 + 0.5j, -1.1 + 0.2j, 2.5j, -0.3 - 1.6j, 4.0])


def mode(levels):
    return qs.Space(M=qs.Fock(levels, finite=True))


def spin(size):
    return qs.Space(A=qs.Spin(size))


def dimension(size):
    return round(2 * size + 1)


def coherent(levels, alpha):
    """A coherent state, normalised on so many levels."""
    ratios = alpha / np.sqrt(np.arange(1, levels))
    psi = np.cumprod(np.concatenate([[1.0], ratios])) * np.exp(-(abs(alpha) ** 2) / 2)
    psi = psi / np.linalg.norm(psi)
    return np.outer(psi, psi.conj())


def plane(reach=7.0, points=161):
    """Places of a grid and the area of a cell: for functions that vanish at its border."""
    line = np.linspace(-reach, reach, points)
    return line + 1j * line[:, None], (line[1] - line[0]) ** 2


def sphere(points):
    """Angles and weights of a quadrature over the unit sphere."""
    cosines, polar = np.polynomial.legendre.leggauss(points)
    phi = 2 * np.pi * np.arange(2 * points) / (2 * points)
    return np.arccos(cosines)[:, None], phi, polar[:, None] * np.pi / points


# -- modes


@pytest.mark.parametrize("function", [qs.wigner, qs.husimi])
def test_functions_of_modes_are_normalised(function, random_states):
    rho = random_states(1, 8, (3,))
    places, cell = plane()
    values = function(rho, mode(8), alpha=places)
    assert values.shape == (3, *places.shape)
    assert_allclose(values.sum(axis=(1, 2)) * cell, 1, atol=1e-12)


def test_overlaps_of_modes_are_those_of_their_wigner_functions(random_states):
    rho, sigma = random_states(2, 8, rank=2), random_states(3, 8, rank=1)
    places, cell = plane()
    a, b = qs.wigner([rho, sigma], mode(8), alpha=places)
    overlap = np.trace(rho @ sigma).real
    assert np.pi * (a * b).sum() * cell == pytest.approx(overlap, abs=1e-12)
    assert np.pi * (a**2).sum() * cell == pytest.approx(qs.purity(rho), abs=1e-12)


def test_wigner_function_at_the_origin_is_the_parity(random_states):
    rho = random_states(4, 9)
    parity = np.sum(np.diag(rho).real * (-1.0) ** np.arange(9))
    assert qs.wigner(rho, mode(9), alpha=0.0) == pytest.approx(2 / np.pi * parity, abs=1e-15)


@pytest.mark.parametrize("angle", [0.0, 0.9, np.pi / 2])
def test_marginals_are_the_densities_of_the_quadratures(angle, random_states):
    # Wave functions of x = (a e^{-i angle} + a^dag e^{i angle})/sqrt2: Hermite functions.
    levels = 6
    rho, x = random_states(5, levels), np.array([-1.7, 0.2, 1.0])
    n = np.arange(levels)
    hermite = np.array([np.polynomial.hermite.hermval(x, row) for row in np.eye(levels)])
    norms = np.sqrt(2.0**n * np.sqrt(np.pi) * np.cumprod([1.0, *n[1:]]))
    psi = hermite * np.exp(-(x**2) / 2) / norms[:, None] * np.exp(1j * angle * n)[:, None].conj()
    density = np.einsum("nx,nm,mx->x", psi, rho, psi.conj()).real
    p = np.linspace(-10, 10, 401)
    alpha = (x[:, None] + 1j * p) / np.sqrt(2) * np.exp(1j * angle)
    values = qs.wigner(rho, mode(levels), alpha=alpha)
    assert_allclose(values.sum(axis=1) * (p[1] - p[0]) / 2, density, atol=1e-13)


def test_functions_of_a_coherent_state_are_gaussians():
    alpha = 1.2 - 0.7j
    rho = coherent(50, alpha)
    away = abs(PLACES - alpha) ** 2
    assert_allclose(
        qs.wigner(rho, mode(50), alpha=PLACES), 2 / np.pi * np.exp(-2 * away), atol=2e-15
    )
    assert_allclose(qs.husimi(rho, mode(50), alpha=PLACES), np.exp(-away) / np.pi, atol=1e-15)


def test_functions_of_modes_agree_with_qutip(random_states):
    rho = random_states(6, 12)
    x = np.linspace(-2.5, 2.5, 9)
    places, theirs = x + 1j * x[:, None], qutip.Qobj(rho)
    # QuTiP's default, g = sqrt2, has alpha = (x + i y)/sqrt2 and an integral over dx dy of 1.
    ours = qs.wigner(rho, mode(12), alpha=places)
    assert_allclose(ours, qutip.wigner(theirs, x, x, g=2), atol=1e-13)
    assert_allclose(
        qs.husimi(rho, mode(12), alpha=places), qutip.qfunc(theirs, x, x, g=2), atol=1e-13
    )


def laguerre(m, d, radius):
    """<m|W|m+d> for the Wigner function of |m+d><m|, by mpmath."""
    y = 4 * mpmath.mpf(radius) ** 2
    root = mpmath.sqrt(mpmath.factorial(m) / mpmath.factorial(m + d))
    polynomial = mpmath.laguerre(m, d, y)
    return (
        2
        / mpmath.pi
        * (-1) ** m
        * root
        * y ** (mpmath.mpf(d) / 2)
        * polynomial
        * mpmath.exp(-y / 2)
    )


@pytest.mark.parametrize(("m", "d"), [(0, 0), (199, 0), (120, 7), (40, 159), (0, 199), (99, 100)])
def test_wigner_functions_of_two_hundred_levels_agree_with_mpmath(m, d):
    radius = np.array([0.0, 1e-4, 0.3, 2.0, 7.0, 12.0, 14.5, 18.0, 22.0, 25.0])
    phase = 0.4
    rho = np.zeros((200, 200), complex)
    rho[m, m] += 0.5
    rho[m + d, m + d] += 0.5
    if d:
        rho[m + d, m] = rho[m, m + d] = 0.5
    found = qs.wigner(rho, mode(200), alpha=radius * np.exp(1j * phase))
    with mpmath.workdps(60):
        expected = [
            (laguerre(m, 0, r) + laguerre(m + d, 0, r)) / 2
            + (mpmath.cos(d * phase) * laguerre(m, d, r) if d else 0)
            for r in radius
        ]
    assert_allclose(found, [float(value) for value in expected], atol=2e-13)


def test_far_out_a_thousand_levels_do_not_underflow():
    # e^{-2 |alpha|^2}, from which the recurrence starts, is 1e-800 here.
    rho = coherent(1200, 30.0 + 5.0j)
    found = qs.wigner(rho, mode(1200), alpha=30.4 + 5.1j)
    assert found == pytest.approx(2 / np.pi * np.exp(-2 * 0.17), abs=1e-10)
    assert qs.husimi(rho, mode(1200), alpha=30.4 + 5.1j) == pytest.approx(
        np.exp(-0.17) / np.pi, abs=1e-11
    )


def test_beyond_every_level_functions_of_modes_are_zero():
    rho = np.diag([0.9, 0.1, 0, 0, 0])
    for function in (qs.wigner, qs.husimi):
        values = function(rho, mode(5), alpha=[1e3, -1e150j, 1e200])
        assert_allclose(values, 0, atol=0)


def test_a_large_coherent_spin_is_a_function_of_the_angle_to_it():
    size, n = 60, 121
    ket = qs.coherent_state(size, 1.1, 0.4)
    theta, phi = np.linspace(0, np.pi, 9)[:, None], np.linspace(-3, 3, 7)
    along = np.cos(theta) * np.cos(1.1) + np.sin(theta) * np.sin(1.1) * np.cos(phi - 0.4)
    ranks = tensor_elements(n, 0)[0] * np.sqrt((2 * np.arange(n) + 1) / n)
    found = qs.wigner(np.outer(ket, ket.conj()), spin(size), theta, phi)
    assert_allclose(found, np.polynomial.legendre.legval(along, ranks), atol=1e-12)


def test_radial_integrals_give_the_phases_of_their_kind(random_states):
    rho, phi = random_states(7, 7), np.array([-2.0, 0.3, 1.4])
    nodes, weights = np.polynomial.legendre.leggauss(120)
    radius = 4 * (nodes + 1)
    for function, kind in ((qs.husimi, "husimi"), (qs.wigner, "wigner")):
        values = function(rho, mode(7), alpha=radius[:, None] * np.exp(1j * phi))
        marginal = (4 * weights * radius) @ values
        distribution = qs.phase_distribution(rho, mode(7), kind=kind)
        assert_allclose(marginal, distribution.density(phi), atol=1e-12)


# -- spins


@pytest.mark.parametrize("size", SPIN_SIZES)
def test_wigner_functions_of_spins_agree_with_their_definition(size, random_states):
    from scipy.special import sph_harm_y

    n = dimension(size)
    rho = random_states(8, n)
    theta, phi = np.array([0.0, 0.7, 2.3, np.pi]), np.array([0.4, -1.0, 3.0, 0.0])
    expected = np.zeros(4, complex)
    for k in range(n):
        for q in range(-k, k + 1):
            tensor = qs.measures.spherical_tensor(size, k, q)
            expected += np.trace(tensor.T @ rho) * sph_harm_y(k, q, theta, phi)
    expected *= np.sqrt(4 * np.pi / n)
    assert abs(expected.imag).max() < 1e-14
    assert_allclose(qs.wigner(rho, spin(size), theta, phi), expected.real, atol=1e-13)


def test_wigner_function_of_a_spin_half_is_its_bloch_vector(random_states):
    rho, theta, phi = random_states(9, 2), 0.7, 0.4
    x, y, z = 2 * rho[1, 0].real, 2 * rho[1, 0].imag, (rho[0, 0] - rho[1, 1]).real
    along = np.sin(theta) * (np.cos(phi) * x + np.sin(phi) * y) + np.cos(theta) * z
    expected = (1 + np.sqrt(3) * along) / 2
    assert qs.wigner(rho, spin(1 / 2), theta, phi) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("size", [*SPIN_SIZES, 40])
def test_overlaps_of_spins_are_those_of_their_wigner_functions(size, random_states):
    n = dimension(size)
    rho, sigma = random_states(10, n, rank=1), random_states(11, n, rank=2)
    theta, phi, weight = sphere(n + 1)
    a, b = qs.wigner([rho, sigma], spin(size), theta, phi)
    norm = n / (4 * np.pi)
    assert norm * (a * weight).sum() == pytest.approx(1, abs=1e-12)
    overlap = np.trace(rho @ sigma).real
    assert norm * (a * b * weight).sum() == pytest.approx(overlap, abs=1e-12)
    assert norm * (a**2 * weight).sum() == pytest.approx(1, abs=1e-12)


def test_wigner_function_of_a_spin_agrees_with_qutip_up_to_its_missing_factor(random_states):
    rho = random_states(12, 5)
    theta, phi = np.linspace(0, np.pi, 5), np.linspace(-np.pi, np.pi, 7)
    theirs, polar, azimuth = qutip.spin_wigner(qutip.Qobj(rho), theta, phi)
    factor = np.sqrt(4 * np.pi / 5)
    assert_allclose(qs.wigner(rho, spin(2), polar, azimuth), factor * theirs, atol=1e-13)


@pytest.mark.parametrize("size", [1, 7 / 2])
def test_a_turned_spin_has_a_turned_wigner_function(size, random_states):
    rho = random_states(13, dimension(size))
    turn = qutip.Qobj(qutip.jmat(size, "y").full())
    rotation = (-0.6j * turn).expm().full()
    theta, phi = 1.1, 0.8
    n = [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)]
    x, z = np.cos(0.6) * n[0] + np.sin(0.6) * n[2], np.cos(0.6) * n[2] - np.sin(0.6) * n[0]
    turned = qs.wigner(
        rotation @ rho @ rotation.conj().T, spin(size), np.arccos(z), np.arctan2(n[1], x)
    )
    assert turned == pytest.approx(qs.wigner(rho, spin(size), theta, phi), abs=1e-13)


def test_polar_integrals_give_the_phases_of_their_kind(random_states):
    rho, phi = random_states(14, 4), np.array([-2.0, 0.3, 1.4])
    nodes, weights = np.polynomial.legendre.leggauss(60)
    theta = np.pi / 2 * (nodes + 1)
    for function, kind, norm in ((qs.husimi, "husimi", 1), (qs.wigner, "wigner", 4 / (4 * np.pi))):
        values = function(rho, spin(3 / 2), theta[:, None], phi)
        marginal = norm * np.pi / 2 * (weights * np.sin(theta)) @ values
        distribution = qs.phase_distribution(rho, spin(3 / 2), kind=kind)
        assert_allclose(marginal, distribution.density(phi), atol=1e-12)


@pytest.mark.parametrize("size", [20, 41 / 2])
def test_elements_of_tensors_are_orthonormal(size):
    n = dimension(size)
    for q in (0, 1, 7, n - 1):
        elements = tensor_elements(n, q)
        assert_allclose(elements.T @ elements, np.eye(n - q), atol=1e-13)
        assert_allclose(elements @ elements.T, np.eye(n - q), atol=1e-13)


@pytest.mark.parametrize("q", [0, 1, 300, 999])
def test_elements_of_tensors_of_large_spins(q):
    elements = tensor_elements(1001, q)
    assert_allclose(elements @ elements.T, np.eye(1001 - q), atol=1e-11)
    with mpmath.workdps(40):  # <500|T_k^q|500 - q> in closed form, at k = q + 1 where there is one
        for k in {q, min(q + 1, 1000)}:
            f = mpmath.factorial
            square = (2 * k + 1) * f(1000) * f(1000 - q) * f(k + q)
            square /= f(1000 - k) * f(1001 + k) * f(q) * f(k - q)
            assert elements[0, k - q] == pytest.approx(float(mpmath.sqrt(square)), rel=1e-11)


def test_a_spin_of_five_hundred_in_a_dicke_state():
    # q = 0 alone: W = sqrt(4 pi/(2S+1)) sum_k <m|T_k^0|m> Y_k^0, here for m = S and m = S - 1.
    theta = np.array([0.0, 0.03, 0.5, 2.0, np.pi])
    for i in (0, 1, 499):
        rho = np.zeros((1001, 1001))
        rho[i, i] = 1
        found = qs.wigner(rho, spin(500), theta, 0.3)
        legendre = np.polynomial.legendre.legvander(np.cos(theta), 1000)
        k = np.arange(1001)
        expected = legendre @ (tensor_elements(1001, 0)[i] * np.sqrt((2 * k + 1) / 1001))
        assert_allclose(found, expected, atol=1e-11)


def test_a_large_spin_near_its_pole_is_a_mode():
    # Holstein and Primakoff: |S, S - n> is |n>, with |alpha| = sqrt(2S) sin(theta/2).
    size, alpha = 300, np.array([0.0, 0.4, 0.9])
    rho = np.zeros((601, 601))
    rho[1, 1] = 1
    theta = 2 * np.arcsin(alpha / np.sqrt(2 * size))
    photon = qs.wigner(np.diag([0.0, 1, 0, 0]), mode(4), alpha=alpha)
    assert_allclose(qs.wigner(rho, spin(size), theta, 0.0), np.pi * photon, atol=0.02)


# -- sites, places, messages


def test_a_site_of_several_is_named(random_states):
    space = qs.Space(A=qs.Spin(1), M=qs.Fock(3, finite=True))
    rho = random_states(15, 9, (2,))
    mode_of, spin_of = (qs.partial_trace(rho, space, name) for name in "MA")
    for function in (qs.wigner, qs.husimi):
        assert_allclose(
            function(rho, space, alpha=PLACES, site="M"),
            function(mode_of, space.subspace("M"), alpha=PLACES),
            atol=1e-15,
        )
        assert_allclose(
            function(rho, space, 0.3, [0.2, 0.4, 1.0], "A"),
            function(spin_of, space.subspace("A"), 0.3, [0.2, 0.4, 1.0]),
            atol=1e-15,
        )
        with pytest.raises(InvalidArgumentError, match="there are A, M; name one with site="):
            function(rho, space, alpha=PLACES)
    with pytest.raises(InvalidArgumentError, match=r"wigner\(\) is a function of one site"):
        qs.wigner(rho, space, 0.3, 0.2)


@pytest.mark.parametrize("function", [qs.wigner, qs.husimi])
def test_misuse_is_explained(function):
    spins, modes = spin(1), mode(3)
    rho = np.eye(3) / 3
    name = function.__name__
    with pytest.raises(
        InvalidArgumentError, match=rf"`alpha` must be left out.*{name}\(state, the"
    ):
        function(rho, spins, alpha=0.3)
    with pytest.raises(InvalidArgumentError, match="`alpha` must be left out"):
        function(rho, spins, 0.1, 0.2, alpha=0.3)
    with pytest.raises(InvalidArgumentError, match="`theta` and `phi` must both be given"):
        function(rho, spins, 0.3)
    with pytest.raises(InvalidArgumentError, match=rf"has no angles.*{name}\(state, alpha=.*'M'"):
        function(rho, modes, 0.1, 0.2)
    with pytest.raises(InvalidArgumentError, match="has no angles"):
        function(rho, modes, 0.1 + 0.2j, alpha=0.3)
    with pytest.raises(InvalidArgumentError, match="needs places"):
        function(rho, modes)
    with pytest.raises(NonFiniteError, match="`alpha` must be finite"):
        function(rho, modes, alpha=[0.1, np.nan])
    with pytest.raises(InvalidArgumentError, match="`alpha` must be a number"):
        function(rho, modes, alpha="0.3")
    with pytest.raises(UnknownNameError, match="Unknown site 'B'"):
        function(rho, modes, site="B", alpha=0.3)
    with pytest.raises(BroadcastError, match="Angles must broadcast"):
        function(rho, spins, [0.1, 0.2], [0.1, 0.2, 0.3])


def test_shapes_and_empty_arrays(random_states):
    rho = random_states(16, 4, (2, 3))
    alpha = np.linspace(-1, 1, 20).reshape(4, 5) * (1 + 0.3j)
    values = qs.wigner(rho, mode(4), alpha=alpha)
    assert values.shape == (2, 3, 4, 5)
    assert values[1, 2, 3, 1] == pytest.approx(qs.wigner(rho[1, 2], mode(4), alpha=alpha[3, 1]))
    assert qs.wigner(rho, mode(4), alpha=np.zeros((0, 3))).shape == (2, 3, 0, 3)
    assert qs.wigner(rho[:0], mode(4), alpha=alpha).shape == (0, 3, 4, 5)
    assert qs.wigner(rho[0, 0], spin(3 / 2), 0.1, 0.2).shape == ()


def test_places_in_chunks_are_the_same_places(monkeypatch, random_states):
    import quantsync.measures._phase_space as phase_space

    rho = random_states(17, 5, (3,))
    places, _ = plane(2.0, 7)
    whole = qs.wigner(rho, mode(5), alpha=places)
    monkeypatch.setattr(phase_space, "CHUNK", 10)
    assert_allclose(qs.wigner(rho, mode(5), alpha=places), whole, atol=1e-15)


def test_what_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setattr("quantsync.memory.available_memory", lambda: 1e7)
    with pytest.raises(OutOfMemoryError, match="The Wigner function of 1 states at 1000000 places"):
        qs.wigner(np.eye(3) / 3, mode(3), alpha=np.zeros((1000, 1000)))


def test_recurrence_from_numbers_that_are_too_small():
    # p_{j+1} = 2^40 p_j from 2^-2000: nothing is lost until it is large enough to be seen.
    start = np.array([0.5]), np.array([-1999])
    steps = np.ones(52)
    table = recurrence(start, np.array([2.0**40]), 0 * steps, steps, 0 * steps)
    assert table[0] == 0
    assert table[50] == 1.0
    assert table[52] == 2.0**80


# -- the cut-off


def test_places_that_the_cut_off_does_not_support_are_told():
    rho = coherent(10, 3.0)  # 41 % of it would be above
    space = qs.Space(M=qs.Fock(10))
    message = r"mode 'M' matters to its Husimi function: .* 10 levels .* \|alpha\| = 3 have 41%"
    with pytest.warns(TruncationWarning, match=message):
        qs.husimi(rho, space, alpha=[0.0, 3.0])
    with pytest.warns(TruncationWarning, match=r"Wigner function at index \(1,\)"):
        qs.wigner([np.diag([1.0] + 9 * [0]), rho], space, alpha=0.0)
    cat = np.diag(np.diag(coherent(9, 3.0)) * (np.arange(9) % 2 == 0))  # even levels alone
    cat = np.pad(cat / np.trace(cat), (0, 1))
    with pytest.warns(TruncationWarning):
        qs.wigner(cat, space, alpha=0.0)


def test_what_the_levels_hold_has_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        qs.husimi(coherent(10, 3.0), qs.Space(M=qs.Fock(10)), alpha=0.3)  # seen from below alone
        qs.wigner(coherent(10, 3.0), mode(10), alpha=3.0)  # that ladder ends
        qs.wigner(np.diag([1.0, 0.0]), qs.Space(M=qs.Fock(2)), alpha=[0.0, 3.0])
        contained = coherent(30, 1.0)
        for function in (qs.husimi, qs.wigner):
            function(contained, qs.Space(M=qs.Fock(30)), alpha=[0.0, 8.0, 40.0])
        # The top two levels hold 2e-6 here, but levels above them less than 1e-8.
        cold = np.diag(0.01 ** np.arange(4) * 0.99 / (1 - 0.01**4))
        qs.wigner(cold, qs.Space(M=qs.Fock(4)), alpha=0.0)


def test_masked_states_stay_nan_and_cost_nobody_else():
    from quantsync.states import Certified

    rho = np.stack([np.full((4, 4), np.nan), np.diag([0.5, 0.5, 0, 0])])
    for space, places in (
        (qs.Space(M=qs.Fock(4)), {"alpha": [0.0, 1.0]}),
        (spin(3 / 2), {"theta": [0.0, 1.0], "phi": 0.1}),
    ):
        values = qs.wigner(Certified(rho, space), **places)
        assert np.isnan(values[0]).all()
        assert np.isfinite(values[1]).all()


def test_places_that_all_lie_beyond_the_cut_off_are_warned_of():
    space, vacuum = qs.Space(M=qs.Fock(10)), np.diag(np.eye(10)[0])
    for function in (qs.husimi, qs.wigner):
        with pytest.warns(TruncationWarning, match=r"All places lie beyond .* 'M'"):
            assert function(vacuum, space, alpha=[6.0, 8j]) == pytest.approx(0.0, abs=1e-15)
        # Of a picture's corners nobody is told.
        assert function(vacuum, space, alpha=[0.0, 8j])[0] > 0.3
    ladder = qs.Space(M=qs.Fock(10, finite=True))
    assert qs.wigner(vacuum, ladder, alpha=6.0) == pytest.approx(0.0, abs=1e-15)
