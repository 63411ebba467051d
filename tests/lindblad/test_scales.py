"""Steady states of rates that lie many decades apart, against exact rational arithmetic."""

import flint
import numpy as np
import pytest
from numpy.testing import assert_allclose
from systems import random_hermitian, random_unitary

import quantsync as qs
from quantsync.errors import NonUniqueSteadyStateError, ScaleError
from quantsync.lindblad import _badly_scaled, _exact
from quantsync.lindblad._elimination import stationary_distribution
from quantsync.lindblad._sectors import find_sectors

EPS = np.finfo(float).eps
PAIR = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
A, B = PAIR["A"], PAIR["B"]
EXCHANGE = A.plus @ B.minus + A.minus @ B.plus


def rational(matrix):
    """Real and imaginary part of an operator as rational matrices."""
    dense = np.asarray(matrix.toarray(), complex)
    return tuple(
        flint.fmpq_mat([[flint.fmpq(*float(x).as_integer_ratio()) for x in row] for row in part])
        for part in (dense.real, dense.imag)
    )


def times(a, b):
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


def adjoint(a):
    return a[0].transpose(), -a[1].transpose()


def plus(a, b, factor=1):
    return a[0] + b[0] * factor, a[1] + b[1] * factor


def exact_generator(system):
    """The generator on rho_ii, Re rho_ij, Im rho_ij (i < j), as a rational matrix."""
    n, terms = system.dimension, system.terms
    (row,) = system.coefficient_table()
    numbers = [flint.fmpq(*float(c).as_integer_ratio()) for c in row]
    zero = flint.fmpq_mat(n, n)
    K, jumps = (zero, zero), []
    for c, operator in zip(numbers, terms.hamiltonian, strict=False):
        re, im = rational(operator)
        K = plus(K, (im, -re), c)
    for c, operator in zip(numbers[len(terms.hamiltonian) :], terms.jumps, strict=True):
        L = rational(operator)
        K = plus(K, times(adjoint(L), L), -c / 2)
        jumps.append((c, L))
    upper = [(i, j) for i in range(n) for j in range(i + 1, n)]
    places = [(0, i, i) for i in range(n)] + [(part, i, j) for part in (0, 1) for i, j in upper]
    result = flint.fmpq_mat(n * n, n * n)
    for column, (part, i, j) in enumerate(places):
        rho = [flint.fmpq_mat(n, n), flint.fmpq_mat(n, n)]
        rho[part][i, j] = 1
        rho[part][j, i] = -1 if part else 1
        change = plus(times(K, rho), times(rho, adjoint(K)))
        for c, L in jumps:
            change = plus(change, times(times(L, rho), adjoint(L)), c)
        for line, (kind, k, m) in enumerate(places):
            result[line, column] = change[kind][k, m]
    return result


def exact_steady_state(system):
    """Number of stationary states in exact arithmetic, and the state if there is one."""
    n, size = system.dimension, system.dimension**2
    generator = exact_generator(system)
    rank = generator.rank()
    if rank < size - 1:
        return size - rank, None
    for column in range(size):  # the equations of the populations sum to zero
        generator[n - 1, column] = 1 if column < n else 0
    right = flint.fmpq_mat(size, 1)
    right[n - 1, 0] = 1
    x = [float(flint.arb(v)) for v in generator.solve(right).entries()]
    rho, (i, j) = np.diag(x[:n]).astype(complex), np.triu_indices(n, 1)
    rho[i, j] = np.array(x[n : n + len(i)]) + 1j * np.array(x[n + len(i) :])
    rho[j, i] = rho[i, j].conj()
    return 1, rho


@pytest.mark.parametrize("frequency", [1e13, 1e14, 2.7e15, 1e30])
@pytest.mark.parametrize("together", ["one operator", "two terms", "a term for each site"])
def test_a_weak_coupling_beside_optical_frequencies_is_kept(frequency, together):
    # The resonant exchange does not see the frequency: populations 1/5, 2/5, 1/5, 1/5.
    hamiltonian = {
        "one operator": [(1.0, frequency * (A.z + B.z) + EXCHANGE)],
        "two terms": [(frequency, A.z + B.z), (1.0, EXCHANGE)],
        "a term for each site": [(frequency, A.z), (frequency, B.z), (1.0, EXCHANGE)],
    }[together]
    steady = qs.steady_state(qs.Lindbladian(PAIR, hamiltonian, [(1.0, A.plus), (1.0, B.minus)]))
    assert_allclose(np.diag(steady.rho), [0.2, 0.4, 0.2, 0.2], atol=1e-13)
    assert EPS / steady.reciprocal_condition < 1e-13


