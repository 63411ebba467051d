"""States at any time: against closed forms, steady states and exponentials in 60 digits."""

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose
from systems import random_state, spin_pair

import quantsync as qs
from quantsync.errors import (
    CostError,
    CostWarning,
    InvalidArgumentError,
    LostAccuracyError,
    OutOfMemoryError,
    UnknownArgumentError,
)
from quantsync.lindblad import _large_evolution as large_module
from quantsync.lindblad import evolution as evolution_module

QUBIT = qs.Space(A=qs.Spin(1 / 2))
A = QUBIT["A"]
STATE = np.array([[0.7, 0.1 - 0.2j], [0.1 + 0.2j, 0.3]])
LATE = [1e2, 1e4, 1e8, 1e12, 1e14, 1e16, 1e20, 1e300]
DECADES = 2.0 ** np.arange(-10, 67, 3)


def exact(matrix):
    return mpmath.matrix(matrix.toarray().tolist())


def kron(first, second):
    n, m = first.rows, second.rows
    result = mpmath.zeros(n * m)
    for i, j in zip(*np.nonzero(np.array(first.tolist(), complex)), strict=True):
        result[i * m : (i + 1) * m, j * m : (j + 1) * m] = first[int(i), int(j)] * second
    return result


def precise(system, state, times):
    """States by scaling, Taylor series and squaring in 60 digits, from the operators as given."""
    with mpmath.workdps(60):
        eye = mpmath.eye(system.dimension)
        (row,) = system.coefficient_table()
        row = [mpmath.mpf(float(c)) for c in row]
        energies, jumps = system.terms.hamiltonian, system.terms.jumps
        M = mpmath.zeros(system.dimension**2)
        for c, h in zip(row, map(exact, energies), strict=False):
            M += -1j * c * (kron(h, eye) - kron(eye, h.T))
        for c, jump in zip(row[len(energies) :], map(exact, jumps), strict=True):
            decay = jump.H * jump
            M += c * (kron(jump, jump.conjugate()) - (kron(decay, eye) + kron(eye, decay.T)) / 2)
        norm = float(mpmath.mnorm(M, 1))
        x = mpmath.matrix(np.asarray(state, complex).ravel().tolist())
        states, step, P = [], 0.0, mpmath.eye(len(x))
        for t in times:
            if not 0 < step < t or 2 ** round(np.log2(t / step)) * step != t:
                squarings = max(0, int(np.log2(norm * t))) + 8
                step, short = t, M * mpmath.mpf(float(t)) / mpmath.mpf(2) ** squarings
                P = term = mpmath.eye(len(x))
                for k in range(1, 22):
                    term = term * short / k
                    P = P + term
            else:
                squarings, step = round(np.log2(t / step)), t
            for _ in range(squarings):
                P = P * P
            states.append([complex(z) for z in P * x])
    return np.array(states).reshape(len(times), *np.shape(state))


def exceptional_point():
    """A driven qubit at the drive rate/4 where its modes coalesce: H = (rate/4) Sx."""
    return qs.Lindbladian(QUBIT, [(0.5, A.x)], [(1.0, A.minus)])


def cascade():
    """A ladder with equal rates, whose populations decay in one Jordan block."""
    space = qs.Space(A=qs.Fock(3))
    down = np.diag([1.0, 1.0], 1)
    return qs.Lindbladian(space, [(1.0, space["A"].number)], [(1.0, down)])


def graded():
    """Rates over seven decades, in two directions."""
    return qs.Lindbladian(QUBIT, [(1.0, A.z), (0.3, A.x)], [(1e-7, A.minus), (1e-5, A.z)])


@pytest.mark.parametrize("build", [exceptional_point, cascade, graded])
def test_states_of_all_decades_agree_with_sixty_digits(build):
    system = build()
    state = random_state(np.random.default_rng(0), system.dimension)
    path = qs.evolve(system, state, DECADES)
    off = np.linalg.norm(path.rho - precise(system, state, DECADES), axis=(1, 2))
    assert (off <= path.error).all()
    assert off.max() < 1e-9
    assert path.error.max() < 1e-7
    assert_allclose(np.trace(path.rho, axis1=1, axis2=2), 1, rtol=1e-14)


