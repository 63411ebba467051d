"""Perturbed stationary states against exact arithmetic, and what must not pass silently."""

import pickle
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
import xarray as xr
from perturbed_chain import diagonal

import quantsync as qs
from quantsync.lindblad.degenerate import perturbed as module
from quantsync.lindblad.degenerate.kossakowski import random_hamiltonian, random_kossakowski
from quantsync.system import Measure

ROUTES = {"at once": (10**9, 4), "krylov": (0, 1), "one by one": (0, 10**9)}
ETAS = 2.0 ** np.array([-40, -30, -20, -10, -3, 0, 3, 10])


@pytest.fixture(params=list(ROUTES))
def route(request, monkeypatch):
    """Each way to solve, whatever the size of the space."""
    small, few = ROUTES[request.param]
    monkeypatch.setattr(module, "SMALL", small)
    monkeypatch.setattr(module, "FEW", few)
    return request.param


# Exact arithmetic: operators and rates are multiples of powers of two, generators are exact
# fractions, and long double factors are refined with exact residuals.

fractions = np.vectorize(Fraction, otypes=[object])


def parts(operator):
    return fractions(np.real(operator)), fractions(np.imag(operator))


def product(a, b):
    return a[0] @ b[0] - a[1] @ b[1], a[0] @ b[1] + a[1] @ b[0]


def outer(a, b):
    return (
        np.kron(a[0], b[0]) - np.kron(a[1], b[1]),
        np.kron(a[0], b[1]) + np.kron(a[1], b[0]),
    )


def exact_generator(n, hamiltonian, dissipators):
    """Real and imaginary part of the superoperator on operators flattened row by row."""
    one = parts(np.eye(n))
    real = fractions(np.zeros((n * n, n * n)))
    imaginary = real.copy()
    for coefficient, operator in hamiltonian:
        left, right = outer(parts(operator), one), outer(one, parts(np.transpose(operator)))
        real += Fraction(coefficient) * (left[1] - right[1])
        imaginary -= Fraction(coefficient) * (left[0] - right[0])
    for rate, operator in dissipators:
        jump, rate = parts(operator), Fraction(rate)
        decay = product((jump[0].T, -jump[1].T), jump)
        terms = (
            (rate, outer(jump, (jump[0], -jump[1]))),
            (-rate / 2, outer(decay, one)),
            (-rate / 2, outer(one, (decay[0].T, decay[1].T))),
        )
        for factor, term in terms:
            real, imaginary = real + factor * term[0], imaginary + factor * term[1]
    return real, imaginary


@np.vectorize
def rounded(value):
    first = float(value)
    return np.longdouble(first) + np.longdouble(float(value - Fraction(first)))


@np.vectorize
def lifted(value):
    first = float(value)
    return Fraction(first) + Fraction(float(value - np.longdouble(first)))


def lu(matrix):
    factors, order = matrix.copy(), np.arange(len(matrix))
    for k in range(len(factors)):
        pivot = k + int(np.argmax(np.abs(factors[k:, k])))
        factors[[k, pivot]], order[[k, pivot]] = factors[[pivot, k]], order[[pivot, k]]
        factors[k + 1 :, k] /= factors[k, k]
        factors[k + 1 :, k + 1 :] -= np.outer(factors[k + 1 :, k], factors[k, k + 1 :])
    return factors, order


def substitute(factors, order, right):
    x = right[order].copy()
    for k in range(len(x)):
        x[k] -= factors[k, :k] @ x[:k]
    for k in reversed(range(len(x))):
        x[k] = (x[k] - factors[k, k + 1 :] @ x[k + 1 :]) / factors[k, k]
    return x


def exact_state(base, perturbation, eta):
    """The stationary state to more digits than a double has."""
    re, im = (a + Fraction(eta) * b for a, b in zip(base, perturbation, strict=True))
    size = len(re)
    n = round(size**0.5)
    matrix = np.block([[re, -im], [im, re]])
    matrix[[0, size]] = Fraction(0)
    matrix[0, : size : n + 1] = matrix[size, size :: n + 1] = Fraction(1)
    right = fractions(np.zeros(2 * size))
    right[0] = Fraction(1)
    factors, order = lu(rounded(matrix))
    x = fractions(np.zeros(2 * size))
    for _ in range(12):
        change = substitute(factors, order, rounded(right - matrix @ x))
        x = x + lifted(change)
        if np.abs(change).max() < 1e-22:
            flat = x.astype(float)
            return (flat[:size] + 1j * flat[size:]).reshape(n, n)
    raise AssertionError("the reference did not converge")