@pytest.mark.parametrize("detuning", [1.0, 3.0])
def test_a_detuning_in_the_last_digits_of_a_frequency_is_kept(detuning):
    frequency = 2.0**52
    laboratory = [(1.0, (frequency + detuning) * A.z + frequency * B.z + EXCHANGE)]
    rotating = [(detuning / 2, A.z - B.z), (1.0, EXCHANGE)]
    jumps = [(1.0, A.plus), (1.0, B.minus)]
    ours, expected = (
        np.diag(qs.steady_state(qs.Lindbladian(PAIR, h, jumps)).rho).real
        for h in (laboratory, rotating)
    )
    assert_allclose(ours, expected, atol=1e-13)


@pytest.mark.parametrize("ratio", [1e-7, 1e-12, 1e-30])
def test_a_weak_part_of_a_jump_operator_is_kept(ratio):
    J, K = np.zeros((2, 3, 3))
    J[0, 1], J[1, 2], K[2, 0] = 1, ratio, 1
    system = qs.Lindbladian(qs.Space(A=qs.Spin(1)), [], [(1.0, J), (ratio**2, K)])
    # A cycle 2 -> 1 -> 0 -> 2 with rates ratio^2, 1, ratio^2.
    expected = np.array([1, ratio**2, 1]) / (2 + ratio**2)
    assert_allclose(np.diag(qs.steady_state(system).rho), expected, rtol=1e-13)


@pytest.mark.parametrize("method", ["dense", "sparse"])
def test_a_slow_site_beside_a_fast_one_is_right_to_the_last_digit(method):
    slow = np.array([1, 1e-6, 1e-10, 1e-13, 1e-14, 1e-20, 1e-100])
    system = qs.Lindbladian(
        PAIR, [], [(1.0, A.minus), (0.5, A.plus), (3 * slow, B.minus), (slow, B.plus)]
    )
    steady = qs.steady_state(system, method=method)
    expected = np.outer([1 / 3, 2 / 3], [1 / 4, 3 / 4]).ravel()
    error = np.abs(np.diagonal(steady.rho, axis1=1, axis2=2) - expected).max(axis=1)
    assert (error < 10 * EPS / steady.reciprocal_condition).all()
    assert (error[2:] < 1e-14).all()
    assert steady.uniqueness == "proven from the jump operators"


@pytest.mark.parametrize("cheap", [0, _badly_scaled.CHEAP])
@pytest.mark.parametrize("scale", [1e-11, 1.076397014306807e-11])
def test_terms_that_cancel_are_not_taken_for_right_because_rounding_repeats(
    scale, cheap, monkeypatch
):
    # Rates that coherences mediate cancel to their last digits, which few small changes of the
    # entries leave as they are: two of them once said 2e-15 of an error of 1e-9.
    monkeypatch.setattr(_badly_scaled, "CHEAP", cheap)
    H = np.array([[0, 0, -1, 0], [0, 2, 1, 0], [-1, 1, 0, 2], [0, 0, 2, 0]])
    L = np.zeros((4, 4), complex)
    L[0, 2] = 0.13491027671207279 + 0.17777166692167401j
    L[1, 1] = 2.1183293440481451e-05 + 2.8733038405894062e-06j
    L[1, 2] = -3.2673886131268568e-07 + 7.6016668882037196e-07j
    L[2, 0] = 0.025419159990724680 + 0.020190650832963522j
    L[2, 3] = 0.13818116948495709 + 0.30196075592070620j
    L[3, 0] = -4.9319113859603637e-07 - 3.6034132967515997e-07j
    system = qs.Lindbladian(qs.Space(A=qs.Spin(3 / 2)), [(scale, H)], [(1.0, L)])
    steady = qs.steady_state(system)
    count, rho = exact_steady_state(system)
    assert count == 1
    assert np.abs(steady.rho - rho).max() < 10 * EPS / steady.reciprocal_condition
    assert np.abs(steady.rho - rho).max() < 1e-14
    if scale != 1e-11:  # with 60 and with 100 digits
        assert_allclose(steady.rho[1, 1], 0.005908294024, atol=1e-12)


