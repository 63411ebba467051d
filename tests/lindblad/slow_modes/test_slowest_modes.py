"""Slow modes: closed forms, QuTiP, exceptional points, several stationary states, charges."""

import numpy as np
import pytest
import scipy.sparse as sp
from systems import driven_qubit, random_state

import quantsync as qs
from quantsync.catalogue.state_measures import STATE_MEASURES
from quantsync.errors import ConvergenceError, DimensionError, InvalidArgumentError
from quantsync.lindblad.slow_modes import _large_blocks, _spectra
from quantsync.lindblad.slow_modes._blocks import blocks_of
from quantsync.lindblad.slow_modes._large_blocks import slow_eigenvalues

RNG = np.random.default_rng(7)


def atom(rabi, decay=1.0, detuning=0.0):
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    return qs.Lindbladian(space, [(rabi, a.x), (detuning, a.z)], [(decay, a.minus)])


def oscillator(levels=12, loss=1.0, gain=0.0, frequency=2.0, drive=0.0, two_quanta=0.0):
    space = qs.Space(M=qs.Fock(levels))
    m = space["M"]
    return qs.Lindbladian(
        space,
        [(frequency, m.number), (drive, m.create + m.destroy)],
        [(loss, m.destroy), (gain, m.create), (two_quanta, m.destroy @ m.destroy)],
    )


def pair(exchange=0.3, detuning=0.1, collective=0.05):
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
    a, b = space["A"], space["B"]
    return qs.Lindbladian(
        space,
        [(1.0, a.z), (1.0 + detuning, b.z), (exchange, a.plus @ b.minus + a.minus @ b.plus)],
        [(collective, a.minus + b.minus), (0.01, a.minus)],
    )


def lapack(system, count):
    """The slowest eigenvalues of a single system, without as many zeros as it has."""
    values = np.linalg.eigvals(system.superoperator().toarray())
    values = values[np.abs(values) > 1e-7]
    return values[np.argsort(-values.real, kind="stable")][:count]


def require_modes(system, modes, tolerance=1e-12):
    """Right and left modes are what they should be, by the whole generator."""
    n, values = system.dimension, modes.eigenvalues
    moved = system.apply(modes.right)
    np.testing.assert_allclose(
        moved, values[:, None, None] * modes.right, atol=tolerance * np.abs(values).max()
    )
    np.testing.assert_allclose(np.linalg.norm(modes.right, axis=(1, 2)), 1, rtol=1e-12)
    gram = np.einsum("jab,kab->jk", modes.left.conj(), modes.right)
    np.testing.assert_allclose(gram, np.eye(len(values)), atol=1e-9)
    flat = modes.left.conj().reshape(len(values), n * n)
    drawn = flat @ system.superoperator().toarray()
    size = np.linalg.norm(flat, axis=1, keepdims=True)
    np.testing.assert_allclose(drawn / size, values[:, None] * flat / size, atol=1e-11)


def test_a_driven_atom_has_its_closed_form():
    rabi, decay = 3.0, 1.0
    modes = qs.slowest_modes(atom(rabi, decay))
    speed = np.sqrt(rabi**2 - decay**2 / 16)
    expected = [-decay / 2, -3 * decay / 4 + 1j * speed, -3 * decay / 4 - 1j * speed]
    np.testing.assert_allclose(modes.eigenvalues, expected, rtol=1e-14)
    assert modes.gap == pytest.approx(0.5)
    assert modes.separation == pytest.approx(1.5)
    assert modes.frequency == 0
    assert modes.zero_modes == 1
    assert not modes.defective.any()
    assert (modes.multiplicity == 1).all()
    assert (modes.residual < 1e-14).all()
    assert (modes.error < 1e-13).all()
    require_modes(atom(rabi, decay), modes)


def test_an_exceptional_point_has_its_mean_and_says_so():
    modes = qs.slowest_modes(atom(0.25))
    np.testing.assert_allclose(modes.eigenvalues, [-0.5, -0.75, -0.75], rtol=0, atol=4e-15)
    assert list(modes.defective) == [False, True, True]
    assert list(modes.multiplicity) == [1, 2, 2]
    assert np.isinf(modes.condition[1:]).all()
    assert modes.condition[0] == pytest.approx(1)
    assert (modes.residual < 1e-13).all()
    # One eigenvector, and one that the generator takes to it.
    moved = atom(0.25).apply(modes.right[1:])
    np.testing.assert_allclose(moved[0], -0.75 * modes.right[1], atol=1e-13)
    rest = moved[1] + 0.75 * modes.right[2]
    overlap = abs(np.vdot(modes.right[1], rest))
    assert overlap == pytest.approx(np.linalg.norm(rest))
    assert overlap > 0.1
    assert "2 defective" in repr(modes)


