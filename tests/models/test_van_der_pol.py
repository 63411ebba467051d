"""Van der Pol oscillators: closed forms, QuTiP, the quantum limit, levels."""

import numpy as np
import pytest
import qutip

import quantsync as qs
from quantsync.models import van_der_pol, van_der_pol_pair

EVERYTHING = {
    "drive": 0.4, "detuning": 0.3, "gain": 0.9, "nonlinear_damping": 0.8, "linear_damping": 0.5,
    "kerr": 0.7, "squeezing": 0.25, "drive_phase": 0.6, "thermal_quanta": 0.4,
}  # fmt: skip
MODE_MEASURES = ["quanta", "amplitude", "amplitude_over_sqrt_quanta", "g2"]


def of_qutip(rho, a):
    """The named measures of a mode."""
    n = qutip.expect(a.dag() * a, rho)
    amplitude = abs(qutip.expect(a, rho))
    g2 = qutip.expect(a.dag() * a.dag() * a * a, rho) / n**2
    return [n, amplitude, amplitude / np.sqrt(n), g2]


def test_an_oscillator_with_every_term_is_that_of_qutip():
    p, a = EVERYTHING, qutip.destroy(40)
    n, f = a.dag() * a, p["drive"] * np.exp(1j * p["drive_phase"])
    H = p["detuning"] * n + p["kerr"] * a.dag() ** 2 * a**2 + f * a.dag() + np.conj(f) * a
    H += 1j * p["squeezing"] * (a**2 - a.dag() ** 2)
    kd, nbar = p["linear_damping"], p["thermal_quanta"]
    jumps = [
        np.sqrt(p["gain"]) * a.dag(),
        np.sqrt(p["nonlinear_damping"]) * a**2,
        np.sqrt(kd * (nbar + 1)) * a,
        np.sqrt(kd * nbar) * a.dag(),
    ]
    rho = qutip.steadystate(H, jumps)
    steady = qs.steady_state(van_der_pol(**p))
    found = qs.compute("van_der_pol", p, MODE_MEASURES)
    np.testing.assert_allclose(list(found.values()), of_qutip(rho, a), rtol=1e-10)
    alpha = qs.expectation(steady, steady.space["M"].destroy)
    np.testing.assert_allclose(alpha, qutip.expect(a, rho), rtol=1e-10)


def test_a_pair_with_every_term_is_that_of_qutip():
    levels, one = 9, qutip.qeye(9)
    a, b = (qutip.tensor(*m) for m in ((qutip.destroy(levels), one), (one, qutip.destroy(levels))))
    H = 0.55 * a.dag() * a + 0.05 * b.dag() * b + 0.3 * (a.dag() ** 2 * a**2 + b.dag() ** 2 * b**2)
    H += 0.6 * (a.dag() * b + b.dag() * a) + 0.2 * (a + a.dag())
    jumps = [np.sqrt(0.7) * (a - b)]
    for m in (a, b):
        jumps += [m.dag(), np.sqrt(4) * m**2, np.sqrt(0.2) * m]
    steady = qs.steady_state(
        van_der_pol_pair(
            dissipative_coupling=0.7, coupling=0.6, detuning=0.5, nonlinear_damping=4,
            linear_damping=0.2, kerr=0.3, drive=0.2, drive_detuning=0.3, levels=levels,
        ),
        truncation="ignore",
    )  # fmt: skip
    L = qutip.liouvillian(H, jumps)
    residual = L * qutip.operator_to_vector(qutip.Qobj(steady.rho, dims=a.dims))
    assert residual.norm() < 1e-12
    both = qutip.Qobj(steady.rho, dims=a.dims)
    measures = van_der_pol_pair().measures
    for suffix, mode in (("_a", a), ("_b", b)):
        found = [measures[name + suffix](steady) for name in MODE_MEASURES]
        np.testing.assert_allclose(found, of_qutip(both, mode), rtol=1e-12)
    quanta = [qutip.expect(m.dag() * m, both) for m in (a, b)]
    coherence = qutip.expect(a.dag() * b, both)
    assert measures["coherence"](steady) == pytest.approx(coherence, rel=1e-12)
    relative = abs(coherence) / np.sqrt(np.prod(quanta))
    assert measures["relative_coherence"](steady) == pytest.approx(relative, rel=1e-12)
    cross = qutip.expect(a.dag() * a * b.dag() * b, both) / np.prod(quanta)
    assert measures["cross_g2"](steady) == pytest.approx(cross, rel=1e-12)


