"""Time evolution against closed forms, QuTiP, the steady state and the semigroup property."""

import os
import subprocess
import sys

import numpy as np
import pytest
import qutip
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.linalg import expm
from scipy.sparse.linalg import expm_multiply
from systems import (
    CLOSED_FORMS,
    UNEQUAL,
    driven_qubit,
    local_chain,
    random_state,
    random_system,
    spin_pair,
)

import quantsync as qs
from quantsync.errors import (
    BroadcastError,
    DimensionError,
    InvalidArgumentError,
    InvalidStateError,
    NonFiniteError,
    UnknownArgumentError,
)
from quantsync.lindblad import evolution as evolution_module
from quantsync.states import density_matrices

QUBIT = qs.Space(A=qs.Spin(1 / 2))
A = QUBIT["A"]
STATE = np.array([[0.7, 0.1 - 0.2j], [0.1 + 0.2j, 0.3]])
TIMES = np.array([0.0, 0.3, 0.3, 0.35, 2.0, 2.0, 5.5])  # non-uniform and repeated
EXCITED = np.diag([1.0, 0.0])


@pytest.fixture(params=["exponential", "action"])
def propagation(request, monkeypatch):
    """Both ways to propagate: dense exponentials, and the action of the exponential."""
    if request.param == "action":
        monkeypatch.setattr(evolution_module, "LARGEST_DENSE_EVOLUTION", 0)
        monkeypatch.setattr(evolution_module, "MOST_DENSE_EVOLUTION", 0)
    return request.param


@pytest.mark.usefixtures("propagation")
def test_a_decaying_spin_precesses_and_relaxes():
    loss, gain, dephasing, detuning = 0.8, 0.3, 0.5, 1.7
    system, rho = driven_qubit(0.0, detuning, loss, gain, dephasing)
    path = qs.evolve(system, STATE, TIMES)
    relaxation = np.exp(-(loss + gain) * TIMES)
    upper = gain / (loss + gain) * (1 - relaxation) + 0.7 * relaxation
    coherence = np.exp(-(loss + gain + dephasing) / 2 * TIMES - 1j * detuning * TIMES)
    assert_allclose(path.rho[:, 0, 0], upper, atol=1e-14)
    assert_allclose(path.rho[:, 1, 1], 1 - upper, atol=1e-14)
    assert_allclose(path.rho[:, 0, 1], STATE[0, 1] * coherence, atol=1e-14)
    assert_allclose(path.rho[:, 1, 0], path.rho[:, 0, 1].conj(), atol=0)
    assert_allclose(rho[0, 0], gain / (loss + gain))


@pytest.mark.usefixtures("propagation")
def test_a_closed_spin_performs_rabi_oscillations():
    # H = w Sx turns |up> about x: <Sy> = -sin(wt)/2, <Sz> = cos(wt)/2.
    system = qs.Lindbladian(QUBIT, hamiltonian=[(2.0, A.x)])
    rho = qs.evolve(system, EXCITED, TIMES).rho
    expected_y = np.trace(A.y.toarray() @ rho, axis1=-2, axis2=-1)
    expected_z = np.trace(A.z.toarray() @ rho, axis1=-2, axis2=-1)
    assert_allclose(expected_y, -np.sin(2 * TIMES) / 2, atol=1e-13)
    assert_allclose(expected_z, np.cos(2 * TIMES) / 2, atol=1e-13)


@pytest.mark.usefixtures("propagation")
def test_a_damped_mode_loses_its_amplitude_at_half_the_rate():
    # Under H = w n and loss at rate k, <n> decays as e^{-kt} and <a> as e^{-kt/2 - iwt}.
    space = qs.Space(A=qs.Fock(5))
    a = space["A"]
    state = random_state(np.random.default_rng(0), 5)
    system = qs.Lindbladian(space, [(1.3, a.number)], [(0.4, a.destroy)])
    rho = qs.evolve(system, state, TIMES).rho
    number, amplitude = (
        np.trace(operator.toarray() @ rho, axis1=-2, axis2=-1) for operator in (a.number, a.destroy)
    )
    assert_allclose(number, number[0] * np.exp(-0.4 * TIMES), atol=1e-13)
    assert_allclose(amplitude, amplitude[0] * np.exp((-0.2 - 1.3j) * TIMES), atol=1e-13)


