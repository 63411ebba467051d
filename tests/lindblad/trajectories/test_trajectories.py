"""Trajectories against the master equation, closed forms, and themselves."""

import math

import numpy as np
import pytest
from scipy.stats import chi2

import quantsync as qs
from quantsync.errors import (
    CostError,
    DimensionError,
    InvalidArgumentError,
    InvalidStateError,
    NonFiniteError,
    TruncationError,
    TruncationWarning,
    UnknownNameError,
)
from quantsync.lindblad.trajectories._diffusion import DiffusionSolver, measured
from quantsync.lindblad.trajectories._equation import equation_of
from quantsync.lindblad.trajectories._phases import slips, unwrapped
from quantsync.random_numbers import sample_rng

KINDS = ["jump", "homodyne", "heterodyne"]
QUBIT = qs.Space(A=qs.Spin(1 / 2))
ATOM = qs.Lindbladian(
    QUBIT,
    [(0.7, QUBIT["A"].x), (0.4, QUBIT["A"].z)],
    [(1.0, QUBIT["A"].minus), (0.3, QUBIT["A"].z)],
)
UP = np.array([1.0, 0.0])


def driven_oscillator(sign=1):
    space = qs.Space(M=qs.Fock(10))
    m = space["M"]
    system = qs.Lindbladian(
        space,
        [(sign * 0.3, m.number), (sign * 0.5, m.create + m.destroy)],
        [(0.5, m.create), (0.6, m.destroy @ m.destroy)],
    )
    ket = np.zeros(10)
    ket[1] = 1
    return system, ket, {"n": m.number, "a": m.destroy}


def spin_pair(sign=1):
    """Two spins in one bath, with a rate matrix, from a mixed start."""
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1))
    a, b = space["A"], space["B"]
    system = qs.Lindbladian(
        space,
        [(sign * 0.4, a.z), (sign * 0.5, a.plus @ b.minus + a.minus @ b.plus)],
        [([[1.0, 0.3 + 0.2j], [0.3 - 0.2j, 0.5]], [a.minus, b.minus]), (0.3, a.plus)],
    )
    rho = np.diag([0.5, 0.1, 0.1, 0.2, 0.05, 0.05]).astype(complex)
    rho[0, 4], rho[4, 0] = 0.1j, -0.1j
    return system, rho, {"z": b.z, "hop": a.plus @ b.minus}


def driven_atom(sign=1):
    a = QUBIT["A"]
    system = qs.Lindbladian(
        QUBIT, [(sign * 0.7, a.x), (sign * 0.4, a.z)], [(1.0, a.minus), (0.3, a.z)]
    )
    return system, UP, {"x": a.x, "y": a.y}


SYSTEMS = [driven_oscillator, spin_pair, driven_atom]


def chi_squared(found, path, since=1):
    """Sum of squared deviations over errors, and how many there are."""
    total, count = 0.0, 0
    for name, mean in found.expectation.items():
        off = abs(mean - path.expectation[name])[since:]
        error = np.hypot(found.standard_error[name], found.step_error[name])[since:]
        total += float(((off / error) ** 2).sum())
        count += off.size
    return total, count


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("model", SYSTEMS)
def test_means_are_those_of_the_master_equation(model, kind):
    system, state, observables = model()
    times = [0.0, 0.4, 1.3, 4.0]
    found = qs.trajectories(
        system, state, times, 768, 3, unravelling=kind, observables=observables,
        truncation="ignore",
    )  # fmt: skip
    rho = np.outer(state, state) if state.ndim == 1 else state
    path = qs.evolve(system, rho, times, observables=observables, truncation="ignore")
    total, count = chi_squared(found, path)
    assert total < chi2.ppf(0.999, count)
    # The test can fail: with the sign of the Hamiltonian turned it does.
    other = qs.evolve(model(-1)[0], rho, times, observables=observables, truncation="ignore")
    assert chi_squared(found, other)[0] > 2 * chi2.ppf(0.9999, count)


