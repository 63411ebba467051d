"""Claims of Vaidya et al. (2024) on conventions, phase response and spherical tensors."""

from __future__ import annotations

import numpy as np

from quantsync.lindblad import linear_response
from quantsync.measures import coherent_state, husimi_from_moments, phase_response
from quantsync.models import driven_pair, driving
from quantsync.models.driven_pair.moments import first_order_moments
from quantsync.papers.paper import Claim, reproduced, zero
from quantsync.papers.vaidya2024 import printed
from quantsync.papers.vaidya2024.baths import FIGURE_3, FIGURE_5, study
from quantsync.papers.vaidya2024.response_data import (
    LARGEST_CROSSING,
    figure_4,
    figure_5,
    figure_14,
    phase_density,
)
from quantsync.papers.vaidya2024.synchronization_data import dressed_basis

LIMIT = "the limit of a weak drive, whose strength is not printed"
ANGLES = ((0.4, 2.5), (1.1, 0.7), (2.6, -1.9))


def response_claims() -> list[Claim]:
    """The claims of Secs. II and III A and of Apps. A, C and D."""
    return [
        coherent_states(),
        marginal_distribution(),
        dressed_drive(),
        strong_coupling(),
        *zero_crossings(),
        *zero_crossings_over_the_baths(),
        *detuned_drive(),
        robustness(),
        *expansion_of_the_husimi_function(),
        *moment_equations(),
        *qutrit_moments(),
    ]


def coherent_states() -> Claim:
    """The definition below Eq. (6) against Eq. (7)."""
    rho = _state(2)
    as_printed, ours = [], []
    for theta, phi in ANGLES:
        plus, z = rho[1, 0], np.real(rho[0, 0] - rho[1, 1]) / 2
        expected = 0.5 + z * np.cos(theta) + np.real(plus * np.exp(-1j * phi)) * np.sin(theta)
        for found, state in (
            (as_printed, printed.coherent_state_as_printed(1 / 2, theta, phi)),
            (ours, coherent_state(1 / 2, theta, phi)),
        ):
            found.append(abs(state.conj() @ rho @ state - expected))
    right = max(ours) < 1e-12
    return Claim(
        "Eqs. (6), (7)",
        "|theta,phi> = e^{i phi Sz} e^{i theta Sy} |S,S> gives Q = 1/2 + <Sz> cos theta + "
        "Re[<S+> e^{-i phi}] sin theta",
        "equal",
        f"as printed they differ by up to {max(as_printed):.2f} on a random state; with "
        f"e^(-i phi Sz) e^(-i theta Sy) by {zero(max(ours))}",
        *reproduced(
            max(as_printed) < 1e-12 or right,
            "they differ in either convention",
            "e^{-i phi Sz} e^{-i theta Sy}: both angles have the wrong sign in print",
        ),
    )


def marginal_distribution() -> Claim:
    """The factor 1/4 of Eq. (8), by quadrature of Eq. (6)."""
    rho, phi = _state(2), 0.7
    nodes, weights = np.polynomial.legendre.leggauss(60)
    theta = (nodes + 1) * np.pi / 2
    states = coherent_state(1 / 2, theta, phi)
    husimi = np.real(np.einsum("ki,ij,kj->k", states.conj(), rho, states))
    marginal = float(weights @ (np.sin(theta) * husimi)) * np.pi / 2 / (2 * np.pi)
    expected = float(phase_density(np.array(rho[1, 0]), np.array([phi]))[0])
    error = abs(marginal - 1 / (2 * np.pi) - expected)
    return Claim(
        "Eq. (8)",
        "the phase distribution deviates from 1/(2 pi) by Re[<S+> e^{-i phi}]/4",
        "1/4",
        f"quadrature over theta differs by {zero(error)}",
        *reproduced(error < 1e-10, "the factor is another"),
    )


