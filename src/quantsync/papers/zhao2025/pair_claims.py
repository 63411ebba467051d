"""Claims of Zhao et al. (2025) on pairs: dark states of App. D, weak coupling of App. E."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quantsync.catalogue.models import Model
from quantsync.lindblad import dynamical_synchronization, evolve, peripheral_modes
from quantsync.lindblad.degenerate import (
    DegenerateBase,
    degenerate_steady_state,
    random_lindbladian,
)
from quantsync.lindblad.degenerate.kossakowski import (
    gell_mann_diagonal,
    kossakowski_generator,
    random_hamiltonian,
    random_kossakowski,
)
from quantsync.measures import chi_2, phase_distribution, relative_phase_distribution
from quantsync.models import collective_decay_pair
from quantsync.operators import Space, Spin
from quantsync.papers import bars
from quantsync.papers.bars import ROUNDING, Margin
from quantsync.papers.paper import Found, claim, zero
from quantsync.papers.zhao2025 import dark_states, printed
from quantsync.papers.zhao2025.chain_claims import PARAMETERS
from quantsync.papers.zhao2025.data import (
    appendix_e,
    free_spins,
)
from quantsync.papers.zhao2025.ensemble_data import (
    SEED,
    SINGLET_WEIGHT,
    WEAKEST,
    at,
    figure_5,
    samples_of,
    standard_error,
)
from quantsync.papers.zhao2025.uncertainty import NUMERICAL, measured
from quantsync.sweeps import ensemble

J, DELTA, B = (
    float(Model(collective_decay_pair).parameters[name].default)
    for name in ("exchange", "anisotropy", "field")
)
SEEDS = range(20)


AT_FIGURE_5 = rf"at $J = {J:g}$, $\Delta = {DELTA:g}$, $B = {B:g}$ of Fig. 5"


@claim(
    "C42",
    "Appendix D, Eqs. (D3) and (D4)",
    r"The operator $P$ generates a strong symmetry ... because it satisfies "
    r"$[H, P] = [P, L_-] = 0$",
    statement="And its sectors are those of Eq. (D4)",
    printed=r"$P = \vert{\uparrow\uparrow}\rangle\langle{\downarrow\downarrow}\vert + "
    r"\vert{\downarrow\downarrow}\rangle\langle{\uparrow\uparrow}\vert + \ldots$",
    bar=bars.identity("commutators are zero"),
    correction=r"$\vert{\uparrow\uparrow}\rangle\langle{\downarrow\downarrow}\vert + "
    r"\vert{\downarrow\downarrow}\rangle\langle{\uparrow\uparrow}\vert \to "
    r"\vert{\uparrow\uparrow}\rangle\langle{\uparrow\uparrow}\vert + "
    r"\vert{\downarrow\downarrow}\rangle\langle{\downarrow\downarrow}\vert$ in Eq. (D3): the "
    "exchange of "
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
    r"$\vert v_\pm\rangle$ are eigenstates of $H$ ... and that "
    r"$L_-\vert v_+\rangle = L_-\vert v_-\rangle = 0$",
    statement="Both are dark, and there are no other steady states",
    printed="$0$",
    bar=bars.identity("zero"),
)
@claim(
    "C45",
    "Appendix D, below Eq. (D4)",
    r"$\vert v_\pm\rangle$ are eigenstates of $H$ with energies $\Delta - 2B, -2J - \Delta$",
    bar=bars.identity("energies are equal"),
    correction=r"$-2J - \Delta \to -J - \Delta$ for the $H$ of Eq. (D1), in which $J$ stands "
    r"without a factor 2 (with $2J$ there, the line would be right). Only the frequency "
    "(C46) depends on it",
)
@claim(
    "C46",
    "Appendix D, below Eq. (D4)",
    r"the system possesses an oscillating coherence "
    r"$\rho^{\text{osc}} = \vert v_+\rangle\langle v_-\vert$ "
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
        f"$L_-\\vert v\\rangle$ is ${zero(dark)}$, "
        f"$H\\vert v\\rangle - E\\vert v\\rangle$ is ${zero(sharp)}$; "
        f"{modes.zero_modes} zero modes",
        bars[0](max(dark, sharp)) if modes.zero_modes == len(states) else False,
        uncertainty=NUMERICAL,
    )
    yield Found(
        f"${energy['+']:.4g}$ and ${energy['-']:.4g}$; they differ from $\\Delta - 2B$ and "
        f"$-J - \\Delta$ by ${zero(lowest)}$ and ${zero(right)}$",
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
        rf"$\vert{{+}}\rangle\vert{{\downarrow}}\rangle$ "
        r"$\langle\sigma_1^x\rangle$ oscillates with "
        rf"amplitude {size:.3f} for $Jt > 200$, and its sum with $\langle\sigma_2^x\rangle$ is "
        f"{'zero to $10^{-9}$' if error < 1e-9 else f'{error:.1g}'}",
        bars[1](min(turned) / np.pi - 1) & bars[1](error / size),
        uncertainty=r"numerical, $10^{-10}$",
    )


@claim(
    "C49",
    "Appendix D, above Eq. (D5)",
    r"we expect from Eq. (4) that "
    r"$\rho^\infty_{\text{pert}} = c_+\vert v_+\rangle\langle v_+\vert + "
    r"c_-\vert v_-\rangle\langle v_-\vert$",
    printed=r"$c_\pm \geq 0$",
    bar=bars.identity("equal"),
)
@claim(
    "C50",
    "Appendix D, Eq. (D5)",
    r"so the joint distribution of the in-plane angles $\phi_1, \phi_2$ reads ... [Eq. (D5)]",
    statement="The deviation from the uniform distribution, and its maximum as a function of one "
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
    printed=r"$\vert 0, 0\rangle\langle 1, -1\vert$ and its adjoint",
    bar=bars.identity("zero"),
)
def coherences_of_free_spins(bars) -> Iterator[Found]:
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
    yield Found(f"deviation ${zero(single)}$", bars[0](single), uncertainty=NUMERICAL)
    yield Found(
        rf"$\mathcal{{L}}$ of it is ${zero(still)}$; it is "
        rf"$\rho_1^{{\text{{osc}}}} \otimes (\rho_2^{{\text{{osc}}}})^\dagger$ to ${zero(same)}$",
        bars[1](max(still, same)),
        uncertainty=NUMERICAL,
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
def weakly_coupled_spins() -> Found:
    data = appendix_e()
    limit, height = float(data.S_max_limit), data.S_max.values
    away = np.abs(height[:2] - limit)
    steps = np.log(data.eta.values[1] / data.eta.values[0])
    order = float(np.log(away[1] / away[0]) / steps)
    return Found(
        rf"$S_{{\max}} \to {limit:.5f}$ as $\eta \to 0$, approached as $\eta^{{{order:.2f}}}$; "
        f"{float(data.S_max.sel(eta=0.1, method='nearest')):.4f} at $\\eta = 0.1$",
        limit > ROUNDING and abs(order - 1) < 0.1,
        uncertainty=r"numerical, $10^{-9}$",
    )


@claim(
    "C68",
    "Appendix F, Eq. (F3)",
    r"for traceless matrices $F_n$ satisfying $\text{Tr}[F_m F_n^\dagger] = \delta_{m,n}$. In "
    "practice, we pick ... [Eq. (F3)]",
    printed=r"$\text{Tr}[F_m F_n^\dagger] = \delta_{m,n}$",
    bar=bars.identity("equal"),
    correction=r"$a = b$: $\delta_{j,a}\delta_{k,a} - \delta_{j,a+1}\delta_{k,a+1} \to "
    r"\frac{1}{\sqrt{a(a+1)}}\left(\sum_{i \leq a}\delta_{j,i}\delta_{k,i} - a\,\delta_{j,a+1}"
    r"\delta_{k,a+1}\right)$ is one choice that is orthonormal. The chain hardly changes; the "
    r"singlet's weight $\langle c_-\rangle$ at weak perturbations of the pair does",
)
def orthonormal_operators(bar: bars.Bar, full: bool) -> Found:
    size = collective_decay_pair().space.dimension
    as_printed, right = printed.diagonal_operators(size), gell_mann_diagonal(size)
    apart = [float(np.abs(F.T @ F - np.eye(size - 1)).max()) for F in (as_printed, right)]
    overlap = as_printed.T @ as_printed
    data = figure_5(full)
    found = ensemble(
        collective_decay_pair(),
        [1e-7],
        data.sizes["sample"],
        SEED,
        [SINGLET_WEIGHT],
        draw=random_lindbladian,
        workers=1,
    )
    ours, orthonormal = (
        measured(float(w.mean("sample")), float(standard_error(w)))
        for w in (at(data, WEAKEST).singlet_weight, found.singlet_weight[:, 0])
    )
    return Found(
        rf"for operators $a = b$ as printed $\text{{Tr}}[F_m F_n^\dagger]$ is "
        rf"${overlap[0, 0]:.0f}$ and, for neighbours, ${overlap[0, 1]:.0f}$; corrected it "
        rf"is $\delta_{{m,n}}$. $\langle c_-\rangle$ = {ours} as printed, {orthonormal} corrected",
        bar(apart[0]),
        amended=bar(apart[1]),
        uncertainty=f"traces exact; $\\langle c_-\\rangle$: {samples_of(data)}",
    )


@claim(
    "C69",
    "Appendix F, below Eq. (F1)",
    r"We sample the Hamiltonian $H_{(1)}$ from a Gaussian unitary ensemble of unit variance ... "
    r"$H_{(1)} = (M + M^\dagger)/\sqrt{2}$",
    printed="variance 1",
    bar=bars.identity("equal"),
    convention="the variance is that of the real and of the imaginary part of an off-diagonal "
    r"element, so that $E\lvert H_{ij}\rvert^2 = 2$; with $E\lvert H_{ij}\rvert^2 = 1$, which is "
    r"also called unit variance, it would be $(M + M^\dagger)/2$. Strengths $\eta$ depend on it",
)
def unit_variance(bar: bars.Bar) -> Found:
    class Unit:
        """Gives 1 for one of the normal numbers, in turn, and 0 for the others."""

        def __init__(self, place: int):
            self.place = place

        def standard_normal(self, shape: tuple[int, ...]) -> np.ndarray:
            values = np.zeros(shape)
            values.flat[self.place] = 1
            return values

    size = 3
    answers = np.array([random_hamiltonian(size, Unit(k)) for k in range(2 * size**2)])  # pyright: ignore[reportArgumentType]
    parts = np.real(answers), np.imag(answers)
    real, imaginary = (float((part[:, 0, 1] ** 2).sum()) for part in parts)
    own = float((parts[0][:, 0, 0] ** 2).sum())
    return Found(
        f"variances {real:.6g} of the real and {imaginary:.6g} of the imaginary part of an element "
        f"off the diagonal, {own:.6g} of one on it",
        bar(real - 1) & bar(imaginary - 1),
        uncertainty="exact: a linear function of normal numbers",
    )


@claim(
    "C70",
    "Appendix F, Eq. (F4)",
    r"we can construct the jump operators $L_\mu = \sum_\nu \sqrt{\kappa_\mu} V_{\mu,\nu} F_\nu$ "
    "... Then, Eq. (F2) is rewritten as [Eq. (F4)]",
    printed="Eqs. (F2) and (F4) are equal",
    bar=bars.identity("equal"),
)
def jump_operators(bar: bars.Bar) -> Found:
    space = Space(A=Spin(1 / 2), B=Spin(1 / 2))
    n = space.dimension
    rng = np.random.default_rng(8)
    K = random_kossakowski(n, rng)
    diagonal = printed.diagonal_operators(n)
    F = np.zeros((n * n - 1, n, n))
    for a in range(n):
        for b in range(n):
            if a * n + b < len(F):
                F[a * n + b][a, b] = 1
    for a in range(n - 1):
        F[a * (n + 1)] = np.diag(diagonal[:, a])
    kappa, vectors = np.linalg.eigh(K)  # K_st = sum_m kappa_m V*_ms V_mt with V = vectors^dag
    L = np.einsum("m,mn,nij->mij", np.sqrt(kappa), vectors.conj().T, F)
    X = rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))
    decay = np.einsum("mji,mjk->ik", L.conj(), L)
    by_jumps = np.einsum("mij,jk,mlk->il", L, X, L.conj()) - (decay @ X + X @ decay) / 2
    direct = kossakowski_generator(space, np.zeros((n, n)), K, diagonal).apply(X)
    apart = float(np.abs(by_jumps - direct).max() / np.abs(direct).max())
    return Found(
        f"differ by {'less than $10^{-9}$' if apart < ROUNDING else f'{apart:.2g}'} of the "
        f"largest element for a random $K$ and a random operator of two spins 1/2",
        bar(apart),
        uncertainty=NUMERICAL,
    )


def _size(operator: np.ndarray) -> float:
    return float(np.abs(operator).max(initial=0.0))
