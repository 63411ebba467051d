"""The circuit against an independent calculation, a propagation of Eq. (E1), and the tables."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from places import reference
from scipy.integrate import solve_ivp

import quantsync as qs
from quantsync.errors import (
    BroadcastError,
    ConvergenceError,
    HarmonicsError,
    InvalidArgumentError,
    NonFiniteError,
    TruncationWarning,
    UnknownNameError,
)
from quantsync.models.circuit_qed.model import circuit_qed
from quantsync.models.circuit_qed.state import circuit_parts, demodulated_qubits
from quantsync.models.circuit_qed.tables import TABLE_II, preset_transmons
from quantsync.models.circuit_qed.transmon import (
    RADIANS,
    PumpedTransmon,
    coherence_mode,
    frequency_shift,
    pump_shift,
    relaxation_fit,
    tuned_shift,
)

REFERENCE = reference("vaidya2024")
NUMBERS = [n for n in REFERENCE["numbers"] if n["section"] == "cqed"]
SECULAR = {k: v for k, v in REFERENCE["low_precision_cqed"].items() if k.startswith("secular")}
FITS = {k: v for k, v in REFERENCE["low_precision_cqed"].items() if k.startswith("fit")}
# Of the 10(b) circuit without dephasing, by coupling in MHz: <S+_A>, <S+_B> and Omega from an
# independent harmonic balance.
EXACT = {
    0.0: (0.00068211842 + 0.17157125187j, 0.0, 6.4499024034e-2),
    0.1: (0.00438049149 - 0.00610326001j, 0.00066967732 - 0.00155579481j, 7.1772371803e-4),
    0.2: (0.00254044259 - 0.04370000984j, -0.02099730287 - 0.00425217571j, 4.4352841028e-3),
}


@pytest.mark.parametrize("g", EXACT)
def test_figure_10b_and_11a_to_ten_digits(g):
    run = circuit_qed("10b", coupling=g)
    a, b, omega = EXACT[g]
    state = run.state()
    assert_allclose(state.responses, [a, b], atol=2e-9)
    assert_allclose(run.synchronization(), omega, rtol=1e-7)
    assert state.residual < 1e-9
    assert run.residual >= state.residual


@pytest.mark.parametrize("name", SECULAR)
def test_points_of_figures_10_and_11_in_the_secular_approximation(name):
    expected = SECULAR[name]
    _, preset, *settings = name.split()
    g, eps, gphi = (float(s.split("=")[1]) for s in settings)
    run = circuit_qed(preset, coupling=g, dephasing=gphi)
    assert run.parameters["drive"] == eps
    state = run.state()
    assert_allclose(np.abs(state.responses), [expected["absSA"], expected["absSB"]], atol=2e-4)
    assert_allclose(state.trace, expected["trace_qubit_block"], atol=2e-4)


def unit_of(parameters):
    p = {k: float(v) for k, v in parameters.items() if k in ("Om", "g", "alpha", "kappa", "wa")}
    shift = float(parameters["wq"].split("-")[1])
    return PumpedTransmon(
        anharmonicity=-p["alpha"],
        pump=p["Om"],
        shift=shift,
        resonator_frequency=p["wa"],
        resonator_coupling=p["g"],
        resonator_decay=p["kappa"],
        decay=float(parameters["gamma0"]),
    )


@pytest.mark.parametrize("number", NUMBERS, ids=lambda n: n["name"])
def test_numbers_of_single_units(number):
    name, parameters = number["name"], number["params"]
    value = np.array(number["value"], float)
    if "pump shift" in name:
        shift = pump_shift(*(float(parameters[k]) for k in ("Om", "alpha", "g", "kappa")))
        assert_allclose(1000 * shift, value, rtol=1e-11)
        return
    unit = unit_of(parameters)
    if "coherence mode" in name:
        mode = coherence_mode(unit)
        assert_allclose([-mode.real, -mode.imag], value, rtol=1e-10)
    elif "slow rate" in name:
        rates = np.linalg.eigvals(unit.lindbladian().superoperator().toarray())
        real = np.sort(-rates.real[np.abs(rates.imag) < 1e-6])
        assert_allclose(real[1] / RADIANS, value, rtol=1e-9)
    else:
        rho = qs.steady_state(unit.lindbladian(), truncation="ignore").rho
        levels = np.diagonal(rho).real.reshape(3, 3).sum(axis=1)
        assert_allclose(levels["gef".index(name[-1])], value, rtol=1e-11)


@pytest.mark.parametrize("name", FITS)
def test_rates_are_fitted_from_relaxation(name):
    letter, preset = name.split()[1][0], name.split()[1][1:]
    unit = preset_transmons(preset)["AB".index(letter)]
    fit = relaxation_fit(unit)
    assert_allclose(fit.gain, FITS[name]["w_MHz"], atol=5e-6)
    assert_allclose(fit.damping, FITS[name]["gamma_MHz"], atol=5e-6)
    assert_allclose(fit.ratio, FITS[name]["ratio"], atol=5e-5)
    assert 0 < fit.deviation < 5e-3


def test_the_captions_ratios_come_out():
    ratios = [relaxation_fit(u).ratio for p in ("10a", "10b", "11b") for u in preset_transmons(p)]
    printed = [0, 3.2, 0.27, 4.5, 0.71, 0.28]
    for ratio, caption in zip(ratios, printed, strict=True):
        assert_allclose(ratio, caption, atol=0.05 if caption > 1 else 0.005)


@pytest.mark.parametrize("preset", TABLE_II)
def test_table_two_follows_from_e3_and_the_dispersive_shift(preset):
    for unit in preset_transmons(preset):
        assert_allclose(frequency_shift(unit), unit.shift, atol=5e-4)


def test_a_propagation_of_the_printed_equation_stays_on_the_state():
    """Eqs. (E1), (E2) in dense matrices, phases written out, for 20 ns from rho(0)."""
    run = circuit_qed("10b", coupling=0.35, drive=0.5, dephasing=0.053)
    state = run.harmonics()
    lower = np.diag(np.sqrt([1.0, 2.0]), k=1)
    one = np.eye(3)

    def on(site, matrix):
        factors = [matrix if k == site else one for k in range(4)]
        return np.kron(np.kron(np.kron(factors[0], factors[1]), factors[2]), factors[3])

    b_a, a_a, b_b, a_b = (on(k, lower) for k in range(4))
    energy = np.zeros((81, 81), complex)
    jumps = []
    pumps = []
    for b, a, delta, alpha, omega_a, g, pump in (
        (b_a, a_a, 0.7633, -400, 4600, 8, 5.5),
        (b_b, a_b, 1.23, -500, 4500, 4, 9.0),
    ):
        n = b.T @ b
        omega_q = 5000 - delta
        omega_p = omega_q + alpha / 2
        pumps.append(omega_p)
        energy += (omega_q - omega_p) * n + alpha / 2 * (n - np.eye(81)) @ n
        energy += (omega_a - omega_p) * a.T @ a + g * (a @ b.T + a.T @ b) + pump * (b + b.T)
        jumps += [np.sqrt(60) * a, np.sqrt(0.053) * b, np.sqrt(0.053) * n]
    decay = sum(jump.T @ jump for jump in jumps)

    def right(t, y):
        rho = y.reshape(81, 81)
        exchange = 0.35 * b_a.T @ b_b * np.exp(1j * RADIANS * (pumps[0] - pumps[1]) * t)
        drive = 0.5 * b_a * np.exp(-1j * RADIANS * (pumps[0] - 5000) * t)
        turning = exchange + exchange.conj().T + drive + drive.conj().T
        half = (energy + turning - 0.5j * decay) @ rho
        change = -1j * (half - half.conj().T)
        change += sum(jump @ rho @ jump.T for jump in jumps)
        return RADIANS * change.reshape(-1)

    end = 0.02
    path = solve_ivp(
        right, (0, end), state.at(0.0).reshape(-1), method="DOP853", rtol=1e-9, atol=1e-12
    )
    moved = np.abs(state.at(end) - state.at(0.0)).max()
    assert moved > 1e-3
    assert_allclose(path.y[:, -1].reshape(81, 81), state.at(end), atol=1e-8)


def test_the_parts_are_hermitian_and_uncoupled():
    lindbladian, perturbations = circuit_parts(*preset_transmons("10a"))
    balance = qs.quasi_periodic.HarmonicBalance(lindbladian, perturbations)
    assert balance.subsystems.sizes == (81, 81)
    assert len(balance.drives.base) == 2


def test_the_circuit_is_like_the_qubit_model():
    run = circuit_qed("10a", coupling=[0.05, 0.2])
    for k in range(2):
        parameters = run.qubit_model(k)
        assert parameters["coupling"] == 2 * run.parameters["coupling"][k]
        assert parameters["drive"] == 0.04
        rho = qs.steady_state(qs.models.driven_pair(**parameters)).rho
        space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))
        expected = [abs(qs.phase_response(rho, space, site)) for site in "AB"]
        assert_allclose(np.abs(run.state(k).responses), expected, atol=0.012)


def test_without_drive_nothing_has_a_phase():
    state = circuit_qed("11b", coupling=0.2, drive=0.0).state()
    assert_allclose(state.responses, 0, atol=1e-12)
    assert_allclose(np.trace(state.qubits), 1, atol=1e-12)
    assert abs(state.qubits[1, 2]) > 1e-3  # eg-ge coherence by the coupling
    assert np.linalg.eigvalsh(state.qubits).min() > 0


def test_compute_and_sweep_know_the_measures():
    names = ["response_a", "response_b", "omega"]
    names += [f"{kind}_rate_{side}" for side in "ab" for kind in ("gain", "damping")]
    with pytest.warns(TruncationWarning, match="cut-off"):  # three levels are few
        point = qs.compute(circuit_qed, {"preset": "10b", "coupling": 0.1}, names)
    a, b, omega = EXACT[0.1]
    assert_allclose(
        [point["response_a"], point["response_b"], point["omega"]],
        [abs(a), abs(b), omega],
        rtol=1e-6,
    )
    assert_allclose(point["gain_rate_b"] / point["damping_rate_b"], 4.46578, atol=1e-4)
    assert_allclose(point["gain_rate_a"] / point["damping_rate_a"], 0.27445, atol=1e-4)
    with pytest.warns(TruncationWarning, match="cut-off") as seen:
        table = qs.sweep(circuit_qed, {"coupling": [0.0, 0.1]}, measures=["response_a"], workers=1)
    assert len(seen) == 1
    assert 0.01 < table.attrs["largest_truncation"] < 0.1
    assert_allclose(table["response_a"], [abs(EXACT[0.0][0]), abs(a)], rtol=1e-6)
    assert table["response_a"].attrs["units"] == "1"


def test_presets_may_be_an_axis():
    run = circuit_qed(np.array(["10a", "11b"])[:, None], coupling=[0.0, 0.1])
    assert run.shape == (2, 2)
    assert run.parameters["drive"].ravel().tolist() == [0.02, 0.04]
    assert [len(group) for group in run.groups()] == [2, 2]
    assert run.transmons_of(3) == preset_transmons("11b")


def test_ones_own_circuit():
    run = circuit_qed(anharmonicity_a=300.0, pump_b=0.0, transmon_levels=4, drive=0.03)
    a, b = run.transmons_of(0)
    assert (a.resonator_frequency, a.transmon_levels) == (4700, 4)
    assert_allclose(a.shift, frequency_shift(a))
    assert_allclose(b.shift, 0.032)  # the dispersive shift alone
    assert_allclose(run.parameters["drive"], 0.03)


def test_no_pumps_need_no_frames():
    """Both transmons linear to lowest order: a weak drive meets two decaying coherences."""
    run = circuit_qed(pump_a=0.0, pump_b=0.0, coupling=0.03, drive=1e-4)
    a, b = run.transmons_of(0)
    modes = [coherence_mode(unit) for unit in (a, b)]
    d_a, d_b = (mode + 1j * unit.beat_frequency for mode, unit in zip(modes, (a, b), strict=True))
    # <b_A> = i eps d_B/(d_A d_B + g^2), <b_B> = i g <b_A>/d_B, and <S+> is conjugate to <b>.
    lower_a = 1j * 1e-4 * d_b / (d_a * d_b + 0.03**2)
    lower_b = 1j * 0.03 * lower_a / d_b
    state = run.state()
    assert_allclose(state.responses, np.conj([lower_a, lower_b]), rtol=2e-3)


def test_a_tuned_transmon_turns_with_the_drive():
    unit = preset_transmons("11b")[0]
    tuned = PumpedTransmon(**{**vars(unit), "shift": tuned_shift(unit), "transmon_levels": 3})
    assert_allclose(-coherence_mode(tuned).imag, tuned.beat_frequency, atol=1e-8)
    four = PumpedTransmon(**{**vars(unit), "transmon_levels": 4})
    assert abs(tuned_shift(four) - tuned_shift(unit)) > 1e-3


def test_units_of_any_speed_are_fitted():
    unit = preset_transmons("10b")[0]
    lone = {"pump": 0.0, "resonator_coupling": 0.0, "resonator_decay": 60.0}
    for decay in (1e-5, 1e-3, 0.053, 20.0):
        fit = relaxation_fit(PumpedTransmon(**{**vars(unit), **lone, "decay": decay}))
        assert_allclose([fit.gain, fit.damping], [0, decay], rtol=1e-6, atol=1e-6 * decay)


def test_what_does_not_relax_like_a_qubit_has_no_rates():
    unit = preset_transmons("10b")[0]
    still = {"pump": 0.0, "resonator_coupling": 0.0, "decay": 0.0}
    with pytest.raises(ConvergenceError, match="does not relax"):
        relaxation_fit(PumpedTransmon(**{**vars(unit), **still}))
    with pytest.raises(ConvergenceError, match="not exponential"):
        relaxation_fit(PumpedTransmon(**{**vars(unit), "anharmonicity": 5.0}))


def test_pumps_of_one_frequency_make_the_coupling_static():
    run = circuit_qed(
        anharmonicity_b=400.0, shift_b=0.7633, coupling=0.1, drive=0.0, resonator_levels=2
    )
    a, b = run.transmons_of(0)
    assert a.beat_frequency == b.beat_frequency
    static, perturbations = circuit_parts(a, b)
    exchange = 0.1 * perturbations[1][1]
    count = len(static.terms.hamiltonian)
    joined = qs.Lindbladian(
        static.space,
        [(1.0, static.hamiltonian() + (exchange + exchange.conj().T).toarray())],
        list(zip(static.coefficient_table()[0][count:], static.terms.jumps, strict=True)),
    )
    expected, trace = demodulated_qubits(
        qs.steady_state(joined, truncation="ignore").rho, static.space
    )
    state = run.state()
    # Coherences with the pumps are averaged out in the frame of the drive.
    kept = np.abs(np.subtract.outer([2, 1, 1, 0], [2, 1, 1, 0])) == 0
    assert_allclose(state.qubits, np.where(kept, expected, 0), atol=1e-9)
    assert_allclose(state.trace, trace, atol=1e-9)
    assert abs(expected[1, 2]) > 0.05


def test_a_drive_at_the_frequency_of_the_pump_is_part_of_it():
    run = circuit_qed(shift_a=-200.0, coupling=0.0, drive=0.5)
    unit = run.transmons_of(0)[0]
    assert unit.beat_frequency == 0
    energy, dissipators = unit.parts()
    transmon = unit.space["T"]
    driven = energy + 0.5 * RADIANS * (transmon.create + transmon.destroy)
    system = qs.Lindbladian(unit.space, [(1.0, driven)], dissipators)
    rho = qs.steady_state(system, truncation="ignore").rho
    reduced = np.einsum("arbr->ab", rho.reshape(3, 3, 3, 3))
    expected = reduced[0, 1] / np.trace(reduced[:2, :2])
    assert_allclose(run.state().responses[0], expected, atol=1e-9)


def test_a_coupling_opposite_to_the_drive_is_no_special_case():
    state = circuit_qed(shift_b=-250.0).state()  # the pump on B is at the drive's frequency
    assert state.residual < 1e-9


def test_a_small_circuit_forgets_any_start_and_ends_on_its_state():
    """Slow pumps and lossy transmons, by brute force from the ground state."""
    run = circuit_qed(
        anharmonicity_a=20.0, anharmonicity_b=27.0, pump_a=1.5, pump_b=2.0, coupling=1.0,
        drive=0.7, dephasing=0.3, decay_a=1.0, decay_b=1.5, resonator_coupling_a=2.0,
        resonator_coupling_b=1.5, resonator_decay_a=6.0, resonator_decay_b=5.0,
        resonator_levels=2,
    )  # fmt: skip
    state = run.harmonics()
    static, perturbations = circuit_parts(*run.transmons_of(0))
    size = static.dimension
    energy = static.hamiltonian()
    rates = static.coefficient_table()[0][len(static.terms.hamiltonian) :]
    jumps = [np.sqrt(r) * j.toarray() for r, j in zip(rates, static.terms.jumps, strict=True)]
    decay = sum(j.conj().T @ j for j in jumps)
    turning = [(f, s * v.toarray()) for s, (f, v) in zip((0.7, 1.0), perturbations, strict=True)]

    def right(t, y):
        rho = y.reshape(size, size)
        full = energy - 0.5j * decay
        for frequency, v in turning:
            turned = v * np.exp(-1j * frequency * t)
            full = full + turned + turned.conj().T
        change = 1j * (rho @ full.conj().T - full @ rho)
        return (change + sum(j @ rho @ j.conj().T for j in jumps)).reshape(-1)

    start = np.zeros((size, size), complex)
    start[0, 0] = 1
    end = 14 / state.gap
    path = solve_ivp(right, (0, end), start.reshape(-1), method="DOP853", rtol=1e-8, atol=1e-11).y[
        :, -1
    ]
    assert_allclose(path.reshape(size, size), state.at(end), atol=2e-6)
    assert np.abs(state.at(end) - state.average()).max() > 1e-2


def test_members_are_counted():
    run = circuit_qed(coupling=[0.0, 0.1])
    for wrong in (-1, 2):
        with pytest.raises(InvalidArgumentError, match="member"):
            run.state(wrong)
    with pytest.raises(NonFiniteError, match="drive"):
        run.state(drive=np.nan)


def test_too_strong_a_coupling_is_an_error():
    with pytest.raises(HarmonicsError, match="[Ss]trong perturbations"):
        circuit_qed(coupling=60.0, resonator_levels=2).state()


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"preset": "12c"}, UnknownNameError, "preset"),
        ({"dephasing": -1.0}, InvalidArgumentError, "dephasing"),
        ({"decay_b": -1.0}, InvalidArgumentError, "decay_b"),
        ({"resonator_decay_a": -1.0}, InvalidArgumentError, "resonator_decay_a"),
        ({"coupling": np.nan}, NonFiniteError, "coupling"),
        ({"coupling": None}, InvalidArgumentError, "Parameter `coupling`"),
        ({"anharmonicity_a": "a"}, InvalidArgumentError, "Parameter `anharmonicity_a`"),
        ({"preset": ["10a", "10b"], "pump_a": [1, 2, 3]}, BroadcastError, "preset .2,., pump_a"),
        ({"pump_a": np.inf}, NonFiniteError, "pump_a"),
        ({"shift_a": np.nan}, NonFiniteError, "shift_a"),
        ({"anharmonicity_b": 0.0}, InvalidArgumentError, "anharmonicity_b"),
        ({"transmon_levels": 2}, InvalidArgumentError, "transmon_levels"),
        ({"resonator_levels": 2.5}, InvalidArgumentError, "resonator_levels"),
        ({"resonator_decay_a": 0.0}, InvalidArgumentError, "resonator_decay"),
        ({"resonator_frequency_b": 5000.0}, InvalidArgumentError, "resonator_frequency"),
    ],
)
def test_impossible_circuits_are_named(parameters, error, message):
    with pytest.raises(error, match=message):
        circuit_qed(**parameters)
