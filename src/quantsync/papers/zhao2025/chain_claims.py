"""Claims of Zhao et al. (2025) on the spin-1 chain: symmetries, undamped modes, perturbations."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quantsync.lindblad import dynamical_synchronization, peripheral_modes
from quantsync.lindblad.degenerate import (
    DegenerateBase,
    degenerate_steady_state,
    perturbed_steady_states,
)
from quantsync.lindblad.degenerate.base import total_matrix
from quantsync.measures import partial_trace
from quantsync.models import collective_decay_pair, dephased_chain
from quantsync.papers import bars
from quantsync.papers.bars import ROUNDING, Margin
from quantsync.papers.paper import Found, claim, zero
from quantsync.papers.zhao2025 import printed
from quantsync.papers.zhao2025.data import (
    COHERENCE,
    PERTURBATION,
    dynamics,
    free_spins,
    pair_perturbation,
    perturbation,
    sample,
    squared_sx,
    uncoupled_pair,
)
from quantsync.papers.zhao2025.distribution_claims import SEEDS
from quantsync.papers.zhao2025.sectors import (
    magnetisation,
    prepared_chain,
    sector_projectors,
    spin_flip,
    stationary_states,
)
from quantsync.papers.zhao2025.uncertainty import EXACT_COUNT, NUMERICAL

EXACT = 1e-12
OMEGA = 1.0
NUMBER = f"{len(SEEDS)} random perturbations (seeds 0 to {len(SEEDS) - 1})"


MODEL = "Spin-1 model, below Eq. (6)"
SETUP = "General setup"
STRENGTH = 0.01
"""At which a perturbed chain is taken whole, with all its eigenvalues."""


PARAMETERS = (
    r"parameters that are not printed; ours: $(\epsilon, \Delta_1 - \Delta_2, \gamma_1^d, "
    r"\gamma_2^g) = "
    f"({PERTURBATION['epsilon']:g}, {PERTURBATION['detuning']:g}, {PERTURBATION['damping_a']:g}, "
    rf"{PERTURBATION['gain_b']:g})\,\eta$, $\gamma_1^g = \gamma_2^d = 1$"
)


@claim(
    "C61",
    SETUP + ", below Eq. (1)",
    r"The eigenvalues $\lambda$ of $\mathcal{L}$ are complex numbers with "
    r"$\text{Re}[\lambda] \leq 0$",
    statement=f"Checked for the chain, the pair, the free spins of Appendix E, and a chain "
    rf"perturbed with $\eta = {STRENGTH:g}\,\omega$",
    printed=r"$\text{Re}[\lambda] \leq 0$",
    bar=bars.identity("no positive real part"),
)
@claim(
    "C62",
    SETUP + ", below Eq. (1)",
    r"the form of Eq. (1) guarantees that $\rho^\dagger$ is an eigenmode with eigenvalue "
    r"$\lambda^*$",
    statement=r"Equivalent to $\mathcal{L}[X^\dagger] = \mathcal{L}[X]^\dagger$; checked for a "
    "random $X$ and the same models",
    printed=r"$\lambda^*$",
    bar=bars.identity("equal"),
)
@claim(
    "C63",
    SETUP + ", below Eq. (1)",
    r"Every Liouvillian $\mathcal{L}$ has at least one steady state ... The other eigenmodes in "
    r"$\mathbf{B}_{\text{free}}$ are traceless",
    statement="Checked for the modes of the same models that turn",
    printed="at least one; traces $0$",
    bar=bars.identity("traces are zero"),
)
@claim(
    "C64",
    "Connecting the two notions of synchronization, note [54]",
    r"since $\rho^\infty_{\text{pert}}$ is the only steady state, the system always evolves to "
    "this state",
    statement=f"The chain perturbed with $\\eta = {STRENGTH:g}\\,\\omega$ has one eigenvalue 0 and "
    "all others decay",
    printed="always",
    bar=bars.ordering("every other eigenvalue has a negative real part"),
)
def spectra(bars) -> Iterator[Found]:
    systems = {
        "the chain": dephased_chain(),
        "the pair": collective_decay_pair(),
        "the free spins": free_spins(),
    }
    rng = np.random.default_rng(5)
    highest, adjoint, traces, zeros = -np.inf, 0.0, 0.0, []
    for system in systems.values():
        # Real in a basis of Hermitian operators.
        values = np.linalg.eigvals(total_matrix(system).toarray())
        highest = max(highest, float(values.real.max() / np.abs(values).max()))
        shape = (system.dimension, system.dimension)
        X = rng.normal(size=shape) + 1j * rng.normal(size=shape)
        change = system.apply(X)
        adjoint = max(adjoint, _size(system.apply(X.conj().T) - change.conj().T) / _size(change))
        modes = peripheral_modes(system)
        turns = np.abs(np.imag(modes.eigenvalues)) > ROUNDING
        turning = modes.right[turns]
        zeros.append(int((~turns).sum()))
        traces = max(traces, float(np.abs(np.trace(turning, axis1=-2, axis2=-1)).max()))
    base = prepared_chain()
    generator = perturbation(0)
    perturbed = base.matrix.toarray() + STRENGTH * generator.matrix
    values = np.linalg.eigvals(perturbed)
    values = values[np.argsort(-values.real)]
    highest = max(highest, float(values.real.max() / np.abs(values).max()))
    names = ", ".join(systems)
    yield Found(
        f"none above {'$10^{-9}$' if highest < ROUNDING else f'{highest:.1g}'} of the largest "
        f"eigenvalue ({names}, and the perturbed chain)",
        bars[0](max(highest, 0.0)),
        uncertainty=r"numerical, $10^{-10}$",
    )
    yield Found(f"relative deviation ${zero(adjoint)}$", bars[1](adjoint), uncertainty=NUMERICAL)
    yield Found(
        f"{zeros[0]}, {zeros[1]} and {zeros[2]} zero modes (of those of the free spins two are "
        f"traceless, C56); largest trace of a turning mode ${zero(traces)}$",
        bars[2](traces) if min(zeros) >= 1 else False,
        uncertainty=NUMERICAL,
    )
    yield Found(
        f"for seed 0 the eigenvalue closest to the imaginary axis besides 0 has "
        rf"$\text{{Re}}[\lambda] = {values[1].real:.4f}\,\omega$",
        abs(values[0]) < 1e-9 and bool((values[1:].real < -1e-6).all()),
        uncertainty=r"numerical, $10^{-9}$",
    )


@claim(
    "C41",
    "Connecting the two notions of synchronization, above Eq. (4)",
    r"this sort is known to feature algebraic relations ... that imply the existence of more than "
    "one zero mode",
    statement="An oscillating coherence comes with more than one zero mode; checked for the three "
    "models of the paper",
    printed="$> 1$",
    bar=bars.Bar("more than one: a count"),
)
def zero_modes_of_all_models() -> Found:
    """An oscillating coherence does not come with a single stationary state."""
    systems = {
        "spin-1 chain": dephased_chain(),
        "Appendix D": collective_decay_pair(),
        "Appendix E": free_spins(),
    }
    modes = {name: peripheral_modes(system) for name, system in systems.items()}
    holds = all(found.zero_modes > 1 and len(found.frequencies) for found in modes.values())
    return Found(
        ", ".join(f"{found.zero_modes} ({name})" for name, found in modes.items()),
        holds,
        uncertainty=EXACT_COUNT,
    )


@claim(
    "C11",
    "Connecting the two notions of synchronization, Eq. (4)",
    r"we expect only one steady state $\rho^\infty_{\text{pert}}$. To the leading order of the "
    "perturbation theory, we then have [Eq. (4)]",
    printed=r"$\rho^\infty_{\text{pert}} = \sum_\alpha c_\alpha \rho_\alpha^{\lambda=0}$ at order "
    r"$\eta^0$",
    bar=bars.exponent(1),
)
def perturbed_states(bar) -> Found:
    limits = [sample(seed) for seed in SEEDS]
    etas = np.array([1e-8, 1e-7])
    near = perturbed_steady_states(prepared_chain(), perturbation(SEEDS[0]), etas)
    away = np.linalg.norm(near.rho - limits[0].rho, axis=(-2, -1))
    order = float(np.log10(away[1] / away[0]))
    return Found(
        f"one steady state for each of {NUMBER}; at strength $\\eta$ it differs from the mixture "
        f"by order $\\eta^{{{order:.2f}}}$",
        bar(order),
        uncertainty="numerical, $10^{-2}$ in the exponent",
    )


@claim(
    "C56",
    "Weakly coupled individual oscillating coherences, above Eq. (5)",
    r"zero modes of the entire system include not only the steady states "
    r"$\rho_{\alpha,1}^\infty \otimes \rho_{\alpha',2}^\infty$ but also the oscillating coherences",
    statement=r"$\rho_1^{\text{osc}} \otimes (\rho_2^{\text{osc}})^\dagger$ and its adjoint, and "
    r"there are coherences at $\pm 2\omega$; counted for Appendix E",
    printed=r"$2 \times 2 + 2$ zero modes",
    bar=bars.Bar("equal: counts"),
)
def undamped_modes_of_free_spins() -> Found:
    """Of Appendix E, in the frame at rest with omega = 1."""
    modes = peripheral_modes(free_spins(OMEGA))
    turning = np.rint(np.imag(modes.eigenvalues) / OMEGA).astype(int)
    counts = {k: int((turning == k).sum()) for k in (0, 1, -1, 2, -2)}
    return Found(
        rf"{counts[0]} zero modes, {counts[1]} and {counts[-1]} at $\pm\omega$, {counts[2]} and "
        rf"{counts[-2]} at $\pm 2\omega$",
        counts == {0: 6, 1: 4, -1: 4, 2: 1, -2: 1} and len(turning) == 16,
        uncertainty=EXACT_COUNT,
    )


@claim(
    "C57",
    "Weakly coupled individual oscillating coherences, Eq. (5)",
    "Generically, the perturbed system is left with one steady state, of the form described in "
    "Eq. (4)",
    statement=r"Of the form of Eq. (5), with $c_{\lambda=0} \neq 0$; for Appendix E",
    printed=r"$c_{\lambda=0} \neq 0$",
    bar=bars.identity("all other off-diagonal elements are zero"),
    convention=PARAMETERS,
)
def form_of_the_perturbed_state(bar) -> Found:
    rho = degenerate_steady_state(uncoupled_pair(), pair_perturbation()).rho[0]
    rest = rho - np.diag(np.diag(rho))
    row, column = COHERENCE
    element = complex(rest[row, column])
    rest[row, column] = rest[column, row] = 0
    kept = [complex(rho[i, i]).real for i in (1, 2, 4, 5)]
    alone = abs(sum(kept) - 1)
    return Found(
        rf"$\langle 0,0\vert\rho\vert 1,-1\rangle = {element.real:.5f} {element.imag:+.5f}\,i$, no "
        "other "
        f"off-diagonal element (${zero(_size(rest))}$), and populations of the products of steady "
        f"states only (to ${zero(alone)}$)",
        bar(max(_size(rest), alone)) if abs(element) > ROUNDING else False,
        uncertainty=NUMERICAL,
    )


@claim(
    "C1",
    MODEL,
    r"The model has a strong symmetry ... The $M=0$ sector is further split by a strong "
    r"$\mathbb{Z}_2$ symmetry",
    statement="$M$ commutes with $H$ and all $L_j$, the spin flip $P$ within $M = 0$",
    printed="commutators $0$",
    bar=bars.identity("commutators are zero"),
)
def strong_symmetries(bar) -> Found:
    chain = dephased_chain()
    H, M, P = chain.hamiltonian(), magnetisation(chain.space), spin_flip(chain.space)
    inside = np.diag(1.0 * (np.diag(M) == 0))
    jumps = [jump.toarray() for jump in chain.terms.jumps]
    whole = max(_size(A @ M - M @ A) for A in (H, *jumps))
    split = max(_size((A @ P - P @ A) @ inside) for A in (H, *jumps))
    outside = _size(H @ P - P @ H)
    return Found(
        f"largest elements ${zero(whole)}$ for $M$, ${zero(split)}$ for $P$ within $M = 0$ "
        f"(${outside:.3g}$ outside, as the text implies)",
        bar(max(whole, split) / _size(H)),
        uncertainty=NUMERICAL,
    )


@claim(
    "C2",
    MODEL,
    r"and $[P, H] = \omega[P, M] = 2\omega M$",
    printed=r"$[P, H] = 2\omega M$",
    bar=bars.identity("both sides are equal"),
    correction=r"$2\omega M \to 2\omega P M$. The first equation of the line holds. What follows "
    "from it in the text is the eigenvalue of C5",
)
def spin_flip_of_the_hamiltonian(bar) -> Found:
    """[P, H], with the last step of the line as printed and put right."""
    chain = dephased_chain(frequency=OMEGA)
    H, M, P = chain.hamiltonian(), magnetisation(chain.space), spin_flip(chain.space)
    commutator = P @ H - H @ P
    scale = _size(commutator)
    first = _size(commutator - OMEGA * (P @ M - M @ P)) / scale
    as_printed = _size(commutator - printed.commutator_with_the_spin_flip(OMEGA, M)) / scale
    right = _size(commutator - 2 * OMEGA * P @ M) / scale
    return Found(
        rf"relative deviations: ${zero(first)}$ from $\omega[P, M]$, ${as_printed:.3g}$ from "
        rf"$2\omega M$, ${zero(right)}$ from $2\omega P M$",
        bar(first) & bar(as_printed),
        amended=bar(first) & bar(right),
        uncertainty=NUMERICAL,
    )


@claim(
    "C3",
    MODEL,
    r"We therefore expect $2(N+1)$ linearly independent steady states",
    printed="$2(N+1)$; Appendix B: at least as many",
    bar=bars.Bar("equal for $N = 2, 3, 4$: a count"),
)
def number_of_stationary_states() -> Found:
    counts = {n: DegenerateBase(dephased_chain(sites=n)).zero_modes for n in (2, 3, 4)}
    holds = all(count == 2 * (n + 1) for n, count in counts.items())
    return Found(
        ", ".join(f"{count} for $N = {n}$" for n, count in counts.items()),
        holds,
        uncertainty=EXACT_COUNT,
    )


@claim(
    "C4",
    MODEL,
    r"we identify $\rho_\alpha^\infty = \mathbf{1}_\alpha$ as the maximally mixed state for every "
    "sector",
    printed=r"$\mathcal{L}[\mathbf{1}_\alpha] = 0$ (Appendix B)",
    bar=bars.identity("zero"),
)
def maximally_mixed_sectors(bar) -> Found:
    chain = dephased_chain()
    states = stationary_states(chain.space)
    left = max(_size(chain.apply(rho)) for rho in states.values())
    sizes = {name: round(float(np.trace(p))) for name, p in sector_projectors(chain.space).items()}
    return Found(
        f"largest element ${zero(left)}$; the sectors have the dimensions "
        + ", ".join(f"{size} (${name}$)" for name, size in sizes.items()),
        bar(left),
        uncertainty=NUMERICAL,
    )


@claim(
    "C5",
    MODEL,
    r"Indeed, one can verify $\mathcal{L}[\rho_M^{\text{osc}}] = 2i\omega\rho_M^{\text{osc}}$",
    printed=r"$2i\omega$ for all $M \neq 0$",
    bar=bars.identity("the eigenvalue equation holds"),
    correction=r"$2i\omega \to 2i\omega M$. The line holds for $M = 1$, the only mode (with its "
    "adjoint) that observables of one site see, so that the frequency $2\\omega$ of the text "
    "stands (C8, C9)",
)
@claim(
    "C6",
    MODEL,
    r"noting especially $[L_j, \rho_M^{\text{osc}}] = [L_j^\dagger, \rho_M^{\text{osc}}] = 0$ "
    "for all $j$",
    printed="$0$",
    bar=bars.identity("zero"),
)
@claim(
    "C7",
    MODEL,
    r"The oscillating coherences arise from the resonating oscillation between the $\pm M$ sectors "
    r"for $M \neq 0$",
    printed=r"one for each $M \neq 0$",
    bar=bars.Bar(
        r"the six numbers $2\omega M$ and no others, each to $10^{-9}$ of the "
        "largest, for an equality"
    ),
)
def oscillating_coherences(bars) -> Iterator[Found]:
    chain = dephased_chain(frequency=OMEGA)
    P, states = spin_flip(chain.space), stationary_states(chain.space)
    jumps = [jump.toarray() for jump in chain.terms.jumps]
    as_printed, right, commuting = {}, [], []
    for m in (-3, -2, -1, 1, 2, 3):
        mode = P @ states[str(m)]
        change, scale = chain.apply(mode), 2 * OMEGA * _size(mode)
        as_printed[m] = _size(change - 2j * OMEGA * mode) / scale
        right.append(_size(change - 2j * OMEGA * m * mode) / scale)
        commuting.extend(_size(L @ mode - mode @ L) for L in jumps)
    modes = peripheral_modes(chain)
    omega = np.imag(modes.eigenvalues)
    turning = np.sort(omega[omega != 0])
    listed = ", ".join(f"{value:+.4g}" for value in turning)
    holding = [m for m, size in as_printed.items() if size < EXACT]
    alone = len(turning) == 6 and np.allclose(
        turning, 2 * OMEGA * np.array([-3, -2, -1, 1, 2, 3]), rtol=0, atol=6e-9 * OMEGA
    )
    yield Found(
        f"holds for $M = {', '.join(map(str, holding))}$; with $2i\\omega M$ it holds "
        f"for all six $M$ (relative deviation ${zero(max(right))}$)",
        bars[0](max(as_printed.values())),
        amended=bars[0](max(right)),
        uncertainty=NUMERICAL,
    )
    yield Found(
        f"largest element ${zero(max(commuting))}$",
        bars[1](max(commuting)),
        uncertainty=NUMERICAL,
    )
    yield Found(
        f"frequencies ${listed}$ in units of $\\omega$ for $N = 3$, besides {modes.zero_modes} "
        f"zeros; the next mode decays at ${modes.gap:.5f}\\,\\omega$",
        bool(alone),
        uncertainty=r"numerical, $10^{-9}$",
    )


@claim(
    "C8",
    MODEL,
    r"and in particular $\text{Tr}[O_j\rho_M^{\text{osc}}] \neq 0$ if and only if $M = \pm 1$",
    statement=r"An observable of one site can see $\rho_M^{\text{osc}}$ only for $M = \pm 1$; "
    "$(S_j^x)^2$ does",
    printed=r"$M = \pm 1$",
    bar=bars.Bar(
        "coherences of one site are zero, to $10^{-9}$, for $M = 2, 3$ and not for $M = 1$"
    ),
)
def observables() -> Found:
    chain = dephased_chain()
    P, states = spin_flip(chain.space), stationary_states(chain.space)
    seen = {
        m: [_size(partial_trace(P @ states[str(m)], chain.space, site)) for site in chain.space]
        for m in (1, 2, 3)
    }
    strength = dynamical_synchronization(chain, {"Sx^2": squared_sx}).strength
    holds = min(seen[1]) > ROUNDING > max(seen[2] + seen[3])
    return Found(
        f"reduced to one site, the coherence has the element ${min(seen[1]):.4f}$ for $M = 1$, "
        f"${zero(max(seen[2]))}$ for 2, ${zero(max(seen[3]))}$ for 3; $\\langle(S_j^x)^2\\rangle$ "
        f"oscillates with amplitudes up to ${strength[:, 0].min():.4f}$ at $2\\omega$, "
        f"${zero(float(strength[:, 1:].max()))}$ at other frequencies",
        holds and strength[:, 0].min() > ROUNDING > strength[:, 1:].max(),
        uncertainty=NUMERICAL,
    )


@claim(
    "C9",
    MODEL,
    r"$O_j = (S_j^x)^2$, which is known ... to feature dynamical synchronization at frequency "
    r"$2\omega$",
    printed=r"$2\omega$",
    bar=bars.identity("the frequency, on every site, is equal"),
)
@claim(
    "C10",
    SETUP + ", below Eq. (1)",
    r"oscillate at the same frequency $\omega$, with a fixed phase difference independent of the "
    "initial state",
    statement="Checked for $(S_j^x)^2$ on the sites of the spin-1 chain, from any initial state",
    printed="fixed",
    bar=bars.identity(
        "the operators that give the complex amplitudes of the sites are proportional"
    ),
)
def oscillations(bars) -> Iterator[Found]:
    data = dynamics()
    late = data.isel(time=data.time > float(data.time[-1]) - 2 * np.pi)
    rest = float(np.abs(late.expectation - late.asymptotic).max())
    at = data.attrs["strongest_frequency"]
    amplitude = data.amplitude.sel(frequency=at).values
    locking = dynamical_synchronization(dephased_chain(), {"Sx^2": squared_sx})
    locked = bool(locking.locked[..., 0].all())
    apart = float(np.abs(locking.phase_difference[..., 0]).max())
    ratio = float(np.abs(locking.amplitude_ratio[..., 0] - 1).max())
    yield Found(
        f"${at:.6f}$ in units of $\\omega$, with the amplitudes "
        + ", ".join(f"${value:.6f}$" for value in amplitude)
        + rf" on the three sites from "
        r"$(\vert 1\rangle + \vert{-1}\rangle)\vert 0,0\rangle/\sqrt{2}$; "
        rf"at $\omega t = {float(data.time[-1]):g}$ all else has decayed to below $10^{{-5}}$",
        bars[0](at / (2 * OMEGA) - 1) & Margin(rest / 1e-5) & Margin(1e-3 / amplitude.min()),
        uncertainty=r"numerical, $10^{-9}$",
    )
    yield Found(
        f"proportional: phase differences ${zero(apart)}$, amplitude ratios 1 to ${zero(ratio)}$"
        if locked
        else "the phase differences depend on the initial state",
        bars[1](max(apart, ratio)) if locked else False,
        uncertainty=r"numerical, $10^{-9}$",
    )


@claim(
    "C12",
    "Spin-1 model, above Eq. (7)",
    "the steady state is a mixture of the unperturbed ones, ... for some real numbers "
    r"$c_\alpha \geq 0$ satisfying $\sum_\alpha c_\alpha = 1$",
    printed=r"$\rho^\infty_{\text{pert}} = \sum_\alpha c_\alpha \mathbf{1}_\alpha$",
    bar=bars.identity(r"equal (and all $c_\alpha \geq 0$)"),
)
def mixtures(bar) -> Found:
    states = stationary_states(prepared_chain().space)
    apart, least, sums = 0.0, np.inf, 0.0
    for seed in SEEDS:
        drawn = sample(seed)
        mixture = sum((c * states[name] for name, c in drawn.weights.items()), np.zeros((27, 27)))
        apart = max(apart, _size(drawn.rho - mixture))
        least = min(least, *drawn.weights.values())
        sums = max(sums, abs(sum(drawn.weights.values()) - 1))
    return Found(
        f"deviation ${zero(apart)}$, smallest $c_\\alpha$ ${least:.4f}$, "
        f"$\\sum_\\alpha c_\\alpha = 1$ to ${zero(sums)}$ in {NUMBER}: no other coherence enters",
        bar(max(apart, sums)) if least >= 0 else False,
        uncertainty=NUMERICAL,
    )


@claim(
    "C60",
    "Spin-1 model, below Eq. (8)",
    r"this phenomenon of $\pi/3$-synchronization in the steady state, as opposed to ... "
    "$(0, \\pi)$-synchronization, is unseen in the dynamical notion",
    statement=r"Observables of single sites, whatever they are, oscillate with the in-plane angles "
    r"of the sites apart by $0$ or $\pi$; the steady state has multiples of $\pi/3$ as well (C21)",
    printed=r"$0$ or $\pi$ only",
    bar=bars.identity("the coherences of the three sites are equal"),
)
def only_zero_or_pi_in_the_dynamics(bar) -> Found:
    chain = dephased_chain()
    mode = spin_flip(chain.space) @ stationary_states(chain.space)["1"]
    reduced = [partial_trace(mode, chain.space, site) for site in chain.space]
    apart = max(_size(one - reduced[0]) for one in reduced) / _size(reduced[0])
    places = [tuple(map(int, place)) for place in np.argwhere(np.abs(reduced[0]) > EXACT)]
    return Found(
        r"the only mode that single sites see turns $\vert{-1}\rangle\langle 1\vert$ of every site "
        "by the "
        rf"same phase (relative deviation ${zero(apart)}$): twice the angles agree, whatever the "
        "initial state and the observable",
        bar(apart) if len(places) == 1 and abs(places[0][0] - places[0][1]) == 2 else False,
        uncertainty=NUMERICAL,
    )


def _size(operator: np.ndarray) -> float:
    return float(np.abs(operator).max(initial=0.0))
