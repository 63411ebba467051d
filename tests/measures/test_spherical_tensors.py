"""Spherical tensors, phase responses, and the Husimi function that they make up."""

from itertools import product

import array_api_strict as xp
import numpy as np
import pytest
import qutip
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from systems import random_matrix, random_state, random_unitary

import quantsync as qs
from quantsync.errors import DimensionError, InvalidArgumentError, UnknownNameError

SPINS = [1 / 2, 1, 3 / 2, 2]
spins = pytest.mark.parametrize("spin", SPINS)
few = settings(derandomize=True, deadline=None, max_examples=20)
seeds = st.integers(0, 2**32 - 1)


def tensors(spin):
    """All T_k^q by (k, q)."""
    ranks = range(round(2 * spin) + 1)
    return {
        (k, q): qs.measures.spherical_tensor(spin, k, q) for k in ranks for q in range(-k, k + 1)
    }


def one_spin(spin):
    return qs.Space(A=qs.Spin(spin))


def moments(rho, space, site):
    """<T_k^q> of one spin for q >= 0, by (k, q)."""
    ranks = range(round(2 * space.sites[site].size) + 1)
    return {
        (k, q): qs.measures.spherical_moment(rho, space, site, k, q)
        for k in ranks
        for q in range(k + 1)
    }


@pytest.mark.parametrize("spin", [*SPINS, 5 / 2, 5, 10])
def test_the_tensors_are_an_orthonormal_basis(spin):
    matrix = np.array([T.ravel() for T in tensors(spin).values()])
    assert len(matrix) == (2 * spin + 1) ** 2
    assert_allclose(matrix @ matrix.T, np.eye(len(matrix)), atol=1e-11)


@pytest.mark.parametrize("spin", [25, 40])
def test_tensors_of_large_spins_keep_their_accuracy(spin):
    ranks = range(2 * spin + 1)
    matrix = np.array([np.diag(qs.measures.spherical_tensor(spin, k, 0)) for k in ranks])
    assert_allclose(matrix @ matrix.T, np.eye(len(matrix)), atol=1e-11)


@spins
def test_the_tensors_are_clebsch_gordan_coefficients(spin):
    m = np.arange(spin, -spin - 1, -1)
    for (k, q), T in tensors(spin).items():
        for (i, row), (j, column) in product(enumerate(m), enumerate(m)):
            # Wigner and Eckart: <m'|T_k^q|m> = sqrt((2k+1)/(2S+1)) <S m; k q|S m'>.
            expected = qutip.clebsch(spin, k, spin, column, q, row)
            expected *= np.sqrt((2 * k + 1) / (2 * spin + 1))
            assert T[i, j] == pytest.approx(expected, abs=1e-14)


def test_the_tensors_of_a_spin_one_as_they_are_printed():
    s = qs.Spin(1).operators()
    plus, z = s["plus"], s["z"]
    assert_allclose(qs.measures.spherical_tensor(1, 0, 0), np.eye(3) / np.sqrt(3), atol=1e-15)
    assert_allclose(qs.measures.spherical_tensor(1, 1, 1), -plus / 2, atol=1e-15)
    assert_allclose(qs.measures.spherical_tensor(1, 1, 0), z / np.sqrt(2), atol=1e-15)
    assert_allclose(qs.measures.spherical_tensor(1, 1, -1), plus.T / 2, atol=1e-15)
    assert_allclose(qs.measures.spherical_tensor(1, 2, 2), plus @ plus / 2, atol=1e-15)
    assert_allclose(qs.measures.spherical_tensor(1, 2, 1), -(plus @ z + z @ plus) / 2, atol=1e-15)
    assert_allclose(
        qs.measures.spherical_tensor(1, 2, 0), np.diag([1, -2, 1]) / np.sqrt(6), atol=1e-15
    )
    assert_allclose(qs.measures.spherical_tensor(1 / 2, 1, 1), [[0, -1], [0, 0]], atol=1e-15)