def test_errors_of_means_are_neither_too_small_nor_too_large():
    observables = {"x": QUBIT["A"].x, "z": QUBIT["A"].z}
    path = qs.evolve(ATOM, np.diag([1.0, 0.0]), [0.0, 1.0, 5.0], observables=observables)
    for kind in KINDS:
        parts = [
            chi_squared(
                qs.trajectories(
                    ATOM, UP, [0.0, 1.0, 5.0], 250, seed, unravelling=kind, observables=observables
                ),
                path,
            )
            for seed in range(12)
        ]
        total, count = np.sum(parts, axis=0)
        assert chi2.ppf(0.001, count) < total < chi2.ppf(0.999, count)


@pytest.mark.parametrize("kind", KINDS)
def test_results_do_not_depend_on_threads_or_on_how_many_samples_there_are(kind):
    system, state, observables = spin_pair()
    options = {"unravelling": kind, "observables": observables, "sites": ["A"], "records": 400}
    few = qs.trajectories(system, state, [0.0, 1.0, 2.5], 100, 5, workers=1, **options)
    many = qs.trajectories(system, state, [0.0, 1.0, 2.5], 300, 5, workers=3, **options)
    same = qs.trajectories(system, state, [0.0, 1.0, 2.5], 300, 5, workers=1, **options)
    assert len(few.records) == 100
    assert len(many.records) == 300
    pairs = [*zip(few.records, many.records, strict=False)]
    for one, other in [*pairs, *zip(same.records, many.records, strict=True)]:
        for name in observables:
            assert np.array_equal(one.expectation[name], other.expectation[name])
        assert np.array_equal(one.phases["A"], other.phases["A"])
        assert np.array_equal(one.jump_times, other.jump_times)
        assert np.array_equal(one.currents, other.currents)
    for name in observables:
        assert np.array_equal(same.expectation[name], many.expectation[name])
        values = np.array([record.expectation[name] for record in many.records])
        assert np.allclose(values.mean(axis=0), many.expectation[name], atol=1e-14)
        spread = np.sqrt((np.abs(values - values.mean(axis=0)) ** 2).sum(axis=0) / 299 / 300)
        assert np.allclose(many.standard_error[name][1:], spread[1:], atol=1e-14)
    another = qs.trajectories(system, state, [0.0, 1.0, 2.5], 100, 6, **options)
    assert not np.array_equal(another.expectation["z"], few.expectation["z"])


def test_a_decay_comes_exactly_when_the_random_number_says():
    decay = qs.Lindbladian(QUBIT, [(3.0, QUBIT["A"].z)], [(2.0, QUBIT["A"].minus)])
    found = qs.trajectories(decay, UP, [0.0, 0.3, 0.77, 5.0, 5.0], 20, 11, records=20)
    for record in found.records:
        start = sample_rng(11, record.sample)
        start.random()  # draws the eigenvector of the start
        time = -math.log(start.random()) / 2
        expected = [time] if time < 5.0 else []
        assert record.jump_times == pytest.approx(expected, abs=1e-9)


def test_numbers_of_jumps_are_the_rates_over_time():
    system, state, _ = driven_oscillator()
    m = system.space["M"]
    times = np.linspace(0, 6, 13)
    found = qs.trajectories(system, state, times, 400, 2, truncation="ignore")
    pair = m.destroy @ m.destroy
    rates = {"up": 0.5 * m.destroy @ m.create, "down": 0.6 * pair.conj().T @ pair}
    fine = np.linspace(0, 6, 601)
    path = qs.evolve(system, np.outer(state, state), fine, observables=rates, truncation="ignore")
    for k, name in enumerate(rates):
        expected = np.trapezoid(path.expectation[name], fine)
        error = found.jumps[:, k].std() / 20
        assert abs(found.jumps[:, k].mean() - expected) < 3.5 * error


