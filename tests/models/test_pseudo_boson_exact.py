"""Variant "exact" of the pseudo-bosonic chains: the spins themselves."""

from __future__ import annotations

import numpy as np
import pytest
import qutip

import quantsync as qs
from quantsync.errors import InvalidArgumentError, OutOfMemoryError, SweepWarning
from quantsync.models import follow_chains, pseudo_boson_pair

MEANS = ["q1", "p1", "q2", "p2"]
SMALL = {"variant": "exact", "spins_1": 3, "spins_2": 2, "q1": 0.5, "p1": 0.2, "q2": -0.3}


def frame(spins, weight=0.0, frequencies=(1.0, 0.8)):
    parts = zip(spins, frequencies, strict=True)
    return sum(w * (weight**2 * (1 - 1 / (2 * N)) + 1 / N) for N, w in parts) / 2


@pytest.mark.parametrize("weight", [0.0, 0.4])
def test_without_dissipation_the_means_are_those_of_the_pure_states(weight):
    times = np.array([0.0, 3.0, 17.0])
    fixed = {"linear_damping": 0.0, "nonlinear_damping": 0.0, "weight": weight}
    start = (0.5, 0.2, -0.3, 0.0)
    path = follow_chains((3, 2), times, start=start, weight=weight)
    turned = path.amplitude * np.exp(1j * frame((3, 2), weight) * times)[:, None]
    found = qs.sweep("pseudo_boson_pair", {"time": times}, MEANS, fixed=SMALL | fixed)
    got = np.stack([found[name].values for name in MEANS], axis=-1)
    beta = (got[:, ::2] + 1j * got[:, 1::2]) / np.sqrt(2)
    np.testing.assert_allclose(beta, turned, atol=1e-12)


def test_covariances_are_those_of_a_master_equation_by_hand():
    N, t = (3, 2), 12.0
    g, w, nbar, gl, gnl, gain, sz = (1.5, 2.4), (1.0, 0.8), 0.3, 0.05, 0.04, 0.02, -0.1
    spin = [qutip.spin_J_set(n / 2) for n in N]
    one = [qutip.qeye(2), *(qutip.qeye(n + 1) for n in N)]

    def at(site, operator):
        parts = list(one)
        parts[site] = operator
        return qutip.tensor(parts)

    sx, sy, s3 = (at(0, o) for o in (qutip.sigmax(), qutip.sigmay(), qutip.sigmaz()))
    H, jumps, b = 0.1 * s3, [], []
    for j in range(2):
        x, y, z = (at(j + 1, o) for o in spin[j])
        H += g[j] / np.sqrt(N[j]) * (sx * x + sy * y + s3 * z) + w[j] / N[j] * z
        b.append((x - 1j * y) / np.sqrt(N[j]))
        loss = np.sqrt(gl) * b[j] + np.sqrt(gnl) / N[j] * b[j].dag() * b[j] * b[j]
        jumps += [np.sqrt(nbar + 1) * loss, np.sqrt(nbar) * loss.dag(), np.sqrt(gain) * b[j].dag()]
    beta = np.array([0.5 + 0.2j, -0.3]) / np.sqrt(2)
    coherent = []
    for n, z in zip(N, beta, strict=True):
        theta = np.arcsin(2 * abs(z) / np.sqrt(n))
        # Turned from all spins down, towards <J_-> = z sqrt(N).
        J = qutip.spin_J_set(n / 2)
        phase = np.angle(z)
        axis = -np.sin(phase) * J[0] - np.cos(phase) * J[1]
        state = (-1j * theta * axis).expm() * qutip.basis(n + 1, n)
        coherent.append(state * state.dag())
    up = qutip.ket2dm(qutip.basis(2, 0)) * (1 + sz) / 2
    down = qutip.ket2dm(qutip.basis(2, 1)) * (1 - sz) / 2
    options = {"atol": 1e-13, "rtol": 1e-11, "nsteps": 100_000}
    rho0 = qutip.tensor(up + down, *coherent)
    rho = qutip.mesolve(H, rho0, [0, t], jumps, options=options).states[-1]
    assert [qutip.expect(o, rho0) for o in b] == pytest.approx(list(beta), abs=1e-12)
    turn = np.exp(1j * frame(N) * t)
    R = [q for o in b for q in ((turn * o + (turn * o).dag()) / np.sqrt(2),
                                (turn * o - (turn * o).dag()) / (1j * np.sqrt(2)))]  # fmt: skip
    mean = np.real([qutip.expect(r, rho) for r in R])
    C = np.array([[qutip.expect(r * s + s * r, rho).real / 2 for r in R] for s in R])
    C -= np.outer(mean, mean)
    values = {"linear_damping": gl, "nonlinear_damping": gnl, "gain": gain, "time": t}
    run = pseudo_boson_pair(**SMALL, **values, thermal_phonons=nbar)
    np.testing.assert_allclose(run.means()[0], mean, atol=1e-9)
    np.testing.assert_allclose(run.covariances()[0], C, atol=1e-9)
    measured = qs.compute("pseudo_boson_pair", SMALL | values | {"thermal_phonons": nbar}, ["S_q"])
    total = C.trace() - 2 * C[0, 2] - 2 * C[1, 3]
    assert measured["S_q"] == pytest.approx(2 / total, abs=1e-9)