@pytest.mark.parametrize("spin", [*SPINS, 5])
def test_the_tensors_obey_the_commutators_that_define_them(spin):
    s, table = qs.Spin(spin).operators(), tensors(spin)
    for (k, q), T in table.items():
        zero = np.zeros_like(T)
        for step, name in ((1, "plus"), (-1, "minus")):
            change = s[name] @ T - T @ s[name]
            expected = np.sqrt(k * (k + 1) - q * (q + step)) * table.get((k, q + step), zero)
            assert_allclose(change, expected, atol=1e-12)
        assert_allclose(s["z"] @ T - T @ s["z"], q * T, atol=1e-13)
        assert_allclose(table[k, -q], (-1) ** q * T.conj().T, atol=1e-15)


def test_tensors_are_given_as_copies_without_minus_zeros():
    qs.measures.spherical_tensor(1, 1, 1)[:] = 7.0
    T = qs.measures.spherical_tensor(1, 1, 1)
    assert_allclose(T, -qs.Spin(1).operators()["plus"] / 2, atol=1e-15)
    assert not np.signbit(T[T == 0]).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, 3, 0), r"`k` must be .* from 0 to 2, but is 3: Spin\(1\) has no"),
        ((1, -1, 0), "`k` must be a whole number from 0 to 2, but is -1"),
        ((1, 1, 2), "`q` must be a whole number from -1 to 1, but is 2"),
        ((1, 1, -2), "`q` must be a whole number from -1 to 1, but is -2"),
        ((1, 1.5, 0), r"`k` must be a whole number .* but is 1\.5"),
        ((1, 1, 0.5), r"`q` must be a whole number .* but is 0\.5"),
        ((1, True, 0), "`k` must be a whole number .* but is True"),
        ((0.7, 1, 0), r"1/2, 1, 3/2, \.\.\., but is 0\.7"),
    ],
)
def test_tensors_that_do_not_exist_are_refused(arguments, message):
    with pytest.raises(InvalidArgumentError, match=message):
        qs.measures.spherical_tensor(*arguments)


def test_moments_are_expectation_values_on_the_whole_space(random_states):
    space = qs.Space(A=qs.Spin(1), M=qs.Fock(3), B=qs.Spin(3 / 2))
    rho = random_states(30, 36, (2, 3))
    for site, spin in (("A", 1), ("B", 3 / 2)):
        for (k, q), T in tensors(spin).items():
            full = space.embed(site, T).toarray()
            found = qs.measures.spherical_moment(rho, space, site, k, q)
            assert found.shape == (2, 3)
            assert_allclose(found, np.trace(full @ rho, axis1=-2, axis2=-1), atol=1e-14)
    for site, name in (("A", "plus"), ("B", "plus"), ("M", "create")):
        full = getattr(space[site], name).toarray()
        expected = np.trace(full @ rho, axis1=-2, axis2=-1)
        assert_allclose(qs.phase_response(rho, space, site), expected, atol=1e-14)
    modes = qs.Space(M=qs.Fock(3), N=qs.Fock(12))
    lowering = modes["M"].destroy.toarray()
    expected = np.trace(lowering @ rho, axis1=-2, axis2=-1)
    assert_allclose(qs.phase_response(rho, modes, "M"), expected, atol=1e-14)


def test_the_phase_response_of_a_coherent_state_points_along_its_phase():
    for spin, phi in product(SPINS, (0.0, 0.7, -2.5)):
        psi = qs.coherent_state(spin, 1.1, phi)
        found = qs.phase_response(np.outer(psi, psi.conj()), one_spin(spin), "A")
        assert found == pytest.approx(spin * np.sin(1.1) * np.exp(1j * phi), abs=1e-14)


@few
@given(seeds, st.sampled_from(SPINS), st.floats(-3, 3), st.floats(-3, 3))
def test_moments_are_linear_in_operators_that_are_no_states(seed, spin, c, d):
    rng = np.random.default_rng(seed)
    space = qs.Space(A=qs.Spin(spin), B=qs.Spin(1 / 2))
    X, Y = random_matrix(rng, space.dimension), random_matrix(rng, space.dimension)
    k = rng.integers(0, int(2 * spin) + 1)
    q = rng.integers(-k, k + 1)
    for measure in (
        lambda rho: qs.measures.spherical_moment(rho, space, "A", k, q),
        lambda rho: qs.phase_response(rho, space, "A"),
    ):
        total = measure(c * X + 1j * d * Y)
        assert total == pytest.approx(c * measure(X) + 1j * d * measure(Y), abs=1e-12)