def test_records_are_drawn_from_their_very_distribution():
    # Averaged over all records by quadrature, a step is the map that its Kraus operators make.
    rng = np.random.default_rng(4)
    psi, L = rng.normal(size=(2, 4, 5)) + 1j * rng.normal(size=(2, 4, 5))
    psi, L, h = psi[:, :1] / np.linalg.norm(psi[:, 0]), L[:, :4], 0.02
    noise, weights = np.polynomial.hermite_e.hermegauss(40)
    weights /= weights.sum()
    rows = np.vstack([np.sqrt(h) * L, h / np.sqrt(2) * L @ L])
    after, record = measured(np.repeat(psi, 40, axis=1), rows, noise)
    mean = (after * weights) @ after.conj().T
    rho = psi @ psi.conj().T
    expected = rho + h * L @ rho @ L.conj().T + h**2 / 2 * L @ L @ rho @ (L @ L).conj().T
    expected /= np.trace(expected)
    assert np.abs(mean - expected).max() < 2e-5 * np.abs(expected).max()
    x = 2 * (psi.conj().T @ L @ psi).real[0, 0]
    assert record @ weights == pytest.approx(x * np.sqrt(h), rel=0.2)


@pytest.mark.parametrize("heterodyne", [False, True])
def test_steps_are_of_second_order(heterodyne):
    system, rho, _ = spin_pair()
    times = np.array([0.0, 1.0, 2.0])
    exact = qs.evolve(system, rho, times).rho
    errors = []
    for step in (0.05, 0.025):
        solver = DiffusionSolver(equation_of(system), times, 0.3, heterodyne)
        solver.check_step(step, rho, {})
        states = np.array(list(solver._mean_states(rho, 1)))
        errors.append(np.linalg.norm(states - exact, axis=(1, 2))[1:])
        assert solver.error[1:] == pytest.approx(errors[-1], rel=0.1)
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.1)


def test_a_step_of_ones_own_is_taken_and_its_error_told():
    observables = {"x": QUBIT["A"].x}
    found = qs.trajectories(
        ATOM, UP, [0.0, 3.0], 64, 1, unravelling="homodyne", step=0.3, observables=observables
    )
    assert found.step == pytest.approx(0.3)
    assert found.step_error["x"][1] > 1e-4
    finer = qs.trajectories(
        ATOM, UP, [0.0, 3.0], 64, 1, unravelling="homodyne", tolerance=1e-5, observables=observables
    )
    assert finer.step < 0.1
    assert finer.step_error["x"].max() < 1e-5


def test_a_watched_coherent_state_stays_one():
    space = qs.Space(M=qs.Fock(16))
    m = space["M"]
    decay = qs.Lindbladian(space, [(0.5, m.number)], [(0.8, m.destroy)])
    alpha, times = 0.6 + 0.3j, np.linspace(0, 2, 5)
    n = np.arange(16)
    ket = alpha**n / np.sqrt([math.factorial(k) for k in n])
    ket /= np.linalg.norm(ket)
    expected = alpha * np.exp(-(0.4 + 0.5j) * times)
    for kind in KINDS:
        found = qs.trajectories(
            decay, ket, times, 300, 1, unravelling=kind, observables={"a": m.destroy}, records=300,
            oscillator_phase=0.4, tolerance=1e-5,
        )  # fmt: skip
        for record in found.records[:20]:
            assert np.abs(record.expectation["a"] - expected).max() < 1e-3
        if kind == "jump":
            continue
        rotated = np.sqrt(0.8) * expected * np.exp(-0.4j)
        middle = (rotated[1:] + rotated[:-1]) / 2
        mean = np.mean([record.currents[:, 0] for record in found.records], axis=0)
        wanted = 2 * middle.real if kind == "homodyne" else middle
        assert np.abs(mean - wanted).max() < 4 * np.sqrt(2 / 300)
        assert np.abs(wanted).max() > 0.5


