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
SHORT = "decaying spirals: gamma_l and gamma_nl only damp, and nothing drives"


@claim(
    "C32",
    "Sec. III",
    "the oscillators are initialised with q_j = p_j = 0 and reach limit cycles",
    printed="q_j(0) = p_j(0) = 0",
    otherwise="a fixed point of (B1), (B2), printed or corrected: nothing ever happens",
)
def start_at_rest() -> Found:
    rest = {"q1": 0.0, "p1": 0.0, "q2": 0.0, "p2": 0.0}
    moved = 0.0
    for panel in PANELS:
        path = chains("literal", panel, **rest).evolve([0.0, LATE], None)
        moved = max(moved, float(np.abs(path.beta).max()))
    return Found(f"|beta_j| up to t = 1e4 is {zero(moved)} in all panels", moved > 0)


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
    "Sec. III, Fig. 2",
    "the mean fields run on limit cycles at long times",
    printed="limit cycles",
    otherwise=f"no limit cycle can exist: {SHORT}",
)
def limit_cycles() -> Found:
    """d(n_1 + n_2)/dt < 0 as a symbolic identity."""
    variants = ("corrected", "consistent", "lab")
    conserved = all(energy_conserved(v) for v in variants)
    damped = all(
        all(term.is_positive for term in sympy.Add.make_args(damping_rate(v))) for v in variants
    )
    never = conserved and damped
    return Found(
        "symbolically, H conserves |beta_1|^2 + |beta_2|^2 and damping has positive terms only: "
        f"d(|beta_1|^2 + |beta_2|^2)/dt < 0 {'for all' if never else 'not for all'} amplitudes, "
        "times and parameters, in corrected, consistent and lab",
        not never,
    )


@claim(
    "C34",
    "Figs. 2(b), 2(c), 2(e), 2(f), 2(h), 2(i)",
    "mean positions and momenta oscillate steadily at t = 1e4",
    printed="steady oscillations",
    otherwise=SHORT,
)
def decay() -> Found:
    left = {p: float(np.abs(amplitudes("literal", p).beta[-1]).max()) for p in PANELS}
    listed = ", ".join(f"{value:.4f} ({panel})" for panel, value in left.items())
    return Found(
        f"largest |beta_j| at t = 1e4, (B) as printed from q_j = 1, |beta_j| = 0.7071: {listed}; "
        f"exp(-gamma_l t/2) = {np.exp(-5):.4f}",
        min(left.values()) > 0.1,
    )


@claim(
    "C35",
    "Sec. III, Fig. 2",
    "the printed (B1), (B2) have the limit cycles of Fig. 2",
    printed="limit cycles",
    otherwise="the last kind lies outside |beta|^2 <= N and needs the misprint of (B1), (B2): "
    "without it every run decays or meets the pole",
)
def random_starts() -> Found:
    data = starts()
    counts = [int((data.fate.values == k).sum()) for k in range(len(FATES))]
    stuck = data.final.values[data.fate.values == 2].max(axis=-1)
    panels = sorted({str(data.panel.values[i]) for i in np.argwhere(data.fate.values == 2)[:, 0]})
    where = (
        f" at a |beta_j|^2 of {stuck.min():.2f} to {stuck.max():.2f} ({', '.join(panels)}, N = 5)"
        if len(stuck)
        else ""
    )
    return Found(
        f"of {sum(counts)} random starts with |beta_j|^2 up to 2 N_j, {counts[0]} decay, "
        f"{counts[1]} meet the pole X = 0 of <sigma_z>/X, {counts[2]} stay{where}",
        sum(counts[:2]) == 0,
    )


@claim(
    "C36",
    "Sec. III, Fig. 2(a)",
    "the model of Fig. 2(a) has one limit cycle of both chains",
    printed="a limit cycle",
    otherwise="the paper has no gain, and needs one",
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
        f"not without, but with a linear gain of {GAIN:g}, which is not in the paper: period "
        f"{cycle.period:.3f}, |beta_j|^2 = {size[:, 0].mean():.4f}, {size[:, 1].mean():.4f}, "
        f"{'stable' if cycle.stable else 'unstable'}",
        _cycles("lab", "a-c"),
    )


@claim(
    "C37",
    "Fig. 2(a)",
    "for N_1 = N_2 and lambda = 0 both chains reach the same limit cycle",
    printed="the same",
    otherwise="decaying spirals, alike only if they start alike: g_1 and g_2 differ little there "
    "from a symmetric pair, and a start is never forgotten",
)
def identical_cycles() -> Found:
    ranges = [_ratio("literal", "a-c", start) for start in STARTS.values()]
    (low, high), (least, most) = ranges
    return Found(
        f"|beta_2/beta_1| for t = 8000 to 1e4: {low:.3f} to {high:.3f} from q_j = 1, "
        f"{least:.2f} to {most:.2f} from q = (1, 0.5), p = (0, 0.3)",
        least > 0.99 and most < 1.01,
    )