@few
@given(seeds, st.sampled_from(SPINS), st.floats(-7, 7))
def test_a_turn_about_z_multiplies_moments_by_phases(seed, spin, angle):
    rng = np.random.default_rng(seed)
    space = one_spin(spin)
    rho = random_state(rng, space.dimension)
    phase = np.exp(-1j * angle * space.sites["A"].labels)
    turned = phase[:, None] * rho * phase.conj()
    for k, q in tensors(spin):
        expected = np.exp(1j * q * angle) * qs.measures.spherical_moment(rho, space, "A", k, q)
        assert qs.measures.spherical_moment(turned, space, "A", k, q) == pytest.approx(
            expected, abs=1e-13
        )
    expected = np.exp(1j * angle) * qs.phase_response(rho, space, "A")
    assert qs.phase_response(turned, space, "A") == pytest.approx(expected, abs=1e-13)


@few
@given(seeds, st.sampled_from(SPINS))
def test_a_turn_about_any_axis_keeps_what_each_rank_weighs(seed, spin):
    rng = np.random.default_rng(seed)
    space, s = one_spin(spin), qs.Spin(spin).operators()
    rho = random_state(rng, space.dimension)
    axis = rng.normal(size=3)
    energies, states = np.linalg.eigh(axis[0] * s["x"] + axis[1] * s["y"] + axis[2] * s["z"])
    U = (states * np.exp(-1j * energies)) @ states.conj().T
    for k in range(int(2 * spin) + 1):
        first, second = (
            np.array([qs.measures.spherical_moment(x, space, "A", k, q) for q in range(-k, k + 1)])
            for x in (rho, U @ rho @ U.conj().T)
        )
        assert np.linalg.norm(first) == pytest.approx(np.linalg.norm(second), abs=1e-13)


@few
@given(seeds, st.sampled_from(SPINS))
def test_moments_of_a_state_determine_it(seed, spin):
    rng = np.random.default_rng(seed)
    space = one_spin(spin)
    rho = random_state(rng, space.dimension)
    found = {key: qs.measures.spherical_moment(rho, space, "A", *key) for key in tensors(spin)}
    assert_allclose(
        sum(np.conj(found[key]) * T for key, T in tensors(spin).items()), rho, atol=1e-14
    )
    assert qs.purity(rho) == pytest.approx(sum(abs(t) ** 2 for t in found.values()))
    for k, q in found:
        assert found[k, -q] == pytest.approx((-1) ** q * np.conj(found[k, q]), abs=1e-15)


@few
@given(seeds, st.floats(-7, 7))
def test_the_phase_distribution_of_a_spin_half_is_its_phase_response(seed, phi):
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1))
    rho = random_state(np.random.default_rng(seed), 6)
    response = qs.phase_response(rho, space, "A")
    distribution = qs.phase_distribution(rho, space, "A")
    expected = np.real(response * np.exp(-1j * phi)) / 4
    assert distribution.density(phi) - 1 / (2 * np.pi) == pytest.approx(expected, abs=1e-14)
    assert distribution.maximum == pytest.approx(abs(response) / 4, abs=1e-14)
    assert_allclose(np.exp(1j * distribution.location), response / abs(response), atol=1e-6)


@few
@given(seeds, st.sampled_from(SPINS))
def test_the_expansion_is_the_husimi_function(seed, spin):
    rng = np.random.default_rng(seed)
    space = qs.Space(B=qs.Spin(1 / 2), A=qs.Spin(spin))
    rho = random_state(rng, space.dimension)
    theta, phi = rng.uniform(0, np.pi, (3, 4)), rng.uniform(-np.pi, np.pi, 4)
    found = qs.measures.husimi_from_moments(moments(rho, space, "A"), spin, theta, phi)
    assert found.shape == (3, 4)
    assert_allclose(found, qs.husimi(rho, space, theta, phi, "A"), atol=1e-14)


