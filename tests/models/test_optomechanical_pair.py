"""Optomechanical cells: their Langevin equations by SciPy, limits, locking, windows."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import quantsync as qs
from quantsync.models import optomechanical_pair

POINT = {
    "coupling": 0.03, "drive": 30.0, "frequency_2": 1.02, "detuning_1": 0.9, "detuning_2": 1.1,
    "optomechanical_coupling": 0.01, "loss": 0.2, "damping": 0.01, "thermal_quanta": 0.7,
}  # fmt: skip


def langevin(p):
    """Means and covariances of q, p of b_1, b_2, a_1, a_2, of the Langevin equations.

    da/dt = (-kappa + i Delta + i g (b + b^dag)) a + E + sqrt(2 kappa) a_in and
    db/dt = (-gamma - i omega) b + i g a^dag a + i mu b' + sqrt(2 gamma) b_in, linearised.
    """
    omega = np.array([1.0, p["frequency_2"]])
    Delta = np.array([p["detuning_1"], p["detuning_2"]])
    g, kappa, gamma, mu = (p[n] for n in ("optomechanical_coupling", "loss", "damping", "coupling"))
    noise = np.diag([gamma * (2 * p["thermal_quanta"] + 1)] * 4 + [kappa] * 4)

    def rates(_, y):
        beta, alpha, C = y[:2], y[2:4], y[4:].real.reshape(8, 8)
        shift = 2 * g * beta.real
        drift = np.concatenate([
            -(gamma + 1j * omega) * beta + 1j * g * abs(alpha) ** 2 + 1j * mu * beta[::-1],
            (-kappa + 1j * (Delta + shift)) * alpha + p["drive"],
        ])  # fmt: skip
        M = np.zeros((8, 8))
        for j in range(2):
            q, x, other = 2 * j, 4 + 2 * j, 2 - 2 * j
            re, im = 2 * g * alpha[j].real, 2 * g * alpha[j].imag
            M[q, q], M[q, q + 1], M[q, other + 1] = -gamma, omega[j], -mu
            M[q + 1, q], M[q + 1, q + 1], M[q + 1, other] = -omega[j], -gamma, mu
            M[q + 1, x], M[q + 1, x + 1] = re, im
            M[x, x], M[x, x + 1], M[x, q] = -kappa, -(Delta[j] + shift[j]), -im
            M[x + 1, x], M[x + 1, x + 1], M[x + 1, q] = Delta[j] + shift[j], -kappa, re
        return np.concatenate([drift, (M @ C + C @ M.T + noise).ravel()])

    return rates


def integrated(p, times):
    """Amplitudes (T, 4) and covariances (T, 8, 8) by SciPy."""
    start = np.diag([p["thermal_quanta"] + 0.5] * 4 + [0.5] * 4)
    y0 = np.concatenate([np.zeros(4), start.ravel()]).astype(complex)
    end = (0, times[-1])
    found = solve_ivp(langevin(p), end, y0, "DOP853", times, rtol=1e-11, atol=1e-11)
    return found.y[:4].T, found.y[4:].real.T.reshape(-1, 8, 8)


def test_the_fluctuations_are_those_of_the_langevin_equations():
    times = np.linspace(0, 12, 13)
    beta, covariance = integrated(POINT, times)
    path = optomechanical_pair(**POINT).evolve(times)
    np.testing.assert_allclose(path.beta, beta, atol=1e-7)
    np.testing.assert_allclose(path.covariance, covariance, rtol=1e-7, atol=1e-7)
    assert (path.occupation[-1] > 100).all()


def test_the_measures_are_those_of_mari_et_al_averaged_over_the_window():
    given = POINT | {"time": 4.0, "window": 8.0}
    times = optomechanical_pair(**given).solve().times
    assert (times[0], times[-1], len(times)) == (4, 12, 12)
    amplitudes, covariance = integrated(POINT, times)
    C, beta = covariance[:, :4, :4], amplitudes[:, :2]
    # q_-, p_- and p'_-, the difference of what is across the mean amplitudes
    q, p = np.array([[1, 0, -1, 0], [0, 1, 0, -1]]) / np.sqrt(2)
    across = np.stack([-beta.imag, beta.real], axis=-1) / abs(beta)[..., None] / np.sqrt(2)
    across[:, 1] *= -1
    across = across.reshape(-1, 4)
    expected = {
        "S_c": 1 / (C @ q @ q + C @ p @ p),
        "S_c_product": 2 / np.trace(C, axis1=1, axis2=2),
        "S_p": 1 / (2 * np.einsum("ti,tij,tj->t", across, C, across)),
        "phonons_2": abs(beta[:, 1]) ** 2,
        "locking": np.exp(1j * np.angle(beta[:, 0] / beta[:, 1])),
    }
    found = qs.compute("optomechanical_pair", given, [*expected, "phase_difference"])
    for name, values in expected.items():
        assert found[name] == pytest.approx(abs(values.mean()), rel=1e-7), name
    phase = np.angle(expected["locking"].mean())
    assert found["phase_difference"] == pytest.approx(phase, abs=1e-7)


def test_coupling_locks_the_cycles_and_their_fluctuations():
    pair = optomechanical_pair(coupling=[0.0, 0.04])
    path = pair.evolve(np.linspace(150, 220, 90), tolerance=1e-7)
    found = {name: measure(path) for name, measure in pair.measures.items()}
    np.testing.assert_allclose(found["frequency_difference"], [-0.005, 0], atol=5e-4)
    assert found["locking"][1] > 0.999 > found["locking"][0]
    assert found["S_c"][1] > 10 * found["S_c"][0]
    assert found["S_c"][0] == pytest.approx(found["S_c_product"][0], rel=1e-4)
    assert abs(found["discord"][0]) < 1e-6 < found["discord"][1]


def test_a_cell_that_runs_away_costs_only_itself():
    with pytest.warns(qs.errors.SweepWarning):
        found = qs.sweep(
            "optomechanical_pair", {"drive": [1.0, 1e8]}, "S_c", {"time": 1.0, "window": 1.0}
        )
    assert np.isfinite(found.S_c.values).tolist() == [True, False]
    assert "UnboundedRunError" in found.attrs["failures"][0]


def test_complete_synchronization_is_at_most_one():
    rng = np.random.default_rng(3)
    found = qs.sweep(
        "optomechanical_pair",
        {
            "coupling": rng.uniform(0, 0.3, 3),
            "drive": rng.uniform(0, 40, 3),
            "detuning_1": rng.uniform(-1.2, 1.2, 3),
        },
        ["S_c", "S_c_product"],
        {"time": 10.0, "window": 5.0, "thermal_quanta": 0.1},
    )
    assert ((found.S_c > 0) & (found.S_c <= 1)).all()
    assert found.S_c.min() < 0.5


def test_without_light_thermal_modes_stay_as_they_are():
    given = {"drive": 0, "thermal_quanta": 2.0, "time": 5.0, "window": 1.0}
    found = qs.compute("optomechanical_pair", given, ["S_c", "S_p", "locking", "discord"])
    assert found["S_c"] == pytest.approx(1 / 5, rel=1e-9)
    assert found["S_p"] is None
    assert found["locking"] is None
    assert found["discord"] == pytest.approx(0, abs=1e-9)


def test_light_alone_comes_to_the_amplitude_of_a_driven_cavity():
    pair = optomechanical_pair(optomechanical_coupling=0, detuning_1=[0.3, -0.7], drive=2.0)
    alpha = pair.evolve([150.0], None).beta[:, -1, 2]
    np.testing.assert_allclose(alpha, 2.0 / (0.15 - 1j * np.array([0.3, -0.7])), rtol=1e-8)


def test_to_exchange_the_cells_changes_no_difference():
    turned = {"frequency_1": 1.02, "frequency_2": 1.0, "detuning_1": 1.1, "detuning_2": 0.9}
    window = {"time": 8.0, "window": 4.0}
    names = ["S_c", "S_p", "phase_difference"]
    one, two = (
        qs.compute("optomechanical_pair", POINT | other | window, names) for other in ({}, turned)
    )
    for name, sign in zip(names, (1, 1, -1), strict=True):
        assert one[name] == pytest.approx(sign * two[name], rel=1e-6)


def test_windows_differ_within_a_map_but_not_within_a_solution():
    axes = {"time": [2.0, 4.0], "window": [2.0, 3.0]}
    found = qs.sweep("optomechanical_pair", axes, "S_c")
    one = qs.compute("optomechanical_pair", {"time": 4.0, "window": 2.0}, "S_c")["S_c"]
    assert found.S_c.sel(time=4, window=2) == pytest.approx(one, rel=1e-12)
    with pytest.raises(qs.errors.BroadcastError, match="different values of 'time'"):
        optomechanical_pair(time=[2.0, 4.0]).solve()
    with pytest.raises(qs.errors.OutOfMemoryError, match=r"window of 1e\+300"):
        optomechanical_pair(window=1e300).solve()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"loss": -0.1}, "Parameter `loss` must be >= 0"),
        ({"time": -1.0}, "Parameter `time` must be >= 0"),
        ({"window": 0.0}, "Parameter `window` must be > 0"),
        ({"detuning_1": 1j}, "Parameter `detuning_1` must be real"),
        ({"drive": "strong"}, "Parameter `drive` must be a real number"),
    ],
)
def test_what_no_cells_have_is_named(wrong, message):
    with pytest.raises(qs.errors.InvalidArgumentError, match=message):
        optomechanical_pair(**wrong)
