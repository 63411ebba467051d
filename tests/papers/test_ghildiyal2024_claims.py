"""Claims of Ghildiyal et al. (2024): classes, and the numbers behind them by other routes."""

import numpy as np
import pytest
import sympy

from quantsync.papers.ghildiyal2024 import (
    chains,
    dynamics_claims,
    errata,
    langevin,
    printed_fluctuations,
    spin_claims,
)
from quantsync.papers.ghildiyal2024.points import Points
from quantsync.papers.ghildiyal2024.synchronization_claims import growth
from quantsync.papers.registry import PAPERS

CLASSES = {
    "reproduced": "C3 C5 C6 C29 C59 C60 C61 C62 C63",
    "convention": "C1 C7 C21 C22 C28 C30 C38 C40 C41 C46 C49 C51 C52 C54 C57 C58 C64 C65",
    "misprint": "C11 C12 C13 C14 C15 C16 C17 C18 C19 C20 C25 C26 C45 C55",
    "limit": "C9 C23",
    "fails": "C2 C4 C32 C33 C37 C42 C47",
    "open": "C39 C56",
    "beyond": "C36 C48 C53",
}
MERGED = {
    "C8": "C4", "C10": "C9", "C24": "C23", "C27": "C26", "C31": "C30", "C34": "C33",
    "C35": "C33", "C43": "C42", "C44": "C45", "C50": "C47",
}  # fmt: skip


@pytest.fixture(scope="module")
def claims(claims_of):
    return {c.number: c for c in claims_of("ghildiyal2024")}


def test_classes(claims):
    expected = {n: name for name, numbers in CLASSES.items() for n in numbers.split()}
    assert {n: c.verdict for n, c in claims.items()} == expected
    paper = PAPERS["ghildiyal2024"]
    assert {old: paper.find(old).partition("-")[2] for old in MERGED} == MERGED
    # Every number up to the last one is a row or leads to one.
    assert {*claims, *MERGED} == {f"C{k}" for k in range(1, 66)}


def test_numbers_of_an_independent_calculation(claims):
    assert "0.4635 (g-i)" in claims["C26"].computed
    assert "$+0.0099$ (a-c)" in claims["C45"].computed
    assert "0.22" in claims["C39"].computed
    assert "2.994" in claims["C39"].computed
    assert r"8.00 $\times 10^{-4}$" in claims["C42"].computed
    assert "1.024 (g-i)" in claims["C52"].computed
    assert r"$-0.224\,i$" in claims["C55"].computed
    assert "447 times" in claims["C55"].computed
    assert "1 - n/N$, for spins $1 - 2n/N$" in claims["C59"].computed
    assert "at most 1.000 in any" in claims["C54"].computed
    assert "always 1.000" in claims["C54"].computed


def test_a_reading_has_the_numbers_that_are_computed(claims):
    row = claims["C47"]
    for with_it, without, text in (
        ("0.86 with", "0.23 without", "0.86 against 0.23"),
        ("0.22", "0.31 from another", "0.22 against 0.31"),
    ):
        assert with_it in row.computed
        assert without in row.computed
        assert text in row.readings[-1]


def test_corrections_are_those_of_the_table(claims):
    """Each misprint of a coefficient is in the correction of its row, and in the table."""
    rows = {(row[1], row[2]) for row in errata.errata_table.rows()}
    for number, names in zip(
        ("C17", "C18", "C19", "C20"), printed_fluctuations.MISPRINTS, strict=True
    ):
        for old, new in printed_fluctuations.MISPRINTS[names].values():
            assert rf"${old} \to {new}$" in claims[number].reason
            assert (f"${old}$", f"${new}$") in rows
    assert all(row[4] != "no" for row in errata.errata_table.rows())


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


def test_moments_of_three_spins_in_closed_form():
    """Two thirds at the ends, minus a third between: their squares add up to 1."""
    np.testing.assert_allclose(spin_claims._moments(3), np.array([2, -1, 2]) / 3, atol=1e-6)


def test_without_its_frequency_shifts_the_mean_field_does_not_follow_idle_chains():
    shifted = spin_claims.idle_central_spin(20)
    plain = spin_claims.holstein_primakoff_errors(20, sigma_z=-1.0).mean_field
    assert shifted < 0.01 < 0.04 < plain


def test_neglected_terms_at_rest():
    """-13 i g_1 <sigma_z>/X of the printed F_1 for lambda = 0, where A = 1."""
    p = Points.random()
    rest = Points(**(vars(p) | {"beta": 0 * p.beta, "weight": 0 * p.weight}))
    choose = printed_fluctuations.printed_choice
    for j in (0, 1):
        np.testing.assert_allclose(
            printed_fluctuations.higher_order(rest, j, choose), -13j * p.g[0] * rest.kappa
        )


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