def dyadic(rng, *shape):
    values = np.round(rng.normal(size=(2, *shape)) * 8) / 8
    return values[0] + 1j * values[1]


def hermitian(matrix):
    return matrix + matrix.conj().T


def blocks(rng, *sizes):
    n, start = sum(sizes), 0
    matrix = np.zeros((n, n), complex)
    for size in sizes:
        inside = slice(start, start + size)
        matrix[inside, inside] = dyadic(rng, size, size)
        start += size
    return matrix


def unit(n, i, j, value=1.0):
    matrix = np.zeros((n, n), complex)
    matrix[i, j] = value
    return matrix


RNG = np.random.default_rng(3)
LOWERING = np.kron(np.eye(2), [[0, 1], [0, 0]])
DRIVE = np.kron(np.eye(2), [[0.5, 0.25 - 0.5j], [0.25 + 0.5j, -0.5]])
FREE = (
    [(1.0, np.diag([0, 0, 1, 2.0]))],
    [(0.5, unit(4, 0, 2)), (0.25, unit(4, 1, 3)), (1.0, unit(4, 2, 3, 1j))],
)
FEEDS = unit(5, 0, 4) + unit(5, 2, 4, 0.5) + unit(5, 3, 4, 0.25j)
BASES = {  # number of stationary states, dimension, Hamiltonian, dissipators
    "decoherence-free subspace": (4, 4, *FREE),
    "noiseless subsystem": (4, 4, [(1.0, DRIVE)], [(1.0, LOWERING)]),
    "oscillating subsystem": (
        2,
        4,
        [(1.0, DRIVE), (1.0, np.diag([1.0, 1, -1, -1]))],
        [(1.0, LOWERING)],
    ),
    "two enclosures": (
        2,
        5,
        [(1.0, hermitian(blocks(RNG, 3, 2)))],
        [(1.0, blocks(RNG, 3, 2)), (0.5, blocks(RNG, 3, 2))],
    ),
    "enclosures and what feeds them": (
        2,
        5,
        [(1.0, hermitian(blocks(RNG, 2, 2, 1)))],
        [(1.0, FEEDS), (1.0, blocks(RNG, 2, 2, 1) * (np.arange(5) < 4))],
    ),
    "dephasing": (4, 4, [], [(1.0, np.diag([0.0, 1, 2, 3]))]),
    "Hamiltonian alone": (4, 4, [(1.0, np.diag([0.0, 1, 3, 7]))], []),
    "nothing": (9, 3, [], []),
    "nothing but zeros": (9, 3, [(0.0, hermitian(dyadic(RNG, 3, 3)))], [(0.0, unit(3, 0, 1))]),
}


def lindbladian(n, hamiltonian, dissipators):
    return qs.Lindbladian(qs.Space(A=qs.Fock(n, finite=True)), hamiltonian, dissipators)


def perturbations(n):
    rng = np.random.default_rng(10)
    both = [(1.0, hermitian(dyadic(rng, n, n)))], [(1.0, dyadic(rng, n, n))]
    return {"both": both, "weak dissipation": ([], [(2.0**-13, dyadic(rng, n, n))])}


@cache
def exact_states(name, kind):
    _, n, *system = BASES[name]
    base = exact_generator(n, *system)
    other = exact_generator(n, *perturbations(n)[kind])
    return np.array([exact_state(base, other, eta) for eta in ETAS])


@pytest.mark.parametrize("kind", ["both", "weak dissipation"])
@pytest.mark.parametrize("name", list(BASES))
def test_states_are_exact_at_every_strength(name, kind, route):
    count, n, *system = BASES[name]
    base = qs.degenerate.DegenerateBase(lindbladian(n, *system))
    perturbation = lindbladian(n, *perturbations(n)[kind])
    found = qs.degenerate.perturbed_steady_states(base, perturbation, ETAS)
    assert found.zero_modes == base.zero_modes == count
    expected = exact_states(name, kind)
    error = np.abs(found.rho - expected).max(axis=(1, 2))
    assert (error < (2e-13 if route == "krylov" else 2e-15)).all(), error
    limit = qs.degenerate.degenerate_steady_state(base, perturbation).rho[0]
    assert np.abs(limit - expected[0]).max() < 1e-10