@pytest.mark.usefixtures("propagation")
@pytest.mark.parametrize("build", [random_system, local_chain])
@pytest.mark.parametrize("name", ["spin 1 x spin 1/2", "mode x spin 1/2"])
def test_random_systems_evolve_as_in_qutip(name, build):
    space = UNEQUAL[name]
    rng = np.random.default_rng(1)
    system, state = build(rng, space), random_state(rng, space.dimension)
    H, c_ops = system.to_qutip()
    times = np.array([0.0, 0.1, 0.5, 2.0])
    result = qutip.mesolve(
        H,
        qs.to_qutip(state, space),
        times,
        c_ops,
        options={"atol": 1e-13, "rtol": 1e-11, "nsteps": 100_000, "method": "dop853"},
    )
    expected = [state.full() for state in result.states]
    assert_allclose(qs.evolve(system, state, times).rho, expected, atol=1e-9)


def test_the_spin_pair_leaves_its_initial_limit_cycles_as_in_qutip():
    system = spin_pair(0.4, 1.0, (3.0, 1.0, 1.0, 2.0))
    state = qs.basis_state(system.space, A=0, B=0)
    H, c_ops = system.to_qutip()
    times = np.linspace(0, 3, 7)
    result = qutip.mesolve(
        H,
        qs.to_qutip(state, system.space),
        times,
        c_ops,
        options={"atol": 1e-13, "rtol": 1e-11, "nsteps": 100_000},
    )
    rho = qs.evolve(system, state, times).rho
    assert_allclose(rho, [state.full() for state in result.states], atol=1e-9)
    assert (rho[:, 0] == 0).all()


@pytest.mark.parametrize("system", CLOSED_FORMS.values(), ids=CLOSED_FORMS)
def test_the_steady_state_stays_and_every_state_reaches_it(system):
    lindbladian, expected = system()
    n = lindbladian.dimension
    assert_allclose(qs.evolve(lindbladian, expected, [7.0]).rho[0], expected, atol=1e-13)
    start = random_state(np.random.default_rng(2), n)
    steady = qs.steady_state(lindbladian).rho
    assert_allclose(qs.evolve(lindbladian, start, [1e4]).rho[0], steady, atol=1e-10)


@settings(derandomize=True, deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 3), st.floats(0.01, 3))
def test_two_steps_are_one_and_states_remain_states(seed, first, second):
    rng = np.random.default_rng(seed)
    system, state = local_chain(rng, UNEQUAL["spin 1 x spin 1/2"]), random_state(rng, 6)
    halfway, end = qs.evolve(system, state, [first, first + second]).rho
    assert_allclose(qs.evolve(system, halfway, [second]).rho[0], end, atol=1e-12)
    for rho in (halfway, end):
        assert (rho == rho.conj().T).all()
        assert_allclose(np.trace(rho), 1, rtol=1e-13)
        assert np.linalg.eigvalsh(rho).min() > -1e-14


@pytest.mark.usefixtures("propagation")
def test_the_derivative_is_the_generator():
    rng = np.random.default_rng(3)
    system, state = random_system(rng, UNEQUAL["spin 1 x spin 1/2"]), random_state(rng, 6)
    step = 1e-4
    before, now, after = qs.evolve(system, state, [0.5 - step, 0.5, 0.5 + step]).rho
    assert_allclose((after - before) / (2 * step), system.apply(now), atol=1e-6)


@pytest.mark.usefixtures("propagation")
def test_generators_and_initial_states_broadcast():
    rng = np.random.default_rng(4)
    system = driven_qubit(rabi=np.linspace(0, 1, 3))[0]
    starts = np.stack([[random_state(rng, 2)] for _ in range(4)])
    path = qs.evolve(system, starts, TIMES)
    assert path.rho.shape == (4, 3, len(TIMES), 2, 2)
    for i, j in np.ndindex(4, 3):
        single = qs.evolve(system[j], starts[i, 0], TIMES)
        assert single.rho.shape == (len(TIMES), 2, 2)
        assert_allclose(path.rho[i, j], single.rho, atol=1e-14)


def test_chunks_and_threads_do_not_change_the_result(monkeypatch):
    system = spin_pair(np.linspace(0, 1, 9), 0.3, (2.0, 1.0, 1.0, 1.0))
    state = random_state(np.random.default_rng(5), 9)
    whole = qs.evolve(system, state, TIMES, workers=1).rho
    monkeypatch.setattr(evolution_module, "CHUNK_BYTES", 1)
    assert_allclose(qs.evolve(system, state, TIMES, workers=3).rho, whole, atol=1e-14)