@pytest.mark.parametrize("seed", range(6))
def test_the_estimated_error_covers_the_error_of_random_systems(seed):
    rng = np.random.default_rng(seed)
    space = qs.Space(A=qs.Fock(2 + seed % 2, finite=True))
    n = space.dimension
    h, jump, other = rng.normal(size=(3, n, n)) + 1j * rng.normal(size=(3, n, n))
    system = qs.Lindbladian(
        space,
        [
            (10.0 ** rng.uniform(-6, 0), h + h.conj().T),
            (10.0 ** rng.uniform(-6, 0), np.diag(h.real[0])),
        ],
        [
            (10.0 ** rng.uniform(-10, 0), jump),
            (10.0 ** rng.uniform(-10, 0), np.diag(np.diag(other))),
        ],
    )
    state, times = random_state(rng, n), 2.0 ** np.arange(-10, 67, 11)
    path = qs.evolve(system, state, times, tolerance=np.inf)
    off = np.linalg.norm(path.rho - precise(system, state, times), axis=(1, 2))
    assert (off <= path.error).all()


def test_populations_of_a_thermal_qubit_stay_at_all_times():
    system = qs.Lindbladian(QUBIT, [(1.0, A.z)], [(1.0, A.minus), (0.5, A.plus)])
    rho = qs.evolve(system, STATE, LATE).rho
    assert_allclose(rho, [np.diag([1 / 3, 2 / 3])] * len(LATE), atol=1e-14)


def test_a_batch_reaches_its_steady_states_and_keeps_them():
    system = spin_pair(np.array([0.0, 0.1, 0.4]), 0.5, (3.0, 1.0, 1.0, 2.0))
    path = qs.evolve(system, np.eye(9) / 9, [1e4, 1e14, 1e20, 1e300])
    steady = qs.steady_state(system).rho
    assert_allclose(path.rho, np.broadcast_to(steady[:, None], path.rho.shape), atol=1e-13)
    assert path.error.max() < 1e-12


def test_a_qubit_at_five_gigahertz_is_followed_for_an_hour():
    system = qs.Lindbladian(QUBIT, [(2e9 * np.pi * 5, A.z), (2e6 * np.pi, A.x)], [(1e4, A.minus)])
    path = qs.evolve(system, np.diag([1.0, 0.0]), [1.0, 3600.0])
    # Bloch equations: the excited population is s/(2 (1 + s)), s the saturation.
    rabi, detuning, rate = 2e6 * np.pi, 2e9 * np.pi * 5, 1e4
    saturation = rabi**2 / 2 / (detuning**2 + rate**2 / 4)
    assert_allclose(path.rho[:, 0, 0].real, saturation / 2 / (1 + saturation), atol=1e-12)
    assert_allclose(np.trace(path.rho, axis1=1, axis2=2), 1, rtol=1e-14)


def test_a_dark_state_survives_for_ever():
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    a, b = space["A"], space["B"]
    system = qs.Lindbladian(space, [(1.0, a.z + b.z)], [(1.0, a.minus + b.minus)])
    singlet = np.array([0, 1, -1, 0]) / np.sqrt(2)
    path = qs.evolve(system, qs.basis_state(space, A=0.5, B=-0.5), LATE)
    assert_allclose(np.einsum("i,tij,j->t", singlet, path.rho, singlet), 0.5, rtol=1e-13)
    assert path.error.max() < 1e-12


def test_a_decay_that_cannot_be_seen_is_no_certain_rest():
    # The strong drive hides the loss, 1e-16 of it: at t = 1e14 it has done something.
    system = qs.Lindbladian(QUBIT, [(0.6, A.x), (0.8, A.z)], [(1e-16, A.minus)])
    start = np.array([[0.9, 0.3], [0.3, 0.1]])  # along the field: at rest without the loss
    assert_allclose(qs.evolve(system, start, [1.0]).rho[0], start, atol=1e-15)
    with pytest.raises(LostAccuracyError, match="rates much slower"):
        qs.evolve(system, start, [1e14])


def test_a_slow_population_decays_at_its_own_rate_beside_a_fast_phase():
    system = qs.Lindbladian(QUBIT, [(1.0, A.z)], [(1e-12, A.minus)])
    path = qs.evolve(system, np.diag([1.0, 0.0]), [1e11, 1e12, 1e13, 1e20])
    assert_allclose(path.rho[:, 0, 0].real, [np.exp(-0.1), np.exp(-1), np.exp(-10), 0], rtol=1e-13)


def test_a_phase_without_damping_is_known_until_rounding_loses_it():
    system = qs.Lindbladian(QUBIT, [(2e9 * np.pi * 5, A.z)])
    still = qs.evolve(system, np.diag([0.7, 0.3]), [1e20])
    assert_allclose(still.rho[0], np.diag([0.7, 0.3]), atol=1e-15)
    assert still.error.max() < 1e-12
    with pytest.raises(LostAccuracyError, match=r"t = 1e\+20 has .* before 1e\+20") as caught:
        qs.evolve(system, STATE, [1e-6, 1e20])
    path = caught.value.result
    assert path.error[0] < 1e-9 < 0.1 < path.error[1]
    assert_allclose(path.rho[0, 0, 1], STATE[0, 1] * np.exp(-1e4j * np.pi), atol=1e-10)
    assert_allclose(np.diagonal(path.rho[1]), [0.7, 0.3], atol=1e-15)


