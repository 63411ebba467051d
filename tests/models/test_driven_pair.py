"""The driven pair of spins: moment equations, closed forms, reference numbers, symmetries."""

import json

import numpy as np
import pytest
import qutip
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from places import TESTS
from scipy.optimize import brentq, root
from systems import bloch_state, boltzmann, random_hermitian

import quantsync as qs
from quantsync.errors import (
    BroadcastError,
    InvalidArgumentError,
    NonFiniteError,
    NonUniqueSteadyStateError,
)
from quantsync.models import driven_pair, driving
from quantsync.models.driven_pair.moments import (
    first_order_moments,
    resonant_response_a,
    resonant_zero_crossing_a,
    resonant_zero_crossing_b,
    undriven_moments,
)

SPACE = driving().space
A, B = SPACE["A"], SPACE["B"]
FULL = {
    "gain_a": 0.3,
    "damping_a": 0.9,
    "gain_b": 0.8,
    "damping_b": 0.15,
    "coupling": 0.7,
    "drive": 0.45,
    "drive_detuning": 0.25,
    "qudit_detuning": -0.4,
    "dephasing": 0.1,
}

KEYWORDS = {
    "wA": "gain_a",
    "wB": "gain_b",
    "g": "coupling",
    "eps": "drive",
    "Dd": "drive_detuning",
    "Dq": "qudit_detuning",
    "gamma_phi": "dephasing",
}

few = settings(derandomize=True, deadline=None, max_examples=25)
rates = st.floats(0.05, 2)
parameters = st.fixed_dictionaries(
    dict.fromkeys(("gain_a", "damping_a", "gain_b", "damping_b"), rates)
    | {name: st.floats(-3, 3) for name in ("coupling", "drive_detuning", "qudit_detuning")}
    | {"dephasing": st.floats(0, 1)}
)
gains = st.floats(0, 1)


@pytest.fixture(scope="module")
def numbers():
    """(parameters, value) from an independent calculation, a list for each name."""
    path = TESTS / "reference" / "vaidya2024.json"
    table = {}
    for entry in json.loads(path.read_text())["numbers"]:
        if entry["section"] in ("qubit", "qutrit"):
            value, printed = entry["value"], entry["params"]
            value = complex(*map(float, value)) if isinstance(value, list) else float(value)
            found = {k: float(printed[j]) for j, k in KEYWORDS.items() if j in printed}
            for j in "ab":  # Gamma_A = Gamma_B = 1 unless the damping rates are given
                damping = printed.get(f"g{j.upper()}", "1-w")
                found[f"damping_{j}"] = 1 - found[f"gain_{j}"] if "-" in damping else float(damping)
            table.setdefault(entry["name"], []).append((found, value))
    return table


def expectation(operator, rho):
    return np.trace(operator.toarray() @ rho, axis1=-2, axis2=-1)


def without(given_parameters, *names):
    return {k: v for k, v in given_parameters.items() if k not in names}


def moment_parameters(given_parameters):
    """The parameters of the moment equations without drive."""
    return without(given_parameters, "drive", "drive_detuning")


def unit(gain_a, gain_b, **others):
    """Rates with gain + damping = 1."""
    bath = {"gain_a": gain_a, "damping_a": 1 - gain_a, "gain_b": gain_b, "damping_b": 1 - gain_b}
    return bath | others


# The model


@pytest.mark.parametrize("spin", [1 / 2, 1])
def test_the_steady_state_is_that_of_qutip(spin):
    n = int(2 * spin + 1)
    one = qutip.qeye(n)
    up_a, up_b = (
        qutip.tensor(x, y) for x, y in ((qutip.jmat(spin, "+"), one), (one, qutip.jmat(spin, "+")))
    )
    z_a, z_b = (
        qutip.tensor(x, y) for x, y in ((qutip.jmat(spin, "z"), one), (one, qutip.jmat(spin, "z")))
    )
    p = FULL
    H = p["drive_detuning"] * z_a + (p["drive_detuning"] + p["qudit_detuning"]) * z_b
    H += p["coupling"] / 2 * (up_a * up_b.dag() + up_a.dag() * up_b)
    H += p["drive"] / 2 * (up_a + up_a.dag())
    c_ops = [
        np.sqrt(p["gain_a"]) * up_a,
        np.sqrt(p["damping_a"]) * up_a.dag(),
        np.sqrt(p["gain_b"]) * up_b,
        np.sqrt(p["damping_b"]) * up_b.dag(),
        np.sqrt(2 * p["dephasing"]) * z_a,
        np.sqrt(2 * p["dephasing"]) * z_b,
    ]
    expected = qutip.steadystate(H, c_ops).full()
    found = qs.steady_state(driven_pair(**FULL, spin=spin)).rho
    assert_allclose(found, expected, atol=1e-12)
    # Every parameter matters: it is not that of a system without it.
    for name in FULL:
        other = qs.steady_state(driven_pair(**{**FULL, name: FULL[name] / 2}, spin=spin)).rho
        assert np.abs(other - expected).max() > 1e-3


