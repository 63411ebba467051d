"""Claims of Vaidya et al. (2024) on the model, its symmetry, and what Sec. II expects of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.linalg import expm

from quantsync.lindblad import Lindbladian, linear_response, steady_state
from quantsync.measures import coherent_state, relative_entropy_of_synchronization
from quantsync.measures.entropic import DiagonalStates, SpannedStates
from quantsync.models import driven_pair, driving
from quantsync.operators import Space, Spin
from quantsync.papers import bars
from quantsync.papers.bars import Bar, Margin
from quantsync.papers.paper import Found, claim, zero
from quantsync.papers.vaidya2024 import printed
from quantsync.papers.vaidya2024.baths import FIGURE_3, baths, scientific, study
from quantsync.papers.vaidya2024.response_data import phase_density
from quantsync.papers.vaidya2024.synchronization_data import charge, dressed_basis

ANGLES = ((0.4, 2.5), (1.1, 0.7), (2.6, -1.9))
ROUNDING = "rounding of floating-point numbers"


@claim(
    "C75",
    "Sec. I, end",
    "metrics quantifying phase response and quantum synchronization, which are nonzero only when "
    "an external drive is applied",
    printed=r"$\langle\hat S_j^+\rangle = \Omega = 0$ without drive",
    bar=bars.identity("zero"),
)
def nothing_without_drive() -> Found:
    undriven = steady_state(driven_pair(**baths(*FIGURE_3), coupling=[0.0, 0.5, 2.0])).rho
    omega = relative_entropy_of_synchronization(undriven, DiagonalStates(undriven, charge=charge()))
    largest = max(
        float(np.abs(undriven[:, 0, 2] + undriven[:, 1, 3]).max()),
        float(np.abs(undriven[:, 0, 1] + undriven[:, 2, 3]).max()),
        float(np.abs(omega).max()),
    )
    return Found(
        rf"both coherences and $\Omega$ are {zero(largest)} at $g = 0, 0.5, 2$",
        bars.identity()(largest),
        uncertainty=ROUNDING,
    )


@claim(
    "C63",
    "Sec. II A, below Eq. (1)",
    r"a rotating-wave approximation can be used to discard the $\hat S_A^+\hat S_B^+$ and "
    r"$\hat S_A^-\hat S_B^-$ terms",
    statement=r"For $g, \lvert\Delta_q\rvert \ll \omega_A, \omega_B$ the undriven steady state of "
    r"a coupling $2g\,\hat S_A^x\hat S_B^x$ becomes that of Eq. (1).",
    printed=r"$g, \lvert\Delta_q\rvert \ll \omega_A, \omega_B$",
    bar=bars.ordering("the difference falls with the frequencies"),
)
def rotating_wave() -> Found:
    space = Space(A=Spin(1 / 2), B=Spin(1 / 2))
    a, b = space["A"], space["B"]
    rates = baths(*FIGURE_3)
    losses = [
        (rates["gain_a"], a.plus),
        (rates["damping_a"], a.minus),
        (rates["gain_b"], b.plus),
        (rates["damping_b"], b.minus),
    ]
    expected = steady_state(driven_pair(**rates)).rho
    off = []
    for frequency in (10.0, 100.0, 1000.0):
        full = [(frequency, a.z + b.z), (2.0, a.x @ b.x)]
        rho = steady_state(Lindbladian(space, full, losses)).rho
        off.append(float(np.abs(rho - expected).max()))
    return Found(
        r"at $g = \Gamma$ the states differ by "
        f"{', '.join(f'${scientific(x, 2)}$' for x in off)} for $\\omega_A = \\omega_B = 10, 100, "
        r"1000\,\Gamma$",
        off[0] > 5 * off[1] > 25 * off[2],
        uncertainty=r"numerical, $10^{-12}$",
    )


@claim(
    "C64",
    "Sec. II A, above Eq. (2)",
    r"$\gamma_j > w_j$ ($\gamma_j < w_j$) corresponds to a positive (negative) temperature bath "
    "dominated by loss (gain)",
    printed=r"infinite temperature at $w_j = \gamma_j$",
    bar=bars.identity("occupations"),
)
def temperatures() -> Found:
    w = np.array([0.2, 0.5, 0.8])
    rho = steady_state(driven_pair(**baths(w, 0.3), coupling=0.0)).rho
    up = np.real(rho[:, 0, 0] + rho[:, 1, 1])
    deviation = float(np.abs(up / (1 - up) / (w / (1 - w)) - 1).max())
    return Found(
        r"an uncoupled qubit has $P_\uparrow/P_\downarrow = w/\gamma$ within "
        f"{zero(deviation)}: below, at and above 1 for $w = 0.2, 0.5, 0.8$, as at positive, "
        "infinite and negative temperature",
        bars.identity()(deviation),
        uncertainty=ROUNDING,
    )


@claim(
    "C65",
    "Sec. II A, Eqs. (1), (3), (4)",
    r"we transform the system into a frame rotating at $\omega_d$, where the total Hamiltonian is "
    "given by",
    printed=r"$\hat H_{\mathrm{tot}}$ of Eq. (4)",
    bar=bars.identity(),
)
def rotating_frame() -> Found:
    space = Space(A=Spin(1 / 2), B=Spin(1 / 2))
    a, b = ({n: getattr(space[s], n).toarray() for n in ("z", "plus", "minus")} for s in "AB")
    w_a, w_b, w_d, g, eps, t = 5.3, 5.9, 4.8, 0.7, 0.3, 1.7
    swap = a["plus"] @ b["minus"] + a["minus"] @ b["plus"]
    total = a["z"] + b["z"]
    lab = w_a * a["z"] + w_b * b["z"] + g / 2 * swap
    lab = lab + eps / 2 * (a["plus"] * np.exp(-1j * w_d * t) + a["minus"] * np.exp(1j * w_d * t))
    turn = expm(1j * w_d * t * total)
    frame = turn @ lab @ turn.conj().T - w_d * total
    expected = (w_a - w_d) * a["z"] + (w_b - w_d) * b["z"] + g / 2 * swap
    expected = expected + eps / 2 * (a["plus"] + a["minus"])
    error = float(np.abs(frame - expected).max())
    return Found(
        f"transformed at a time chosen at will, they differ by {zero(error)}",
        bars.identity()(error),
        uncertainty=ROUNDING,
    )


@claim(
    "C66",
    "Sec. II A, Eq. (5)",
    r"$\Gamma_j = \gamma_j + w_j$ ... define the total relaxation rate of a single qubit",
    printed=r"$\gamma_j + w_j$",
    bar=bars.identity("the rate"),
)
def relaxation_rate() -> Found:
    space = Space(S=Spin(1 / 2))
    gain, damping = 0.37, 0.88
    alone = Lindbladian(space, [], [(gain, space["S"].plus), (damping, space["S"].minus)])
    rates = np.linalg.eigvals(alone.superoperator().toarray())
    deviation = float(abs(-rates.real.min() / (gain + damping) - 1))
    return Found(
        rf"populations relax at $w + \gamma$, coherences at half of it; deviation "
        f"{zero(deviation)}",
        bars.identity()(deviation),
        uncertainty=ROUNDING,
    )


@claim(
    "C67",
    "Sec. II A, below Eq. (5)",
    r"raising and lowering operators that transform the states according to $\hat S^\pm\lvert S, "
    r"m\rangle = \sqrt{(S \mp m)(S \pm m + 1)}\,\lvert S, m \pm 1\rangle$",
    printed=r"$\sqrt{(S \mp m)(S \pm m + 1)}$",
    bar=bars.identity(),
)
def ladder_operators() -> Found:
    error = 0.0
    for spin in (0.5, 1, 1.5, 2):
        own = Spin(spin).operators()
        m = spin - np.arange(round(2 * spin) + 1)
        up = np.diag(np.sqrt((spin - m[1:]) * (spin + m[1:] + 1)), 1)
        z = np.asarray(own["z"])
        algebra = up @ up.T - up.T @ up - 2 * z
        error = max(error, float(np.abs(algebra).max()), float(np.abs(np.diag(z) - m).max()))
    return Found(
        r"with these matrices $[\hat S^+, \hat S^-] = 2\hat S^z$ within "
        f"{zero(error)} for $S = 1/2, 1, 3/2, 2$",
        bars.identity()(error),
        uncertainty=ROUNDING,
    )


@claim(
    "C68",
    "Sec. II B, first paragraph",
    r"$\mathcal L_0$ has a global U(1) symmetry ... Consequently the steady state ... also enjoys "
    "this symmetry",
    printed=r"$\hat U\hat\rho_u\hat U^\dagger = \hat\rho_u$",
    bar=bars.identity("invariance"),
)
@claim(
    "C69",
    "Sec. II B, second paragraph",
    r"each $\lvert\lambda_j\rangle$ is an eigenstate of the operator $\hat S^z$ ... "
    r"$\hat\rho_u$ does not feature coherences between subspaces corresponding to different $S^z$",
    statement="Two of the eigenvectors of the undriven state are the states with both qubits up "
    "and both down, two are combinations of the states with one up.",
    printed="$S^z = 1, 0, 0, -1$",
    bar=bars.identity("coherences vanish"),
)
@claim(
    "C70",
    "Sec. II B, end",
    r"to leading order in $\epsilon$, it establishes coherences, i.e., phase relations, between "
    r"subspaces with $\Delta S^z = \pm 1$",
    printed=r"$\Delta S^z = \pm 1$",
    bar=bars.identity("all other elements vanish"),
)
def symmetry() -> Iterator[Found]:
    system = driven_pair(0.4, 0.6, 0.75, 0.25, 0.9, 0.0, 0.3, -0.7, 0.2)
    generator = np.asarray(system.superoperator().toarray())
    turn = np.diag(np.exp(0.77j * np.diag(charge().toarray())))
    both = np.kron(turn, turn.conj())
    moved = float(np.abs(both @ generator @ both.conj().T - generator).max())
    response = linear_response(system, driving())
    undriven, first = (np.squeeze(response.orders[k]) for k in (0, 1))
    state = float(np.abs(turn @ undriven @ turn.conj().T - undriven).max())
    size = float(np.abs(generator).max())
    yield Found(
        rf"$\mathcal L_0$ changes by {zero(moved)} under a rotation, $\hat\rho_u$ by {zero(state)}",
        bars.identity()(max(moved / size, state)),
        uncertainty=ROUNDING,
    )
    step = np.abs(np.subtract.outer(*2 * [np.real(np.diag(charge().toarray()))])).round()
    outside = float(np.abs(undriven[step > 0]).max())
    inside = float(abs(undriven[1, 2]))
    yield Found(
        rf"elements between different $S^z$ are {zero(outside)}; within $S^z = 0$ there is one of "
        f"{inside:.3f}",
        bars.identity()(outside),
        uncertainty=ROUNDING,
    )
    others = float(np.abs(first[step != 1]).max())
    yield Found(
        rf"of $\hat\rho$ at first order in $\epsilon$, elements with $\lvert\Delta S^z\rvert \neq "
        rf"1$ are {zero(others)}, the others up to {float(np.abs(first).max()):.3f}",
        bars.identity()(others / float(np.abs(first).max())),
        uncertainty=ROUNDING,
    )


@claim(
    "C1",
    "Sec. II C, Eqs. (6), (7)",
    r"defined via rotations of the state $\lvert S, m = S\rangle$ as $\lvert\theta, \varphi\rangle "
    r"= e^{i\varphi\hat S^z} e^{i\theta\hat S^y}\lvert S, m = S\rangle$",
    statement="With these states Eq. (6) gives Eq. (7).",
    printed=r"$e^{i\varphi\hat S^z} e^{i\theta\hat S^y}$",
    bar=bars.identity("Eqs. (6) and (7)"),
    correction=r"$e^{i\varphi\hat S^z} e^{i\theta\hat S^y} \to e^{-i\varphi\hat S^z} "
    r"e^{-i\theta\hat S^y}$: with the printed signs the state points along "
    r"$(-\theta, -\varphi)$. Eqs. (7) and (8), on which the figures rest, are right",
)
def coherent_states() -> Found:
    rho = random_state(2)
    as_printed, ours = [], []
    for theta, phi in ANGLES:
        plus, z = rho[1, 0], np.real(rho[0, 0] - rho[1, 1]) / 2
        expected = 0.5 + z * np.cos(theta) + np.real(plus * np.exp(-1j * phi)) * np.sin(theta)
        for found, state in (
            (as_printed, printed.coherent_state_as_printed(1 / 2, theta, phi)),
            (ours, coherent_state(1 / 2, theta, phi)),
        ):
            found.append(abs(state.conj() @ rho @ state - expected))
    bar = bars.identity()
    return Found(
        f"as printed they differ by up to {max(as_printed):.2f} on a random state; with both signs "
        f"turned by {zero(max(ours))}",
        bar(max(as_printed)),
        bar(max(ours)),
        uncertainty=ROUNDING,
    )


@claim(
    "C2",
    "Sec. II C, Eq. (8)",
    r"$\delta P(\varphi) = P(\varphi) - \frac{1}{2\pi} = \frac{1}{4}\mathrm{Re}[\langle\hat S^+"
    r"\rangle e^{-i\varphi}]$",
    printed=r"$\frac{1}{4}$",
    bar=bars.identity(),
)
def marginal_distribution() -> Found:
    """The factor 1/4 of Eq. (8), by quadrature of Eq. (6)."""
    rho, phi = random_state(2), 0.7
    nodes, weights = np.polynomial.legendre.leggauss(60)
    theta = (nodes + 1) * np.pi / 2
    states = coherent_state(1 / 2, theta, phi)
    husimi = np.real(np.einsum("ki,ij,kj->k", states.conj(), rho, states))
    marginal = float(weights @ (np.sin(theta) * husimi)) * np.pi / 2 / (2 * np.pi)
    expected = float(phase_density(np.array(rho[1, 0]), np.array([phi]))[0])
    error = abs(marginal - 1 / (2 * np.pi) - expected)
    return Found(
        rf"quadrature of $Q$ over $\theta$ differs by {zero(error)}",
        bars.identity()(error),
        uncertainty="rounding; 60 nodes of Gauss and Legendre",
    )


@claim(
    "C71",
    "Sec. II D, above Eq. (10)",
    r"the limit cycle state $\hat\rho_{\mathrm{lim}}$ is not just the steady state of the system "
    "when the drive is turned off",
    statement="The drive also changes populations, at second order.",
    printed="changes in populations as well as coherences",
    bar=bars.ordering("a difference of the populations"),
)
def limit_cycle() -> Found:
    drives = np.array([0.01, 0.1])
    fixed = {**baths(*FIGURE_3), "coupling": 0.9}
    driven = steady_state(driven_pair(**fixed, drive=drives)).rho
    undriven = steady_state(driven_pair(**fixed)).rho
    family = DiagonalStates(np.broadcast_to(undriven, driven.shape), charge=charge())
    off = np.abs(family.closest(driven) - undriven).max(axis=(1, 2))
    power = float(np.log10(off[1] / off[0]))
    return Found(
        rf"they differ by ${scientific(off[1], 2)}$ at $\epsilon = 0.1\,\Gamma$, as "
        rf"$\epsilon^{{{power:.1f}}}$",
        float(off.min()) > bars.ROUNDING,
        uncertainty=r"numerical, $10^{-12}$",
    )


@claim(
    "C20",
    "Sec. II D, Eqs. (9), (10), (11)",
    r"in Eq. (10) can be performed analytically and $\Omega(\hat\rho)$ reduces to "
    r"$\Omega(\hat\rho) = S(\hat\rho_{\mathrm{diag}}) - S(\hat\rho)$",
    statement="The minimum over states that are diagonal in the eigenbasis of the undriven one.",
    printed="equal",
    bar=Bar(
        r"$10^{-8}$ of $\Omega$, what a numerical search can reach: an equality",
        lambda deviation: Margin(abs(deviation) / 1e-8),
    ),
)
def closed_form(bar: Bar) -> Found:
    """Eq. (11) against a search over all diagonal states."""
    driven = steady_state(driven_pair(**baths(*FIGURE_3), drive=0.5)).rho
    undriven = steady_state(driven_pair(**baths(*FIGURE_3))).rho
    family = DiagonalStates(undriven, charge=charge())
    closed = float(relative_entropy_of_synchronization(driven, family))
    basis = np.asarray(family.frame(undriven).vectors)
    searched = SpannedStates([np.outer(v, v.conj()) for v in basis.T])
    found = float(relative_entropy_of_synchronization(driven, searched))
    error = abs(found / closed - 1)
    return Found(
        r"a numerical search over all diagonal states differs by "
        rf"{small(error)} at $\epsilon = 0.5\,\Gamma$",
        bar(error),
        uncertainty="tolerance of the search",
    )


@claim(
    "C72",
    "Sec. II E, weak coupling",
    "primarily ... the response of qubit $A$, and the qubit-qubit coupling only leads to "
    r"corrections of order $g/\Gamma$ or higher",
    statement=r"At small $g/\Gamma$ the response of $A$ changes, and that of $B$ begins, at least "
    r"as fast as $g/\Gamma$.",
    printed=r"order $g/\Gamma$ or higher",
    bar=Bar("an exponent of at least 1, less 0.1"),
)
def weak_coupling() -> Found:
    pair = study(*FIGURE_3, coupling=np.array([0.0, 1e-3, 1e-2]))
    a, b = (pair.phase_response(site) for site in "AB")
    powers = [float(np.log10(abs(r[2] - r[0]) / abs(r[1] - r[0]))) for r in (a, b)]
    return Found(
        rf"the response of $A$ changes as $g^{{{powers[0]:.1f}}}$, that of $B$ begins as "
        rf"$g^{{{powers[1]:.1f}}}$ (baths of Fig. 3)",
        min(powers) > 0.9,
        uncertainty=r"numerical, $10^{-3}$ of the exponents",
    )


@claim(
    "C73",
    "Sec. II E, below Eq. (12)",
    r"$\lvert T\rangle$ and $\lvert S\rangle$ are shifted from the bare resonance by $\pm g/2$ and "
    "hence all four transitions are driven off-resonantly",
    statement=r"The dressed states are the eigenstates of Eq. (1) for $\Delta_q = 0$.",
    printed=r"$\pm g/2$",
    bar=bars.identity(),
)
@claim(
    "C3",
    "Sec. II E, Eq. (12)",
    r"$\hat S_A^+ = \frac{1}{\sqrt 2}(\lvert U\rangle\langle T\rvert - \lvert U\rangle\langle S"
    r"\rvert + \lvert T\rangle\langle D\rvert + \lvert S\rangle\langle D\rvert)$",
    printed="four transitions of equal strength",
    bar=bars.identity(),
)
def dressed_states() -> Iterator[Found]:
    space = driving().space
    up_a, up_b = (space[site].plus.toarray() for site in "AB")
    g = 0.83
    energy = g / 2 * (up_a @ up_b.T + up_a.T @ up_b)
    inside = dressed_basis().T @ energy @ dressed_basis()
    error = float(np.abs(inside - np.diag([0, g / 2, -g / 2, 0])).max())
    yield Found(
        rf"in the frame of the qubits $\hat H_0$ is diagonal with $0, g/2, -g/2, 0$ for $U, T, S, "
        rf"D$, within {zero(error)}",
        bars.identity()(error),
        uncertainty=ROUNDING,
    )
    raising = dressed_basis().T @ up_a @ dressed_basis()
    half = np.sqrt(0.5)
    u, t, s, d = range(4)
    expected = np.zeros((4, 4))
    expected[u, t], expected[u, s], expected[t, d], expected[s, d] = half, -half, half, half
    error = float(np.abs(raising - expected).max())
    yield Found(f"largest deviation {zero(error)}", bars.identity()(error), uncertainty=ROUNDING)


@claim(
    "C4",
    "Sec. II E, strong coupling",
    "the phase response and synchronization metrics asymptotically decay to zero as "
    r"$g/\Gamma$ increases",
    printed=r"$0$ for $g/\Gamma \gg 1$",
    bar=bars.ordering("all three fall, by a power of $g$"),
)
def strong_coupling() -> Found:
    pair = study(*FIGURE_3, coupling=np.array([100.0, 1000.0]))
    falls = [
        float(np.log10(values[0] / values[1]))
        for values in (
            np.abs(pair.phase_response("A")),
            np.abs(pair.phase_response("B")),
            pair.omega(),
        )
    ]
    return Found(
        r"between $g = 100\,\Gamma$ and $1000\,\Gamma$ they fall as $g^{{-{:.1f}}}$ ($A$), "
        r"$g^{{-{:.1f}}}$ ($B$) and $g^{{-{:.1f}}}$ ($\Omega$)".format(*falls),
        min(falls) > 0.5,
        uncertainty=r"numerical, $10^{-3}$ of the exponents; limit of a weak drive",
    )


@claim(
    "C74",
    "Sec. II E, end",
    "the local baths instead drive the system to a steady state that is diagonal in the product "
    "basis",
    statement="Said of the baths alone ($g = 0$), against which the coupling works.",
    printed="diagonal",
    bar=bars.identity("off-diagonal elements vanish"),
)
def local_baths() -> Found:
    rho = steady_state(driven_pair(**baths(*FIGURE_3), coupling=0.0)).rho
    outside = float(np.abs(rho - np.diag(np.diag(rho))).max())
    coupled = steady_state(driven_pair(**baths(*FIGURE_3), coupling=1.0)).rho
    return Found(
        f"without coupling the off-diagonal elements are {zero(outside)}; at $g = \\Gamma$ one is "
        f"{abs(coupled[1, 2]):.3f}",
        bars.identity()(outside),
        uncertainty=ROUNDING,
    )


def random_state(dimension: int) -> np.ndarray:
    """A random density matrix, always the same."""
    draw = np.random.default_rng(3)
    shape = (dimension, dimension)
    root = draw.normal(size=shape) + 1j * draw.normal(size=shape)
    rho = root @ root.conj().T
    return rho / np.trace(rho)


def small(fraction: float) -> str:
    """A relative deviation without the digits in which an optimiser's last step shows."""
    return "less than $10^{-8}$" if fraction < 1e-8 else f"a fraction ${scientific(fraction)}$"