@pytest.mark.usefixtures("propagation")
def test_time_zero_returns_the_initial_state():
    for times in ([0.0], [0, 0, 0], [0, 1]):
        path = qs.evolve(driven_qubit()[0], STATE, times)
        assert_allclose(path.rho[0], STATE, atol=1e-15)
        assert len(path.times) == len(times)
    assert qs.evolve(driven_qubit()[0], STATE, []).rho.shape == (0, 2, 2)


@pytest.mark.parametrize("scale", [1e-200, 1e-12, 1e12, 1e200])
def test_the_unit_of_time_does_not_matter(scale):
    decay = qs.Lindbladian(QUBIT, dissipators=[(1 / scale, A.minus)])
    rho = qs.evolve(decay, EXCITED, scale * TIMES).rho
    assert_allclose(rho[:, 0, 0], np.exp(-TIMES), atol=1e-13)


def test_times_of_many_decades_are_all_exact():
    # A femtosecond relaxation watched for a second: the first steps differ in length.
    decay = qs.Lindbladian(QUBIT, dissipators=[(1e14, A.minus)])
    times = np.array([1e-15, 3e-15, 1e-14, 1e-13, 1.0])
    rho = qs.evolve(decay, EXCITED, times).rho
    assert_allclose(rho[:, 0, 0], np.exp(-1e14 * times), atol=1e-12)


@pytest.mark.parametrize("power", [1.0, 1.001])
def test_a_thousand_equal_or_almost_equal_steps_do_not_drift(power):
    times = np.linspace(0, 100, 1001) ** power
    system = qs.Lindbladian(QUBIT, hamiltonian=[(7.0, A.z)])
    rho = qs.evolve(system, np.full((2, 2), 0.5), times).rho
    assert_allclose(rho[:, 0, 1], np.exp(-7j * times) / 2, atol=1e-11)


def test_large_sectors_take_the_action_of_the_exponential(monkeypatch):
    # Three coupled sites of dimension 3 without a symmetry: one sector of 729 elements.
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1), C=qs.Fock(3, finite=True))
    rng = np.random.default_rng(6)
    system, state = local_chain(rng, space), random_state(rng, 27)
    action = qs.evolve(system, state, [0.1, 0.4]).rho
    monkeypatch.setattr(evolution_module, "LARGEST_DENSE_EVOLUTION", 1000)
    assert_allclose(action, qs.evolve(system, state, [0.1, 0.4]).rho, atol=1e-12)


def test_a_conserved_population_keeps_its_value():
    space = qs.Space(A=qs.Spin(1))
    dephasing = qs.Lindbladian(space, [(1.0, space["A"].z)], [(0.7, space["A"].z)])
    state = random_state(np.random.default_rng(7), 3)
    rho = qs.evolve(dephasing, state, [50.0]).rho[0]
    assert_allclose(rho, np.diag(state.diagonal()), atol=1e-7)


def test_the_description_counts_times():
    path = qs.evolve(driven_qubit()[0], EXCITED, [0.0, 1.0])
    assert repr(path).startswith("<Evolution of Space(A=Spin(1/2)): rho (2, 2, 2), 2 times, larg")
    assert path.space == QUBIT


@pytest.mark.parametrize(
    ("error", "message", "state", "times"),
    [
        (InvalidStateError, r"`state` must be Hermitian", [[0.5, 0.2], [0.0, 0.5]], [1.0]),
        (InvalidStateError, r"`state` must have unit trace, but has trace 2", np.eye(2), [1.0]),
        (InvalidStateError, r"`state` must be positive.* -0\.5", np.diag([1.5, -0.5]), [1.0]),
        (DimensionError, r"`state` must have shape .* \(3, 3\)", np.eye(3) / 3, [1.0]),
        (
            NonFiniteError,
            r"`state` must be finite, but is .*nan.* at index",
            np.diag([np.nan, 1]),
            [1.0],
        ),
        (BroadcastError, r"broadcast .* system \(3,\), state \(2,\)", [STATE] * 2, [1.0]),
        (InvalidArgumentError, r"`times` must be >= 0, but holds -0\.5", STATE, [-0.5, 1]),
        (
            InvalidArgumentError,
            r"`times` .* order, but 0.5 follows 1",
            STATE,
            [1.0, 0.5],
        ),
        (DimensionError, r"`times` must be one-dimensional.* shape \(\)", STATE, 1.0),
        (DimensionError, r"`times` must be one-dimensional.* \(1, 2\)", STATE, [[0, 1]]),
        (NonFiniteError, r"`times` must be finite, but is inf at index \(1,\)", STATE, [0, np.inf]),
        (NonFiniteError, r"`times` must be finite, but is nan", STATE, [np.nan]),
    ],
)
def test_impossible_input_is_rejected_by_name_and_value(error, message, state, times):
    with pytest.raises(error, match=message):
        qs.evolve(driven_qubit(rabi=np.ones(3))[0], state, times)