def dressed_drive() -> Claim:
    """Eq. (12)."""
    raising = dressed_basis().T @ driving().space["A"].plus.toarray() @ dressed_basis()
    half = np.sqrt(0.5)
    u, t, s, d = range(4)
    expected = np.zeros((4, 4))
    expected[u, t], expected[u, s], expected[t, d], expected[s, d] = half, -half, half, half
    error = float(np.abs(raising - expected).max())
    return Claim(
        "Eq. (12)",
        "S+_A = (|U><T| - |U><S| + |T><D| + |S><D|)/sqrt2",
        "equal",
        f"largest deviation {zero(error)}",
        *reproduced(error < 1e-12, "an element differs"),
    )


def strong_coupling() -> Claim:
    """Sec. II E: everything decays at strong coupling."""
    pair = study(*FIGURE_3, coupling=np.array([100.0, 1000.0]))
    falls = [
        np.log10(values[0] / values[1])
        for values in (
            np.abs(pair.phase_response("A")),
            np.abs(pair.phase_response("B")),
            pair.omega(),
        )
    ]
    return Claim(
        "Sec. II E",
        "for g >> Gamma the phase response and the synchronization tend to zero",
        "0",
        "between g = 100 and 1000 they fall like g^-{:.1f} (A), g^-{:.1f} (B), g^-{:.1f} "
        "(Omega)".format(*falls),
        *reproduced(min(falls) > 0.5, "one of them does not decay"),
    )


def zero_crossings() -> list[Claim]:
    """Fig. 3."""
    found = {site: study(*FIGURE_3).zero_crossings(site) for site in "AB"}
    at = {site: float(zeros.first) for site, zeros in found.items()}
    turns = [0.0, 0.0]
    for k, (site, g) in enumerate(at.items()):
        if np.isnan(g):
            continue
        before, after = study(*FIGURE_3, coupling=[0.9 * g, 1.1 * g]).phase_response(site)
        turns[k] = abs(float(np.angle(after / before)))
    single = all(int(zeros.count) == 1 for zeros in found.values())
    return [
        Claim(
            "Fig. 3(a)",
            "the response of either qubit vanishes at one coupling of order Gamma",
            "stars",
            f"g_0A = {at['A']:.9f}, g_0B = {at['B']:.9f}, no others",
            *reproduced(single and max(at.values()) < 4, "there are more or none", LIMIT),
        ),
        Claim(
            "Fig. 3(b)",
            "the phase of either qubit jumps by pi there",
            "pi",
            f"{turns[0] / np.pi:.6f} pi and {turns[1] / np.pi:.6f} pi",
            *reproduced(min(turns) > np.pi - 1e-9, "the phase turns by another angle"),
        ),
    ]


def zero_crossings_over_the_baths() -> list[Claim]:
    """Fig. 4."""
    data = figure_4()
    w_a, w_b = np.meshgrid(data.gain_a, data.gain_b, indexing="ij")
    inverted = (w_a - 0.5) * (w_b - 0.5) < 0
    has = {site: data["count"].sel(site=site).values > 0 for site in "AB"}
    part = float(has["A"][inverted].mean())
    zeros_a = data.zero_crossing.sel(site="A").values[has["A"]]
    large = float((zeros_a > LARGEST_CROSSING).mean())
    largest_b = float(np.nanmax(data.zero_crossing.sel(site="B")))
    return [
        Claim(
            "Fig. 4(a)",
            "inverted baths are necessary for a zero crossing of A",
            "necessary",
            f"all zero crossings are at inverted baths, of which {part:.0%} have one",
            *reproduced(not has["A"][~inverted].any() and part < 1, "they occur elsewhere", LIMIT),
        ),
        Claim(
            "Fig. 4(b)",
            "inverted baths are necessary and sufficient for a zero crossing of B",
            "necessary and sufficient",
            f"{int((has['B'] != inverted).sum())} exceptions on the map",
            *reproduced(bool((has["B"] == inverted).all()), "there are exceptions", LIMIT),
        ),
        Claim(
            "Fig. 4",
            "except in a narrow band for A the crossings are at g of order Gamma",
            "O(1); band above 4",
            f"{large:.0%} of the crossings of A are above 4; those of B reach {largest_b:.2f}",
            *reproduced(large < 0.15 and largest_b < 10, "large values are common", LIMIT),
        ),
    ]


