"""Claims of Ghildiyal et al. (2024) on Appendices A to C: Langevin equations and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from quantsync.papers import bars
from quantsync.papers.ghildiyal2024 import langevin
from quantsync.papers.ghildiyal2024.chains import PANELS, run, synchronization
from quantsync.papers.ghildiyal2024.errata import AGREEMENT, misprints
from quantsync.papers.ghildiyal2024.points import Points
from quantsync.papers.ghildiyal2024.printed_fluctuations import (
    MISPRINTS,
    higher_order,
    printed_choice,
    right_choice,
)
from quantsync.papers.ghildiyal2024.spin_claims import ROUNDING, corrected
from quantsync.papers.paper import Found, claim, zero

LEVELS = 12
COUPLING = langevin.Coupling(
    np.array([1.5, 2.4]), np.array([5.0, 7.0]), np.array([0.13j, 0.07j]), 0.4
)
"""Any numbers: operators agree for all of them, or do not."""
LOSS = 0.3, 0.5, 5.0
"""gamma_l, gamma_nl and N of the checks of the damping."""


@claim(
    "C15",
    "Appendix A, Eq. (A2)",
    r"$\dot b_2 = \ldots g_2^2 (\frac{b_2^\dagger b_2}{2N_2} - 1) "
    r"(1 - \frac{b_2^\dagger b_2}{4N_2}) b_1 \ldots$",
    printed="$b_1$",
    bar=bars.identity("(A2), as symbols, and the equation of motion of $b_2$ equal"),
    correction=r"$g_2^2 (\ldots) (\ldots) b_1 \to g_2^2 (\ldots) (\ldots) b_2$. (B2) has it right; "
    "nothing later depends on the misprint",
)
def langevin_of_b_2() -> Found:
    return corrected("Eq. (A2)")


@claim(
    "C23",
    "Appendix A, Eqs. (A1), (A2) (the sentence: Sec. II)",
    "We first obtain Langevin's equations for these annihilation operators",
    statement=r"Their terms with $\langle\sigma_z\rangle/X$ are Heisenberg's equation of (7), with "
    "the corrections of C11, C14 and C15.",
    printed="$2R_1$, $2R_2$",
    bar=bars.identity("operators equal"),
    limit=r"$\lvert 2R_j\rvert \ll 1$: $2R_j$ stands for $e^{2R_j} - 1$, and in the "
    r"second bracket for $1 - e^{-2R_j}$. For $\lambda = 0$ (Figs. 2(a) to (f)) that is exact. "
    r"With $\lambda = 0.2$ it needs $t \ll N/\lambda^2\omega_1 = 125$, and the figures run to "
    "$10^4$. They use the mean field (B1), (B2), in which $2R_j$ is right (C16)",
    merged="C24",
)
def heisenberg(bar: Any) -> Found:
    """(A1) and (A2) as operators."""
    modes = langevin.Modes.fock(LEVELS)
    scales = np.array([1.0, 0.1, 0.01])
    left, best = [], 0.0
    for scale in scales:
        coupling = replace(COUPLING, R=scale * COUPLING.R)
        H = langevin.hamiltonian(modes, coupling)
        errors = []
        for j in (0, 1):
            want = langevin.heisenberg(modes.b[j], H)
            exact, literal = (
                _operator_error(langevin.coherent(modes, coupling, j, right_choice, exact=e), want)
                for e in (True, False)
            )
            best = max(best, exact)
            errors.append(literal)
        left.append(max(errors))
    power = float(np.polyfit(np.log(scales[1:]), np.log(left[1:]), 1)[0])
    return Found(
        f"as matrices of a Fock space off by {left[0]:.2g} of the largest element at "
        rf"$\lvert R_j\rvert$ = 0.13, 0.07; that falls with the power {power:.2f} of $R$; "
        f"{zero(best)} with the exponentials",
        bar(left[0]),
        bool(bars.expansion(2)(power)) and bool(bar(best)),
        uncertainty="rounding; 0.01 in the exponent",
    )


@claim(
    "C25",
    "Sec. II, above Eq. (9), on Eqs. (A1), (A2)",
    r"$\gamma_l$ and $\gamma_{nl}$ are the linear and nonlinear dissipation rates of the system",
    statement="Nonlinear damping and noise of (A1) belong to the same bath.",
    printed=r"$-\frac{\gamma_{nl}}{N_1^2} b_1^{\dagger 2} b_1^3 - \frac{2\gamma_{nl}}{N_1^2} "
    r"b_1^\dagger b_1^2 - \frac{2}{N_1} \sqrt{\gamma_l \gamma_{nl}} b_1^\dagger b_1^2$, likewise "
    "with 2",
    bar=bars.identity(
        "the damping of the jump operator whose noise (A1) has and the printed one equal"
    ),
    correction=r"half of these three terms: $-\frac{\gamma_{nl}}{2N_1^2} b_1^{\dagger 2} b_1^3 - "
    r"\frac{\gamma_{nl}}{N_1^2} b_1^\dagger b_1^2 - \frac{1}{N_1} \sqrt{\gamma_l \gamma_{nl}} "
    r"b_1^\dagger b_1^2$, likewise with 2, which is the damping of the jump operator "
    r"$L = \sqrt{\gamma_l} b_1 + \frac{\sqrt{\gamma_{nl}}}{N_1} b_1^\dagger b_1^2$. (B1), (B2), "
    r"$E_1$ and $E_7$, $E_2$ and $E_8$ take them over; they matter while "
    r"$\lvert\beta_j\rvert^2$ is of order 1, not for the decay at late times. No other rate in the "
    "noise does it, because of the mixed term",
)
def damping(bar: Any) -> Found:
    modes = langevin.Modes.fock(LEVELS)
    L = langevin.jump(modes, *LOSS, 0)
    want = langevin.lindblad(modes.b[0], L) + LOSS[0] / 2 * modes.b[0]
    got = langevin.damping(modes, *LOSS, 0) + LOSS[0] / 2 * modes.b[0]
    off, half = (_operator_error(f * got, want) for f in (1.0, 0.5))
    return Found(
        "relative to the nonlinear damping of $L$ (below), the printed one is off by "
        f"{off:.3g}, half of it by {zero(half)}, as operators",
        bar(off),
        bool(bar(half)),
        uncertainty=ROUNDING,
    )


@claim(
    "C26",
    "Appendix A, Eqs. (A1), (A2)",
    r"$\dot b_1 = \ldots [\sqrt{\gamma_l} + \frac{1}{N_1} \sqrt{\gamma_{nl}} "
    r"(2b_1^\dagger b_1 - b_1^2)] b_{in}^{(1)} \ldots$",
    printed=r"$-\frac{1}{N_1}\sqrt{\gamma_{nl}}\, b_1^2\, b_{in}$",
    bar=bars.identity(
        r"$[b, L^\dagger] b_{in} - b_{in}^\dagger [b, L]$ and the printed noise equal"
    ),
    correction=r"$b_j^2 b_{in}^{(j)} \to b_{in}^{(j)\dagger} b_j^2$. $U_j$ of (12), $V_j$ and the "
    r"diagonal form of (20) depend on it, and with the damping (C25) that $C$ of (19) is the "
    r"covariance matrix of a state, $\nu_{\min} \geq \frac12$. At late times, "
    r"$\beta_j \to 0$, it does not matter",
    merged="C27",
)
def noise() -> Found:
    (found,) = [m for m in misprints() if "U_1" in m.where]
    printed = {
        panel: float(np.nanmin(synchronization(run("corrected", panel).covariance)["nu_min"]))
        for panel in PANELS
    }
    ours = min(
        float(np.nanmin(synchronization(run("lab", panel).covariance)["nu_min"]))
        for panel in PANELS
    )
    listed = ", ".join(f"{value:.4f} ({panel})" for panel, value in printed.items())
    return Found(
        rf"with the dagger they agree {_rounding(found.together)} at 40 random points; without, "
        f"the noise is typically off by {found.size[0]:.2f} of the whole. Smallest symplectic "
        rf"eigenvalue $\nu_{{\min}}$ of $C$ in the panels of Fig. 2, other misprints corrected: "
        f"{listed} with printed damping and $D$, {ours:.4f} with those of the jump operator",
        max(found.size) < AGREEMENT,
        found.together and found.necessary and ours > 0.5 - 1e-6,
        uncertainty=r"noise: rounding; $\nu_{\min}$: $10^{-4}$, start $q_j = 1$",
    )


def _list(names: tuple[str, str]) -> str:
    """Corrections of two coefficients in a row, in TeX."""
    return "; ".join(rf"${old} \to {new}$" for old, new in MISPRINTS[names].values())


LINEARISED = "we obtain the Eqs. (C1) which are linearized equations for the quantum fluctuations"
OWN = (
    "Symbols are those of the coefficient's own mode, a prime marks the other one. $M$ of (10) and "
    "(11), and so $C$ and $S_q$ before the modes are at rest, depend on it"
)


def _coefficients(names: tuple[str, str], variable: str, more: str = "") -> dict[str, Any]:
    return {
        "statement": rf"${names[0]}$ and ${names[1]}$ are the derivatives of the corrected (B1) "
        f"and (B2) by {variable}.",
        "printed": rf"${names[0]}$, ${names[1]}$",
        "bar": bars.identity("the printed coefficient and the derivative, at constant $X$, equal"),
        "correction": f"{_list(names)}. {OWN}{more}",
    }


@claim(
    "C16",
    "Appendix B, Eqs. (B1), (B2) (the sentence: Sec. II A)",
    r"The equations for these mean values $\beta_j$ are written in Appendix B",
    statement="(B1) and (B2) are the mean fields of (A1) and (A2).",
    printed=r"$\frac{\lvert\beta_1\rvert^2 \beta_1}{4N_1} + 2R_1 A_1 \lvert\beta_1\rvert^2 - A_1$",
    bar=bars.identity("(B1), (B2) and the derivatives of the symbol of (7) equal"),
    correction=r"in the last bracket $\frac{\lvert\beta_j\rvert^2 \beta_j}{4N_j} \to "
    r"\frac{\lvert\beta_j\rvert^2}{4N_j}$. (A1), (A2) have it right. With it "
    r"$\lvert\beta_1\rvert^2 + \lvert\beta_2\rvert^2$ only decays; without, some runs stay at "
    r"$\lvert\beta_2\rvert^2 \approx 6$, more than five spins can hold (C33)",
)
def mean_fields() -> Found:
    return corrected("Eq. (B1)")


@claim(
    "C17",
    "Appendix C, $E_1$ and $E_7$ (the sentence: Sec. II A)",
    LINEARISED,
    **_coefficients(("E_1", "E_7"), r"$\beta_1$ and $\beta_2$"),
)
@claim(
    "C18",
    "Appendix C, $E_2$ and $E_8$ (the sentence: Sec. II A)",
    LINEARISED,
    **_coefficients(
        ("E_2", "E_8"),
        r"$\beta_1^*$ and $\beta_2^*$",
        ". The first of them makes the vacuum grow (C45)",
    ),
)
@claim(
    "C19",
    "Appendix C, $E_3$ and $E_5$ (the sentence: Sec. II A)",
    LINEARISED,
    **_coefficients(("E_3", "E_5"), r"$\beta_2$ and $\beta_1$, those of the other mode"),
)
@claim(
    "C20",
    "Appendix C, $E_4$ and $E_6$ (the sentence: Sec. II A)",
    LINEARISED,
    **_coefficients(("E_4", "E_6"), r"$\beta_2^*$ and $\beta_1^*$, those of the other mode"),
)
def fluctuation_coefficients() -> Iterator[Found]:
    """Coefficients of (C1) of which the printed form is not what is derived."""
    for name in ("E_1", "E_2", "E_3", "E_4"):
        yield corrected(name)


@claim(
    "C55",
    "Appendix C, $F_1$ and $F_2$ (the sentence: Sec. II A)",
    "we neglect the term $F(t)$ (as given in Appendix C)",
    statement=r"$F_j$, of higher order in the fluctuations, turns with the phase of the modes as "
    r"(C1) does, vanishes where they are at rest, and can be neglected there.",
    printed=r"$e^{R_2 a_2 - R_1 a_1} [(\ldots - 12A_1 - 1) + 2\beta_2 (\ldots)]$",
    bar=bars.identity(r"$F_j(e^{i\alpha}\beta_1, e^{i\alpha}\beta_2)$ and $e^{i\alpha} F_j$ equal"),
    correction=r"$(\ldots - 12A_1 - 1) \to \beta_2 (\ldots - 12A_1 - 1)$, a factor as its "
    r"neighbour $2\beta_2 (\ldots)$ has; in $F_2$ $\beta_1$. Then $F_j$ vanishes at rest, and its "
    "neglect is right there. Nothing depends on it, since $F_j$ is not used. The other numbers of "
    "$F_j$ are not checked",
)
def higher_orders(bar: Any) -> Found:
    p = Points.random()
    angle = 0.7
    turned = replace(p, beta=p.beta * np.exp(1j * angle))
    errors = []
    for choose in (printed_choice, right_choice):
        off = 0.0
        for j in (0, 1):
            F = higher_order(p, j, choose)
            left = np.abs(higher_order(turned, j, choose) - np.exp(1j * angle) * F)
            off = max(off, float((left / np.abs(F)).max()))
        errors.append(off)
    one = Points.random(1)
    rest = replace(
        one,
        beta=0 * one.beta, g=np.array([[1.5], [2.4]]), N=np.array([[5.0], [5.0]]),
        sigma_z=np.array([-0.1]), weight=np.array([0.0]),
    )  # fmt: skip
    F, right = (complex(higher_order(rest, 0, c)[0]) for c in (printed_choice, right_choice))
    return Found(
        f"at rest the printed $F_1$ is ${F.imag:.3f}\\,i$ ($N = 5$), "
        f"{abs(F) / 5e-4:.0f} times $\\gamma_l/2$; corrected {zero(abs(right))}. Turning all "
        f"phases by 0.7 leaves a mismatch of up to {errors[0]:.2g} of $F_j$ as printed, "
        f"{zero(errors[1])} corrected",
        bar(errors[0]),
        bool(bar(errors[1])) and abs(right) < 1e-12,
        uncertainty="numerical, rounding; 40 random points",
    )


def _operator_error(got: np.ndarray, want: np.ndarray) -> float:
    inside = langevin.inner(want, LEVELS)
    return float(np.abs(langevin.inner(got, LEVELS) - inside).max() / np.abs(inside).max())


def _rounding(agree: bool) -> str:
    return "to $10^{-13}$" if agree else "not"
