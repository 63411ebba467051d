"""Claims of Zhao et al. (2025) on pairs: dark states of App. D, weak coupling of App. E."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quantsync.catalogue.models import Model
from quantsync.lindblad import dynamical_synchronization, evolve, peripheral_modes
from quantsync.lindblad.degenerate import DegenerateBase, degenerate_steady_state
from quantsync.measures import chi_2, phase_distribution, relative_phase_distribution
from quantsync.models import collective_decay_pair, dephased_chain
from quantsync.papers import bars
from quantsync.papers.bars import ROUNDING, Margin
from quantsync.papers.paper import Found, claim, zero
from quantsync.papers.zhao2025 import dark_states, printed
from quantsync.papers.zhao2025.data import (
    COHERENCE,
    PERTURBATION,
    appendix_e,
    free_spins,
    pair_perturbation,
    uncoupled_pair,
)
from quantsync.papers.zhao2025.uncertainty import EXACT_COUNT, NUMERICAL

J, DELTA, B = (
    float(Model(collective_decay_pair).parameters[name].default)
    for name in ("exchange", "anisotropy", "field")
)
SEEDS = range(20)


AT_FIGURE_5 = rf"at $J = {J:g}$, $\Delta = {DELTA:g}$, $B = {B:g}$ of Fig. 5"
PARAMETERS = (
    r"parameters that are not printed; ours: $(\epsilon, \Delta_1 - \Delta_2, \gamma_1^d, "
    r"\gamma_2^g) = "
    f"({PERTURBATION['epsilon']:g}, {PERTURBATION['detuning']:g}, {PERTURBATION['damping_a']:g}, "
    rf"{PERTURBATION['gain_b']:g})\,\eta$, $\gamma_1^g = \gamma_2^d = 1$"
)


@claim(
    "C41",
    "Connecting the two notions of synchronization, above Eq. (4)",
    r"this sort is known to feature algebraic relations ... that imply the existence of more than "
    "one zero mode",
    statement="an oscillating coherence comes with more than one zero mode; checked for the three "
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
    "C42",
    "Appendix D, Eqs. (D3) and (D4)",
    r"The operator $P$ generates a strong symmetry ... because it satisfies "
    r"$[H, P] = [P, L_-] = 0$",
    statement="and its sectors are those of Eq. (D4)",
    printed=r"$P = |{\uparrow\uparrow}\rangle\langle{\downarrow\downarrow}| + "
    r"|{\downarrow\downarrow}\rangle\langle{\uparrow\uparrow}| + \ldots$",
    bar=bars.identity("commutators are zero"),
    correction=r"$|{\uparrow\uparrow}\rangle\langle{\downarrow\downarrow}| + "
    r"|{\downarrow\downarrow}\rangle\langle{\uparrow\uparrow}| \to "
    r"|{\uparrow\uparrow}\rangle\langle{\uparrow\uparrow}| + "
    r"|{\downarrow\downarrow}\rangle\langle{\downarrow\downarrow}|$ in Eq. (D3): the exchange of "
    "the two spins, whose sectors Eq. (D4) lists. All that follows from (D4) stands",
    merged="C43",
)
def strong_symmetry(bar) -> Found:
    pair = collective_decay_pair()
    H, L = pair.hamiltonian(), pair.terms.jumps[0].toarray()
    flip = printed.spin_flip_of_the_pair()
    (flip_h, flip_l), (swap_h, swap_l) = (
        (_size(H @ P - P @ H), _size(L @ P - P @ L)) for P in (flip, dark_states.SWAP)
    )
    triplet = np.array([0, 1, 1, 0]) / np.sqrt(2)
    even = [np.eye(4)[0], triplet, dark_states.LOWEST]
    left = {
        name: max(
            *(float(np.abs(P @ v - v).max()) for v in even),
            float(np.abs(P @ dark_states.SINGLET + dark_states.SINGLET).max()),
        )
        for name, P in (("flip", flip), ("swap", dark_states.SWAP))
    }
    return Found(
        rf"$P$ as printed: commutators with elements up to ${flip_h:.3g}$ ($H$) and "
        rf"${flip_l:.3g}$ ($L_-$); the exchange of the spins: ${zero(swap_h)}$ and "
        rf"${zero(swap_l)}$, and the states of Eq. (D4) are its eigenstates to "
        f"${zero(left['swap'])}$ (of $P$ as printed: to {left['flip']:.3g})",
        bar(max(flip_h, flip_l, left["flip"])),
        amended=bar(max(swap_h, swap_l, left["swap"])),
        uncertainty=NUMERICAL,
    )


@claim(
    "C44",
    "Appendix D, below Eq. (D4)",
    r"$|v_\pm\rangle$ are eigenstates of $H$ ... and that $L_-|v_+\rangle = L_-|v_-\rangle = 0$",
    statement="both are dark, and there are no other steady states",
    printed="$0$",
    bar=bars.identity("zero"),
)
@claim(
    "C45",
    "Appendix D, below Eq. (D4)",
    r"$|v_\pm\rangle$ are eigenstates of $H$ with energies $\Delta - 2B, -2J - \Delta$",
    bar=bars.identity("energies are equal"),
    correction=r"$-2J - \Delta \to -J - \Delta$ for the $H$ of Eq. (D1), in which $J$ stands "
    r"without a factor 2 (with $2J$ there, the line would be right). Only the frequency "
    "(C46) depends on it",
)
@claim(
    "C46",
    "Appendix D, below Eq. (D4)",
    r"the system possesses an oscillating coherence $\rho^{\text{osc}} = |v_+\rangle\langle v_-|$ "
    r"at frequency $\omega = 2(J - \Delta + B)$",
    bar=bars.identity("frequencies are equal"),
    correction=r"$2(J - \Delta + B) \to 2B - 2\Delta - J$ (its sign depends on which of the "
    r"coherence and its adjoint is meant; the energies as printed would give $2(B - \Delta - J)$). "
    "That the two spins oscillate, and in antiphase, does not depend on it",
)
def dark_state_energies(bars) -> Iterator[Found]:
    pair = collective_decay_pair()
    H, L = np.real(pair.hamiltonian()), pair.terms.jumps[0].toarray()
    states = {"+": dark_states.LOWEST, "-": dark_states.SINGLET}
    dark = max(float(np.abs(L @ v).max()) for v in states.values())
    energy = {name: float(v @ H @ v) for name, v in states.items()}
    sharp = max(float(np.abs(H @ v - energy[name] * v).max()) for name, v in states.items())
    guess = printed.singlet_energy(J, DELTA)
    lowest = energy["+"] - dark_states.lowest_energy(DELTA, B)
    right = energy["-"] - dark_states.singlet_energy(J, DELTA)
    modes = peripheral_modes(pair)
    frequency = float(modes.frequencies[0])
    as_printed = printed.pair_frequency(J, DELTA, B)
    of_energies = abs(dark_states.lowest_energy(DELTA, B) - guess)
    formula = dark_states.pair_frequency(J, DELTA, B)
    yield Found(
        f"$L_-|v\\rangle$ is ${zero(dark)}$, $H|v\\rangle - E|v\\rangle$ is ${zero(sharp)}$; "
        f"{modes.zero_modes} zero modes",
        bars[0](max(dark, sharp)) if modes.zero_modes == len(states) else False,
        uncertainty=NUMERICAL,
    )
    yield Found(
        f"${energy['+']:.4g}$ and ${energy['-']:.4g}$; $\\Delta - 2B$ is right (to "
        f"${zero(lowest)}$), $-J - \\Delta$ too (to ${zero(right)}$)",
        bars[1](energy["-"] - guess) & bars[1](lowest),
        amended=bars[1](right) & bars[1](lowest),
        uncertainty=NUMERICAL,
        printed=rf"$\Delta - 2B = {dark_states.lowest_energy(DELTA, B):.4g}$ and "
        rf"$-2J - \Delta = {guess:.4g}$ {AT_FIGURE_5}",
    )
    yield Found(
        rf"$\lvert\omega\rvert = {frequency:.6g}$, and $\lvert 2B - 2\Delta - J\rvert = "
        rf"{abs(formula):.4g}$; the printed energies would give {of_energies:.4g}",
        bars[2](frequency / abs(as_printed) - 1),
        amended=bars[2](frequency / abs(formula) - 1),
        uncertainty=r"numerical, $10^{-10}$",
        printed=rf"$2(J - \Delta + B) = {as_printed:.4g}$ {AT_FIGURE_5}",
    )


@claim(
    "C47",
    "Appendix D, below Eq. (D4)",
    r"Single-site observables of this sort include $\sigma_j^x, \sigma_j^y$, for $j = 1, 2$",
    printed=r"$\text{Tr}[O\rho^{\text{osc}}] \neq 0$",
    bar=bars.Bar(r"amplitudes above $10^{-9}$: not zero"),
)
@claim(
    "C48",
    "Appendix D, below Eq. (D4)",
    r"$\langle\sigma_1^x(t)\rangle$ synchronizes with $-\langle\sigma_2^x(t)\rangle$. The negative "
    r"sign here indicates ... fixed phase difference $\pi$",
    printed=r"$\pi$",
    bar=bars.identity("equal"),
)
def antiphase_dynamics(bars) -> Iterator[Found]:
    pair = collective_decay_pair()
    space = pair.space
    paulis = {name: lambda s, a=name: 2 * getattr(s, a) for name in "xyz"}
    late = dynamical_synchronization(pair, paulis)
    pairs = {
        name: [k for k, other in enumerate(late.observables) if other == name] for name in "xyz"
    }
    strength = {name: late.strength[sites].min() for name, sites in pairs.items()}
    shown = min(strength["x"], strength["y"])
    turned = [
        abs(float(late.phase_difference[first, second, 0]))
        for first, second in (pairs["x"], pairs["y"])
    ]
    down, plus = np.array([0, 1]), np.array([1, 1]) / np.sqrt(2)
    psi = np.kron(plus, down)
    path = evolve(pair, np.outer(psi, psi), np.linspace(200, 210, 201))
    first, second = (
        np.real(np.einsum("tij,ji->t", path.rho, 2 * space[s].x.toarray())) for s in space
    )
    size, error = float(np.abs(first).max()), float(np.abs(first + second).max())
    yield Found(
        rf"amplitudes of up to {shown:.4f} for $\sigma_j^x$, $\sigma_j^y$, ${zero(strength['z'])}$ "
        r"for $\sigma_j^z$",
        shown > ROUNDING,
        uncertainty=NUMERICAL,
    )
    yield Found(
        rf"${min(turned) / np.pi:.6f}\,\pi$ from any initial state; from the product state "
        rf"$|{{+}}\rangle|{{\downarrow}}\rangle$ $\langle\sigma_1^x\rangle$ oscillates with "
        rf"amplitude {size:.3f} for $Jt > 200$, and its sum with $\langle\sigma_2^x\rangle$ is "
        f"{'zero to $10^{-9}$' if error < 1e-9 else f'{error:.1g}'}",
        bars[1](min(turned) / np.pi - 1) & bars[1](error / size),
        uncertainty=r"numerical, $10^{-10}$",
    )


@claim(
    "C49",
    "Appendix D, above Eq. (D5)",
    r"we expect from Eq. (4) that $\rho^\infty_{\text{pert}} = c_+|v_+\rangle\langle v_+| + "
    r"c_-|v_-\rangle\langle v_-|$",
    printed=r"$c_\pm \geq 0$",
    bar=bars.identity("equal"),
)
@claim(
    "C50",
    "Appendix D, Eq. (D5)",
    r"so the joint distribution of the in-plane angles $\phi_1, \phi_2$ reads ... [Eq. (D5)]",
    statement="the deviation from the uniform distribution, and its maximum as a function of one "
    "difference of angles, $S_{\\max} = c_-$ below Eq. (D5)",
    printed=r"$-c_-\cos(\phi_1 - \phi_2)$; $S_{\max} = c_-$",
    bar=bars.identity("coefficients are equal"),
    correction=r"$-c_- \to -\frac{c_-}{64}$ in Eq. (D5), so that $S_d = -\frac{\pi}{32} c_- "
    r"\cos\phi'_1$ and $S_{\max} = c_- \to \frac{\pi}{32} c_-$ (the $S_d$ that is printed has the "
    r"maximum $2\pi c_-$). The phase $\pi$ and $S_{\max} > 0$ stand; as printed $S$ would become "
    r"negative for $c_- > (2\pi)^{-2}$",
    merged="C51",
)
@claim(
    "C52",
    "Appendix D, below Eq. (D5)",
    r"the observation that the in-plane angles $\phi_1$, $\phi_2$ most likely differ by $\pi$ "
    "agrees with the dynamical notion",
    statement=r"$S_d$ is largest at $\phi'_1 = \pi$",
    printed=r"$\pi$",
    bar=bars.Bar(r"$10^{-6}\,\pi$: an equality, found by a search for the maximum"),
)
def antiphase_locking(bars) -> Iterator[Found]:
    base = DegenerateBase(collective_decay_pair())
    space = base.space
    projectors = [np.outer(v, v) for v in (dark_states.LOWEST, dark_states.SINGLET)]
    angles = ((0.3, 1.1), (2.0, -0.5), (3.0, 0.1))
    apart, least, wave, where = 0.0, np.inf, 0.0, []
    height, normalised, raw, c_minus = [], [], [], []
    for seed in SEEDS:
        rho = degenerate_steady_state(
            base, printed.random_perturbation(space, np.random.default_rng(seed))
        ).rho[0]
        weights = [float(np.real(np.trace(p @ rho))) for p in projectors]
        apart = max(apart, _size(rho - weights[0] * projectors[0] - weights[1] * projectors[1]))
        least = min(least, *weights)
        joint = phase_distribution(rho, space)
        for pair in angles:
            found = float(joint.density(*pair))
            wave = max(wave, abs(found - float(dark_states.pair_distribution(weights[1], *pair))))
            guess = float(printed.pair_distribution(weights[1], *pair))
            normalised.append((found - joint.uniform_density) / guess)
            raw.append((printed.marginal_distribution(rho, space, pair) - 1) / guess)
        locking = relative_phase_distribution(rho, space)
        height.append(float(locking.maximum) / weights[1])
        where.append(abs(float(locking.location[0])))
        c_minus.append(weights[1])
    number = f"{len(SEEDS)} random perturbations (seeds 0 to {len(SEEDS) - 1})"
    peak = np.array(height)
    readings = [np.abs(np.array(factors) - 1).max() for factors in (normalised, raw)]
    yield Found(
        f"deviation {'below $10^{-10}$' if apart < 1e-10 else f'{apart:.2g}'}, smallest weight "
        f"{least:.3f}, $c_-$ from {min(c_minus):.3f} to {max(c_minus):.3f} in {number}",
        bars[0](apart) if least >= 0 else False,
        uncertainty=r"numerical, $10^{-10}$",
    )
    yield Found(
        rf"$S$ normalised to 1 has ${normalised[0]:.6f} = 1/64$ times the printed coefficient (to "
        rf"${zero(wave)}$), Eq. (A3) without the factor of C13 ${raw[0]:.4f} = \pi^2/16$ times it; "
        rf"$S_{{\max}} = {height[0]:.6f}\,c_- = (\pi/32)\,c_-$",
        bars[1](min(readings))
        & bars[1](np.abs(peak / printed.pair_synchronization(1.0) - 1).max()),
        amended=bars[1](np.abs(64 * np.array(normalised) - 1).max())
        & bars[1](np.abs(peak / dark_states.pair_synchronization(1.0) - 1).max()),
        uncertainty=r"numerical, $10^{-10}$",
    )
    yield Found(
        rf"${min(where) / np.pi:.6f}\,\pi$ to ${max(where) / np.pi:.6f}\,\pi$ in {number} of "
        "vanishing strength",
        Margin((np.pi - min(where)) / 1e-6 / np.pi),
        uncertainty=r"numerical, $10^{-7}\,\pi$",
    )


@claim(
    "C53",
    "Appendix D, Eq. (D6)",
    r"$\chi_2$ is uniformly distributed in $[0, 1]$ if the angles $\phi_1, \phi_2$ are uniformly "
    "i.i.d.",
    printed=r"$F(\chi_2) = \chi_2$",
    bar=bars.Bar("distribution functions differ by less than four steps of the grid of angles"),
)
def uniform_chi_2() -> Found:
    count = 10_000
    values = np.sort(chi_2(2 * np.pi * (np.arange(count) + 0.5) / count))
    deviation = float(np.abs(values - (np.arange(count) + 0.5) / count).max())
    return Found(
        f"on a grid of {count} angles the distribution function differs by less than "
        f"${4 / count:g}$"
        if deviation < 4 / count
        else f"differs by {deviation:.2g}",
        Margin(deviation / (4 / count)),
        uncertainty=f"a step of the grid, ${1 / count:g}$",
    )


@claim(
    "C54",
    "Appendix E, Eq. (E3)",
    r"$\mathcal{L}_1[\rho_1^{\text{osc}}] = i\omega\rho_1^{\text{osc}}, "
    r"\mathcal{L}_2[\rho_2^{\text{osc}}] = i\omega\rho_2^{\text{osc}}$, so they oscillate at the "
    "same frequency",
    printed=r"$i\omega$",
    bar=bars.identity("the eigenvalue equations hold"),
)
@claim(
    "C55",
    "Appendix E, Eq. (E4)",
    "The unperturbed system therefore features ... the following zero modes with off-diagonal "
    "entries in the computation basis",
    printed=r"$|0, 0\rangle\langle 1, -1|$ and its adjoint",
    bar=bars.identity("zero"),
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
def undamped_modes_of_free_spins(bars) -> Iterator[Found]:
    """Eqs. (E3) and (E4), in the frame at rest with omega = 1."""
    omega = 1.0
    spins = free_spins(omega)
    ket = np.eye(3)
    first, second = np.outer(ket[1], ket[0]), np.outer(ket[2], ket[1])
    # Each with a state of the other spin that stands still.
    alone = [(first, np.outer(ket[2], ket[2])), (np.outer(ket[0], ket[0]), second)]
    single = max(_size(spins.apply(np.kron(a, b)) - 1j * omega * np.kron(a, b)) for a, b in alone)
    zero_mode = np.kron(first, second.T)
    expected = np.outer(np.kron(ket[1], ket[1]), np.kron(ket[0], ket[2]))
    same = _size(zero_mode - expected)
    still = _size(spins.apply(zero_mode))
    modes = peripheral_modes(spins)
    turning = np.rint(np.imag(modes.eigenvalues) / omega).astype(int)
    counts = {k: int((turning == k).sum()) for k in (0, 1, -1, 2, -2)}
    yield Found(f"deviation ${zero(single)}$", bars[0](single), uncertainty=NUMERICAL)
    yield Found(
        rf"$\mathcal{{L}}$ of it is ${zero(still)}$; it is "
        rf"$\rho_1^{{\text{{osc}}}} \otimes (\rho_2^{{\text{{osc}}}})^\dagger$ to ${zero(same)}$",
        bars[1](max(still, same)),
        uncertainty=NUMERICAL,
    )
    yield Found(
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
    statement=r"of the form of Eq. (5), with $c_{\lambda=0} \neq 0$; for Appendix E",
    printed=r"$c_{\lambda=0} \neq 0$",
    bar=bars.identity("all other off-diagonal elements are zero"),
    convention=PARAMETERS,
)
@claim(
    "C58",
    "Appendix E, below Eq. (E4)",
    r"these entries indeed contribute to the steady-state measure $S_{\max}$ of synchronization "
    "... in the presence of small yet nonzero",
    printed=r"$S_{\max} > 0$",
    bar=bars.ordering(r"$S_{\max} > 0$ as $\eta \to 0$"),
    convention=PARAMETERS,
)
def weakly_coupled_spins(bars) -> Iterator[Found]:
    rho = degenerate_steady_state(uncoupled_pair(), pair_perturbation()).rho[0]
    rest = rho - np.diag(np.diag(rho))
    row, column = COHERENCE
    element = complex(rest[row, column])
    rest[row, column] = rest[column, row] = 0
    data = appendix_e()
    limit, height = float(data.S_max_limit), data.S_max.values
    away = np.abs(height[:2] - limit)
    steps = np.log(data.eta.values[1] / data.eta.values[0])
    order = float(np.log(away[1] / away[0]) / steps)
    kept = [complex(rho[i, i]).real for i in (1, 2, 4, 5)]
    alone = abs(sum(kept) - 1)
    yield Found(
        rf"$\langle 0,0|\rho|1,-1\rangle = {element.real:.5f} {element.imag:+.5f}\,i$, no other "
        f"off-diagonal element (${zero(_size(rest))}$), and populations of the products of steady "
        f"states only (to ${zero(alone)}$)",
        bars[0](max(_size(rest), alone)) if abs(element) > ROUNDING else False,
        uncertainty=NUMERICAL,
    )
    yield Found(
        rf"$S_{{\max}} \to {limit:.5f}$ as $\eta \to 0$, approached as $\eta^{{{order:.2f}}}$; "
        f"{float(data.S_max.sel(eta=0.1, method='nearest')):.4f} at $\\eta = 0.1$",
        limit > ROUNDING and abs(order - 1) < 0.1,
        uncertainty=r"numerical, $10^{-9}$",
    )


def _size(operator: np.ndarray) -> float:
    return float(np.abs(operator).max(initial=0.0))
