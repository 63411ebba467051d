"""Claims of Ghildiyal et al. (2024) on the equations of motion: Eqs. (7) to (21), App. A to C."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from quantsync.measures import phi_synchronization
from quantsync.papers.ghildiyal2024 import langevin, printed
from quantsync.papers.ghildiyal2024.chains import PANELS, START, run, synchronization
from quantsync.papers.ghildiyal2024.errata import (
    AGREEMENT,
    Misprint,
    misprints,
    printed_diffusion_is_diagonal,
)
from quantsync.papers.ghildiyal2024.points import Points
from quantsync.papers.paper import Found, claim, zero

EXACT = 1e-11
LEVELS = 12
COUPLING = langevin.Coupling(
    np.array([1.5, 2.4]), np.array([5.0, 7.0]), np.array([0.13j, 0.07j]), 0.4
)
"""Any numbers: operators agree for all of them, or do not."""
LOSS = 0.3, 0.5, 5.0
"""gamma_l, gamma_nl and N of the checks of the damping."""


@claim(
    "C11",
    "Eq. (7)",
    "(7) follows from (6) with sigma_+- from d sigma_+-/dt = 0",
    printed="<sigma_z>/X outside the mutual term",
    otherwise="two misprints; see also the next claim",
)
def elimination() -> Found:
    found = [m for m in misprints() if m.where == "Eq. (7)"]
    return Found(
        f"with <sigma_z>/X also at P_1 P_2^dag + h.c., and <sigma_z> X as the last term, they "
        f"agree {_rounding(all(m.together for m in found))}; without the first off by "
        f"{found[0].size[0]:.2f}, without the second by {found[1].size[0]:.2f}, relative",
        all(max(m.size) < AGREEMENT for m in found),
    )


@claim(
    "C12",
    "Eq. (7)",
    "it is the energy of the chains after elimination of the central spin",
    printed="<sigma_z>/X |sum_j P_j|^2",
    otherwise="sigma_- put into the interaction counts it twice: the shift is <sigma_z>/2X |S|^2",
)
def energy_of_the_central_spin() -> Found:
    """Second-order shift of a spin X sigma_z + g (b sigma_+ + h.c.)."""
    X, coupling = 10.0, 0.1
    shift = np.sqrt(X**2 + coupling**2) - X
    printed = coupling**2 / X
    ratio = float(shift / printed)
    return Found(
        f"exact levels of X sigma_z + (S sigma_+ + h.c.) shift by {ratio:.4f} of that "
        "(|S| = X/100)",
        abs(ratio - 1) < 0.01,
    )


LISTED: Any = {"printed": "printed coefficients", "otherwise": "misprints, listed below"}


@claim("C13", "Eq. (5)", "H_SB has the term sigma_z/sqrt(N_j) (n_j - N_j)", **LISTED)
@claim("C14", "Eq. (8)", "P_j is what stands with sigma_- in (6)", **LISTED)
@claim("C15", "Eq. (A2)", "(A2) is the equation of motion of b_2", **LISTED)
@claim("C16", "Apps. B1, B2", "(B1), (B2) are the mean fields of (A1), (A2)", **LISTED)
@claim("C17", "App. C", "E_1, E_7 are the derivatives of (B1), (B2) by beta_1, beta_2", **LISTED)
@claim("C18", "App. C", "E_2, E_8 are the derivatives by beta_1*, beta_2*", **LISTED)
@claim("C19", "App. C", "E_3, E_5 are the derivatives by the other beta", **LISTED)
@claim("C20", "App. C", "E_4, E_6 are the derivatives by the other beta*", **LISTED)
def misprinted() -> Iterator[Found]:
    """Equations of which the printed form is not what is derived."""
    for name in ("Eq. (5)", "Eq. (8)", "Eq. (A2)", "Eq. (B1)", "E_1", "E_2", "E_3", "E_4"):
        yield _corrected([m for m in misprints() if m.where.startswith(name)])


def _corrected(found: list[Misprint]) -> Found:
    largest = max(max(m.size) for m in found)
    plural = "s" if len(found) > 1 else ""
    unless = "" if all(m.necessary for m in found) else "not "
    return Found(
        f"{len(found)} correction{plural} make{'' if plural else 's'} it right "
        f"{_rounding(all(m.together for m in found))} at random points, "
        f"{'each' if plural else 'it'} is {unless}necessary; the largest single error is typically "
        f"{largest:.2g} of the whole",
        largest < AGREEMENT,
    )


@claim("C21", "Eq. (20)", "D = diag[V, V_1, V_2, V_2]", printed="V", convention="V read as V_1")
def diffusion() -> Found:
    diagonal = printed_diffusion_is_diagonal()
    return Found(
        f"the printed noise U_j b_in has D = diag[V_1, V_1, V_2, V_2] {_rounding(diagonal)}",
        diagonal,
    )


@claim(
    "C22",
    "Sec. II, above (9)",
    "the frame of theta removes exp(-i omega_j B_j t) from (A1), (A2)",
    printed="theta = (omega_2 B_2 - omega_1 B_1)/2",
    convention="the signs of (6)",
)
def frame() -> Found:
    """The phase of P_1 P_2^dag after b_1 -> b_1 exp(-i theta t), b_2 -> b_2 exp(i theta t)."""
    p = Points.random(1)
    omega_B = (p.omega * p.B)[:, 0]
    theta = float(p.theta[0])
    # b_1^dag b_2 turns with exp(2 i theta t); its coefficient with P's phases of (8) or of (6).
    right, printed = (2 * theta + sign * float(omega_B[0] - omega_B[1]) for sign in (1, -1))
    return Found(
        f"left over is {zero(right)} with the sign of (6), {printed / theta:.3g} theta with that "
        "of (8)",
        abs(right) < EXACT,
    )


TWICE_R: Any = {
    "printed": "2 R_j",
    "otherwise": "2 R stands for differences of exponentials: good only while omega_j lambda^2 "
    "t/N_j << 1, that is for t << 125 in Figs. 2(g)-(i) and 3",
}
EVOLUTION = "its terms with <sigma_z>/X are Heisenberg's equation of (7)"


@claim("C23", "Eq. (A1)", EVOLUTION, **TWICE_R)
@claim("C24", "Eq. (A2)", EVOLUTION, **TWICE_R)
def heisenberg() -> Iterator[Found]:
    """(A1) and (A2) as operators."""
    modes = langevin.Modes.fock(LEVELS)
    H = langevin.hamiltonian(modes, COUPLING)
    for j in (0, 1):
        want = langevin.heisenberg(modes.b[j], H)
        exact, literal = (
            _operator_error(langevin.coherent(modes, COUPLING, j, _right, exact=e), want)
            for e in (True, False)
        )
        yield Found(
            f"as matrices of a Fock space off by {literal:.2g} of the largest element; by "
            f"{zero(exact)} if the first 2 R is e^(2R) - 1 and the second 1 - e^(-2R)",
            literal < EXACT,
        )


@claim(
    "C25",
    "Eqs. (A1), (A2)",
    "nonlinear damping and noise belong together",
    printed="one gamma_nl",
    otherwise="all three nonlinear damping terms are printed twice too large",
)
def damping() -> Found:
    modes = langevin.Modes.fock(LEVELS)
    L = langevin.jump(modes, *LOSS, 0)
    want = langevin.lindblad(modes.b[0], L) + LOSS[0] / 2 * modes.b[0]
    got = langevin.damping(modes, *LOSS, 0) + LOSS[0] / 2 * modes.b[0]
    off, half = (_operator_error(f * got, want) for f in (1.0, 0.5))
    return Found(
        f"the damping of sqrt(gamma_l) b + sqrt(gamma_nl)/N b^dag b^2, whose noise (A1) has but "
        f"for a dagger, differs from the printed terms by {off:.3g} and from half of them by "
        f"{zero(half)}, as operators",
        off < EXACT,
    )


@claim(
    "C26",
    "Eqs. (A1), (A2), (12)",
    "the noise is [sqrt(gamma_l) + sqrt(gamma_nl)/N (2 b^dag b - b^2)] b_in",
    printed="b^2 b_in",
    otherwise="a dagger is missing, so that U_j and D are wrong too",
)
def noise() -> Found:
    (found,) = [m for m in misprints() if m.printed == "b^2 b_in"]
    return Found(
        f"for that jump operator [b, L^dag] b_in - b_in^dag [b, L] has b_in^dag b^2, agreeing "
        f"{_rounding(found.together)}; error without the correction {found.size[0]:.2g}",
        max(found.size) < AGREEMENT,
    )


@claim(
    "C27",
    "Eqs. (19), (20)",
    "C is the covariance matrix of a Gaussian state",
    printed="nu_min >= 1/2",
    otherwise="printed damping and noise violate the uncertainty relation",
)
def uncertainty() -> Found:
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
    return Found(
        f"smallest symplectic eigenvalue {listed} with misprints put right and printed damping "
        f"and D, start q_j = 1; {consistent:.4f} where both come from one jump operator",
        min(found.values()) > 0.5 - 1e-9,
    )


@claim(
    "C28",
    "Eqs. (13), (16)",
    "the optimal value of S_q is unity, by the uncertainty relation",
    printed="S_q <= 1",
    otherwise="only for states: the printed damping leads beyond them",
)
def bound() -> Found:
    printed, ours = (
        float(synchronization(run(v, "g-i", sigma_z=0.0).covariance)["S_q"].max())
        for v in ("corrected", "lab")
    )
    return Found(
        f"largest S_q with the coupling off, Fig. 3: {printed:.3f} with printed damping and D, "
        f"{ours:.3f} where both come from one jump operator",
        printed < 1 + 1e-9,
    )


@claim(
    "C29",
    "Sec. II A",
    "for <sigma_z> = 0 (B1) and (B2) are independent damped oscillations",
    printed="no coupling",
)
def independent() -> Found:
    p = Points.random()
    off = replace(p, sigma_z=0 * p.sigma_z)
    moved = replace(off, beta=np.array([off.beta[0], 1.1 * off.beta[1]]))
    values = [printed.mean_field(x, 0, _printed) for x in (off, moved)]
    change = float(np.abs(values[0] - values[1]).max())
    return Found(f"d beta_1/dt changes by {zero(change)} with beta_2", change < EXACT)


@claim(
    "C30",
    "Eqs. (17), (18), (21)",
    "S_q^phi has the closed form (21), with phi = phi_2 - phi_1",
    printed="its signs and its factor 2",
    convention="phases with their quadrant (arctan2)",
)
def phase_measure() -> Found:
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
    return Found(
        f"differs from (17) by {zero(error)}, relative, at random covariances", error < EXACT
    )


@claim(
    "C31",
    "Below Eq. (18)",
    "phi_j = arctan(p_j/q_j)",
    printed="arctan",
    otherwise="it has lost the quadrant; arctan2 keeps it",
)
def quadrant() -> Found:
    beta = run("lab", "d-f").beta
    z = beta[..., 1] / beta[..., 0]
    right = np.angle(z)
    printed = np.arctan(beta[..., 1].imag / beta[..., 1].real) - np.arctan(
        beta[..., 0].imag / beta[..., 0].real
    )
    lost = float((np.cos(printed - right) < 0).mean())
    return Found(
        f"phi_2 - phi_1 is off by pi in {100 * lost:.0f} % of a run of Figs. 2(d)-(f), start "
        f"q_j = {START['q1']:g}",
        lost == 0,
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