def test_the_mean_field_is_that_of_the_docstring():
    # For a coherent state, normally ordered products factorise: d<a>/dt is the mean field's.
    p, beta = EVERYTHING, 0.7 - 0.4j
    system = van_der_pol(**p, levels=40)
    a = system.space["M"].destroy
    ket = qutip.coherent(40, beta, method="analytic").full()
    found = np.trace(a @ system.apply(ket @ ket.conj().T))
    rate = (p["gain"] - p["linear_damping"]) / 2 - p["nonlinear_damping"] * abs(beta) ** 2
    rate -= 1j * (p["detuning"] + 2 * p["kerr"] * abs(beta) ** 2)
    expected = rate * beta - 1j * p["drive"] * np.exp(1j * p["drive_phase"])
    assert found == pytest.approx(expected - 2 * p["squeezing"] * np.conj(beta), rel=1e-12)


def test_a_linear_mode_is_a_displaced_thermal_state():
    gain, loss, nbar, detuning, drive = 0.4, 1.4, 0.3, 0.7, 0.6
    found = qs.compute(
        "van_der_pol",
        {"gain": gain, "linear_damping": loss, "thermal_quanta": nbar, "nonlinear_damping": 0,
         "detuning": detuning, "drive": drive, "drive_phase": 1.0},
        ["quanta", "amplitude"],
    )  # fmt: skip
    amplitude = drive / abs((loss - gain) / 2 + 1j * detuning)
    assert found["amplitude"] == pytest.approx(amplitude, rel=1e-12)
    thermal = (gain + loss * nbar) / (loss - gain)
    assert found["quanta"] == pytest.approx(thermal + amplitude**2, rel=1e-12)


def test_what_an_oscillator_alone_gains_it_loses_in_pairs():
    # Equal rates are special: <n> = 1.
    state = qs.compute("van_der_pol", {"drive": 0, "nonlinear_damping": 1}, MODE_MEASURES)
    assert state["quanta"] == pytest.approx(1, rel=1e-14)
    assert state["amplitude"] == state["amplitude_over_sqrt_quanta"] == 0
    # d<n>/dt = gain (<n> + 1) - 2 nonlinear_damping <n (n - 1)>
    for damping in (0.1, 3.0, 40.0):
        given = {"drive": 0, "nonlinear_damping": damping}
        found = qs.compute("van_der_pol", given, ["quanta", "g2"])
        n = found["quanta"]
        assert found["g2"] * n**2 == pytest.approx((n + 1) / (2 * damping), rel=1e-12)


def two_levels(sites, gain, loss, hamiltonian, jumps=lambda lower: []):
    """The steady state of two-level systems, lifted at the rate of gain, falling at twice it."""
    space = qs.Space(**dict.fromkeys(sites, qs.Fock(2, finite=True)))
    lower = [space[site].destroy for site in sites]
    dissipators = jumps(lower)
    for s in lower:
        dissipators += [(gain, s.T), (2 * gain + loss, s)]
    return qs.steady_state(qs.Lindbladian(space, hamiltonian(lower), dissipators))


def restricted(steady):
    """Elements between the lowest two levels of every mode."""
    shape = steady.space.dimensions
    keep = np.ravel_multi_index(np.indices((2,) * len(shape)).reshape(len(shape), -1), shape)
    return steady.rho[..., keep[:, None], keep]


def test_strong_nonlinear_damping_leaves_two_levels():
    limit = two_levels(
        "M", 1.3, 0.4, lambda lower: [(0.3, lower[0].T @ lower[0]), (0.6, lower[0] + lower[0].T)]
    )
    # The closed form of a driven two-level system: rates up, and down, with coherences between.
    up, down = 1.3, 2 * 1.3 + 0.4
    width = (up + down) / 2
    pumped = 4 * 0.6**2 * width / (2 * (width**2 + 0.3**2))
    excited = (up + pumped) / (up + down + 2 * pumped)
    assert limit.rho[1, 1].real == pytest.approx(excited, rel=1e-12)
    damping = np.array([1e3, 1e4, 1e5])
    steady = qs.steady_state(
        van_der_pol(
            drive=0.6, detuning=0.3, gain=1.3, linear_damping=0.4, kerr=0.2, squeezing=0.3,
            nonlinear_damping=damping,
        )
    )  # fmt: skip
    error = np.abs(restricted(steady) - limit.rho).max(axis=(-2, -1))
    assert (error * damping < 5).all()
    assert (error[1:] / error[:-1]).tolist() == pytest.approx([0.1, 0.1], rel=0.02)