def test_what_cannot_evolve_and_unknown_options_are_named():
    with pytest.raises(InvalidArgumentError, match="`system` must be a Lindbladian, .* is ndarray"):
        qs.evolve(np.eye(2), STATE, [1.0])
    with pytest.raises(UnknownArgumentError, match="no argument `threads`.* workers"):
        qs.evolve(driven_qubit()[0], STATE, [1.0], threads=2)


def test_a_state_object_is_a_start_and_of_the_same_space():
    system = driven_qubit()[0]
    steady = qs.steady_state(system)
    path = qs.evolve(system, steady, [0.0, 3.0])
    assert_allclose(path.rho, [steady.rho] * 2, atol=1e-14)
    assert density_matrices(path, QUBIT) is path.rho
    with pytest.raises(DimensionError, match=r"`state` must be a state of .*, but lives on"):
        qs.evolve(qs.Lindbladian(qs.Space(B=qs.Spin(1 / 2))), steady, [1.0])


def test_an_impossible_number_of_threads_is_rejected():
    with pytest.raises(InvalidArgumentError, match="`workers` must be a whole number"):
        qs.evolve(driven_qubit()[0], STATE, [1.0], workers=-1)


def test_the_cheaper_way_through_a_large_sector_is_taken_and_does_not_matter(monkeypatch):
    chain = qs.models.dephased_chain()
    psi = np.random.default_rng(3).normal(size=(2, 27)) * np.array([[1], [1j]])
    psi = psi.sum(axis=0) / np.linalg.norm(psi)
    state = np.outer(psi, psi.conj())
    monkeypatch.setattr(evolution_module, "LARGEST_DENSE_EVOLUTION", 20)
    cheaper = evolution_module._dense_is_cheaper
    taken = []

    def asked(*given):
        taken.append(cheaper(*given))
        return taken[-1]

    rules = {"asked": asked, "exponential": lambda *_: True, "action": lambda *_: False}
    # Sectors of up to 20 elements are exponentiated anyway.
    for time, whole in ((0.01, False), (20.0, True), (1e4, False)):
        taken.clear()
        found = {}
        for name, rule in rules.items():
            monkeypatch.setattr(evolution_module, "_dense_is_cheaper", rule)
            found[name] = qs.evolve(chain, state, [time], workers=1).rho
        assert all(taken) == whole
        assert_allclose(found["action"], found["exponential"], atol=1e-11)
        assert_allclose(found["asked"], found["exponential"], atol=1e-11)


def test_any_operator_evolves_when_told_so():
    """Against the exponential of the superoperator; correlations start from such operators."""
    system = spin_pair(np.array([0.1, 0.4]), 0.5, (3.0, 1.0, 1.0, 2.0))
    rng = np.random.default_rng(3)
    X = 5 * (rng.normal(size=(9, 9)) + 1j * rng.normal(size=(9, 9)))
    times = np.array([0.0, 0.4, 2.0])
    path = qs.evolve(system, X, times, operator=True)
    b = system.space["B"]
    seen = qs.evolve(system, X, times, operator=True, observables={"z": b.z, "plus": b.plus})
    for k, one in enumerate(system):
        L = one.superoperator().toarray()
        expected = np.array([(expm(L * t) @ X.ravel()).reshape(9, 9) for t in times])
        assert_allclose(path.rho[k], expected, atol=1e-11)
        for name, operator in (("z", b.z), ("plus", b.plus)):
            found = np.einsum("ij,tji->t", operator.toarray(), expected)
            assert_allclose(seen.expectation[name][k], found, atol=1e-11)
    assert path.truncation is None
    assert not path.final.certified
    with pytest.raises(InvalidStateError):
        qs.evolve(system, X, times)
    with pytest.raises(InvalidStateError):
        qs.purity(path)
    with pytest.raises(InvalidArgumentError, match="operator"):
        qs.evolve(system, X, times, operator="yes")