def test_phases_turn_as_their_sites_do():
    space = qs.Space(M=qs.Fock(6))
    ket = np.array([1.0, 1.0, 0, 0, 0, 0]) / np.sqrt(2)
    times = np.linspace(0, 20, 201)
    free = qs.Lindbladian(space, [(1.0, space["M"].number)], [(1e-12, space["M"].destroy)])
    turned = qs.trajectories(free, ket, times, 3, 1, sites="M").phase_slips["M"]
    assert turned.turned == pytest.approx([-20.0] * 3)
    assert turned.down.tolist() == [3] * 3  # floor(20/2 pi)
    assert not turned.up.any()
    assert (turned.rate, turned.frequency) == pytest.approx((-3 / 20, -1.0))
    assert turned.total_rate == pytest.approx(3 / 20)
    assert turned.unresolved == 0
    spin = qs.Lindbladian(QUBIT, [(1.0, QUBIT["A"].z)])
    up = qs.trajectories(spin, np.array([1, 1]) / np.sqrt(2), times, 2, 1, sites="A")
    assert up.phase_slips["A"].up.tolist() == [3, 3]
    both = qs.Space(M=qs.Fock(3), A=qs.Spin(1 / 2))
    system = qs.Lindbladian(both, [(1.0, both["M"].number), (1.0, both["A"].z)])
    plus = np.kron([1, 1, 0], [1, 1]) / 2
    same = qs.trajectories(system, plus, times, 1, 1, sites=["M", "A"], records=1)
    assert list(same.phase_slips) == ["M", "A"]
    for site in "MA":
        assert same.phase_slips[site].turned == pytest.approx([20.0])
        assert same.records[0].phases[site] == pytest.approx(times)


def test_slips_are_whole_turns_and_wavering_is_none():
    phase = np.array([[0.0, 2.0, 4.0, 6.2, 6.4, 6.2, 6.4, 5.0, 0.1, -0.1, 0.1, -6.4]])
    up, down = slips(phase)
    assert (up.tolist(), down.tolist()) == ([1], [2])
    empty = unwrapped(np.array([[0, 1j, 0, -1 + 0.1j, -1 - 0.1j]]))
    assert empty[0] == pytest.approx(
        [np.pi / 2, np.pi / 2, np.pi / 2, np.pi - np.arctan(0.1), np.pi + np.arctan(0.1)]
    )


def test_states_without_a_phase_are_not_resolved():
    space = qs.Space(M=qs.Fock(6))
    m, times = space["M"], np.linspace(0, 3, 31)
    jumps = [(1.0, m.create), (1.0, m.destroy @ m.destroy)]
    free = qs.Lindbladian(space, [(1.0, m.number)], jumps)
    options = {"samples": 2, "seed": 1, "sites": "M", "truncation": "ignore"}
    fock = qs.trajectories(free, np.eye(6)[0], times, **options)
    assert fock.phase_slips["M"].unresolved == 1
    assert np.isnan(fock.phase_slips["M"].frequency)
    driven = qs.Lindbladian(space, [(0.1, m.create + m.destroy)], [(1.0, m.destroy)])
    assert qs.trajectories(driven, np.eye(6)[0], times, **options).phase_slips["M"].unresolved == 0


def test_a_single_time_has_no_rate_of_slips():
    once = qs.trajectories(ATOM, UP, [1.0], 2, 1, sites="A").phase_slips["A"]
    assert "0 up, 0 down in 2 samples" in repr(once)
    with pytest.raises(InvalidArgumentError, match="no rates at a single time"):
        _ = once.rate