def test_the_defaults_are_those_of_figure_3():
    expected = unit(0.4, 0.75, coupling=1.0)
    assert_array_equal(
        driven_pair().superoperator().toarray(), driven_pair(**expected).superoperator().toarray()
    )


@pytest.mark.parametrize("spin", [1 / 2, 1, 3 / 2])
def test_the_drive_is_the_derivative_of_the_generator(spin):
    rho = random_hermitian(np.random.default_rng(40), int(2 * spin + 1) ** 2)
    with_drive, without_drive = (
        driven_pair(**{**FULL, "drive": eps}, spin=spin).apply(rho) for eps in (0.6, 0.0)
    )
    assert_allclose(
        0.6 * driving(spin).apply(rho), with_drive - without_drive, atol=1e-14 * np.abs(rho).max()
    )


@pytest.mark.parametrize("spin", [1 / 2, 1, 3 / 2])
@pytest.mark.parametrize("coupling", [0.0, 1.3])
def test_equal_temperatures_without_drive_give_a_thermal_product(spin, coupling):
    # Gain over damping is the Boltzmann factor of every rung: 2/3, 2/3; the rates need not agree.
    system = driven_pair(0.4, 0.6, 0.8, 1.2, coupling, drive_detuning=0.3, dephasing=0.2, spin=spin)
    populations = boltzmann(2.0, int(2 * spin + 1))[::-1]
    expected = np.diag(np.kron(populations, populations))
    assert_allclose(qs.steady_state(system).rho, expected, atol=1e-15)


@pytest.mark.parametrize("spin", [1 / 2, 1])
def test_infinite_temperature_gives_no_response(spin):
    system = driven_pair(0.7, 0.7, 0.4, 0.4, 1.1, 0.0, 0.3, -0.2, 0.1, spin)
    response = qs.linear_response(system, driving(spin), order=2)
    n = system.dimension
    assert_allclose(response.orders[0], np.eye(n) / n, atol=1e-15)
    assert_allclose(response.orders[1], 0, atol=1e-15)
    assert_allclose(response.orders[2], 0, atol=1e-15)
    strongly = qs.steady_state(driven_pair(0.7, 0.7, 0.4, 0.4, 1.1, drive=3.0, spin=spin))
    assert_allclose(strongly.rho, np.eye(n) / n, atol=1e-14)


@few
@given(parameters, st.floats(-2, 2))
def test_without_coupling_a_is_a_driven_spin_and_b_thermal(p, drive):
    system = driven_pair(**{**p, "coupling": 0.0}, drive=drive)
    left = bloch_state(drive, p["drive_detuning"], p["damping_a"], p["gain_a"], 2 * p["dephasing"])
    right = np.diag([p["gain_b"], p["damping_b"]]) / (p["gain_b"] + p["damping_b"])
    assert_allclose(qs.steady_state(system).rho, np.kron(left, right), atol=1e-13)


def exchanged(rho, n):
    tensor = rho.reshape(n, n, n, n).transpose(1, 0, 3, 2)
    return tensor.reshape(n * n, n * n)


@few
@given(parameters, st.floats(-3, 3), st.sampled_from([1 / 2, 1]))
def test_without_drive_exchanging_the_spins_exchanges_their_parameters(p, frame, spin):
    rho = qs.steady_state(driven_pair(**p, spin=spin)).rho
    swapped = driven_pair(
        gain_a=p["gain_b"],
        damping_a=p["damping_b"],
        gain_b=p["gain_a"],
        damping_b=p["damping_a"],
        coupling=p["coupling"],
        drive_detuning=frame,  # no drive, so that the frame is free
        qudit_detuning=-p["qudit_detuning"],
        dephasing=p["dephasing"],
        spin=spin,
    )
    assert_allclose(exchanged(qs.steady_state(swapped).rho, int(2 * spin + 1)), rho, atol=1e-12)