@pytest.mark.parametrize("name", ["dephasing", "Hamiltonian alone"])
def test_what_the_perturbation_adds_has_all_its_digits(name, route):
    # Coherences of order eta: 12 orders of magnitude below the populations.
    _, n, *system = BASES[name]
    found = qs.degenerate.perturbed_steady_states(
        lindbladian(n, *system), lindbladian(n, *perturbations(n)["both"]), ETAS
    )
    away = ~np.eye(n, dtype=bool)
    expected = exact_states(name, "both")[:, away]
    error = np.abs(found.rho[:, away] - expected).max(axis=1)
    assert (error < 1e-10 * np.abs(expected).max(axis=1)).all()


def test_order_and_number_of_the_strengths_do_not_matter(route):
    _, n, *system = BASES["two enclosures"]
    base = qs.degenerate.DegenerateBase(lindbladian(n, *system))
    perturbation = lindbladian(n, *perturbations(n)["both"])
    expected = dict(zip(ETAS, exact_states("two enclosures", "both"), strict=True))
    for picked in ([5, 0, 3, 0, 5, 1], [4] * 5, [2], [6, 1, 4, 2], [1], [5, 3]):
        etas = ETAS[picked]
        found = qs.degenerate.perturbed_steady_states(base, perturbation, etas)
        np.testing.assert_array_equal(found.strengths, etas)
        for eta, rho in zip(etas, found.rho, strict=True):
            np.testing.assert_allclose(rho, expected[eta], atol=2e-13)


def test_the_layout_of_a_matrix_in_memory_does_not_matter(route):
    _, n, *system = BASES["two enclosures"]
    base = qs.degenerate.DegenerateBase(lindbladian(n, *system))
    perturbation = lindbladian(n, *perturbations(n)["both"])
    superoperator = perturbation.superoperator().toarray()
    rows = qs.degenerate.MatrixGenerator.from_superoperator(base.space, superoperator).matrix.copy(
        "C"
    )
    wide = np.zeros((2 * n * n, n * n))
    wide[::2] = rows
    expected = exact_states("two enclosures", "both")
    for generator in (
        qs.degenerate.MatrixGenerator.from_superoperator(base.space, superoperator),
        qs.degenerate.MatrixGenerator(base.space, rows),
        qs.degenerate.MatrixGenerator(base.space, np.asfortranarray(rows)),
        qs.degenerate.MatrixGenerator(base.space, wide[::2]),
    ):
        found = qs.degenerate.perturbed_steady_states(base, generator, ETAS)
        np.testing.assert_allclose(found.rho, expected, atol=2e-13)
        limit = qs.degenerate.degenerate_steady_state(base, generator).rho[0]
        np.testing.assert_allclose(limit, expected[0], atol=1e-10)


@pytest.mark.parametrize("power", [40, 20, -20, -40])
def test_only_the_ratio_of_the_scales_matters(power, route):
    # An overall factor of L1, or of L0, is a factor of eta.
    n, scale = 4, 2.0**power
    hamiltonian, dissipators = perturbations(n)["both"]
    scaled = lindbladian(
        n, [(c * scale, h) for c, h in hamiltonian], [(c * scale, h) for c, h in dissipators]
    )
    found = qs.degenerate.perturbed_steady_states(lindbladian(n, *FREE), scaled, ETAS / scale)
    expected = exact_states("decoherence-free subspace", "both")
    np.testing.assert_allclose(found.rho, expected, atol=2e-13)
    # A strength of one with a generator of that size.
    base, other = exact_generator(n, *FREE), exact_generator(n, hamiltonian, dissipators)
    expected = [exact_state(base, other, max(scale * f, 2.0**-50)) for f in (0.5, 1.0)]
    found = qs.degenerate.perturbed_steady_states(
        lindbladian(n, *FREE), scaled, np.maximum([0.5, 1.0], 2.0**-50 / scale)
    )
    np.testing.assert_allclose(found.rho, expected, atol=2e-13)


# A perturbation that keeps a symmetry selects nothing, and no number may come out.


def turned_pieces(rng, n, first):
    """Operators that share two invariant subspaces which no basis vector shows."""
    turn, _ = np.linalg.qr(rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n)))

    def draw():
        matrix = rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))
        matrix[:first, first:] = matrix[first:, :first] = 0
        return turn @ matrix @ turn.conj().T

    return draw


