"""The Husimi function: coherent states, normalisation, orientation, and QuTiP as an oracle."""

import sys

import numpy as np
import pytest
import qutip
import scipy.linalg

import quantsync as qs

SIZES = [1 / 2, 1, 3 / 2, 2, 5]


def sphere(points=40):
    """Angles and weights of a quadrature over the unit sphere."""
    cosines, polar = np.polynomial.legendre.leggauss(points)
    phi = 2 * np.pi * np.arange(points) / points
    theta, phi = np.meshgrid(np.arccos(cosines), phi, indexing="ij")
    return theta, phi, np.broadcast_to(polar[:, None] * 2 * np.pi / points, theta.shape)


@pytest.mark.parametrize("size", SIZES)
def test_coherent_states_are_rotations_of_the_highest_state(size):
    x, y, z = (qutip.jmat(size, axis).full() for axis in "xyz")
    for theta, phi in [(0.7, 0.4), (2.5, -2.0), (np.pi / 2, 3.0), (np.pi, 1.0)]:
        turned = scipy.linalg.expm(-1j * phi * z) @ scipy.linalg.expm(-1j * theta * y)[:, 0]
        ket = qs.coherent_state(size, theta, phi)
        np.testing.assert_allclose(ket, turned, atol=1e-13)
        # It points along (theta, phi): n.S has its largest eigenvalue there.
        along = np.sin(theta) * (np.cos(phi) * x + np.sin(phi) * y) + np.cos(theta) * z
        np.testing.assert_allclose(along @ ket, size * ket, atol=1e-13)


@pytest.mark.parametrize("size", SIZES)
def test_coherent_states_resolve_the_identity(size):
    theta, phi, weight = sphere()
    kets = qs.coherent_state(size, theta, phi)
    assert kets.shape == (40, 40, round(2 * size + 1))
    total = np.einsum("tp,tpi,tpj->ij", weight, kets, kets.conj()) * (2 * size + 1) / (4 * np.pi)
    np.testing.assert_allclose(total, np.eye(round(2 * size + 1)), atol=1e-13)


@pytest.mark.parametrize("size", SIZES)
def test_husimi_function_agrees_with_qutip_up_to_its_missing_normalisation(size, random_states):
    n = round(2 * size + 1)
    rho = random_states(1, n)
    # QuTiP returns <theta,phi|rho|theta,phi> without the factor (2S+1)/(4 pi).
    theirs, theta, phi = qutip.spin_q_function(
        qutip.Qobj(rho), np.linspace(0, np.pi, 7), np.linspace(-np.pi, np.pi, 9)
    )
    ours = qs.husimi(rho, qs.Space(A=qs.Spin(size)), theta, phi)
    np.testing.assert_allclose(ours, n / (4 * np.pi) * theirs, atol=1e-14)


@pytest.mark.parametrize("size", SIZES)
def test_husimi_function_is_a_probability_on_the_sphere(size, random_states):
    rho = random_states(2, round(2 * size + 1), (3,), rank=1)
    theta, phi, weight = sphere()
    q = qs.husimi(rho, qs.Space(A=qs.Spin(size)), theta, phi)
    assert q.shape == (3, 40, 40)
    assert q.min() > -1e-16
    np.testing.assert_allclose((q * weight).sum(axis=(1, 2)), 1, atol=1e-13)


def test_husimi_function_of_a_pair_is_a_probability_on_both_spheres(random_states):
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2))
    rho = random_states(3, 6)
    theta, phi, weight = (array.ravel() for array in sphere(10))
    both_theta, both_phi = (
        np.stack(np.meshgrid(angle, angle, indexing="ij"), axis=-1) for angle in (theta, phi)
    )
    q = qs.husimi(rho, space, both_theta, both_phi)
    assert np.einsum("ij,i,j->", q, weight, weight) == pytest.approx(1, abs=1e-13)
    # One sphere integrated out leaves the Husimi function of the reduced state.
    np.testing.assert_allclose(q @ weight, qs.husimi(rho, space, theta, phi, "A"), atol=1e-14)
    reduced = qs.partial_trace(rho, space, "A")
    alone = qs.husimi(reduced, space.subspace("A"), theta, phi)
    np.testing.assert_allclose(q @ weight, alone, atol=1e-14)


def test_husimi_function_of_a_product_is_the_product(random_states):
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(3 / 2))
    a, b = random_states(4, 3), random_states(5, 4)
    theta, phi = [0.4, 1.9], [-1.2, 2.2]
    separate = qs.husimi(a, space.subspace("A"), 0.4, -1.2) * qs.husimi(
        b, space.subspace("B"), 1.9, 2.2
    )
    assert qs.husimi(np.kron(a, b), space, theta, phi) == pytest.approx(separate, abs=1e-15)