def test_a_drive_on_a_tells_the_spins_apart():
    rho = qs.steady_state(driven_pair(0.4, 0.6, 0.4, 0.6, drive=0.3)).rho
    assert np.abs(exchanged(rho, 2) - rho).max() > 0.01


@few
@given(parameters, st.floats(-2, 2), st.sampled_from([1 / 2, 1]))
def test_turning_both_spins_upside_down_exchanges_gain_and_damping(p, drive, spin):
    rho = qs.steady_state(driven_pair(**p, drive=drive, spin=spin)).rho
    inverted = driven_pair(
        gain_a=p["damping_a"],
        damping_a=p["gain_a"],
        gain_b=p["damping_b"],
        damping_b=p["gain_b"],
        coupling=p["coupling"],
        drive=drive,
        drive_detuning=-p["drive_detuning"],
        qudit_detuning=-p["qudit_detuning"],
        dephasing=p["dephasing"],
        spin=spin,
    )
    # Half a turn about x exchanges m and -m: the matrix upside down.
    assert_allclose(qs.steady_state(inverted).rho[::-1, ::-1], rho, atol=1e-12)


@few
@given(parameters, st.floats(-2, 2), st.sampled_from([1 / 2, 1]))
def test_signs_of_coupling_drive_and_hamiltonian(p, drive, spin):
    rho = qs.steady_state(driven_pair(**p, drive=drive, spin=spin)).rho
    m = qs.Spin(spin).labels
    zero = np.zeros_like(m)
    # Half a turn of B about z.
    turn = np.exp(-1j * np.pi * np.add.outer(zero, m).ravel())
    other = driven_pair(**{**p, "coupling": -p["coupling"]}, drive=drive, spin=spin)
    assert_allclose(qs.steady_state(other).rho, turn[:, None] * rho * turn.conj(), atol=1e-12)
    # Half a turn of both.
    turn = np.exp(-1j * np.pi * np.add.outer(m, m).ravel())
    other = driven_pair(**p, drive=-drive, spin=spin)
    assert_allclose(qs.steady_state(other).rho, turn[:, None] * rho * turn.conj(), atol=1e-12)
    # Real operators: the Hamiltonian with the opposite sign conjugates the state.
    flipped = {k: -p[k] for k in ("coupling", "drive_detuning", "qudit_detuning")}
    other = driven_pair(**{**p, **flipped}, drive=-drive, spin=spin)
    assert_allclose(qs.steady_state(other).rho, rho.conj(), atol=1e-12)


@pytest.mark.parametrize(("gain_a", "gain_b"), [(0, 0), (1, 1), (0, 1), (1, 0), (0, 0.3)])
def test_baths_at_zero_temperature_of_either_sign_fill_the_ends(gain_a, gain_b):
    apart = qs.steady_state(driven_pair(**unit(gain_a, gain_b, coupling=0.0))).rho
    expected = np.kron([gain_a, 1 - gain_a], [gain_b, 1 - gain_b])
    assert_allclose(apart, np.diag(expected), atol=1e-15)
    together = qs.steady_state(driven_pair(**unit(gain_a, gain_b))).rho
    if gain_a == gain_b:
        assert_allclose(together, np.diag(expected), atol=1e-15)
    else:
        assert np.abs(together[1, 2]) > 0.01
        assert np.linalg.eigvalsh(together).min() > -1e-15