def test_pure_states_stay_pure_without_dissipation():
    space = qs.Space(A=qs.Fock(30, finite=True), B=qs.Spin(1 / 2))
    a, b = space["A"], space["B"]
    system = qs.Lindbladian(
        space, [(1.0, a.number), (0.9, b.z), (0.2, a.create @ b.minus + a.destroy @ b.plus)]
    )
    psi = np.kron(np.ones(30), [1, 1j]) / np.sqrt(60)
    path = qs.evolve(system, np.outer(psi, psi.conj()), [1.0, 1e6, 1e16], tolerance=np.inf)
    assert_allclose(np.einsum("tij,tji->t", path.rho, path.rho), 1, rtol=1e-12)
    assert path.error[0] < 1e-11
    assert path.error[2] > 0.1


def test_a_harmonic_ladder_returns_after_each_period():
    space = qs.Space(A=qs.Fock(60))
    system = qs.Lindbladian(space, [(1.0, space["A"].number)])
    psi = np.ones(60) / np.sqrt(60)
    start = np.outer(psi, psi)
    turns = np.array([0.0, 1.0, 10.0, 1e6])
    assert_allclose(qs.evolve(system, start, 2 * np.pi * turns).rho, [start] * 4, atol=1e-8)


def test_levels_that_a_symmetry_makes_equal_keep_their_phase():
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    a, b = space["A"], space["B"]
    system = qs.Lindbladian(space, [(1.3, a.x @ b.x + a.y @ b.y + a.z @ b.z)])
    psi = np.kron([0.6, 0.8], [0.6, 0.8])  # in the triplet, all of one energy
    path = qs.evolve(system, np.outer(psi, psi), [1e16, 1e300])
    assert_allclose(path.rho, [np.outer(psi, psi)] * 2, atol=1e-13)


def test_coherences_that_oscillate_for_ever_do_so_at_their_frequency():
    system = qs.models.collective_decay_pair()
    state = random_state(np.random.default_rng(2), 4)
    times = np.array([1e2, 1e4, 1e6])
    path = qs.evolve(system, state, times)
    off = np.linalg.norm(path.rho - precise(system, state, times), axis=(1, 2))
    assert (off <= path.error).all()
    assert_allclose(
        path.rho, [qs.peripheral_modes(system).asymptotic_state(state, t) for t in times], atol=1e-8
    )
    with pytest.raises(LostAccuracyError):
        qs.evolve(system, state, [1e20])


def test_expectation_values_are_those_of_the_states():
    system = spin_pair(np.array([0.1, 0.4]), 0.5, (3.0, 1.0, 1.0, 2.0))
    a, b = system.space["A"], system.space["B"]
    given = {"z": a.z, "coherence": a.plus @ b.minus}
    times = np.array([0.0, 0.3, 5.0, 1e5, 1e15])
    state = random_state(np.random.default_rng(1), 9)
    rho = qs.evolve(system, state, times).rho
    path = qs.evolve(system, state, times, observables=given)
    with pytest.raises(InvalidArgumentError, match="only expectation values are kept"):
        path.rho  # noqa: B018
    assert path.expectation["z"].dtype == float
    for name, operator in given.items():
        expected = np.einsum("ij,...ji->...", operator.toarray(), rho)
        assert path.expectation[name].shape == (2, 5)
        assert_allclose(path.expectation[name], expected, atol=1e-14)
    closed = qs.Lindbladian(system.space, [(1.0, a.x), (0.3, b.z @ a.z)])
    rho = qs.evolve(closed, state, times[:4]).rho
    values = qs.evolve(closed, state, times[:4], observables=given).expectation["coherence"]
    expected = np.einsum("ij,...ji->...", given["coherence"].toarray(), rho)
    assert_allclose(values, expected, atol=1e-13)


def test_pieces_of_the_times_do_not_matter(monkeypatch):
    from quantsync.lindblad import _record

    system = graded()
    times = np.concatenate([np.linspace(0, 50, 7), [1e6, 1e9]])
    whole = qs.evolve(system, STATE, times).rho
    monkeypatch.setattr(_record, "BLOCK", 9)
    assert_allclose(qs.evolve(system, STATE, times).rho, whole, atol=1e-15)


