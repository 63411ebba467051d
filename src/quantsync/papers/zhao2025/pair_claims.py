"""Claims of Zhao et al. (2025) on pairs: dark states of App. D, weak coupling of App. E."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quantsync.catalogue.models import Model
from quantsync.lindblad import dynamical_synchronization, evolve, peripheral_modes
from quantsync.lindblad.degenerate import DegenerateBase, degenerate_steady_state
from quantsync.measures import chi_2, phase_distribution, relative_phase_distribution
from quantsync.models import collective_decay_pair, dephased_chain
from quantsync.papers.paper import Found, claim, zero
from quantsync.papers.zhao2025 import dark_states, printed
from quantsync.papers.zhao2025.data import (
    COHERENCE,
    appendix_e,
    free_spins,
    pair_perturbation,
    uncoupled_pair,
)

EXACT = 1e-12
J, DELTA, B = (
    float(Model(collective_decay_pair).parameters[name].default)
    for name in ("exchange", "anisotropy", "field")
)
SEEDS = range(20)


@claim(
    "C41",
    "Connecting the two notions",
    "systems with an oscillating coherence have more than one zero mode",
    printed="> 1",
    convention="the three models of the paper",
)
def zero_modes_of_all_models() -> Found:
    """An oscillating coherence does not come with a single stationary state."""
    systems = {"chain": dephased_chain(), "App. D": collective_decay_pair(), "App. E": free_spins()}
    modes = {name: peripheral_modes(system) for name, system in systems.items()}
    holds = all(found.zero_modes > 1 and len(found.frequencies) for found in modes.values())
    return Found(", ".join(f"{found.zero_modes} ({name})" for name, found in modes.items()), holds)


@claim(
    "C42",
    "Eq. (D3)",
    "the spin flip P commutes with H and L_-",
    printed="[H, P] = [P, L_-] = 0",
    otherwise="the strong symmetry is the exchange of the two spins",
)
@claim(
    "C43",
    "Eq. (D4)",
    "the sectors of P are the triplet and the singlet",
    printed="H_+, H_-",
    convention="P the exchange of the two spins",
)
def strong_symmetry() -> Iterator[Found]:
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
    yield Found(
        f"elements up to {flip_h:.3g} and {flip_l:.3g}; for the exchange of the spins "
        f"{zero(swap_h)} and {zero(swap_l)}",
        max(flip_h, flip_l) < EXACT,
    )
    yield Found(
        f"the states are eigenstates of the exchange to {zero(left['swap'])}, of (D3) to "
        f"{zero(left['flip'])}",
        min(left.values()) < EXACT,
    )


@claim(
    "C44",
    "below Eq. (D4)",
    "L_- annihilates |v_+> and |v_->, and they are eigenstates of H: two steady states",
    printed="0",
)
@claim(
    "C45",
    "below Eq. (D4)",
    "their energies are Delta - 2B and -2J - Delta",
    otherwise="the singlet's energy is -J - Delta under Eq. (D1); -2J - Delta needs "
    "2J (sigma^+ sigma^- + h.c.)",
)
@claim(
    "C46",
    "below Eq. (D4)",
    "the coherence |v_+><v_-| turns at the frequency 2 (J - Delta + B)",
    otherwise="it follows neither from Eq. (D1) nor from the printed energies",
)
def dark_state_energies() -> Iterator[Found]:
    pair = collective_decay_pair()
    H, L = np.real(pair.hamiltonian()), pair.terms.jumps[0].toarray()
    states = {"+": dark_states.LOWEST, "-": dark_states.SINGLET}
    dark = max(float(np.abs(L @ v).max()) for v in states.values())
    energy = {name: float(v @ H @ v) for name, v in states.items()}
    sharp = max(float(np.abs(H @ v - energy[name] * v).max()) for name, v in states.items())
    guess = printed.singlet_energy(J, DELTA)
    right = [
        energy["+"] - dark_states.lowest_energy(DELTA, B),
        energy["-"] - dark_states.singlet_energy(J, DELTA),
    ]
    modes = peripheral_modes(pair)
    frequency = float(modes.frequencies[0])
    as_printed = printed.pair_frequency(J, DELTA, B)
    of_energies = abs(dark_states.lowest_energy(DELTA, B) - guess)
    formula = dark_states.pair_frequency(J, DELTA, B)
    yield Found(
        f"L_- |v> is {zero(dark)}, H |v> - E |v> is {zero(sharp)}; {modes.zero_modes} zero modes",
        max(dark, sharp) < EXACT and modes.zero_modes == 2,
    )
    yield Found(
        f"{energy['+']:.4g} and {energy['-']:.4g}; -J - Delta is off by {zero(right[1])}",
        abs(energy["-"] - guess) < EXACT and abs(right[0]) < EXACT,
        printed=f"{dark_states.lowest_energy(DELTA, B):.4g} and {guess:.4g} at the values of "
        "Fig. 5",
    )
    yield Found(
        f"{frequency:.9g}, |J + 2 Delta - 2B| = {abs(formula):.4g}; the printed energies "
        f"would give {of_energies:.4g}",
        abs(frequency - abs(as_printed)) < 1e-9,
        printed=f"{as_printed:.4g} at the values of Fig. 5",
    )


@claim(
    "C47",
    "below Eq. (D4)",
    "sigma^x_j and sigma^y_j of either site see the coherence",
    printed="Tr[O rho^osc] != 0",
)
@claim(
    "C48",
    "below Eq. (D4)",
    "<sigma^x_1> synchronizes with -<sigma^x_2>: a phase difference of pi",
    printed="pi",
)
def antiphase_dynamics() -> Iterator[Found]:
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
    yield Found(f"amplitudes of up to {shown:.4f}; sigma^z_j: {zero(strength['z'])}", shown > 0.01)
    yield Found(
        f"the sites lock at {min(turned) / np.pi:.9f} pi from any initial state; from a "
        f"product state <sigma^x_1> oscillates with amplitude {size:.4f} for J t > 200, "
        f"where the sum of the two is {zero(error)}",
        abs(min(turned) - np.pi) < 1e-9 and size > 0.01 and error < 1e-9,
    )


@claim(
    "C49",
    "above Eq. (D5)",
    "a generic weak perturbation selects c_+ |v_+><v_+| + c_- |v_-><v_-|",
    printed="c_+, c_- >= 0",
)
@claim(
    "C50",
    "Eq. (D5)",
    "S(phi_1, phi_2) deviates from the uniform distribution by -c_- cos(phi_1 - phi_2)",
    printed="-c_-",
    otherwise="neither gives 1: as printed S would be negative for c_- > (2 pi)^-2",
)
@claim(
    "C51",
    "below Eq. (D5)",
    "S_max = c_-",
    printed="c_-",
    otherwise="it is (pi/32) c_-; nor does it follow from the printed S_d, whose maximum is "
    "2 pi c_-",
)
@claim(
    "C52",
    "below Eq. (D5)",
    "S_d is maximal at phi'_1 = pi, as in the dynamical notion",
    printed="pi",
)
def antiphase_locking() -> Iterator[Found]:
    base = DegenerateBase(collective_decay_pair())
    space = base.space
    projectors = [np.outer(v, v) for v in (dark_states.LOWEST, dark_states.SINGLET)]
    angles = ((0.3, 1.1), (2.0, -0.5), (3.0, 0.1))
    apart, least, wave, height, where = 0.0, np.inf, 0.0, [], []
    as_printed, c_minus = [], []
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
            raw = printed.marginal_distribution(rho, space, pair) - 1
            as_printed.append(((found - joint.uniform_density) / guess, raw / guess))
        locking = relative_phase_distribution(rho, space)
        height.append(float(locking.maximum) / weights[1])
        where.append(abs(float(locking.location[0])))
        c_minus.append(weights[1])
    spread = float(np.ptp(height))
    number = f"{len(SEEDS)} random perturbations"
    yield Found(
        f"deviation {zero(apart)}, smallest weight {least:.4f}, c_- from {min(c_minus):.3f} "
        f"to {max(c_minus):.3f} in {number}",
        apart < 1e-10 and least >= 0,
    )
    yield Found(
        f"{as_printed[0][0]:.9g} = 1/64 of that, normalised (deviation {zero(wave)}), and "
        f"{as_printed[0][1]:.6f} = pi^2/16 from Eq. (A3) as printed",
        (np.abs(np.array(as_printed) - 1) < 1e-9).all(axis=0).any(),
    )
    yield Found(
        f"S_max = {height[0]:.9f} c_- = (pi/32) c_- in all samples (spread {zero(spread)})",
        abs(height[0] - printed.pair_synchronization(1.0)) < 1e-9,
    )
    yield Found(
        f"at {min(where) / np.pi:.9f} pi to {max(where) / np.pi:.9f} pi in {number} of "
        "vanishing strength",
        min(where) > np.pi - 1e-6,
    )


@claim(
    "C53",
    "Eq. (D6)",
    "chi_2 is uniform in [0, 1] for independent uniform angles",
    printed="F(chi_2) = chi_2",
)
def uniform_chi_2() -> Found:
    count = 10_000
    values = np.sort(chi_2(2 * np.pi * (np.arange(count) + 0.5) / count))
    deviation = float(np.abs(values - (np.arange(count) + 0.5) / count).max())
    return Found(
        f"on a grid of {count} angles the distribution function differs by {deviation:.0e}",
        deviation < 4 / count,
    )


@claim(
    "C54",
    "Eq. (E3)",
    "|0><1| of spin 1 and |-1><0| of spin 2 are coherences with the eigenvalue i omega",
    printed="i omega",
)
@claim("C55", "Eq. (E4)", "rho_1^osc x rho_2^osc^dag = |0,0><1,-1| is a zero mode", printed="0")
@claim(
    "C56",
    "above Eq. (5)",
    "two copies with a coherence each have, besides the products of steady states, the "
    "zero modes rho_1^osc x rho_2^osc^dag and its adjoint, and coherences at +-2 omega",
    printed="2 x 2 + 2 zero modes",
)
def undamped_modes_of_free_spins() -> Iterator[Found]:
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
    yield Found(f"deviation {zero(single)}", single < EXACT)
    yield Found(
        f"L of it is {zero(still)}, the two expressions differ by {zero(same)}",
        max(still, same) < EXACT,
    )
    yield Found(
        f"{counts[0]} zero modes, {counts[1]} and {counts[-1]} at +-omega, {counts[2]} and "
        f"{counts[-2]} at +-2 omega for the spins of App. E",
        counts == {0: 6, 1: 4, -1: 4, 2: 1, -2: 1} and len(turning) == 16,
    )


@claim(
    "C57",
    "Eq. (5)",
    "the perturbed steady state is (c rho_0^osc + h.c.) plus products of steady states",
    printed="c != 0",
)
@claim("C58", "App. E", "weak perturbations lock the two spins: S_max > 0", printed="> 0")
def weakly_coupled_spins() -> Iterator[Found]:
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
    convention = "parameters that are not printed: (epsilon, Delta_1 - Delta_2, gamma_1^d, "
    convention += "gamma_2^g) = (0.8, 0.5, 0.5, 0.6) eta, gamma_1^g = gamma_2^d = 1"
    kept = [complex(rho[i, i]).real for i in (1, 2, 4, 5)]
    alone = abs(sum(kept) - 1)
    yield Found(
        f"<0,0|rho|1,-1> = {element.real:.7f} {element.imag:+.7f}i, no other off-diagonal "
        f"element ({zero(_size(rest))}) nor population ({zero(alone)})",
        abs(element) > 1e-3 and _size(rest) < EXACT and alone < EXACT,
        convention=convention,
    )
    yield Found(
        f"S_max -> {limit:.7f} as eta -> 0, approached as eta^{order:.3f}; "
        f"{float(data.S_max.sel(eta=0.1, method='nearest')):.4f} at eta = 0.1",
        limit > 0 and abs(order - 1) < 0.02,
        convention=convention,
    )


def _size(operator: np.ndarray) -> float:
    return float(np.abs(operator).max(initial=0.0))