def exchange_symmetric():
    base = qs.models.collective_decay_pair()
    a, b = base.space["A"], base.space["B"]
    perturbation = qs.Lindbladian(
        base.space,
        [(0.3, a.x + b.x), (0.17, a.z @ b.z)],
        [(0.7, a.minus + b.minus), (0.3, a.z + b.z), (0.13, a.x @ b.x)],
    )
    return base, perturbation


def magnetisation_kept():
    base = qs.models.dephased_chain(sites=2)
    a, b = (base.space[name] for name in base.space)
    exchange = a.plus @ b.minus
    perturbation = qs.Lindbladian(
        base.space, [(0.3, exchange + exchange.T)], [(0.7, a.z), (0.2, exchange), (0.1, exchange.T)]
    )
    return base, perturbation


def turned(seed, n):
    rng = np.random.default_rng(seed)
    draw = turned_pieces(rng, n, 1 + seed)
    return tuple(
        lindbladian(n, [(1.0, hermitian(draw()))], [(1.0, draw()), (0.4, draw())]) for _ in range(2)
    )


def nothing_added():
    base = lindbladian(4, *FREE)
    return base, qs.degenerate.MatrixGenerator(base.space, np.zeros((16, 16)))


KEEPING = {
    "exchange": exchange_symmetric,
    "magnetisation": magnetisation_kept,
    "turned 4": lambda: turned(1, 4),
    "turned 6": lambda: turned(0, 6),
    "turned 11": lambda: turned(2, 11),
    "nothing": nothing_added,
    "the base": lambda: (lindbladian(4, *FREE), lindbladian(4, *FREE)),
    "diagonal Hamiltonian": lambda: (
        lindbladian(4, *FREE),
        lindbladian(4, [(1.0, np.diag([1.0, 2, 4, 7]))], []),
    ),
}


@pytest.mark.parametrize("name", list(KEEPING))
def test_a_kept_symmetry_is_refused_at_every_strength(name, route):
    base, perturbation = KEEPING[name]()
    prepared = qs.degenerate.DegenerateBase(base)
    for etas in ([1e-12], [1e-6], [0.1], [10.0], [1e-8, 1e-3, 1.0, 1e3], [0.3] * 4):
        with pytest.raises(qs.errors.NonUniqueSteadyStateError):
            qs.degenerate.perturbed_steady_states(prepared, perturbation, etas)
    with pytest.raises(qs.errors.NonUniqueSteadyStateError):
        qs.degenerate.degenerate_steady_state(prepared, perturbation)


def test_a_hamiltonian_that_selects_at_second_order(route):
    # Only rates of order eta^2 select: what is found is right or refused.
    n, hamiltonian = 4, hermitian(dyadic(np.random.default_rng(10), 4, 4))
    base, energy = lindbladian(n, *FREE), lindbladian(n, [(1.0, hamiltonian)], [])
    exact = exact_generator(n, *FREE), exact_generator(n, [(1.0, hamiltonian)], [])
    etas = 2.0 ** np.array([-22, -16, -10, -3])
    found = qs.degenerate.perturbed_steady_states(base, energy, etas)
    expected = np.array([exact_state(*exact, eta) for eta in etas])
    error = np.abs(found.rho - expected).max(axis=(1, 2))
    assert (error < 64 * np.finfo(float).eps / etas).all()
    with pytest.raises(qs.errors.NonUniqueSteadyStateError):
        qs.degenerate.degenerate_steady_state(base, energy)
    for etas in ([2.0**-44], 2.0 ** np.array([-44, -10, -5, 0])):
        with pytest.raises(qs.errors.QuantsyncError):
            qs.degenerate.perturbed_steady_states(base, energy, etas)


def wide_system(power):
    fast, slow = 2.0**power, 2.0**-power
    places = {(0, 1): fast, (1, 0): fast, (2, 3): slow, (3, 2): slow, (1, 5): 1.0, (2, 5): slow}
    return [], [*((rate, unit(6, *k)) for k, rate in places.items()), (fast, unit(6, 3, 4))]


@cache
def wide_states(power):
    rng = np.random.default_rng(6)
    other = [(1.0, hermitian(dyadic(rng, 6, 6)))], [(1.0, dyadic(rng, 6, 6))]
    exact = exact_generator(6, *wide_system(power)), exact_generator(6, *other)
    return lindbladian(6, *other), np.array([exact_state(*exact, eta) for eta in ETAS])