@pytest.mark.parametrize(
    ("rate", "size"), [(1.0, 1e-139), (1e-300, 1e-20), (1e-320, 1.0), (1e139, 1e70)]
)
def test_the_unit_of_a_jump_operator_does_not_matter(rate, size):
    a = qs.Space(A=qs.Spin(1 / 2))["A"]
    jumps = [(rate, size * a.minus), (3 * rate, size * a.plus)]
    steady = qs.steady_state(qs.Lindbladian(qs.Space(A=qs.Spin(1 / 2)), [], jumps))
    assert_allclose(np.diag(steady.rho), [3 / 4, 1 / 4], rtol=1e-3 if rate < 1e-310 else 1e-14)


def random_scales(rng, decades):
    """A system of a random kind, its rates spread over many decades."""

    def rate():
        return 10.0 ** rng.uniform(-decades / 2, decades / 2)

    def some(operators, least, most):
        chosen = rng.choice(len(operators), rng.integers(least, most), replace=False)
        return [(rate(), operators[k]) for k in chosen]

    kind = rng.integers(4)
    if kind == 0:  # jumps and couplings between single states
        n = int(rng.integers(2, 5))
        space, jumps, hamiltonian = qs.Space(A=qs.Spin((n - 1) / 2)), [], []
        for i, j in rng.integers(0, n, (3 * n, 2)):
            element = np.outer(np.eye(n)[i], np.eye(n)[j])
            if rng.integers(2):
                hamiltonian.append((rate(), element + element.T))
            elif i != j:
                jumps.append((rate(), element))
    elif kind == 1:  # dense operators, the decades within each
        n = 3
        space = qs.Space(A=qs.Spin(1))
        spread = [
            (rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n)))
            * 10.0 ** rng.uniform(-decades / 4, decades / 4, (n, n))
            * (rng.random((n, n)) < 0.6)
            for _ in range(3)
        ]
        hamiltonian = [(rate(), spread[0] + spread[0].conj().T)]
        jumps = [(rate(), jump) for jump in spread[1:]]
    elif kind == 2:
        space = PAIR
        hamiltonian = some([A.z, B.z, A.x, B.x, EXCHANGE, A.z @ B.z, A.x @ B.x, A.z + B.z], 0, 5)
        local = [A.minus, A.plus, B.minus, B.plus, A.z, B.x]
        jumps = some([*local, A.minus + B.minus, A.plus + B.minus, A.minus @ B.z], 1, 6)
    else:
        space = qs.Space(M=qs.Fock(4, finite=True))
        m = space["M"]
        hamiltonian = some([m.number, m.create + m.destroy, m.number @ m.number], 0, 4)
        jumps = some([m.create, m.destroy, m.destroy @ m.destroy, m.number], 1, 5)
    if rng.integers(2) and hamiltonian:
        total = sum(c * qs.operators.as_operator(h, space.dimension, "h") for c, h in hamiltonian)
        hamiltonian = [(1.0, total)]
    return qs.Lindbladian(space, hamiltonian, jumps)


@pytest.mark.parametrize("decades", [12, 24])
@pytest.mark.parametrize("seed", range(2))
def test_random_systems_are_right_or_refused_by_name(seed, decades):
    rng = np.random.default_rng([seed, decades])
    solved = 0
    for _ in range(20):
        system = random_scales(rng, decades)
        count, rho = exact_steady_state(system)
        try:
            steady = qs.steady_state(system)
        except NonUniqueSteadyStateError as refused:
            # If there is one, rounding has to decide it, and the error says so.
            if refused.proven and not refused.count == count > 1:
                pytest.fail(f"{count} stationary states, but: {refused}")
            continue
        except ScaleError:
            assert count == 1
            continue
        assert count == 1
        error = np.abs(steady.rho - rho).max()
        assert error <= 10 * EPS / steady.reciprocal_condition
        assert error < 1e-6
        solved += 1
    assert solved >= 8