@pytest.mark.parametrize("spin", [5 / 2, 10])
def test_the_expansion_of_larger_spins_is_the_husimi_function(spin):
    rng, space = np.random.default_rng(31), one_spin(spin)
    rho = random_state(rng, space.dimension)
    theta, phi = rng.uniform(0, np.pi, 5), rng.uniform(-np.pi, np.pi, 5)
    found = qs.measures.husimi_from_moments(moments(rho, space, "A"), spin, theta, phi)
    assert_allclose(found, qs.husimi(rho, space, theta, phi), atol=1e-11)


def test_the_expansion_of_a_huge_spin_is_finite():
    value = qs.measures.husimi_from_moments({(0, 0): 1 / np.sqrt(101)}, 50, 0.3, 0.2)
    assert value == pytest.approx(1 / (4 * np.pi))


def test_the_expansion_of_a_qubit_and_a_qutrit_as_in_appendix_a(random_states):
    # Eqs. (7) and (A3) of Vaidya et al.: <theta,phi|rho|theta,phi>, Condon and Shortley's P_k^q.
    # Their last term needs Re[...], as all others.
    theta, phi = np.array([0.4, 1.3, 2.6]), np.array([0.2, -1.1, 2.9])
    c, s = np.cos(theta), np.sin(theta)
    P = {(0, 0): 1, (1, 0): c, (2, 0): (3 * c**2 - 1) / 2}
    P |= {(1, 1): -s, (2, 1): -3 * c * s, (2, 2): 3 * s**2}
    weights = {
        1 / 2: {(0, 0): 2**-0.5, (1, 0): 2**-0.5, (1, 1): 1},
        1: {
            (0, 0): 3**-0.5,
            (1, 0): 2**-0.5,
            (2, 0): 6**-0.5,
            (1, 1): 1,
            (2, 1): 1 / 3,
            (2, 2): 1 / 6,
        },
    }
    for spin, weight in weights.items():
        n = int(2 * spin + 1)
        t = moments(random_states(32, n), one_spin(spin), "A")
        bracket = sum(
            weight[k, q] * P[k, q] * np.real(t[k, q] * np.exp(-1j * q * phi)) for k, q in weight
        )
        found = qs.measures.husimi_from_moments(t, spin, theta, phi)
        assert_allclose(found, n / (4 * np.pi) * bracket, atol=1e-15)


def test_the_expansion_puts_batches_before_angles(random_states):
    rho, space = random_states(33, 3, (2, 3)), one_spin(1)
    theta, phi = np.linspace(0.1, 3, 5)[:, None], np.linspace(-2, 2, 4)
    found = qs.measures.husimi_from_moments(moments(rho, space, "A"), 1, theta, phi)
    assert found.shape == (2, 3, 5, 4)
    assert_allclose(found, qs.husimi(rho, space, theta, phi), atol=1e-15)
    assert found[1, 2, 3, 1] == pytest.approx(
        qs.husimi(rho[1, 2], space, theta[3, 0], phi[1]), abs=1e-15
    )


@few
@given(seeds, st.floats(-3, 3))
def test_the_expansion_is_linear_in_corrections(seed, factor):
    rng, space = np.random.default_rng(seed), one_spin(1)
    rho = random_state(rng, 3)
    V = random_unitary(rng, 3)
    change = factor * (V @ rho @ V.conj().T - rho)
    first, second, both = (
        qs.measures.husimi_from_moments(moments(x, space, "A"), 1, 0.8, [0.3, 2.0])
        for x in (rho, change, rho + change)
    )
    assert_allclose(first + second, both, atol=1e-14)


def test_moments_left_out_of_the_expansion_are_zero():
    theta, phi = np.array([0.4, 1.3]), np.array([0.2, -1.1])
    uniform = qs.measures.husimi_from_moments({(0, 0): 3**-0.5}, 1, theta, phi)
    assert_allclose(uniform, 1 / (4 * np.pi), rtol=1e-15)
    wave = qs.measures.husimi_from_moments({(2, 2): 0.3 - 0.4j}, 1, theta, phi)
    expected = 3 / (4 * np.pi) * np.sin(theta) ** 2 / 2
    assert_allclose(wave, expected * np.real((0.3 - 0.4j) * np.exp(-2j * phi)), atol=1e-15)


