"""Claims of Ghildiyal et al. (2024) on Fig. 2: fixed points, limit cycles and phases."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from quantsync.errors import ConvergenceError
from quantsync.meanfield import limit_cycle
from quantsync.meanfield.equations.wirtinger import Wirtinger
from quantsync.models.pseudo_boson_pair import symbols
from quantsync.papers import bars
from quantsync.papers.ghildiyal2024.chains import (
    GAIN,
    GENERIC,
    LATE,
    PANELS,
    PHASE,
    amplitudes,
    chains,
    phase_difference,
)
from quantsync.papers.ghildiyal2024.data import FATES, starts
from quantsync.papers.paper import Found, claim, zero
from quantsync.time_series import phase_locking_value

STARTS: dict[str, dict[str, float]] = {"q_j = 1": {}, "a generic start": GENERIC}
EQUAL, UNEQUAL = "$q_j = 1$", "$q = (1, 0.5)$, $p = (0, 0.3)$"
DECAYING = "true of the decaying spirals that the equations have (C33), from the start given here"
RUNS = "$10^{-8}$ of the amplitudes, from a smaller tolerance; extremes over times 2.5 apart"


@claim(
    "C32",
    "Sec. III, Fig. 2(a)",
    "these oscillators are initialized from $q_j(0) = p_j(0) = 0$",
    statement="From there they reach the orbits of Fig. 2.",
    printed="$q_j(0) = p_j(0) = 0$",
    bar=bars.ordering("an amplitude above 0"),
    otherwise="$\\beta_j = 0$ is a fixed point of (B1) and (B2), and the chains stay at rest; the "
    "start of the figures is not known",
    readings=(
        "(B1), (B2) as printed: a fixed point",
        "(B1), (B2) corrected, or with the Kerr term in $H$: a fixed point too, since $H$ and "
        "damping do not depend on the phase",
        "the noise that starts them: it has no part in the mean field",
        "the term $F(t)$: neglected in the paper, and 0 at rest once corrected (C55)",
        "as the start of the fluctuations alone: then that of $\\beta_j$ is not printed, and every "
        "orbit decays (C33)",
    ),
)
def start_at_rest() -> Found:
    rest = {"q1": 0.0, "p1": 0.0, "q2": 0.0, "p2": 0.0}
    moved = 0.0
    for variant in ("literal", "lab"):
        for panel in PANELS:
            path = chains(variant, panel, **rest).evolve([0.0, LATE], None)
            moved = max(moved, float(np.abs(path.beta).max()))
    return Found(
        rf"the largest $\lvert\beta_j\rvert$ up to $t = 10^4$ is {zero(moved)} in all panels, for "
        "(B1), (B2) as printed and corrected",
        moved > 0,
        uncertainty="exact",
    )


def energy_conserved(variant: str) -> bool:
    """Whether H conserves sum_j |beta_j|^2, as a symbolic identity, for all t and parameters."""
    w = Wirtinger(symbols.BETA)
    H = w(symbols.hamiltonian(variant))
    turned = sum(b * H.diff(b) - c * H.diff(c) for b, c in zip(w.modes, w.conjugates, strict=True))
    return sympy.expand(turned) == 0


def damping_rate(variant: str) -> Any:
    """-d|beta_1|^2/dt/|beta_1|^2 from damping alone, in n = |beta_1|^2, as a polynomial."""
    w = Wirtinger(symbols.BETA)
    b, c, n = w.modes[0], w.conjugates[0], sympy.Symbol("n", positive=True)
    if variant == "corrected":
        rate = w(symbols.printed_damping()[0])
    else:
        ((L, _), _) = symbols.jumps()
        L, Ls = w(L), w.conjugate(w(L))
        rate = (Ls * L.diff(c) - L * Ls.diff(c)) / 2
    positive = {s: sympy.Symbol(s.name, positive=True) for s in rate.free_symbols - {b, c}}
    rest = sympy.expand(-2 * rate / b).subs(positive)
    return sympy.expand(rest.subs(c, n / b))


@claim(
    "C33",
    "Sec. III, Figs. 2(a) to (i), caption and text",
    r"Limit-cycle trajectories ... the mean positions $\bar q_1$ and $\bar q_2$ exhibit steady "
    "oscillations",
    printed="limit cycles",
    bar=bars.ordering("the sign of a rate; an amplitude at the end"),
    otherwise=r"$H$ conserves $\lvert\beta_1\rvert^2 + \lvert\beta_2\rvert^2$, $\gamma_l$ and "
    r"$\gamma_{nl}$ only damp, and nothing drives: every orbit of the corrected equations decays, "
    "as $e^{-\\gamma_l t/2}$ in the end, whatever the start. With a gain there are limit cycles "
    "(C36)",
    readings=(
        "(B1), (B2) as printed, $q_j = 1$: decays",
        "(B1), (B2) as printed, random starts up to the $2N_j$ quanta that (4) allows: they decay "
        "or "
        "meet the pole $X = 0$; 4 of 90 with the parameters of (g) to (i) settle at constant, "
        "locked "
        r"amplitudes ($\lvert\beta_j\rvert^2$ about 4.8 and 6.0, not small beside $N_j = 5$), "
        r"which do "
        "not oscillate in the frame of (B1), and which the correction of C16 removes",
        "(B1), (B2) corrected: the sum of quanta falls, for all amplitudes and parameters",
        "damping halved, as the noise has it (C25): the same",
        "the Kerr term kept in $H$: the same",
    ),
    merged="C34 C35",
)
def limit_cycles() -> Found:
    """d(n_1 + n_2)/dt < 0 as a symbolic identity; what is left, and where random starts end."""
    variants = ("corrected", "consistent", "lab")
    conserved = all(energy_conserved(v) for v in variants)
    damped = all(
        all(term.is_positive for term in sympy.Add.make_args(damping_rate(v))) for v in variants
    )
    never = conserved and damped
    left = {p: float(np.abs(amplitudes("literal", p).beta[-1]).max()) for p in PANELS}
    listed = ", ".join(f"{value:.4f} ({panel})" for panel, value in left.items())
    data = starts()
    counts = [int((data.fate.values == k).sum()) for k in range(len(FATES))]
    stuck = data.final.values[data.fate.values == 2].max(axis=-1, initial=0.0)
    where = f" (see the readings; largest quanta number {stuck.max():.2f})" if len(stuck) else ""
    return Found(
        rf"as symbols, $d(\lvert\beta_1\rvert^2 + \lvert\beta_2\rvert^2)/dt < 0$ "
        f"{'for all' if never else 'not for all'} amplitudes but 0, times and parameters, in "
        r"all three corrected forms. As printed, from $\lvert\beta_j\rvert = 0.7071$, the larger "
        rf"$\lvert\beta_j\rvert$ at $t = 10^4$ is {listed}; $e^{{-\gamma_l t/2}}$ is "
        f"{np.exp(-5):.4f}. Of {sum(counts)} random starts {counts[0]} decay, {counts[1]} meet the "
        f"pole, {counts[2]} stay{where}",
        not never and min(left.values()) > 0.1,
        uncertainty="the sign is exact; amplitudes $10^{-4}$; starts: seed 7, and the same "
        "counts for tolerances from $10^{-6}$ to $10^{-9}$",
    )


@claim(
    "C37",
    "Sec. III, Fig. 2(a)",
    r"the same limit cycle at the long times $t \approx 10^4 \tau$",
    statement="For $N_1 = N_2$ and $\\lambda = 0$, as a result of the interaction.",
    printed="the same",
    bar=bars.Bar(
        'an orbit that does not decay and, from either start, 2 % of its amplitude, for "same"',
        bars.word("same").margin,
    ),
    otherwise="there is no limit cycle (C33), and how alike the decaying orbits are depends on the "
    "start, which the chains keep: from equal starts they stay within 1 % of each other (C38)",
    readings=(
        "equal starts: the same to 1 % at every time, as they were at the start, but decaying "
        "(C38)",
        "unequal starts: quanta are exchanged to and fro at $t = 10^4$ still",
    ),
)
def identical_cycles(bar: Any) -> Found:
    ranges = [_ratio("literal", "a-c", start) for start in STARTS.values()]
    (low, high), (least, most) = ranges
    worst = max(abs(x - 1) for x in (low, high, least, most))
    path = amplitudes("literal", "a-c")
    sizes = [float(np.abs(path.beta[np.searchsorted(path.times, t)]).max()) for t in (8000, 9999)]
    return Found(
        rf"$\lvert\beta_2/\beta_1\rvert$ for $t$ = 8000 to $10^4$: {low:.3f} to {high:.3f} from "
        f"{EQUAL}, {least:.2f} to {most:.2f} from {UNEQUAL}; meanwhile the amplitude falls to "
        f"{sizes[1] / sizes[0]:.2f} of itself",
        bar(max(worst, abs(1 - sizes[1] / sizes[0]))),
        uncertainty=RUNS,
    )


@claim(
    "C38",
    "Sec. III, Figs. 2(b), 2(c)",
    "The mean values of quadratures also become equal",
    printed=r"$\bar q_1 = \bar q_2$, $\bar p_1 = \bar p_2$",
    bar=bars.word("same", "the size of the means then"),
    convention="equal starts, which is what is printed; the means are equal from the start and "
    "decay",
)
def equal_means(bar: Any) -> Found:
    found = []
    for start in STARTS.values():
        path = amplitudes("literal", "a-c", **start)
        late = path.mean[path.times >= 8000]
        apart = np.sqrt(((late[:, :2] - late[:, 2:]) ** 2).sum(axis=1).mean())
        found.append(float(apart / np.sqrt((late**2).sum(axis=1).mean() / 2)))
    return Found(
        f"distance of the means over their size, $t$ = 8000 to $10^4$: {found[0]:.4f} from {EQUAL} "
        f"({found[1]:.2f} from {UNEQUAL})",
        bar(found[0]),
        uncertainty=RUNS,
    )


@claim(
    "C65",
    "Sec. III, Fig. 2(d)",
    "we can easily see that this evolution is different from Figure 2a",
    printed="different",
    bar=bars.Bar("more than 2 % of the amplitude, what a drawn line shows"),
    convention=DECAYING,
)
def another_evolution() -> Found:
    one, other = (amplitudes("literal", panel) for panel in ("a-c", "d-f"))
    late = one.times >= 8000
    apart = np.abs(one.beta[late] - other.beta[late]).max()
    share = float(apart / np.abs(one.beta[late]).max())
    return Found(
        f"from {EQUAL} the orbits of (a) and (d) are up to {share:.1f} amplitudes apart for $t$ = "
        "8000 to $10^4$",
        share > 0.02,
        uncertainty=RUNS,
    )


@claim(
    "C39",
    "Sec. III, Figs. 2(e), 2(f)",
    "at the long times, the mean values of position and momenta are in the same phase",
    printed="in phase",
    bar=bars.word("same", r"1, for the phase-locking value $\lvert\langle e^{\iota\phi}\rangle"
    r"\rvert$"),
    missing="the start of the figures; the printed one stays at rest (C32). Near rest the chains "
    "have two normal modes, equally damped, which beat as long as they last: from the starts tried "
    "the phase between the chains goes around with the beat, also late and with the damping of "
    "C25. From a start on one normal mode alone they are in phase from the first moment on, with "
    "different amplitudes, as the sentence says, but decaying (C33)",
)  # fmt: skip
def in_phase(bar: Any) -> Found:
    paths = [amplitudes("literal", "d-f", **s) for s in STARTS.values()]
    locking = [_locking(path.beta) for path in paths]
    late = [_locking(path.beta[path.times >= 8000]) for path in paths]
    ratio = normal_mode_ratio()
    tiny = 1e-3
    mode = amplitudes("lab", "d-f", q1=tiny, q2=tiny * ratio).beta
    halved = _locking(amplitudes("lab", "d-f").beta)
    return Found(
        f"phase-locking value up to $t = 10^4$: {locking[0]:.2f} from {EQUAL} and "
        f"{locking[1]:.2f} from {UNEQUAL}; in the late part {late[0]:.2f} and {late[1]:.2f}; "
        f"with halved nonlinear damping {halved:.2f} from {EQUAL}; "
        rf"{_locking(mode):.4f} from a weak normal mode, $\beta_2/\beta_1$ = {ratio:.3f}",
        bar(1 - min(*locking, *late, halved)),
        amended=bar(1 - _locking(mode)) and abs(ratio - 1) > 0.02,
        uncertainty="0.01, with the window",
    )


@claim(
    "C40",
    "Sec. III, Figs. 2(d) to (f)",
    "but their amplitudes are different from each other",
    printed="different",
    bar=bars.Bar("more than 2 % of the amplitude, what a drawn line shows"),
    convention=DECAYING,
)
def amplitudes_differ() -> Found:
    low, high = _ratio("literal", "d-f", {})
    return Found(
        rf"$\lvert\beta_2/\beta_1\rvert$ between {low:.2f} and {high:.1f} for $t$ = 8000 to $10^4$ "
        f"from {EQUAL}",
        max(high - 1, 1 - low) > 0.02,
        uncertainty=RUNS,
    )


@claim(
    "C41",
    "Sec. III, Figs. 2(h), 2(i)",
    "their evolutions are not identical, as shown in Figure 2h. A similar trend can be found in "
    "... the mean momenta",
    printed="not identical",
    bar=bars.Bar("more than 2 % of the amplitude, what a drawn line shows"),
    convention=DECAYING,
)
def not_identical() -> Found:
    path = amplitudes("literal", "g-i")
    late = path.mean[path.times >= 8000]
    size = float(np.abs(late).max())
    q, p = (float(np.abs(late[:, k] - late[:, k + 2]).max()) / size for k in (0, 1))
    low, high = _ratio("literal", "g-i", {})
    return Found(
        rf"from {EQUAL}, $t$ = 8000 to $10^4$: $\bar q_1 - \bar q_2$ is up to {q:.1f} and "
        rf"$\bar p_1 - \bar p_2$ up to {p:.1f} amplitudes; $\lvert\beta_2/\beta_1\rvert$ between "
        f"{low:.2f} and {high:.2f}",
        min(q, p) > 0.02,
        uncertainty=RUNS,
    )


@claim(
    "C42",
    "Sec. III, Figs. 2(g) to (i)",
    r"Their mean values have a small phase difference, $\phi = 1.049$",
    statement="A constant one, as (17) and the captions of Figs. 2 and 3 take it.",
    printed=rf"$\phi = {PHASE}$",
    bar=bars.Bar(
        "0.0005 around 1.049 for $t$ = 9000 to $10^4$, half a unit of the last printed digit"
    ),
    otherwise=r"as printed the phase drifts at $\frac{\lambda^2}{2} (\frac{\omega_1}{N_1} - "
    r"\frac{\omega_2}{N_2})$ and passes 1.049: a phase of the frame, since the interaction picture "
    "turns with the Kerr energy too. With the Kerr term kept in $H$ it stays around 0 from equal "
    "starts",
    readings=(
        "(B1), (B2) as printed: drifts through 1.049",
        "a phase at one moment: it is 1.049 at the times that are given, but (17) takes a constant "
        "one",
        "the Kerr term kept in $H$, equal starts: a beat around 0, within 0.05",
        r"the normal modes at rest: their phases are 0 and $\pi$, since the coupling is real",
    ),
    merged="C43",
)
def phase_difference_of_the_caption() -> Found:
    path = amplitudes("literal", "g-i")
    phi = np.unwrap(phase_difference(path.beta))
    late = phi[path.times >= 9000]
    passed = path.times[:-1][(phi[:-1] < PHASE) & (phi[1:] >= PHASE)]
    again = path.times[:-1][(phi[:-1] < PHASE + 2 * np.pi) & (phi[1:] >= PHASE + 2 * np.pi)]
    lab = np.unwrap(phase_difference(amplitudes("lab", "g-i").beta))[path.times >= 9000]
    panel = PANELS["g-i"]
    predicted = panel["weight"] ** 2 / 2 * (1.0 / panel["spins_1"] - 0.8 / panel["spins_2"])
    half = path.times >= LATE / 2
    slope = float(np.polyfit(path.times[half], phi[half], 1)[0])
    return Found(
        rf"as printed $\phi$ passes 1.049 between $t$ = {passed[0]:.0f} and {passed[-1]:.0f} with "
        f"its beats and once more (by $2\\pi$) from $t$ = {again[0]:.0f} on; it covers "
        rf"{np.ptp(late):.2f} in $t$ = 9000 to $10^4$. It drifts at "
        rf"{1e4 * slope:.2f} $\times 10^{{-4}}$, predicted {1e4 * predicted:.2f} "
        rf"$\times 10^{{-4}}$. With the Kerr term in $H$ it is between ${lab.min():.3f}$ and "
        f"{lab.max():.3f} then",
        float(np.abs(late - PHASE).max()) < 5e-4 or float(np.abs(lab - PHASE).max()) < 5e-4,
        uncertainty="$10^{-2}$ in the phase",
    )


@claim(
    "C36",
    "Sec. III, Fig. 2(a)",
    statement="With a linear gain, which is not in the paper, the model has a limit cycle of both "
    "chains.",
    printed="nothing on a gain",
    bar=bars.ordering("a closed orbit that attracts"),
    beyond=True,
)
def with_gain() -> Found:
    """The cycle of Fig. 2(a) with a gain that is not in the paper."""
    run = chains("lab", "a-c", gain=GAIN)
    model = run.model
    values = {s.name: float(run.parameters[s.name]) for s in model.parameters}
    settled = amplitudes("lab", "a-c", gain=GAIN).beta[-1]
    cycle = limit_cycle(model, settled, parameters=values)
    size = np.abs(cycle.beta) ** 2
    return Found(
        f"with a gain of {GAIN:g} for each chain: period {cycle.period:.2f}, "
        rf"$\lvert\beta_j\rvert^2$ = {size[:, 0].mean():.3f}, {size[:, 1].mean():.3f}, "
        f"{'stable' if cycle.stable else 'unstable'}; without it "
        f"{'one too' if _cycles('lab', 'a-c') else 'none'}",
        cycle.stable,
        uncertainty="$10^{-3}$",
    )


def _cycles(variant: str, panel: str) -> bool:
    """Whether there is a closed orbit near what a run has settled to at t = 1e4."""
    run = chains(variant, panel)
    values = {s.name: float(run.parameters[s.name]) for s in run.model.parameters}
    try:
        return limit_cycle(run.model, amplitudes(variant, panel).beta[-1], parameters=values).stable
    except ConvergenceError:
        return False


@lru_cache(maxsize=1)
def normal_mode_ratio() -> float:
    """beta_2/beta_1 of the normal mode in which both chains move in phase, at rest, (d)-(f)."""
    run = chains("lab", "d-f")
    values = {s.name: float(run.parameters[s.name]) for s in run.model.parameters}
    E, _ = run.model.normal_and_anomalous([0, 0], 0.0, values)
    _, vectors = np.linalg.eig(E)
    ratios = (vectors[1] / vectors[0]).real
    return float(ratios[ratios > 0][0])


def _ratio(variant: str, panel: str, start: dict[str, float]) -> tuple[float, float]:
    path = amplitudes(variant, panel, **start)
    size = np.abs(path.beta[path.times >= 8000])
    ratio = size[:, 1] / size[:, 0]
    return float(ratio.min()), float(ratio.max())


def _locking(beta: np.ndarray) -> float:
    return float(phase_locking_value(beta[..., 0], beta[..., 1]))
