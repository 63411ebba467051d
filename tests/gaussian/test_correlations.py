"""Gaussian measures: analytic states, rounding near pure states, and thewalrus as an oracle."""

import array_api_strict as strict
import numpy as np
import pytest
from places import reference
from scipy.linalg import block_diag, expm

from quantsync.errors import DimensionError, InvalidArgumentError, InvalidStateError, NonFiniteError
from quantsync.gaussian.correlations import (
    discord as gaussian_discord,
)
from quantsync.gaussian.correlations import (
    entropy as gaussian_entropy,
)
from quantsync.gaussian.correlations import (
    log_negativity as gaussian_log_negativity,
)
from quantsync.gaussian.correlations import (
    mutual_information as gaussian_mutual_information,
)
from quantsync.gaussian.correlations import (
    purity as gaussian_purity,
)
from quantsync.gaussian.covariance import reduced_covariance
from quantsync.gaussian.symplectic import (
    check_uncertainty,
    symplectic_spectrum,
)


def entropy(nu):
    nu = np.asarray(nu, dtype=float)
    return (nu + 0.5) * np.log(nu + 0.5) - np.where(
        nu > 0.5, (nu - 0.5) * np.log(np.where(nu > 0.5, nu - 0.5, 1)), 0
    )


def rotation(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def beam_splitter(angle):
    return np.kron(rotation(angle), np.eye(2))


def two_mode_squeezed(r, nu=0.5):
    c, s = nu * np.cosh(2 * r), nu * np.sinh(2 * r)
    return np.array([[c, 0, s, 0], [0, c, 0, -s], [s, 0, c, 0], [0, -s, 0, c]])


def squeezed(r, angle=0.0, nu=0.5):
    turn = rotation(angle)
    return turn @ np.diag([nu * np.exp(-2 * r), nu * np.exp(2 * r)]) @ turn.T


def random_symplectic(rng, modes, strength=0.6):
    omega = np.kron(np.eye(modes), [[0, 1], [-1, 0]])
    symmetric = rng.normal(size=(2 * modes, 2 * modes)) * strength
    return expm(omega @ (symmetric + symmetric.T) / 2)


def random_state(rng, modes, nu):
    s = random_symplectic(rng, modes)
    return s @ np.diag(np.repeat(nu, 2)) @ s.T


@pytest.mark.parametrize("modes", [1, 2, 3, 5])
def test_spectrum_entropy_and_purity_of_states_of_known_spectrum(modes):
    rng = np.random.default_rng(modes)
    nu = np.sort(rng.uniform(0.5, 4, size=(20, modes)), axis=-1)
    states = np.stack([random_state(rng, modes, v) for v in nu])
    np.testing.assert_allclose(symplectic_spectrum(states), nu, rtol=1e-11)
    np.testing.assert_allclose(gaussian_entropy(states), entropy(nu).sum(-1), rtol=1e-10)
    np.testing.assert_allclose(gaussian_purity(states), np.prod(0.5 / nu, axis=-1), rtol=1e-10)


def test_spectrum_keeps_small_eigenvalues_beside_large_ones():
    s = beam_splitter(0.4) @ np.diag([2.0, 0.5, 1.0, 1.0]) @ beam_splitter(0.9)
    state = s @ np.diag([0.5, 0.5, 1e4, 1e4]) @ s.T
    np.testing.assert_allclose(symplectic_spectrum(state), [0.5, 1e4], rtol=1e-11)


@pytest.mark.parametrize("r", [0.0, 1e-6, 0.3, 2.0, 5.0])
def test_two_mode_squeezed_vacuum(r):
    state = two_mode_squeezed(r)
    # The entries themselves, rounded, fix nu to a relative e^{4r} times 1e-16 only.
    tolerance = 1e-15 * np.exp(4 * r) + 1e-14
    assert gaussian_log_negativity(state) == pytest.approx(2 * r, abs=tolerance)
    assert gaussian_entropy(state) == 0
    assert gaussian_purity(state) == 1
    local = entropy(np.cosh(2 * r) / 2)
    assert gaussian_mutual_information(state) == pytest.approx(2 * local, abs=tolerance, rel=1e-9)
    assert gaussian_discord(state) == pytest.approx(local, abs=tolerance, rel=1e-9)


def test_squeezed_thermal_states_are_entangled_beyond_their_noise():
    r = np.linspace(0, 1, 21)
    states = np.stack([two_mode_squeezed(x, nu=1.2) for x in r])
    expected = np.maximum(0, 2 * r - np.log(2.4))
    np.testing.assert_allclose(gaussian_log_negativity(states), expected, atol=1e-13)
    np.testing.assert_allclose(
        gaussian_log_negativity(states, base=2), expected / np.log(2), atol=1e-13
    )


def test_beam_splitter_entangles_squeezed_light():
    r = 0.7
    s = beam_splitter(np.pi / 4)
    state = s @ block_diag(squeezed(r), squeezed(-r)) @ s.T
    assert gaussian_log_negativity(state) == pytest.approx(2 * r, abs=1e-13)
    same = s @ block_diag(squeezed(r), squeezed(r)) @ s.T
    assert gaussian_log_negativity(same) == 0
    assert gaussian_mutual_information(same) == 0


@pytest.mark.parametrize("r", [0.0, 0.5, 2.0, 5.0])
def test_pure_products_are_free_of_correlations(r):
    rng = np.random.default_rng(3)
    for _ in range(200):
        one, two = rng.uniform(0, np.pi, size=2)
        state = block_diag(squeezed(r, one), squeezed(-0.8 * r, two))
        assert gaussian_log_negativity(state) == 0
        assert gaussian_mutual_information(state) == 0
        assert gaussian_discord(state) == 0
        assert gaussian_entropy(state) == 0
        assert gaussian_purity(state) == 1


def test_strong_local_squeezing_is_exact():
    state = np.diag([np.exp(10), np.exp(-10), np.exp(-10), np.exp(10)]) * 0.5
    np.testing.assert_allclose(symplectic_spectrum(state), 0.5, rtol=1e-15)
    mixed = np.diag([np.exp(10), np.exp(-10), np.exp(-10), np.exp(10)]) * 0.7
    assert gaussian_entropy(mixed) == pytest.approx(2 * entropy(0.7), rel=1e-14)


@pytest.mark.parametrize("excess", [1e-15, 1e-12, 1e-6, 1e-3])
def test_entropy_of_nearly_pure_states(excess):
    state = np.diag([0.5 + excess, 0.5 + excess])
    x = state[0, 0] - 0.5
    expected = (x + 1) * np.log1p(x) - x * np.log(x)
    assert gaussian_entropy(state) == pytest.approx(expected, rel=1e-3, abs=1e-13)
    if excess > 1e-10:
        assert gaussian_entropy(state) == pytest.approx(expected, rel=1e-8)


def test_entropy_of_hot_states():
    nu = np.array([1e8, 1e12])
    np.testing.assert_allclose(
        gaussian_entropy(nu[:, None, None] * np.eye(2)), np.log(nu) + 1, rtol=1e-14
    )


def test_local_symplectic_maps_change_nothing():
    rng = np.random.default_rng(5)
    state = random_state(rng, 2, [0.55, 1.3])
    local = block_diag(random_symplectic(rng, 1), random_symplectic(rng, 1))
    moved = local @ state @ local.T
    for measure in (gaussian_log_negativity, gaussian_mutual_information, gaussian_discord):
        assert measure(moved) == pytest.approx(float(measure(state)), rel=1e-10)


def test_cuts_of_three_modes():
    rng = np.random.default_rng(11)
    pure = random_state(rng, 3, [0.5, 0.5, 0.5])
    for first in ([0], [1], [2], [0, 1], [1, 2]):
        rest = [k for k in range(3) if k not in first]
        here = gaussian_entropy(reduced_covariance(pure, first))
        assert gaussian_mutual_information(pure, first) == pytest.approx(2 * here, rel=1e-9)
        assert gaussian_log_negativity(pure, first) == pytest.approx(
            float(gaussian_log_negativity(pure, rest)), rel=1e-9
        )
        # Of a pure state E is twice the sum of the squeezings between the sides.
        local = symplectic_spectrum(reduced_covariance(pure, first))
        between = np.sum(np.arccosh(np.maximum(2 * local, 1)))
        assert gaussian_log_negativity(pure, first) == pytest.approx(between, rel=1e-6)


def adesso_datta(state):
    """Eqs. (8)-(10) of PRL 105, 030501 as printed, vacuum variance 1, mode 1 measured."""
    s = 2 * state
    alpha, beta = np.linalg.det(s[:2, :2]), np.linalg.det(s[2:, 2:])
    gamma, delta = np.linalg.det(s[:2, 2:]), np.linalg.det(s)
    if (delta - alpha * beta) ** 2 <= (1 + beta) * gamma**2 * (alpha + delta):
        inner = gamma**2 + (beta - 1) * (delta - alpha)
        least = 2 * gamma**2 + (beta - 1) * (delta - alpha) + 2 * abs(gamma) * np.sqrt(inner)
        least /= (beta - 1) ** 2
    else:
        inner = gamma**4 + (delta - alpha * beta) ** 2 - 2 * gamma**2 * (alpha * beta + delta)
        least = (alpha * beta - gamma**2 + delta - np.sqrt(inner)) / (2 * beta)
    return (
        entropy(np.sqrt(beta) / 2)
        - entropy(symplectic_spectrum(state)).sum()
        + entropy(np.sqrt(least) / 2)
    )


def test_discord_is_adesso_and_dattas_formula():
    rng = np.random.default_rng(8)
    branches = set()
    for _ in range(200):
        state = random_state(rng, 2, rng.uniform(0.55, 3, size=2))
        assert gaussian_discord(state) == pytest.approx(adesso_datta(state), abs=1e-9)
        swapped = reduced_covariance(state, [1, 0])
        assert gaussian_discord(swapped, measured=0) == pytest.approx(
            float(gaussian_discord(state)), abs=1e-12
        )
        assert gaussian_discord(state) <= gaussian_mutual_information(state) + 1e-12
        s = 2 * state
        a, b = np.linalg.det(s[:2, :2]), np.linalg.det(s[2:, 2:])
        c, d = np.linalg.det(s[:2, 2:]), np.linalg.det(s)
        branches.add(bool((d - a * b) ** 2 <= (1 + b) * c**2 * (a + d)))
    assert branches == {True, False}


def test_classically_correlated_states_have_discord_and_no_entanglement():
    s = beam_splitter(np.pi / 4)
    state = s @ np.diag([2.0, 2.0, 0.7, 0.7]) @ s.T
    assert gaussian_log_negativity(state) == 0
    assert 0 < gaussian_discord(state) < gaussian_mutual_information(state)


def test_agreement_with_thewalrus():
    pytest.importorskip("thewalrus")
    from thewalrus.quantum.entanglement import log_negativity as oracle_negativity
    from thewalrus.quantum.entanglement import vonneumann_entropy as oracle_entropy

    rng = np.random.default_rng(21)
    for modes in (1, 2, 3):
        order = [*range(0, 2 * modes, 2), *range(1, 2 * modes, 2)]  # q1 q2 ... p1 p2 ...
        for _ in range(10):
            state = random_state(rng, modes, rng.uniform(0.51, 2, size=modes))
            theirs = 2 * state[np.ix_(order, order)]  # hbar = 2: vacuum variance 1
            assert gaussian_entropy(state) == pytest.approx(
                oracle_entropy(theirs, hbar=2), rel=1e-9
            )
            if modes > 1:
                ours = gaussian_log_negativity(state, first=0)
                # Its sum over all eigenvalues below 1 differs from the largest one only.
                assert ours == pytest.approx(
                    oracle_negativity(theirs, modes_A=[0], hbar=2), rel=1e-8, abs=1e-10
                )


def test_batches_and_nan_points():
    states = np.stack([two_mode_squeezed(r) for r in (0.1, 0.2, 0.3)]).reshape(3, 1, 4, 4)
    np.testing.assert_allclose(gaussian_log_negativity(states), [[0.2], [0.4], [0.6]], atol=1e-13)
    states[1] = np.nan
    for measure in (gaussian_log_negativity, gaussian_mutual_information, gaussian_discord):
        value = measure(states)
        assert np.isnan(value).tolist() == [[False], [True], [False]]
    assert gaussian_entropy(np.zeros((0, 2, 2))).shape == (0,)


def test_array_api():
    state = two_mode_squeezed(0.4, nu=0.6)
    for measure in (
        symplectic_spectrum,
        gaussian_purity,
        gaussian_entropy,
        gaussian_log_negativity,
        gaussian_mutual_information,
        gaussian_discord,
    ):
        value = measure(strict.asarray(state))
        np.testing.assert_allclose(np.asarray(value), measure(state), rtol=1e-13)


def test_violations_are_named():
    with pytest.raises(InvalidStateError, match=r"smallest symplectic eigenvalue is 0\.4"):
        check_uncertainty(np.diag([0.4, 0.4, 1, 1]))
    batch = np.stack([np.eye(4), np.eye(4) * 0.3])
    with pytest.raises(InvalidStateError, match=r"is 0\.3 at batch index \(1,\), but"):
        gaussian_entropy(batch)
    with pytest.raises(InvalidStateError, match="not positive: -1"):
        gaussian_entropy(np.diag([-1.0, 1.0]))
    with pytest.raises(InvalidStateError, match="positive definite"):
        symplectic_spectrum(np.array([[1.0, 2.0], [2.0, 1.0]]))
    with pytest.raises(InvalidStateError, match="symmetric"):
        symplectic_spectrum(np.array([[1.0, 0.3], [0.2, 1.0]]))
    with pytest.raises(NonFiniteError):
        gaussian_entropy(np.diag([1.0, np.inf]))
    with pytest.raises(DimensionError, match=r"\(3, 3\)"):
        gaussian_entropy(np.eye(3))
    with pytest.raises(DimensionError, match="2 modes"):
        gaussian_discord(np.eye(6))
    with pytest.raises(InvalidArgumentError, match="measured"):
        gaussian_discord(np.eye(4), measured=2)
    for first in ([], [0, 1], [2], [-1], [0, 0], [0.5]):
        with pytest.raises(InvalidArgumentError, match="first"):
            gaussian_log_negativity(np.eye(4), first)
    with pytest.raises(InvalidArgumentError, match="base"):
        gaussian_entropy(np.eye(2), base=1)


def test_rounding_is_no_violation():
    rng = np.random.default_rng(2)
    for _ in range(100):
        s = random_symplectic(rng, 2, strength=1.5)
        check_uncertainty(s @ s.T / 2)


REFERENCE = reference("benedetti2016")
MEASURES = {
    "E": gaussian_log_negativity,
    "MI": gaussian_mutual_information,
    "2nutilde": lambda state: np.exp(-gaussian_log_negativity(state)),
}


def probes_on_a_chain(params, time):
    """Covariance of two squeezed probes on a chain in its ground state, from normal modes."""
    sites, k = params["M"], float(params["K"])
    omega = np.array([1.0, float(params["omega2"])])
    v = np.diag(np.full(sites + 2, float(params["Omega0"]) ** 2 + 2 * float(params["g"])))
    v[[0, 1], [0, 1]] = omega**2
    i = np.arange(2, sites + 1)
    v[i, i + 1] = v[i + 1, i] = -float(params["g"])
    squares, own = np.linalg.eigh(v[2:, 2:])
    for probe, site in enumerate((params["m"], params["n"])):
        v[probe, 1 + site] = v[1 + site, probe] = k
    r = params["sign"] * np.array([params["r1"], params["r2"]], dtype=float)
    x, p = np.zeros_like(v), np.zeros_like(v)
    x[[0, 1], [0, 1]] = np.exp(2 * r) / 2 / omega
    p[[0, 1], [0, 1]] = omega * np.exp(-2 * r) / 2
    x[2:, 2:] = own / np.sqrt(squares) / 2 @ own.T
    p[2:, 2:] = own * np.sqrt(squares) / 2 @ own.T
    squares, modes = np.linalg.eigh(v)
    w = np.sqrt(squares)
    cosine, sine = np.cos(w * time) * modes[:2], np.sin(w * time) * modes[:2]
    of_x = np.stack([cosine @ modes.T, -(sine * w) @ modes.T], axis=1).reshape(4, -1)
    of_p = np.stack([(sine / w) @ modes.T, cosine @ modes.T], axis=1).reshape(4, -1)
    return of_x @ x @ of_x.T + of_p @ p @ of_p.T


@pytest.mark.parametrize(
    "entry",
    [e for e in REFERENCE["references"] if e["id"].partition(".")[2].partition(".")[0] in MEASURES],
    ids=lambda e: e["id"],
)
def test_reference_correlations(entry):
    state = probes_on_a_chain(entry["params"], entry["t"])
    name, expected = entry["id"].split(".")[1], float(entry["value"])
    if name == "2nutilde":
        expected = min(expected, 1.0)  # without entanglement E does not tell nu~
    assert MEASURES[name](state) == pytest.approx(expected, abs=1e-12)