def test_traceless_operators_keep_what_is_stationary():
    """Two dark populations that share what decays differ for ever, however the trace is rounded."""
    space = qs.Space(A=qs.Spin(1))
    down, up = np.zeros((2, 3, 3))
    down[2, 1] = up[0, 1] = 1.0
    system = qs.Lindbladian(space, dissipators=[(1.0, down), (0.7, up)])
    for middle in np.linspace(0.1, 0.3, 21):
        X = np.diag([0.1, middle, -0.1 - middle])
        path = qs.evolve(system, X, [0.0, 1e4, 1e6], operator=True)
        expected = np.array([0.1 + middle * 0.7 / 1.7, 0, -0.1 - middle + middle / 1.7])
        assert_allclose(path.final.rho, np.diag(expected), atol=1e-12)


def test_a_unitary_evolution_of_an_operator_is_turned():
    space = qs.Space(A=qs.Spin(1 / 2))
    system = qs.Lindbladian(space, [(1.0, space["A"].z)])
    path = qs.evolve(system, 1j * space["A"].plus.toarray(), [0.5], operator=True)
    assert_allclose(path.rho[0], 1j * np.exp(-0.5j) * space["A"].plus.toarray(), atol=1e-15)


MEMORY = """
import numpy as np, quantsync as qs
space = qs.Space(A=qs.Fock(20), B=qs.Fock(20))
a, b = space["A"], space["B"]
jumps = [(1, a.create), (1, b.create), (0.3, a.destroy @ a.destroy), (0.3, b.destroy @ b.destroy)]
pair = qs.Lindbladian(
    space, [(0.1, a.number - b.number)], [*jumps, (0.5, a.destroy - b.destroy)]
)
n = np.arange(20)
alone = [z ** n / np.sqrt(np.cumprod(np.maximum(n, 1.0))) for z in (1.0, 1.0j)]  # coherent
psi = np.kron(*alone) / np.linalg.norm(np.kron(*alone))
x, y = a.create + a.destroy, b.create + b.destroy
path = qs.evolve(
    pair, np.outer(psi, psi.conj()), np.linspace(0, 20, 2001), observables={"x": x, "y": y}
)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(path.expectation["x"][0], int(peak.split()[1]) / 1024)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="asks Linux for the peak")
def test_signals_of_large_systems_take_little_memory():
    """Two modes of 20 levels at 2001 times: their density matrices would take 5 GB."""
    command = [sys.executable, "-W", "ignore", "-c", MEMORY]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    found = subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment, timeout=250
    )
    x, megabytes = map(float, found.stdout.split())
    assert x == pytest.approx(2.0, abs=1e-12)
    assert megabytes < 250  # 80 of it are imports; more where they are compiled first


def test_sectors_that_nobody_asks_for_are_left_out():
    """Signals of a space beyond 32 levels, whose charges tell what to follow, against all states"""
    space = qs.Space(A=qs.Fock(6), B=qs.Spin(1 / 2), C=qs.Spin(1))
    a, b, c = (space[name] for name in "ABC")
    rng = np.random.default_rng(7)
    for drive in (0.0, 0.2):
        system = qs.Lindbladian(
            space,
            [(0.4, a.number), (0.3, a.create @ b.minus + b.plus @ a.destroy), (drive, c.x)],
            [(0.2, a.destroy), (0.1, b.minus @ c.plus), (0.05, c.z)],
        )
        rho = random_state(rng, 36)
        times = np.array([0.0, 0.5, 3.0])
        given = {"x": a.create + a.destroy, "n": a.number, "m": b.plus @ c.minus, "c": c.plus}
        whole = qs.evolve(system, rho, times, truncation="ignore")
        kept = qs.evolve(system, rho, times, observables=given)
        for name, operator in given.items():
            found = np.einsum("ij,tji->t", operator.toarray(), whole.rho)
            assert_allclose(kept.expectation[name], found, atol=1e-13)
        L = system.superoperator()
        expected = expm_multiply(L * 3.0, rho.ravel()).reshape(36, 36)
        assert_allclose(whole.rho[-1], expected, atol=1e-12)


def test_operators_of_a_space_are_starts_and_huge_ones_are_refused():
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    decay = qs.Lindbladian(space, [(0.3, a.z)], [(1.0, a.minus)])
    path = qs.evolve(decay, a.minus, [0.0, 1.0], operator=True)
    # <1| . |0> turns by 0.3 and decays at half the rate.
    expected = np.exp(-0.5 + 0.3j) * a.minus.toarray()
    np.testing.assert_allclose(path.rho[1], expected, atol=1e-14)
    with pytest.raises(qs.errors.InvalidArgumentError, match="1e.200.*divide by its size"):
        qs.evolve(decay, 1e200 * a.minus, [0.0, 1.0], operator=True)