@pytest.mark.parametrize("power", [7, 10])
def test_rates_of_very_different_size(power, route):
    # The ratios of the rates are 2^14 and 2^20: some 4 and 6 digits could be lost, but are not.
    perturbation, expected = wide_states(power)
    found = qs.degenerate.perturbed_steady_states(
        lindbladian(6, *wide_system(power)), perturbation, ETAS
    )
    error = np.abs(found.rho - expected).max(axis=(1, 2))
    assert (error < 1e-13).all(), error


def clusters(power):
    """Two pairs of levels, in fast exchange each, and a slow transfer between them."""
    fast = [(1.0, unit(4, *pair)) for pair in ((0, 1), (1, 0), (2, 3), (3, 2))]
    return lindbladian(4, [], [*fast, (2.0**-power, unit(4, 0, 2))])


@pytest.mark.parametrize("power", [20, 30, 34, 36, 38])
def test_a_slow_rate_is_not_taken_for_none(power):
    system = clusters(power)
    assert qs.peripheral_modes(system).zero_modes == 1
    np.testing.assert_allclose(qs.steady_state(system).rho.trace(), 1)
    assert qs.degenerate.DegenerateBase(system, allow_unique=True).zero_modes == 1


def test_frequencies_that_cancel_up_to_rounding():
    def pair(energy):
        space = qs.Space(A=qs.Spin(1), B=qs.Spin(1))
        a, b = space["A"], space["B"]
        return qs.Lindbladian(
            space, [(energy, a.z), (0.3, b.z)], [(1.0, a.plus @ a.z), (1.0, b.minus @ b.z)]
        )

    exact, nearly = (qs.degenerate.DegenerateBase(pair(energy)) for energy in (0.3, 0.1 + 0.2))
    assert exact.zero_modes == nearly.zero_modes == qs.peripheral_modes(pair(0.1 + 0.2)).zero_modes
    perturbation = qs.degenerate.random_lindbladian(exact.space, np.random.default_rng(1))
    one, two = (
        qs.degenerate.perturbed_steady_states(base, perturbation, [1e-12, 1e-6, 1e-2]).rho
        for base in (exact, nearly)
    )
    np.testing.assert_allclose(one, two, atol=1e-14)


# Random generators.


@pytest.mark.parametrize("basis", ["printed", "orthonormal"])
@pytest.mark.parametrize("weights", [(1, 1), (0, 1), (1, 0), (0, 0), (0.3, 2)])
@pytest.mark.parametrize(
    "space",
    [qs.Space(A=qs.Spin(1 / 2)), qs.Space(A=qs.Spin(1)), qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1))],
    ids=["2", "3", "6"],
)
def test_random_generators_are_completely_positive_and_keep_the_trace(space, weights, basis):
    n = space.dimension
    operators = diagonal(basis, n)
    generator = qs.degenerate.random_lindbladian(
        space, np.random.default_rng(3), operators, weights
    )
    tensor = generator.superoperator().reshape(n, n, n, n)
    assert np.abs(np.einsum("iikl->kl", tensor)).max() < 1e-14 * n
    choi = tensor.transpose(0, 2, 1, 3).reshape(n * n, n * n)
    uniform = np.eye(n).ravel() / np.sqrt(n)
    traceless = np.eye(n * n) - np.outer(uniform, uniform)
    eigenvalues = np.linalg.eigvalsh(traceless @ choi @ traceless)
    assert eigenvalues[0] > -1e-13
    # n^2 - 1 positive ones with dissipation, none without.
    assert (eigenvalues > 1e-6).sum() == (n * n - 1 if weights[1] else 0)
    rng = np.random.default_rng(3)
    energy, rates = random_hamiltonian(n, rng), random_kossakowski(n, rng)
    again = qs.degenerate.kossakowski_generator(space, energy, rates, operators, weights)
    np.testing.assert_allclose(again.matrix, generator.matrix, atol=1e-14)
    if not any(weights):
        assert not generator.matrix.any()