@claim(
    "C38",
    "Figs. 2(b), 2(c)",
    "the means become equal, q_1 = q_2 and p_1 = p_2",
    printed="equal",
    otherwise="only where they are equal from the start",
)
def equal_means() -> Found:
    found = []
    for start in STARTS.values():
        path = amplitudes("literal", "a-c", **start)
        late = path.mean[path.times >= 8000]
        apart = np.sqrt(((late[:, :2] - late[:, 2:]) ** 2).sum(axis=1).mean())
        found.append(float(apart / np.sqrt((late**2).sum(axis=1).mean() / 2)))
    return Found(
        f"distance of the means over their size, t = 8000 to 1e4: {found[0]:.4f} from q_j = 1, "
        f"{found[1]:.2f} from the other start",
        max(found) < 0.01,
    )


@claim(
    "C39",
    "Figs. 2(d)-(f)",
    "for N_1 = 10, N_2 = 5 the means are in the same phase at long times",
    printed="in phase",
    otherwise="two normal modes beat, equally damped",
)
def in_phase() -> Found:
    locking = [_locking(amplitudes("literal", "d-f", **s).beta) for s in STARTS.values()]
    ratio = normal_mode_ratio()
    tiny = 1e-3
    mode = amplitudes("lab", "d-f", q1=tiny, q2=tiny * ratio).beta
    return Found(
        f"phase-locking value |<exp(i phi)>| up to t = 1e4: {locking[0]:.2f} from q_j = 1, "
        f"{locking[1]:.2f} from the other start, and {_locking(mode):.4f} from a weak normal mode, "
        f"beta_2/beta_1 = {ratio:.3f}",
        min(locking) > 0.99,
    )


@claim(
    "C40", "Fig. 2(d)", "the amplitudes of chains of different sizes differ", printed="different"
)
def amplitudes_differ() -> Found:
    low, high = _ratio("literal", "d-f", {})
    return Found(
        f"|beta_2/beta_1| between {low:.2f} and {high:.1f} for t = 8000 to 1e4 from q_j = 1",
        high > 1.1,
    )


@claim(
    "C41",
    "Fig. 2(h)",
    "for lambda = 0.2 the evolutions of q_1 and q_2 are not identical",
    printed="not identical",
)
def not_identical() -> Found:
    low, high = _ratio("literal", "g-i", {})
    phi = phase_difference(amplitudes("literal", "g-i").beta)
    return Found(
        f"phi between {phi.min():.2f} and {phi.max():.2f}, |beta_2/beta_1| between {low:.2f} and "
        f"{high:.2f} for t = 8000 to 1e4",
        float(np.ptp(phi)) > 0.1,
    )


@claim(
    "C42",
    "Figs. 2(g)-(i), caption",
    "the means have a small constant phase difference phi = 1.049",
    printed=f"{PHASE}",
    otherwise="no constant: a phase seen at one moment",
)
def phase_difference_of_the_caption() -> Found:
    path = amplitudes("literal", "g-i")
    phi = np.unwrap(phase_difference(path.beta))
    late = phi[path.times >= 9000]
    passed = path.times[:-1][(phi[:-1] < PHASE) & (phi[1:] >= PHASE)]
    again = path.times[:-1][(phi[:-1] < PHASE + 2 * np.pi) & (phi[1:] >= PHASE + 2 * np.pi)]
    lab = np.unwrap(phase_difference(amplitudes("lab", "g-i").beta))[path.times >= 9000]
    return Found(
        f"as printed phi grows, passes it from t = {passed[0]:.0f} to {passed[-1]:.0f} with its "
        f"beats and once more from t = {again[0]:.0f} on, and covers {np.ptp(late):.2f} in "
        f"t = 9000 to 1e4; in the variant lab {lab.min():.3f} to {lab.max():.3f} then",
        np.ptp(late) < 0.05,
    )


@claim(
    "C43",
    "Sec. III, Figs. 2(g)-(i)",
    "the phase between the chains stays constant for lambda = 0.2",
    printed="0",
    otherwise="an artefact of the interaction picture: beta_j are not amplitudes of the "
    "oscillators",
)
def drift() -> Found:
    panel = PANELS["g-i"]
    predicted = panel["weight"] ** 2 / 2 * (1.0 / panel["spins_1"] - 0.8 / panel["spins_2"])
    slopes = {}
    for variant in ("literal", "lab"):
        path = amplitudes(variant, "g-i")
        late = path.times >= LATE / 2
        phi = np.unwrap(phase_difference(path.beta))
        slopes[variant] = float(np.polyfit(path.times[late], phi[late], 1)[0])
    return Found(
        f"phi drifts at {slopes['literal']:.2e} as printed, "
        f"lambda^2/2 (omega_1/N_1 - omega_2/N_2) = {predicted:.2e}; {abs(slopes['lab']):.0e} in "
        "the variant lab, whose Kerr term stays in H",
        abs(slopes["literal"]) < 1e-5,
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