def test_systems_of_the_batch_are_picked_by_an_index():
    system = spin_pair(np.array([[0.1, 0.4, 0.5]]), 0.5, (3.0, 1.0, 1.0, 2.0))
    path = qs.evolve(system, np.eye(9) / 9, [0.0, 1.0])
    one = path[0, 2]
    assert_allclose(one.rho, path.rho[0, 2])
    assert one.error.shape == (2,)
    assert [part.rho.shape for part in path[0]] == [(2, 9, 9)] * 3
    assert qs.negativity(path[:, 1], "A").shape == (1, 2)
    values = qs.evolve(system, np.eye(9) / 9, [1.0], observables={"z": system.space["A"].z})
    assert values[0, 1].expectation["z"].shape == (1,)


def test_density_matrices_that_do_not_fit_are_refused_before_any_work():
    space = qs.Space(A=qs.Fock(20), B=qs.Fock(20))
    a, b = space["A"], space["B"]
    system = qs.Lindbladian(space, [(1.0, a.number - b.number)], [(1.0, a.destroy)])
    start = qs.basis_state(space, A=1, B=1)
    with pytest.raises(OutOfMemoryError, match=r"would need .* GB .*; give observables="):
        qs.evolve(system, start, np.linspace(0, 1, 10_000_000))
    path = qs.evolve(system, start, np.linspace(0, 1, 200), observables={"n": a.number})
    assert_allclose(path.expectation["n"], np.exp(-path.times), rtol=1e-12)


def test_wrong_names_of_arguments_are_told():
    system = exceptional_point()
    with pytest.raises(UnknownArgumentError, match="no argument `time`; did you mean `times`"):
        qs.evolve(system, STATE, time=[1.0])
    with pytest.raises(InvalidArgumentError, match="`times` of evolve"):
        qs.evolve(system, STATE)
    with pytest.raises(InvalidArgumentError, match="`observables` must map names"):
        qs.evolve(system, STATE, [1.0], observables=[A.z])
    with pytest.raises(InvalidArgumentError, match="`tolerance` must be > 0"):
        qs.evolve(system, STATE, [1.0], tolerance=0.0)


@pytest.fixture
def large(monkeypatch):
    """Every sector is a large one."""
    monkeypatch.setattr(evolution_module, "LARGEST_DENSE_EVOLUTION", 0)
    monkeypatch.setattr(evolution_module, "MOST_DENSE_EVOLUTION", 0)
    monkeypatch.setattr(large_module, "CHEAP", 0.02)
    return monkeypatch


def driven_mode(levels, frequency, loss):
    """A driven damped mode stays coherent: its amplitude from the vacuum is known."""
    space = qs.Space(A=qs.Fock(levels))
    a = space["A"]
    system = qs.Lindbladian(
        space, [(frequency, a.number), (0.3, a.create + a.destroy)], [(loss, a.destroy)]
    )
    rate = 1j * frequency + loss / 2
    return system, lambda t: -0.3j / rate * (1 - np.exp(-rate * t))


@pytest.mark.parametrize(("frequency", "loss"), [(1.0, 1.0), (1.0, 1e-2), (100.0, 1.0)])
@pytest.mark.usefixtures("large")
def test_large_sectors_are_followed_for_ever_at_a_bounded_cost(frequency, loss):
    system, amplitude = driven_mode(14, frequency, loss)
    a = system.space["A"]
    times = np.array([0.0, 1.0, 30.0, 1e3, 1e5, 1e12])
    start = qs.basis_state(system.space, A=0)
    path = qs.evolve(system, start, times, observables={"a": a.destroy})
    assert_allclose(path.expectation["a"], amplitude(times), atol=3e-9)
    assert (np.abs(path.expectation["a"] - amplitude(times)) <= 4 * path.error + 1e-9).all()
    rho = qs.evolve(system, start, [1e20]).rho[0]
    assert_allclose(rho, qs.steady_state(system).rho, atol=1e-12)


def test_what_takes_minutes_says_so_and_what_takes_hours_is_refused(large):
    # Undamped coherences beside a damped spin: nothing comes to rest, and dense matrices are off.
    space = qs.Space(A=qs.Fock(6, finite=True), B=qs.Spin(1 / 2))
    a, b = space["A"], space["B"]
    system = qs.Lindbladian(
        space,
        [(30.0, a.number @ a.number), (0.3, a.create + a.destroy), (1.0, b.x)],
        [(1.0, b.minus)],
    )
    start = qs.basis_state(space, A=0, B=0.5)
    large.setattr(large_module, "dense_cost", lambda m: np.inf)
    large.setattr(large_module, "WORTH_A_WORD", 0.1)
    large.setattr(large_module, "VECTORS", 5)
    with (
        pytest.warns(CostWarning, match=r"takes up to .* years"),
        pytest.raises(CostError, match=r"would take some .* years more .*rotating frame"),
    ):
        qs.evolve(system, start, [1e15])