def test_a_degeneracy_up_to_rounding_is_told_from_a_proven_one():
    # A spin 1/2 that nothing touches, beside one that relaxes; then seen in another basis.
    system = [(0.7, A.z)], [(1.0, A.minus), (0.3, A.plus)]
    with pytest.raises(NonUniqueSteadyStateError, match="has 4 linearly independent") as caught:
        qs.steady_state(qs.Lindbladian(PAIR, *system))
    assert caught.value.proven
    U = random_unitary(np.random.default_rng(3), 4)
    turned = [[(c, U @ o.toarray() @ U.conj().T) for c, o in part] for part in system]
    turned[0] = [(c, (h + h.conj().T) / 2) for c, h in turned[0]]

    with pytest.raises(
        NonUniqueSteadyStateError, match=r"told from 4 .* the gap between them is \d\.\de-1"
    ) as caught:
        qs.steady_state(qs.Lindbladian(PAIR, *turned))
    assert not caught.value.proven
    assert caught.value.count == 4


def test_masked_points_say_whether_the_state_is_not_unique_or_out_of_reach(monkeypatch):
    rates = np.array([1.0, 0.0, 1e-14])
    system = qs.Lindbladian(PAIR, [], [(1.0, A.minus), (0.5, A.plus), (rates, B.minus)])
    monkeypatch.setattr(
        "quantsync.lindblad.steady.resolve",
        lambda sector, row: _badly_scaled.Resolved(None, np.inf),
    )
    masked = qs.steady_state(system, errors="mask")
    assert masked.valid.tolist() == [True, False, False]
    assert masked.unique.tolist() == [True, False, True]
    assert (
        masked.uniqueness == "proven from the jump operators in 2 systems, tested numerically in 1"
    )
    with pytest.raises(ScaleError, match=r"rates between 1.0e-14 and 1.0e\+00 lie too far apart"):
        qs.steady_state(system[2])


@pytest.mark.parametrize(("spin", "largest"), [(4, 0.3113313203010792), (5, 0.5268453519933382)])
def test_spins_that_stay_at_their_ends_for_long_have_one_state(spin, largest):
    # The limit cycle's rates keep a large spin at an end for 100^(2 S) times the inverse
    # of the fastest rate. Populations from the sector's solution in ball arithmetic of 600 bits.
    steady = qs.steady_state(qs.models.spin_pair(spin=spin))
    assert steady.unique
    assert_allclose(np.diag(steady.rho).real.max(), largest, rtol=1e-12)


def test_whole_numbers_are_the_generator():
    rng = np.random.default_rng(5)
    jump = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    system = qs.Lindbladian(
        qs.Space(A=qs.Spin(1)), [(0.3, random_hermitian(rng, 3))], [(1.7, jump), (1e-30, jump.T)]
    )
    (row,) = system.coefficient_table()
    (sector,) = find_sectors(system.terms, row != 0)
    entries = _exact.block(system.terms, row, sector.elements)
    expected = exact_generator(system)
    unit = flint.fmpq(2) ** entries.exponent
    found = flint.fmpq_mat(9, 9)
    for i, j, value in zip(entries.rows, entries.columns, entries.values, strict=True):
        found[int(i), int(j)] = unit * int(value)
    assert found == expected
    assert _exact.nullity(entries) == 9 - expected.rank() == 1


def test_populations_are_right_to_roundings_whatever_the_rates():
    rng = np.random.default_rng(6)
    for _ in range(50):
        n = int(rng.integers(2, 7))
        rates = 10.0 ** rng.uniform(-30, 30, (n, n)) * (rng.random((n, n)) < 0.8)
        np.fill_diagonal(rates, 0)
        exact = flint.fmpq_mat(
            [[flint.fmpq(*float(x).as_integer_ratio()) for x in row] for row in rates]
        )
        for k in range(n):
            exact[k, k] = -sum((exact[i, k] for i in range(n)), flint.fmpq(0))
        found = stationary_distribution(rates)
        if exact.rank() < n - 1:
            assert found is None
            continue
        for k in range(n):
            exact[n - 1, k] = 1
        right = flint.fmpq_mat(n, 1)
        right[n - 1, 0] = 1
        expected = [float(flint.arb(v)) for v in exact.solve(right).entries()]
        assert_allclose(found[0], expected, rtol=1e-14)


def test_a_steady_state_cannot_be_written_into():
    steady = qs.steady_state(qs.Lindbladian(PAIR, [], [(1.0, A.minus), (1.0, B.minus)]))
    with pytest.raises(ValueError, match="read-only"):
        steady.rho[0, 0] = 1
