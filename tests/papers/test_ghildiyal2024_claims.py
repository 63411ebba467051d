"""Claims of Ghildiyal et al. (2024): verdicts, and the numbers behind them by other routes."""

import numpy as np
import pytest
import sympy

from quantsync.papers.ghildiyal2024 import chains, dynamics_claims, langevin, spin_claims
from quantsync.papers.ghildiyal2024.synchronization_claims import growth

REPRODUCED = (
    "H_B is a function of the collective spin",
    "H_B = omega [n B",
    "in the interaction picture b has the phases",
    "are independent damped oscillations",
    "the amplitudes of chains of different sizes differ",
    "the evolutions of q_1 and q_2 are not identical",
)
WITH_A_CONVENTION = (
    "has a ground state doublet",
    "H_SB = g [sigma_+/2",
    "D = diag[V",
    "the frame of theta removes",
    "S_q^phi has the closed form",
    "the steady value of S_q is 1",
    "correlates the chains quantum mechanically",
    "is robust against the number of spins",
    "falls with the mean number of thermal phonons",
    "are not entangled",
)


@pytest.fixture(scope="module")
def claims(claims_of):
    return claims_of("ghildiyal2024")


def computed(claims, words):
    (found,) = [c for c in claims if words in c.statement]
    return found.computed


def test_verdicts(claims):
    expected = {}
    for verdict, all_words in (("reproduced", REPRODUCED), ("reproduced with", WITH_A_CONVENTION)):
        for words in all_words:
            (found,) = [claim for claim in claims if words in claim.statement]
            expected[found.where, found.statement] = verdict
    assert len(claims) == 53
    for claim in claims:
        verdict = expected.get((claim.where, claim.statement), "not reproduced")
        assert claim.verdict == verdict, claim
        assert claim.reason or claim.verdict == "reproduced"


def test_numbers_of_an_independent_calculation(claims):
    assert "0.4635 (g-i)" in computed(claims, "C is the covariance matrix")
    assert "+0.0099 (a-c)" in computed(claims, "fluctuations reach a steady state")
    text = computed(claims, "in the same phase at long times")
    assert "0.22" in text
    assert "2.994" in text
    assert "8.00e-04" in computed(claims, "the phase between the chains stays constant")
    assert "1.024 (g-i)" in computed(claims, "are not entangled")


def test_damping_by_hand():
    """-d|b|^2/dt of L = sqrt(gl) b + sqrt(gnl)/N b^dag b^2, and of the printed terms."""
    n, gl, gnl, N = sympy.symbols("n linear_damping nonlinear_damping spins_1", positive=True)
    want = (sympy.sqrt(gl) + sympy.sqrt(gnl) * n / N) ** 2
    assert sympy.expand(dynamics_claims.damping_rate("lab") - want) == 0
    printed = gl + 2 * gnl * (n**2 + 2 * n) / N**2 + 4 * sympy.sqrt(gl * gnl) * n / N
    assert sympy.expand(dynamics_claims.damping_rate("corrected") - printed) == 0


def test_a_hamiltonian_that_turns_phases_conserves_nothing(monkeypatch):
    from quantsync.models.pseudo_boson_pair import symbols

    assert dynamics_claims.energy_conserved("corrected")
    b = symbols.BETA[0]
    squeezed = symbols.hamiltonian("lab") + b**2 + sympy.conjugate(b) ** 2
    monkeypatch.setattr(dynamics_claims.symbols, "hamiltonian", lambda variant: squeezed)
    assert not dynamics_claims.energy_conserved("lab")


def test_growth_of_the_printed_fluctuations_by_a_run():
    """From rest nearby, variances grow with twice the eigenvalue of M(0) where lambda = 0."""
    tiny = {"q1": 1e-6, "q2": 1e-6}
    path = chains.chains("literal", "a-c", **tiny).evolve([1000.0, 1500.0])
    trace = np.trace(path.covariance, axis1=-2, axis2=-1)
    rate = np.log(trace[1] / trace[0]) / 1000
    assert rate == pytest.approx(growth("literal", "a-c"), rel=1e-4)
    assert growth("literal", "d-f") == pytest.approx(-0.0005)


def test_normal_mode_from_the_linear_equations():
    """Of i d beta/dt = H beta at rest, in closed form."""
    kappa = -0.1 / -(1.5 * np.sqrt(10) + 2.4 * np.sqrt(5))
    theta = (0.8 / 5 - 1 / 10) / 2
    H = kappa * np.array([[1.5**2, 3.6], [3.6, 2.4**2]]) + theta * np.diag([-1, 1])
    _, vectors = np.linalg.eigh(H)
    ratio = vectors[1, 1] / vectors[0, 1]
    assert dynamics_claims.normal_mode_ratio() == pytest.approx(ratio, rel=1e-12)
    assert ratio == pytest.approx(2.994, abs=1e-3)


def test_spin_commutators_of_both_transformations():
    wrong, right = spin_claims._su2_errors(5, 2, 1.0), spin_claims._su2_errors(5, 1, 0.5)
    np.testing.assert_allclose(wrong, [5, 4])
    np.testing.assert_allclose(right, 0, atol=1e-12)


def test_jump_operator_has_the_noise_of_the_langevin_equation():
    modes = langevin.Modes.fock(12)
    L = langevin.jump(modes, 0.3, 0.5, 5.0, 0)
    b, d, n = modes.b[0], modes.dagger[0], modes.n[0]
    Ld = L.conj().T
    one = np.eye(144)
    u = langevin.inner(b @ Ld - Ld @ b, 12)
    v = langevin.inner(b @ L - L @ b, 12)
    np.testing.assert_allclose(
        u, langevin.inner(np.sqrt(0.3) * one + 2 * np.sqrt(0.5) / 5 * n, 12), atol=1e-12
    )
    np.testing.assert_allclose(v, langevin.inner(np.sqrt(0.5) / 5 * b @ b, 12), atol=1e-12)
    assert d.shape == (144, 144)
