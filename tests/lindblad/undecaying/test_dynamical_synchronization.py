"""Dynamical synchronization: what oscillates for ever, how strongly, and which signals lock."""

import numpy as np
import pytest
import scipy.sparse as sp
from systems import random_hermitian, random_state

import quantsync as qs
from quantsync.lindblad import dynamical_synchronization

SX2 = {"Sx^2": lambda s: s.x @ s.x}
PAULI = {name: (lambda s, axis=name: 2 * getattr(s, axis)) for name in "xyz"}


@pytest.fixture(scope="module")
def chain():
    return qs.peripheral_modes(qs.models.dephased_chain())


def off_diagonal(array):
    return array[~np.eye(len(array), dtype=bool)]


@pytest.mark.parametrize(("sites", "dimension"), [(2, 2), (3, 6)])
def test_the_chain_locks_at_twice_the_frequency_on_every_site(sites, dimension):
    result = dynamical_synchronization(
        qs.models.dephased_chain(sites=sites), SX2 | {"Sx": "x", "Sz": "z"}
    )
    two = int(np.argmin(np.abs(result.frequencies - 2)))
    assert result.frequencies[two] == pytest.approx(2, rel=1e-12)
    assert result.signals[0] == "Sx^2[A]"
    # W = P 1_{M=1} / (2 dim): one state of dim connects m = 1 and m = -1 of a site.
    np.testing.assert_allclose(result.strength[:sites, two], 1 / (2 * dimension), rtol=1e-10)
    assert (result.strength[sites:] == 0).all()  # neither Sx nor Sz
    assert result.locked[:sites, :sites, two].all()
    np.testing.assert_allclose(result.phase_difference[:sites, :sites, two], 0, atol=1e-10)
    np.testing.assert_allclose(result.amplitude_ratio[:sites, :sites, two], 1, rtol=1e-10)
    assert result.synchronized


def test_only_the_sectors_of_magnetisation_one_oscillate_in_the_chain(chain):
    result = dynamical_synchronization(chain, SX2)
    np.testing.assert_allclose(result.frequencies, [2, 4, 6], rtol=1e-12)
    np.testing.assert_array_equal(result.oscillates, [[True, False, False]] * 3)
    assert np.isnan(result.phase_difference[..., 1:]).all()
    # The mode itself: nothing but |M = 1><M = -1| and back.
    magnetisation = sum(chain.space[name].z for name in chain.space).diagonal().real
    for mode, value in zip(chain.right, chain.eigenvalues, strict=True):
        if abs(abs(value) - 2) < 1e-9:
            rows, columns = np.nonzero(np.abs(mode) > 1e-12)
            assert set(np.abs(magnetisation[rows])) == {1.0}
            np.testing.assert_allclose(magnetisation[rows], -magnetisation[columns])
    # Two sites together reach M = 2.
    pair = chain.space["A"].plus @ chain.space["A"].plus @ chain.space["B"].plus
    pair = pair @ chain.space["B"].plus
    both = dynamical_synchronization(chain, {"pair": pair + pair.conj().T})
    np.testing.assert_array_equal(both.oscillates, [[False, True, False]])


def test_the_chain_of_two_also_oscillates_between_its_dark_states():
    # The singlet of M = 0 against |11> and |-1-1>: out of phase, at 2 omega -+ 2 Delta.
    result = dynamical_synchronization(qs.models.dephased_chain(sites=2, anisotropy=0.3), SX2)
    np.testing.assert_allclose(result.frequencies, [1.4, 2, 2.6, 4], rtol=1e-12)
    np.testing.assert_allclose(
        result.phase_difference[0, 1, :3], [np.pi, 0, np.pi], rtol=1e-10, atol=1e-10
    )


def test_the_collective_pair_oscillates_with_opposite_signs():
    result = dynamical_synchronization(qs.models.collective_decay_pair(), PAULI)
    np.testing.assert_allclose(result.frequencies, [2.4], rtol=1e-12)
    assert result.signals == ("x[A]", "x[B]", "y[A]", "y[B]", "z[A]", "z[B]")
    x_a, x_b, y_a, z_a = 0, 1, 2, 4
    assert result.locked[:4, :4].all()
    assert result.phase_difference[x_a, x_b, 0] == pytest.approx(np.pi)
    assert result.phase_difference[x_b, x_a, 0] == pytest.approx(np.pi)
    assert abs(result.phase_difference[x_a, y_a, 0]) == pytest.approx(np.pi / 2)
    np.testing.assert_allclose(result.amplitude_ratio[:4, :4], 1, rtol=1e-10)
    assert (result.strength[z_a:] == 0).all()
    # <sigma^x_1> = -<sigma^x_2> = sqrt2 Re <v+|rho|v->, at most sqrt2 / 2 for the equal mixture.
    np.testing.assert_allclose(result.strength[:4, 0], np.sqrt(0.5), rtol=1e-8)
    assert "x[B] locks to x[A]: phase difference 3.14159, amplitude ratio 1" in repr(result)


