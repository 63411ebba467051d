"""Claims of Roulet and Bruder, PRL 121, 063601 (2018): limit cycles and phase locking."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from quantsync.lindblad import evolve, steady_state
from quantsync.measures import (
    coherent_state,
    partial_trace,
    phase_distribution,
    relative_phase_distribution,
)
from quantsync.models import driven_spin, spin_pair
from quantsync.models.spin_pair.first_order import (
    LOCKING_COEFFICIENT,
    synchronization_first_order,
)
from quantsync.papers import bars
from quantsync.papers.paper import Found, claim, zero
from quantsync.papers.roulet2018 import data
from quantsync.states import basis_state
from quantsync.sweeps import compute, sweep

IDENTICAL = {"gain_a": 1.0, "damping_a": 1.0, "gain_b": 1.0, "damping_b": 1.0}
UNEQUAL = {"gain_a": 2.0, "damping_a": 1.0, "gain_b": 3.0, "damping_b": 5.0}
"""Rates without any symmetry, for statements about all rates."""
NUMERICAL = r"numerical, below $10^{-9}$ of the value"
EXPONENT = "numerical, 0.01 in the exponent (from two couplings a decade apart)"
RANGE = (1.0, 3.0, 10.0, 30.0, 100.0)
SINGLE_SPIN_COEFFICIENT = 3 / 16
"""What stands for 9 pi/128 in p(phi) of one spin 1 that is driven by (i epsilon/2)(S+ - S-)."""

tongue = cache(data.figure_3)


def exponent_of(small: float, large: float, ratio: float = 10.0) -> float:
    """The exponent of a power law from its values at two parameters of a given ratio."""
    return float(np.log(large / small) / np.log(ratio))


@cache
def cube() -> Any:
    """Steady states for 625 sets of rates at the coupling of the figures, on resonance."""
    axes = {name: np.array(RANGE) for name in data.RATES}
    measures = ["synchronization", "purity"]
    return sweep(spin_pair, axes, measures, fixed={"epsilon": data.EPSILON, "detuning": 0.0})


@claim(
    "C25",
    "Introduction, second paragraph",
    "limit cycles with reversed dissipation rates synchronize best",
    printed="best",
    bar=bars.ordering(
        r"the largest $\max S_\mathrm{rel}$ belongs to reversed rates "
        r"($\gamma_A^d = \gamma_B^g$, $\gamma_A^g = \gamma_B^d$) only"
    ),
)
def reversed_is_best() -> Found:
    """The best of 625 sets of rates, those of both spins from 1 to 100."""
    heights = cube().synchronization
    gain_a, damping_a, gain_b, damping_b = np.meshgrid(*[RANGE] * 4, indexing="ij")
    is_reversed = (damping_a == gain_b) & (gain_a == damping_b) & (gain_a != damping_a)
    best = float(heights.values[is_reversed].max())
    other = float(heights.values[~is_reversed].max())
    return Found(
        f"the largest of {heights.size} sets of the four rates, each 1, 3, 10, 30 or 100, at "
        rf"$\varepsilon = 0.1$ in the same unit, is {best:.5f}, for rates of 1 and 100 reversed; "
        rf"the next, {other:.5f}, has 30 in the place of one 100, as (6) makes one expect",
        best > other * (1 + 1e-9),
        uncertainty=NUMERICAL,
    )


@claim(
    "C26",
    "The model, Eq. (1)",
    "two spins 1 weakly interacting via the exchange Hamiltonian",
    statement=r"The exchange conserves $\hat S_A^z + \hat S_B^z$ and the dissipators have no phase "
    "either, so that nothing but the relative phase can lock ('in a rotationally-invariant way').",
    printed=r"$\hat V = i\hbar\frac{\varepsilon}{2}(\hat S_A^+\hat S_B^- - \hat S_B^+\hat S_A^-)$",
    bar=bars.identity("a common rotation of both spins commutes with the master equation"),
)
def exchange() -> Found:
    """The master equation against a common rotation of both spins, on a random operator."""
    system = spin_pair(epsilon=0.3, detuning=0.7, **UNEQUAL)
    rng = np.random.default_rng(data.SEED)
    rho = rng.normal(size=(9, 9)) + 1j * rng.normal(size=(9, 9))
    total = (data.PAIR["A"].z + data.PAIR["B"].z).toarray().diagonal().real
    turn = np.exp(-0.4j * total)

    def rotated(operator: np.ndarray) -> np.ndarray:
        return turn[:, None] * operator * turn.conj()

    one, other = system.apply(rotated(rho)), rotated(system.apply(rho))
    deviation = float(np.abs(one - other).max() / np.abs(one).max())
    return Found(
        f"rotation and evolution exchanged: relative difference {zero(deviation)}",
        bars.identity()(deviation),
        uncertainty=r"numerical, $10^{-12}$",
    )


@claim(
    "C28",
    "The model, below Eq. (2)",
    "the way they return to their limit cycle is determined by the relative strength of gain "
    r"$\gamma_j^g$ and damping $\gamma_j^d$",
    printed=r"from $\lvert 1\rangle$ at $\gamma_j^d$, from $\lvert -1\rangle$ at $\gamma_j^g$",
    bar=bars.identity("the rates at which the two populations return are the printed ones"),
)
def return_to_the_limit_cycle() -> Found:
    """What one spin without drive does to |1><1| and |-1><-1|."""
    gain, damping = 3.0, 0.7
    spin = driven_spin(drive=0.0, gain=gain, damping=damping)
    up, down = np.diag([1.0, 0, 0]), np.diag([0, 0, 1.0])
    rates = [-float(spin.apply(rho)[k, k].real) for rho, k in ((up, 0), (down, 2))]
    deviation = max(abs(rates[0] / damping - 1), abs(rates[1] / gain - 1))
    return Found(
        rf"populations return at {rates[0]:.4f} and {rates[1]:.4f} for $\gamma^d = {damping}$ and "
        rf"$\gamma^g = {gain:g}$",
        bars.identity()(deviation),
        uncertainty=r"numerical, $10^{-12}$",
    )


@claim(
    "C1",
    "The model, below Eq. (2)",
    "In the absence of interaction, the steady-state description of the system is given by "
    r"$\hat\rho_0 = \lvert 0\rangle\langle 0\rvert_A \otimes \lvert 0\rangle\langle 0\rvert_B$",
    statement=r"... and $S_\mathrm{rel}$ then 'remains identically null everywhere' (Fig. 2(a)).",
    printed=r"$\langle 0,0\rvert\hat\rho\lvert 0,0\rangle = 1$, $S_\mathrm{rel} = 0$",
    bar=bars.identity(),
)
def uncoupled() -> Found:
    states = [
        steady_state(spin_pair(epsilon=0.0, **rates))
        for rates in (data.REVERSED, IDENTICAL, UNEQUAL)
    ]
    missing = max(abs(1 - float(s.rho[4, 4].real)) for s in states)
    locking = max(float(relative_phase_distribution(s.rho, data.PAIR).maximum) for s in states)
    return Found(
        rf"population of $\lvert 0,0\rangle$ off 1 by {zero(missing)}, "
        rf"$\max S_\mathrm{{rel}}$ = {zero(locking)}, for reversed, identical and unequal rates",
        bars.identity()(missing) & bars.identity()(locking * 2 * np.pi),
        uncertainty=r"numerical, $10^{-12}$",
    )


@claim(
    "C29",
    "The model, Eq. (3)",
    "we use the Husimi Q function as a phase-space distribution from which we define the following "
    "measure of synchronization",
    statement=r"Eq. (3) as printed, integrated over both spheres, is the $S_\mathrm{rel}$ of this "
    r"page. Its $-1/2\pi$ fixes $Q$ to be normalised to 1, "
    r"$Q = (3/4\pi)^2\langle\cdot\rvert\hat\rho\lvert\cdot\rangle$.",
    printed=r"$S_\mathrm{rel}(\phi) = -\frac{1}{2\pi} + \int Q$",
    bar=bars.identity("the integral and the closed form from matrix elements agree"),
)
def equation_3() -> Found:
    """The integral of Eq. (3) by quadrature against the distribution that is used everywhere."""
    rho = steady_state(spin_pair(epsilon=data.EPSILON, detuning=0.5, **UNEQUAL)).rho
    phi = np.linspace(-np.pi, np.pi, 7)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    theta, weights = np.pi * (nodes + 1) / 2, np.pi * weights / 2 * np.sin(np.pi * (nodes + 1) / 2)
    turn = 2 * np.pi * np.arange(12) / 12  # Q has five harmonics: twelve angles integrate it
    around = coherent_state(1, theta[:, None], turn)  # theta_B, phi_B
    integral = np.zeros(len(phi))
    for k, angle in enumerate(phi):
        ahead = coherent_state(1, theta[:, None], angle + turn)  # theta_A, phi_A = phi + phi_B
        pair = np.einsum("atm,btn->abtmn", ahead, around).reshape(40, 40, 12, 9)
        q = (3 / (4 * np.pi)) ** 2 * np.einsum("abtm,mn,abtn->abt", pair.conj(), rho, pair).real
        integral[k] = (2 * np.pi / 12) * np.einsum("a,b,abt->", weights, weights, q)
    locking = relative_phase_distribution(rho, data.PAIR)
    closed = locking.density(phi) - locking.uniform_density
    deviation = float(np.abs(integral - 1 / (2 * np.pi) - closed).max())
    return Found(
        rf"largest difference {zero(deviation)} where $\max S_\mathrm{{rel}}$ = "
        rf"{float(locking.maximum):.5f} ($\gamma_A^g, \gamma_B^g, \gamma_B^d = 2, 3, 5"
        r"\gamma_A^d$, $\Delta = 0.5\gamma_A^d$)",
        bars.identity()(deviation * 2 * np.pi),
        uncertainty=r"numerical, $10^{-12}$ (Gauss-Legendre, 40 nodes)",
    )


@claim(
    "C27",
    "Quantum synchronization, first paragraph",
    r"The minimal dimension of the combined Hilbert space $\dim(\mathcal{H}_A\otimes\mathcal{H}_B)"
    "=9$ allows to solve numerically for the steady state",
    printed="9",
    bar=bars.identity("9 levels, and a steady state that is unique and solved"),
)
def dimension() -> Found:
    steady = steady_state(spin_pair(epsilon=data.EPSILON, **data.REVERSED))
    residual = float(steady.residual) if bool(steady.unique) else np.inf
    return Found(
        rf"dimension {data.PAIR.dimension}; one steady state, $\lVert\mathcal{{L}}\hat\rho\rVert$ "
        f"= {zero(residual)}",
        bars.identity()(residual + abs(data.PAIR.dimension - 9)),
        uncertainty="exact",
    )


@claim(
    "C2",
    "Quantum synchronization, Fig. 2(b)",
    r"the distribution of the relative phase is peaked around $\phi=0$, corresponding to in-phase "
    "locking of the spins",
    printed=r"a peak at $\phi = 0$",
    bar=bars.ordering(r"one maximum, positive and at $\phi = 0$"),
)
@claim(
    "C3",
    "Quantum synchronization, Fig. 2(b)",
    "This follows from the reduced state of each spin being diagonal and therefore phase symmetric",
    printed="$p_A = p_B = 0$",
    bar=bars.identity("coherences of the reduced states vanish"),
)
@claim(
    "C38",
    "Quantum synchronization, Fig. 2(b)",
    "$Q_A$ and $Q_B$ which resemble the unsynchronized limit cycle",
    printed="resemble",
    bar=bars.word("similar", "the largest value of $Q_j$"),
)
def figure_2_claims(bars: list[Any]) -> Iterator[Found]:
    steady = steady_state(spin_pair(epsilon=data.EPSILON, **data.REVERSED))
    locking = relative_phase_distribution(steady.rho, data.PAIR)
    height, where = float(locking.maximum), float(locking.location[0])
    reduced = [partial_trace(steady.rho, data.PAIR, site) for site in data.PAIR]
    off_diagonal = max(float(np.abs(r - np.diag(np.diag(r))).max()) for r in reduced)
    equator = min(float(r[1, 1].real) for r in reduced)
    around = locking.density(2 * np.pi * np.arange(360) / 360)
    maxima = int(((around > np.roll(around, 1)) & (around > np.roll(around, -1))).sum())
    yield Found(
        rf"{maxima} maximum, $\max S_\mathrm{{rel}}$ = {height:.7f} per rad at $\phi$ = "
        rf"{zero(where)}, {100 * 2 * np.pi * height:.0f} % of the uniform distribution",
        maxima == 1 and abs(where) < 1e-9 and height > 0,
        uncertainty=NUMERICAL,
    )
    yield Found(
        rf"largest coherence {zero(off_diagonal)}",
        bars[1](off_diagonal),
        uncertainty=r"numerical, $10^{-12}$",
    )
    spheres = data.figure_2().husimi
    change = np.abs(spheres[1] - spheres[0]).max(["theta", "phi"])
    peak = spheres[0].max(["theta", "phi"])
    deviation = float((change / peak).max())
    yield Found(
        rf"$Q_j$ changes by at most {100 * deviation:.1f} % of its largest value; the population "
        rf"of $\lvert 0\rangle$ stays {equator:.4f}",
        bars[2](deviation),
        uncertainty="0.1 % (grid of angles)",
    )


@claim(
    "C30",
    "Quantum synchronization, Fig. 3(a)",
    "the stronger the interaction strength, the larger the range of detuning leading to "
    "significant localization of the relative phase",
    printed="an Arnold tongue",
    bar=bars.ordering(
        r"the range of $\Delta$ with $\max S_\mathrm{rel}$ above a threshold never shrinks with "
        r"$\varepsilon$, and grows"
    ),
)
def arnold_tongue() -> Found:
    """Widths of the tongue at four thresholds, over a wider range of detuning than the figure."""
    axes = {
        "epsilon": np.linspace(0.01, data.EPSILON, 10),
        "detuning": np.linspace(-12, 12, 481),
    }
    heights = sweep(spin_pair, axes, ["synchronization"], fixed=data.REVERSED).synchronization
    ranges = {
        level: (heights > level).sum("detuning").values * 0.05 for level in (2e-3, 5e-3, 1e-2, 2e-2)
    }
    grows = all((np.diff(w) >= 0).all() and w[-1] > w[0] for w in ranges.values())
    shown = ", ".join(f"{ranges[level][-1]:.1f} ({level:g})" for level in ranges)
    half = ", ".join(f"{ranges[level][4]:.1f}" for level in ranges)
    return Found(
        rf"ranges of $\Delta/\gamma_A^d$ at $\varepsilon = 0.1\gamma_A^d$ (threshold): {shown}; at "
        rf"half that coupling {half}",
        grows,
        uncertainty="0.05 (grid of detunings)",
    )


@claim(
    "C5",
    "Quantum synchronization, Fig. 3(a)",
    "The insets show that the individual phases remain uniformly distributed",
    printed="$p_A = p_B = 0$",
    bar=bars.identity(r"$p_j$ vanishes over the whole tongue, relative to $1/2\pi$"),
)
def individual_phases(bar: Any) -> Found:
    largest = float(tongue().single_site.max())
    return Found(
        rf"largest $\lvert p_j\rvert$ = {zero(largest)}",
        bar(largest * 2 * np.pi),
        uncertainty=r"numerical, $10^{-12}$",
    )


@claim(
    "C4",
    "Quantum synchronization, Fig. 3(a)",
    "comparable to that obtained in the case of a single spin subjected to an external signal",
    printed="comparable",
    bar=bars.order(1.0),
    convention="the signal is that of Ref. [6], whose strength is not printed here: a drive that "
    r"stands for spin B's operators in (1), with the same $\varepsilon$, on spin A with its rates",
)
def comparable_to_a_driven_spin(bar: Any) -> Found:
    """Locking to a partner against locking to a semiclassical drive of the same strength."""
    pair = compute("spin_pair", {"epsilon": data.EPSILON, **data.REVERSED}, ["synchronization"])
    drive = compute(
        "driven_spin", {"drive": data.EPSILON, "gain": 100.0, "damping": 1.0}, ["synchronization"]
    )
    ratio = pair["synchronization"] / drive["synchronization"]
    return Found(
        rf"{pair['synchronization']:.4f} against {drive['synchronization']:.4f} per rad for "
        f"one driven spin, a ratio of {ratio:.2f}",
        bar(ratio),
        uncertainty=NUMERICAL,
    )


@claim(
    "C31",
    "Quantum synchronization, Eq. (4)",
    "solving a master equation in a 9-dimensional Hilbert space to a set of two first-order "
    "differential equations",
    statement=r"The interaction drives $\mu_\pm$ alone, frequencies and dissipators only multiply "
    "them: no other matrix element comes in at first order.",
    printed=r"$\dot\mu_\pm = \pm 1 - \kappa_\pm\mu_\pm$, "
    r"$\kappa_+ = (\gamma_A^d + \gamma_B^g)/2 + i\Delta$, "
    r"$\kappa_- = (\gamma_A^g + \gamma_B^d)/2 - i\Delta$ (implied by (4) and (5))",
    bar=bars.identity("drive and damping of Eq. (4), element by element, are those implied"),
)
def equation_4(bar: Any) -> Found:
    """The drive and the eigenvalues of the two coherences, with everything else that is reached."""
    detuning = 0.7
    rates = {**UNEQUAL, "detuning": detuning}
    free, coupled = (spin_pair(epsilon=epsilon, **rates) for epsilon in (0.0, 1.0))
    projector = basis_state(data.PAIR, A=0, B=0)
    drive = coupled.apply(projector) - free.apply(projector)
    expected = np.zeros((9, 9), complex)
    expected[[2, 4], [4, 2]], expected[[6, 4], [4, 6]] = 1.0, -1.0  # |1,-1>, |0,0>, |-1,1>
    plus = (UNEQUAL["damping_a"] + UNEQUAL["gain_b"]) / 2 + 1j * detuning
    minus = (UNEQUAL["gain_a"] + UNEQUAL["damping_b"]) / 2 - 1j * detuning
    deviation = float(np.abs(drive - expected).max())
    for row, kappa in ((2, plus), (6, minus)):
        unit = np.zeros((9, 9), complex)
        unit[row, 4] = 1.0
        deviation = max(deviation, float(np.abs(free.apply(unit) + kappa * unit).max()))
    return Found(
        rf"largest deviation of drive and damping {zero(deviation)}, for "
        r"$\gamma_A^g, \gamma_B^g, \gamma_B^d = 2, 3, 5\gamma_A^d$ and $\Delta = 0.7\gamma_A^d$",
        bar(deviation),
        uncertainty=r"numerical, $10^{-12}$",
    )


@claim(
    "C6",
    "Quantum synchronization, Eq. (5)",
    "we can now derive the dynamics of the phase locking (3) as $\\dot S_\\mathrm{rel}(\\phi) "
    "\\approx ...$",
    printed=r"$\frac{9\pi\varepsilon}{128}(e^{-(\gamma_A^d+\gamma_B^g)t/2} - "
    r"e^{-(\gamma_A^g+\gamma_B^d)t/2})\cos(\phi - \Delta t)$",
    bar=bars.expansion(2),
)
def equation_5(bar: Any) -> Found:
    """Exact dynamics against the integral of Eq. (5) off resonance, from the uncoupled state on."""
    epsilon, detuning = np.array([1e-3, 1e-2]), 1.0
    times, phi = np.linspace(0, 8, 81), np.linspace(-np.pi, np.pi, 33)
    parameters = {**data.REVERSED, "detuning": detuning}
    path = evolve(spin_pair(epsilon=epsilon, **parameters), basis_state(data.PAIR, A=0, B=0), times)
    locking = relative_phase_distribution(path.rho, data.PAIR)
    exact = locking.density(phi) - locking.uniform_density
    theory = synchronization_first_order(
        phi, epsilon[:, None, None], **parameters, time=times[:, None]
    )
    error = np.abs(exact - theory).max(axis=(1, 2))
    relative = error[0] / np.abs(theory[0]).max()
    order = exponent_of(*error)
    return Found(
        rf"integrated over time, it differs from the exact $S_\mathrm{{rel}}$ at $\varepsilon = "
        rf"10^{{-3}}\gamma_A^d$, $\Delta = \gamma_A^d$, by "
        rf"${1e6 * relative:.0f} \times 10^{{-6}}$ of the largest value, and the difference grows "
        rf"as $\varepsilon^{{{order:.2f}}}$",
        bar(order),
        uncertainty=EXPONENT,
    )


@claim(
    "C33",
    "Quantum synchronization, below Eq. (5)",
    "this expression is of the same form as in the case of synchronization to an external signal",
    statement="... 'up to a constant factor and the specific rates appearing in the exponentials'.",
    printed=r"the same form as (5)",
    bar=bars.expansion(2, "the drive"),
)
def same_form_as_a_driven_spin(bar: Any) -> Found:
    """How one driven spin locks, exactly and by the integral of that form."""
    drive, detuning, gain, damping = np.array([1e-3, 1e-2]), 1.0, 5.0, 1.0
    times, phi = np.linspace(0, 8, 81), np.linspace(-np.pi, np.pi, 33)
    system = driven_spin(drive=drive, detuning=detuning, gain=gain, damping=damping)
    path = evolve(system, basis_state(system.space, A=0), times)
    phase = phase_distribution(path.rho, system.space)
    exact = phase.density(phi) - phase.uniform_density
    # The rates of one spin alone: those of a partner that has none.
    pair = synchronization_first_order(
        phi, drive[:, None, None], gain, damping, 0.0, 0.0, detuning, times[:, None]
    )
    theory = pair * SINGLE_SPIN_COEFFICIENT / LOCKING_COEFFICIENT
    error = np.abs(exact - theory).max(axis=(1, 2))
    order = exponent_of(*error)
    return Found(
        r"$\dot p(\phi) = \frac{3}{16}\varepsilon(e^{-\gamma^d t/2} - e^{-\gamma^g t/2})"
        r"\cos(\phi - \Delta t)$ for a drive $\frac{i\varepsilon}{2}(\hat S^+ - \hat S^-)$: "
        rf"{SINGLE_SPIN_COEFFICIENT:.4f} in the place of {LOCKING_COEFFICIENT:.4f}; the exact "
        rf"$p$ differs by what grows as $\varepsilon^{{{order:.2f}}}$",
        bar(order),
        uncertainty=EXPONENT,
    )


@claim(
    "C32",
    "Quantum synchronization, above Eq. (6)",
    r"the resonant case $\Delta=0$ for which the coherences are real numbers with "
    r"$\mu_+\ge 0\ge\mu_-$",
    printed=r"$\mu_+ \ge 0 \ge \mu_-$",
    bar=bars.ordering(r"the signs, with imaginary parts below $10^{-9}$ of the coherences"),
)
def signs_of_the_coherences() -> Found:
    """The coherences of 625 sets of rates in the exact steady state at weak coupling."""
    mesh = np.meshgrid(*[RANGE] * 4, indexing="ij")
    rates: dict[str, Any] = {
        name: values.ravel() for name, values in zip(data.RATES, mesh, strict=True)
    }
    rho = steady_state(spin_pair(epsilon=1e-3, detuning=0.0, **rates)).rho
    plus, minus = rho[:, 2, 4] / 1e-3, rho[:, 6, 4] / 1e-3
    imaginary = max(float(np.abs(c.imag / c.real).max()) for c in (plus, minus))
    return Found(
        rf"in {len(rho)} sets of rates $\mu_+$ from {plus.real.min():.3f} to "
        rf"{plus.real.max():.3f}, $\mu_-$ from {minus.real.min():.3f} to {minus.real.max():.3f} "
        rf"$/\gamma_A^d$; imaginary parts {zero(imaginary)}",
        plus.real.min() >= 0 >= minus.real.max() and imaginary < 1e-9,
        uncertainty=NUMERICAL,
    )


@claim(
    "C7",
    "Quantum synchronization, Eq. (6)",
    r"The synchronization measure is then proportional to their sum $S_\mathrm{rel}^{\Delta=0}"
    r"(\phi) \approx ...$",
    printed=r"$\frac{9\pi\varepsilon}{128}(\frac{2}{\gamma_A^d+\gamma_B^g} - "
    r"\frac{2}{\gamma_A^g+\gamma_B^d})\cos\phi$",
    bar=bars.expansion(2),
)
def equation_6(bar: Any) -> Found:
    epsilon, phi = np.array([1e-3, 1e-2]), np.linspace(-np.pi, np.pi, 33)
    errors = []
    for rates in (data.REVERSED, UNEQUAL):
        rho = steady_state(spin_pair(epsilon=epsilon, **rates)).rho
        locking = relative_phase_distribution(rho, data.PAIR)
        theory = synchronization_first_order(phi, epsilon[:, None], **rates)
        exact = locking.density(phi) - locking.uniform_density
        errors.append(np.abs(exact - theory).max(axis=1))
    orders = [exponent_of(*error) for error in errors]
    largest = float(synchronization_first_order(0.0, 1.0, **data.REVERSED))
    return Found(
        rf"{largest:.4f} $\varepsilon/\gamma_A^d$ for Fig. 2; the exact $S_\mathrm{{rel}}$ differs "
        rf"by what grows as $\varepsilon^{{{min(orders):.2f}}}$ or faster",
        bar(min(orders)),
        uncertainty=EXPONENT,
    )


@claim(
    "C8",
    "Quantum synchronization, below Eq. (6)",
    r"the measure vanishes for spins with identical limit cycles $\gamma_A^d=\gamma_B^d$ and "
    r"$\gamma_A^g=\gamma_B^g$",
    statement="Also in the introduction ('identical units are unable to adjust each other') and "
    "for the two balanced spins of Fig. 4 ('we find no phase locking').",
    printed="0",
    bar=bars.word("vanishes", r"either term of (6), at $\varepsilon = 0.1\gamma_A^d$"),
    limit=r"at first order in $\varepsilon$, the paper's own condition ('this result holds only "
    r"within the perturbation regime of interest', below (5)). A second harmonic of order "
    r"$\varepsilon^2$ is left, with peaks at $\pm\pi/2$: a few percent of the locking of reversed "
    r"limit cycles at the largest coupling of the figures, $0.1\gamma_A^d$",
    merged="C19",
)
def identical_limit_cycles(bar: Any) -> Found:
    epsilon = data.EPSILON
    measures = ["synchronization", "locked_phase"]
    point = compute("spin_pair", {"epsilon": epsilon, **IDENTICAL}, measures)
    weak = compute("spin_pair", {"epsilon": epsilon / 10, **IDENTICAL}, measures)
    other = compute("spin_pair", {"epsilon": epsilon, **data.REVERSED}, measures)
    height = point["synchronization"]
    order = exponent_of(weak["synchronization"], height)
    closed_form = epsilon**2 / (4 * np.pi * (1 + 8 * epsilon**2))
    return Found(
        rf"${1e4 * height:.3f} \times 10^{{-4}}$ for rates all equal at $\varepsilon = "
        r"0.1\gamma_A^d$ (closed form $\varepsilon^2/(4\pi(1 + 8\varepsilon^2))$: "
        rf"${1e4 * closed_form:.3f} \times 10^{{-4}}$), "
        rf"{100 * height / other['synchronization']:.1f} % of reversed limit cycles; "
        rf"it falls as $\varepsilon^{{{order:.2f}}}$",
        bar(height / (LOCKING_COEFFICIENT * epsilon)),
        amended=bars.expansion(2)(order) and abs(height / closed_form - 1) < 1e-9,
        uncertainty=NUMERICAL,
    )


@claim(
    "C9",
    "Quantum synchronization, below Eq. (6)",
    r"a balanced limit cycle ... phase locks equally well to an unbalanced one "
    r"$\gamma_B^d\gg\gamma_B^g$ or $\gamma_B^d\ll\gamma_B^g$",
    statement=r"The height of the peak is meant: it stands at $\phi=0$ for a damped partner, "
    r"at $\pi$ for a pumped one.",
    printed="equally well",
    bar=bars.word("same", r"the larger $\max S_\mathrm{rel}$"),
)
@claim(
    "C10",
    "Quantum synchronization, below Eq. (6)",
    r"a balanced limit cycle $\gamma_A^d=\gamma_A^g$, which was found to be unresponsive to an "
    "external signal",
    statement="Also in the abstract, and below Fig. 4 ('No phase locking would be achieved in this "
    "regime by coupling spin A to a semi-classical coherent signal').",
    printed="0",
    bar=bars.word("vanishes", "the locking of an unbalanced spin"),
    limit="at first order in the signal, the condition of Ref. [6] and of (6); a second harmonic "
    "of "
    r"order $\varepsilon^2$ is left. The paper draws no driven spin; the drive of $0.1\gamma_A^d$ "
    r"is "
    "ours",
)
def balanced_partner(bars: list[Any]) -> Iterator[Found]:
    """A balanced limit cycle locks to an unbalanced one, but not to a semiclassical signal."""
    common = {"epsilon": data.EPSILON, **data.BALANCED_A}
    measures = ["synchronization", "locked_phase"]
    damped = compute("spin_pair", {**common, "gain_b": 1.0, "damping_b": 100.0}, measures)
    pumped = compute("spin_pair", {**common, "gain_b": 100.0, "damping_b": 1.0}, measures)
    yield Found(
        rf"{damped['synchronization']:.6f} at $\phi$ = {zero(damped['locked_phase'])} and "
        rf"{pumped['synchronization']:.6f} at $\phi$ = {abs(pumped['locked_phase']):.4f}",
        bars[0](damped["synchronization"] / pumped["synchronization"] - 1),
        uncertainty=NUMERICAL,
    )
    strengths = np.array([data.EPSILON / 10, data.EPSILON])
    steady = steady_state(driven_spin(drive=strengths, gain=1.0, damping=1.0))
    phase = phase_distribution(steady.rho, steady.space)
    response = phase.maximum
    first = float(np.abs(phase.harmonics[..., phase.orders[:, 0] == 1]).max())
    unbalanced = compute("driven_spin", {"drive": data.EPSILON, "gain": 100.0}, measures)
    order = exponent_of(*response)
    share = float(response[1]) / unbalanced["synchronization"]
    yield Found(
        rf"$\max p$ = ${1e3 * float(response[1]):.3f} \times 10^{{-3}}$ at a drive of "
        rf"$0.1\gamma_A^d$, {100 * share:.0f} % of an unbalanced spin's "
        rf"($\gamma^g = 100\gamma^d$); it falls as $\varepsilon^{{{order:.2f}}}$, and its first "
        f"harmonic is {zero(first)}",
        bars[1](share),
        amended=order > 1.9 and first < 1e-12,
        uncertainty=NUMERICAL,
    )
