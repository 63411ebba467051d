"""Claims of Vaidya et al. (2024) on the conclusion and on Apps. A to D."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quantsync.lindblad import linear_response, steady_state
from quantsync.measures import (
    coherent_state,
    husimi_from_moments,
    phase_response,
    relative_entropy_of_synchronization,
)
from quantsync.measures.entropic import BlockDiagonalStates, DiagonalStates, SpannedStates
from quantsync.models import driven_pair, driving
from quantsync.models.driven_pair.moments import first_order_moments
from quantsync.papers import bars
from quantsync.papers.bars import Bar
from quantsync.papers.paper import Found, claim, zero
from quantsync.papers.vaidya2024 import printed
from quantsync.papers.vaidya2024.baths import (
    ENHANCED,
    EXACT,
    FIGURE_12,
    SHOWN,
    SUPPRESSED,
    baths,
    scientific,
    study,
)
from quantsync.papers.vaidya2024.model_claims import ANGLES, ROUNDING, random_state, small
from quantsync.papers.vaidya2024.response_data import figure_14
from quantsync.papers.vaidya2024.synchronization_data import (
    charge,
    dressed_basis,
    figure_15,
    partially_coherent,
)


@claim(
    "C87",
    "Sec. V, second paragraph",
    "This enhancement occurs irrespective of whether the baths are inverted or not",
    printed="irrespective",
    bar=bars.strongly("significantly enhance"),
)
def enhancement_without_inversion(bar: Bar) -> Found:
    like, unlike = ((0.46, 0.09), (0.54, 0.82)), (ENHANCED, SUPPRESSED)
    ratios = [
        [float(study(*bath).largest_omega_ratio()) for bath in group] for group in (like, unlike)
    ]
    return Found(
        rf"$R_{{\max}} = {ratios[0][0]:.1f}$ at $(w_A, w_B) = {like[0]}$, ${ratios[0][1]:.1f}$ at "
        rf"${like[1]}$, not inverted; ${ratios[1][0]:.1f}$ at ${unlike[0]}$, ${ratios[1][1]:.1f}$ "
        rf"at ${unlike[1]}$, inverted",
        bar(min(ratios[0] + ratios[1])),
        uncertainty=EXACT,
    )


@claim(
    "C14",
    "Appendix A, Eqs. (A1), (A2)",
    r"the $Q$ function can be expressed as the sum ... $c_{k,q}$ are weight factors given by",
    printed=r"$c_{k,q} = \sqrt{\frac{(2k+1)(k-q)!}{(k+q)!}\,\frac{(2S)!}"
    r"{[(2S-k)!(2S+k+1)!]^{1/2}}}$",
    bar=bars.identity("Eqs. (6) and (A1)"),
    correction=r"$\sqrt{\frac{(2k+1)(k-q)!}{(k+q)!}\,\frac{(2S)!}{[\dots]^{1/2}}} \to "
    r"\sqrt{\frac{(2k+1)(k-q)!}{(k+q)!}}\,\frac{(2S)!}{[\dots]^{1/2}}$ in (A2), and $P_k^q \to "
    r"(-1)^q P_k^q$ in (A1) if $P_k^q$ and $\hat T_k^q$ have the sign of Condon and Shortley "
    "(without it in both, no sign is needed). The weights of (A3) are the right ones; the figures "
    "do not use (A1). How far the root reaches is read off the text at hand",
)
@claim(
    "C15",
    "Appendix A, Eq. (A3)",
    r"for qubits and qutrits, the $Q$ function can be explicitly expressed as [..., last term of "
    r"$Q_1$:] $\frac{1}{6}P_2^2\langle\hat T_2^2\rangle e^{-2i\varphi}$",
    printed=r"$\frac{1}{6}P_2^2\langle\hat T_2^2\rangle e^{-2i\varphi}$",
    bar=bars.identity("Eqs. (6) and (A3)"),
    correction=r"$\frac{1}{6}P_2^2\langle\hat T_2^2\rangle e^{-2i\varphi} \to \frac{1}{6}P_2^2\,"
    r"\mathrm{Re}[\langle\hat T_2^2\rangle e^{-2i\varphi}]$, as in the terms before it; nothing "
    "depends on it. Where the bracket of the real part closes is read off the text at hand",
)
@claim(
    "C95",
    "Appendix A, Eq. (A3)",
    r"Writing the spherical tensor operators in $Q_{1/2}$ in terms of spin operators, we obtain "
    "Eq. (7)",
    printed=r"$Q_{1/2}$ of Eq. (A3)",
    bar=bars.identity("Eqs. (7) and (A3)"),
    convention=r"$P_1^1$ and $\hat T_1^1$ both with the sign of Condon and Shortley (or both "
    "without)",
)
def expansion_of_the_husimi_function() -> Iterator[Found]:
    rho, qubit = random_state(3), random_state(2)
    errors = {(root, signs): 0.0 for root in (True, False) for signs in (True, False)}
    last = {False: 0.0, True: 0.0}
    first = 0.0
    for theta, phi in ANGLES:
        state = coherent_state(1, theta, phi)
        exact = np.real(state.conj() @ rho @ state)
        for root, signs in errors:
            value = printed.expansion(rho, theta, phi, root, signs)
            errors[root, signs] = max(errors[root, signs], float(abs(value - exact)))
        for real in last:
            value = printed.qutrit_husimi(rho, theta, phi, real)
            last[real] = max(last[real], float(abs(value - exact)))
        state = coherent_state(1 / 2, theta, phi)
        exact = np.real(state.conj() @ qubit @ state)
        first = max(first, float(abs(printed.qubit_husimi(qubit, theta, phi) - exact)))
    bar = bars.identity()
    yield Found(
        f"as printed they differ by up to {errors[True, False]:.2f} for a random state of spin 1; "
        f"with the signs alone by {errors[True, True]:.2f}, with the root alone by "
        f"{errors[False, False]:.2f}, with both by {zero(errors[False, True])}",
        bar(errors[True, False]),
        bar(errors[False, True]),
        uncertainty=ROUNDING,
    )
    yield Found(
        f"as printed it differs by up to {last[False]:.2f} and is complex, with the real part by "
        f"{zero(last[True])}",
        bar(last[False]),
        bar(last[True]),
        uncertainty=ROUNDING,
    )
    yield Found(
        f"they differ by {zero(first)} for a random state", bar(first), uncertainty=ROUNDING
    )


@claim(
    "C16",
    "Appendix A, below Eq. (A3)",
    r"multipoles $\hat T_1^1$ and $\hat T_2^2$ contribute to the first harmonic in $\varphi$, "
    r"while $\hat T_2^2$ gives rise to a second harmonic",
    printed=r"$\hat T_1^1$, $\hat T_2^2$",
    bar=bars.identity("the other tensors contribute nothing"),
    correction=r"first $\hat T_2^2 \to \hat T_2^1$, as in Eq. (A3) and Fig. 14; nothing depends on "
    "it",
)
def first_harmonic() -> Found:
    """App. A: which tensors of a spin 1 make the first harmonic of its phase."""
    phi = 2 * np.pi * np.arange(8) / 8
    parts = {}
    for k, q in ((1, 1), (2, 1), (2, 2)):
        values = husimi_from_moments({(k, q): np.array(1.0)}, 1, 0.7, phi)
        parts[k, q] = np.abs(np.fft.rfft(values))[1:3]
    first, second = (
        [key for key, size in parts.items() if size[n] > bars.ROUNDING] for n in (0, 1)
    )
    names = r" and ".join(rf"$\hat T_{k}^{q}$" for k, q in first)
    return Found(
        rf"{names} make the first harmonic, $\hat T_2^2$ the second: $e^{{-iq\varphi}}$ goes with "
        r"$\langle\hat T_k^q\rangle$",
        first == [(1, 1), (2, 2)],
        first == [(1, 1), (2, 1)] and second == [(2, 2)],
        uncertainty=ROUNDING,
    )


@claim(
    "C88",
    "Appendix B, first paragraph",
    r"the $\{\lvert\lambda_j\rangle\}$ are not the eigenstates $\{\lvert E_j\rangle\}$ of the "
    "undriven Hamiltonian",
    printed="not the same",
    bar=bars.ordering("an overlap below 1"),
)
@claim(
    "C31",
    "Appendix B, Fig. 12",
    "the metric (11) essentially coincides with the measure obtained by optimization over such "
    "partially coherent limit cycle states",
    statement="In this model and for weak driving, as the sentence begins.",
    printed="coincides",
    bar=bars.word("essentially", r"the largest $\Omega$ of Fig. 12"),
)
@claim(
    "C32",
    "Appendix B, end",
    r"[the optimized partially coherent limit cycle state] coincides with "
    r"$\hat\rho_{\mathrm{diag}}$",
    printed="coincides",
    bar=bars.word("coincide", r"the largest element of $\hat\rho_{\mathrm{diag}}$"),
)
def partially_coherent_limit_cycles(bars: list[Bar]) -> Iterator[Found]:
    coupling, drives = 1.5, np.array([0.01, 0.02, 0.1, 1.0])
    driven = steady_state(driven_pair(**baths(*FIGURE_12), coupling=coupling, drive=drives)).rho
    undriven = steady_state(driven_pair(**baths(*FIGURE_12), coupling=coupling)).rho
    diagonal = DiagonalStates(np.broadcast_to(undriven, driven.shape), charge=charge())
    vectors = np.asarray(DiagonalStates(undriven, charge=charge()).frame(undriven).vectors)
    overlap = np.abs(dressed_basis()[:, 1] @ vectors).max()
    yield Found(
        rf"$\lvert T\rangle$ overlaps with the nearest $\lvert\lambda_j\rangle$ by "
        f"{float(overlap):.3f} at the baths of Fig. 12 and $g = 1.5\\,\\Gamma$",
        float(overlap) < 0.999,
        uncertainty=ROUNDING,
    )
    line = np.linspace(0, 5, 41)
    weak = steady_state(driven_pair(**baths(*FIGURE_12), coupling=line, drive=drives[2])).rho
    along = steady_state(driven_pair(**baths(*FIGURE_12), coupling=line)).rho
    both = [
        relative_entropy_of_synchronization(weak, family)
        for family in (DiagonalStates(along, charge=charge()), BlockDiagonalStates(charge()))
    ]
    worst = float(np.abs(both[0] - both[1]).max() / both[1].max())
    omega = relative_entropy_of_synchronization(driven, diagonal)
    block = relative_entropy_of_synchronization(driven, BlockDiagonalStates(charge()))
    search = SpannedStates(partially_coherent())
    optimised = relative_entropy_of_synchronization(driven, search)
    error = float(np.abs(optimised / block - 1).max())
    power = float(np.log2((omega[1] - block[1]) / (omega[0] - block[0])))
    closest = diagonal.closest(driven)
    states = np.abs(search.closest(driven) - closest).max(axis=(1, 2))
    yield Found(
        rf"they differ by up to ${scientific(worst)}$ of it at $\epsilon = 0.1\,\Gamma$, as "
        rf"$\epsilon^{{{power:.1f}}}$",
        bars[1](worst),
        uncertainty=f"numerical search and closed form differ by {small(error)}",
    )
    yield Found(
        rf"elements differ by up to ${scientific(states[2])}$ at $\epsilon = 0.1\,\Gamma$, by "
        rf"${scientific(states[3])}$ at $\epsilon = \Gamma$; the optimum is $\hat\rho$ without "
        "its coherences between blocks",
        bars[2](float(states[2] / np.abs(closest[2]).max())),
        uncertainty=f"numerical search and closed form differ by {small(error)}",
    )


@claim(
    "C89",
    "Appendix C, below Eq. (C2)",
    "only observables that are invariant under this symmetry are nonzero. There are four such "
    "quantities",
    printed="4",
    bar=Bar("the number itself: three real expectation values and one complex"),
)
@claim(
    "C17",
    "Appendix C, Eqs. (C1), (C2), (C3), (C4)",
    "Their equations of motion constitute a set of linear equations given by",
    statement=r"The moment equations at zeroth and first order of the drive, with dephasing as in "
    "Eq. (C1).",
    printed="Eqs. (C3), (C4)",
    bar=bars.identity("the first-order responses"),
)
@claim(
    "C18",
    "Appendix C, last line of Eq. (C4)",
    r"$-\frac{\Gamma_A + \Gamma_B + 4\gamma_\phi}{2}\langle\hat S_A^+\hat S_B^+\rangle_1 + "
    r"i(2\Delta_d + \Delta_q)\langle\hat S_A^+\hat S_B^+\rangle_1 = 0$",
    statement=r"An equation without source: $\langle\hat S_A^+\hat S_B^+\rangle_1 = 0$.",
    printed=r"$0$",
    bar=bars.identity("zero"),
)
def moment_equations() -> Iterator[Found]:
    draw = np.random.default_rng(7)
    w_a, d_a, w_b, d_b, noise = draw.uniform(0.05, 1, (5, 200))
    g, tuning, delta = draw.uniform(-3, 3, (3, 200))
    response = linear_response(
        driven_pair(w_a, d_a, w_b, d_b, g, 0.0, tuning, delta, noise), driving()
    )
    elements, real, complex_ = response.sector_dimensions[0], 3, 1
    yield Found(
        f"invariant states have {elements} elements, one of which is the norm: {real} real moments "
        f"and {complex_} complex",
        elements - 1 == real + 2 * complex_,
        uncertainty="exact",
    )
    moments = first_order_moments(w_a, d_a, w_b, d_b, g, tuning, delta, noise)
    error = max(
        float(np.abs(phase_response(response.orders[1], response.space, site) - moment).max())
        for site, moment in zip("AB", moments, strict=False)
    )
    size = float(np.abs(moments[0]).max())
    both = float(np.abs(response.orders[1][:, 3, 0]).max())
    yield Found(
        "their solution differs from the first-order state of the master equation by "
        f"{zero(error)}, at 200 parameter sets drawn at random (seed 7)",
        bars.identity()(error / size),
        uncertainty=ROUNDING,
    )
    yield Found(f"it is {zero(both)}", bars.identity()(both / size), uncertainty=ROUNDING)


@claim(
    "C19",
    "Appendix D, Fig. 14",
    "each of the three quantities undergoes a zero crossing at different coupling strengths",
    printed="three zero crossings",
    bar=bars.ordering("a zero of each, at couplings that differ"),
)
def qutrit_moments() -> Found:
    data = figure_14()
    listed = {
        tensor: data.zero_crossing.sel(tensor=tensor).dropna("crossing").values
        for tensor in map(str, data.tensor.values)
    }
    words = "; ".join(
        rf"$\hat T_{name[1]}^{name[2]}$ at ${', '.join(f'{z:.4f}' for z in zeros)}$"
        for name, zeros in listed.items()
    )
    firsts = sorted(zeros[0] for zeros in listed.values())
    return Found(
        rf"{words} (in $\Gamma$; $\hat T_2^2$, which begins with $\epsilon^2$, has two)",
        all(len(z) for z in listed.values()) and bool(min(np.diff(firsts)) > 0.01),
        uncertainty=EXACT,
    )


@claim(
    "C33",
    "Appendix D, Fig. 15",
    "interactions between the two qutrits can lead to significant enhancement or suppression of "
    "synchronization in different parameter regimes",
    printed="both",
    bar=bars.strongly("significant"),
    convention=SHOWN,
)
def qutrits(bar: Bar) -> Found:
    ratio = figure_15().ratio
    top, bottom = float(ratio.max()), float(ratio.where(ratio.coupling < 1).min())
    return Found(
        f"$R$ between {bottom:.2f} and {top:.2f}",
        bar(top) & bar(1 / bottom),
        uncertainty=r"numerical, a grid of $g$ with step $0.025\,\Gamma$",
    )