def test_the_hamiltonian_has_the_variances_of_the_gaussian_unitary_ensemble():
    rng = np.random.default_rng(1)
    drawn = np.array([random_hamiltonian(3, rng) for _ in range(20_000)])
    np.testing.assert_array_equal(drawn, drawn.conj().swapaxes(1, 2))
    for i in range(3):
        assert drawn[:, i, i].real.var() == pytest.approx(2, rel=0.05)
    for part in (drawn[:, 0, 1].real, drawn[:, 1, 2].imag):
        assert part.var() == pytest.approx(1, rel=0.05)
        assert abs(part.mean()) < 0.03


@pytest.mark.parametrize(("n", "count"), [(2, 20_000), (3, 5000)])
def test_the_moments_of_trace_normalised_wishart_matrices(n, count):
    d, rng = n * n - 1, np.random.default_rng(2)
    drawn = np.array([random_kossakowski(n, rng) for _ in range(count)])
    np.testing.assert_allclose(np.einsum("kii->k", drawn), d, rtol=1e-13)
    spread = 5 / np.sqrt(count)
    np.testing.assert_allclose(drawn.mean(axis=0), np.eye(d), atol=spread)
    diagonal = np.einsum("kii->ki", drawn).real
    np.testing.assert_allclose(diagonal.var(axis=0), (d - 1) / (d * d + 1), rtol=4 * spread)
    i, j = np.triu_indices(d, 1)
    off = drawn[:, i, j]
    np.testing.assert_allclose((np.abs(off) ** 2).mean(axis=0), d / (d * d + 1), rtol=4 * spread)
    np.testing.assert_allclose((off**2).mean(axis=0), 0, atol=spread)
    assert np.linalg.eigvalsh(drawn)[:, 0].min() > -1e-14


# Ensembles.

PAIR = qs.models.collective_decay_pair()
STRENGTHS = [1e-3, 0.1]


def coherence(states):
    return states.rho[:, 1, 2]


def few_bits(states):
    return (states.rho[:, 0, 0].real > 0.11).astype(np.int8) * np.int8(100)


def flags(states):
    return states.rho[:, 0, 0].real > 0.11


def far_from_zero(states):
    return 1e3 + 1e-4 * states.rho[:, 0, 0].real


MEASURES = [coherence, few_bits, flags, far_from_zero]


@pytest.mark.parametrize("measure", MEASURES)
def test_averages_of_numbers_of_every_kind(measure):
    values = qs.ensemble(PAIR, STRENGTHS, 300, 3, {"x": measure}, workers=1).x.values
    mean = qs.ensemble(PAIR, STRENGTHS, 300, 3, {"x": measure}, average="x", workers=1)
    np.testing.assert_allclose(mean.x, values.mean(axis=0), rtol=1e-12, atol=1e-14)
    spread = np.sqrt((np.abs(values - values.mean(axis=0)) ** 2).sum(axis=0) / 299)
    np.testing.assert_allclose(mean.x_error, spread / np.sqrt(300), rtol=1e-5, atol=1e-14)


def test_the_error_of_the_mean_of_one_sample_is_not_zero():
    found = qs.ensemble(PAIR, STRENGTHS, 1, 3, ["purity"], average="purity", workers=4)
    assert np.isfinite(found.purity).all()
    assert np.isnan(found.purity_error).all()


@pytest.mark.parametrize("seed", [5, 2**63, 2**100])
def test_datasets_can_be_written_and_read(tmp_path, seed):
    pytest.importorskip("h5netcdf")

    def sometimes(space, rng):
        if rng.random() < 0.3:
            raise ArithmeticError("on purpose")
        return qs.degenerate.random_lindbladian(space, rng)

    with pytest.warns(qs.errors.SweepWarning):
        kept = qs.ensemble(
            PAIR, STRENGTHS, 20, seed, MEASURES, average=["coherence"], draw=sometimes, workers=1
        )
    path = tmp_path / "kept.nc"
    kept.to_netcdf(path, engine="h5netcdf")
    with xr.open_dataset(path, engine="h5netcdf") as read:
        xr.testing.assert_equal(read.load(), kept)
        assert int(read.attrs["seed"]) == seed
        assert list(np.atleast_1d(read.attrs["failures"])) == kept.attrs["failures"]


def upper_population(states):
    return states.rho[:, 0, 0].real