def test_alone_in_the_quantum_limit_one_third_is_excited():
    given = {"drive": 0, "nonlinear_damping": 1e7}
    assert qs.compute("van_der_pol", given, "quanta")["quanta"] == pytest.approx(1 / 3, rel=1e-6)


def test_a_pair_becomes_two_spins():
    limit = two_levels(
        "AB", 1.0, 0.0,
        lambda lower: [
            (0.2, lower[0].T @ lower[0] - lower[1].T @ lower[1]),
            (0.8, lower[0].T @ lower[1] + lower[1].T @ lower[0]),
            (0.3, lower[0] + lower[0].T),
        ],
        lambda lower: [(1.5, lower[0] - lower[1])],
    )  # fmt: skip
    damping = np.array([1e4, 1e5])
    steady = qs.steady_state(
        van_der_pol_pair(
            dissipative_coupling=1.5, coupling=0.8, detuning=0.4, drive=0.3, kerr=0.5,
            nonlinear_damping=damping, levels=4,
        ),
        truncation="ignore",
    )  # fmt: skip
    error = np.abs(restricted(steady) - limit.rho).max(axis=(-2, -1))
    assert (error * damping < 10).all()
    assert error[1] / error[0] == pytest.approx(0.1, rel=0.03)


def test_the_phase_of_the_drive_turns_the_state_and_nothing_else():
    phases = np.array([0.0, 0.9, -2.0])
    steady = qs.steady_state(van_der_pol(drive_phase=phases, detuning=0.4, kerr=0.3))
    n = np.arange(steady.space.dimension)
    turn = np.exp(1j * phases[:, None, None] * (n[:, None] - n))
    np.testing.assert_allclose(steady.rho, steady.rho[0] * turn, atol=1e-13)


def test_a_map_is_one_batch_and_each_point_is_what_it_is_alone():
    detunings, drives = np.linspace(-2, 2, 5), np.linspace(0, 1, 3)
    system = van_der_pol(drive=drives, detuning=detunings[:, None], nonlinear_damping=3)
    assert isinstance(system, qs.Lindbladian)
    assert system.shape == (5, 3)
    found = qs.sweep(
        "van_der_pol",
        {"detuning": detunings, "drive": drives},
        [*MODE_MEASURES, "synchronization"],
        {"nonlinear_damping": 3},
    )
    assert found.attrs["largest_truncation"] < 1e-14
    for k, m in ((0, 2), (2, 1), (4, 0)):
        point = {"detuning": detunings[k], "drive": drives[m], "nonlinear_damping": 3}
        for name, value in qs.compute("van_der_pol", point, MODE_MEASURES).items():
            assert found[name].values[k, m] == pytest.approx(value, rel=1e-9, abs=1e-14)
    names = ["coherence", "quanta_a", "cross_g2"]
    pairs = qs.sweep(
        "van_der_pol_pair", {"detuning": [-0.5, 0.5]}, names, {"nonlinear_damping": 50}
    )
    # To exchange A and B is to turn the detuning round.
    assert pairs.coherence.values[0] == pytest.approx(np.conj(pairs.coherence.values[1]), rel=1e-10)