@pytest.mark.parametrize("name", ["chain", "pair"])
def test_late_times_agree_with_the_evolution(name):
    if name == "chain":
        system, observables, late = qs.models.dephased_chain(sites=2), SX2 | {"x": "x"}, 60.0
    else:
        system, observables, late = qs.models.collective_decay_pair(), PAULI, 160.0
    rng = np.random.default_rng(11)
    rho = np.array([random_state(rng, system.dimension) for _ in range(3)])
    result = dynamical_synchronization(system, observables, rho)
    times = late + np.linspace(0, 7, 15)
    evolved = qs.evolve(system, rho, times).rho
    for k, (observable, site) in enumerate(zip(result.observables, result.sites, strict=True)):
        local = system.space[site]
        given = observables[observable]
        operator = (getattr(local, given) if isinstance(given, str) else given(local)).toarray()
        expected = np.einsum("ij,stji->st", operator, evolved).real
        np.testing.assert_allclose(result.expectation(times)[:, k], expected, atol=1e-9)
    assert result.amplitude.shape == (3, len(result.signals), len(result.frequencies))
    assert (result.amplitude <= result.strength + 1e-12).all()
    # Locked pairs keep phase difference and ratio in every one of these states.
    for j, k, f in np.argwhere(result.locked):
        turned = np.exp(1j * (result.phase[:, j, f] - result.phase[:, k, f]))
        expected = np.exp(1j * result.phase_difference[j, k, f])
        np.testing.assert_allclose(turned, expected, atol=1e-7)
        ratio = result.amplitude[:, j, f] / result.amplitude[:, k, f]
        np.testing.assert_allclose(ratio, result.amplitude_ratio[j, k, f], rtol=1e-7)


def test_the_strength_is_reached_by_the_best_state():
    system = qs.models.collective_decay_pair()
    singlet, down = np.array([0, 1, -1, 0]) / np.sqrt(2), np.array([0, 0, 0, 1])
    psi = (singlet + down) / np.sqrt(2)
    result = dynamical_synchronization(system, {"x": "x"}, np.outer(psi, psi))
    np.testing.assert_allclose(result.amplitude, result.strength, rtol=1e-8)
    # Half of what sigma^x has: S^x is sigma^x / 2.
    assert result.strength[0, 0] == pytest.approx(np.sqrt(2) / 4)


def test_free_spins_of_different_frequency_do_not_lock():
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    system = qs.Lindbladian(space, [(1.0, space["A"].z), (1.3, space["B"].z)])
    result = dynamical_synchronization(system, {"x": "x"})
    np.testing.assert_allclose(result.frequencies, [0.3, 1.0, 1.3, 2.3], rtol=1e-12)
    np.testing.assert_array_equal(result.oscillates, [[0, 1, 0, 0], [0, 0, 1, 0]])
    assert not off_diagonal(result.locked).any()
    assert not result.synchronized


def test_equal_free_spins_oscillate_at_one_frequency_without_locking():
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    system = qs.Lindbladian(space, [(1.0, space["A"].z), (1.0, space["B"].z)])
    rng = np.random.default_rng(4)
    states = np.array([random_state(rng, 4) for _ in range(2)])
    result = dynamical_synchronization(system, {"x": "x", "y": "y"}, states)
    assert result.oscillates[:, 0].all()
    np.testing.assert_allclose(result.strength[:, 0], 0.5)
    assert not result.locked[0, 1].any()
    assert np.isnan(result.phase_difference[0, 1]).all()
    assert result.overlap[0, 1, 0] == pytest.approx(0, abs=1e-12)
    assert not result.synchronized
    # The ratio does depend on the state; x and y of one spin lock all the same.
    ratio = result.amplitude[:, 0, 0] / result.amplitude[:, 1, 0]
    assert abs(ratio[0] - ratio[1]) > 1e-2
    assert result.locked[0, 2, 0]
    assert result.phase_difference[0, 2, 0] == pytest.approx(np.pi / 2)  # x leads y: cos and sin
    assert "x[B] locks to x[A]" not in repr(result)


def test_signals_that_share_part_of_their_modes_have_an_overlap_between_0_and_1():
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    a, b = space["A"], space["B"]
    system = qs.Lindbladian(space, [(1.0, a.z + b.z)])
    result = dynamical_synchronization(system, {"one": a.x, "sum": a.x + b.x})
    assert result.sites == ("", "")
    assert result.overlap[0, 1, 0] == pytest.approx(np.sqrt(0.5))
    assert not result.locked[0, 1, 0]


def test_modes_from_a_strong_symmetry_give_the_same():
    system = qs.models.collective_decay_pair()
    swap = np.eye(4)[[0, 2, 1, 3]]
    rho = random_state(np.random.default_rng(0), 4)
    plain = dynamical_synchronization(system, PAULI, rho)
    other = dynamical_synchronization(qs.peripheral_modes(system, swap), PAULI, rho)
    for name in ("strength", "phase_difference", "amplitude_ratio", "amplitude", "mean"):
        np.testing.assert_allclose(getattr(other, name), getattr(plain, name), atol=1e-9)