def test_spins_without_baths_have_no_unique_state():
    with pytest.raises(NonUniqueSteadyStateError):
        qs.steady_state(driven_pair(0.0, 0.0, 0.3, 0.7, coupling=0.0))
    # A coupled spin borrows the bath of the other.
    rho = qs.steady_state(driven_pair(0.0, 0.0, 0.3, 0.7, coupling=0.5)).rho
    assert_allclose(rho, np.diag(np.kron([0.3, 0.7], [0.3, 0.7])), atol=1e-14)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"gain_a": -0.1}, InvalidArgumentError, r"`gain_a` must be >= 0, but is -0\.1"),
        ({"damping_b": [1.0, -2.0]}, InvalidArgumentError, "`damping_b` must be >= 0, but is -2.0"),
        ({"dephasing": -1e-9}, InvalidArgumentError, "`dephasing` must be >= 0"),
        ({"gain_b": 1j}, InvalidArgumentError, "`gain_b`"),
        ({"coupling": 1j}, InvalidArgumentError, "`coupling` must be real, but is complex"),
        ({"drive": np.nan}, NonFiniteError, "`drive` must be finite, but is nan"),
        ({"damping_a": np.inf}, NonFiniteError, "`damping_a` must be finite, but is inf"),
        ({"qudit_detuning": "x"}, InvalidArgumentError, "`qudit_detuning`"),
        ({"gain_a": [1, 2], "drive": [1, 2, 3]}, BroadcastError, "must broadcast"),
        ({"spin": 0.7}, InvalidArgumentError, r"but is 0\.7"),
        ({"spin": 0}, InvalidArgumentError, "but is 0"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_parameters_that_make_no_system_are_refused_by_name(wrong, error, message):
    with pytest.raises(error, match=message):
        driven_pair(**wrong)


# Moment equations and closed forms


def response_moments(p):
    """What (C3) and (C4) are about, from density matrices."""
    zero, first = qs.linear_response(driven_pair(**p), driving()).orders
    return (
        [
            expectation(A.z, zero).real,
            expectation(B.z, zero).real,
            expectation(A.z @ B.z, zero).real,
            expectation(A.plus @ B.minus, zero),
        ],
        [expectation(x, first) for x in (A.plus, B.plus, A.plus @ B.z, A.z @ B.plus)],
    )


@few
@given(parameters)
def test_the_moment_equations_agree_with_density_matrices(p):
    undriven, first = response_moments(p)
    assert_allclose(undriven_moments(**moment_parameters(p)), undriven, atol=1e-13)
    scale = max(1, np.abs(first).max())
    assert_allclose(first_order_moments(**p), first, atol=1e-12 * scale)


@few
@given(parameters)
def test_density_matrices_obey_the_moment_equations_as_printed(p):
    (z_a, z_b, zz, flip), (a, b, ab, ba) = response_moments(p)
    w_a, d_a, w_b, d_b = (p[k] for k in ("gain_a", "damping_a", "gain_b", "damping_b"))
    g, D, q, f = (p[k] for k in ("coupling", "drive_detuning", "qudit_detuning", "dephasing"))
    G_a, G_b = w_a + d_a, w_b + d_b
    pump_a, pump_b = (w_a - d_a) / 2, (w_b - d_b) / 2
    left = [  # Eqs. (C3) and the first four of (C4); the fifth is in test_response.py
        np.real(1j * g * np.conj(flip)) - G_a * z_a + pump_a,
        np.real(1j * g * flip) - G_b * z_b + pump_b,
        pump_b * z_a + pump_a * z_b - (G_a + G_b) * zz,
        0.5j * g * (z_b - z_a) - (G_a + G_b + 4 * f) / 2 * flip - 1j * q * flip,
        -1j * g * ba - (G_a + 2 * f) / 2 * a + 1j * D * a - 1j * z_a,
        -1j * g * ab - (G_b + 2 * f) / 2 * b + 1j * (D + q) * b,
        -0.25j * g * b - (G_a + 2 * f) / 2 * ab + pump_b * a - G_b * ab + 1j * D * ab - 1j * zz,
        -0.25j * g * a
        - (G_b + 2 * f) / 2 * ba
        + pump_a * b
        - G_a * ba
        + 1j * (D + q) * ba
        + 0.5j * np.conj(flip),
    ]
    assert_allclose(left, 0, atol=1e-12 * max(1, np.abs([a, b, ab, ba]).max()))


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"gain_a": -0.1}, InvalidArgumentError, r"`gain_a` must be >= 0, but is -0\.1"),
        ({"dephasing": 1j}, InvalidArgumentError, "`dephasing`"),
        ({"coupling": "x"}, InvalidArgumentError, "`coupling`"),
        ({"qudit_detuning": np.nan}, NonFiniteError, "`qudit_detuning` must be finite"),
        ({"gain_b": [1, 2], "coupling": [1, 2, 3]}, BroadcastError, "must broadcast"),
        ({"gain_a": 0, "damping_a": 0, "coupling": 0}, NonUniqueSteadyStateError, "not unique"),
    ],
    ids=str,
)
def test_moment_equations_refuse_what_the_model_refuses(wrong, error, message):
    given = {"gain_a": 0.4, "damping_a": 0.6, "gain_b": 0.7, "damping_b": 0.3, "coupling": 1.0}
    for moments in (undriven_moments, first_order_moments):
        with pytest.raises(error, match=message):
            moments(**given | wrong)


