"""Claims of Zhao et al. (2025) on pairs: dark states of App. D, weak coupling of App. E."""

from __future__ import annotations

import numpy as np

from quantsync.catalogue.parameters import model_parameters
from quantsync.lindblad import (
    DegenerateBase,
    degenerate_steady_state,
    dynamical_synchronization,
    evolve,
    peripheral_modes,
    random_lindbladian,
)
from quantsync.measures import chi_2, phase_distribution, relative_phase_distribution
from quantsync.models import collective_decay_pair, dephased_chain
from quantsync.papers.paper import Claim, reproduced, zero
from quantsync.papers.zhao2025 import dark_states, printed
from quantsync.papers.zhao2025.pair_data import (
    COHERENCE,
    appendix_e,
    free_spins,
    pair_perturbation,
    uncoupled_pair,
)

EXACT = 1e-12
J, DELTA, B = (
    float(model_parameters(collective_decay_pair)[name].default)
    for name in ("exchange", "anisotropy", "field")
)
SEEDS = range(20)


def pair_claims() -> list[Claim]:
    """Compute the claims of Apps. D and E that need no ensemble.

    Returns
    -------
    list of Claim
    """
    return [
        zero_modes_of_all_models(),
        *strong_symmetry(),
        *dark_state_energies(),
        *antiphase_dynamics(),
        *antiphase_locking(),
        uniform_chi_2(),
        *undamped_modes_of_free_spins(),
        *weakly_coupled_spins(),
    ]


def zero_modes_of_all_models() -> Claim:
    """An oscillating coherence does not come with a single stationary state."""
    systems = {"chain": dephased_chain(), "App. D": collective_decay_pair(), "App. E": free_spins()}
    modes = {name: peripheral_modes(system) for name, system in systems.items()}
    holds = all(found.zero_modes > 1 and len(found.frequencies) for found in modes.values())
    return Claim(
        "Connecting the two notions",
        "systems with an oscillating coherence have more than one zero mode",
        "> 1",
        ", ".join(f"{found.zero_modes} ({name})" for name, found in modes.items()),
        *reproduced(
            holds, "one of them has a unique steady state", "the three models of the paper"
        ),
    )


def strong_symmetry() -> list[Claim]:
    """Eqs. (D3) and (D4)."""
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
    return [
        Claim(
            "Eq. (D3)",
            "the spin flip P commutes with H and L_-",
            "[H, P] = [P, L_-] = 0",
            f"elements up to {flip_h:.3g} and {flip_l:.3g}; for the exchange of the spins "
            f"{zero(swap_h)} and {zero(swap_l)}",
            *reproduced(
                max(flip_h, flip_l) < EXACT, "the strong symmetry is the exchange of the two spins"
            ),
        ),
        Claim(
            "Eq. (D4)",
            "the sectors of P are the triplet and the singlet",
            "H_+, H_-",
            f"the states are eigenstates of the exchange to {zero(left['swap'])}, of (D3) to "
            f"{zero(left['flip'])}",
            *reproduced(
                min(left.values()) < EXACT,
                "they are the sectors of neither",
                "P the exchange of the two spins",
            ),
        ),
    ]


def dark_state_energies() -> list[Claim]:
    """The dark states, their energies, and the frequency between them."""
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
    return [
        Claim(
            "below Eq. (D4)",
            "L_- annihilates |v_+> and |v_->, and they are eigenstates of H: two steady states",
            "0",
            f"L_- |v> is {zero(dark)}, H |v> - E |v> is {zero(sharp)}; {modes.zero_modes} zero "
            "modes",
            *reproduced(max(dark, sharp) < EXACT and modes.zero_modes == 2, "a state is not dark"),
        ),
        Claim(
            "below Eq. (D4)",
            "their energies are Delta - 2B and -2J - Delta",
            f"{dark_states.lowest_energy(DELTA, B):.4g} and {guess:.4g} at the values of Fig. 5",
            f"{energy['+']:.4g} and {energy['-']:.4g}; -J - Delta is off by {zero(right[1])}",
            *reproduced(
                abs(energy["-"] - guess) < EXACT and abs(right[0]) < EXACT,
                "the singlet's energy is -J - Delta under Eq. (D1); -2J - Delta needs "
                "2J (sigma^+ sigma^- + h.c.)",
            ),
        ),
        Claim(
            "below Eq. (D4)",
            "the coherence |v_+><v_-| turns at the frequency 2 (J - Delta + B)",
            f"{as_printed:.4g} at the values of Fig. 5",
            f"{frequency:.9g}, |J + 2 Delta - 2B| = {abs(formula):.4g}; the printed energies "
            f"would give {of_energies:.4g}",
            *reproduced(
                abs(frequency - abs(as_printed)) < 1e-9,
                "it follows neither from Eq. (D1) nor from the printed energies",
            ),
        ),
    ]


def antiphase_dynamics() -> list[Claim]:
    """Which observables oscillate, and with which sign on the two sites."""
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
    return [
        Claim(
            "below Eq. (D4)",
            "sigma^x_j and sigma^y_j of either site see the coherence",
            "Tr[O rho^osc] != 0",
            f"amplitudes of up to {shown:.4f}; sigma^z_j: {zero(strength['z'])}",
            *reproduced(shown > 0.01, "one of them does not"),
        ),
        Claim(
            "below Eq. (D4)",
            "<sigma^x_1> synchronizes with -<sigma^x_2>: a phase difference of pi",
            "pi",
            f"the sites lock at {min(turned) / np.pi:.9f} pi from any initial state; from a "
            f"product state <sigma^x_1> oscillates with amplitude {size:.4f} for J t > 200, "
            f"where the sum of the two is {zero(error)}",
            *reproduced(
                abs(min(turned) - np.pi) < 1e-9 and size > 0.01 and error < 1e-9,
                "they do not oppose",
            ),
        ),
    ]


