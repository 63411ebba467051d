"""The central spin and its two chains: exact-spin numbers, conservation, bosons, refusals."""

import json
import re

import numpy as np
import pytest
from places import TESTS

import quantsync as qs
from quantsync.errors import (
    DimensionError,
    InvalidArgumentError,
    OutOfMemoryError,
)
from quantsync.models import central_spin_chains, follow_chains, holstein_primakoff_errors
from quantsync.models._collective_spins import CHAINS

FILE = TESTS / "reference" / "ghildiyal2024.json"
EXACT = [
    entry
    for entry in json.loads(FILE.read_text(encoding="utf-8"))["numbers"]
    if entry["id"].startswith("exact_")
]
TIMES = np.linspace(0, 60, 601)
START = (0.6, -0.3, 0.2, 0.4)


@pytest.mark.parametrize("entry", EXACT, ids=lambda e: e["id"])
def test_exact_spins(entry):
    count = int(re.findall(r"N(\d+)", entry["id"])[0])
    path = follow_chains((count, count), TIMES)
    k = int(np.searchsorted(TIMES, 10.0))
    want = entry["value"]
    got = {
        "n1_t10": path.quanta[k, 0],
        "n2_t10": path.quanta[k, 1],
        "a1abs_t10": abs(path.amplitude[k, 0]),
        "sz_min": path.sigma_z.min(),
    }
    for name, value in want.items():
        assert abs(got[name] - value) < 1e-11, name


@pytest.mark.parametrize(
    ("spins", "table"),
    [(5, (0.0028, 0.073)), (10, (0.0010, 0.065)), (20, (0.0005, 0.056))],
)
def test_errors_of_holstein_and_primakoff(spins, table):
    """To the digits of the table."""
    for got, want, digits in zip(holstein_primakoff_errors(spins), table, (4, 3), strict=True):
        assert round(got, digits) == want


def spin_start(system, counts):
    """Density matrix of spin-coherent chains and a mixed central spin, by rotations."""
    space = system.space
    down = qs.basis_state(space, central=0.5, A=-counts[0] / 2, B=-counts[1] / 2)
    turn = space.identity.toarray()
    for j, name in enumerate(CHAINS):
        beta = (START[2 * j] + 1j * START[2 * j + 1]) / np.sqrt(2)
        theta = np.arcsin(2 * abs(beta) / np.sqrt(counts[j]))
        axis = np.exp(1j * np.angle(beta)) * space[name].plus.toarray()
        energies, modes = np.linalg.eigh(1j * (axis - axis.conj().T) / 2)
        turn = (modes * np.exp(-1j * theta * energies)) @ modes.conj().T @ turn
    up = turn @ down @ turn.conj().T
    flip = (space["central"].plus + space["central"].minus).toarray()
    return 0.45 * up + 0.55 * flip @ up @ flip


@pytest.mark.parametrize("weight", [0.0, 0.6])
def test_the_lindbladian_gives_the_same_averages(weight):
    counts = (3, 2)
    system = central_spin_chains(*counts, weight=weight)
    times = np.linspace(0, 4, 5)
    rho = qs.evolve(system, spin_start(system, counts), times).rho
    path = follow_chains(counts, times, start=START, weight=weight)

    def average(operator):
        return np.einsum("tij,ji->t", rho, operator.toarray())

    space = system.space
    np.testing.assert_allclose(average(2 * space["central"].z), path.sigma_z, atol=1e-10)
    for j, name in enumerate(CHAINS):
        n = average(space[name].z) + counts[j] / 2
        np.testing.assert_allclose(n, path.quanta[:, j], atol=1e-10)
        a = average(space[name].minus) / np.sqrt(counts[j])
        np.testing.assert_allclose(a, path.amplitude[:, j], atol=1e-10)
    np.testing.assert_allclose(
        path.amplitude[0], np.array([START[0] + 1j * START[1], START[2] + 1j * START[3]]) / 2**0.5
    )


@pytest.mark.parametrize("representation", ["spins", "holstein_primakoff"])
def test_excitations_are_conserved(representation):
    path = follow_chains((6, 4), TIMES[:50], start=START, weight=0.5, representation=representation)
    total = path.quanta.sum(axis=1) + path.sigma_z / 2
    np.testing.assert_allclose(total, total[0], atol=1e-12)
    assert np.ptp(path.quanta[:, 0]) > 0.01


def test_two_spins_exchange_as_they_must():
    """N = 1, one chain, Heisenberg coupling g sigma . J: singlet and triplet are 2 g apart."""
    space = central_spin_chains(1, 1).space
    system = central_spin_chains(
        1, 1, coupling_1=0.7, coupling_2=0, frequency_1=0, frequency_2=0, central_frequency=0
    )
    levels = np.linalg.eigvalsh(system.hamiltonian())
    np.testing.assert_allclose(levels, 0.7 / 2 * np.array([-3, -3, 1, 1, 1, 1, 1, 1]), atol=1e-12)
    times = np.linspace(0, 3, 7)
    start = qs.basis_state(space, central=0.5, A=-0.5, B=-0.5)
    rho = qs.evolve(system, start, times).rho
    flipped = np.einsum("tij,ji->t", rho, space["A"].z.toarray()).real + 0.5
    np.testing.assert_allclose(flipped, np.sin(0.7 * times) ** 2, atol=1e-10)


def test_the_coupled_spins_of_a_chain():
    """H_B of Eq. (2) for two spins: lambda^2 omega/2N (sx sx + sy sy) + omega/2N (sz + sz)."""
    lam = 0.6
    values = {"coupling_1": 0, "coupling_2": 0, "frequency_2": 0, "central_frequency": 0}
    found = central_spin_chains(2, 1, weight=lam, **values).hamiltonian()
    levels = np.unique(np.linalg.eigvalsh(found).round(12))
    # Symmetric states of two spins: both up, one up, both down.
    np.testing.assert_allclose(levels, [-0.5, lam**2 / 2, 0.5], atol=1e-9)


def test_damping_empties_the_chains():
    system = central_spin_chains(2, 2, linear_damping=0.3)
    rho = qs.evolve(system, spin_start(system, (2, 2)), [0.0, 200.0]).rho
    n = [np.trace(rho[-1] @ system.space[c].z.toarray()).real + 1 for c in CHAINS]
    np.testing.assert_allclose(n, 0, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "kind", "says"),
    [
        ({"spins": (0, 2)}, InvalidArgumentError, "`spins` must be a whole number >= 1, but is 0"),
        ({"spins": (2.5, 2)}, InvalidArgumentError, "whole number"),
        ({"start": (3, 0, 0, 0)}, InvalidArgumentError, r"sqrt\(N\)/2 = 0.866"),
        ({"start": (1, 0)}, DimensionError, r"\(4,\)"),
        ({"sigma_z": -1.5}, InvalidArgumentError, "-1.5"),
        ({"representation": "bosons"}, InvalidArgumentError, "'bosons'"),
        ({"spins": 3}, DimensionError, "two numbers of spins, but is 3"),
        ({"start": "rest"}, InvalidArgumentError, "`start` must be a real number or array"),
        ({"spins": (60, 60)}, OutOfMemoryError, "7442 dimensions"),
    ],
)
def test_bad_input(arguments, kind, says):
    with pytest.raises(kind, match=says):
        follow_chains(arguments.pop("spins", (3, 3)), [1.0], **arguments)


def test_negative_damping():
    with pytest.raises(InvalidArgumentError, match="`linear_damping` must be >= 0"):
        central_spin_chains(2, 2, linear_damping=-1)