@pytest.mark.parametrize("off", [1e-2, 1e-6, 1e-10])
def test_next_to_an_exceptional_point_eigenvalues_are_told_apart(off):
    for sign in (-1, 1):
        rabi = 0.25 * (1 + sign * off)
        modes = qs.slowest_modes(atom(rabi))
        split = np.sqrt(complex((0.25 - rabi) * (0.25 + rabi)))
        found = modes.eigenvalues[1:] + 0.75
        # The generator's own entries are known to rounding, and so is the square of the split.
        np.testing.assert_allclose(found**2, split**2, rtol=1e-4, atol=2e-16)
        assert not modes.defective.any()
        assert 0.2 < modes.condition[1] * abs(split) < 0.5


def test_a_threefold_exceptional_point():
    """Three modes in a row, by jumps that feed each other at one rate, lose their eigenvectors."""
    space = qs.Space(M=qs.Fock(4, finite=True))
    jump = [np.zeros((4, 4)) for _ in range(3)]
    for k in range(3):
        jump[k][k, k + 1] = 1.0
    chain = qs.Lindbladian(space, [], [(1.0, operator) for operator in jump])
    modes = qs.slowest_modes(chain, 20)
    populations = np.flatnonzero(modes.multiplicity == 3)
    assert len(populations) == 3
    assert modes.defective[populations].all()
    np.testing.assert_allclose(modes.eigenvalues[populations], -1.0, atol=1e-13)


def test_a_damped_oscillator_has_its_closed_form():
    loss, frequency = 0.8, 2.0
    system = oscillator(16, loss, frequency=frequency)
    modes = qs.slowest_modes(system, 9)
    # -(loss/2)(n + m) - i frequency (n - m)
    expected = [
        complex(-loss / 2 * size, -frequency * q)
        for size in (1, 2, 3)
        for q in range(-size, size + 1, 2)
    ]
    np.testing.assert_allclose(modes.eigenvalues, expected, rtol=1e-13)
    np.testing.assert_array_equal(modes.charges, [-1, 1, -2, 0, 2, -3, -1, 1, 3])
    np.testing.assert_allclose(np.imag(modes.eigenvalues), -frequency * modes.charges, atol=1e-13)
    require_modes(system, modes)


def test_sectors_of_opposite_charge_are_conjugate():
    system = pair()
    up, down = (qs.slowest_modes(system, 4, sector=q) for q in (1, -1))
    np.testing.assert_allclose(np.sort(up.eigenvalues), np.sort(down.eigenvalues.conj()))
    assert (up.charges == 1).all()
    assert (down.charges == -1).all()
    number = np.array([1, 0, 0, -1])
    difference = np.subtract.outer(number, number)
    assert not up.right[:, difference != 1].any()
    assert not up.left[:, difference != 1].any()
    require_modes(system, up)
    none = qs.slowest_modes(system, 20, sector=0)
    assert len(none.eigenvalues) == 5
    assert none.zero_modes == 1
    assert up.zero_modes == 0


def test_modes_of_all_sectors_are_those_of_lapack_and_of_qutip():
    qutip = pytest.importorskip("qutip")
    for system in (pair(), driven_qubit()[0], oscillator(7, gain=0.3, drive=0.6)):
        modes = qs.slowest_modes(system, 12)
        H, jumps = system.to_qutip()
        values = qutip.liouvillian(H, jumps).eigenenergies()
        values = values[np.abs(values) > 1e-9]
        values = values[np.argsort(-values.real)][: len(modes.eigenvalues)]
        np.testing.assert_allclose(modes.eigenvalues.real, values.real, rtol=1e-9)
        np.testing.assert_allclose(np.sort(abs(modes.eigenvalues.imag)), np.sort(abs(values.imag)),
                                   atol=1e-9)  # fmt: skip
        require_modes(system, modes)