def test_few_jumps_leave_an_error():
    rare = qs.Lindbladian(QUBIT, [], [(1e-3, QUBIT["A"].minus)])
    found = qs.trajectories(rare, UP, [0.0, 0.5], 100, 1, observables={"z": QUBIT["A"].z})
    assert not found.jumps.any()
    assert found.standard_error["z"] == pytest.approx([0, np.sqrt(5e-4 / 100)], rel=1e-3)
    assert abs(found.expectation["z"][1] - (np.exp(-5e-4) - 0.5)) < found.standard_error["z"][1]


def test_dark_states_and_closed_systems_have_no_jumps():
    dark = qs.Lindbladian(QUBIT, [(0.3, QUBIT["A"].z)], [(1.0, QUBIT["A"].minus)])
    for kind in KINDS:
        found = qs.trajectories(
            dark, [0.0, 1.0], [0, 1e2], 5, 1, unravelling=kind, observables={"z": QUBIT["A"].z},
            step=1.0,
        )  # fmt: skip
        assert not found.jumps.any()
        assert found.expectation["z"] == pytest.approx([-0.5, -0.5])
    closed = qs.Lindbladian(QUBIT, [(1.0, QUBIT["A"].x)])
    times = np.array([0.0, 0.7, 0.7, 3.1])
    for kind in KINDS:
        found = qs.trajectories(
            closed, UP, times, 2, 1, unravelling=kind, observables={"z": QUBIT["A"].z}
        )
        assert found.expectation["z"] == pytest.approx(np.cos(times) / 2, abs=1e-9)
    nothing = qs.Lindbladian(QUBIT)
    assert qs.trajectories(nothing, UP, [0.0, 5.0], 3, 1).jumps.shape == (3, 0)
    assert qs.trajectories(
        ATOM, UP, [], 3, 1, observables={"z": QUBIT["A"].z}, sites="A"
    ).jumps.size


def test_states_of_many_kinds_start_trajectories():
    system, rho, observables = spin_pair()
    found = qs.trajectories(system, rho, [0.0], 2000, 1, observables=observables, records=2000)
    for name, operator in observables.items():
        off = abs(found.expectation[name][0] - np.trace(operator @ rho))
        assert off < 3.5 * found.standard_error[name][0]
    values = np.array([record.expectation["z"][0] for record in found.records])
    assert 4 <= len(np.unique(values.round(9))) <= 6  # eigenvectors, and nothing else
    steady = qs.steady_state(ATOM)
    same = qs.trajectories(ATOM, steady, [0.0, 2.0], 600, 1, observables={"x": QUBIT["A"].x})
    assert np.ptp(same.expectation["x"]) < 4 * same.standard_error["x"].max()


