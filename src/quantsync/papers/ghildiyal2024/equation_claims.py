"""Claims of Ghildiyal et al. (2024) on the equations of motion: Eqs. (7) to (21), App. A to C."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from quantsync.measures import phi_synchronization
from quantsync.papers.ghildiyal2024 import langevin, printed_equations
from quantsync.papers.ghildiyal2024.chains import PANELS, START, run, synchronization
from quantsync.papers.ghildiyal2024.errata import (
    AGREEMENT,
    misprints,
    printed_diffusion_is_diagonal,
)
from quantsync.papers.ghildiyal2024.points import Points
from quantsync.papers.paper import Claim, reproduced, zero

EXACT = 1e-11
LEVELS = 12
COUPLING = langevin.Coupling(
    np.array([1.5, 2.4]), np.array([5.0, 7.0]), np.array([0.13j, 0.07j]), 0.4
)
"""Any numbers: operators agree for all of them, or do not."""
LOSS = 0.3, 0.5, 5.0
"""gamma_l, gamma_nl and N of the checks of the damping."""


def equation_claims() -> list[Claim]:
    """The claims of Secs. II and II A from Eq. (7) on, and of the appendices.

    Returns
    -------
    list of Claim
    """
    return [
        elimination(),
        energy_of_the_central_spin(),
        *misprinted(),
        frame(),
        *heisenberg(),
        damping(),
        noise(),
        uncertainty(),
        bound(),
        independent(),
        phase_measure(),
        quadrant(),
    ]


def elimination() -> Claim:
    """(7) with its misprints put right, against (6)."""
    found = [m for m in misprints() if m.where == "Eq. (7)"]
    return Claim(
        "Eq. (7)",
        "(7) follows from (6) with sigma_+- from d sigma_+-/dt = 0",
        "<sigma_z>/X outside the mutual term",
        f"with <sigma_z>/X also at P_1 P_2^dag + h.c., and <sigma_z> X as the last term, they "
        f"agree {_rounding(all(m.together for m in found))}; without the first off by "
        f"{found[0].size[0]:.2f}, without the second by {found[1].size[0]:.2f}, relative",
        *reproduced(
            all(max(m.size) < AGREEMENT for m in found), "two misprints; see also the next claim"
        ),
    )


def energy_of_the_central_spin() -> Claim:
    """Second-order shift of a spin X sigma_z + g (b sigma_+ + h.c.)."""
    X, coupling = 10.0, 0.1
    shift = np.sqrt(X**2 + coupling**2) - X
    printed = coupling**2 / X
    ratio = float(shift / printed)
    return Claim(
        "Eq. (7)",
        "it is the energy of the chains after elimination of the central spin",
        "<sigma_z>/X |sum_j P_j|^2",
        f"exact levels of X sigma_z + (S sigma_+ + h.c.) shift by {ratio:.4f} of that "
        "(|S| = X/100)",
        *reproduced(
            abs(ratio - 1) < 0.01,
            "sigma_- put into the interaction counts it twice: the shift is <sigma_z>/2X |S|^2",
        ),
    )


def misprinted() -> list[Claim]:
    """One claim for each equation of which the printed form is not what is derived."""
    texts = (
        ("Eq. (5)", "H_SB has the term sigma_z/sqrt(N_j) (n_j - N_j)", ("Eq. (5)",)),
        ("Eq. (8)", "P_j is what stands with sigma_- in (6)", ("Eq. (8)",)),
        ("Eq. (A2)", "(A2) is the equation of motion of b_2", ("Eq. (A2)",)),
        ("Apps. B1, B2", "(B1), (B2) are the mean fields of (A1), (A2)", ("Eq. (B1)",)),
        ("App. C", "E_1, E_7 are the derivatives of (B1), (B2) by beta_1, beta_2", ("E_1",)),
        ("App. C", "E_2, E_8 are the derivatives by beta_1*, beta_2*", ("E_2",)),
        ("App. C", "E_3, E_5 are the derivatives by the other beta", ("E_3",)),
        ("App. C", "E_4, E_6 are the derivatives by the other beta*", ("E_4",)),
    )
    claims = []
    for where, statement, begins in texts:
        found = [m for m in misprints() if m.where.startswith(begins)]
        largest = max(max(m.size) for m in found)
        necessary = all(m.necessary for m in found)
        count = len(found)
        claims.append(
            Claim(
                where,
                statement,
                "printed coefficients",
                f"{count} correction{'s' if count > 1 else ''} make{'' if count > 1 else 's'} it "
                f"right {_rounding(all(m.together for m in found))} at random points, "
                f"{'each' if count > 1 else 'it'} is "
                f"{'' if necessary else 'not '}necessary; the largest single error is typically "
                f"{largest:.2g} of the whole",
                *reproduced(largest < AGREEMENT, "misprints, listed below"),
            )
        )
    V = printed_diffusion_is_diagonal()
    claims.append(
        Claim(
            "Eq. (20)",
            "D = diag[V, V_1, V_2, V_2]",
            "V",
            f"the printed noise U_j b_in has D = diag[V_1, V_1, V_2, V_2] {_rounding(V)}",
            *reproduced(V, "it has not", "V read as V_1"),
        )
    )
    return claims


def frame() -> Claim:
    """The phase of P_1 P_2^dag after b_1 -> b_1 exp(-i theta t), b_2 -> b_2 exp(i theta t)."""
    p = Points.random(1)
    omega_B = (p.omega * p.B)[:, 0]
    theta = float(p.theta[0])
    # b_1^dag b_2 turns with exp(2 i theta t); its coefficient with P's phases of (8) or of (6).
    right, printed = (2 * theta + sign * float(omega_B[0] - omega_B[1]) for sign in (1, -1))
    return Claim(
        "Sec. II, above (9)",
        "the frame of theta removes exp(-i omega_j B_j t) from (A1), (A2)",
        "theta = (omega_2 B_2 - omega_1 B_1)/2",
        f"left over is {zero(right)} with the sign of (6), {printed / theta:.3g} theta with that "
        "of (8)",
        *reproduced(abs(right) < EXACT, "it does not", "the signs of (6)"),
    )


def heisenberg() -> list[Claim]:
    """(A1) and (A2) as operators, and their symbols."""
    modes = langevin.Modes.fock(LEVELS)
    H = langevin.hamiltonian(modes, COUPLING)
    claims = []
    for j, where in enumerate(("Eq. (A1)", "Eq. (A2)")):
        want = langevin.heisenberg(modes.b[j], H)
        exact, printed = (
            _operator_error(langevin.coherent(modes, COUPLING, j, _right, exact=e), want)
            for e in (True, False)
        )
        claims.append(
            Claim(
                where,
                "its terms with <sigma_z>/X are Heisenberg's equation of (7)",
                "2 R_j",
                f"as matrices of a Fock space off by {printed:.2g} of the largest element; by "
                f"{zero(exact)} if the first 2 R is e^(2R) - 1 and the second 1 - e^(-2R)",
                *reproduced(
                    printed < EXACT,
                    "2 R stands for differences of exponentials: good only while omega_j lambda^2 "
                    "t/N_j << 1, that is for t << 125 in Figs. 2(g)-(i) and 3",
                ),
            )
        )
    return claims


def damping() -> Claim:
    """Damping of (A1) against a jump operator with the noise of (A1)."""
    modes = langevin.Modes.fock(LEVELS)
    L = langevin.jump(modes, *LOSS, 0)
    want = langevin.lindblad(modes.b[0], L) + LOSS[0] / 2 * modes.b[0]
    got = langevin.damping(modes, *LOSS, 0) + LOSS[0] / 2 * modes.b[0]
    off, half = (_operator_error(f * got, want) for f in (1.0, 0.5))
    return Claim(
        "Eqs. (A1), (A2)",
        "nonlinear damping and noise belong together",
        "one gamma_nl",
        f"the damping of sqrt(gamma_l) b + sqrt(gamma_nl)/N b^dag b^2, whose noise (A1) has but "
        f"for a dagger, differs from the printed terms by {off:.3g} and from half of them by "
        f"{zero(half)}, as operators",
        *reproduced(off < EXACT, "all three nonlinear damping terms are printed twice too large"),
    )


def noise() -> Claim:
    """The noise of (A1) against that of a jump operator."""
    (found,) = [m for m in misprints() if m.printed == "b^2 b_in"]
    return Claim(
        "Eqs. (A1), (A2), (12)",
        "the noise is [sqrt(gamma_l) + sqrt(gamma_nl)/N (2 b^dag b - b^2)] b_in",
        "b^2 b_in",
        f"for that jump operator [b, L^dag] b_in - b_in^dag [b, L] has b_in^dag b^2, agreeing "
        f"{_rounding(found.together)}; error without the correction {found.size[0]:.2g}",
        *reproduced(
            max(found.size) < AGREEMENT, "a dagger is missing, so that U_j and D are wrong too"
        ),
    )


def uncertainty() -> Claim:
    """nu_min of the equations with printed damping and D."""
    found = {}
    for panel in PANELS:
        found[panel] = float(
            np.nanmin(synchronization(run("corrected", panel).covariance)["nu_min"])
        )
    consistent = min(
        float(np.nanmin(synchronization(run("lab", panel).covariance)["nu_min"]))
        for panel in PANELS
    )
    listed = ", ".join(f"{value:.4f} ({panel})" for panel, value in found.items())
    return Claim(
        "Eqs. (19), (20)",
        "C is the covariance matrix of a Gaussian state",
        "nu_min >= 1/2",
        f"smallest symplectic eigenvalue {listed} with misprints put right and printed damping "
        f"and D, start q_j = 1; {consistent:.4f} where both come from one jump operator",
        *reproduced(
            min(found.values()) > 0.5 - 1e-9,
            "printed damping and noise violate the uncertainty relation",
        ),
    )


def bound() -> Claim:
    """S_q > 1 of uncoupled chains with printed damping."""
    printed, ours = (
        float(synchronization(run(v, "g-i", sigma_z=0.0).covariance)["S_q"].max())
        for v in ("corrected", "lab")
    )
    return Claim(
        "Eqs. (13), (16)",
        "the optimal value of S_q is unity, by the uncertainty relation",
        "S_q <= 1",
        f"largest S_q with the coupling off, Fig. 3: {printed:.3f} with printed damping and D, "
        f"{ours:.3f} where both come from one jump operator",
        *reproduced(printed < 1 + 1e-9, "only for states: the printed damping leads beyond them"),
    )


def independent() -> Claim:
    """(B1) for <sigma_z> = 0."""
    p = Points.random()
    off = replace(p, sigma_z=0 * p.sigma_z)
    moved = replace(off, beta=np.array([off.beta[0], 1.1 * off.beta[1]]))
    values = [printed_equations.mean_field(x, 0, _printed) for x in (off, moved)]
    change = float(np.abs(values[0] - values[1]).max())
    return Claim(
        "Sec. II A",
        "for <sigma_z> = 0 (B1) and (B2) are independent damped oscillations",
        "no coupling",
        f"d beta_1/dt changes by {zero(change)} with beta_2",
        *reproduced(change < EXACT, "they are not"),
    )


def phase_measure() -> Claim:
    """(21) from (17) and (18) at random covariances."""
    rng = np.random.default_rng(5)
    root = rng.normal(size=(20, 4, 4))
    C = root @ root.swapaxes(-1, -2) + np.eye(4)
    mean = rng.normal(size=(20, 4))
    angle = np.arctan2(mean[:, 1::2], mean[:, 0::2])
    cos, sin = np.cos(angle), np.sin(angle)
    # q_-^phi and p_-^phi as rows of coefficients of q1, p1, q2, p2.
    q = np.stack([cos[:, 0], sin[:, 0], -cos[:, 1], -sin[:, 1]], axis=-1) / np.sqrt(2)
    p = np.stack([-sin[:, 0], cos[:, 0], sin[:, 1], -cos[:, 1]], axis=-1) / np.sqrt(2)
    direct = 1 / sum(np.einsum("ka,kab,kb->k", u, C, u) for u in (q, p))
    error = float(np.abs(phi_synchronization(C, mean).value / direct - 1).max())
    return Claim(
        "Eqs. (17), (18), (21)",
        "S_q^phi has the closed form (21), with phi = phi_2 - phi_1",
        "its signs and its factor 2",
        f"differs from (17) by {zero(error)}, relative, at random covariances",
        *reproduced(error < EXACT, "it has not", "phases with their quadrant (arctan2)"),
    )


def quadrant() -> Claim:
    """arctan(p/q) along a run."""
    beta = run("lab", "d-f").beta
    z = beta[..., 1] / beta[..., 0]
    right = np.angle(z)
    printed = np.arctan(beta[..., 1].imag / beta[..., 1].real) - np.arctan(
        beta[..., 0].imag / beta[..., 0].real
    )
    lost = float((np.cos(printed - right) < 0).mean())
    return Claim(
        "Below Eq. (18)",
        "phi_j = arctan(p_j/q_j)",
        "arctan",
        f"phi_2 - phi_1 is off by pi in {100 * lost:.0f} % of a run of Figs. 2(d)-(f), start "
        f"q_j = {START['q1']:g}",
        *reproduced(lost == 0, "it has lost the quadrant; arctan2 keeps it"),
    )


def _operator_error(got: np.ndarray, want: np.ndarray) -> float:
    inside = langevin.inner(want, LEVELS)
    return float(np.abs(langevin.inner(got, LEVELS) - inside).max() / np.abs(inside).max())


def _right(name: str, printed: Any, right: Any) -> Any:
    return right


def _printed(name: str, printed: Any, right: Any) -> Any:
    return printed


def _rounding(agree: bool) -> str:
    return f"to {AGREEMENT:.0e}" if agree else "not"