def test_closed_forms_refuse_gains_that_leave_no_damping():
    for function in (resonant_zero_crossing_a, resonant_zero_crossing_b):
        with pytest.raises(InvalidArgumentError, match=r"`gain_b` must be <= 1, but is 1\.5"):
            function(0.4, [0.3, 1.5])
        with pytest.raises(BroadcastError, match="must broadcast"):
            function([0.1, 0.2], [0.1, 0.2, 0.3])
    with pytest.raises(InvalidArgumentError, match="`gain_a` must be >= 0"):
        resonant_response_a(-0.1, 0.2, 1.0)
    with pytest.raises(NonFiniteError, match="`coupling`"):
        resonant_response_a(0.1, 0.2, np.inf)


def test_moment_equations_broadcast():
    p = unit(np.array([0.2, 0.4, 0.9])[:, None], 0.3, coupling=np.array([0.0, 1.0]))
    p |= {"drive_detuning": 0.3, "qudit_detuning": np.full((4, 1, 1), 0.2), "dephasing": 0.1}
    together = first_order_moments(**p)
    p = dict(zip(p, np.broadcast_arrays(*p.values()), strict=True))
    for moment in together:
        assert moment.shape == (4, 3, 2)
    for index in np.ndindex(4, 3, 2):
        one = {k: v[index] for k, v in p.items()}
        assert_allclose([m[index] for m in together], first_order_moments(**one), atol=1e-15)
        assert_allclose(
            [m[index] for m in undriven_moments(**moment_parameters(p))],
            undriven_moments(**moment_parameters(one)),
            atol=1e-15,
        )


def test_without_coupling_the_moments_are_those_of_one_spin():
    p = {**without(FULL, "drive"), "coupling": 0.0}
    z_a, z_b, zz, flip = undriven_moments(**moment_parameters(p))
    a, b, ab, ba = first_order_moments(**p)
    assert_allclose([z_a, z_b], [(0.3 - 0.9) / 2 / 1.2, (0.8 - 0.15) / 2 / 0.95], rtol=1e-14)
    assert_allclose([zz, flip, b, ba], [z_a * z_b, 0, 0, 0], atol=1e-16)
    assert_allclose(a, 1j * z_a / (-(1.2 + 0.2) / 2 + 0.25j), rtol=1e-14)
    assert_allclose(ab, a * z_b, rtol=1e-14)


@few
@given(gains, gains, st.floats(-5, 5))
def test_the_closed_form_on_resonance_solves_the_moment_equations(gain_a, gain_b, coupling):
    p = unit(gain_a, gain_b, coupling=coupling)
    found = resonant_response_a(gain_a, gain_b, coupling)
    assert_allclose(found, first_order_moments(**p)[0], atol=1e-13)
    rho = qs.linear_response(driven_pair(**p), driving()).orders[1]
    assert_allclose(found, qs.phase_response(rho, SPACE, "A"), atol=1e-13)
    assert found.real == 0


def quadratures(gain_a, gain_b, coupling):
    """Im <S+_A> and Re <S+_B> on resonance: where they vanish, the responses do."""
    a, b, _, _ = first_order_moments(**unit(gain_a, gain_b, coupling=coupling))
    assert_allclose(a.real, 0, atol=1e-14)
    assert_allclose(b.imag, 0, atol=1e-14)
    return a.imag, b.real


CROSSINGS = {"A": resonant_zero_crossing_a, "B": resonant_zero_crossing_b}