def test_the_cut_off_of_a_mode_is_told():
    space = qs.Space(M=qs.Fock(5))
    m = space["M"]
    pumped = qs.Lindbladian(space, [(1.0, m.create + m.destroy)], [(0.2, m.destroy)])
    ket = [1.0, 0, 0, 0, 0]
    with pytest.warns(TruncationWarning, match="cut-off of mode 'M' matters"):
        found = qs.trajectories(pumped, ket, [0.0, 3.0], 50, 1)
    assert found.truncation.population["M"][-1] > 1e-2
    with pytest.raises(TruncationError):
        qs.trajectories(pumped, ket, [0.0, 3.0], 50, 1, truncation="raise")
    ladder = qs.Space(M=qs.Fock(5, finite=True))
    atom = qs.Lindbladian(ladder, [(1.0, ladder["M"].number)], [(0.2, ladder["M"].destroy)])
    assert not qs.trajectories(atom, ket, [0.0, 3.0], 5, 1).truncation.population


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"state": [1.0, 1.0]}, InvalidStateError, "`state` must be normalised, but has norm 1.41"),
        ({"state": [1.0, 0, 0]}, DimensionError, r"ket of shape \(2,\) .* has shape \(3,\)"),
        ({"state": np.eye(3) / 3}, DimensionError, "`state` must have shape"),
        ({"state": np.eye(2)}, InvalidStateError, "`state` must have unit trace"),
        ({"state": np.stack([np.eye(2) / 2] * 3)}, DimensionError, "single state, but is a batch"),
        ({"state": [[1, 2], [3]]}, InvalidStateError, "must be an array of density matrices"),
        ({"state": [np.nan, 1.0]}, NonFiniteError, "`state` must be finite"),
        ({"samples": -3}, InvalidArgumentError, "`samples` must be a whole number >= 1, but is -3"),
        ({"seed": -1}, InvalidArgumentError, "`seed` must be a whole number >= 0"),
        ({"times": [1.0, 0.5]}, InvalidArgumentError, "non-decreasing order, but 0.5 follows 1"),
        ({"times": [-1.0]}, InvalidArgumentError, "must be >= 0"),
        ({"times": [0.0, 1e12]}, CostError, "may have some 9.2e[+]11 jumps"),
        ({"unravelling": "jumps"}, InvalidArgumentError, "'jump', 'homodyne' or 'heterodyne'"),
        ({"observables": QUBIT["A"].z}, InvalidArgumentError, "must map names to operators"),
        ({"observables": {"z": np.eye(3)}}, DimensionError, r"Operator of observables\['z'\]"),
        ({"sites": "B"}, UnknownNameError, "B"),
        ({"records": -1}, InvalidArgumentError, "`records` must be a whole number >= 0"),
        ({"tolerance": 0}, InvalidArgumentError, "`tolerance` must be > 0"),
        ({"step": 0, "unravelling": "homodyne"}, InvalidArgumentError, "`step` must be > 0"),
        ({"step": 1e-9, "unravelling": "homodyne"}, CostError, "would take 2.0e[+]09 steps"),
        ({"workers": 0}, InvalidArgumentError, "`workers`"),
        ({"truncation": "no"}, InvalidArgumentError, "`truncation` must be"),
        ({"system": QUBIT}, InvalidArgumentError, "`system` must be a Lindbladian"),
    ],
)
def test_bad_arguments_are_named(change, error, message):
    arguments = {"system": ATOM, "state": UP, "times": [0.0, 2.0], "samples": 3, "seed": 1}
    with pytest.raises(error, match=message):
        qs.trajectories(**arguments | change)


def test_a_masked_state_starts_no_trajectory():
    closed = qs.Lindbladian(QUBIT, [(1.0, QUBIT["A"].z)])
    with pytest.raises(NonFiniteError, match="masked"):
        qs.trajectories(closed, qs.steady_state(closed, errors="mask"), [0.0], 1, 1)


def test_batches_are_refused():
    batch = qs.Lindbladian(QUBIT, [(np.ones(3), QUBIT["A"].x)])
    with pytest.raises(InvalidArgumentError, match=r"is a batch of shape \(3,\)"):
        qs.trajectories(batch, UP, [0.0], 1, 1)


def test_pictures_and_words():
    found = qs.trajectories(
        ATOM, UP, np.linspace(0, 1, 5), 20, 1, observables={"x": QUBIT["A"].x, "z": QUBIT["A"].z},
        sites="A", records=1,
    )  # fmt: skip
    import matplotlib.pyplot as plt

    axes = found.plot()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["⟨x⟩", "⟨z⟩"]
    band = axes.collections[1].get_paths()[0].vertices[:, 1]
    top = found.expectation["z"][-1] + found.standard_error["z"][-1]
    assert np.abs(band - top).min() < 1e-12
    plt.close(axes.figure)
    with pytest.raises(UnknownNameError, match="observable"):
        found.plot(["y"])
    with pytest.raises(InvalidArgumentError, match="nothing to draw"):
        qs.trajectories(ATOM, UP, [0.0], 2, 1).plot()
    assert "20 samples (jump)" in repr(found)
    assert "slips of A" in found._repr_html_()
    assert "PhaseSlips" in repr(found.phase_slips["A"])
    assert "sample 0" in repr(found.records[0])