def detuned_drive() -> list[Claim]:
    """Fig. 5."""
    data = figure_5()
    lost = study(*FIGURE_5, drive_detuning=0.3).zero_crossings("A")
    zeros = data.zero_crossing
    near = zeros.where(abs(data.drive_detuning) <= 1, drop=True)
    rise = float(near.max() / near.min() - 1)
    slope = float(data.restoring_detuning.sel(drive_detuning=0.25) / 0.25)
    return [
        Claim(
            "Fig. 5(a)",
            "a detuned drive lifts the zero crossing of A, a detuning of B restores it",
            "lifted, restored",
            f"Delta_d = 0.3: {int(lost.count)} zero crossings with Delta_q = 0",
            *reproduced(
                int(lost.count) == 0 and bool((data["count"] > 0).all()), "it stays", LIMIT
            ),
        ),
        Claim(
            "Fig. 5(c)",
            "for every drive detuning one detuning of B restores the zero crossing",
            "unique",
            f"{int(data['count'].min())} to {int(data['count'].max())} solutions for |Delta_d| <= 4"
            f", g <= 8, |Delta_q| <= 8; Delta_q = {slope:.3f} Delta_d near resonance",
            *reproduced(bool((data["count"] == 1).all()), "not one for every detuning", LIMIT),
        ),
        Claim(
            "Fig. 5(c)",
            "g_0A is essentially unchanged as the drive detuning varies",
            "unchanged",
            f"{float(near.min()):.3f} to {float(near.max()):.3f} for |Delta_d| <= 1, "
            f"{float(zeros[-1]):.2f} at Delta_d = 4",
            *reproduced(rise < 0.05, "it changes", "|Delta_d| <= Gamma; beyond, g_0A grows"),
        ),
    ]


def robustness() -> Claim:
    """Sec. III C."""
    reference = float(study(*FIGURE_3).zero_crossings("A").first)
    changed = {
        "dephasing 0.25": study(*FIGURE_3, dephasing=0.25),
        "drive 0.9": study(*FIGURE_3, drive=0.9),
    }
    found = {name: pair.zero_crossings("A") for name, pair in changed.items()}
    holds = all(int(zeros.count) == 1 for zeros in found.values())
    values = ", ".join(f"{float(zeros.first):.4f} at {name}" for name, zeros in found.items())
    return Claim(
        "Sec. III C",
        "dephasing and drives up to Gamma move the zero crossing, but do not remove it",
        "quantitative changes only",
        f"g_0A = {reference:.4f}; {values}",
        *reproduced(holds, "it disappears"),
    )


def expansion_of_the_husimi_function() -> list[Claim]:
    """App. A."""
    rho = _state(3)
    errors = {(root, signs): 0.0 for root in (True, False) for signs in (True, False)}
    last = {False: 0.0, True: 0.0}
    for theta, phi in ANGLES:
        state = coherent_state(1, theta, phi)
        exact = np.real(state.conj() @ rho @ state)
        for root, signs in errors:
            value = printed.expansion(rho, theta, phi, root, signs)
            errors[root, signs] = max(errors[root, signs], float(abs(value - exact)))
        for real in last:
            value = printed.qutrit_husimi(rho, theta, phi, real)
            last[real] = max(last[real], float(abs(value - exact)))
    right = errors[False, True] < 1e-12
    return [
        Claim(
            "Eqs. (A1), (A2)",
            "Q is the sum of c_kq P_k^q <T_k^-q> e^{i q phi} with c_kq = the root of everything",
            "equal",
            f"as printed they differ by up to {errors[True, False]:.2f}; with (-1)^q and the root "
            f"over (2k+1)(k-q)!/(k+q)! only, by {zero(errors[False, True])}",
            *reproduced(
                errors[True, False] < 1e-12 or right,
                "no reading was found",
                "a factor (-1)^q (full Condon-Shortley) and the root in (A2) over its first factor",
            ),
        ),
        Claim(
            "Eq. (A3)",
            "the last term of Q_1 is (1/6) P_2^2 <T_2^2> e^{-2 i phi}",
            "real",
            f"as printed it differs by up to {last[False]:.2f} (and is complex), with its real "
            f"part by {zero(last[True])}",
            *reproduced(
                last[False] < 1e-12 or last[True] < 1e-12,
                "another term is wrong",
                "the real part of the last term; P_k^1 without, T_k^1 with Condon-Shortley's sign",
            ),
        ),
        first_harmonic(),
    ]