def test_a_batch_is_its_members():
    rabi = np.array([[0.0, 0.1, 0.25], [0.3, 1.0, 3.0]])
    system = atom(rabi, detuning=0.0)
    modes = qs.slowest_modes(system, 3)
    assert modes.shape == (2, 3)
    assert modes.right.shape == (2, 3, 3, 2, 2)
    for index in np.ndindex(2, 3):
        one = qs.slowest_modes(system[index], 3)
        np.testing.assert_allclose(modes[index].eigenvalues, one.eigenvalues, rtol=1e-13)
    assert modes.defective.sum() == 2
    assert modes.gap.shape == modes.separation.shape == (2, 3)
    assert modes.charges is None  # under a drive
    assert qs.slowest_modes(system[0, :1]).charges is not None


def test_several_stationary_states_are_counted_and_not_listed():
    system = qs.models.collective_decay_pair()
    modes = qs.slowest_modes(system)
    assert modes.zero_modes == 2
    assert modes.gap == 0
    np.testing.assert_allclose(modes.eigenvalues[:2], [2.4j, -2.4j], atol=1e-14)
    assert (modes.eigenvalues[:2].real == 0).all()
    assert modes.eigenvalues[2].real == pytest.approx(-qs.peripheral_modes(system).gap)
    chain = qs.models.dephased_chain(sites=2)
    modes, known = qs.slowest_modes(chain, 12), qs.peripheral_modes(chain)
    assert modes.zero_modes == known.zero_modes
    oscillating = modes.eigenvalues[modes.eigenvalues.real == 0]
    np.testing.assert_allclose(np.unique(np.round(abs(oscillating), 9)), known.frequencies)
    assert modes.eigenvalues[len(oscillating)].real == pytest.approx(-known.gap)


def test_nothing_decays_without_dissipation():
    space = qs.Space(A=qs.Spin(1 / 2))
    modes = qs.slowest_modes(qs.Lindbladian(space, [(1.5, space["A"].z)]))
    np.testing.assert_array_equal(modes.eigenvalues, [1.5j, -1.5j])
    assert modes.zero_modes == 2
    assert modes.gap == 0
    assert modes.frequency == 1.5
    assert np.isinf(modes.separation)


def test_a_generator_that_does_nothing_has_no_modes():
    space = qs.Space(A=qs.Spin(1 / 2))
    for nothing in (qs.Lindbladian(space), qs.Lindbladian(space, [(0.0, space["A"].z)])):
        modes = qs.slowest_modes(nothing)
        assert modes.eigenvalues.shape == (0,)
        assert modes.zero_modes == 4
        assert modes.gap == modes.frequency == 0
        assert qs.slow_modes.liouvillian_gap(nothing) == 0
    rate = np.array([0.0, 1.0])
    some = qs.slowest_modes(qs.Lindbladian(space, [], [(rate, space["A"].minus)]))
    np.testing.assert_array_equal(np.isnan(some.eigenvalues), [[True] * 3, [False] * 3])
    np.testing.assert_allclose(some.gap, [0, 0.5])


@pytest.mark.parametrize("rate", [1e-9, 1e-13])
def test_a_slow_rate_is_not_zero(rate):
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    flip = qs.Lindbladian(space, [(1.0, a.z)], [(rate, a.x), (1.0, a.z)])
    modes = qs.slowest_modes(flip)
    assert modes.zero_modes == 1
    assert modes.gap == pytest.approx(rate / 2, rel=1e-12)
    turning = qs.slowest_modes(qs.Lindbladian(space, [(1.0, a.z)], [(rate, a.z)]))
    np.testing.assert_allclose(turning.eigenvalues.real, -rate / 2, rtol=1e-2)
    assert turning.zero_modes == 2


def test_signals_are_sums_of_modes():
    system, times = pair(), np.linspace(0, 40, 30)
    rho = random_state(RNG, 4)
    modes = qs.slowest_modes(system, 15)
    a = system.space["A"]
    signal = qs.evolve(system, rho, times, observables={"x": a.x}).expectation["x"]
    weights = np.einsum("kij,ij->k", modes.left.conj(), rho)
    seen = np.einsum("ij,kji->k", a.x.toarray(), modes.right)
    expected = np.exp(np.multiply.outer(times, modes.eigenvalues)) @ (seen * weights)
    np.testing.assert_allclose(signal, expected, atol=1e-8)  # in the steady state <x> is 0
    np.testing.assert_allclose(modes.seen_by(a.x, rho), np.abs(seen * weights), atol=1e-15)
    np.testing.assert_allclose(modes.seen_by(a.x), np.abs(seen), atol=1e-15)
    assert not modes.seen_by(a.z)[np.abs(modes.charges) == 1].any()
    # S+ has the elements |m+1><m|, and sees what has |m><m+1|.
    assert not modes.seen_by(a.plus)[modes.charges != -1].any()
    assert modes.seen_by(a.plus)[0] > 0.5
    assert modes.seen_by(a.x, np.stack([rho, rho])).shape == (2, 15)


