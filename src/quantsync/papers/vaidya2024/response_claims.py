"""Claims of Vaidya et al. (2024) on the phase response and on spherical tensors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quantsync.lindblad import linear_response
from quantsync.models import driven_pair, driving
from quantsync.models.driven_pair.moments import first_order_moments, undriven_moments
from quantsync.papers import bars
from quantsync.papers.bars import Bar
from quantsync.papers.paper import Found, claim, zero
from quantsync.papers.vaidya2024.baths import (
    EXACT,
    FIGURE_3,
    FIGURE_5,
    LARGEST_CROSSING,
    NUMERICAL,
    baths,
    study,
)
from quantsync.papers.vaidya2024.response_data import (
    figure_4,
    figure_5,
)
from quantsync.papers.vaidya2024.synchronization_data import dressed_basis

COMPARED = 0.1
"""Drive at which numerical and analytical responses are compared, in units of Gamma."""


@claim(
    "C76",
    "Sec. III A, Fig. 3(a)",
    "As $g$ increases, the phase response of qubit $A$ decreases and eventually vanishes "
    "completely at a particular strength",
    printed=r"decreases to zero at $g_{0,A}$",
    bar=bars.ordering("every step down to the zero crossing is a decrease"),
)
@claim(
    "C5",
    "Sec. III A, Fig. 3(a)",
    r"The complete vanishing of $\lvert\langle\hat S_j^+\rangle\rvert$, ... at $g_{0,j}$ "
    "corresponds to a zero crossing of the quantity",
    statement="The response of either qubit vanishes at one coupling.",
    printed="purple and orange star",
    bar=bars.ordering("one zero for each qubit"),
)
@claim(
    "C6",
    "Sec. III A, Fig. 3(b)",
    r"The distribution for either qubit is flat right at the zero-crossing point, while a $\pi$ "
    "phase shift is evident",
    printed=r"$\delta P = 0$; $\pi$",
    bar=bars.identity(r"$\delta P$ there, and the shift from $\pi$,"),
)
def zero_crossings(bars: list[Bar]) -> Iterator[Found]:
    found = {site: study(*FIGURE_3).zero_crossings(site) for site in "AB"}
    at = {site: float(zeros.first) for site, zeros in found.items()}
    turns, flat = [0.0, 0.0], np.inf
    line = study(*FIGURE_3, coupling=np.linspace(0, np.nan_to_num(at["A"], nan=1.0), 400))
    steps = np.diff(np.abs(line.phase_response("A")))
    yield Found(
        rf"$\lvert\langle\hat S_A^+\rangle\rvert$ falls in each of 399 steps to $g_{{0,A}} = "
        f"{at['A']:.4f}$",
        bool((steps < 0).all()) and np.isfinite(at["A"]),
        uncertainty=EXACT,
    )
    for k, (site, g) in enumerate(at.items()):
        if np.isnan(g):
            continue
        pair = study(*FIGURE_3, coupling=[0.9 * g, g, 1.1 * g]).phase_response(site)
        turns[k] = abs(float(np.angle(pair[2] / pair[0])))
        peak = float(np.abs(study(*FIGURE_3, coupling=0.0).phase_response("A")))
        flat = abs(pair[1]) / peak if k == 0 else max(flat, abs(pair[1]) / peak)
    single = all(int(zeros.count) == 1 for zeros in found.values())
    yield Found(
        f"$g_{{0,A}} = {at['A']:.9f}$, $g_{{0,B}} = {at['B']:.9f}$, and no others up to "
        r"$10^5\,\Gamma$",
        single,
        uncertainty=EXACT,
    )
    yield Found(
        rf"shifts of ${turns[0] / np.pi:.6f}\,\pi$ ($A$) and ${turns[1] / np.pi:.6f}\,\pi$ ($B$); "
        rf"at the crossings $\delta P$ is {zero(flat)} of its largest value",
        bars[2](max(flat, np.pi - min(turns))),
        uncertainty=EXACT,
    )


@claim(
    "C77",
    "Sec. III A, below Fig. 3",
    "multiple pathways arise from the direct external driving and the feedback from qubit $B$",
    statement=r"At $g_{0,A}$ the two terms that feed $\langle\hat S_A^+\rangle$ in Eq. (C4), "
    r"$\langle\hat S_A^z\rangle_0$ of the drive and $g\langle\hat S_A^z\hat S_B^+\rangle_1$ of "
    "$B$, cancel.",
    printed="destructive interference",
    bar=bars.identity("the sum of both terms"),
)
@claim(
    "C78",
    "Sec. III A, below Fig. 3",
    "one can also interpret this phenomenon as a destructive addition of coherences in the "
    "collective spin picture",
    statement=r"At $g_{0,A}$ the four coherences of Eq. (12) are not zero, but their sum is.",
    printed="destructive addition",
    bar=bars.identity("the sum of the four"),
)
def interference() -> Iterator[Found]:
    g = float(study(*FIGURE_3).zero_crossings("A").first)
    direct = float(undriven_moments(**baths(*FIGURE_3), coupling=g)[0])
    fed = complex(g * first_order_moments(**baths(*FIGURE_3), coupling=g)[3])
    yield Found(
        f"${direct:.5f}$ of the drive, ${fed.real:.5f}$ of $B$; sum {zero(abs(direct + fed))}",
        bars.identity()(abs(direct + fed) / abs(direct)),
        uncertainty=EXACT,
    )
    system = driven_pair(**baths(*FIGURE_3), coupling=g)
    first = np.squeeze(linear_response(system, driving()).orders[1])
    inside = dressed_basis().T @ first @ dressed_basis()
    u, t, s, d = range(4)
    parts = np.array([inside[t, u], -inside[s, u], inside[d, t], inside[d, s]])
    total = float(abs(parts.sum()))
    yield Found(
        f"moduli of {np.abs(parts).min():.4f} to {np.abs(parts).max():.4f} (per $\\epsilon$); sum "
        f"{zero(total)}",
        bars.identity()(total / float(np.abs(parts).max())),
        uncertainty=EXACT,
    )


@claim(
    "C79",
    "Sec. III A 1, Fig. 3(a)",
    "the analytical expression (solid lines) is in excellent agreement with numerical results "
    "(markers)",
    printed="excellent",
    bar=bars.word("excellent", "the largest response of the qubit in Fig. 3(a)"),
    convention=r"$\epsilon = 0.1\,\Gamma$; the strength of the drive is not in the text. On "
    r"resonance at $g = 0$ the deviation is $2\epsilon^2/(1 + 2\epsilon^2)$",
)
def analytical_solution(bar: Bar) -> Found:
    coupling = np.linspace(0, 4, 81)
    lines = np.abs(first_order_moments(**baths(*FIGURE_3), coupling=coupling)[:2])
    pair = study(*FIGURE_3, coupling=coupling, drive=COMPARED)
    markers = np.abs([pair.phase_response(site) for site in "AB"])
    off = np.abs(markers - lines).max(axis=1) / lines.max(axis=1)
    return Found(
        rf"largest deviation {100 * off[0]:.1f} % ($A$) and {100 * off[1]:.1f} % ($B$) for $0 \leq "
        r"g \leq 4\,\Gamma$",
        bar(float(off.max())),
        uncertainty=NUMERICAL,
    )


@claim(
    "C7",
    "Sec. III A 1, Fig. 4(a)",
    "While this is a necessary condition to observe a zero crossing in qubit $A$",
    statement="The condition is that the baths are inverted with respect to each other.",
    printed="necessary, not sufficient",
    bar=bars.ordering("no crossing elsewhere, none at some inverted baths"),
)
@claim(
    "C8",
    "Sec. III A 1, Fig. 4(b)",
    "it is both necessary and sufficient in the case of qubit $B$",
    printed="necessary and sufficient",
    bar=bars.ordering("a crossing at inverted baths and nowhere else"),
)
@claim(
    "C9",
    "Sec. III A 1, Fig. 4",
    r"the zero crossing typically occurs for values of $g_{0,j} \sim O(1)$, $j = A, B$",
    statement="The median crossing over the inverted baths is of order 1; those of $A$ above 4, "
    "red in the figure, lie in a narrow band.",
    printed=r"$\sim O(1)$; narrow band",
    bar=bars.order(1),
)
def zero_crossings_over_the_baths(bars: list[Bar]) -> Iterator[Found]:
    data = figure_4()
    w_a, w_b = np.meshgrid(data.gain_a, data.gain_b, indexing="ij")
    inverted = (w_a - 0.5) * (w_b - 0.5) < 0
    has = {site: data["count"].sel(site=site).values > 0 for site in "AB"}
    part = float(has["A"][inverted].mean())
    zeros = {site: data.zero_crossing.sel(site=site).values[has[site]] for site in "AB"}
    large = float((zeros["A"] > LARGEST_CROSSING).mean())
    medians = [float(np.median(zeros[site])) for site in "AB"]
    grid = f"a map of {w_a.shape[0]} x {w_a.shape[1]} baths; {EXACT}"
    yield Found(
        f"all zero crossings of $A$ are at inverted baths, of which {100 * part:.0f} % have one",
        not has["A"][~inverted].any() and part < 1,
        uncertainty=grid,
    )
    yield Found(
        f"{int((has['B'] != inverted).sum())} exceptions on the map; in closed form $g_{{0,B}}$ "
        "exists exactly there",
        (has["B"] == inverted).all(),
        uncertainty=grid,
    )
    yield Found(
        f"medians {medians[0]:.2f} ($A$) and {medians[1]:.2f} ($B$); {100 * large:.0f} % of the "
        f"crossings of $A$ are above 4, those of $B$ reach {float(zeros['B'].max()):.2f}",
        bars[2](medians[0]) & bars[2](medians[1]),
        uncertainty=grid,
    )


@claim(
    "C10",
    "Sec. III A 2, Fig. 5(a)",
    r"when qubit $B$ is appropriately detuned with respect to qubit $A$, i.e., $\Delta_q \neq 0$, "
    "... the zero-crossing point is restored",
    statement=r"With a detuned drive and $\Delta_q = 0$ the coherence of $A$ has no zero crossing; "
    r"a suitable $\Delta_q$ restores it, and $\delta P$ passes through a flat profile.",
    printed="lost; restored",
    bar=bars.ordering("no zero; one"),
)
@claim(
    "C80",
    "Sec. III A 2, Fig. 5(b)",
    "the peaks and dips gradually shift to the right as $g$ increases, without ever passing "
    "through a flat profile",
    printed="to the right",
    bar=bars.ordering("a shift of one sign in every step, and no zero"),
    convention=r"$\Delta_d < 0$, the drive above qubit $A$ (or the axis of $\varphi$ reversed); "
    r"for $\Delta_d > 0$ they shift to the left. The value of $\Delta_d$ is not in the text",
)
@claim(
    "C11",
    "Sec. III A 2, Fig. 5(c)",
    r"for every drive detuning $\Delta_d$ there is a unique qubit-qubit detuning $\Delta_q$ "
    "that restores the zero-crossing point",
    printed="unique",
    bar=bars.ordering("one solution for each drive detuning"),
)
@claim(
    "C12",
    "Sec. III A 2, Fig. 5(c)",
    "the coupling strength $g_{0,A}$ at which this zero crossing occurs is essentially unchanged "
    "as the drive detuning is varied",
    printed="essentially unchanged",
    bar=bars.word("essentially", "its value on resonance"),
    limit=r"holds for $\lvert\Delta_d\rvert \lesssim 1.5\,\Gamma$; the range of the figure is not "
    r"in the text. Farther out $g_{0,A}$ grows",
)
def detuned_drive(bars: list[Bar]) -> Iterator[Found]:
    data = figure_5()
    zeros = data.zero_crossing
    restored = bool((data["count"] > 0).all())
    lost = [
        int(study(*FIGURE_5, drive_detuning=d).zero_crossings("A").count) for d in (0.3, 1.0, 3.0)
    ]
    yield Found(
        r"$\Delta_q = 0$: "
        + ", ".join(map(str, lost))
        + r" zero crossings for $\Delta_d = 0.3, 1, "
        r"3\,\Gamma$; with the right $\Delta_q$ one",
        max(lost) == 0 and restored,
        uncertainty=EXACT,
    )
    coupling = np.linspace(0, 4, 401)
    line = study(*FIGURE_5, coupling=coupling, drive_detuning=-1.0).phase_response("A")
    turned = np.unwrap(np.angle(line))
    yield Found(
        rf"for $\Delta_d = -\Gamma$ the peak moves from $\varphi = {turned[0]:.2f}$ to "
        f"{turned[-1]:.2f} between $g = 0$ and $4\\,\\Gamma$, always to the right; the response "
        f"stays above {100 * float(np.abs(line).min() / np.abs(line).max()):.0f} % of its largest "
        "value",
        bool((np.diff(turned) > 0).all()) and float(np.abs(line).min()) > 0,
        uncertainty=EXACT,
    )
    slope = float(data.restoring_detuning.sel(drive_detuning=0.25) / 0.25)
    yield Found(
        f"{' to '.join(sorted({str(int(n)) for n in data['count']}))} solution for each of "
        rf"{zeros.size} detunings $\lvert\Delta_d\rvert \leq 4$, with $g \leq 8$ and "
        rf"$\lvert\Delta_q\rvert \leq 8$ (in $\Gamma$); $\Delta_q = {slope:.3f}\,\Delta_d$ near "
        "resonance",
        (data["count"] == 1).all(),
        uncertainty=EXACT,
    )
    resonant = float(zeros.sel(drive_detuning=0.0))
    rise = {d: float(zeros.sel(drive_detuning=d)) / resonant - 1 for d in (1.0, 1.25, 1.5, 4.0)}
    yield Found(
        rf"$g_{{0,A}} = {resonant:.3f}$ on resonance; {100 * rise[1.0]:.1f} % more at $\Delta_d = "
        rf"\Gamma$, {100 * rise[1.5]:.1f} % at $1.5\,\Gamma$, {100 * rise[4.0]:.0f} % at "
        r"$4\,\Gamma$",
        bars[3](rise[4.0]),
        bars[3](rise[1.25]),
        uncertainty=EXACT,
    )