def antiphase_locking() -> list[Claim]:
    """The perturbed state, Eq. (D5), and S_max."""
    base = DegenerateBase(collective_decay_pair())
    space = base.space
    projectors = [np.outer(v, v) for v in (dark_states.LOWEST, dark_states.SINGLET)]
    angles = ((0.3, 1.1), (2.0, -0.5), (3.0, 0.1))
    apart, least, wave, height, where = 0.0, np.inf, 0.0, [], []
    as_printed, c_minus = [], []
    for seed in SEEDS:
        rho = degenerate_steady_state(
            base, random_lindbladian(space, np.random.default_rng(seed))
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
    return [
        Claim(
            "above Eq. (D5)",
            "a generic weak perturbation selects c_+ |v_+><v_+| + c_- |v_-><v_-|",
            "c_+, c_- >= 0",
            f"deviation {zero(apart)}, smallest weight {least:.4f}, c_- from {min(c_minus):.3f} "
            f"to {max(c_minus):.3f} in {number}",
            *reproduced(apart < 1e-10 and least >= 0, "another state is selected"),
        ),
        Claim(
            "Eq. (D5)",
            "S(phi_1, phi_2) deviates from the uniform distribution by -c_- cos(phi_1 - phi_2)",
            "-c_-",
            f"{as_printed[0][0]:.9g} = 1/64 of that, normalised (deviation {zero(wave)}), and "
            f"{as_printed[0][1]:.6f} = pi^2/16 from Eq. (A3) as printed",
            *reproduced(
                bool((np.abs(np.array(as_printed) - 1) < 1e-9).all(axis=0).any()),
                "neither gives 1: as printed S would be negative for c_- > (2 pi)^-2",
            ),
        ),
        Claim(
            "below Eq. (D5)",
            "S_max = c_-",
            "c_-",
            f"S_max = {height[0]:.9f} c_- = (pi/32) c_- in all samples (spread {zero(spread)})",
            *reproduced(
                abs(height[0] - printed.pair_synchronization(1.0)) < 1e-9,
                "it is (pi/32) c_-; nor does it follow from the printed S_d, whose maximum is "
                "2 pi c_-",
            ),
        ),
        Claim(
            "below Eq. (D5)",
            "S_d is maximal at phi'_1 = pi, as in the dynamical notion",
            "pi",
            f"at {min(where) / np.pi:.9f} pi to {max(where) / np.pi:.9f} pi in {number} of "
            "vanishing strength",
            *reproduced(min(where) > np.pi - 1e-6, "it is elsewhere"),
        ),
    ]


def uniform_chi_2() -> Claim:
    """Eq. (D6)."""
    count = 10_000
    values = np.sort(chi_2(2 * np.pi * (np.arange(count) + 0.5) / count))
    deviation = float(np.abs(values - (np.arange(count) + 0.5) / count).max())
    return Claim(
        "Eq. (D6)",
        "chi_2 is uniform in [0, 1] for independent uniform angles",
        "F(chi_2) = chi_2",
        f"on a grid of {count} angles the distribution function differs by {deviation:.0e}",
        *reproduced(deviation < 4 / count, "it is not uniform"),
    )


def undamped_modes_of_free_spins() -> list[Claim]:
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
    return [
        Claim(
            "Eq. (E3)",
            "|0><1| of spin 1 and |-1><0| of spin 2 are coherences with the eigenvalue i omega",
            "i omega",
            f"deviation {zero(single)}",
            *reproduced(single < EXACT, "they decay or turn at other frequencies"),
        ),
        Claim(
            "Eq. (E4)",
            "rho_1^osc x rho_2^osc^dag = |0,0><1,-1| is a zero mode",
            "0",
            f"L of it is {zero(still)}, the two expressions differ by {zero(same)}",
            *reproduced(max(still, same) < EXACT, "it is not stationary"),
        ),
        Claim(
            "above Eq. (5)",
            "two copies with a coherence each have, besides the products of steady states, the "
            "zero modes rho_1^osc x rho_2^osc^dag and its adjoint, and coherences at +-2 omega",
            "2 x 2 + 2 zero modes",
            f"{counts[0]} zero modes, {counts[1]} and {counts[-1]} at +-omega, {counts[2]} and "
            f"{counts[-2]} at +-2 omega for the spins of App. E",
            *reproduced(
                counts == {0: 6, 1: 4, -1: 4, 2: 1, -2: 1} and len(turning) == 16,
                "the numbers are others",
            ),
        ),
    ]


def weakly_coupled_spins() -> list[Claim]:
    """Eq. (5) and the locking of the perturbed pair."""
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
    return [
        Claim(
            "Eq. (5)",
            "the perturbed steady state is (c rho_0^osc + h.c.) plus products of steady states",
            "c != 0",
            f"<0,0|rho|1,-1> = {element.real:.7f} {element.imag:+.7f}i, no other off-diagonal "
            f"element ({zero(_size(rest))}) nor population ({zero(alone)})",
            *reproduced(
                abs(element) > 1e-3 and _size(rest) < EXACT and alone < EXACT,
                "other operators enter",
                convention,
            ),
        ),
        Claim(
            "App. E",
            "weak perturbations lock the two spins: S_max > 0",
            "> 0",
            f"S_max -> {limit:.7f} as eta -> 0, approached as eta^{order:.3f}; "
            f"{float(data.S_max.sel(eta=0.1, method='nearest')):.4f} at eta = 0.1",
            *reproduced(limit > 0 and abs(order - 1) < 0.02, "S_max vanishes", convention),
        ),
    ]


def _size(operator: np.ndarray) -> float:
    return float(np.abs(operator).max(initial=0.0))