@pytest.mark.parametrize("size", SIZES)
def test_husimi_function_of_a_coherent_state_is_highest_where_it_points(size):
    ket = qs.coherent_state(size, 1.1, -2.0)
    space, rho = qs.Space(A=qs.Spin(size)), np.outer(ket, ket.conj())
    top = (2 * size + 1) / (4 * np.pi)
    assert qs.husimi(rho, space, 1.1, -2.0) == pytest.approx(top)
    assert qs.husimi(rho, space, np.pi - 1.1, np.pi - 2.0) == pytest.approx(0, abs=1e-15)
    # Away from there it falls with cos^{4S} of half the angle.
    assert qs.husimi(rho, space, 1.6, -2.0) == pytest.approx(top * np.cos(0.25) ** (4 * size))


def test_phase_distribution_is_the_husimi_function_integrated_over_the_polar_angle(random_states):
    space = qs.Space(A=qs.Spin(3 / 2))
    rho = random_states(6, 4)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    theta = np.pi / 2 * (nodes + 1)
    phi = np.array([-2.0, 0.3, 1.4])
    q = qs.husimi(rho, space, theta[:, None], phi)
    integrated = np.pi / 2 * (weights * np.sin(theta)) @ q
    np.testing.assert_allclose(integrated, qs.phase_distribution(rho, space).density(phi))


def test_product_of_two_coherent_states_has_the_reference_phases(roulet2018):
    # |theta_A = 1, phi_A = 0.5> x |theta_B = 1.2, phi_B = -0.3>
    ket = np.kron(qs.coherent_state(1, 1.0, 0.5), qs.coherent_state(1, 1.2, -0.3))
    rho, space = np.outer(ket, ket.conj()), qs.Space(A=qs.Spin(1), B=qs.Spin(1))
    numbers = {k: v for k, v in roulet2018["product_coherent_state"].items() if k != "state"}
    relative = qs.relative_phase_distribution(rho, space)
    found = {
        "S_rel(0)": relative.density(0.0) - 1 / (2 * np.pi),
        "S_rel(0.8)=max": relative.maximum,
        "p_A(0.5)": qs.phase_distribution(rho, space, "A").density(0.5) - 1 / (2 * np.pi),
    }
    assert found == {
        name: pytest.approx(float(value), abs=1e-14) for name, value in numbers.items()
    }
    assert relative.location == pytest.approx([0.8], abs=1e-9)


def test_misuse_is_explained():
    space = qs.Space(A=qs.Spin(1), M=qs.Fock(2))
    rho = np.eye(6) / 6
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"site 'M' is a Fock\(2\)"):
        qs.husimi(rho, space, [0.1, 0.2], [0.1, 0.2])
    assert qs.husimi(rho, space, 0.1, 0.2, "A") == pytest.approx(1 / (4 * np.pi))
    pair = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2))
    with pytest.raises(qs.errors.DimensionError, match=r"one entry per site \(2\)"):
        qs.husimi(rho, pair, 0.1, 0.2)
    with pytest.raises(qs.errors.DimensionError, match=r"`rho` must have shape"):
        qs.husimi(np.eye(4) / 4, pair, [0.1, 0.2], 0.1)
    with pytest.raises(qs.errors.UnknownNameError, match="Unknown site 'C'"):
        qs.husimi(rho, pair, 0.1, 0.2, "C")
    assert qs.husimi(rho, space, np.zeros((0, 3)), 0.1, "A").shape == (0, 3)
    for wrong in (0.3j, "0.3", None, np.datetime64("2020-01-01"), np.ma.masked_array([0.3], True)):
        message = "`theta` must be" if wrong is not None else "`theta` and `phi` must both be given"
        with pytest.raises(qs.errors.InvalidArgumentError, match=message):
            qs.husimi(rho, space, wrong, 0.2, "A")
        with pytest.raises(qs.errors.InvalidArgumentError, match="`theta` must be"):
            qs.coherent_state(1, wrong, 0.2)
    with pytest.raises(qs.errors.NonFiniteError, match="`theta` must be finite, but is nan"):
        qs.coherent_state(1, np.nan, 0.0)
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"but is 0\.7"):
        qs.coherent_state(0.7, 0.1, 0.2)


@pytest.mark.parametrize("size", [400, 514, 514.5, 600, 2000])
def test_large_spins_have_coherent_states_too(size):
    space = qs.Space(A=qs.Spin(size))
    mixed = np.eye(round(2 * size) + 1) / (2 * size + 1)
    found = qs.husimi(mixed, space, [0.0, 1.0, np.pi], 0.3)
    np.testing.assert_allclose(found, 1 / (4 * np.pi), rtol=1e-11)


def test_both_ways_to_coherent_states_agree(monkeypatch):
    theta = np.linspace(-7, 7, 29)
    direct = {size: qs.coherent_state(size, theta, 0.3) for size in (1 / 2, 3, 40)}
    monkeypatch.setattr(sys.modules["quantsync.measures.husimi"], "LARGEST_BINOMIAL", 0)
    for size, expected in direct.items():
        np.testing.assert_allclose(qs.coherent_state(size, theta, 0.3), expected, atol=1e-13)