def test_separation_counts_a_pair_once():
    modes = qs.slowest_modes(pair(), 2)
    values = lapack(pair(), 6)
    assert modes.frequency == pytest.approx(abs(values[0].imag))
    assert modes.separation == pytest.approx(values[2].real / values[0].real)


def test_separation_counts_a_mode_and_its_adjoint_once_at_any_frequency():
    for frequency in (0.0, 2.0):
        modes = qs.slowest_modes(oscillator(10, loss=0.0, gain=1.0, frequency=frequency,
                                            two_quanta=0.7))  # fmt: skip
        assert sorted(modes.charges[:2]) == [-1, 1]
        assert modes.separation == pytest.approx(
            modes.eigenvalues[2].real / modes.eigenvalues[0].real
        )
        assert modes.separation > 2
    # Two oscillators that turn against each other have two such modes.
    space = qs.Space(A=qs.Fock(3), B=qs.Fock(3))
    a, b = space["A"], space["B"]
    apart = qs.Lindbladian(
        space, [(1.0, a.number - b.number)], [(1.0, a.destroy), (1.0, b.destroy)]
    )
    assert qs.slowest_modes(apart).separation == pytest.approx(1)
    assert qs.slowest_modes(apart, sector=1).separation == pytest.approx(1)


def test_bad_arguments_are_named():
    with pytest.raises(InvalidArgumentError, match="`k` must be a whole number"):
        qs.slowest_modes(pair(), 0)
    with pytest.raises(
        InvalidArgumentError, match=r"does not conserve the total.*hamiltonian\[0\]"
    ):
        qs.slowest_modes(atom(1.0), sector=1)
    with pytest.raises(InvalidArgumentError, match="are at most 2 in Space.*but is 3"):
        qs.slowest_modes(pair(), sector=3)
    with pytest.raises(InvalidArgumentError, match="must be a Lindbladian"):
        qs.slowest_modes("pair")
    modes = qs.slowest_modes(pair())
    with pytest.raises(DimensionError, match="`state` must have shape"):
        modes.seen_by(np.eye(4), np.eye(2))
    with pytest.raises(DimensionError, match=r"must have shape \(4, 4\)"):
        modes.seen_by(np.eye(2))


def test_the_picture_marks_the_zero():
    axes = qs.slowest_modes(atom(0.25)).plot()
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["slow modes", "defective", "stationary"]
    np.testing.assert_allclose(axes.lines[2].get_xdata(), [-0.5])
    with pytest.raises(InvalidArgumentError, match="batch of shape"):
        qs.slowest_modes(atom(np.array([0.1, 0.2]))).plot()


def slow_spectrum(matrix, floor):
    values = np.linalg.eigvals(matrix.toarray())
    return np.sort_complex(values[values.real > floor])


@pytest.mark.parametrize("detuning", [1.0, 20.0])
def test_large_blocks_miss_no_mode_however_fast_it_turns(detuning):
    system = oscillator(18, loss=0.0, gain=1.0, frequency=detuning, drive=1.0, two_quanta=0.3)
    (block,) = blocks_of(system.terms, np.ones(5, bool), None)
    matrix = block.matrix(system.coefficient_table()[0])
    found, floor = slow_eigenvalues(matrix, 9)
    assert len(found) >= 9
    np.testing.assert_allclose(np.sort_complex(found), slow_spectrum(matrix, floor), atol=1e-8)


def test_bounds_of_frequencies_are_bounds():
    turning = sp.csr_array(sp.diags_array(-0.1 + 1j * np.linspace(-3, 7, 40)))
    low, high = _large_blocks._imaginary_bounds(turning, 0.2)
    assert -3.3 < low <= -3
    assert 7 <= high < 7.7
    # Strong damping of what could turn fast leaves less.
    damped = sp.csr_array(sp.diags_array(np.linspace(0, 10, 40) * (1j - 1)))
    assert _large_blocks._imaginary_bounds(damped, 0.5)[1] == pytest.approx(0.5, rel=0.2)


