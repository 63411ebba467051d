"""Claims of Ghildiyal et al. (2024) on spins and bosons: Eqs. (1) to (8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from quantsync.models import follow_chains, holstein_primakoff_errors, pseudo_boson_pair
from quantsync.operators import Space, Spin
from quantsync.papers import bars
from quantsync.papers.ghildiyal2024.data import central_spin
from quantsync.papers.ghildiyal2024.errata import AGREEMENT, misprints
from quantsync.papers.paper import Found, claim, zero

EXACT = 1e-11
LEVELS = 12
ROUNDING = "numerical, rounding"
COUPLINGS, FREQUENCIES = (1.5, 2.4), (1.0, 0.8)
"""g_j and omega_j of the captions."""


@claim(
    "C1",
    "Sec. II, above Eq. (1)",
    "For an odd number of spins, the intermediary chain exhibits a ground state doublet.",
    printed="2 ground states",
    bar=bars.Bar("2 states within $10^{-9}$ of the exchange: a count"),
    convention="antiferromagnetic exchange on an open chain; the sign and the ends are not stated",
)
def doublet() -> Found:
    energies = np.linalg.eigvalsh(_heisenberg(5))
    ring = np.linalg.eigvalsh(_heisenberg(5, ring=True))
    degeneracy = _lowest(energies)
    return Found(
        f"{degeneracy} for 5 spins of an open antiferromagnetic Heisenberg chain "
        f"({_lowest(-energies)} for a ferromagnet, {_lowest(ring)} on a ring)",
        degeneracy == 2,
        uncertainty="exact diagonalisation; degenerate to $10^{-9}$ of the exchange",
    )


@claim(
    "C58",
    "Sec. II, above Eq. (1)",
    r"via this single spin, with a coupling constant modified by a factor of $1/\sqrt{N_j}$",
    statement="A spin of the intermediary chain acts within the doublet as the equivalent spin "
    r"times $1/\sqrt N$.",
    printed=r"$1/\sqrt{N}$",
    bar=bars.Bar("10 %, for a factor that replaces different ones by a single one"),
    convention="an open antiferromagnetic Heisenberg chain of $N$ spins, and the factor understood "
    "as the root mean square over its sites; the central chain is as long as the outer one. The "
    "factors of neighbours differ in sign and, somewhat, in size, which (2) leaves out",
)
def projected_coupling() -> Found:
    factors = {N: _moments(N) for N in (3, 5, 7)}
    ratios = [float(np.sqrt(np.mean(m**2) * N)) for N, m in factors.items()]
    listed = ", ".join(f"${m:.3f}$" for m in factors[5])
    return Found(
        rf"root mean square times $\sqrt N$: {ratios[0]:.3f}, {ratios[1]:.3f}, {ratios[2]:.3f} for "
        f"$N$ = 3, 5, 7; site by site {listed} for $N$ = 5",
        max(abs(r - 1) for r in ratios) < 0.1,
        uncertainty="exact diagonalisation, rounding",
    )


@claim(
    "C56",
    "Sec. II, above Eq. (1)",
    "These chains are weakly coupled to a common spin chain",
    printed="$g_1 = 1.5$, $g_2 = 2.4$ (Figs. 2, 3)",
    bar=bars.word("weak", "the frequency that the coupling is compared with"),
    missing=r"$\omega_0$, and the exchange of the common chain, whose doublet must not be left: "
    r"neither is printed. The coupling is weak if $\omega_0$ is large. The frequencies that are "
    r"printed, $\omega_j$, are smaller than $g_j$",
)
def weak_coupling(bar: Any) -> Found:
    g, omega = (np.array(x) for x in (COUPLINGS, FREQUENCIES))
    N = 5
    collective, far = g / np.sqrt(N), 10.0
    return Found(
        rf"$g_j/\omega_j$ = {g[0] / omega[0]:.2g}, {g[1] / omega[1]:.2g}; $g_j/\sqrt{{N_j}}$ over "
        rf"$\omega_j/N_j$, the energy of one quantum in (5) for $\lambda = 0$: "
        f"{collective[0] * N / omega[0]:.2g}, {collective[1] * N / omega[1]:.2g}; below 0.25 of "
        rf"$\omega_0$ from $\omega_0$ = {g.max() / 0.25:.2g} on",
        bar(float((g / omega).max())),
        bool(bar(float(g.max() / far))),
        uncertainty="exact",
    )


@claim(
    "C57",
    "Sec. II, Eq. (2)",
    r"$\omega_j$ is the frequency of each spin in the $j$th chain",
    printed=r"$\frac{\hbar\omega_j}{2N_j} \sum_i \sigma_{jz}^i$",
    bar=bars.identity(r"$N_j$ times the level splitting of a spin and $\omega_j$ equal"),
    convention=r"$\omega_j$ is $N_j$ times the frequency with which a spin of (2) turns; (3), (5), "
    r"$B_j$ and $\theta$ follow (2)",
)
def frequency_of_a_spin(bar: Any) -> Found:
    N, omega = 3, 0.8
    H: Any = omega / (2 * N) * sum(_paulis(N, "z"))
    energies = np.real(np.diagonal(H))
    splitting = energies[0] - energies[1]  # of up, up, up and up, up, down
    return Found(
        rf"a spin of (2) with $\lambda = 0$ turns with {splitting / omega:.4f} $\omega_j$ for "
        f"$N_j = {N}$, that is $\\omega_j/N_j$",
        bar(float(splitting * N / omega - 1)),
        uncertainty=ROUNDING,
    )


@claim(
    "C2",
    "Sec. II, Eq. (2)",
    "We further assume a nearest-neighbour coupling between the spins",
    printed="a sum over all $k \\neq i$",
    bar=bars.Bar("the pairs of an open chain or of a ring: a count"),
    otherwise="(2) couples each spin of a chain with all others; (3), and with it everything that "
    "follows, needs that, and is right for it. For $\\lambda = 0$, Figs. 2(a) to (f), nothing "
    "depends on it",
    readings=(
        "an open chain: 4 pairs for $N = 5$",
        "a ring: 5 pairs for $N = 5$; for $N = 3$ it is the same as (2)",
    ),
)
def neighbours() -> Found:
    N = 5
    pairs = sum(k != i for i in range(N) for k in range(N)) // 2
    return Found(
        f"the sum of (2) couples {pairs} pairs of {N} spins; neighbours are {N - 1} pairs of a "
        f"chain and {N} of a ring",
        pairs in (N - 1, N),
        uncertainty="exact",
    )


@claim(
    "C3",
    "Sec. II, Eq. (3)",
    "Then the different parts of $H$ can be rewritten as $H_{SB_j}$ ..., $H_{B_j}$",
    statement="(3) is (2) in terms of the collective spin.",
    printed=r"$\hbar\omega_j [\lambda^2 (J_{j+} J_{j-}/N_j - \mathbb{1}/2) + "
    r"(1 - \lambda^2) J_{jz}/N_j]$",
    bar=bars.identity("operators equal"),
)
def collective(bar: Any) -> Found:
    N, weight = 3, 0.6
    x, y, z = (_paulis(N, axis) for axis in "xyz")
    double = sum(
        weight**2 / 2 * (x[i] @ x[k] + y[i] @ y[k]) for i in range(N) for k in range(N) if i != k
    )
    printed = (double + sum(z)) / (2 * N)
    up: Any = sum(a + 1j * b for a, b in zip(x, y, strict=True)) / 2
    one = np.eye(2**N)
    ours = weight**2 * (up @ up.conj().T / N - one / 2) + (1 - weight**2) * sum(z) / 2 / N
    error = float(np.abs(printed - ours).max() / np.abs(printed).max())
    # H_SB: sigma_0 . sigma_i/2 summed against sigma_0 . J.
    total = [sum(parts) / 2 for parts in (x, y, z)]
    single = [_paulis(1, axis)[0] for axis in "xyz"]
    left = sum(
        np.kron(s, part) / 2 for s, parts in zip(single, (x, y, z), strict=True) for part in parts
    )
    right = sum(np.kron(s, J) for s, J in zip(single, total, strict=True))
    coupling = float(np.abs(left - right).max())
    return Found(
        f"for three spins the matrices of (2) and (3) differ by {zero(error)} of the largest "
        f"element in $H_B$ and by {zero(coupling)} in $H_{{SB}}$",
        bar(error) & bar(coupling),
        uncertainty=ROUNDING,
    )


@claim(
    "C4",
    "Sec. II, Eq. (4)",
    "we introduce bosonic operators using the Holstein-Primakoff (HP) transformation",
    statement=r"(4) is a transformation of a chain of $N$ spins 1/2: $[J_+, J_-] = 2J_z$, and "
    "$J_z = -N/2$ where all spins are down.",
    printed=r"$J_+ = \sqrt N b^\dagger (1 - \frac{b^\dagger b}{2N})^{1/2}$, "
    r"$J_z = b^\dagger b - N$",
    bar=bars.identity("$[J_+, J_-]$ and $2J_z$ equal"),
    otherwise=r"the root and $J_z$ have the length $N$, the prefactor and the chain have $N/2$. "
    r"Right is $J_+ = \sqrt N b^\dagger (1 - \frac{b^\dagger b}{N})^{1/2}$, $J_z = b^\dagger b - "
    r"\frac N2$; every later equation is built on the printed form: $X$ of (8) becomes half as "
    r"large, $4N$ becomes $2N$ in all $A_j$. Not called a misprint for that reason. The method "
    "itself is good: with the right form five spins are followed to 2 % of the signal",
    readings=(
        "spins of length $N/2$, as the chain has: the right form above, exact up to $n = N$",
        r"spins of length $N$: then the prefactor is $\sqrt{2N}$, and the chain has $2N$ spins",
        r"$J_\pm = (J_x \pm \iota J_y)/\sqrt 2$, which gives the printed commutator: the length is "
        "$N$ still, and $J_{j+} J_{j-}$ in (3) lacks a factor of 2",
        "lowest order in $1/N$: the annihilation operator is right (C59), $J_z$ is not",
    ),
    merged="C8",
)
def holstein_primakoff(bar: Any) -> Found:
    """The algebra, and the spins themselves, for lambda = 0 and chain 2 at rest."""
    data, N = central_spin(), 5
    errors = {
        name: ", ".join(f"{e:.4f}" for e in data.error.sel(approximation=name).values)
        for name in ("printed", "holstein_primakoff")
    }
    size = float(data.n_1.sel(case="spins").max())
    wrong, right = (_su2_errors(N, *form) for form in ((2, 1.0), (1, 0.5)))
    return Found(
        rf"$[J_+, J_-] - 2J_z$ is {wrong[0]:.3g} in the vacuum and {wrong[1]:.3g} with one "
        rf"quantum ($N = {N}$; printed $[J_+, J_-] = J_z$); {zero(max(right))} up to $n = N$ with "
        "the right form. Against exact spins the root mean square error of $n_1$ up to $t = 60$ is "
        f"{errors['printed']} for $N$ = 5, 10, 20 with (4) as printed and "
        f"{errors['holstein_primakoff']} with the right form; $n_1$ is at most {size:.3f}",
        bar(float(max(wrong)) / N),
        uncertainty=r"commutators to rounding; errors of $n_1$ to $10^{-4}$ ($\omega_0 = 0.2$, "
        r"$\lambda = 0$, no damping)",
    )


@claim(
    "C59",
    "Sec. II, below Eq. (5)",
    "an infinite spin chain ... the above HP transformation makes a "
    "collective spin annihilation operator equivalent to a bosonic annihilation operator",
    printed=r"equivalent for $N_j \to \infty$",
    bar=bars.expansion(1, "$1/N$"),
)
def infinite_chain(bar: Any) -> Found:
    """[J_-, J_+]/N is 1 in states of few quanta, by (4) as printed and of the spins themselves."""
    sizes, quanta = np.array([50.0, 500.0]), 3
    powers, slopes = [], []
    for part in (2, 1):
        left = np.array([1 - _commutator(N, part, quanta) for N in sizes])
        powers.append(float(-np.polyfit(np.log(sizes), np.log(left), 1)[0]))
        slopes.append(float(left[0] * sizes[0] / quanta))
    return Found(
        rf"by (4) as printed $[J_-, J_+]/N = 1 - {_times(slopes[0])}n/N$, for spins "
        rf"$1 - {_times(slopes[1])}n/N$ (C4), with $n$ quanta: what is left falls as $N^{{-1}}$ "
        f"(exponents {powers[0]:.3f} and {powers[1]:.3f})",
        bar(min(powers)),
        uncertainty="exact",
    )


@claim(
    "C60",
    "Sec. II, below Eq. (5)",
    "we have considered the terms up to the order of $1/N_j$, while expanding the series",
    printed=r"$(1 - b_j^\dagger b_j/2N_j)^{1/2} \to 1 - b_j^\dagger b_j/4N_j$",
    bar=bars.expansion(2, "$1/N$"),
)
def expanded_root(bar: Any) -> Found:
    sizes, n = np.array([100.0, 1000.0]), 3
    left = np.abs(np.sqrt(1 - n / (2 * sizes)) - (1 - n / (4 * sizes)))
    power = float(-np.polyfit(np.log(sizes), np.log(left), 1)[0])
    return Found(
        f"what is left out falls as $N^{{-2}}$ (exponent {power:.2f})",
        bar(power),
        uncertainty="0.01, from two sizes of finite chains",
    )


@claim(
    "C5",
    "Sec. II, Eq. (5)",
    r"Then the Hamiltonian gets modified to ... $H_{B_j} = \omega_j [b_j^\dagger b_j B_j - "
    r"\lambda^2 \frac{(b_j^\dagger b_j)^2}{2N_j} + \ldots]$",
    statement="$H_{B_j}$ and $B_j$ follow from (3) with (4) as it stands.",
    printed=r"$B_j = \lambda^2 (1 - \frac{1}{2N_j}) + \frac{1}{N_j}$",
    bar=bars.identity("levels equal"),
)
def boson_energy(bar: Any) -> Found:
    N, weight, n = 5.0, 0.6, np.arange(8.0)
    product = n * (1 - (n - 1) / (2 * N))  # b^dag (1 - n/2N) b
    expected = weight**2 * (product - 1 / 2) + (1 - weight**2) * (n - N) / N
    B = weight**2 * (1 - 1 / (2 * N)) + 1 / N
    printed = n * B - weight**2 * n**2 / (2 * N) + weight**2 / 2 - 1
    error = float(np.abs(printed - expected).max())
    return Found(
        f"levels $n$ = 0 to 7 differ by {zero(error)}; the constant is right too",
        bar(error),
        uncertainty=ROUNDING,
    )


@claim(
    "C13",
    "Sec. II, Eq. (5)",
    r"Then the Hamiltonian gets modified to ... $+ \frac{\sigma_z}{\sqrt{N_j}} "
    "(b_j^\\dagger b_j - N_j)$",
    printed=r"$\frac{\sigma_z}{\sqrt{N_j}} (b_j^\dagger b_j - N_j)$",
    bar=bars.identity("the terms of (3) and (5), with $J_{jz}$ of (4), equal"),
    correction=r"$\frac{\sigma_z}{\sqrt{N_j}} (b_j^\dagger b_j - N_j) \to "
    r"\frac{g_j \sigma_z}{\sqrt{N_j}} (b_j^\dagger b_j - N_j)$. (6) and (8) have the factor; "
    "nothing depends on the misprint",
)
@claim(
    "C14",
    "Sec. II, Eq. (8)",
    r"where $P_j = g_j b_j^\dagger \exp[R_j (\ldots)] (\ldots) \exp(-\iota\omega_j B_j t)$",
    statement=r"$P_j$ is what stands with $\sigma_-$ in (6).",
    printed=r"$\exp[R_j (\ldots)]$, $\exp(-\iota\omega_j B_j t)$",
    bar=bars.identity("(8) and (6) equal"),
    correction=r"$\exp[R_j (\ldots)] \to \exp[-R_j (\ldots)]$ and $\exp(-\iota\omega_j B_j t) \to "
    r"\exp(\iota\omega_j B_j t)$. (6), (A1) and (A2) have these signs; nothing later depends on "
    "the misprint",
)
def misprinted() -> Iterator[Found]:
    """Equations of the bosons of which the printed form is not what is derived."""
    for name in ("Eq. (5)", "Eq. (8)"):
        yield corrected(name)


def corrected(name: str) -> Found:
    """What the misprints of an equation come to."""
    found = [m for m in misprints() if m.where.startswith(name)]
    largest = max(max(m.size) for m in found)
    agree, several = all(m.together for m in found), len(found) > 1
    needed = all(m.necessary for m in found)
    return Found(
        f"{len(found)} correction{'s' if several else ''} make{'' if several else 's'} it right "
        f"{_rounding(agree)} at 40 random points, and {'each' if several else 'it'} is "
        f"{'' if needed else 'not '}necessary; the largest single error is typically "
        f"{largest:.2g} of the whole",
        largest < AGREEMENT,
        agree and needed,
        uncertainty=ROUNDING,
    )


@claim(
    "C6",
    "Sec. II, Eq. (6)",
    "Incorporating the interaction picture and using the Baker–Campbell–Hausdorff formalism, "
    "the refined Hamiltonian $H'(t)$ can be expressed as",
    printed=r"$\exp[-\iota\omega_j B_j t] \exp[\iota\lambda^2\omega_j t "
    r"(b_j^\dagger b_j + b_j b_j^\dagger)/2N_j] b_j$",
    bar=bars.identity("operators equal"),
)
def interaction_picture(bar: Any) -> Found:
    n, time, N, weight = np.arange(float(LEVELS)), 3.0, 5.0, 0.6
    B = weight**2 * (1 - 1 / (2 * N)) + 1 / N
    energy = n * B - weight**2 * n**2 / (2 * N)
    b = np.diag(np.sqrt(np.arange(1.0, LEVELS)), 1)
    turned = np.exp(1j * energy * time)[:, None] * b * np.exp(-1j * energy * time)
    kerr = np.exp(1j * weight**2 * time * (2 * n + 1) / (2 * N))
    printed = np.exp(-1j * B * time) * kerr[:, None] * b
    error = float(np.abs(turned - printed).max() / np.abs(b).max())
    return Found(
        rf"differs from $e^{{\iota H_B t}} b\, e^{{-\iota H_B t}}$ by {zero(error)}, with the "
        "order of the factors as printed",
        bar(error),
        uncertainty=ROUNDING,
    )


@claim(
    "C7",
    "Sec. II, Eqs. (5), (6)",
    r"Then the Hamiltonian gets modified to ... $\frac{\sigma_+}{2} (\ldots) b_j$ ... can be "
    r"expressed as ... $\sigma_+ (\ldots) b_j$",
    printed=r"$\sigma_+/2$ in (5), $\sigma_+$ in (6)",
    bar=bars.identity(r"$\sigma_x J_x + \sigma_y J_y$ and its form with $\sigma_\pm$ equal"),
    convention=r"two conventions, each usual: $\sigma_+ = \sigma_x + \iota\sigma_y$ in (5), and "
    "half of it from (6) on",
)
def raising_factor(bar: Any) -> Found:
    sx, sy = np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]])
    plus = (sx + 1j * sy) / 2
    space = Space(A=Spin(1))
    jx, jy, jm = (o.toarray() for o in (space["A"].x, space["A"].y, space["A"].minus))
    want = np.kron(sx, jx) + np.kron(sy, jy)
    flip = np.kron(plus, jm)
    errors = [float(np.abs(want - f * (flip + flip.conj().T)).max()) for f in (1.0, 0.5)]
    return Found(
        rf"$\sigma_x J_x + \sigma_y J_y = \sigma_+ J_- + \mathrm{{h.c.}}$ to {zero(errors[0])} "
        rf"with $\sigma_+ = (\sigma_x + \iota\sigma_y)/2$; half of that is off by {errors[1]:.3g}",
        bar(errors[0]),
        uncertainty=ROUNDING,
    )


@claim(
    "C9",
    "Sec. II, Eqs. (6) to (8)",
    "The transition probability between the two levels of the central spin is assumed to remain "
    "negligible",
    statement=r"With that, the eliminated central spin with a constant $\langle\sigma_z\rangle$, "
    "and the mean field in the limit of large excitation, describe the chains.",
    printed=r"$\langle\sigma_z\rangle = -0.1$, constant",
    bar=bars.word("negligible", "the largest $n_1$, for what (7) leaves out"),
    limit=r"$\langle\sigma_z\rangle \to -1$ and $N \to \infty$, with the frequency shifts of the "
    "last term of (7) (C11): then the central spin stays at rest and the mean field follows the "
    r"chains. The figures have $\langle\sigma_z\rangle = -0.1$ and $N = 5$, 10: a central spin "
    r"that is up in 45 % of the cases gives its quantum to the chains, and its two states turn "
    r"them in opposite senses, each ten times as fast as the average. $\omega_0$, which is not "
    "printed, has no place in (B1)",
    merged="C10",
)
def eliminated_central_spin(bar: Any) -> Found:
    """The spins against the mean field, for lambda = 0 and chain 2 at rest."""
    data = central_spin()
    errors = data.error.sel(approximation="mean_field").values
    listed = ", ".join(f"{e:.3f}" for e in errors)
    size = float(data.n_1.sel(case="spins").max())
    other = {
        w: holstein_primakoff_errors(5, central_frequency=w).mean_field for w in (0.0, 1.0, 10.0)
    }
    others = ", ".join(f"{error:.3f} for {w:g}" for w, error in other.items())
    z = data.sigma_z.values
    sizes = (5, 20, 1000)
    idle = [idle_central_spin(N) for N in sizes]
    quiet = ", ".join(f"{error:.3f} ($N = {N}$)" for error, N in zip(idle, sizes, strict=True))
    return Found(
        rf"$\langle\sigma_z\rangle$ goes from $-0.1$ to ${z.min():.2f}$ within $t = 60$ "
        rf"($N = 5$), and $\lvert\beta_1\rvert^2$ is off from $n_1$ by {listed} (root mean square, "
        rf"$N$ = 5, 10, 20, $\omega_0 = 0.2$; $N = 5$ and other $\omega_0$: {others}), of "
        rf"{size:.3f}. With $\langle\sigma_z\rangle = -1$ and the shifts: {quiet}, of 0.125",
        bar(float(errors.max()) / size),
        bool(bar(idle[-1] / 0.125)),
        uncertainty=r"$10^{-3}$; no damping, $\lambda = 0$, chain 2 at rest",
    )


def idle_central_spin(N: int) -> float:
    """Error of |beta_1|^2 with a central spin at rest below, where (7) keeps its last term.

    The right Holstein-Primakoff bosons against the mean field whose frequencies have the shifts
    <sigma_z> g_j/sqrt(N); times in proportion to the exchange of quanta, which is slower by
    1/sqrt(N).
    """
    times = np.linspace(0, 60 * np.sqrt(N / 5), 601)
    path = follow_chains(
        (N, N), times, representation="holstein_primakoff", sigma_z=-1.0, central_frequency=0.2
    )
    shifted = [w - g * np.sqrt(N) for w, g in zip(FREQUENCIES, COUPLINGS, strict=True)]
    pair = pseudo_boson_pair(
        "corrected", N, N, sigma_z=-1.0, frequency_1=shifted[0], frequency_2=shifted[1],
        linear_damping=0, nonlinear_damping=0, q1=0.5, p1=0.0, q2=0.0, p2=0.0,
    )  # fmt: skip
    occupation = pair.evolve(times, None).occupation[:, 0]
    return float(np.sqrt(np.mean((path.quanta[:, 0] - occupation) ** 2)))


def _lowest(energies: np.ndarray) -> int:
    return int((energies - energies.min() < 1e-9).sum())


def _paulis(count: int, axis: str) -> list[np.ndarray]:
    single = {
        "x": np.array([[0, 1], [1, 0]], dtype=complex),
        "y": np.array([[0, -1j], [1j, 0]]),
        "z": np.diag([1, -1]).astype(complex),
    }[axis]
    return [
        np.kron(np.kron(np.eye(2**i), single), np.eye(2 ** (count - 1 - i))) for i in range(count)
    ]


def _heisenberg(count: int, ring: bool = False) -> np.ndarray:
    H = np.zeros((2**count, 2**count), dtype=complex)
    for axis in "xyz":
        s = _paulis(count, axis)
        for i in range(count - 1 + ring):
            H += s[i] @ s[(i + 1) % count]
    return H


def _moments(count: int) -> np.ndarray:
    """<sigma_z> of each site in the upper state of the doublet."""
    field = sum(_paulis(count, "z"))
    _, states = np.linalg.eigh(_heisenberg(count) - 1e-4 * field)
    ground = states[:, 0]
    moments: Any = [ground.conj() @ s @ ground for s in _paulis(count, "z")]
    return np.real(moments)


def _commutator(N: float, part: float, n: int) -> float:
    """<n|[J_-, J_+]|n>/N where J_+ = sqrt(N) b^dag (1 - b^dag b/(part N))^(1/2)."""
    k = np.arange(n + 1.0)
    raised = np.sqrt((k + 1) * N * (1 - k / (part * N)))
    return float(raised[n] ** 2 - raised[n - 1] ** 2) / N


def _times(factor: float) -> str:
    """A factor in front of a symbol, left out where it is 1."""
    return "" if f"{factor:.3g}" == "1" else f"{factor:.3g}"


def _su2_errors(N: int, part: float, middle: float) -> np.ndarray:
    """|[J_+, J_-] - 2 J_z| for n = 0 and 1 (or all n <= N if the root vanishes at N)."""
    top = round(part * N)
    n = np.arange(top + 1.0)
    raised = np.sqrt((n[:-1] + 1) * N * (1 - n[:-1] / (part * N)))
    J = np.diag(raised, -1)
    error = np.abs(np.diagonal(J @ J.T - J.T @ J) - 2 * (n - middle * N))
    return error if part == 1 else error[:2]


def _rounding(agree: bool) -> str:
    return "to $10^{-13}$" if agree else "not"