def first_harmonic() -> Claim:
    """App. A: which tensors of a spin 1 make the first harmonic of its phase."""
    phi = 2 * np.pi * np.arange(8) / 8
    parts = {}
    for k, q in ((1, 1), (2, 1), (2, 2)):
        values = husimi_from_moments({(k, q): np.array(1.0)}, 1, 0.7, phi)
        parts[k, q] = float(np.abs(np.fft.rfft(values)[1]))
    made_of = [f"T_{k}^{q}" for (k, q), size in parts.items() if size > 1e-9]
    return Claim(
        "App. A",
        "for spin 1 the multipoles T_1^1 and T_2^2 contribute to the first harmonic",
        "T_1^1, T_2^2",
        f"{' and '.join(made_of)} do: e^(-i q phi) goes with <T_k^q>",
        *reproduced(
            made_of == ["T_1^1", "T_2^2"], "a slip: T_2^1 is meant, as in Eq. (A3) and Fig. 14"
        ),
    )


def moment_equations() -> list[Claim]:
    """App. C."""
    draw = np.random.default_rng(7)
    w_a, d_a, w_b, d_b, noise = draw.uniform(0.05, 1, (5, 200))
    g, tuning, delta = draw.uniform(-3, 3, (3, 200))
    response = linear_response(
        driven_pair(w_a, d_a, w_b, d_b, g, 0.0, tuning, delta, noise), driving()
    )
    moments = first_order_moments(w_a, d_a, w_b, d_b, g, tuning, delta, noise)
    error = max(
        float(np.abs(phase_response(response.orders[1], response.space, site) - moment).max())
        for site, moment in zip("AB", moments, strict=False)
    )
    both = float(np.abs(response.orders[1][:, 3, 0]).max())
    return [
        Claim(
            "Eqs. (C3), (C4)",
            "the moment equations at zeroth and first order of the drive, with dephasing",
            "exact",
            f"their solution differs from the first-order state by {zero(error)} for 200 random "
            "parameter sets",
            *reproduced(error < 1e-10, "they differ", "dephasing as D[sqrt(2 gamma_phi) Sz]"),
        ),
        Claim(
            "Eq. (C4), last line",
            "<S+_A S+_B>_1 obeys an equation without source",
            "",
            f"it vanishes: {zero(both)}",
            *reproduced(both < 1e-12, "it does not vanish"),
        ),
    ]


def qutrit_moments() -> list[Claim]:
    """Fig. 14."""
    data = figure_14()
    listed = {
        str(tensor): data.zero_crossing.sel(tensor=tensor).dropna("crossing").values
        for tensor in data.tensor.values
    }
    words = "; ".join(
        f"{name}: {', '.join(f'{z:.4f}' for z in zeros)}" for name, zeros in listed.items()
    )
    firsts = sorted(zeros[0] for zeros in listed.values())
    return [
        Claim(
            "Fig. 14",
            "each of the three moments of qutrit A vanishes, at different couplings",
            "three zero crossings",
            words,
            *reproduced(
                all(len(z) for z in listed.values()) and bool(min(np.diff(firsts)) > 0.01),
                "a moment has no zero",
                "T22, which begins with the drive squared, vanishes twice",
            ),
        )
    ]


def _state(dimension: int) -> np.ndarray:
    """A random density matrix, always the same."""
    draw = np.random.default_rng(3)
    shape = (dimension, dimension)
    root = draw.normal(size=shape) + 1j * draw.normal(size=shape)
    rho = root @ root.conj().T
    return rho / np.trace(rho)
