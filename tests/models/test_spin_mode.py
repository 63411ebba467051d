"""The one-atom laser: QuTiP, balances of quanta, closed forms, levels."""

import numpy as np
import pytest
import qutip

import quantsync as qs
from quantsync.models import spin_mode

POINT = {"coupling": 1.1, "pump": 2.0, "detuning": 0.6, "loss": 0.9, "decay": 0.3}


def test_a_laser_is_that_of_qutip():
    levels = 30
    a = qutip.tensor(qutip.qeye(2), qutip.destroy(levels))
    minus = qutip.tensor(qutip.sigmam(), qutip.qeye(levels))
    z = qutip.tensor(qutip.sigmaz(), qutip.qeye(levels))
    p = POINT
    H = p["detuning"] * z / 2 + p["coupling"] * (minus.dag() * a + minus * a.dag())
    jumps = [
        np.sqrt(p["pump"]) * minus.dag(),
        np.sqrt(p["decay"]) * minus,
        np.sqrt(p["loss"]) * a,
    ]
    rho = qutip.steadystate(H, jumps)
    n = qutip.expect(a.dag() * a, rho)
    expected = {
        "quanta": n,
        "g2": qutip.expect(a.dag() * a.dag() * a * a, rho) / n**2,
        "inversion": qutip.expect(z, rho),
        "coherence": qutip.expect(minus.dag() * a, rho),
        "amplitude": 0.0,
        "amplitude_over_sqrt_quanta": 0.0,
    }
    found = qs.compute("spin_mode", p, list(expected))
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-9, abs=1e-14), name


def test_what_is_pumped_in_comes_out():
    pumps = np.array([0.1, 1.0, 5.0, 30.0])
    found = qs.sweep(
        "spin_mode",
        {"pump": pumps},
        ["quanta", "inversion", "coherence"],
        {k: v for k, v in POINT.items() if k != "pump"},
    )
    up = (1 + found.inversion) / 2
    emitted = pumps * (1 - up) - POINT["decay"] * up
    np.testing.assert_allclose(POINT["loss"] * found.quanta, emitted, rtol=1e-11)
    # d<n>/dt = -2 g Im <S+ a> - loss <n>
    np.testing.assert_allclose(-2 * POINT["coupling"] * found.coherence.imag, emitted, rtol=1e-11)
    assert found.attrs["largest_truncation"] < 1e-14


def test_without_coupling_the_spin_is_pumped_alone():
    found = qs.compute("spin_mode", POINT | {"coupling": 0}, ["inversion", "quanta"])
    assert found["inversion"] == pytest.approx((2.0 - 0.3) / (2.0 + 0.3), rel=1e-13)
    assert found["quanta"] == 0


def test_the_levels_suffice_whatever_the_parameters_are():
    rng = np.random.default_rng(5)
    for _ in range(12):
        system = spin_mode(
            coupling=10 ** rng.uniform(-1.5, 1.2),
            pump=10 ** rng.uniform(-2, 1.5),
            detuning=rng.uniform(-5, 5),
            loss=10 ** rng.uniform(-0.5, 0.5),
            decay=rng.choice([0, 1.0]),
        )
        assert qs.steady_state(system).truncation.estimate < 1e-13
    quenched, lasing = (spin_mode(coupling=0.5, pump=p).dimension for p in (50.0, 3.0))
    assert quenched < lasing
    assert spin_mode(pump=[3.0, 0.0]).dimension == spin_mode(pump=3.0).dimension
    assert spin_mode(levels=5).space == qs.Space(S=qs.Spin(1 / 2), M=qs.Fock(5))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"pump": -1.0}, "Parameter `pump` must be >= 0"),
        ({"coupling": 1j}, "Parameter `coupling` must be real"),
        ({"levels": 0}, "Parameter `levels` must be a whole number"),
        ({"loss": 0.0}, "Parameter `loss` must be > 0.*`levels`"),
    ],
)
def test_what_no_laser_has_is_named(wrong, message):
    with pytest.raises(qs.errors.InvalidArgumentError, match=message):
        spin_mode(**wrong)
    with pytest.raises(qs.errors.BroadcastError, match=r"`pump` \(2,\), `loss` \(3,\)"):
        spin_mode(pump=[1.0, 2.0], loss=[1.0, 2.0, 3.0])