@pytest.mark.parametrize(
    ("given_moments", "message"),
    [
        ({}, "`moments` is empty"),
        ({(1, -1): 0.1}, "`moments` holds q = -1; give q >= 0"),
        ({(2, 0): 0.1}, r"`k` must be .* from 0 to 1, but is 2: Spin\(1/2\) has no"),
        ({(1, 2): 0.1}, "`q` must be a whole number from -1 to 1, but is 2"),
        ([0.1], r"`moments` must be a mapping of \(k, q\)"),
        ({1: 0.1}, r"pairs \(k, q\) as keys, but has 1"),
        ({(0, 0): None}, r"The moment \(0, 0\) must be a number"),
        ({(0, 0): np.ma.masked_array([0.5], True)}, r"The moment \(0, 0\) must .* masked array"),
        ({(0, 0): [0.5, np.inf]}, r"The moment \(0, 0\) must be finite, but is inf"),
    ],
)
def test_moments_that_do_not_exist_are_refused(given_moments, message):
    with pytest.raises(InvalidArgumentError, match=message):
        qs.measures.husimi_from_moments(given_moments, 1 / 2, 0.1, 0.2)


def test_sites_and_states_that_do_not_fit_are_refused(random_states):
    space, rho = qs.Space(A=qs.Spin(1 / 2), M=qs.Fock(3)), random_states(34, 6)
    with pytest.raises(InvalidArgumentError, match=r"site 'M' is a Fock\(3\)"):
        qs.measures.spherical_moment(rho, space, "M", 1, 1)
    with pytest.raises(InvalidArgumentError, match="from 0 to 1, but is 2"):
        qs.measures.spherical_moment(rho, space, "A", 2, 1)
    for measure in (qs.phase_response, lambda *a: qs.measures.spherical_moment(*a, 1, 1)):
        with pytest.raises(UnknownNameError, match="Unknown site 'X'"):
            measure(rho, space, "X")
        with pytest.raises(UnknownNameError, match=r"Unknown site .*'A'.*Known: A, M"):
            measure(rho, space, ["A"])
        with pytest.raises(DimensionError, match=r"\(\.\.\., 6, 6\)"):
            measure(rho[:4, :4], space, "A")


SPACE = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2), M=qs.Fock(3))
MEASURES = {
    "spherical_moment": lambda rho: qs.measures.spherical_moment(rho, SPACE, "A", 2, 1),
    "phase_response": lambda rho: qs.phase_response(rho, SPACE, "B"),
    "phase_response of a mode": lambda rho: qs.phase_response(rho, SPACE, "M"),
    "husimi_from_moments": lambda rho: qs.measures.husimi_from_moments(
        moments(rho, SPACE, "A"), 1, [0.1, 0.2], 0.3
    ),
    "husimi_from_moments at one point": lambda rho: qs.measures.husimi_from_moments(
        moments(rho, SPACE, "B"), 1 / 2, 0.1, 0.3
    ),
}


@pytest.mark.parametrize("batch", [(), (4,), (2, 3)], ids=str)
@pytest.mark.parametrize("name", MEASURES)
def test_strict_arrays_give_the_numbers_of_numpy(name, batch, random_states):
    rho, measure = random_states(35, 18, batch), MEASURES[name]
    rho.flags.writeable = False
    strict = xp.asarray(rho.copy())
    expected, result = measure(rho), measure(strict)
    assert type(result) is type(strict)
    assert result.shape == np.shape(expected)
    assert_allclose(np.asarray(result), expected, atol=1e-14)
    assert_array_equal(np.asarray(strict), rho)


@pytest.mark.parametrize("name", MEASURES)
def test_real_states_give_the_numbers_of_complex_ones(name, random_states):
    rho, measure = random_states(36, 18, (3,)).real, MEASURES[name]
    expected = measure(rho.astype(complex))
    assert_allclose(measure(rho), expected, atol=1e-14)
    assert_allclose(np.asarray(measure(xp.asarray(rho))), expected, atol=1e-14)