def test_the_levels_suffice_whatever_the_parameters_are():
    rng = np.random.default_rng(7)
    for _ in range(12):
        system = van_der_pol(
            drive=10 ** rng.uniform(-2, 0.8),
            detuning=rng.uniform(-3, 3),
            nonlinear_damping=10 ** rng.uniform(-0.8, 2),
            linear_damping=rng.choice([0, 2.0]),
            kerr=rng.choice([0, rng.uniform(-5, 5)]),
            squeezing=rng.choice([0, 10 ** rng.uniform(-1.5, 0.3)]),
            thermal_quanta=rng.uniform(0, 1),
        )
        assert qs.steady_state(system).truncation.estimate < 1e-12
    # They are not far too many either.
    few = van_der_pol(levels=van_der_pol().dimension // 2)
    with pytest.warns(qs.errors.TruncationWarning, match="mode 'M'"):
        assert qs.steady_state(few).truncation.estimate > 1e-6


def populations(levels, gain, loss, nonlinear):
    """Populations of an undriven oscillator, to relative accuracy.

    The elimination of Grassmann, Taksar and Heyman, Oper. Res. 33, 1107 (1985), subtracts nothing.
    """
    rates, n = np.zeros((levels, levels)), np.arange(levels)
    rates[n[:-1], n[1:]] = gain * n[1:]
    rates[n[1:], n[:-1]] += loss * n[1:]
    rates[n[2:], n[:-2]] += nonlinear * n[2:] * n[1:-1]
    for k in range(levels - 1, 0, -1):
        rates[:k, k] /= rates[k, :k].sum()
        rates[:k, :k] += np.outer(rates[:k, k], rates[k, :k])
    p = np.ones(levels)
    for k in range(1, levels):
        p[k] = p[:k] @ rates[:k, k]
    return p / p.sum()


@pytest.mark.parametrize(("gain", "loss", "nonlinear"), [(1, 0, 0.1), (0.8, 1.5, 0.3), (1, 0, 9)])
def test_the_levels_leave_as_little_out_as_they_say(gain, loss, nonlinear):
    system = van_der_pol(drive=0, gain=gain, linear_damping=loss, nonlinear_damping=nonlinear)
    tails = np.cumsum(populations(120, gain, loss, nonlinear)[::-1])[::-1]
    assert system.dimension == (tails > 1e-18).sum()


def test_a_batch_has_the_levels_of_the_member_that_needs_most():
    damping = [0.2, 1.0, 10.0]
    alone = [van_der_pol(nonlinear_damping=k).dimension for k in damping]
    assert alone == sorted(alone, reverse=True)
    assert van_der_pol(nonlinear_damping=damping).dimension == alone[0]
    # Members that only a cut-off keeps finite ask for none.
    mixed = van_der_pol(nonlinear_damping=[0.0, 1.0])
    assert mixed.dimension == alone[1]
    steady = qs.steady_state(mixed, truncation="ignore")
    assert steady.truncation.estimate[0] > 0.01
    assert steady.truncation.estimate[1] < 1e-14
    assert van_der_pol(nonlinear_damping=1e-6).dimension == 200
    assert van_der_pol(nonlinear_damping=[]).shape == (0,)


def test_levels_can_be_found_by_convergence_and_given():
    found = qs.converged("van_der_pol", {"nonlinear_damping": 3.0}, "quanta", tolerance=1e-8)
    assert found.levels < van_der_pol(nonlinear_damping=3.0).dimension
    assert van_der_pol(levels=7).space == qs.Space(M=qs.Fock(7))
    assert van_der_pol_pair(levels=4).space == qs.Space(A=qs.Fock(4), B=qs.Fock(4))


@pytest.mark.parametrize("model", [van_der_pol, van_der_pol_pair])
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"gain": -1.0}, "Parameter `gain` must be >= 0"),
        ({"nonlinear_damping": [1.0, -2.0]}, "Parameter `nonlinear_damping` must be >= 0"),
        ({"detuning": 1j}, "Parameter `detuning` must be real"),
        ({"drive": "strong"}, "Parameter `drive` must be a real number"),
        ({"levels": 1}, "Parameter `levels` must be a whole number"),
        ({"levels": 2.5}, "Parameter `levels` must be a whole number"),
        ({"nonlinear_damping": 0, "linear_damping": 0.5}, "leaves no steady state.*`levels`"),
    ],
)
def test_what_no_oscillator_has_is_named(model, wrong, message):
    with pytest.raises(qs.errors.InvalidArgumentError, match=message):
        model(**wrong)
    with pytest.raises(qs.errors.BroadcastError, match=r"`drive` \(3,\)"):
        model(gain=[1.0, 2.0], drive=[0.1, 0.2, 0.3])


def test_without_quanta_nothing_can_be_divided_by_them():
    found = qs.compute(
        "van_der_pol", {"gain": 0, "drive": 0, "linear_damping": 1}, ["quanta", "g2"]
    )
    assert found["quanta"] == 0
    assert found["g2"] is None
