"""Claims of Ghildiyal et al. (2024) on Eqs. (7) to (21): elimination, fluctuations, measures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from quantsync.measures import phi_synchronization
from quantsync.models.pseudo_boson_pair.symbols import pseudo_boson_model
from quantsync.papers import bars
from quantsync.papers.ghildiyal2024 import printed
from quantsync.papers.ghildiyal2024.chains import chains, run
from quantsync.papers.ghildiyal2024.errata import (
    AGREEMENT,
    misprints,
    printed_diffusion_is_diagonal,
)
from quantsync.papers.ghildiyal2024.points import Points
from quantsync.papers.paper import Found, claim, zero

ROUNDING = "numerical, rounding"
SEED = 5
"""Of random covariances."""


@claim(
    "C11",
    "Sec. II, Eq. (7)",
    "The Hamiltonian $H'(t)$ thus takes the following form",
    statement=r"(7) is (6) with $\sigma_\pm$ from $\dot\sigma_\pm = 0$.",
    printed=r"$\ldots + (P_1 P_2^\dagger + \mathrm{h.c.}) + \langle\sigma_z\rangle$",
    bar=bars.identity("(7) and (6) after the substitution equal"),
    correction=r"$(P_1 P_2^\dagger + \mathrm{h.c.}) + \langle\sigma_z\rangle \to "
    r"\frac{\langle\sigma_z\rangle}{X} (P_1 P_2^\dagger + \mathrm{h.c.}) + \langle\sigma_z\rangle "
    r"\sum_j \frac{g_j}{\sqrt{N_j}} (b_j^\dagger b_j - N_j)$. (A1), (A2) have the first factor. "
    r"They lack the second term, which shifts the frequencies by $\langle\sigma_z\rangle "
    r"g_j/\sqrt{N_j}$: $-0.067$ and $-0.107$ in Figs. 2(a) to (c), where the mutual coupling "
    r"$\langle\sigma_z\rangle g_1 g_2/X$ is 0.041; neither decay nor the final $S_q$ depends on "
    r"it, but phases between "
    "the chains (C38 to C42) can",
)
def elimination() -> Found:
    found = [m for m in misprints() if m.where == "Eq. (7)"]
    agree = all(m.together and m.necessary for m in found)
    return Found(
        f"with both corrections they agree {_rounding(agree)} at 40 random points; without the "
        f"first they differ by {found[0].size[0]:.2f}, without the second by "
        f"{found[1].size[0]:.2f} of the whole, typically",
        all(max(m.size) < AGREEMENT for m in found),
        agree,
        uncertainty=ROUNDING,
    )


@claim(
    "C12",
    "Sec. II, Eq. (7)",
    "leading to the adiabatic elimination of the central spin operators",
    statement=r"$\frac{\langle\sigma_z\rangle}{X} \lvert\sum_j P_j\rvert^2$ is the energy of the "
    "chains that remains.",
    printed=r"$\frac{\langle\sigma_z\rangle}{X}$",
    bar=bars.expansion(2, r"$\lvert S\rvert/X$, for the shift of a level"),
    correction=r"$\frac{\langle\sigma_z\rangle}{X} \to \frac{\langle\sigma_z\rangle}{2X}$: "
    r"$\sigma_\mp$ is put into both terms of the interaction, which counts the shift twice. "
    r"The printed equations are the right ones for twice the $\langle\sigma_z\rangle$; no "
    r"conclusion depends on it. Where $J_z$ is put right too (C4), $X$ at rest is half as large, "
    "and the printed number stands",
)
def energy_of_the_central_spin(bar: Any) -> Found:
    """Second-order shift of a spin X sigma_z + S (sigma_+ + h.c.)."""
    sizes = np.array([0.1, 0.01])  # |S|/X
    shift = np.sqrt(1 + sizes**2) - 1
    whole, half = (np.abs(shift / (f * sizes**2) - 1) for f in (1, 0.5))
    powers = [
        float(np.polyfit(np.log(sizes), np.log(left + 1e-15), 1)[0]) for left in (whole, half)
    ]
    return Found(
        rf"exact levels of $X\sigma_z + (S\sigma_+ + \mathrm{{h.c.}})$ shift by "
        rf"{shift[1] / sizes[1] ** 2:.4f} of $\lvert S\rvert^2/X$ "
        rf"($\lvert S\rvert = X/100$); what is left of $\lvert S\rvert^2/2X$ falls with the "
        f"power {powers[1]:.2f}",
        bar(powers[0]),
        bool(bar(powers[1])),
        uncertainty="0.01 in the exponent",
    )


@claim(
    "C61",
    "Sec. II, below Eq. (8)",
    "Note that the above Hamiltonian is inherently nonlinear.",
    printed="nonlinear",
    bar=bars.ordering("a part that is not quadratic in the amplitudes"),
)
def nonlinear() -> Found:
    """Terms of (7) beyond the second order in the amplitudes, at <sigma_z>/X as it is."""
    p = Points.random()
    g, n, A = p.g, p.n, p.A
    whole, quadratic = (g**2 * n * A**2).sum(axis=0), (g**2 * n).sum(axis=0)
    share = np.abs(whole / quadratic - 1)
    return Found(
        f"at 40 random points, amplitudes of order 1 and $N$ from 4 to 9, terms of higher order "
        f"are {100 * share.min():.1f} to {100 * share.max():.0f} % of the quadratic ones, for "
        r"$\lambda = 0$ too",
        bool((share > 1e-6).all()),
        uncertainty=ROUNDING,
    )


@claim(
    "C22",
    "Sec. II, above Eq. (9)",
    r"we used the transformations $b_1 \to \tilde b_1 \exp(-\iota\theta t)$ and "
    r"$b_2 \to \tilde b_2 \exp(\iota\theta t)$ where $\theta = \ldots$",
    statement=r"That removes $\exp(-\iota\omega_j B_j t)$ from (A1) and (A2).",
    printed=r"$\theta = \frac{\omega_2}{2} B_2 - \frac{\omega_1}{2} B_1$",
    bar=bars.identity("the frequencies that should cancel equal"),
    convention="the signs of (6), as in (A1), and not those of (8) (C14)",
)
def frame(bar: Any) -> Found:
    """The phase of P_1 P_2^dag after b_1 -> b_1 exp(-i theta t), b_2 -> b_2 exp(i theta t)."""
    p = Points.random(1)
    omega_B = (p.omega * p.B)[:, 0]
    theta = float(p.theta[0])
    # b_1^dag b_2 turns with exp(2 i theta t); its coefficient with P's phases of (8) or of (6).
    right, other = (2 * theta + sign * float(omega_B[0] - omega_B[1]) for sign in (1, -1))
    return Found(
        rf"left over is {zero(right)} with the sign of (6), {other / theta:.3g} $\theta$ with "
        "that of (8)",
        bar(right / theta),
        uncertainty=ROUNDING,
    )


@claim(
    "C29",
    "Sec. II A, below Eq. (9)",
    "The Eqs. (B1) and (B2) would represent the independent damped oscillation of the two modes, "
    r"if $\langle \sigma_z \rangle = 0$",
    printed="independent",
    bar=bars.identity(r"$\dot\beta_1$ for two values of $\beta_2$ equal"),
)
def independent(bar: Any) -> Found:
    p = Points.random()
    off = replace(p, sigma_z=0 * p.sigma_z)
    moved = replace(off, beta=np.array([off.beta[0], 1.1 * off.beta[1]]))
    values = [printed.mean_field(x, 0, _printed) for x in (off, moved)]
    change = float(np.abs(values[0] - values[1]).max())
    return Found(
        rf"$\dot\beta_1$ changes by {zero(change)} with $\beta_2$",
        bar(change / float(np.abs(values[0]).max())),
        uncertainty=ROUNDING,
    )


@claim(
    "C62",
    "Sec. II A, below Eq. (9)",
    r"the condition $\langle \sigma_z \rangle = 0$ cannot be achieved in thermal equilibrium",
    printed=r"$\langle\sigma_z\rangle \neq 0$",
    bar=bars.ordering("a sign, at every finite temperature"),
)
def thermal_central_spin() -> Found:
    temperatures = np.array([0.1, 1.0, 100.0])  # in units of omega_0
    z = -np.tanh(1 / (2 * temperatures))
    listed = ", ".join(f"${value:.3f}$" for value in z)
    return Found(
        rf"of $H_S$ in equilibrium $\langle\sigma_z\rangle = -\tanh(\hbar\omega_0/2k_BT)$: "
        rf"{listed} at $k_BT$ = 0.1, 1, 100 $\hbar\omega_0$, never 0 at a finite temperature and "
        r"$\omega_0 > 0$",
        bool((z < 0).all()),
        uncertainty="exact",
    )


@claim(
    "C63",
    "Sec. II A, above Eq. (10)",
    "replacing relevant operators and input noise operators with their quadratures: "
    r"$\delta q_j = \frac{1}{\sqrt 2} (\delta b_j^\dagger + \delta b_j)$, "
    r"$\delta p_j = \frac{i}{\sqrt 2} (\delta b_j^\dagger - \delta b_j)$",
    statement=r"These are canonical, and those of Sec. III and Appendix C, "
    r"$\delta b_j = (\delta q_j + i\delta p_j)/\sqrt 2$.",
    printed="$[q, p] = i$",
    bar=bars.identity("operators equal"),
)
def quadratures(bar: Any) -> Found:
    levels = 12
    b = np.diag(np.sqrt(np.arange(1.0, levels)), 1)
    q, p = (b.T + b) / np.sqrt(2), 1j * (b.T - b) / np.sqrt(2)
    commutator = (q @ p - p @ q)[: levels - 1, : levels - 1]
    errors = [
        float(np.abs(commutator - 1j * np.eye(levels - 1)).max()),
        float(np.abs((q + 1j * p) / np.sqrt(2) - b).max()),
    ]
    return Found(
        f"as matrices of a Fock space $[q, p] - i$ is {zero(errors[0])} and "
        rf"$(q + ip)/\sqrt 2 - b$ is {zero(errors[1])}",
        bar(errors[0]) & bar(errors[1]),
        uncertainty=ROUNDING,
    )


@claim(
    "C21",
    "Sec. II A, Eqs. (9), (12), (20)",
    "the diffusion matrix $D$ is given by $D = \\text{diag}[V, V_1, V_2, V_2]$",
    printed=r"$V_j = \lvert U_j\rvert^2 (\bar n_m + 0.5)$",
    bar=bars.identity("$D$ of the printed noise and (20) equal"),
    convention="$V$, which is not defined, read as $V_1$",
)
def diffusion() -> Found:
    diagonal = printed_diffusion_is_diagonal()
    return Found(
        r"the printed noise $U_j b_{in}$ in the quadratures (12), with (9), has "
        rf"$D = \mathrm{{diag}}[V_1, V_1, V_2, V_2]$ {_rounding(diagonal)}, also with thermal "
        "phonons",
        diagonal,
        uncertainty=ROUNDING,
    )


@claim(
    "C64",
    "Sec. II A, Eqs. (9), (19), (20)",
    "The matrix $C$ of the covariance matrices follows the linear differential equation",
    statement="(19) with (20) keeps independent modes in the thermal state of their bath.",
    printed=r"$\dot C = MC + CM^T + D$",
    bar=bars.identity(r"$MC + CM^T$ and $-D$ equal"),
    convention="$V$ in (20), which is not defined, read as $V_1$ (C21)",
)
def rest_state(bar: Any) -> Found:
    """The printed M and D at rest, <sigma_z> = 0, with C = nbar + 1/2."""
    worst = 0.0
    model = pseudo_boson_model("literal", coupled=False)
    for phonons in (0.0, 2.0):
        pair = chains("literal", "d-f", thermal_phonons=phonons)
        values = {s.name: float(pair.parameters[s.name]) for s in model.parameters}
        M = model.fluctuation_matrix([0, 0], 0.0, values)
        D = model.diffusion([0, 0], 0.0, values)
        C = (phonons + 0.5) * np.eye(4)
        left = M @ C + C @ M.T + D
        worst = max(worst, float(np.abs(left).max() / np.abs(D).max()))
    return Found(
        rf"for $\langle\sigma_z\rangle = 0$ and modes at rest $C = (\bar n_m + \frac12) \mathbb 1$ "
        rf"has $\dot C$ = {zero(worst)} of the largest element of $D$, $\bar n_m$ = 0 and 2",
        bar(worst),
        uncertainty=ROUNDING,
    )


@claim(
    "C30",
    "Sec. II A, Eqs. (17), (18), (21)",
    r"The complete quantum synchronization $S_q^\phi(t)$ can then be expressed in a concise form",
    printed=r"(21), with $\phi_j = \tan^{-1}[\bar p_j/\bar q_j]$",
    bar=bars.identity("(21) and (17) equal"),
    convention=r"phases $\phi_j$ with their quadrant, as $\tan^{-1}$ is commonly meant",
    merged="C31",
)
def phase_measure(bar: Any) -> Found:
    rng = np.random.default_rng(SEED)
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
    beta = run("lab", "d-f").beta
    z = beta[..., 1] / beta[..., 0]
    half = np.arctan(beta.imag / beta.real)
    lost = float((np.cos(half[..., 1] - half[..., 0] - np.angle(z)) < 0).mean())
    return Found(
        f"(21) differs from (17) with (18) by {zero(error)}, relative, at 20 random covariances: "
        rf"all its signs and its factor are right. With a $\tan^{{-1}}$ between $\pm\pi/2$, $\phi$ "
        rf"would be off by $\pi$ in {100 * lost:.0f} % of a run of Figs. 2(d) to (f)",
        bar(error),
        uncertainty=f"rounding; random covariances: seed {SEED}; share of the run: 1 %",
    )


def _printed(name: str, printed: Any, right: Any) -> Any:
    return printed


def _rounding(agree: bool) -> str:
    return "to $10^{-13}$" if agree else "not"