def test_large_complex_blocks_miss_no_mode():
    space = qs.Space(A=qs.Fock(6), B=qs.Fock(6))
    a, b = space["A"], space["B"]
    pair_of_modes = qs.Lindbladian(
        space,
        [(8.0, a.number - b.number), (3.0, a.create @ b.destroy + b.create @ a.destroy)],
        [
            (1.0, a.create),
            (2.0, a.destroy @ a.destroy),
            (1.0, b.destroy),
            (0.2, a.destroy - b.destroy),
        ],
    )
    (block,) = blocks_of(pair_of_modes.terms, np.ones(6, bool), 1)
    matrix = block.matrix(pair_of_modes.coefficient_table()[0])
    found, floor = slow_eigenvalues(matrix, 12)
    assert np.ptp(found.imag) > 20
    np.testing.assert_allclose(np.sort_complex(found), slow_spectrum(matrix, floor), atol=1e-8)


def test_large_blocks_give_what_small_ones_give(monkeypatch):
    system = oscillator(16, loss=0.1, gain=0.5, frequency=3.0, drive=0.7, two_quanta=0.4)
    small = qs.slowest_modes(system, 8)
    monkeypatch.setattr(_spectra, "LARGEST_REAL", 50)
    monkeypatch.setattr(_spectra, "SMALL_CORE", 50)
    large = qs.slowest_modes(system, 8)
    np.testing.assert_allclose(large.eigenvalues, small.eigenvalues, rtol=1e-12)
    assert large.separation == pytest.approx(small.separation)
    require_modes(system, large)


def test_what_is_not_covered_is_said(monkeypatch):
    system = oscillator(18, loss=0.0, gain=1.0, frequency=20.0, drive=1.0, two_quanta=0.3)
    monkeypatch.setattr(_spectra, "LARGEST_REAL", 50)
    monkeypatch.setattr(_spectra, "SMALL_CORE", 50)
    monkeypatch.setattr(_large_blocks, "MOST_SHIFTS", 1)
    after_all = qs.slowest_modes(system)
    np.testing.assert_allclose(after_all.eigenvalues.real, lapack(system, 6).real, rtol=1e-9)
    monkeypatch.setattr(_spectra, "LARGEST_AFTER_ALL", 50)
    with pytest.raises(ConvergenceError, match="did not cover all of it"):
        qs.slowest_modes(system)


def test_the_gap_is_a_measure():
    def model(rabi=0.25, decay=1.0):
        return atom(rabi, decay)

    rabi = [0.1, 0.25, 0.25 + 1e-9, 1.0]
    found = qs.sweep(model, {"rabi": rabi, "decay": [1.0, 0.5]}, "gap", progress=False).gap
    assert found.attrs["units"] == "rate"
    # -decay/2, unless the split brings one of the others nearer.
    np.testing.assert_allclose(found.values, np.broadcast_to([0.5, 0.25], (4, 2)), rtol=1e-12)
    assert qs.compute("collective_decay_pair", {}, ["gap"]) == {"gap": 0.0}


def test_the_gap_of_a_map_is_that_of_the_slowest_mode(monkeypatch):
    drive = np.array([0.0, 0.3, 2.0])
    driven = oscillator(8, loss=0.2, gain=0.5, frequency=1.5, drive=drive, two_quanta=0.4)
    gaps = qs.slow_modes.liouvillian_gap(driven)
    expected = [-lapack(one, 1)[0].real for one in driven]
    np.testing.assert_allclose(gaps, expected, rtol=1e-10)
    np.testing.assert_allclose(qs.slowest_modes(driven, 1).gap, expected, rtol=1e-10)
    monkeypatch.setattr(_spectra, "LARGEST_REAL", 30)
    np.testing.assert_allclose(qs.slow_modes.liouvillian_gap(driven), expected, rtol=1e-10)


def test_the_gap_is_exact_at_an_exceptional_point_that_is_the_slowest():
    """Dephasing d slows the pair of x and y down: -(d +- sqrt(d^2 - 4 w^2))/2 under H = w z."""
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    system = qs.Lindbladian(space, [(0.5, a.z)], [(2.0, a.x)])
    modes = qs.slowest_modes(system)
    assert list(modes.defective) == [True, True, False]
    np.testing.assert_allclose(modes.eigenvalues, [-0.5, -0.5, -1.0], atol=1e-14)
    assert qs.slow_modes.liouvillian_gap(system) == pytest.approx(0.5, rel=1e-14)


def test_the_gap_of_a_state_is_refused():
    steady = qs.steady_state(atom(1.0))
    with pytest.raises(InvalidArgumentError, match="is one of a Lindbladian"):
        STATE_MEASURES["gap"](steady)