@few
@given(gains, gains)
def test_the_crossings_in_closed_form_are_the_roots_of_the_moment_equations(gain_a, gain_b):
    for k, closed_form in enumerate(CROSSINGS.values()):
        found = float(closed_form(gain_a, gain_b))
        if np.isnan(found) or found < 1e-3:
            continue
        exact = brentq(
            lambda g, k=k: quadratures(gain_a, gain_b, g)[k], 0.8 * found, 1.25 * found, xtol=1e-14
        )
        assert found == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize("site", CROSSINGS)
def test_there_is_one_crossing_exactly_where_the_closed_form_has_it(site):
    rng = np.random.default_rng(41)
    gain_a, gain_b = rng.uniform(0, 1, (2, 1500))
    couplings = np.geomspace(1e-2, 1e2, 200)
    values = quadratures(gain_a[:, None], gain_b[:, None], couplings)[site == "B"]
    changes = np.diff(np.sign(values), axis=1) != 0
    found = CROSSINGS[site](gain_a, gain_b)
    inside = np.isnan(found) | ((found > couplings[0]) & (found < couplings[-1]))
    assert inside.mean() > 0.99
    assert_array_equal(changes.sum(axis=1)[inside], np.isfinite(found)[inside])
    crossing = inside & np.isfinite(found)
    where = changes[crossing].argmax(axis=1)
    assert (couplings[where] <= found[crossing]).all()
    assert (found[crossing] <= couplings[where + 1]).all()
    inverted = (gain_a - 0.5) * (gain_b - 0.5) < 0
    if site == "B":
        assert_array_equal(np.isfinite(found), inverted)
    else:
        assert not np.isfinite(found[~inverted]).any()
        assert np.isfinite(found[inverted]).mean() == pytest.approx(0.77, abs=0.03)


def test_crossings_of_baths_at_the_edges():
    for closed_form in CROSSINGS.values():
        # Opposite baths, for which a quadratic turns linear.
        forward = closed_form([0.0, 0.25, 0.1], [1.0, 0.75, 0.9])
        backward = closed_form([1.0, 0.75, 0.9], [0.0, 0.25, 0.1])
        assert_allclose(forward, backward, rtol=1e-12)
        assert np.isfinite(forward).all()
        # Temperatures of one sign, or infinite ones.
        assert np.isnan(closed_form([0, 1, 0.3, 0.5, 0.3, 0.5], [0, 1, 0.4, 0.2, 0.5, 0.5])).all()
        assert np.shape(closed_form(0.3, [[0.6, 0.7]])) == (1, 2)
    # d_A = -1, d_B = 1: 4 G = 36 for B; c2 = -2 and c1 = 4 for A, so that G^2 - 2 G = 9.
    assert resonant_zero_crossing_b(0.0, 1.0) == pytest.approx(3.0, rel=1e-14)
    assert resonant_zero_crossing_a(0.0, 1.0) == pytest.approx(np.sqrt(1 + np.sqrt(10)))


# Reference numbers


def test_reference_moments(numbers):
    for name, index in (("zA", 0), ("zz", 2)):
        for p, value in numbers[name]:
            assert undriven_moments(**moment_parameters(p))[index] == pytest.approx(
                value, abs=1e-14
            )
    for name, index in (("a", 0), ("ab", 2)):
        for p, value in numbers[name]:
            assert first_order_moments(**p)[index] == pytest.approx(value, abs=1e-14)
            assert response_moments(p)[1][index] == pytest.approx(value, abs=1e-14)
    assert {len(numbers[name]) for name in ("zA", "zz", "a", "ab")} == {2}


def test_reference_zero_crossings(numbers):
    assert len(numbers["g0A"]) == 5
    for p, value in numbers["g0A"]:
        found = resonant_zero_crossing_a(p["gain_a"], p["gain_b"])
        assert found == pytest.approx(value, rel=1e-13)
    ((p, value),) = numbers["max g0B on map (edge wA=1)"]
    assert resonant_zero_crossing_b(1.0, p["gain_b"]) == pytest.approx(value, rel=1e-12)
    around = resonant_zero_crossing_b(1.0, p["gain_b"] + np.array([-1e-3, 1e-3]))
    assert (around < value).all()
    whole_map = resonant_zero_crossing_b(
        *np.meshgrid(np.linspace(0, 1, 101), np.linspace(0, 1, 101))
    )
    assert value - 1e-3 < np.nanmax(whole_map) < value


