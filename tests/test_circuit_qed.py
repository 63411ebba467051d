"""The circuit against an independent calculation, a propagation of Eq. (E1), and the tables."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

import quantsync as qs
from quantsync.errors import (
    HarmonicsError,
    InvalidArgumentError,
    InvalidRateError,
    NonFiniteError,
    UnknownNameError,
)
from quantsync.models.circuit_qed import circuit_qed
from quantsync.models.circuit_state import circuit_parts
from quantsync.models.circuit_tables import CORRECTIONS, TABLE_I, TABLE_II, preset_units
from quantsync.models.circuit_units import (
    RADIANS,
    CircuitUnit,
    coherence_mode,
    frequency_shift,
    pump_shift,
    relaxation_fit,
    tuned_shift,
)

REFERENCE = json.loads(
    (Path(__file__).parent / "reference" / "vaidya2024.json").read_text(encoding="utf-8")
)
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
    return CircuitUnit(
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
        rho = qs.steady_state(unit.lindbladian()).rho
        levels = np.diagonal(rho).real.reshape(3, 3).sum(axis=1)
        assert_allclose(levels["gef".index(name[-1])], value, rtol=1e-11)


@pytest.mark.parametrize("name", FITS)
def test_rates_are_fitted_from_relaxation(name):
    letter, preset = name.split()[1][0], name.split()[1][1:]
    unit = preset_units(preset)["AB".index(letter)]
    fit = relaxation_fit(unit)
    assert_allclose(fit.gain, FITS[name]["w_MHz"], atol=5e-6)
    assert_allclose(fit.damping, FITS[name]["gamma_MHz"], atol=5e-6)
    assert_allclose(fit.ratio, FITS[name]["ratio"], atol=5e-5)
    assert 0 < fit.deviation < 5e-3


def test_the_captions_ratios_come_out():
    ratios = [relaxation_fit(u).ratio for p in ("10a", "10b", "11b") for u in preset_units(p)]
    printed = [0, 3.2, 0.27, 4.5, 0.71, 0.28]
    for ratio, caption in zip(ratios, printed, strict=True):
        assert_allclose(ratio, caption, atol=0.05 if caption > 1 else 0.005)


@pytest.mark.parametrize("preset", TABLE_II)
def test_table_two_follows_from_e3_and_the_dispersive_shift(preset):
    for unit in preset_units(preset):
        assert_allclose(frequency_shift(unit), unit.shift, atol=5e-4)


def test_the_printed_resonator_of_b_gives_neither_shift_nor_gain():
    printed, right = preset_units("10b", corrected=False)[1], preset_units("10b")[1]
    assert (printed.resonator_frequency, right.resonator_frequency) == (4600, 4500)
    assert TABLE_I["resonator_frequency"] == (4600, 4600)
    assert CORRECTIONS["resonator_frequency"] == (4600, 4500)
    assert abs(frequency_shift(printed) - printed.shift) > 5e-3
    assert relaxation_fit(printed).ratio < 1.5  # the caption has 4.5
    assert_allclose(relaxation_fit(right).ratio, 4.5, atol=0.05)


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
    lindbladian, perturbations = circuit_parts(*preset_units("10a"))
    balance = qs.HarmonicBalance(lindbladian, perturbations)
    assert balance.units.sizes == (81, 81)
    assert len(balance.turning.base) == 2


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
    point = qs.compute(circuit_qed, {"preset": "10b", "coupling": 0.1}, names)
    a, b, omega = EXACT[0.1]
    assert_allclose(
        [point["response_a"], point["response_b"], point["omega"]],
        [abs(a), abs(b), omega],
        rtol=1e-6,
    )
    assert_allclose(point["gain_rate_b"] / point["damping_rate_b"], 4.46578, atol=1e-4)
    assert_allclose(point["gain_rate_a"] / point["damping_rate_a"], 0.27445, atol=1e-4)
    table = qs.sweep(circuit_qed, {"coupling": [0.0, 0.1]}, measures=["response_a"], threads=1)
    assert_allclose(table["response_a"], [abs(EXACT[0.0][0]), abs(a)], rtol=1e-6)
    assert table["response_a"].attrs["units"] == "1"


def test_presets_may_be_an_axis():
    run = circuit_qed(np.array(["10a", "11b"])[:, None], coupling=[0.0, 0.1])
    assert run.shape == (2, 2)
    assert run.parameters["drive"].ravel().tolist() == [0.02, 0.04]
    assert [len(group) for group in run.groups()] == [2, 2]
    assert run.units_of(3) == preset_units("11b")


def test_ones_own_circuit():
    run = circuit_qed(anharmonicity_a=300.0, pump_b=0.0, transmon_levels=4, drive=0.03)
    a, b = run.units_of(0)
    assert (a.resonator_frequency, a.transmon_levels) == (4700, 4)
    assert_allclose(a.shift, frequency_shift(a))
    assert_allclose(b.shift, 0.032)  # the dispersive shift alone
    assert_allclose(run.parameters["drive"], 0.03)


def test_no_pumps_need_no_frames():
    """Both transmons linear to lowest order: a weak drive meets two decaying coherences."""
    run = circuit_qed(pump_a=0.0, pump_b=0.0, coupling=0.03, drive=1e-4)
    a, b = run.units_of(0)
    modes = [coherence_mode(unit) for unit in (a, b)]
    d_a, d_b = (mode + 1j * unit.turning for mode, unit in zip(modes, (a, b), strict=True))
    # <b_A> = i eps d_B/(d_A d_B + g^2), <b_B> = i g <b_A>/d_B, and <S+> is conjugate to <b>.
    lower_a = 1j * 1e-4 * d_b / (d_a * d_b + 0.03**2)
    lower_b = 1j * 0.03 * lower_a / d_b
    state = run.state()
    assert_allclose(state.responses, np.conj([lower_a, lower_b]), rtol=2e-3)


def test_a_tuned_transmon_turns_with_the_drive():
    unit = preset_units("11b")[0]
    tuned = CircuitUnit(**{**vars(unit), "shift": tuned_shift(unit), "transmon_levels": 3})
    assert_allclose(-coherence_mode(tuned).imag, tuned.turning, atol=1e-8)
    four = CircuitUnit(**{**vars(unit), "transmon_levels": 4})
    assert abs(tuned_shift(four) - tuned_shift(unit)) > 1e-3


def test_too_strong_a_coupling_is_an_error():
    with pytest.raises(HarmonicsError, match="too strong"):
        circuit_qed(coupling=60.0).state()


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"preset": "12c"}, UnknownNameError, "preset"),
        ({"dephasing": -1.0}, InvalidRateError, "dephasing"),
        ({"decay_b": -1.0}, InvalidRateError, "decay_b"),
        ({"resonator_decay_a": -1.0}, InvalidRateError, "resonator_decay_a"),
        ({"coupling": np.nan}, NonFiniteError, "coupling"),
        ({"pump_a": np.inf}, NonFiniteError, "pump_a"),
        ({"shift_a": np.nan}, NonFiniteError, "shift_a"),
        ({"anharmonicity_b": 0.0}, InvalidArgumentError, "anharmonicity"),
        ({"transmon_levels": 2}, InvalidArgumentError, "transmon_levels"),
        ({"resonator_levels": 2.5}, InvalidArgumentError, "resonator_levels"),
    ],
)
def test_impossible_circuits_are_named(parameters, error, message):
    with pytest.raises(error, match=message):
        circuit_qed(**parameters)