def test_a_measure_that_fails_costs_only_its_samples():
    values = qs.ensemble(PAIR, STRENGTHS, 40, 3, {"x": upper_population}, workers=1).x.values
    concerned = values[:, 1] < np.quantile(values[:, 1], 0.1)
    limit = values[concerned, 1].max()
    assert concerned.sum() == 4

    def sometimes(states):
        found = upper_population(states)
        if (found[np.isclose(states.strengths, STRENGTHS[1])] <= limit).any():
            raise qs.errors.ConvergenceError("on purpose")
        return found

    with pytest.warns(qs.errors.SweepWarning, match="on purpose"):
        found = qs.ensemble(PAIR, STRENGTHS, 40, 3, {"x": sometimes}, workers=1)
    np.testing.assert_array_equal(found.failed, concerned)
    np.testing.assert_array_equal(found.x[~concerned], values[~concerned])


@pytest.mark.parametrize("workers", [1, 2])
def test_another_error_of_a_measure_is_named(workers):
    def wrong(states):
        raise KeyError("on purpose")

    with pytest.raises(qs.errors.SweepError, match="600 of 600 samples failed.*on purpose"):
        qs.ensemble(PAIR, STRENGTHS, 600, 1, {"x": wrong}, workers=workers)


def test_undefined_values_do_not_count_and_do_not_fail():
    values = qs.ensemble(PAIR, STRENGTHS, 50, 1, {"x": upper_population}, workers=1).x.values
    limits = np.median(values, axis=0)
    undefined = values > limits

    def half(states):
        found, first = upper_population(states), states.strengths == STRENGTHS[0]
        return np.where(found > np.where(first, *limits), np.nan, found)

    measure = Measure("half", "half of it", "1", half, may_be_undefined=True)
    kept = qs.ensemble(PAIR, STRENGTHS, 50, 1, [measure], workers=1)
    mean = qs.ensemble(PAIR, STRENGTHS, 50, 1, [measure], average="half", workers=1)
    np.testing.assert_array_equal(np.isnan(kept.half), undefined)
    assert not kept.failed.any()
    known = np.where(undefined, np.nan, values)
    np.testing.assert_allclose(mean.half, np.nanmean(known, axis=0), rtol=1e-12)
    error = np.nanstd(known, axis=0, ddof=1) / np.sqrt((~undefined).sum(axis=0))
    np.testing.assert_allclose(mean.half_error, error, rtol=1e-8)


@pytest.mark.parametrize(
    ("measures", "average"),
    [
        ({"eta": flags}, ()),
        ({"sample": flags}, ()),
        ({"p": flags, "p_error": coherence}, ["p"]),
    ],
)
def test_names_that_are_taken_are_refused_before_anything_is_done(measures, average):
    def never(space, rng):
        raise AssertionError("drawn")

    with pytest.raises(qs.errors.InvalidArgumentError):
        qs.ensemble(PAIR, STRENGTHS, 2, 1, measures, average=average, draw=never, workers=1)


def test_a_prepared_base_can_be_sent_and_more_workers_than_samples_do_no_harm():
    copy = pickle.loads(pickle.dumps(qs.degenerate.DegenerateBase(PAIR)))
    assert copy.zero_modes == 2
    found = qs.ensemble(copy, STRENGTHS, 3, 1, ["purity"], workers=8)
    assert found.identical(qs.ensemble(PAIR, STRENGTHS, 3, 1, ["purity"], workers=1))


# Spectra of the same kind of systems.


@pytest.mark.parametrize("seed", range(8))
def test_zero_modes_are_those_of_the_dense_spectrum(seed):
    rng = np.random.default_rng(seed)
    first, n = [(1, 4), (2, 5), (3, 6), (2, 4)][seed % 4]
    draw = turned_pieces(rng, n, first)
    system = lindbladian(n, [(1.0, hermitian(draw()))], [(1.0, draw())])
    modes = qs.peripheral_modes(system)
    values = np.linalg.eigvals(system.superoperator().toarray())
    alive = np.abs(values.real) < 1e-9
    assert (
        modes.zero_modes
        == (np.abs(values) < 1e-9).sum()
        == qs.degenerate.DegenerateBase(system).zero_modes
    )
    assert len(modes.eigenvalues) == alive.sum()
    assert modes.gap == pytest.approx(-values[~alive].real.max(), rel=1e-7)
    overlaps = np.einsum("jab,kab->jk", modes.left.conj(), modes.right)
    np.testing.assert_allclose(overlaps, np.eye(len(modes.right)), atol=1e-10)