def test_single_uncoupled_spins_decay_as_one_can_write_down():
    gamma, t = 0.3, 4.0
    run = pseudo_boson_pair(
        "exact", 1, 1, q1=0.5, q2=0.2, linear_damping=gamma, nonlinear_damping=0.0, time=t
    ).uncoupled()
    own = np.array([1.0, 0.8]) - frame((1, 1))
    beta = np.array([0.5, 0.2]) / np.sqrt(2) * np.exp(-(gamma / 2 + 1j * own) * t)
    expected = np.sqrt(2) * np.array([beta[0].real, beta[0].imag, beta[1].real, beta[1].imag])
    np.testing.assert_allclose(run.means()[0], expected, atol=1e-12)
    # (sigma_x/sqrt2)^2 = 1/2.
    np.testing.assert_allclose(np.diag(run.covariances()[0]), 0.5 - expected**2, atol=1e-12)


def test_large_chains_are_bosons_for_a_while():
    """With weak couplings and few quanta the spins do what their uncoupled bosons do."""
    values = {"q1": 0.3, "q2": 0.2, "coupling_1": 0.0, "coupling_2": 0.0, "time": 10.0}
    more = {"linear_damping": 0.05, "nonlinear_damping": 0.0}
    exact, lab = (pseudo_boson_pair(v, 9, 8, **values, **more) for v in ("exact", "lab"))
    np.testing.assert_allclose(exact.means(), lab.means(), rtol=0.02, atol=1e-3)
    assert qs.compute("pseudo_boson_pair", values | more | {"variant": "lab"}, "S_q")[
        "S_q"
    ] == pytest.approx(exact.complete().value[0], rel=0.02)


@pytest.mark.parametrize(
    ("changes", "error", "named"),
    [
        ({"spins_1": 2.5}, InvalidArgumentError, "spins_1.*whole.*2.5"),
        ({"sigma_z": -1.5}, InvalidArgumentError, r"sigma_z.*-1\.5"),
        ({"q1": 3.0}, InvalidArgumentError, "q1.*2.12603.*3 spins"),
        ({"spins_1": 30, "spins_2": 30}, OutOfMemoryError, "1922 dimensions"),
    ],
)
def test_what_spins_cannot_do_is_named(changes, error, named):
    with pytest.raises(error, match=named):
        qs.compute("pseudo_boson_pair", SMALL | changes, "S_q")


def test_there_is_no_mean_field_of_it():
    with pytest.raises(InvalidArgumentError, match="'exact' has no mean field.*follow_chains"):
        pseudo_boson_pair(**SMALL).evolve([0.0, 1.0])


def test_a_bad_point_of_a_sweep_takes_no_other_with_it():
    with pytest.warns(SweepWarning, match="q1.*9"):
        found = qs.sweep("pseudo_boson_pair", {"q1": [0.5, 9.0]}, "S_q", fixed={"variant": "exact"})
    assert found.failed.values.tolist() == [False, True]
    alone = qs.compute("pseudo_boson_pair", {"variant": "exact", "q1": 0.5}, "S_q")["S_q"]
    assert found.S_q.values[0] == alone


def test_it_mixes_with_the_other_variants():
    run = pseudo_boson_pair(["exact", "lab"], 3, 2, q1=0.5, q2=0.1, time=2.0)
    for k, variant in enumerate(("exact", "lab")):
        alone = pseudo_boson_pair(variant, 3, 2, q1=0.5, q2=0.1, time=2.0)
        np.testing.assert_allclose(run.covariances()[k], alone.covariances()[0], atol=1e-12)