def test_a_unitary_change_of_the_degenerate_modes_changes_nothing():
    # Dense and degenerate: what is reported belongs to eigenspaces, not to a choice of modes.
    rng = np.random.default_rng(8)
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2))
    energy = space["A"].z + space["B"].z
    system = qs.Lindbladian(space, [(1.0, energy)])
    observable = random_hermitian(rng, 6)
    result = dynamical_synchronization(system, {"O": observable}, random_state(rng, 6))
    # Independent: the part of O between levels of energy difference -omega.
    levels = energy.diagonal().real
    for f, omega in enumerate(result.frequencies):
        gap = levels[:, None] - levels[None, :]
        part = np.where(np.abs(gap - omega) < 1e-9, observable, 0)
        angles = np.linspace(0, 2 * np.pi, 721)
        radius = max(
            np.linalg.eigvalsh(np.exp(1j * t) * part + np.exp(-1j * t) * part.conj().T)[-1]
            for t in angles
        )
        assert result.strength[0, f] == pytest.approx(radius, rel=1e-4)


def test_a_system_that_relaxes_has_nothing_to_show():
    result = dynamical_synchronization(qs.models.driven_pair(drive=0.3), {"x": "x"})
    assert result.frequencies.shape == (0,)
    assert result.strength.shape == (2, 0)
    assert result.locked.shape == (2, 2, 0)
    assert not result.synchronized
    assert "no signal oscillates for ever" in repr(result)
    assert result.to_dataset().sizes["frequency"] == 0


def test_the_dataset_has_names_units_and_numbers(chain):
    states = np.array([np.eye(27) / 27] * 2)
    result = dynamical_synchronization(chain, SX2, states)
    data = result.to_dataset()
    assert data.sizes == {"signal": 3, "partner": 3, "frequency": 3, "state_0": 2}
    assert float(data.strength.sel(signal="Sx^2[B]").isel(frequency=0)) == pytest.approx(1 / 12)
    assert list(data.site.values) == ["A", "B", "C"]
    assert data.phase_difference.attrs["units"] == "rad"
    assert all(variable.attrs["long_name"] for variable in data.data_vars.values())
    np.testing.assert_allclose(result.amplitude, 0, atol=1e-13)
    assert (result.phase[..., 1:] == 0).all()
    np.testing.assert_allclose(result.mean, 2 / 3)  # Tr (Sx)^2 / 3


def test_observables_on_mixed_systems_take_the_sites_that_have_them():
    space = qs.Space(A=qs.Spin(1 / 2), M=qs.Fock(3))
    a, m = space["A"], space["M"]
    system = qs.Lindbladian(space, [(1.0, a.z + m.number)])
    result = dynamical_synchronization(
        system,
        {"x": "x", "q": lambda s: s.destroy + s.create, "n": {"M": "number"}, "z": {"A": a.z}},
    )
    assert result.signals == ("x[A]", "q[M]", "n[M]", "z[A]")
    assert result.oscillates[:, 0].tolist() == [True, True, False, False]


def test_wrong_arguments_are_refused_by_name(chain):
    error = qs.errors
    with pytest.raises(error.InvalidArgumentError, match="observables"):
        dynamical_synchronization(chain, "x")
    with pytest.raises(error.InvalidArgumentError, match="observables"):
        dynamical_synchronization(chain, {})
    with pytest.raises(error.UnknownNameError, match="destroy"):
        dynamical_synchronization(chain, {"a": "destroy"})
    with pytest.raises(error.UnknownNameError, match="'Q'"):
        dynamical_synchronization(chain, {"x": {"Q": "x"}})
    with pytest.raises(error.InvalidArgumentError, match=r"observables\['p'\] on site 'A'"):
        dynamical_synchronization(chain, {"p": "plus"})
    with pytest.raises(error.DimensionError):
        dynamical_synchronization(chain, {"x": np.eye(3)})
    with pytest.raises(error.NonFiniteError):
        dynamical_synchronization(chain, {"x": sp.csr_array(np.full((27, 27), np.nan))})
    with pytest.raises(error.InvalidStateError, match="`state`"):
        dynamical_synchronization(chain, SX2, np.eye(27))
    with pytest.raises(error.InvalidArgumentError, match="system"):
        dynamical_synchronization(np.eye(3), SX2)
    with pytest.raises(error.InvalidArgumentError, match=r"shape \(2,\)"):
        dynamical_synchronization(qs.models.driven_pair(coupling=[0.1, 0.2]), {"x": "x"})
    without = dynamical_synchronization(chain, SX2)
    with pytest.raises(error.InvalidArgumentError, match="pass `state`"):
        without.expectation([0.0])
    with_state = dynamical_synchronization(chain, SX2, np.eye(27) / 27)
    with pytest.raises(error.InvalidArgumentError, match="one-dimensional"):
        with_state.expectation(0.0)
    with pytest.raises(error.NonFiniteError, match="times"):
        with_state.expectation([np.nan])
