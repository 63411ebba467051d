"""Claims of Zhao et al. (2025) on the spin-1 chain: symmetries, undamped modes, perturbations."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quantsync.lindblad import dynamical_synchronization, peripheral_modes
from quantsync.lindblad.degenerate import DegenerateBase, perturbed_steady_states
from quantsync.measures import partial_trace
from quantsync.models import dephased_chain
from quantsync.papers.paper import Found, claim, zero
from quantsync.papers.zhao2025 import printed
from quantsync.papers.zhao2025.data import dynamics, perturbation, sample, squared_sx
from quantsync.papers.zhao2025.distribution_claims import SEEDS
from quantsync.papers.zhao2025.sectors import (
    magnetisation,
    prepared_chain,
    sector_projectors,
    spin_flip,
    stationary_states,
)

EXACT = 1e-12
OMEGA = 1.0


@claim(
    "C1",
    "below Eq. (6)",
    "M is a strong symmetry, and so is the spin flip P within M = 0",
    printed="strong symmetries",
)
def strong_symmetries() -> Found:
    chain = dephased_chain()
    H, M, P = chain.hamiltonian(), magnetisation(chain.space), spin_flip(chain.space)
    inside = np.diag(1.0 * (np.diag(M) == 0))
    jumps = [jump.toarray() for jump in chain.terms.jumps]
    whole = max(_size(A @ M - M @ A) for A in (H, *jumps))
    split = max(_size((A @ P - P @ A) @ inside) for A in (H, *jumps))
    outside = _size(H @ P - P @ H)
    return Found(
        f"commutators with H and all L_j: {zero(whole)} for M, {zero(split)} for P within M = 0 "
        f"({outside:.3g} outside)",
        max(whole, split) < EXACT,
    )


@claim(
    "C2",
    "below Eq. (6)",
    "[P, H] = omega [P, M] = 2 omega M",
    printed="equal",
    otherwise="the last step lacks P: it is 2 omega P M",
)
def spin_flip_of_the_hamiltonian() -> Found:
    """[P, H], with the last step of the line as printed and put right."""
    chain = dephased_chain(frequency=OMEGA)
    H, M, P = chain.hamiltonian(), magnetisation(chain.space), spin_flip(chain.space)
    commutator = P @ H - H @ P
    first = _size(commutator - OMEGA * (P @ M - M @ P))
    as_printed = _size(commutator - printed.commutator_with_the_spin_flip(OMEGA, M))
    right = _size(commutator - 2 * OMEGA * P @ M)
    return Found(
        f"the first equation holds ({zero(first)}); [P, H] differs from 2 omega M by up to "
        f"{as_printed:.3g}, from 2 omega P M by {zero(right)}",
        max(first, as_printed) < EXACT,
    )


@claim(
    "C3",
    "below Eq. (6), App. B",
    "there are 2(N + 1) linearly independent steady states",
    printed="2(N + 1)",
)
def number_of_stationary_states() -> Found:
    counts = {n: DegenerateBase(dephased_chain(sites=n)).zero_modes for n in (2, 3, 4)}
    holds = all(count == 2 * (n + 1) for n, count in counts.items())
    return Found(", ".join(f"{count} for N = {n}" for n, count in counts.items()), holds)


@claim(
    "C4",
    "below Eq. (6), App. B",
    "the maximally mixed state of every sector is stationary",
    printed="L[1_alpha] = 0",
)
def maximally_mixed_sectors() -> Found:
    chain = dephased_chain()
    states = stationary_states(chain.space)
    left = max(_size(chain.apply(rho)) for rho in states.values())
    sizes = {name: round(float(np.trace(p))) for name, p in sector_projectors(chain.space).items()}
    return Found(
        f"largest element {zero(left)}; the sectors have the dimensions "
        + ", ".join(f"{size} ({name})" for name, size in sizes.items()),
        left < EXACT,
    )


@claim(
    "C5",
    "below Eq. (6)",
    "rho_M^osc = P 1_M is a coherence with the eigenvalue 2 i omega",
    printed="2 i omega for all M",
    otherwise="the frequency is 2 omega M: the line lacks a factor M",
)
@claim("C6", "below Eq. (6)", "all L_j commute with rho_M^osc", printed="[L_j, rho_M^osc] = 0")
@claim(
    "C7",
    "below Eq. (6)",
    "the oscillating coherences arise from the sectors +-M",
    printed="one for each M != 0",
)
def oscillating_coherences() -> Iterator[Found]:
    chain = dephased_chain(frequency=OMEGA)
    P, states = spin_flip(chain.space), stationary_states(chain.space)
    jumps = [jump.toarray() for jump in chain.terms.jumps]
    as_printed, right, commuting = {}, [], []
    for m in (-3, -2, -1, 1, 2, 3):
        mode = P @ states[str(m)]
        change = chain.apply(mode)
        as_printed[m] = _size(change - 2j * OMEGA * mode)
        right.append(_size(change - 2j * OMEGA * m * mode))
        commuting.extend(_size(L @ mode - mode @ L) for L in jumps)
    modes = peripheral_modes(chain)
    omega = np.imag(modes.eigenvalues)
    turning = np.sort(omega[omega != 0])
    listed = ", ".join(f"{value:+.6g}" for value in turning)
    holding = [m for m, size in as_printed.items() if size < EXACT]
    alone = len(turning) == 6 and np.allclose(turning, 2 * OMEGA * np.array([-3, -2, -1, 1, 2, 3]))
    yield Found(
        f"holds for M = {', '.join(map(str, holding))}; with 2 i omega M the largest "
        f"deviation over all M is {zero(max(right))}",
        len(holding) == len(as_printed),
    )
    yield Found(f"largest element {zero(max(commuting))}", max(commuting) < EXACT)
    yield Found(
        f"all of the {modes.looked_for} eigenvalues on the imaginary axis but "
        f"{modes.zero_modes} zeros: {listed}; the next decays at {modes.gap:.7f}",
        alone,
    )


@claim(
    "C8",
    "below Eq. (6)",
    "an observable of one site sees rho_M^osc if and only if M = +-1; (Sx_j)^2 does",
    printed="M = +-1",
)
def observables() -> Found:
    chain = dephased_chain()
    P, states = spin_flip(chain.space), stationary_states(chain.space)
    seen = {
        m: [_size(partial_trace(P @ states[str(m)], chain.space, site)) for site in chain.space]
        for m in (1, 2, 3)
    }
    strength = dynamical_synchronization(chain, {"Sx^2": squared_sx}).strength
    holds = min(seen[1]) > 0.01 and max(seen[2] + seen[3]) < EXACT and strength[:, 0].min() > 0.01
    return Found(
        f"reduced to one site, the coherence has the element {min(seen[1]):.4f} for M = 1, "
        f"{zero(max(seen[2]))} for 2, {zero(max(seen[3]))} for 3; <(Sx_j)^2> oscillates with up "
        f"to {strength[:, 0].min():.4f} at 2 omega, {zero(strength[:, 1:].max())} at others",
        holds and not strength[:, 1:].any(),
    )


@claim(
    "C9",
    "below Eq. (6)",
    "<(Sx_j)^2> of every site keeps oscillating at the frequency 2 omega",
    printed="2 omega",
)
@claim(
    "C10",
    "General setup",
    "the sites oscillate with a fixed phase difference, whatever the initial state",
    printed="fixed",
)
def oscillations() -> Iterator[Found]:
    data = dynamics()
    late = data.isel(time=data.time > float(data.time[-1]) - 2 * np.pi)
    rest = float(np.abs(late.expectation - late.asymptotic).max())
    at = data.attrs["strongest_frequency"]
    amplitude = data.amplitude.sel(frequency=at).values
    locking = dynamical_synchronization(dephased_chain(), {"Sx^2": squared_sx})
    locked = bool(locking.locked[..., 0].all())
    apart = float(np.abs(locking.phase_difference[..., 0]).max())
    ratio = float(np.abs(locking.amplitude_ratio[..., 0] - 1).max())
    holds = abs(at - 2 * OMEGA) < 1e-9 and amplitude.min() > 1e-3 and rest < 1e-5
    yield Found(
        f"frequency {at:.9f}, amplitudes "
        + ", ".join(f"{value:.6f}" for value in amplitude)
        + f" from (|1> + |-1>) |0,0>; {rest:.0e} is left of everything else at omega t = "
        f"{float(data.time[-1]):g}",
        holds,
    )
    yield Found(
        f"the operators that give the complex amplitudes of the sites are proportional: phase "
        f"differences {zero(apart)}, amplitude ratios 1 to {zero(ratio)}"
        if locked
        else "the phase differences depend on the initial state",
        locked,
    )


@claim(
    "C11",
    "Eq. (4)",
    "a generic perturbation leaves a single steady state, to leading order a mixture of "
    "the zero modes",
    printed="one",
)
@claim(
    "C12",
    "above Eq. (7)",
    "it is sum_alpha c_alpha 1_alpha with c_alpha >= 0: no oscillating coherence of "
    "another sector enters",
    printed="c_alpha >= 0",
)
def perturbed_states() -> Iterator[Found]:
    base = prepared_chain()
    states = stationary_states(base.space)
    apart, least = 0.0, np.inf
    for seed in SEEDS:
        drawn = sample(seed)
        mixture = sum((c * states[name] for name, c in drawn.weights.items()), np.zeros((27, 27)))
        apart = max(apart, _size(drawn.rho - mixture))
        least = min(least, *drawn.weights.values())
    etas = np.array([1e-8, 1e-7])
    near = perturbed_steady_states(base, perturbation(SEEDS[0]), etas)
    away = np.linalg.norm(near.rho - sample(SEEDS[0]).rho, axis=(-2, -1))
    order = float(np.log10(away[1] / away[0]))
    number = f"{len(SEEDS)} random perturbations"
    yield Found(
        f"one for each of {number}; at strength eta it differs from the mixture by order "
        f"eta^{order:.3f}",
        abs(order - 1) < 0.01,
    )
    yield Found(
        f"deviation {zero(apart)}, smallest c_alpha {least:.4f} in {number}",
        apart < EXACT and least >= 0,
    )


def _size(operator: np.ndarray) -> float:
    return float(np.abs(operator).max(initial=0.0))