def test_reference_detunings_that_restore_the_crossing(numbers):
    # Figure 5(c): for each drive detuning one qudit detuning makes both quadratures vanish.
    for p, value in numbers["Fig5c Dq"]:

        def response(x, p=p):
            a = first_order_moments(**p, coupling=x[0], qudit_detuning=x[1])[0]
            return [a.real, a.imag]

        found = root(response, [1.8, -p["drive_detuning"] / 3], tol=1e-13)
        assert found.success
        assert found.x[1] == pytest.approx(value, rel=1e-9)
        assert 1.805 < found.x[0] < 1.88


def test_reference_driven_states(numbers):
    for p, value in numbers["<SA^+> exact finite eps"]:
        rho = qs.steady_state(driven_pair(**p)).rho
        assert qs.phase_response(rho, SPACE, "A") == pytest.approx(value, abs=1e-14)
    for p, value in numbers["purity exact"]:
        rho = qs.steady_state(driven_pair(**p)).rho
        assert qs.purity(rho) == pytest.approx(value, rel=1e-13)
    assert len(numbers["purity exact"]) == len(numbers["<SA^+> exact finite eps"]) == 2


def qutrit_moment(p, k, q):
    system = driven_pair(**p, spin=1)
    rho = qs.linear_response(system, driving(1), order=q).orders[q]
    return qs.measures.spherical_moment(rho, system.space, "A", k, q)


def test_reference_qutrits(numbers):
    ((p, value),) = numbers["qutrit <T_1^1>_1 (Im)"]
    assert qutrit_moment(p, 1, 1) == pytest.approx(1j * value, abs=1e-12)
    ((p, value),) = numbers["qutrit <T_2^2>_2 (Re)"]
    assert qutrit_moment(p, 2, 2) == pytest.approx(value, abs=1e-12)
    # Notes: zeros at 1.3814 of T11 and twice of T22, at 0.7436 as well.
    zeros = {(1, 1, 1.3814): 1e-4, (2, 2, 0.7436): 1e-4}
    for k, q, name in ((2, 1, "qutrit zero crossing T21"), (2, 2, "qutrit zero crossing T22")):
        ((p, value),) = numbers[name]
        zeros[k, q, value] = 1e-9
    for (k, q, value), accuracy in zeros.items():

        def quadrature(g, k=k, q=q):
            moment = qutrit_moment({**p, "coupling": g}, k, q)
            assert abs(moment.real if q == 1 else moment.imag) < 1e-14
            return moment.imag if q == 1 else moment.real

        found = brentq(quadrature, value - 0.1, value + 0.1, xtol=1e-13)
        assert found == pytest.approx(value, abs=accuracy)


@pytest.mark.parametrize("gain", [1e-8, 1e-14, 1e-18, 1e-30])
def test_omega_of_cold_spins_is_finite(gain):
    # Uncoupled: |<S+>|^2 (ln p - ln(1 - p))/(2p - 1), with p = gain/(gain + damping).
    pair = driven_pair(gain_a=gain, damping_a=1.0, gain_b=0.4, damping_b=0.6, coupling=0.0)
    study = pair.study()
    p, size = gain / (1 + gain), abs(study.phase_response("A"))
    expected = size**2 * (np.log(p) - np.log1p(-p)) / (2 * p - 1)
    assert study.omega() == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ((1e-18, 1.0, 0.4, 0.6, 0.3), 4.21029793436),
        ((1e-18, 1.0, 1e-20, 0.6, 0.3), 39.3912538512),
        ((1e-30, 1.0, 1e-12, 0.6, 1e-3), 42.3864998349),
        ((1e-16, 1.0, 1e-16, 0.7, 0.5), 30.1604439551),
        ((1e-5, 1.0, 1e-7, 0.7, 0.5), 9.69475455162),
    ],
)
def test_omega_of_cold_coupled_spins_agrees_with_higher_precision(parameters, expected):
    # First-order perturbation theory of the generator with 120 digits (mpmath).
    names = ("gain_a", "damping_a", "gain_b", "damping_b", "coupling")
    pair = driven_pair(**dict(zip(names, parameters, strict=True)))
    assert pair.study().omega() == pytest.approx(expected, rel=1e-10)
